#!/bin/bash
# check-headers.sh CC: each public header compiles on its own, without warnings, with GLib alone.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

read -ra flags <<<"$(pkg-config --cflags glib-2.0 gio-2.0)"
status=0
for header in include/lambdascope/*.h; do
    echo "#include <lambdascope/${header##*/}>" |
        "$@" -std=gnu17 -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes -Werror \
            -fsyntax-only -Iinclude "${flags[@]}" -x c - || {
        echo "$header does not stand alone"
        status=1
    }
done
exit $status
