"""A and B: one λ held and compared with another. See frame.py."""
import json
import os

from frame import check, expect, main, opened, shot
from viewer import difference, run, set_value, wait_for


def hold(viewer, pictures, value=0.02):
    """A at λ = 0.3, B at another; the settled pictures of both."""
    spin = viewer.find('spin button', '^λ value$')
    a = pictures.settled()
    viewer.key('ctrl+backslash')
    expect(lambda: viewer.label(r'^A is held: λ 0\.300'), 'Ctrl+\\ holds λ as A, and says so')
    set_value(spin, value)
    return a, pictures.changed(a, 2, 'B')


def test_held(program, folder):
    with opened(program, folder) as (viewer, pictures):
        _, b = hold(viewer, pictures)
        viewer.key('backslash')
        expect(lambda: viewer.label(r'^A λ 0\.300, B λ 0\.020: apart by [0-9.]+ mm on average'),
               '\\ shows A and tells how far they are apart')
        a = pictures.changed(b, 2, 'A')
        shot(viewer, 'a')
        viewer.key('backslash')
        expect(lambda: difference(b[2], pictures.panes()[2]) == 0, 'and again, B')
        viewer.key('bar')
        split = pictures.changed(b, 2, 'the line')
        check(0 < difference(split[2], b[2]) < difference(a[2], b[2]), '| shows both, on either side of a line')
        shot(viewer, 'split')
        x, y, width, height = viewer.canvas()
        run('xdotool', 'mousemove', '--window', viewer.window, x + 5 * width // 6, y + height // 2)
        run('xdotool', 'mousedown', 1, 'mousemove_relative', '--sync', width // 9, 0)
        run('xdotool', 'mouseup', 1)
        pictures.changed(split, 2, 'the line elsewhere')
        check(True, 'which is dragged')
        viewer.key('bar')
        expect(lambda: difference(b[2], pictures.panes()[2]) == 0, '| again ends it')
        viewer.choose('^View$', '^Difference of A and B$')
        pictures.changed(b, 2, 'the difference')
        check(True, 'the difference of the fields is laid over')
        shot(viewer, 'difference')


def test_maps(program, folder):
    """Overlays that are computed once λ rests."""
    with opened(program, folder) as (viewer, pictures):
        plain = pictures.settled()
        viewer.choose('^View$', '^Sensitivity to λ$')
        map_ = pictures.changed(plain, 2, 'the map')
        check(difference(map_[0], plain[0]) < 50, 'where λ matters is laid over the warped scan alone')
        shot(viewer, 'sensitivity')
        set_value(viewer.find('spin button', '^λ value$'), 0.9)
        pictures.changed(map_, 2, 'the map of another λ')
        check(True, 'it follows λ')
        viewer.choose('^View$', '^Uncertainty$')
        expect(lambda: viewer.label('not probabilistic'), 'of a network that knows no uncertainty this is said')


def test_session(program, folder):
    """A is part of a session."""
    path = os.path.join(folder, 'ab.lamsession')
    with opened(program, folder) as (viewer, pictures):
        hold(viewer, pictures, 0.5)
        viewer.key('backslash')
        a = pictures.settled()
        viewer.key('ctrl+shift+s')
        viewer.type_path('Save the session', path)
        wait_for(lambda: os.path.exists(path), 'the session')
        with open(path) as file:
            check(abs(json.load(file)['held_lambda'] - 0.3) < 1e-9, 'a session has the held λ')
    with opened(program, folder, [path]) as (viewer, pictures):
        wait_for(lambda: viewer.label('^γ') == 'γ 1', 'the λ of B')
        b = pictures.settled()
        viewer.key('backslash')
        expect(lambda: difference(a[2], pictures.panes()[2]) == 0, 'which is held again once it is opened')
        viewer.key('bracketright')
        expect(lambda: difference(b[2], pictures.panes()[2]) < difference(a[2], pictures.panes()[2]),
               'moving λ shows B again')


if __name__ == '__main__':
    main({'maps': test_maps, 'held': test_held, 'session': test_session})
