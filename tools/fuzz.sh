#!/bin/bash
# tools/fuzz.sh [SECONDS [TARGET...]]: feeds damaged files to each reader for SECONDS (60 without), one
# after the other, in build-fuzz. What is found stays in build-fuzz/found/TARGET; the corpus grows in
# build-fuzz/corpus/TARGET, and `tools/fuzz.sh merge` takes from there what reaches new code into
# tests/fuzz/corpus. The last line says what failed; so does the exit status.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="/usr/bin:/bin:$PATH" # see build.sh

tools/install-packages.sh build run sanitize
export OMP_NUM_THREADS=1 LC_ALL=C.UTF-8 G_SLICE=always-malloc
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
[ -f build-fuzz/build.ninja ] ||
    CC=clang meson setup build-fuzz -Dfuzz=true -Dviewer=disabled -Doptimization=1 \
        -Db_sanitize=address,undefined -Db_lundef=false
mapfile -t known < <(find tests/fuzz -name 'fuzz-*.c' -printf '%f\n' | sed 's/fuzz-//; s/\.c//' | sort)
ninja -C build-fuzz tests/fuzz/make-seeds "${known[@]/#/tests/fuzz/fuzz-}"
build-fuzz/tests/fuzz/make-seeds build-fuzz/seeds

if [ "${1:-}" = merge ]; then
    for target in "${known[@]}"; do
        mkdir -p "tests/fuzz/corpus/$target" build-fuzz/{corpus,seeds}/"$target"
        build-fuzz/tests/fuzz/fuzz-"$target" -set_cover_merge=1 -max_len=1024 "tests/fuzz/corpus/$target" \
            "build-fuzz/seeds/$target" "build-fuzz/corpus/$target" 2>&1 | tail -1
    done
    exit
fi

seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- "${known[@]}"
failed=()
for target in "$@"; do
    echo "== $target"
    mkdir -p build-fuzz/{corpus,found,seeds}/"$target"
    nice build-fuzz/tests/fuzz/fuzz-"$target" -max_total_time="$seconds" -max_len=4096 -timeout=20 \
        -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 -artifact_prefix="build-fuzz/found/$target/" \
        "build-fuzz/corpus/$target" "build-fuzz/seeds/$target" "tests/fuzz/corpus/$target" ||
        failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || {
    echo "failed: ${failed[*]}"
    exit 1
}
echo "passed: $*"
