#!/bin/bash
# Builds itk-apply, unless it is newer than its source, as the file named. 77: there is no ITK here.
set -euo pipefail
source=$(dirname "$0")/itk-apply.cpp out=$1

[ "$out" -nt "$source" ] && exit 0
include=$(compgen -G "/usr/include/ITK-5.*" | sort -V | tail -1) || exit 77
command -v g++ >/dev/null || exit 77
version=${include##*/ITK-}
libraries=()
for name in ITKIONIFTI ITKIOTransformInsightLegacy ITKIOTransformMatlab ITKIOTransformBase \
    ITKTransformFactory ITKTransform ITKIOImageBase ITKVNLInstantiation ITKCommon itksys itkvnl_algo itkvnl; do
    libraries+=("-l$name-$version")
done
mkdir -p "$(dirname "$out")"
# ITK's headers warn; the program is small, and quick is what matters
g++ -w -O1 -std=c++14 -isystem "$include" "$source" -o "$out.new" "${libraries[@]}"
mv "$out.new" "$out"
