#!/usr/bin/python3
"""The documentation names only what exists: relative links and src/, tools/, ... paths in *.md; and
po/POTFILES.in lists exactly the sources with strings to translate; and each model has its card."""
import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:src|include|tests|tools|models|data|docs|po|bench|shaders|ui)/[\w./-]*)`")
MARKED = re.compile(r'\b[CN]?_\s*\(\s*"|translatable="(?:yes|true)"|\bQ_\s*\(\s*"')


def documents(root):
    return [*root.glob("*.md"), *root.glob("src/*.md"), *root.glob("docs/**/*.md"),
            *root.glob("models/**/*.md")]


def missing_paths(root):
    for document in documents(root):
        text = document.read_text(encoding="utf-8")
        links = [link.partition("#")[0] for link in LINK.findall(text)
                 if not re.match(r"[a-z]+:", link)]
        wanted = [(document.parent / link, link) for link in links if link]
        wanted += [(root / path, path) for path in PATH.findall(text)]
        for path, name in wanted:
            if not path.exists():
                yield f"{document.relative_to(root)}: {name} does not exist"


def untold_strings(root):
    lines = (root / "po" / "POTFILES.in").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    sources = [path for pattern in ("src/**/*.c", "ui/*.ui", "data/*.desktop.in", "data/*.xml.in") for path in root.glob(pattern)]
    marked = {str(path.relative_to(root)) for path in sources
              if path.suffix == ".in" or MARKED.search(path.read_text(encoding="utf-8"))}
    for name in sorted(marked - listed):
        yield f"po/POTFILES.in: {name} has strings to translate and is not listed"
    for name in sorted(listed - marked):
        yield f"po/POTFILES.in: {name} is listed and has no strings to translate"


def missing_cards(root):
    for model in root.glob("models/*.safetensors"):
        if not model.with_suffix(".md").exists():
            yield f"{model.relative_to(root)}: the model card {model.stem}.md is missing"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    problems = [*missing_paths(root), *untold_strings(root), *missing_cards(root)]
    print("\n".join(problems) or f"{len(documents(root))} documents")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
