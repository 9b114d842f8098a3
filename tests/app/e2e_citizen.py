"""The viewer among the desktop's other programs: one program for all windows, started and asked over D-Bus."""
import os
import subprocess

import scans
from frame import check, check_end, expect, main, shot, wait_for_pair
from viewer import Viewer, acted, environment_of_all

NAME = 'io.github.lambdascope.Lambdascope'
OBJECT = '/io/github/lambdascope/Lambdascope'
INTERFACE = 'org.freedesktop.Application.'
TITLE = 'Lambdascope'


def start(program, *arguments, folder=None):
    """A second start of the program, in a folder; gives its exit status."""
    acted()
    return subprocess.run([program, *arguments], cwd=folder, timeout=60,
                          env={**os.environ, **environment_of_all}).returncode


def ask(method, *arguments):
    acted()
    subprocess.run(['gdbus', 'call', '--session', '--dest', NAME, '--object-path', OBJECT, '--method',
                    INTERFACE + method, *arguments, '{}'], check=True, timeout=60, capture_output=True)


def test_instance(program, folder):
    scans.write_pair(folder)
    with Viewer(program, []) as viewer:
        check(start(program, 'fixed.nii.gz', 'moving.nii.gz', folder=folder) == 0,
              'a second start ends at once')
        expect(lambda: len(viewer.window_ids(TITLE)) == 2, 'and opens a window in the first')
        wait_for_pair(viewer)
        expect(lambda: viewer.label('^moving.nii.gz  onto  fixed.nii.gz'),
               'with its files, relative to its own folder')
        check(start(program, '--lambda', '7') == 2, 'a mistake in its options is its own')
        viewer.key('ctrl+n')
        expect(lambda: len(viewer.window_ids(TITLE)) == 3, 'Ctrl+N opens a window')
        with Viewer(program, ['--standalone']) as other:
            check(other.process.pid != viewer.process.pid and len(other.window_ids(TITLE)) == 1,
                  '--standalone is a program of its own')
            check_end(other)
        viewer.key('ctrl+w', window=viewer.window_id(TITLE))
        expect(lambda: len(viewer.window_ids(TITLE)) == 2, 'Ctrl+W closes one window')
        check_end(viewer)


def test_bus(program, folder):
    fixed, moving = scans.write_pair(folder)
    with Viewer(program, []) as viewer:
        ask('Open', f"['file://{fixed}', 'file://{moving}']")
        wait_for_pair(viewer)
        check(len(viewer.window_ids(TITLE)) == 1, 'files that the desktop opens go to an empty window')
        ask('ActivateAction', "'new-window'", '@av []')
        expect(lambda: len(viewer.window_ids(TITLE)) == 2, 'the desktop can ask for a new window')
        ask('Activate')
        check(len(viewer.window_ids(TITLE)) == 2, 'and to see the program, which opens no window')
        ask('Open', "['sftp://elsewhere/scan.nii']")
        expect(lambda: viewer.label('^Only files on this computer'), 'a file elsewhere is refused')
        shot(viewer, 'refused')
        viewer.close_dialog('^The scan could not be opened')
        check_end(viewer)


def started_by_bus(program, folder):
    """A bus of its own, which knows the viewer as an installed one is known."""
    services = os.path.join(folder, 'data', 'dbus-1', 'services')
    os.makedirs(services)
    with open(os.path.join(services, NAME + '.service'), 'w', encoding='utf-8') as service:
        service.write(f'[D-BUS Service]\nName={NAME}\nExec={program} --gapplication-service\n')
    call = f'gdbus call --session --dest {NAME} --object-path {OBJECT} --method {INTERFACE}'
    search = f'xdotool search --sync --onlyvisible --name "^{TITLE}$"'
    script = f"{call}Activate '{{}}' && {search} && {call}ActivateAction quit '[]' '{{}}'"
    return subprocess.run(['dbus-run-session', '--', 'sh', '-c', script], timeout=60, capture_output=True,
                          env={**os.environ, **environment_of_all, 'GTK_A11Y': 'none',
                               'XDG_DATA_HOME': os.path.join(folder, 'data')}, text=True)


def test_activation(program, folder):
    told = started_by_bus(program, folder)
    check(told.returncode == 0, 'the bus starts the viewer, which shows its window' +
          (told.stderr if told.returncode else ''))


main({'instance': test_instance, 'bus': test_bus, 'activation': test_activation})
