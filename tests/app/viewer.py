"""A running viewer, driven as a person does: through AT-SPI, keys and the mouse. Needs a display, its own
session bus, python3-gi with AT-SPI, xdotool and ImageMagick."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

WAIT_S = float(os.environ.get('E2E_WAIT_S', '60'))
BORDER = 5  # of the window's own decoration where there is no window manager
MOMENT_S = 0.05  # some frames
ANSWERS = 30  # of a viewer whose menu does not open, until the click counts as lost
BUTTON = 'push button|toggle button|filler'
ITEM = '(check |radio |)menu item'
INPUTS = {'key', 'keydown', 'keyup', 'type', 'click', 'mousedown', 'mouseup'}
inputs = 0  # what was done to viewers so far: frame.py counts those whose effect is checked
environment_of_all = {'G_DEBUG': 'fatal-criticals', 'GSETTINGS_BACKEND': 'memory'}


def skip(reason):
    print('1..0 # SKIP', reason)
    sys.exit(0)


try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi, GLib
    Atspi.set_timeout(10000, 15000)  # ms: with its 800 a busy viewer looks as if parts of it were not there
except (ImportError, ValueError) as error:
    skip(f'no AT-SPI for Python: {error}')
for tool in ('xdotool', 'xwininfo', 'import', 'convert', 'compare'):
    if not shutil.which(tool):
        skip(f'there is no {tool}')
if not os.environ.get('DISPLAY'):
    skip('there is no X display')


def keep_users_files_in(folder):
    """What viewers write for their user (state, recent files) goes there, and nothing of the user's is read."""
    for name in ('CONFIG', 'DATA', 'STATE'):
        path = os.path.join(folder, name.lower())
        os.makedirs(path, exist_ok=True)
        environment_of_all[f'XDG_{name}_HOME'] = path


def acted():
    global inputs
    inputs += 1


def press(node):
    """Does what a click or Return on a widget does."""
    acted()
    return wait_for(lambda: actor(node), 'something that can be pressed').do_action(0)


def actor(node):
    """Itself, or what of it acts: a menu button is a button around a button."""
    for part in walk(node):
        try:
            if part.get_n_actions() > 0:
                return part
        except GLib.GError:
            continue
    return None


def set_value(node, value):
    acted()
    return node.set_current_value(value)


def run(*command):
    """A tool that must succeed, and soon: import waits for a click where its window is gone."""
    if command[0] == 'xdotool' and INPUTS.intersection(map(str, command)):
        acted()
    return subprocess.run([str(c) for c in command], check=True, timeout=30, capture_output=True,
                          text=True)


def wait_for(condition, what, seconds=WAIT_S):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError('waited in vain: ' + what)
        time.sleep(0.1)


def walk(node, depth=0):
    if node is None or depth > 30:
        return
    yield node
    try:
        for i in range(node.get_child_count()):
            yield from walk(node.get_child_at_index(i), depth + 1)
    except Exception:  # objects come and go while we look
        return


def rectangle(node):
    """In its window's screenshot, from the borders on; None where nothing has been laid out."""
    try:
        box = node.get_extents(Atspi.CoordType.WINDOW)
    except GLib.GError:  # it went while we looked
        return None
    return (box.x + BORDER, box.y + BORDER, box.width, box.height) if box.width > 0 < box.height else None


def unfolded(node):
    """Of a menu button, whether its menu is there. Which of its parts tells so, the version of GTK decides."""
    return any(part.get_state_set().contains(Atspi.StateType.EXPANDED) for part in walk(node))


def pops_up(window):
    """Tooltips and menus are windows, too, and have the program's name."""
    told = subprocess.run(['xwininfo', '-id', window], capture_output=True, text=True).stdout
    return 'Override Redirect State: no' not in told


class Viewer:
    def __init__(self, program, arguments, title='Lambdascope', **environment):
        self.stderr = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen([program] + arguments, stderr=self.stderr,
                                        env={**os.environ, **environment_of_all, **environment})
        try:
            self.root = wait_for(self.find_root, 'the application in AT-SPI')
            self.window = wait_for(lambda: self.window_id(title), 'the window')
        except BaseException:
            self.process.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, trouble, *unused):
        ended = self.process.poll()
        self.process.kill()
        self.process.wait()
        if trouble:
            print('# the viewer', 'was running' if ended is None else f'had ended: {ended}')
            print(re.sub('^', '# ', self.messages(), flags=re.MULTILINE), flush=True)

    def messages(self):
        """pread: the viewer writes where the file's offset is, which it shares with us."""
        descriptor = self.stderr.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors='replace')

    def find_root(self):
        if self.process.poll() is not None:
            raise AssertionError('the viewer has ended: ' + self.messages())
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application and application.get_process_id() == self.process.pid:
                return application
        return None

    def window_ids(self, name):
        found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--all', '--pid',
                                str(self.process.pid), '--name', name],
                               capture_output=True, text=True).stdout.split()
        return [window for window in found if not pops_up(window)]

    def window_id(self, name):
        """The newest such window."""
        return next(reversed(self.window_ids(name)), None)

    def find_all(self, role, name, root=None):
        for node in walk(root or self.root):
            try:
                if re.fullmatch(role, node.get_role_name()) and re.search(name, node.get_name() or ''):
                    yield node
            except (GLib.GError, TypeError):  # it went while we looked, or the viewer is busy
                continue

    def find(self, role, name, root=None):
        return next(self.find_all(role, name, root), None)

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

    def focus(self, window):
        """A window that is just being shown cannot have the focus yet."""
        def focused():
            return not subprocess.run(['xdotool', 'windowfocus', '--sync', window], timeout=30,
                                      capture_output=True).returncode
        wait_for(focused, 'the focus')

    def key(self, *keys, window=None):
        self.focus(window or self.window)
        run('xdotool', 'key', '--delay', 60, *keys)

    def type_path(self, dialog_title, path):
        """Types a path into a file dialog. The first character opens its entry, so that needs a moment."""
        dialog = wait_for(lambda: self.window_id(dialog_title), 'the dialog ' + dialog_title)
        time.sleep(1)
        self.key('ctrl+a', window=dialog)
        run('xdotool', 'type', '--delay', 60, path)
        time.sleep(1)
        run('xdotool', 'key', 'Return')

    def close_dialog(self, headline):
        def button():
            dialog = self.top_level_with('label', headline)
            return dialog and self.find('push button', 'Close$', dialog)
        press(wait_for(button, 'the dialog’s button'))
        wait_for(lambda: not self.label(headline), 'the dialog closing')

    def shot(self, path, window=None):
        run('import', '-window', window or self.window, path)
        return path

    def place(self, role, name):
        """Rectangle of a widget in the window's screenshot, once it is there and rests: a button that is pressed takes a
        quarter second to act, and what it shows has no size before it is laid out."""
        def resting():
            node = self.find(role, name)
            before = node and rectangle(node)
            time.sleep(MOMENT_S)
            return before if before and before == rectangle(node) else None
        return wait_for(resting, f'the place of {role} {name}')

    def click(self, role, name, across=0.5, window=None):
        """In the middle of a widget, or at a share of its width."""
        x, y, width, height = self.place(role, name)
        run('xdotool', 'mousemove', '--window', window or self.window, x + int(across * width), y + height // 2, 'click', 1)

    def open_menu(self, button):
        """With the mouse, and again if the click was lost: it fell where the button was before a layout, or closed another
        menu. Answers are counted, not seconds: a busy viewer gives none, and may yet take the first click."""
        def opened():
            self.click(BUTTON, button)
            for _ in range(ANSWERS):
                if unfolded(self.find(BUTTON, button)):
                    return True
                time.sleep(0.1)
            return False
        wait_for(opened, 'the menu ' + button)

    def press(self, role, name):
        """As press(), once it is there."""
        press(wait_for(lambda: self.find(role, name), 'the ' + role + ' ' + name))

    def item(self, name):
        """Of a menu that has been opened, or of a submenu there."""
        return wait_for(lambda: self.find(ITEM, name), 'the menu item ' + name)

    def choose(self, button, item):
        self.open_menu(button)
        press(self.item(item))

    def choose_row(self, name, *keys, window=None):
        """Of a drop-down list, by keys: those that come before a row has the focus are lost."""
        button = wait_for(lambda: self.find('push button', name), 'the list ' + name)
        box = button.get_parent()
        press(button)
        wait_for(lambda: any(row.get_state_set().contains(Atspi.StateType.FOCUSED)
                             for row in self.find_all('list item', '', box)), 'the rows of ' + name)
        self.key(*keys, 'Return', window=window)

    def canvas(self):
        return self.place('image', 'Fixed, moving and warped')

    def close(self):
        self.key('ctrl+q')
        return self.process.wait(WAIT_S)


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

    def changed(self, before, pane, what):
        """Settled panes once one has changed clearly from what it was."""
        wait_for(lambda: difference(before[pane], self.panes()[pane]) > 500, what)
        return self.settled()


def difference(a, b):
    """Number of pixels that differ clearly."""
    told = subprocess.run(['compare', '-metric', 'AE', '-fuzz', '6%', a, b, 'null:'], timeout=30,
                          capture_output=True, text=True).stderr  # its status says "they differ"
    return float(told.split()[0])
