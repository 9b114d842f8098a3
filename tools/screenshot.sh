#!/bin/bash
# tools/screenshot.sh [FILE]: the viewer on its first demo, a brain at two ages, on a display of its own, as
# docs/screenshot.png or FILE. Needs what tools/install-packages.sh run test installs, and a model.
set -euo pipefail
cd "$(dirname "$0")/.."
lambda=0.2

if [ "${1:-}" != --inside ]; then
    out=$(realpath -m -- "${1:-docs/screenshot.png}")
    mkdir -p "$(dirname "$out")"
    export GSETTINGS_BACKEND=memory GTK_A11Y=none
    unset WAYLAND_DISPLAY
    exec xvfb-run -a -s "-screen 0 1600x1000x24 -noreset" \
        dbus-run-session -- tools/screenshot.sh --inside "$out"
fi

shots=$(mktemp -d)
build/lambdascope --demo template --lambda $lambda &
viewer=$!
trap 'kill $viewer; rm -rf "$shots"' EXIT

wait_for_window() { # by its title, for a minute
    for _ in {1..600}; do
        xdotool search --onlyvisible --name "$1" | tail -1 | grep . && return
        kill -0 $viewer
        sleep 0.1
    done
    echo "screenshot.sh: no window came with the title:$1" >&2
    return 1
}

window=$(wait_for_window ' onto ')
xdotool mousemove 1599 999 windowfocus --sync "$window"
touch "$shots/last.png"
for _ in {1..60}; do # until the picture, its figures and the similarity have come to rest
    sleep 1.5
    import -window "$window" "$shots/now.png"
    cmp -s "$shots/now.png" "$shots/last.png" && break
    mv "$shots/now.png" "$shots/last.png"
done
# Without the frame that GTK draws where there is no window manager; few colours make a small file.
convert "$shots/last.png" -shave 5x5 +repage -strip +dither -colors 255 \
    -define png:compression-level=9 "PNG8:$2"
identify "$2"
