#!/usr/bin/python3
"""Files of FreeSurfer and VoxelMorph against their documented formulas, with nibabel to read them."""
import re

import common
import nibabel
import numpy as np


def read_lta(path):
    """type, matrix, and the vox2ras of source and destination."""
    text = re.sub(r"#.*", "", path.read_text())
    kind = int(re.search(r"type\s*=\s*(\d+)", text).group(1))
    matrix = np.array(text.partition("1 4 4")[2].split()[:16], dtype=float).reshape(4, 4)
    spaces = []
    for section in (text.partition("src volume info")[2].partition("dst volume info")[0],
                    text.partition("dst volume info")[2]):
        value = {key: np.array(rest.split(), dtype=float)
                 for key, rest in re.findall(r"(\w+)\s*=\s*([-\d.e+ ]+)\n", section)}
        space = np.eye(4)
        space[:3, :3] = np.stack([value["xras"], value["yras"], value["zras"]], axis=1) * value["voxelsize"]
        space[:3, 3] = value["cras"] - space[:3, :3] @ (value["volume"] / 2)
        spaces.append(space)
    return kind, matrix, spaces


def write_vox_lta(path, matrix, spaces, sizes):
    lines = ["type      = 0 # LINEAR_VOX_TO_VOX", "nxforms   = 1", "mean      = 0.0000 0.0000 0.0000",
             "sigma     = 10000.0000", "1 4 4"] + [" ".join(map(repr, map(float, row))) for row in matrix]
    for which, space, size in zip(("src", "dst"), spaces, sizes):
        spacing = np.linalg.norm(space[:3, :3], axis=0)
        lines += [f"{which} volume info", "valid = 1  # volume info valid", "filename = nowhere.mgz",
                  "volume = " + " ".join(map(str, size)), "voxelsize = " + " ".join(map(repr, map(float, spacing)))]
        lines += [f"{name}ras   = " + " ".join(map(repr, map(float, column)))
                  for name, column in zip("xyz", (space[:3, :3] / spacing).T)]
        centre = space[:3, :3] @ (np.array(size) / 2) + space[:3, 3]
        lines.append("cras   = " + " ".join(map(repr, map(float, centre))))
    path.write_text("\n".join(lines + ["subject bert", "fscale 0.1", ""]))


def lta(tap, case):
    case.convert("affine.tfm", "a.lta")
    kind, matrix, (source, destination) = read_lta(case / "a.lta")
    assert kind == 1
    tap.matrix(f"{case.name}: LTA", np.abs(np.linalg.inv(matrix) - common.AFFINE).max())
    tap.matrix(f"{case.name}: geometry in the LTA", max(np.abs(source - case.moving_matrix).max(),
                                                        np.abs(destination - case.matrix).max()))
    tap.matrix(f"{case.name}: LTA there and back", case.matrix_difference("a.lta"))
    voxels = np.linalg.inv(case.matrix) @ np.linalg.inv(common.AFFINE) @ case.moving_matrix
    write_vox_lta(case / "v.lta", voxels, (case.moving_matrix, case.matrix), (case.moving_size, case.size))
    tap.matrix(f"{case.name}: LTA between voxels", case.matrix_difference("v.lta"))


def warp_with(case, targets):
    """The moving scan at these world positions."""
    voxels = common.transform(np.linalg.inv(case.moving_matrix), targets)
    return common.resample(common.load(case / "moving.nii.gz"), voxels)


def synthmorph(tap, case):
    for name in ("warp.nii.gz", "warp.mgz"):
        case.convert("u.nii.gz", name, "--to", "freesurfer")
        warp = nibabel.load(str(case / name))
        data = np.asarray(warp.dataobj, dtype=float)
        assert data.shape == (*case.size, 3), data.shape
        tap.matrix(f"{case.name}: matrix of {name}", np.abs(warp.affine - case.matrix).max())
        tap.image(f"{case.name}: {name}", case.image_difference(warp_with(case, case.points + data)))
        case.convert(name, "back.nii.gz", "--from", "freesurfer", "--to", "lambdascope")
        tap.field(f"{case.name}: {name} there and back", case.field_difference("back.nii.gz"))


def voxelmorph(tap, case):
    case.convert("u.nii.gz", "vxm.nii.gz", "--to", "voxel")
    voxels = np.stack(np.indices(case.size), axis=-1) + common.load(case / "vxm.nii.gz")
    image = common.resample(common.load(case / "moving.nii.gz"), voxels)
    tap.image(f"{case.name}: field in voxels", case.image_difference(image))
    case.convert("vxm.nii.gz", "back.nii.gz", "--from", "voxel", "--to", "lambdascope")
    tap.field(f"{case.name}: field in voxels there and back", case.field_difference("back.nii.gz"))
    case.convert("affine.tfm", "voxel.txt", "--to", "voxel")
    matrix = case.moving_matrix @ np.loadtxt(case / "voxel.txt") @ np.linalg.inv(case.matrix)
    tap.matrix(f"{case.name}: matrix in voxels", np.abs(matrix - common.AFFINE).max())
    tap.matrix(f"{case.name}: matrix in voxels there and back",
               case.matrix_difference("voxel.txt", "--from", "voxel"))


def test(tap, case):
    lta(tap, case)
    synthmorph(tap, case)
    voxelmorph(tap, case)


if __name__ == "__main__":
    common.main(test)
