#!/bin/bash
# Installs what is missing of the groups named (build, run and test without arguments) of
# tools/packages.txt. With nothing missing it needs neither root nor the network.
set -euo pipefail

list=$(dirname "$0")/packages.txt
[ $# -gt 0 ] || set -- build run test

packages_of() {
    awk -v group="[$1]" '/^\[/ { inside = $1 == group; next }
                         { sub(/#.*/, "") }
                         inside && NF { print $1 }' "$list"
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

wanted=()
for group in "$@"; do
    mapfile -t packages < <(packages_of "$group")
    if [ ${#packages[@]} -eq 0 ]; then
        echo "install-packages.sh: $group: no such group in $list" >&2
        exit 2
    fi
    wanted+=("${packages[@]}")
done

if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian; what is needed here are the equivalents of: ${wanted[*]}" >&2
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Neither root nor sudo: please install these packages first: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"
}

echo "Installing from Debian: ${missing[*]}"
apt_get update
apt_get install -y --no-install-recommends "${missing[@]}"
