#!/bin/bash
# Formats every C file as .clang-format says; with --check it only names those that differ.
set -euo pipefail
cd "$(dirname "$0")/.."

format=$(command -v clang-format-14 || true)
if [ -z "$format" ]; then
    echo "clang-format-14 is not installed" >&2
    exit 77 # what Meson takes as skipped
fi
mapfile -t sources < <(find include src tests bench -name '*.[ch]' | sort)
if [ "${1:-}" = --check ]; then
    status=0
    for source in "${sources[@]}"; do
        "$format" --style=file "$source" | cmp -s - "$source" || {
            echo "$source: not formatted (tools/format.sh does it)"
            status=1
        }
    done
    exit $status
fi
exec "$format" --style=file -i "${sources[@]}"
