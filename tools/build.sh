#!/bin/bash
# Builds into build/, with the viewer, and links build/lam and build/lambdascope.
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian's Python and Meson, whatever else comes first in PATH.
export PATH="/usr/bin:/bin:$PATH"

if [ ! -f build/build.ninja ]; then
    meson setup build -Dviewer=enabled
elif [ ! -d build/src/app ]; then # set up when GTK was not there yet
    meson setup --reconfigure build -Dviewer=enabled
fi
ninja -C build
ln -sfn src/cli/lam build/lam
ln -sfn src/app/lambdascope build/lambdascope
