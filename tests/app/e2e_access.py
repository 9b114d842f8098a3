"""For every kind of user: whatever can be used has a name, whatever has a range has a value in it; and the whole way
from the start to the end goes by the keyboard."""
import os
import time

import scans
from frame import NOT_OPENED, check, check_end, expect, main, shot, wait_for_pair
from viewer import ITEM, Pictures, Viewer, difference, wait_for, walk

USED = ('push button', 'toggle button', 'check box', 'radio button', 'slider', 'spin button', 'combo box', 'entry',
        'menu item', 'check menu item', 'radio menu item', 'page tab', 'password text')
RANGES = ('slider', 'spin button', 'progress bar')


def unnamed(root):
    """Roles of what can be used and tells no more than the name of its type."""
    found = []
    for node in walk(root):
        name = node.get_name() or ''
        if node.get_role_name() in USED and (not name.strip() or name.startswith('Gtk')):
            parent = node.get_parent()
            found.append(f'{node.get_role_name()} {name!r} in {parent.get_role_name()} {parent.get_name()!r}')
    return found


def beyond_range(root):
    """Names of ranges whose value is none of theirs."""
    found = []
    for node in walk(root):
        if node.get_role_name() not in RANGES:
            continue
        low, value, high = (node.get_minimum_value(), node.get_current_value(), node.get_maximum_value())
        if not low <= value <= high or low == high:
            found.append(f'{node.get_role_name()} {node.get_name()!r}: {value} of {low} to {high}')
    return found


def all_named(viewer, where):
    time.sleep(0.5)
    problems = unnamed(viewer.root) + beyond_range(viewer.root)
    check(not problems, where + ': all that is used has a name, all ranges a value' + '; '.join(problems))


def with_window(viewer, key, title, where):  # not the window of keys, in which GTK's own search has no name
    viewer.key(key)
    window = wait_for(lambda: viewer.window_id(title), where)
    all_named(viewer, where)
    viewer.key('Escape', window=window)
    if viewer.window_id(title):
        viewer.key('Escape', window=window)  # the first one ended a search
    wait_for(lambda: not viewer.window_id(title), 'the end of ' + where)


def with_menus(viewer):
    """Menus are in the tree once they have been opened."""
    for name in ('^Open$', '^View$', '^Menu$'):
        viewer.open_menu(name)
        viewer.item('.')
        all_named(viewer, 'the menu ' + name.strip('^$'))
        viewer.key('Escape')


def test_names(program, folder):
    fixed, moving = scans.write_pair(folder)
    with Viewer(program, []) as viewer:
        all_named(viewer, 'welcome')
        with_window(viewer, 'ctrl+comma', '^Preferences$', 'the preferences')
        check_end(viewer)
    with Viewer(program, [fixed, moving]) as viewer:
        wait_for_pair(viewer)
        all_named(viewer, 'a pair')
        viewer.key('F9')
        wait_for(lambda: viewer.label('^λ 0.300$'), 'the panel')
        all_named(viewer, 'the panel')
        viewer.key('t')
        all_named(viewer, 'the play bar')
        with_menus(viewer)
        check_end(viewer)
    with Viewer(program, [fixed, os.path.join(folder, 'not-there.nii')]) as viewer:
        wait_for(lambda: viewer.label(NOT_OPENED), 'the error')
        all_named(viewer, 'an error')
        viewer.close_dialog(NOT_OPENED)
        check_end(viewer)


def focused(viewer):
    """The name of what has the focus."""
    for node in walk(viewer.root):
        if node.get_state_set().contains(12):  # Atspi.StateType.FOCUSED
            return node.get_name() or ''
    return ''


def tab_to(viewer, name):
    for _ in range(40):
        if focused(viewer).endswith(name):  # GTK 4.8 reads out the mnemonic, too
            return
        viewer.key('Tab')
    raise AssertionError('no way by Tab to ' + name)


def test_keyboard(program, folder):
    with Viewer(program, []) as viewer:
        viewer.focus(viewer.window)
        tab_to(viewer, 'Open…')
        with_focus = viewer.shot(os.path.join(folder, 'open-focused.png'))
        tab_to(viewer, 'Two brains')
        shot(viewer, 'focus')
        check(difference(with_focus, viewer.shot(os.path.join(folder, 'demo-focused.png'))) > 50,
              'one sees where the focus is')
        viewer.key('Return')
        wait_for_pair(viewer)
        check(True, 'Tab and Return open the demo')
        pictures = Pictures(viewer, folder)
        before = pictures.settled()
        tab_to(viewer, 'Smoothness λ')
        slider = viewer.find('slider', '^Smoothness λ$')
        value = slider.get_current_value()
        viewer.key('Left', 'Left', 'Left')
        expect(lambda: slider.get_current_value() < value - 0.2, 'arrows turn λ')
        viewer.key('2')
        pictures.changed(before, 0, 'the coronal plane')
        check(True, 'a digit chooses the plane')
        viewer.key('F10')
        expect(lambda: viewer.find(ITEM, '^About'), 'F10 opens the menu')
        viewer.key('Escape')
        check_end(viewer)


main({'names': test_names, 'keyboard': test_keyboard})
