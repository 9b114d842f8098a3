"""What every part of the UI tests shares. A part is a file e2e_NAME.py with its line in meson.build:

    from frame import check, check_end, expect, main, opened, shot

    def test_contours(program, folder):
        with opened(program, folder) as (viewer, pictures):  # the small pair of scans.py, λ = 0.3
            before = pictures.settled()
            viewer.key('c')                                  # an input ...
            pictures.changed(before, 2, 'contours')
            check(True, 'C draws contours')                  # ... and what came of it: one user action checked
            shot(viewer, 'contours')                         # build/screenshots/NAME-contours.png

    main({'contours': test_contours})

It prints TAP. By hand:

    xvfb-run -a -s "-screen 0 1600x1000x24 -noreset" dbus-run-session -- \\
        /usr/bin/python3 tests/app/e2e_NAME.py build/tests/app/lambdascope-fake [PART [OTHERS]]

Without PART all parts run. A critical of GTK or GLib ends the viewer, a warning fails check_end. Inputs are counted where
they go through viewer.py: key, run('xdotool', ...), press, set_value. Settings live in memory; what the viewer writes
for its user goes to a folder of the test's own.

E2E_WAIT_S: how long to wait for anything (60). E2E_SCREENSHOTS: folder of the screenshots (build/screenshots).
E2E_PICTURES: keeps the scans and every picture that was compared, there."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

import scans
import viewer as driver
from viewer import Pictures, Viewer, skip, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCREENSHOTS = os.environ.get('E2E_SCREENSHOTS') or os.path.join(ROOT, 'build', 'screenshots')
NOT_OPENED = '^The pair could not be opened'
passed = 0
actions = 0       # inputs whose effect was checked
inputs_seen = 0


def check(condition, what):
    global passed, actions, inputs_seen
    if not condition:
        raise AssertionError(what)
    passed += 1
    actions += driver.inputs > inputs_seen
    inputs_seen = driver.inputs
    print('ok', passed, what, flush=True)


def expect(condition, what):
    """Checks what comes true in time: on the screen and in AT-SPI, nothing is at once."""
    wait_for(condition, what)
    check(True, what)


def shot(viewer, name, window=None):
    """Keeps a screenshot of the window, or of another one of the viewer's."""
    os.makedirs(SCREENSHOTS, exist_ok=True)
    part = os.path.splitext(os.path.basename(sys.argv[0]))[0].removeprefix('e2e_')
    return viewer.shot(os.path.join(SCREENSHOTS, f'{part}-{name}.png'), window)


def wait_for_pair(viewer, demo=False):
    def ready():
        if viewer.label(NOT_OPENED):
            if demo and viewer.label('cannot find model'):
                skip('there is no model: ' + viewer.label('cannot find model'))
            raise AssertionError('the pair could not be opened: ' + str(viewer.label('cannot')))
        return viewer.label(r'^Folds [0-9.]+')
    wait_for(ready, 'the first result', 240)
    wait_for(lambda: viewer.label(r'^Similarity [0-9.]+'), 'the similarity')


def check_end(viewer):
    global inputs_seen
    status = viewer.close()
    inputs_seen = driver.inputs  # every part quits: that is not counted
    check(status == 0, 'the viewer ends cleanly')
    trouble = [line for line in viewer.messages().splitlines()
               if 'CRITICAL' in line or ('WARNING' in line and 'dbind' not in line)]
    check(not trouble, 'and without warnings' + ' / '.join(trouble))


@contextlib.contextmanager
def opened(program, folder, arguments=None, **environment):
    """A viewer that shows a pair, the small one unless arguments say other; it must end cleanly."""
    if arguments is None:
        arguments = [*scans.write_pair(folder), '--lambda', '0.3']
    with Viewer(program, list(arguments), **environment) as viewer:
        wait_for_pair(viewer)
        yield viewer, Pictures(viewer, folder)
        check_end(viewer)


def main(parts):
    """Runs the part named on the command line, or all; each is called with the program, a folder and the others."""
    program, others = os.path.abspath(sys.argv[1]), sys.argv[2:]
    chosen = parts
    if others and others[0] in parts:
        chosen, others = {others[0]: parts[others[0]]}, others[1:]
    folder = os.environ.get('E2E_PICTURES') or tempfile.mkdtemp(prefix='lambdascope-e2e-')
    os.makedirs(folder, exist_ok=True)
    driver.keep_users_files_in(os.path.join(folder, 'user'))
    try:
        for part in chosen.values():
            part(program, folder, *map(os.path.abspath, others))
        print(f'1..{passed}\n# {actions} user actions checked')
    except (AssertionError, subprocess.SubprocessError) as error:
        print('not ok', passed + 1, error)
        sys.exit(1)
    finally:
        if not os.environ.get('E2E_PICTURES'):
            shutil.rmtree(folder)
