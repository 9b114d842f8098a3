#!/bin/bash
# tools/install-packages.sh: asks for what is missing and only that; leaves apt-get alone otherwise.
# dpkg-query, apt-get and id are replaced by ones that only tell.
set -euo pipefail
cd "$(dirname "$0")/.."

fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
installed=$fake/installed
calls=$fake/calls

cat >"$fake/dpkg-query" <<EOF
#!/bin/bash
grep -qx -- "\${!#}" "$installed" || { echo "no packages found" >&2; exit 1; }
echo -n installed
EOF
printf '#!/bin/bash\necho "$*" >>"%s"\n' "$calls" >"$fake/apt-get"
printf '#!/bin/bash\necho 0\n' >"$fake/id"
chmod +x "$fake"/*

run() {
    : >"$calls"
    PATH="$fake:$PATH" tools/install-packages.sh "$@"
}

expect() {
    [ "$2" = "$3" ] && return
    printf '%s: expected\n  %s\nbut got\n  %s\n' "$1" "$2" "$3"
    exit 1
}

everything=$(awk '/^\[/ { next } { sub(/#.*/, "") } NF { print $1 }' tools/packages.txt)
expect "no package is named twice" "" "$(sort <<<"$everything" | uniq -d)"

echo "$everything" >"$installed"
expect "nothing is missing: silence" "" "$(run)"
expect "nothing is missing: no apt-get" "" "$(cat "$calls")"

grep -vxE 'meson|xvfb' <<<"$everything" >"$installed"
expect "what is installed is said" "Installing from Debian: meson" "$(run build run)"
options="-q -o Dpkg::Use-Pty=0"
expect "only what is missing, of these groups" \
    "$options update
$options install -y --no-install-recommends meson" "$(cat "$calls")"

status=0
run nonsense 2>/dev/null || status=$?
expect "an unknown group" 2 "$status"
