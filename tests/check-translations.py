#!/usr/bin/python3
"""check-translations.py [--complete]: each language of po/LINGUAS passes msgfmt --check; with --complete, it has a
translation of every string of today's sources, too."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

XGETTEXT = ['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
            '--keyword=NC_:1c,2', '--keyword=g_dngettext:2,3', '--add-comments', '--files-from=po/POTFILES.in']


def run(root, *command):
    """What a tool has against something, or nothing."""
    told = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return [f'{command[0]}: {told.stdout}{told.stderr}'] if told.returncode else []


def problems_of(root, language, template):
    po = f'po/{language}.po'
    complete = run(root, 'msgcmp', po, template) if '--complete' in sys.argv else []
    return [*run(root, 'msgfmt', '--check', '--output-file=/dev/null', po), *complete]


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    for tool in ('xgettext', 'msgfmt', 'msgcmp'):
        if not shutil.which(tool):
            print('skipped: there is no', tool)
            return 77
    lines = (root / 'po' / 'LINGUAS').read_text(encoding='utf-8').splitlines()
    languages = [name for line in lines if not line.startswith('#') for name in line.split()]
    with tempfile.TemporaryDirectory() as folder:
        template = f'{folder}/lambdascope.pot'
        problems = run(root, *XGETTEXT, f'--output={template}')
        for language in [] if problems else languages:
            problems += problems_of(root, language, template)
    print('\n'.join(problems) or f'{len(languages)} languages')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
