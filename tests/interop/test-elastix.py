#!/usr/bin/python3
"""Fields and affines of lam in transformix (elastix), and its fields in lam."""
import common
import numpy as np


def words(values):
    return " ".join(repr(float(value)) for value in values)


def parameters(case, kind, *lines):
    """A file of transformix: what to do, and the fixed grid in LPS, directions by column."""
    spacing = np.linalg.norm(case.matrix[:3, :3], axis=0)
    lps = common.LPS @ case.matrix
    text = [f'(Transform "{kind}")', *lines,
            '(InitialTransformParametersFileName "NoInitialTransform")',
            '(HowToCombineTransforms "Compose")', '(UseDirectionCosines "true")',
            '(FixedImageDimension 3)', '(MovingImageDimension 3)',
            '(FixedInternalImagePixelType "float")', '(MovingInternalImagePixelType "float")',
            f"(Size {' '.join(map(str, case.size))})", "(Index 0 0 0)", f"(Spacing {words(spacing)})",
            f"(Origin {words(lps[:3, 3])})", f"(Direction {words((lps[:3, :3] / spacing).T.ravel())})",
            '(ResampleInterpolator "FinalBSplineInterpolator")', '(FinalBSplineInterpolationOrder 1)',
            '(Resampler "DefaultResampler")',
            '(DefaultPixelValue 0)', '(ResultImageFormat "nii")', '(ResultImagePixelType "float")',
            '(CompressResultImage "false")']
    (case / "parameters.txt").write_text("\n".join(text) + "\n")


def warp(case):
    (case / "out").mkdir(exist_ok=True)
    case.run("transformix", "-in", "moving.nii.gz", "-def", "all", "-out", "out", "-tp", "parameters.txt")
    return common.load(case / "out/result.nii")


def test(tap, case):
    case.convert("u.nii.gz", "itk-field.nii.gz", "--to", "itk")
    parameters(case, "DeformationFieldTransform", "(NumberOfParameters 0)",
               f'(DeformationFieldFileName "{case / "itk-field.nii.gz"}")',
               "(DeformationFieldInterpolationOrder 1)")
    tap.image(f"{case.name}: field in transformix", case.image_difference(warp(case)))
    case.convert("out/deformationField.nii", "back.nii.gz", "--from", "itk", "--to", "lambdascope")
    tap.field(f"{case.name}: field that transformix wrote", case.field_difference("back.nii.gz"))

    case.convert("affine.tfm", "a.tfm")
    lps = common.LPS @ common.read_itk_text(case / "a.tfm") @ common.LPS
    parameters(case, "AffineTransform", "(NumberOfParameters 12)", "(CenterOfRotationPoint 0 0 0)",
               f"(TransformParameters {words([*lps[:3, :3].ravel(), *lps[:3, 3]])})")
    tap.image(f"{case.name}: affine in transformix", case.image_difference(warp(case), affine=True))


if __name__ == "__main__":
    common.need("transformix")
    common.main(test)
