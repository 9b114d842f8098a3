"""Preferences: what they change is seen at once and after the next start."""
import os
import shutil
import time

import scans
from frame import check, check_end, expect, main, opened, shot, wait_for_pair
from viewer import Viewer, run, set_value, wait_for

TITLE = '^Preferences$'


def show(viewer):
    viewer.key('ctrl+comma')
    return wait_for(lambda: viewer.window_id(TITLE), 'the preferences')


def test_pictures(program, folder):
    with opened(program, folder) as (viewer, pictures):
        before = pictures.settled()
        window = show(viewer)
        expect(lambda: viewer.find('spin button', '^Threads$'), 'Ctrl+comma shows the preferences')
        time.sleep(1)
        shot(viewer, 'window', window)
        run('xdotool', 'windowmove', '--sync', window, 0, 0)
        run('xdotool', 'windowmove', '--sync', viewer.window, 0, 0, 'windowraise', viewer.window)
        viewer.press('check box', '^Crosshair$')
        plain = pictures.changed(before, 0, 'the end of the crosshair')
        check(True, 'a preference is seen at once')
        viewer.choose_row('^Sides$', 'Down', window=window)
        pictures.changed(plain, 0, 'the other sides')
        check(True, 'the sides can be chosen')
        set_value(viewer.find('spin button', '^Distance of the grid'), 10)
        expect(lambda: viewer.find('spin button', '^Grid spacing').get_current_value() == 10,
               'the grid’s distance is that of the window')
        viewer.key('Escape', window=window)
        expect(lambda: not viewer.window_id(TITLE), 'Escape closes the preferences')


def settings_kept_in(folder):
    """For GSettings: a file in which preferences outlive the program, with the size of an earlier window."""
    path = os.path.join(folder, 'kept')
    file = os.path.join(path, 'glib-2.0', 'settings', 'keyfile')
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(os.path.dirname(file))
    with open(file, 'w', encoding='utf-8') as out:
        out.write('[io/github/lambdascope/Lambdascope]\nwindow-width=1310\nwindow-height=750\n')
    return {'GSETTINGS_BACKEND': 'keyfile', 'XDG_CONFIG_HOME': path}


def size(viewer):
    told = run('xdotool', 'getwindowgeometry', '--shell', viewer.window).stdout
    return [int(line.partition('=')[2]) for line in told.splitlines() if line.startswith(('WIDTH', 'HEIGHT'))]


def change(program, pair, kept):
    with Viewer(program, pair, **kept) as viewer:
        wait_for_pair(viewer)
        expect(lambda: size(viewer) == [1310, 750], 'the window is as large as it was')
        window = show(viewer)
        set_value(wait_for(lambda: viewer.find('spin button', '^Distance of the grid'), 'the preferences'), 7)
        viewer.key('Escape', window=window)
        viewer.key('F9')
        viewer.key('ctrl+w')
        check(viewer.process.wait(60) == 0, 'closing the only window ends the program')


def test_next_start(program, folder):
    pair, kept = list(scans.write_pair(folder)), settings_kept_in(folder)
    change(program, pair, kept)
    with Viewer(program, pair, **kept) as viewer:
        wait_for_pair(viewer)
        check(viewer.find('spin button', '^Grid spacing').get_current_value() == 7,
              'preferences hold at the next start')
        check(size(viewer) == [1310, 750], 'the window keeps its size')
        expect(lambda: viewer.label('^λ 0.300$'), 'and its panel')
        check_end(viewer)


def test_no_schema(program, folder):
    """A program that stands alone has no preferences, and does the rest."""
    alone = shutil.copy(program, os.path.join(folder, 'alone'))
    with Viewer(alone, list(scans.write_pair(folder))) as viewer:
        wait_for_pair(viewer)
        viewer.key('ctrl+comma')
        time.sleep(1)
        check(not viewer.window_id(TITLE), 'without their schema there are no preferences')
        check_end(viewer)


main({'pictures': test_pictures, 'next-start': test_next_start,
      'no-schema': test_no_schema})
