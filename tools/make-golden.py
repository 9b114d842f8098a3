#!/usr/bin/python3
"""Writes tests/golden/*.safetensors: what PyTorch computes where our engine has its own operations.

    apt-get install python3-torch python3-numpy    # only for this; no test needs them
    tools/make-golden.py [FOLDER]

Everything is computed in double precision from inputs that are exact in float, and stored as float.
A case of the operations is a group of tensors: NAME/ARGUMENT, the result NAME/y, and with the loss
mean (y - target)^2 (or y itself if it is a scalar) the gradients NAME/ARGUMENT.grad. The networks
of hypermorph-*.safetensors are written once more here from the published formulas (VoxelMorph,
Balakrishnan et al. 2019; HyperMorph, Hoopes et al. 2021; scaling and squaring, Arsigny et al.
2006); only the names of their parameters are ours.
"""
import json
import math
import pathlib
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

ORIGIN = f"tools/make-golden.py, PyTorch {torch.__version__}, numpy {np.__version__}"
DOUBLE = torch.float64


class Fixture:
    """Named float tensors and text, written as safetensors."""

    def __init__(self, **metadata):
        self.tensors = {}
        self.metadata = {"origin": ORIGIN, **metadata}

    def add(self, name, tensor):
        assert name not in self.tensors, name
        self.tensors[name] = np.ascontiguousarray(tensor.detach().numpy(), dtype="<f4")

    def save(self, path):
        header, offset = {"__metadata__": self.metadata}, 0
        for name, array in self.tensors.items():
            end = offset + array.nbytes
            header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [offset, end]}
            offset = end
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-(8 + len(text)) % 64)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for array in self.tensors.values():
                file.write(array.tobytes())
        print(f"{path}: {len(self.tensors)} tensors, {8 + len(text) + offset} bytes")


def rounded(tensor):
    """As doubles, but exact in float: both sides then see the same numbers."""
    return tensor.to(torch.float32).to(DOUBLE)


def noise(*shape, scale=1.0):
    return rounded(scale * torch.randn(*shape, dtype=DOUBLE))


def case(fixture, name, function, **arguments):
    """One operation: arguments, result, gradients."""
    leaves = {key: value.clone().requires_grad_() for key, value in arguments.items()}
    y = function(**leaves)
    loss = y
    if y.numel() > 1:
        target = noise(*y.shape)
        fixture.add(f"{name}/target", target)
        loss = ((y - target) ** 2).mean()
    loss.backward()
    fixture.add(f"{name}/y", y.reshape(1) if y.numel() == 1 else y)
    for key, leaf in leaves.items():
        fixture.add(f"{name}/{key}", leaf)
        fixture.add(f"{name}/{key}.grad", leaf.grad)


# ---- operations; images are [C,D,H,W], D = 1 is a plane ------------------------------------------


def convolve(x, weight, bias=None, stride=1, slope=1.0, addend=None):
    steps = [1 if n == 1 else stride for n in x.shape[1:]]
    padding = [k // 2 for k in weight.shape[2:]]
    y = F.conv3d(x[None], weight, bias, steps, padding)[0]
    y = y if addend is None else y + addend
    return y if slope == 1 else F.leaky_relu(y, slope)


def upsample(x, size):
    """Nearest neighbour ×2 along each axis that grows, cut to size (2n or 2n - 1)."""
    factor = [2 if m > n else 1 for n, m in zip(x.shape[1:], size)]
    y = F.interpolate(x[None], scale_factor=factor, mode="nearest")[0]
    return y[:, : size[0], : size[1], : size[2]]


def resize(x, size, scale):
    """Voxel centres at half-integers: align_corners=False."""
    return scale * F.interpolate(x[None], size=size, mode="trilinear", align_corners=False)[0]


def sample(image, field, padding):
    """Image at x + field(x), field in voxels along w, h, d; samples at voxel centres."""
    flat = image.shape[1] == 1
    sizes = image.shape[:0:-1][: 2 if flat else 3]  # w, h, d
    axes = torch.meshgrid(*[torch.arange(n, dtype=DOUBLE) for n in reversed(sizes)], indexing="ij")
    at = []
    for a, n in enumerate(sizes):
        voxel = axes[len(sizes) - 1 - a] + (field[a, 0] if flat else field[a])
        at.append(2 * voxel / (n - 1) - 1)  # align_corners=True: -1 and 1 are outermost centres
    grid = torch.stack(at, -1)[None]
    source = image[None, :, 0] if flat else image[None]
    y = F.grid_sample(source, grid, mode="bilinear", padding_mode=padding, align_corners=True)[0]
    return y[:, None] if flat else y


def warp(image, field):
    return sample(image, field, "zeros")


def integrate(velocity, steps):
    u = velocity / 2**steps
    for _ in range(steps):
        u = u + sample(u, u, "border")
    return u


def ncc(fixed, moved, window):
    """VoxelMorph's NCC loss: zero-padded sums, epsilon 1e-5 beside the product of the variances."""
    width = [1 if n == 1 else window for n in fixed.shape[1:]]
    n = float(np.prod(width))
    ones, padding = torch.ones(1, 1, *width, dtype=DOUBLE), [w // 2 for w in width]
    total = lambda x: F.conv3d(x[None], ones, padding=padding)[0]
    i, j = total(fixed), total(moved)
    mean_i, mean_j = i / n, j / n
    cross = total(fixed * moved) - mean_j * i - mean_i * j + mean_i * mean_j * n
    var_i = total(fixed * fixed) - 2 * mean_i * i + mean_i * mean_i * n
    var_j = total(moved * moved) - 2 * mean_j * j + mean_j * mean_j * n
    return -(cross * cross / (var_i * var_j + 1e-5)).mean()


def gradient_l2(field):
    """VoxelMorph's Grad('l2'): per axis the mean square of forward differences; then over axes."""
    squares = [(torch.diff(field, dim=a) ** 2).mean() for a in (1, 2, 3) if field.shape[a] > 1]
    return sum(squares) / len(squares)


# ---- fixtures of operations ----------------------------------------------------------------------


def convolutions():
    fixture = Fixture()
    for name, x, channels, kernel, options in [
        ("3d", (3, 5, 6, 7), 5, (3, 3, 3), {"slope": 0.2}),
        ("3d-stride", (9, 5, 7, 6), 4, (3, 3, 3), {"stride": 2, "slope": 0.2}),
        ("3d-many", (17, 3, 4, 11), 18, (3, 3, 3), {"slope": 0.2}),
        ("3d-linear", (6, 3, 5, 4), 3, (3, 3, 3), {}),
        ("2d", (2, 1, 9, 13), 7, (1, 3, 3), {"slope": 0.2}),
        ("2d-stride", (8, 1, 11, 9), 9, (1, 3, 3), {"stride": 2, "slope": 0.2}),
    ]:
        weight = noise(channels, x[0], *kernel, scale=1 / math.sqrt(x[0] * np.prod(kernel)))
        case(fixture, name, lambda x, weight, bias: convolve(x, weight, bias, **options),
             x=noise(*x), weight=weight, bias=noise(channels))
    case(fixture, "3d-addend",
         lambda x, weight, bias, addend: convolve(x, weight, bias, 2, 0.2, addend),
         x=noise(8, 5, 5, 7), weight=noise(5, 8, 3, 3, 3, scale=0.07), bias=noise(5),
         addend=noise(5, 3, 3, 4))
    return fixture


def fields():
    fixture = Fixture()
    case(fixture, "upsample-3d", lambda x: upsample(x, (5, 8, 6)), x=noise(5, 3, 4, 3))
    case(fixture, "upsample-2d", lambda x: upsample(x, (1, 9, 14)), x=noise(3, 1, 5, 7))
    case(fixture, "resize-3d", lambda x: resize(x, (6, 9, 10), 2), x=noise(3, 3, 5, 4))
    case(fixture, "resize-smaller", lambda x: resize(x, (3, 5, 4), 0.5), x=noise(2, 7, 9, 5))
    case(fixture, "resize-2d", lambda x: resize(x, (1, 11, 6), 1.5), x=noise(3, 1, 7, 5))
    for name, shape in [("3d", (5, 6, 7)), ("2d", (1, 9, 11))]:
        case(fixture, f"warp-{name}", warp, image=noise(2, *shape), field=noise(3, *shape, scale=2))
        smooth = resize(noise(3, *[(n + 2) // 3 for n in shape], scale=2.5), shape, 1)
        case(fixture, f"integrate-{name}", lambda velocity: integrate(velocity, 5),
             velocity=rounded(smooth))
    return fixture


def images_for_ncc(shape):
    """Noise, a faint part in which epsilon matters, and a part where one image is flat."""
    fixed, moved = noise(*shape), noise(*shape)
    moved = 0.6 * fixed + 0.4 * moved
    fixed[..., : shape[3] // 2] *= 0.05
    moved[:, :, : shape[2] // 3] = 0.25
    return {"fixed": rounded(fixed), "moved": rounded(moved)}


def losses():
    fixture = Fixture()
    for name, shape, window in [("3d-3", (1, 5, 7, 9), 3), ("3d-7", (1, 9, 11, 13), 7),
                                ("2d-9", (1, 1, 23, 19), 9)]:
        case(fixture, f"ncc-{name}", lambda fixed, moved: ncc(fixed, moved, window),
             **images_for_ncc(shape))
    case(fixture, "mse", lambda a, b: ((a - b) ** 2).mean() / 0.3**2, a=noise(2, 3, 5, 7),
         b=noise(2, 3, 5, 7))
    case(fixture, "gradient-l2-3d", gradient_l2, field=noise(3, 4, 5, 7))
    case(fixture, "gradient-l2-2d", gradient_l2, field=noise(3, 1, 9, 6))
    case(fixture, "dense", F.linear, input=noise(7), weight=noise(13, 7), bias=noise(13))
    return fixture


def adam():
    """Given gradients, some of the size of Adam's epsilon; the second parameter learns slower."""
    fixture, rate, slower, steps = Fixture(), 0.01, 0.1, 6
    parameters = [noise(5, 7).requires_grad_(), noise(11).requires_grad_()]
    optimiser = torch.optim.Adam([{"params": [parameters[0]], "lr": rate},
                                  {"params": [parameters[1]], "lr": rate * slower}])
    for i, p in enumerate(parameters):
        fixture.add(f"start/{i}", p)
    for step in range(steps):
        for i, p in enumerate(parameters):
            p.grad = noise(*p.shape)
            p.grad[0] *= 1e-8
            p.grad[1] = 0
            p.grad = rounded(p.grad)
            fixture.add(f"gradient/{step}/{i}", p.grad)
        optimiser.step()
        for i, p in enumerate(parameters):
            fixture.add(f"value/{step}/{i}", p)
    return fixture


# ---- the registration network --------------------------------------------------------------------

SLOPE = 0.2


class Network:
    """HyperMorph by its description, a dictionary of text as in a model's metadata."""

    def __init__(self, text):
        numbers = lambda key: [int(x) for x in text[key].split(",") if x]
        self.text = {"architecture": "hypermorph-unet-1", **text}
        self.size = numbers("size")[::-1]  # d, h, w
        self.encoder, self.decoder = numbers("encoder"), numbers("decoder")
        self.final, self.hidden = numbers("final"), numbers("hidden")
        self.steps = int(text["integration_steps"])
        self.add_skips = text["skip"] == "add"
        self.generated = {"none": (), "decoder": ("decoder", "final"),
                          "all": ("encoder", "decoder", "final")}[text["generated"]]
        self.shapes = dict(self._shapes())

    def _kernel(self, name, channels_in, channels_out, bias=True):
        taps = [1 if self.size[0] == 1 else 3, 3, 3]
        tensors = {"weight": [channels_out, channels_in, *taps]}
        if bias:
            tensors["bias"] = [channels_out]
        for kind, shape in tensors.items():
            if name.split(".")[0] in self.generated:
                yield f"hyper.{name}.{kind}.matrix", [math.prod(shape), self.hidden[-1]]
                yield f"hyper.{name}.{kind}.bias", shape
            else:
                yield f"{name}.{kind}", shape

    def _shapes(self):
        widths = [2] + self.hidden
        for i in range(len(self.hidden) if self.generated else 0):
            yield f"hyper.{i}.weight", [widths[i + 1], widths[i]]
            yield f"hyper.{i}.bias", [widths[i + 1]]
        for i, channels in enumerate(self.encoder):
            yield from self._kernel(f"encoder.{i}", ([2] + self.encoder)[i], channels)
        below = self.encoder[-1]
        for i, channels in enumerate(self.decoder):
            skip = self.encoder[len(self.encoder) - 1 - i] if i > 0 else 0
            if skip and self.add_skips:
                yield from self._kernel(f"skip.{i}", skip, channels, bias=False)
            below += 0 if self.add_skips else skip
            yield from self._kernel(f"decoder.{i}", below, channels)
            below = channels
        for i, channels in enumerate(self.final):
            yield from self._kernel(f"final.{i}", below, channels)
            below = channels
        yield from self._kernel("flow", below, 3)

    def _tensor(self, p, name):
        if name in p:
            return p[name]
        if f"hyper.{name}.bias" not in p:
            return None
        base = p[f"hyper.{name}.bias"]
        return base + (p[f"hyper.{name}.matrix"] @ self.code).reshape(base.shape)

    def _convolve(self, p, name, x, stride=1, slope=SLOPE, addend=None):
        weight, bias = self._tensor(p, f"{name}.weight"), self._tensor(p, f"{name}.bias")
        return convolve(x, weight, bias, stride, slope, addend)

    def velocity(self, p, fixed, moving, lam):
        self.code = torch.tensor([lam, 1 - lam], dtype=DOUBLE)
        for i in range(len(self.hidden) if self.generated else 0):
            self.code = F.relu(F.linear(self.code, p[f"hyper.{i}.weight"], p[f"hyper.{i}.bias"]))
        x, levels = torch.cat([fixed, moving]), []
        for i in range(len(self.encoder)):
            x = self._convolve(p, f"encoder.{i}", x, stride=1 if i == 0 else 2)
            levels.append(x)
        for i in range(len(self.decoder)):
            addend = None
            if i > 0:
                skip = levels[-1 - i]
                x = upsample(x, skip.shape[1:])
                if self.add_skips:
                    addend = self._convolve(p, f"skip.{i}", skip, slope=1)
                else:
                    x = torch.cat([x, skip])
            x = self._convolve(p, f"decoder.{i}", x, addend=addend)
        for i in range(len(self.final)):
            x = self._convolve(p, f"final.{i}", x)
        return self._convolve(p, "flow", x, slope=1)


def amplitude(name, shape, flow):
    """Of the numbers that a parameter is filled with; flow: of those that set the field's size."""
    if name.endswith("bias") and len(shape) == 1:
        return 0.1
    if name.endswith("matrix"):
        return 0.05
    if name == "flow.weight":
        return flow
    return math.sqrt(6 / math.prod(shape[1:]) / (1 + SLOPE**2))


def objective(network, p, fixed, moving, lam, window, smoothness):
    """Everything that our graph of a training step computes."""
    velocity = network.velocity(p, fixed, moving, lam)
    displacement = integrate(velocity, network.steps)
    factor = 2 ** (len(network.encoder) - len(network.decoder))
    full = resize(displacement, network.size, factor) if factor > 1 else displacement
    moved = warp(moving, full)
    similarity, roughness = ncc(fixed, moved, window), gradient_l2(displacement)
    loss = (1 - lam) * similarity + lam * smoothness * roughness
    return {"velocity": velocity, "displacement": displacement, "moved": moved,
            "similarity": similarity, "roughness": roughness, "loss": loss}


def training_step(text, lam, window, smoothness):
    """A small network: loss and the gradient of every parameter."""
    network = Network(text)
    fixture = Fixture(**network.text, window=str(window))
    p = {}
    for name, shape in network.shapes.items():
        p[name] = noise(*shape, scale=amplitude(name, shape, 0.5) / math.sqrt(3)).requires_grad_()
        fixture.add(name, p[name])
    coarse = [max(1, n // 3) for n in network.size]
    fixed, moving = [rounded(resize(noise(1, *coarse, scale=0.5), network.size, 1) + 0.5)
                     for _ in range(2)]
    results = objective(network, p, fixed, moving, lam, window, smoothness)
    results["loss"].backward()
    print(f"displacement: {results['displacement'].std():.2f} voxels (standard deviation)")
    for name, value in {"fixed": fixed, "moving": moving, **results}.items():
        fixture.add(f"golden/{name}", value.reshape(1) if value.numel() == 1 else value)
    fixture.add("golden/lambda", torch.tensor([lam]))
    fixture.add("golden/smoothness", torch.tensor([smoothness]))
    for name, parameter in p.items():
        fixture.add(f"gradient/{name}", parameter.grad)
    return fixture


SMALL_3D = {"size": "12,8,8", "spacing_mm": "2", "encoder": "4,8,8", "decoder": "8,8", "final": "4",
            "hidden": "6,4", "generated": "decoder", "skip": "add", "integration_steps": "5"}
SMALL_2D = {"size": "20,12,1", "spacing_mm": "1", "encoder": "5,8", "decoder": "16,8", "final": "",
            "hidden": "5,3", "generated": "all", "skip": "concat", "integration_steps": "6"}

# ---- the network that is shipped, with parameters from a seed ------------------------------------

SHIPPED = {"size": "80,96,80", "spacing_mm": "2", "encoder": "16,32,32,32,32",
           "decoder": "32,32,32,32", "final": "16", "hidden": "32,32,32,32", "generated": "decoder",
           "skip": "add", "integration_steps": "7"}
SEED, STRIDE = 20240229, 97


class GRand:
    """GLib's g_rand_double: Mersenne twister, two words a number."""

    def __init__(self, seed):
        self.words = np.random.RandomState(seed)

    def uniform(self, n):
        """n floats in [-1, 1)."""
        pairs = self.words.randint(0, 2**32, size=(n, 2), dtype=np.uint32).astype(float)
        numbers = (pairs[:, 0] / 2**32 + pairs[:, 1]) / 2**32
        return torch.from_numpy(2 * numbers - 1)


def shipped():
    """Too large to store: parameters come from a seed, of the field every 97th value is kept."""
    network, rand = Network(SHIPPED), GRand(SEED)
    fixture, p, lam = Fixture(**network.text, seed=str(SEED), stride=str(STRIDE)), {}, 0.3
    for name, shape in network.shapes.items():
        scale = amplitude(name, shape, 0.006)
        fixture.add(f"amplitude/{name}", torch.tensor([scale]))
        scale = float(np.float32(scale))
        p[name] = rounded(scale * rand.uniform(math.prod(shape))).reshape(shape)
    fixed, moving = [rounded(rand.uniform(math.prod(network.size))).reshape(1, *network.size)
                     for _ in range(2)]
    with torch.no_grad():
        velocity = network.velocity(p, fixed, moving, lam)
        displacement = integrate(velocity, network.steps)
    for name, value in {"velocity": velocity, "displacement": displacement}.items():
        print(f"{name}: {value.std():.2f} voxels (standard deviation)")
        fixture.add(f"golden/{name}", value.flatten()[::STRIDE])
    fixture.add("golden/lambda", torch.tensor([lam]))
    return fixture


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for name, make in {
        "convolutions": convolutions,
        "fields": fields,
        "losses": losses,
        "adam": adam,
        "hypermorph-3d": lambda: training_step(SMALL_3D, 0.3, 5, 0.5),
        "hypermorph-2d": lambda: training_step(SMALL_2D, 0.65, 7, 1.0),
        "shipped": shipped,
    }.items():
        torch.manual_seed(1)  # each file by itself can be made again
        make().save(folder / f"{name}.safetensors")


if __name__ == "__main__":
    main()
