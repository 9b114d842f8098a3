#!/bin/bash
# bench/step.sh [--yes] [ROUNDS]: one training step of the reference model in lam and in PyTorch (CPU), by
# turns, so that both see the same machine. Prints one JSON object; ratio: PyTorch's time over lam's.
# PyTorch comes from Debian (python3-torch) and is installed only after asking, or with --yes.
# PYTHON names another Python whose PyTorch shall be used.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-/usr/bin/python3}
yes=no
[ "${1:-}" != --yes ] || { yes=yes; shift; }
rounds=${1:-3}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "Usage: bench/step.sh [--yes] [ROUNDS]" >&2; exit 2; }

has_torch() {
    "$python" -c 'import torch' 2>/dev/null
}

install_torch() {
    if [ $yes = no ] && [ -t 0 ]; then
        read -rp "PyTorch is needed to compare with (Debian's python3-torch, about 300 MB). Install it? [y/N] " answer
        [[ $answer =~ ^[yY] ]] && yes=yes
    fi
    if [ $yes = no ] || [ -n "${PYTHON:-}" ]; then
        echo "PyTorch is needed to compare with. On Debian: bench/step.sh --yes, or apt-get install python3-torch" >&2
        exit 1
    fi
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -q >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends python3-torch >&2
}

has_torch || install_torch
[ -x build/lam ] || { tools/install-packages.sh build; tools/build.sh; } >&2

runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT
threads=${LAM_THREADS:-$(nproc)}
way=() # the search for PyTorch's fastest way is made once
for ((round = 0; round < rounds; round++)); do
    build/lam bench step --json --repeats 5 >"$runs/lam-$round"
    "$python" bench/step_torch.py --repeats 5 --threads "$threads" "${way[@]}" >"$runs/torch-$round"
    way=(--way "$("$python" -c 'import json, sys; print(json.load(sys.stdin)["way"])' <"$runs/torch-0")")
done

"$python" - "$runs" "$rounds" <<'SUMMARY'
import json, statistics, sys

folder, rounds = sys.argv[1], int(sys.argv[2])
lam, torch = ([json.load(open(f"{folder}/{name}-{i}")) for i in range(rounds)]
              for name in ("lam", "torch"))
assert all(run["threads"] == lam[0]["threads"] for run in lam + torch), "unequal threads"
lam_ms, torch_ms = (statistics.median(run["step_ms_median"] for run in runs) for runs in (lam, torch))
print(json.dumps({
    "lam_step_ms_median": round(lam_ms, 1),
    "torch_step_ms_median": round(torch_ms, 1),
    "ratio": round(torch_ms / lam_ms, 3),
    "lam_step_ms_of_rounds": [round(run["step_ms_median"], 1) for run in lam],
    "torch_step_ms_of_rounds": [round(run["step_ms_median"], 1) for run in torch],
    "threads": int(lam[0]["threads"]),
    "torch_version": torch[0]["torch"],
    "torch_way": torch[0]["way"],
}, indent=2))
SUMMARY
