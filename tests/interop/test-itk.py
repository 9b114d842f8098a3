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


def warp(case, transform, *copy):
    case.run(PROGRAM, "moving.nii.gz", "fixed.nii.gz", "itk.nii.gz", transform, *copy)
    return common.load(case / "itk.nii.gz")


def transform_text(kind, parameters, fixed):
    return f"Transform: {kind}_double_3_3\nParameters: {parameters}\nFixedParameters: {fixed}\n"


EULER = transform_text("Euler3DTransform", "0.2 -0.3 0.25 3 -2 4", "10 20 -5 0")
AFFINE = transform_text("AffineTransform", "1.05 0.1 0 -0.05 0.95 0.02 0 0.1 1.02 -3 4 1", "5 6 7")
KINDS = {
    "Euler": EULER,
    "Euler, other order": EULER.replace("-5 0", "-5 1"),
    "versor": transform_text("VersorRigid3DTransform", "0.1 -0.05 0.12 3 -2 4", "10 20 -5"),
    "similarity": transform_text("Similarity3DTransform", "0.1 -0.05 0.12 3 -2 4 1.1", "10 20 -5"),
    "translation": transform_text("TranslationTransform", "4 -3 2", ""),
    "composite": "Transform: CompositeTransform_double_3_3\n" + EULER + AFFINE,
}


def kinds(tap, case):
    """Parameters as ITK takes them, for each kind of transform that we read."""
    for name, text in KINDS.items():
        (case / "kind.tfm").write_text("#Insight Transform File V1.0\n#Transform 0\n" + text)
        case.lam("convert", "kind.tfm", "-o", "matrix.tfm")
        matrix = common.read_itk_text(case / "matrix.tfm")
        theirs = warp(case, "kind.tfm")
        tap.image(f"{case.name}: {name}",
                  case.difference(case.apply_as("itk", "kind.tfm"), theirs,
                                  common.transform(matrix, case.points)))


def test(tap, case):
    kinds(tap, case)
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
