#!/bin/bash
# tools/test.sh [--interop] [arguments of meson test]: installs what is missing, builds, runs every test;
# with --interop also those against other programs, which it installs as well. The last line is
# "N passed, N failed, N skipped"; the exit status is that of the tests.
set -euo pipefail
cd "$(dirname "$0")/.." || exit 1
export PATH="/usr/bin:/bin:$PATH" # see build.sh

interop=(--no-suite interop)
groups=(build run test)
if [ "${1:-}" = --interop ]; then
    shift
    interop=()
    groups+=(interop)
fi

tools/install-packages.sh "${groups[@]}"
tools/build.sh

# Tests run side by side: threads that wait must not spin. Slow machines get three times the time.
export OMP_WAIT_POLICY=passive LC_ALL=C.UTF-8 GSETTINGS_BACKEND=memory
meson_test=(meson test -C build --no-rebuild --print-errorlogs --timeout-multiplier 3 "$@")
not_ui=(--no-suite unit --no-suite golden --no-suite gl --no-suite slow --no-suite interop)
logs=build/meson-logs
rm -f $logs/testlog*
status=0

echo "Without a display:"
env -u DISPLAY -u WAYLAND_DISPLAY "${meson_test[@]}" --no-suite ui "${interop[@]}" || status=$?

# on_display MINE OTHER: the tests of one display, one after the other. In this order: the accessibility bus has
# to inherit DISPLAY. -noreset: else Xvfb starts anew, refusing connections meanwhile, whenever its last client
# has gone (between tests; the bus launcher's first look).
on_display() {
    xvfb-run -a -n "$((90 + 10 * $1))" -s "-screen 0 1600x1000x24 -noreset" dbus-run-session -- \
        "${meson_test[@]}" "${not_ui[@]}" --no-suite "display-$2" --num-processes 1 --logbase "testlog-ui-$1"
}

echo "On two displays of their own:"
on_display 2 1 >$logs/display-2.txt 2>&1 &
on_display 1 2 || status=$?
wait $! || status=$?
cat $logs/display-2.txt

tools/test-summary.py $logs/testlog $logs/testlog-ui-1 $logs/testlog-ui-2 || [ $status -ne 0 ] || status=1
exit $status
