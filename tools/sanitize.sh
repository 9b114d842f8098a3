#!/bin/bash
# tools/sanitize.sh [gcc] [clang] [asan] [tsan]: (all without arguments) what is too slow for every
# run of tools/test.sh, each in a build folder of its own, build-NAME.
#   gcc, clang   builds with every warning an error
#   asan         all tests but those of the window, with AddressSanitizer (and its search for leaks)
#                and UndefinedBehaviorSanitizer
#   tsan         worker, sessions and the kernels on two threads, with ThreadSanitizer
# The last line says what failed; so does the exit status.
set -euo pipefail
cd "$(dirname "$0")/.." || exit 1
export PATH="/usr/bin:/bin:$PATH" # see build.sh

tools/install-packages.sh build run test sanitize
[ $# -gt 0 ] || set -- gcc clang asan tsan

export OMP_WAIT_POLICY=passive LC_ALL=C.UTF-8 GSETTINGS_BACKEND=memory G_SLICE=always-malloc
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:allocator_may_return_null=1
export TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1

build() { # folder, then arguments of meson setup
    { [ -f "$1/build.ninja" ] || meson setup "$@"; } && ninja -C "$1"
}

run() { # folder, then arguments of meson test
    local folder=$1
    shift
    env -u DISPLAY -u WAYLAND_DISPLAY meson test -C "$folder" --no-rebuild --print-errorlogs \
        --timeout-multiplier 20 "$@"
}

check_gcc() {
    CC=gcc build build-gcc -Dwerror=true
}

check_clang() {
    CC=clang build build-clang -Dwerror=true
}

check_asan() {
    CC=gcc build build-asan -Db_sanitize=address,undefined -Doptimization=1 \
        -Dc_args=-fsanitize=float-cast-overflow &&
        run build-asan --no-suite ui --no-suite gl --no-suite interop &&
        # Mesa's drivers leak on unloading, and nothing then tells whose it was
        ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 run build-asan --suite gl
}

# clang's OpenMP tells ThreadSanitizer of its barriers (libarcher); gcc's does not, and every parallel
# loop would look like a race. tsan-glib.c does the same for GLib's locks. oneDNN, OpenBLAS and GLib
# themselves are not watched.
check_tsan() {
    local tests=(worker golden-ops golden-hypermorph nn-conv nn-ops nn-graph image-resample
        image-intensity registration-affine-gradient registration-field registration-metrics
        registration-score registration-session registration-session-geometry training-run)
    local shim=$PWD/build-tsan/tsan-glib.so archer flags
    archer=$(clang -print-resource-dir)/../../libarcher.so
    read -ra flags < <(pkg-config --cflags glib-2.0)
    CC=clang build build-tsan -Db_sanitize=thread -Db_lundef=false -Doptimization=1 &&
        clang -Wall -Wextra -O1 -shared -fPIC "${flags[@]}" tools/tsan-glib.c -o "$shim" -ldl &&
        LD_PRELOAD=$shim OMP_TOOL_LIBRARIES=$archer LAM_THREADS=2 run build-tsan "${tests[@]}"
}

failed=()
# In `check || ...` bash does not leave at the first error: the checks are chained by && for that.
for name in "$@"; do
    case $name in
    gcc | clang | asan | tsan) ;;
    *)
        echo "sanitize.sh: $name: gcc, clang, asan or tsan" >&2
        exit 2
        ;;
    esac
    echo "== $name"
    ("check_$name") || failed+=("$name")
done
[ ${#failed[@]} -eq 0 ] || {
    echo "failed: ${failed[*]}"
    exit 1
}
echo "passed: $*"
