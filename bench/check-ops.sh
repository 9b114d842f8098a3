#!/bin/bash
# check-ops.sh OPS: the program bench/ops measures every operation that src/nn has, and Adam.
set -euo pipefail

named=$({ sed -n 's/.*\.name = "\([^"]*\)".*/\1/p' src/nn/op-*.c; echo adam; } | sort -u)
[ "$(wc -l <<<"$named")" -gt 10 ]
diff <(echo "$named") <("$1" --list | sort -u) ||
    { echo "bench/ops.c and src/nn/op-*.c do not agree"; exit 1; }

# It runs, and its figures are figures: one pass over everything.
"$1" --json --repeats 1 | python3 -c '
import json, sys
report = json.load(sys.stdin)
assert report["sgemm_gflops"] > 0 and report["copy_gb_per_s"] > 0, report
for line in report["ops"]:
    share = line.get("sgemm_share", line.get("copy_share"))
    assert line["ms_median"] >= 0 and (share is None or 0 < share < 1000), line
assert len(report["ops"]) > 30, report
'
