#!/usr/bin/python3
"""Each file includes only what its layer may use (src/ARCHITECTURE.md).

Meson's include paths and link order already stop most of it; the public headers share one folder, so
they are checked here. A public header belongs to the layer that holds the .c file of the same name.
"""
import pathlib
import re
import sys

# Layer -> the layers whose public headers it may include, beside its own.
LAYERS = {
    "base": [],
    "image": ["base"],
    "nn": ["base"],
    "registration": ["base", "image", "nn"],
    "training": ["base", "image", "nn", "registration"],
    "study": ["base", "image", "nn", "registration", "training"],
    "gl": ["base", "image"],
    "teaching": ["base", "image", "nn", "registration", "training", "gl"],
    "report": ["base", "image", "nn", "registration", "gl"],
    "app": ["base", "image", "nn", "registration", "training", "gl", "teaching", "report"],
    "cli": ["base", "image", "nn", "registration", "training", "study", "gl", "teaching", "report"],
}

# Public headers without a .c file of their name, or with more than one.
HEADERS = {"clones": "base", "movie": "teaching", "curve": "registration", "tune": "study", "ops": "nn", "report": "report", "study": "study", "template": "registration", "trilinear": "image"}

# Other libraries: how their includes begin, and who may use them.
LIBRARIES = {
    r"gtk/|gdk/|gsk/": ["app"],
    r"libav|libsw": ["teaching"],
    r"epoxy/": ["gl", "app"],
    r"pango/|cairo": ["gl", "report", "app"],
    r"nifti|znzlib": ["image/nifti.c"],
    r"gdk-pixbuf/": ["image/picture.c"],
    r"oneapi/|dnnl": ["nn", "cli/yardstick.c"],
    r"cblas|openblas": ["base", "nn", "cli/yardstick.c"],
    r"json-glib/": ["base", "nn", "registration", "training", "gl", "report", "app", "cli"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of_header(root, stem):
    """The layer, or None if no or more than one folder holds STEM.c."""
    if stem in HEADERS:
        return HEADERS[stem]
    found = [layer for layer in LAYERS if (root / "src" / layer / f"{stem}.c").exists()]
    return found[0] if len(found) == 1 else None


def check_library(include, layer, name):
    for pattern, users in LIBRARIES.items():
        if re.match(pattern, include) and layer not in users and f"{layer}/{name}" not in users:
            return f"<{include}> is for {', '.join(users)} only"
    return None


def check_include(root, path, layer, quote, include):
    """What is wrong with one include; None if nothing."""
    if include.startswith("lambdascope/"):
        owner = layer_of_header(root, pathlib.Path(include).stem)
        if owner is None:
            return f"{include}: no layer holds its .c file (else name its layer in {sys.argv[0]})"
        if owner != layer and owner not in LAYERS[layer]:
            return f"{include} is of layer {owner}, which {layer} may not use"
        return None
    if quote == '"' and "/" in include:
        return f'"{include}" is private to another folder'
    return check_library(include, layer, path.name)


def files(root):
    """(path, layer) of each file to check."""
    for layer in LAYERS:
        for path in sorted((root / "src" / layer).glob("*.[ch]")):
            yield path, layer
    for path in sorted((root / "include" / "lambdascope").glob("*.h")):
        yield path, layer_of_header(root, path.stem)


def check(root):
    problems, count = [], 0
    for path, layer in files(root):
        name = path.relative_to(root)
        count += 1
        if layer is None:
            problems.append(f"{name}: no layer holds its .c file (else name it in HEADERS)")
            continue
        for match in INCLUDE.finditer(path.read_text(encoding="utf-8")):
            problem = check_include(root, path, layer, *match.groups())
            if problem:
                problems.append(f"{name}: {problem}")
    for folder in sorted((root / "src").iterdir()):
        if folder.is_dir() and folder.name not in LAYERS:
            problems.append(f"{folder.relative_to(root)}: not a layer")
    return problems, count


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems, count = check(root)
    print("\n".join(problems) or f"{count} files, each within its layer")
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
