"""Pairs of landmarks: placed, dragged, named, undone, saved, opened; their error at each λ. See frame.py."""
import os
import re

from frame import check, expect, main, opened, shot
from viewer import difference, run, set_value

TRE = r'^TRE ([0-9.]+) mm, at most'


def error(viewer):
    text = viewer.label(TRE)
    return float(re.match(TRE, text).group(1)) if text else None


def at(viewer, pane, right=0, down=0):
    """The middle of a pane, or beside it, in the window."""
    x, y, width, height = viewer.canvas()
    return x + (2 * pane + 1) * width // 6 + right, y + height // 2 + down


def click(viewer, pane, right=0, down=0):
    run('xdotool', 'mousemove', '--window', viewer.window, *at(viewer, pane, right, down))
    run('xdotool', 'click', 1)


def place_two(viewer):
    """By keys at the crosshair, and with Shift."""
    viewer.key('i')
    expect(lambda: viewer.label('^not in moving$'), 'I begins a pair and shows the page')
    viewer.key('shift+i')
    expect(lambda: error(viewer) is not None, 'Shift+I places the counterpart; the error is told')
    run('xdotool', 'keydown', 'shift')
    click(viewer, 0, 60, 40)
    click(viewer, 1, 50, 30)
    run('xdotool', 'keyup', 'shift')
    expect(lambda: viewer.find('label', '^2$') and not viewer.label('^not in'), 'clicks with Shift place another pair')


def test_landmarks(program, folder):
    with opened(program, folder) as (viewer, pictures):
        place_two(viewer)
        before = error(viewer)
        drawn = pictures.settled()
        shot(viewer, 'two')
        set_value(viewer.find('spin button', '^λ value$'), 0.02)
        expect(lambda: error(viewer) != before, 'another λ has another error')
        viewer.key('ctrl+z')
        expect(lambda: error(viewer) == before, 'and undo the old one')
        run('xdotool', 'mousemove', '--window', viewer.window, *at(viewer, 1, 50, 30))
        run('xdotool', 'mousedown', 1, 'mousemove_relative', '--sync', 25, 10)
        run('xdotool', 'mousemove_relative', '--sync', 10, 10, 'mouseup', 1)
        expect(lambda: error(viewer) != before, 'a ring can be dragged')
        check(difference(drawn[1], pictures.settled()[1]) > 0, 'and is drawn where it is now')
        viewer.key('ctrl+z')
        expect(lambda: error(viewer) == before, 'the drag is one step to undo')
        viewer.key('ctrl+z', 'ctrl+z')
        expect(lambda: not viewer.find('label', '^2$'), 'so is each placing')
        viewer.key('ctrl+shift+z', 'ctrl+shift+z')
        expect(lambda: error(viewer) == before, 'and all of it can be redone')


def test_files(program, folder):
    path, bad = (os.path.join(folder, name) for name in ('points.csv', 'bad.csv'))
    with open(bad, 'w') as file:
        file.write('x,y\n1,2\n')
    with opened(program, folder) as (viewer, pictures):
        place_two(viewer)
        before = error(viewer)
        viewer.choose('^Landmarks menu$', '^Save as CSV')
        viewer.type_path('Save the landmarks', path)
        expect(lambda: os.path.exists(path), 'they are saved')
        with open(path) as file:
            rows = file.read().split('\n')
        check(rows[0] == 'fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z,name' and len(rows) == 4, 'as CSV')
        viewer.choose('^Landmarks menu$', '^Delete All$')
        expect(lambda: not viewer.label(TRE), 'all can be deleted')
        viewer.choose('^Landmarks menu$', '^Open')
        viewer.type_path('Open landmarks', path)
        expect(lambda: error(viewer) == before, 'and opened again')
        viewer.choose('^Landmarks menu$', '^Open')
        viewer.type_path('Open landmarks', bad)
        expect(lambda: viewer.label('bad.csv, line 1: the first row must name'), 'a table of something else is refused')
        viewer.close_dialog('^The landmarks could not be opened$')
        check(error(viewer) == before, 'and nothing is lost')


if __name__ == '__main__':
    main({'landmarks': test_landmarks, 'files': test_files})
