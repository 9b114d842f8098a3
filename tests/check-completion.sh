#!/bin/bash
# check-completion.sh LAM LAMBDASCOPE: what bash offers after some words. Scripts are those of data/completions.
set -uo pipefail
lam=$(realpath "$1") lambdascope=$(realpath "$2")
cd "$(dirname "$0")/.." || exit
# shellcheck source=/dev/null
source data/completions/lam
# shellcheck source=/dev/null
source data/completions/lambdascope
status=0

offered() { # FUNCTION WORD...: the last is the one being typed
    local function=$1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    "$function"
    echo "${COMPREPLY[*]}"
}

expect() { # WHAT WANTED GOT
    [ "$2" = "$3" ] && return
    printf '%s: expected\n  %s\nbut got\n  %s\n' "$1" "$2" "$3"
    status=1
}

expect "commands that begin with reg" "register" "$(offered _lam "$lam" reg)"
expect "options of a command" "--fixed --fixed-mask --fixed-labels" "$(offered _lam "$lam" register --fixed)"
expect "values of an option" "freesurfer" "$(offered _lam "$lam" convert a.nii --to fr)"
expect "values after =" "fsl freesurfer" "$(offered _lam "$lam" convert a.nii --to = f)"
expect "all values after =" "axial coronal sagittal" "$(offered _lam "$lam" render --plane =)"
expect "parts of a command" "people" "$(offered _lam "$lam" template pe)"
expect "options of a part" "--scans --subjects --structures" "$(offered _lam "$lam" template people --s)"
expect "files where nothing else fits" "" "$(offered _lam "$lam" info scan)"
expect "a program that is not there" "" "$(offered _lam /not/there register --fixed)"
expect "options of the viewer" "--model" "$(offered _lambdascope "$lambdascope" --mod)"
expect "all commands" "$("$lam" --help | grep -c '^  [a-z]')" "$(_lam_commands "$lam" | wc -l)"
exit $status
