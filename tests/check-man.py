#!/usr/bin/python3
"""check-man.py LAM [LAMBDASCOPE]: the manual pages are without mistakes of troff, have each command of lam and each
option of the viewer, and none that is not there."""
import pathlib
import re
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / 'data' / 'man'


def printed(page):
    told = subprocess.run(['groff', '-man', '-Tutf8', '-ww', '-P-c', str(page)], capture_output=True, text=True)
    return re.sub('.\b', '', told.stdout), told.stderr


def help_of(program):
    return subprocess.run([program, '--help'], capture_output=True, text=True, check=True).stdout


def told_commands(source):
    inside = source[source.index('.SH COMMANDS'):source.index('.SH FILES OF SCANS')]
    return set(re.findall(r'^\.TP\n\.B ([a-z-]+)$', inside, re.MULTILINE))


def unlike(name, wanted, told):
    for missing in sorted(wanted - told):
        yield f'{name}.1: {missing} is missing'
    for extra in sorted(told - wanted):
        yield f'{name}.1: there is no {extra}'


def problems_of_lam(program):
    listed = help_of(program).partition('Commands:\n')[2].partition('\n\n')[0]
    wanted = {line.split()[0] for line in listed.splitlines()}
    return unlike('lam', wanted, told_commands((FOLDER / 'lam.1').read_text(encoding='utf-8')))


def problems_of_viewer(program):
    options = re.compile(r'--[a-z][a-z-]*')
    wanted = {name for name in options.findall(help_of(program)) if not name.startswith('--help-')}
    text = printed(FOLDER / 'lambdascope.1')[0]
    told = set(options.findall(text.partition('OPTIONS')[2].partition('KEYS AND MOUSE')[0]))
    return unlike('lambdascope', wanted, told - {'--help-all'})


def main():
    if not shutil.which('groff'):
        print('skipped: there is no groff')
        return 77
    complaints = [printed(page)[1].strip() for page in sorted(FOLDER.glob('*.1'))]
    problems = [line for line in complaints if line] + [*problems_of_lam(sys.argv[1])]
    if len(sys.argv) > 2:
        problems += problems_of_viewer(sys.argv[2])
    print('\n'.join(problems) or 'all there')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
