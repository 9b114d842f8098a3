"""Drives the viewer as a person does: under Xvfb, through AT-SPI, keys and the mouse.

xvfb-run -a -s "-screen 0 1600x1000x24" dbus-run-session -- /usr/bin/python3 e2e.py VIEWER [--demo]

With --demo the phantom pair is opened with the default model, and the test is skipped (77) if there is
none; otherwise two small scans are written and opened. E2E_PICTURES=FOLDER keeps the screenshots."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi
except (ImportError, ValueError) as error:
    print('skipped: no AT-SPI for Python:', error)
    sys.exit(77)
for tool in ('xdotool', 'import', 'convert'):
    if not shutil.which(tool):
        print('skipped: there is no', tool)
        sys.exit(77)

import scans

WAIT_S = float(os.environ.get('E2E_WAIT_S', '60'))
passed = 0


def run(*command):
    """A tool that must succeed, and soon: import waits for a click where its window is gone."""
    return subprocess.run([str(c) for c in command], check=True, timeout=30, capture_output=True,
                          text=True)


def check(condition, what):
    global passed
    if not condition:
        raise AssertionError(what)
    passed += 1
    print('ok', passed, what, flush=True)


def wait_for(condition, what, seconds=WAIT_S):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError('waited in vain: ' + what)


def walk(node, depth=0):
    if node is None or depth > 30:
        return
    yield node
    try:
        for i in range(node.get_child_count()):
            yield from walk(node.get_child_at_index(i), depth + 1)
    except Exception:  # objects come and go while we look
        return


class Viewer:
    def __init__(self, program, arguments):
        self.process = subprocess.Popen([program] + arguments, stderr=subprocess.PIPE, text=True)
        self.root = wait_for(self.find_root, 'the application in AT-SPI')
        self.window = wait_for(lambda: self.window_id(), 'the window')

    def find_root(self):
        if self.process.poll() is not None:
            raise AssertionError('the viewer has ended: ' + self.process.stderr.read())
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application and application.get_process_id() == self.process.pid:
                return application
        return None

    def window_id(self, name='Lambdascope'):
        found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', name],
                               capture_output=True, text=True).stdout.split()
        return found[-1] if found else None

    def find(self, role, name, root=None):
        for node in walk(root or self.root):
            try:
                if node.get_role_name() == role and re.search(name, node.get_name() or ''):
                    return node
            except Exception:
                continue
        return None

    def top_level_with(self, role, name):
        """The window or dialog that holds such an object."""
        for i in range(self.root.get_child_count()):
            top = self.root.get_child_at_index(i)
            if top and self.find(role, name, top):
                return top
        return None

    def label(self, pattern):
        node = self.find('label', pattern)
        return node.get_name() if node else None

    def key(self, *keys):
        run('xdotool', 'windowfocus', '--sync', self.window)
        run('xdotool', 'key', '--delay', 60, *keys)

    def shot(self, path):
        run('import', '-window', self.window, path)
        return path

    def canvas(self):
        """Rectangle of the pictures in the window's screenshot, from its borders to the slider."""
        image = self.find('image', 'Fixed, moving and warped')
        box = image.get_extents(Atspi.CoordType.WINDOW)
        return box.x + 5, box.y + 5, box.width, box.height

    def close(self):
        self.key('ctrl+q')
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
        return self.process.returncode, self.process.stderr.read()


class Pictures:
    """Screenshots of the viewer's panes and how much they differ."""

    def __init__(self, viewer, folder):
        self.viewer, self.folder, self.count = viewer, folder, 0

    def panes(self):
        self.count += 1
        path = self.viewer.shot(os.path.join(self.folder, f'shot-{self.count}.png'))
        x, y, width, height = self.viewer.canvas()
        files = []
        for i in range(3):
            out = os.path.join(self.folder, f'shot-{self.count}-pane-{i}.png')
            left = x + i * width // 3 + 4
            crop = f'{width // 3 - 8}x{height - 8}+{left}+{y + 4}'
            run('convert', path, '-crop', crop, '+repage', out)
            files.append(out)
        return files

    def settled(self):
        """Panes once two screenshots in a row agree."""
        last = self.panes()
        for _ in range(60):
            time.sleep(0.3)
            now = self.panes()
            if all(difference(a, b) == 0 for a, b in zip(last, now)):
                return now
            last = now
        raise AssertionError('the pictures do not come to rest')


def difference(a, b):
    """Number of pixels that differ clearly."""
    told = subprocess.run(['compare', '-metric', 'AE', '-fuzz', '6%', a, b, 'null:'], timeout=30,
                          capture_output=True, text=True).stderr  # its status says "they differ"
    return float(told.split()[0])


def wait_for_pair(viewer):
    def ready():
        if viewer.find('label', r'^The pair could not be opened'):
            reason = viewer.label(r'cannot .*model') or viewer.label(r'model')
            print('skipped: the pair could not be opened:', reason)
            viewer.process.kill()
            sys.exit(77 if reason and DEMO else 1)
        return viewer.label(r'^Folds [0-9.]+')
    wait_for(ready, 'the first result')
    wait_for(lambda: viewer.label(r'^Similarity [0-9.]+'), 'the similarity')


def test_slider(viewer, pictures):
    slider = viewer.find('slider', '^Smoothness λ$')
    check(slider is not None, 'the slider has its accessible name')
    before = pictures.settled()
    moved = viewer.label('^Moved')
    slider.set_current_value(-4.0)
    wait_for(lambda: viewer.label('^γ') == 'γ 0.0183', 'γ after the slider was set')
    wait_for(lambda: viewer.label('^Moved') != moved, 'new figures')
    check(True, 'setting the slider changes the readout')
    after = pictures.settled()
    check(difference(before[2], after[2]) > 500, 'the warped picture follows the slider')
    check(difference(before[0], after[0]) == 0, 'the fixed picture stays')
    spin = viewer.find('spin button', '^λ value$')
    check(abs(spin.get_current_value() - 0.018) < 0.001, 'the entry shows λ')
    spin.set_current_value(0.5)
    wait_for(lambda: abs(slider.get_current_value()) < 1e-6, 'the slider following the entry')
    check(True, 'setting the entry moves the slider')
    slider.set_current_value(5.0)
    wait_for(lambda: spin.get_current_value() == 1.0, 'λ = 1 at the stop')
    check(viewer.label('^γ') == 'γ ∞', 'the ends are exactly 0 and 1')
    spin.set_current_value(0.3)


def test_keys(viewer, pictures):
    before = pictures.settled()
    viewer.key('g')
    gridded = pictures.settled()
    check(difference(before[2], gridded[2]) > 500, 'g draws the grid over the warped picture')
    check(difference(before[0], gridded[0]) == 0, 'and not over the fixed one')
    viewer.key('g')
    slider = viewer.find('slider', '^Smoothness λ$')
    value = slider.get_current_value()
    viewer.key('bracketright')
    wait_for(lambda: slider.get_current_value() > value, '] moving λ up')
    viewer.key('bracketleft')
    wait_for(lambda: abs(slider.get_current_value() - value) < 1e-6, '[ moving λ down')
    check(True, '[ and ] step λ')
    viewer.key('2')
    coronal = pictures.settled()
    check(difference(before[0], coronal[0]) > 500, '2 shows the coronal plane')
    viewer.key('1')
    back = pictures.settled()
    check(difference(before[0], back[0]) == 0, '1 comes back to the axial plane')
    run('xdotool', 'keydown', 'space')
    flicker = pictures.settled()
    run('xdotool', 'keyup', 'space')
    released = pictures.settled()
    check(difference(back[2], flicker[2]) > 500, 'space shows the fixed scan in the third pane')
    check(difference(back[2], released[2]) == 0, 'until it is released')


def test_mouse(viewer, pictures):
    x, y, width, height = viewer.canvas()
    before = pictures.settled()

    def mouse(*arguments):
        run('xdotool', *arguments)

    mouse('mousemove', '--window', viewer.window, x + width // 6, y + height // 2)
    mouse('click', 4, 'click', 4)
    scrolled = pictures.settled()
    check(difference(before[0], scrolled[0]) > 50, 'the wheel changes the slice')
    mouse('mousedown', 3, 'mousemove_relative', '--sync', 60, 10)
    mouse('mouseup', 3)
    windowed = pictures.settled()
    check(difference(scrolled[0], windowed[0]) > 500, 'dragging with the right button is window/level')
    mouse('mousedown', 1, 'mousemove_relative', '--sync', 30, 20)
    mouse('mouseup', 1)
    dragged = pictures.settled()
    check(difference(windowed[2], dragged[2]) > 100, 'dragging moves the crosshair in all panes')
    viewer.key('0')
    check(difference(before[0], pictures.settled()[0]) == 0, '0 resets the view')


def test_bad_file(viewer, pictures, folder):
    before = pictures.settled()
    similarity, title = viewer.label('^Similarity'), viewer.label('onto')
    bad = os.path.join(folder, 'bad-scan.nii')
    with open(bad, 'wb') as out:
        out.write(b'this is not a scan at all' * 40)
    viewer.key('ctrl+shift+o')
    chooser = wait_for(lambda: viewer.window_id('Choose the moving scan'), 'the file dialog')
    run('xdotool', 'windowfocus', '--sync', chooser)
    time.sleep(1)
    run('xdotool', 'type', '--delay', 40, bad)
    time.sleep(0.5)
    run('xdotool', 'key', 'Return')
    wait_for(lambda: viewer.label('^The pair could not be opened'), 'the error dialog')
    check(viewer.label('bad-scan.nii') is not None, 'the error names the file')
    dialog = viewer.top_level_with('label', '^The pair could not be opened')
    viewer.find('push button', '^Close$', dialog).do_action(0)
    wait_for(lambda: not viewer.label('^The pair could not be opened'), 'the dialog closing')
    after = pictures.settled()
    check(all(difference(a, b) == 0 for a, b in zip(before, after)), 'the pictures are as before')
    check(viewer.label('^Similarity') == similarity and viewer.label('onto') == title,
          'and so are the figures')


def main():
    folder = os.environ.get('E2E_PICTURES') or tempfile.mkdtemp(prefix='lambdascope-e2e-')
    os.makedirs(folder, exist_ok=True)
    fixed, moving = os.path.join(folder, 'fixed.nii.gz'), os.path.join(folder, 'moving.nii.gz')
    if DEMO:
        arguments = ['--demo']
    else:
        scans.write_pair(fixed, moving)
        arguments = [fixed, moving]
    viewer = Viewer(sys.argv[1], arguments + ['--lambda', '0.3'])
    try:
        wait_for_pair(viewer)
        pictures = Pictures(viewer, folder)
        test_slider(viewer, pictures)
        test_keys(viewer, pictures)
        test_mouse(viewer, pictures)
        if not DEMO:
            test_bad_file(viewer, pictures, folder)
        status, messages = viewer.close()
        check(status == 0, 'the viewer ends cleanly')
        trouble = [line for line in messages.splitlines()
                   if 'CRITICAL' in line or ('WARNING' in line and 'dbind' not in line)]
        check(not trouble, 'and without warnings ' + ' / '.join(trouble))
    finally:
        viewer.process.kill()
    print(passed, 'checks passed')
    if not os.environ.get('E2E_PICTURES'):
        shutil.rmtree(folder)


DEMO = '--demo' in sys.argv[2:]
if __name__ == '__main__':
    main()
