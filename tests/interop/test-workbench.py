#!/usr/bin/python3
"""Fields and affines of lam in Connectome Workbench, which also reads and writes FSL's and ITK's, and its
files in lam. FSL itself is not free software; this is the check of its conventions."""
import common
import numpy as np


def warp(case, *how):
    case.run("wb_command", "-volume-resample", "moving.nii.gz", "fixed.nii.gz", "TRILINEAR", "wb.nii.gz", *how)
    return common.load(case / "wb.nii.gz")


def fields(tap, case):
    case.convert("u.nii.gz", "fsl.nii.gz", "--to", "fsl")
    image = warp(case, "-warp", "fsl.nii.gz", "-fnirt", "moving.nii.gz")
    tap.image(f"{case.name}: FNIRT field in Workbench", case.image_difference(image))
    case.convert("u.nii.gz", "ras.nii.gz", "--to", "freesurfer")
    image = warp(case, "-warp", "ras.nii.gz")
    tap.image(f"{case.name}: RAS field in Workbench", case.image_difference(image))
    case.convert("u.nii.gz", "itk.nii.gz", "--to", "itk")
    case.run("wb_command", "-convert-warpfield", "-from-itk", "itk.nii.gz", "-to-world", "wb-ras.nii.gz",
             "-to-fnirt", "wb-fsl.nii.gz", "moving.nii.gz", "-to-itk", "wb-itk.nii.gz")
    for name, convention in (("wb-ras", "freesurfer"), ("wb-fsl", "fsl"), ("wb-itk", "itk")):
        case.convert(f"{name}.nii.gz", "back.nii.gz", "--from", convention, "--to", "lambdascope")
        tap.field(f"{case.name}: {convention} field that Workbench wrote",
                  case.field_difference("back.nii.gz"))
        image = case.apply_as(convention, f"{name}.nii.gz")
        tap.image(f"{case.name}: that {convention} field in lam apply", case.image_difference(image))


def affines(tap, case):
    case.convert("affine.tfm", "flirt.mat", "--to", "fsl")
    scans = ("moving.nii.gz", "fixed.nii.gz")
    image = warp(case, "-affine", "flirt.mat", "-flirt", *scans)
    tap.image(f"{case.name}: FLIRT matrix in Workbench", case.image_difference(image, affine=True))
    case.convert("affine.tfm", "itk.txt", "--to", "itk")
    text = (case / "itk.txt").read_text()  # Workbench knows only ITK's name of the base class
    (case / "itk.txt").write_text(text.replace("AffineTransform", "MatrixOffsetTransformBase"))
    case.run("wb_command", "-convert-affine", "-from-itk", "itk.txt", "-to-world", "world.txt", "-to-itk",
             "wb-itk.txt", "-to-flirt", "wb-flirt.mat", *scans)
    world = np.loadtxt(case / "world.txt")  # source to target
    tap.matrix(f"{case.name}: ITK affine in Workbench", np.abs(np.linalg.inv(world) - common.AFFINE).max())
    tap.matrix(f"{case.name}: ITK affine that Workbench wrote", case.matrix_difference("wb-itk.txt"))
    tap.matrix(f"{case.name}: FLIRT matrix that Workbench wrote",
               case.matrix_difference("wb-flirt.mat", "--from", "fsl"))
    image = case.apply_as("fsl", "wb-flirt.mat")
    tap.image(f"{case.name}: that FLIRT matrix in lam apply", case.image_difference(image, affine=True))


def test(tap, case):
    fields(tap, case)
    affines(tap, case)


if __name__ == "__main__":
    common.need("wb_command")
    common.main(test)
