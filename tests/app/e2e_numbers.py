"""The panel at the right and its pages: numbers, landmarks, histograms. Prints TAP.

xvfb-run -a -s "-screen 0 1600x1000x24 -noreset" dbus-run-session -- /usr/bin/python3 e2e_numbers.py VIEWER

E2E_PICTURES=FOLDER keeps the screenshots, E2E_WAIT_S is how long to wait for anything (60)."""
import os
import shutil
import subprocess
import sys
import tempfile

import e2e
import scans
from e2e import check, check_end, expect, wait_for_pair
from viewer import Viewer, wait_for


def test_panel(viewer, folder):
    width = viewer.canvas()[2]
    viewer.key('F9')
    expect(lambda: viewer.canvas()[2] < width - 200, 'F9 shows the panel beside the pictures')
    viewer.shot(os.path.join(folder, 'panel.png'))
    viewer.key('F9')
    expect(lambda: viewer.canvas()[2] == width, 'and folds it')
    wait_for(lambda: viewer.find('(push|toggle) button', '^Panel$'), 'its button').do_action(0)
    expect(lambda: viewer.canvas()[2] < width - 200, 'so does the button')


def test(program, folder):
    fixed, moving = scans.write_pair(folder)
    with Viewer(program, [fixed, moving, '--lambda', '0.3']) as viewer:
        wait_for_pair(viewer)
        test_panel(viewer, folder)
        check_end(viewer)


def main():
    program = os.path.abspath(sys.argv[1])
    folder = os.environ.get('E2E_PICTURES') or tempfile.mkdtemp(prefix='lambdascope-numbers-')
    os.makedirs(folder, exist_ok=True)
    try:
        test(program, folder)
        print(f'1..{e2e.passed}')
    except (AssertionError, subprocess.SubprocessError) as error:
        print('not ok', e2e.passed + 1, error)
        sys.exit(1)
    finally:
        if not os.environ.get('E2E_PICTURES'):
            shutil.rmtree(folder)


if __name__ == '__main__':
    main()
