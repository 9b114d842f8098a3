#!/usr/bin/python3
"""Fields and affines of lam in ITK, and ITK's in lam."""
import os
import pathlib
import subprocess

import common

PROGRAM = pathlib.Path(os.environ.get("BUILD_ROOT", "build")).resolve() / "interop" / "itk-apply"


def build():
    script = pathlib.Path(__file__).parent / "build-itk-apply.sh"
    status = subprocess.run([script, PROGRAM], check=False).returncode
    if status == 77:
        common.skip("libinsighttoolkit5-dev or g++ is not installed")
    assert status == 0, "itk-apply does not build"


def warp(case, transform, copy):
    case.run(PROGRAM, "moving.nii.gz", "fixed.nii.gz", "itk.nii.gz", transform, copy)
    return common.load(case / "itk.nii.gz")


def test(tap, case):
    case.convert("u.nii.gz", "itk-field.nii.gz", "--to", "itk")
    image = warp(case, "itk-field.nii.gz", "copy.nii.gz")
    tap.image(f"{case.name}: field in ITK", case.image_difference(image))
    case.convert("copy.nii.gz", "back.nii.gz", "--from", "itk", "--to", "lambdascope")
    tap.field(f"{case.name}: field that ITK wrote", case.field_difference("back.nii.gz"))
    for ending in ("tfm", "txt", "mat"):
        name, copy = f"itk-affine.{ending}", f"copy.{ending}"
        case.convert("affine.tfm", name, "--to", "itk")
        image = warp(case, name, copy)
        tap.image(f"{case.name}: affine .{ending} in ITK", case.image_difference(image, affine=True))
        tap.matrix(f"{case.name}: affine .{ending} that ITK wrote", case.matrix_difference(copy))
        tap.image(f"{case.name}: that .{ending} in lam apply",
                  case.image_difference(case.apply_as("itk", copy), affine=True))


if __name__ == "__main__":
    build()
    common.main(test)
