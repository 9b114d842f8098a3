#!/bin/bash
# tools/screenshots.sh: the pictures of docs/viewer.md, docs/regions.md and README.md, taken by a UI test that goes through
# the viewer on its first demo (tests/app/e2e_tour.py), on a display of its own. Needs what tools/install-packages.sh run
# test installs, and the model template-age-sex.
set -euo pipefail
cd "$(dirname "$0")/.."

shots=$(mktemp -d)
trap 'rm -rf "$shots"' EXIT
E2E_SCREENSHOTS=$shots GSETTINGS_BACKEND=memory xvfb-run -a -s "-screen 0 1600x1000x24 -noreset" \
    dbus-run-session -- /usr/bin/python3 tests/app/e2e_tour.py build/lambdascope

# Few colours make a small file.
small() { # FROM TO [options of convert]
    mkdir -p "$(dirname "$2")"
    convert "$1" "${@:3}" +repage -strip +dither -colors 255 -define png:compression-level=9 "PNG8:$2"
    identify "$2"
}

# Without the frame that GTK draws where there is no window manager.
window() { # NAME FILE
    small "$shots/tour-$1.png" "$2" -shave 5x5
}

# The middle of the warped view, six times.
panes() { # NAME FILE
    montage "$shots/tour-$1"-?.png -gravity center -crop 100%x62%+0+0 -tile 6x1 -geometry +3+3 \
        -background '#16181c' "$shots/$1.png"
    small "$shots/$1.png" "$2"
}

window template docs/screenshot.png
window regions docs/regions/viewer.png
for name in views numbers location landmarks intensities outlined ab demos; do
    window $name docs/viewer/$name.png
done
panes compare docs/viewer/compare.png
panes deform docs/viewer/deform.png
