#!/bin/bash
# bench/register.sh [FIXED MOVING]: lam register from files to written warped image and field, affine
# included. Without arguments, of a pair of 1 mm phantoms. Three runs; prints one JSON object: seconds
# (median) and peak_mb (largest resident set), as the kernel counts them.
set -euo pipefail

case $# in
    0) ;;
    2) fixed=$(realpath -- "$1") moving=$(realpath -- "$2") ;;
    *) echo "Usage: bench/register.sh [FIXED MOVING]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
[ -x build/lam ] || { tools/install-packages.sh build; tools/build.sh; } >&2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ $# -eq 0 ]; then
    build/lam synth phantom --spacing 1 --output "$folder/pair" >&2
    fixed=$folder/pair/fixed.nii.gz moving=$folder/pair/moving.nii.gz
fi

python3 - build/lam register --fixed "$fixed" --moving "$moving" --lambda 0.3 \
    --warped "$folder/warped.nii.gz" --field "$folder/field.nii.gz" <<'RUNS'
import json, resource, statistics, subprocess, sys, time

seconds = []
for _ in range(3):
    start = time.perf_counter()
    if subprocess.run(sys.argv[1:], stdout=sys.stderr).returncode != 0:
        sys.exit(1)
    seconds.append(round(time.perf_counter() - start, 2))
peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"seconds": statistics.median(seconds), "peak_mb": round(peak_kb / 1024),
                  "seconds_of_runs": seconds}))
RUNS
