#!/bin/bash
# Formats every C file as .clang-format says; with --check it only names those that differ.
set -euo pipefail
cd "$(dirname "$0")/.."

format=$(command -v clang-format-14 || true)
if [ -z "$format" ]; then
    echo "clang-format-14 is not installed" >&2
    exit 77 # what Meson takes as skipped
fi
mapfile -t sources < <(find bench include src tests -name '*.[ch]' | sort)
if [ "${1:-}" = --check ]; then
    different=$("$format" --style=file --dry-run "${sources[@]}" 2>&1 | cut -d: -f1 | grep '\.[ch]$' |
        sort -u || true)
    [ -n "$different" ] || exit 0
    printf 'Not formatted; tools/format.sh does it:\n%s\n' "$different"
    exit 1
fi
exec "$format" --style=file -i "${sources[@]}"
