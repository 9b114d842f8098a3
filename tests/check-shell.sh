#!/bin/bash
# Each shell script parses, can be run, and passes shellcheck where that is installed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

mapfile -t scripts < <(echo .ci/run && find tools tests bench -name "*.sh")
status=0
for script in "${scripts[@]}"; do
    bash -n "$script" || status=1
    [ -x "$script" ] || { echo "$script is not executable"; status=1; }
done
if command -v shellcheck >/dev/null; then
    shellcheck "${scripts[@]}" || status=1
fi
echo "${#scripts[@]} scripts"
exit $status
