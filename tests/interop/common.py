"""What the tests against other programs share: scans of four geometries, one deformation with an affine in
it, comparisons, and results as TAP. Nothing here comes from the code under test.

World coordinates are RAS, mm. A transform takes points of the fixed scan to points of the moving one."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import nibabel
    import numpy as np
except ImportError:
    print("1..0 # SKIP python3-nibabel or python3-numpy is not installed")
    sys.exit(0)  # Meson takes a status other than 0 of a TAP program as a failure

LAM = pathlib.Path(os.environ.get("LAM_PROGRAM", "build/lam")).resolve()
FIELD_MM = 2e-3  # what float32 leaves of a field, there and back
MATRIX = 1e-4    # of entries, after text with few digits
LPS = np.diag([-1.0, -1, 1, 1])


def rotation(x, y, z):
    """About x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    return (np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
            @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
            @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]))


def centred(axes, size, centre=(5, -10, 8)):
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = centre - axes @ ((np.array(size) - 1) / 2)
    return np.array(size), matrix


PERMUTED = np.array([[0, 0, -2.2], [2.1, 0, 0], [0, 2.4, 0]])
GEOMETRIES = {
    "RAS": centred(np.diag([2.3, 2.3, 2.3]), (40, 43, 38)),
    "LAS": centred(np.diag([-2, 2.2, 2.1]), (45, 44, 41)),
    "oblique, permuted": centred(rotation(0.2, -0.3, 0.25) @ PERMUTED, (44, 38, 41)),
    "anisotropic": centred(rotation(0, 0.1, 0) @ np.diag([1.7, -1.7, 4.5]), (54, 56, 20)),
}

AFFINE = np.eye(4)
AFFINE[:3, :3] = rotation(0.08, -0.06, 0.1) @ np.diag([1.04, 0.97, 1.02])
AFFINE[:3, 3] = [4, -3, 5]


def transform(matrix, points):
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def grid_points(size, matrix):
    """World positions, (x,y,z,3)."""
    return transform(matrix, np.stack(np.indices(size), axis=-1).astype(float))


def intensity(points):
    """A smooth object, about 0 to 1000."""
    value = np.zeros(points.shape[:-1])
    for height, width, centre in ((700, 24, (5, -10, 8)), (400, 14, (20, 0, 0)), (-300, 12, (-15, -20, 15)),
                                  (350, 11, (0, 15, 25)), (300, 13, (-5, -30, -10))):
        value += height * np.exp(-((points - centre) ** 2).sum(-1) / (2 * width**2))
    return value


def deformed(points):
    """The whole transform: some 6 mm of deformation, then the affine."""
    moved = points.copy()
    for c in range(3):
        moved[..., c] += 6 * np.sin(points[..., (c + 1) % 3] / 17 + c) * np.cos(points[..., c] / 25)
    return transform(AFFINE, moved)


def save(path, data, matrix, intent=0):
    image = nibabel.Nifti1Image(data.astype(np.float32), matrix)
    image.header.set_intent(intent, allow_unknown=True)
    image.header.set_xyzt_units("mm")
    nibabel.save(image, str(path))


def load(path):
    return np.asarray(nibabel.load(str(path)).dataobj, dtype=float)


class Case:
    """One geometry: the files, and what lam makes of them. The moving scan has another geometry."""

    def __init__(self, name, folder):
        names = list(GEOMETRIES)
        self.name, self.folder = name, folder
        self.size, self.matrix = GEOMETRIES[name]
        self.moving_size, self.moving_matrix = GEOMETRIES[names[(names.index(name) + 1) % len(names)]]
        self.points = grid_points(self.size, self.matrix)
        self.u = deformed(self.points) - self.points
        save(self / "fixed.nii.gz", intensity(self.points), self.matrix)
        save(self / "moving.nii.gz", intensity(grid_points(self.moving_size, self.moving_matrix)),
             self.moving_matrix)
        save(self / "u.nii.gz", self.u[:, :, :, None, :], self.matrix, 1006)
        (self / "affine.tfm").write_text(itk_text(AFFINE))
        self.lam("convert", "affine.tfm", "-f", "fixed.nii.gz", "-o", "affine-u.nii.gz")
        self.warped = self.apply("u.nii.gz", "ours.nii.gz")
        self.warped_affine = self.apply("affine-u.nii.gz", "ours-affine.nii.gz")

    def __truediv__(self, name):
        return self.folder / name

    def run(self, *command):
        done = subprocess.run([str(word) for word in command], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: ended with {done.returncode}: "
                               f"{done.stdout[-2000:]}")
        return done.stdout

    def lam(self, *arguments):
        return self.run(LAM, *arguments)

    def convert(self, source, target, *options):
        """With both scans known."""
        self.lam("convert", source, "-o", target, "-f", "fixed.nii.gz", "-m", "moving.nii.gz", *options)
        return target

    def apply(self, field, output):
        self.lam("apply", "--field", field, "-i", "moving.nii.gz", "-r", "fixed.nii.gz", "-o", output)
        return load(self / output)

    def apply_as(self, convention, transform):
        """lam apply on another program's file, without lam convert."""
        self.lam("apply", "--transform", transform, "--from", convention, "-i", "moving.nii.gz",
                 "-r", "fixed.nii.gz", "-o", "direct.nii.gz")
        return load(self / "direct.nii.gz")

    def inside(self, targets):
        """Voxels that are two from the edge, and whose targets in the moving scan are as well."""
        inner = np.zeros(self.size, dtype=bool)
        inner[2:-2, 2:-2, 2:-2] = True
        voxel = transform(np.linalg.inv(self.moving_matrix), targets)
        return inner & ((voxel >= 2) & (voxel <= self.moving_size - 3)).all(-1)

    def image_difference(self, other, affine=False):
        """Largest difference of two warped images in % of the range."""
        if affine:
            return self.difference(self.warped_affine, other, transform(AFFINE, self.points))
        return self.difference(self.warped, other, deformed(self.points))

    def difference(self, ours, other, targets):
        inside = self.inside(targets)
        assert inside.mean() > 0.1, "nearly nothing to compare"
        return 100 * np.abs(ours - np.squeeze(other))[inside].max() / np.ptp(ours)

    def field_difference(self, path):
        """Largest distance in mm of a field, which lam has written, from the true one."""
        return np.abs(np.squeeze(load(self / path)) - self.u).max()

    def matrix_difference(self, source, *options):
        """Of an affine that lam reads, from the true one."""
        self.convert(source, "back.tfm", *options)
        return np.abs(read_itk_text(self / "back.tfm") - AFFINE).max()


def itk_text(matrix):
    """About another centre than 0, as ITK's own programs write it."""
    lps, centre = LPS @ matrix @ LPS, np.array([7.0, -3, 11])
    translation = lps[:3, 3] - centre + lps[:3, :3] @ centre
    numbers = [*lps[:3, :3].ravel(), *translation]
    return ("#Insight Transform File V1.0\n#Transform 0\nTransform: MatrixOffsetTransformBase_double_3_3\n"
            f"Parameters: {' '.join(map(repr, map(float, numbers)))}\n"
            f"FixedParameters: {' '.join(map(repr, map(float, centre)))}\n")


def read_itk_text(path):
    values = {key: np.array(rest.split(), dtype=float)
              for key, _, rest in (line.partition(":") for line in path.read_text().splitlines())
              if key.endswith("arameters")}
    lps, centre = np.eye(4), values["FixedParameters"]
    lps[:3, :3] = values["Parameters"][:9].reshape(3, 3)
    lps[:3, 3] = values["Parameters"][9:] + centre - lps[:3, :3] @ centre
    return LPS @ lps @ LPS


def resample(image, voxels):
    """Trilinear, 0 outside: image (x,y,z) at fractional indices (...,3)."""
    size = np.array(image.shape)
    low = np.clip(np.floor(voxels).astype(int), 0, size - 2)
    part = voxels - low
    value = np.zeros(voxels.shape[:-1])
    for corner in np.ndindex(2, 2, 2):
        at = low + corner
        weight = np.prod(np.where(corner, part, 1 - part), axis=-1)
        value += weight * image[at[..., 0], at[..., 1], at[..., 2]]
    return np.where(((voxels >= 0) & (voxels <= size - 1)).all(-1), value, 0)


class Tap:
    def __init__(self):
        self.count = self.failures = 0

    def check(self, name, value, limit, unit):
        self.count += 1
        good = value < limit
        self.failures += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        print(f"# {name}: {value:.2g} {unit}, less than {limit:g} wanted", flush=True)

    def image(self, name, percent):
        self.check(name, percent, 0.1, "% of the range")

    def field(self, name, mm):
        self.check(name, mm, FIELD_MM, "mm")

    def matrix(self, name, difference):
        self.check(name, difference, MATRIX, "in the matrix")


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def need(program):
    if shutil.which(program) is None:
        skip(f"{program} is not installed")


def main(test):
    """Runs test(tap, case) for each geometry, in a folder of its own."""
    tap = Tap()
    for name in GEOMETRIES:
        with tempfile.TemporaryDirectory(prefix="lam-interop-") as folder:
            test(tap, Case(name, pathlib.Path(folder)))
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failures else 0)
