#!/usr/bin/python3
"""bench/affine-elastix.py [bench-affine options] SCAN...: elastix (Debian package elastix) on the cases of
bench-affine, scored by the same measure. Prints the line of bench-affine."""
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE.parent / "build" / "bench" / "bench-affine"


def numbers(text, name):
    return [float(x) for x in re.search(rf"\({name} ([^)]*)\)", text).group(1).split()]


def matrix_ras(text):
    """elastix maps fixed to moving points, in LPS: y = A (x - c) + t + c."""
    p, c = numbers(text, "TransformParameters"), numbers(text, "CenterOfRotationPoint")
    flip = [-1, -1, 1]
    rows = []
    for i in range(3):
        a = p[3 * i:3 * i + 3]
        shift = p[9 + i] + c[i] - sum(a[j] * c[j] for j in range(3))
        rows.append([flip[i] * a[j] * flip[j] for j in range(3)] + [flip[i] * shift])
    return rows + [[0, 0, 0, 1]]


def align(folder, case):
    out = folder / f"{case}-out"
    out.mkdir()
    start = time.perf_counter()
    done = subprocess.run(
        ["elastix", "-f", folder / f"{case}-fixed.nii", "-m", folder / f"{case}-moving.nii",
         "-p", HERE / "elastix-affine.txt", "-out", out, "-threads", "2"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        return
    rows = matrix_ras((out / "TransformParameters.0.txt").read_text())
    lines = [" ".join(f"{x:.12g}" for x in row) for row in rows]
    (folder / f"{case}.txt").write_text("\n".join(lines + [f"{seconds:.3f}"]) + "\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([BENCH, "--write", name, *sys.argv[1:]], check=True)
        for fixed in sorted(folder.glob("*-fixed.nii")):
            align(folder, fixed.name.removesuffix("-fixed.nii"))
        sys.exit(subprocess.run([BENCH, "--score", name, *sys.argv[1:]], check=False).returncode)


main()
