#!/bin/bash
# tools/demo.sh [FIXED MOVING]: the viewer on two scans, or on the template of a brain at two ages. Installs and
# builds what is missing. Where there is no display, the same scene is drawn into pictures.
set -euo pipefail

case $# in
    0) scans=() ;;
    2) scans=("$(realpath -- "$1")" "$(realpath -- "$2")") ;;
    *) echo "Usage: tools/demo.sh [FIXED MOVING]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
demo=$PWD/build/demo

tools/install-packages.sh build run
tools/build.sh

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    [ $# -eq 2 ] || exec build/lambdascope --demo template
    exec build/lambdascope "${scans[@]}"
fi

mkdir -p "$demo"
rm -f "$demo"/demo-*.png
if [ $# -eq 2 ]; then
    scene=(--fixed "${scans[0]}" --moving "${scans[1]}" --grid 5)
else
    scene=(--demo template)
fi
build/lam render "${scene[@]}" --lambda 0.05,0.5,0.95 --output "$demo/demo.png"
echo "There is no display, so the scene was drawn into pictures:"
ls "$demo"/demo-*.png
