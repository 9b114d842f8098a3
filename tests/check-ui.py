#!/usr/bin/python3
"""gtk4-builder-tool has nothing against ui/*.ui. It knows GTK's classes and functions alone, so that our
widgets stand as boxes in what it sees, and handlers of signals are left out. Needs a display."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

OF_ALL = ('visible', 'hexpand', 'vexpand', 'sensitive', 'tooltip-text')


def without_ours(path):
    tree = xml.parse(path)
    for node in tree.iter():
        for signal in node.findall('signal'):
            node.remove(signal)
        if node.tag == 'object' and re.match('Lam[A-Z]', node.get('class', '')):
            node.set('class', 'GtkBox')
            for given in node.findall('property'):
                if given.get('name') not in OF_ALL:
                    node.remove(given)
    return xml.tostring(tree.getroot(), encoding='unicode')


def complaint(path, folder):
    copy = os.path.join(folder, os.path.basename(path))
    with open(copy, 'w', encoding='utf-8') as out:
        out.write(without_ours(path))
    told = subprocess.run(['gtk4-builder-tool', 'validate', copy], capture_output=True, text=True)
    said = (told.stdout + told.stderr).strip()
    return f'{path}: {said or told.returncode}' if told.returncode or said else None


def main():
    if not os.environ.get('DISPLAY'):
        print('skipped: there is no display')
        return 77
    paths = sorted((pathlib.Path(__file__).resolve().parent.parent / 'ui').glob('*.ui'))
    with tempfile.TemporaryDirectory() as folder:
        problems = [told for told in (complaint(path, folder) for path in paths) if told]
    print('\n'.join(problems) or f'{len(paths)} files')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
