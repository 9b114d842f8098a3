#!/bin/bash
# tools/demo-thumbnails.sh: draws the pictures of the gallery, data/demos/NAME.png, each from its own demo. They
# are kept in the repository, since drawing them takes the models and some time.
set -euo pipefail
cd "$(dirname "$0")/.."

for picture in data/demos/*.png; do
    name=$(basename "$picture" .png)
    echo "$picture"
    LAM_MODELS=models build/src/cli/lam render --demo "$name" --bare --zoom 1.25 --size 472x296 --output "$picture"
done
