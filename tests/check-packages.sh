#!/bin/bash
# tools/install-packages.sh: asks for what is missing and only that; leaves apt-get alone otherwise.
# dpkg-query, apt-get, id and sudo are replaced by ones that only tell.
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
printf '#!/bin/bash\ncat "%s"\n' "$fake/user" >"$fake/id"
echo 0 >"$fake/user"
printf '#!/bin/bash\necho sudo >>"%s"; exec "$@"\n' "$calls" >"$fake/sudo"
chmod +x "$fake"/*

ask_for() {
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
expect "nothing is missing: silence" "" "$(ask_for)"
expect "nothing is missing: no apt-get" "" "$(cat "$calls")"

grep -vxE 'meson|xvfb' <<<"$everything" >"$installed"
expect "what is installed is said" "Installing from Debian: meson" "$(ask_for build run)"
options="-q -o Dpkg::Use-Pty=0"
expect "only what is missing, of these groups" \
    "$options update
$options install -y --no-install-recommends meson" "$(cat "$calls")"

echo 1000 >"$fake/user"
ask_for test >/dev/null
expect "others than root ask sudo" "sudo
$options update
sudo
$options install -y --no-install-recommends xvfb" "$(cat "$calls")"

status=0
ask_for nonsense 2>/dev/null || status=$?
expect "an unknown group" 2 "$status"
