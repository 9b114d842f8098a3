#!/bin/bash
# tools/demo.sh [FIXED MOVING]: the viewer on two scans, or on a pair made for the purpose. Installs and
# builds what is missing. Where there is no display, the same scene is drawn into pictures.
set -euo pipefail

case $# in
    0) ;;
    2) fixed=$(realpath -- "$1") moving=$(realpath -- "$2") ;;
    *) echo "Usage: tools/demo.sh [FIXED MOVING]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
demo=$PWD/build/demo

tools/install-packages.sh build run
tools/build.sh
mkdir -p "$demo"

if [ $# -eq 0 ]; then
    fixed=$demo/fixed.nii.gz moving=$demo/moving.nii.gz
    if [ ! -f "$demo/pairs.csv" ]; then # written last
        echo "Making a pair of phantom brains in $demo"
        build/lam synth phantom --seed 1 --spacing 1 --output "$demo"
    fi
fi

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec build/lambdascope "$fixed" "$moving"
fi

rm -f "$demo"/demo-*.png
build/lam render --fixed "$fixed" --moving "$moving" --lambda 0.05,0.5,0.95 --grid 5 \
    --output "$demo/demo.png"
echo "There is no display, so the scene was drawn into pictures:"
ls "$demo"/demo-*.png
