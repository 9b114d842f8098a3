#!/bin/bash
# bench/batch.sh [FOLDER]: 50 pairs of the scans in FOLDER (*.nii.gz, at least two; without it, of phantoms)
# as one batch, five of them broken in five ways; kill -9 in the middle, then resumed. Prints what came out.
set -euo pipefail

case $# in
    0) folder="" ;;
    1) folder=$(realpath -- "$1") ;;
    *) echo "Usage: bench/batch.sh [FOLDER]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
[ -x build/lam ] || { tools/install-packages.sh build; tools/build.sh; } >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$folder" ]; then
    folder=$work/scans
    mkdir "$folder"
    for seed in 1 2 3; do
        build/lam synth phantom --seed $seed --spacing 2 --output "$work/phantom" >&2
        mv "$work/phantom/fixed.nii.gz" "$folder/$seed.nii.gz"
    done
fi
scans=("$folder"/*.nii.gz)
[ ${#scans[@]} -ge 2 ] || { echo "bench/batch.sh: $folder: two scans are needed" >&2; exit 2; }

head -c 100000 "${scans[0]}" >"$work/truncated.nii.gz"
echo "not a scan" >"$work/text.nii.gz"
: >"$work/empty.nii.gz"
head -c 400000 /dev/urandom >"$work/noise.nii.gz"
broken=("$work"/{truncated,text,empty,noise,missing}.nii.gz)

echo "name,fixed,moving" >"$work/pairs.csv"
n=${#scans[@]}
for i in {0..49}; do
    fixed=${scans[i % n]}
    moving=${scans[(i + 1 + i / n % (n - 1)) % n]}
    [ $((i % 10)) -ne 7 ] || moving=${broken[i / 10]}
    printf 'pair-%02d,%s,%s\n' $((i + 1)) "$fixed" "$moving" >>"$work/pairs.csv"
done

run=(build/lam register --batch "$work/pairs.csv" --output "$work/out" --jobs 2 --resume)
reports() { find "$work/out" -name report.json 2>/dev/null | wc -l; }
SECONDS=0
"${run[@]}" >"$work/log" 2>&1 &
batch=$!
while [ "$(reports)" -lt 20 ] && kill -0 $batch 2>/dev/null; do sleep 0.1; done
kill -9 $batch
wait $batch 2>/dev/null || true
echo "killed with $(reports) results there and" \
    "$(find "$work/out/.partial" -mindepth 2 -maxdepth 2 | wc -l) pairs half done"

status=0
"${run[@]}" >>"$work/log" 2>&1 || status=$?
tail -n 2 "$work/log"
echo "exit status $status, $SECONDS s in all; half-made files left:" \
    "$(find "$work/out" -path '*.partial*' | wc -l)"
grep ',failed,' "$work/out/summary.csv" | sed "s|$work/||g"

python3 - "$work/out" <<'CHECK'
import gzip, json, pathlib, sys

whole = right = 0
for folder in pathlib.Path(sys.argv[1]).glob("pair-*"):
    report = json.loads((folder / "report.json").read_text())
    with gzip.open(folder / "warped.nii.gz") as warped:
        whole += len(warped.read()) > 352 and (folder / "transform.safetensors").stat().st_size > 0
    right += report["correlation_warped"] > report["correlation_linear"]
print(f"{whole} whole results, {right} of them better than their linear part")
CHECK
