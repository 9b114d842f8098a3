"""A tour of the viewer as it is, on the pair that it brings along: each thing that docs/viewer.md teaches, with its
picture. tools/screenshots.sh makes the pictures of the page from them. See frame.py."""
import os
import time

from frame import SCREENSHOTS, ROOT, check, check_end, expect, main, shot, wait_for_pair
from viewer import Pictures, Viewer, difference, press, run, set_value, skip, wait_for

MODEL = os.path.join(ROOT, 'models', 'template-age-sex.safetensors')
WIDTH, HEIGHT = 1280, 860
CURVES_WAIT_S = 240  # measured in the background, by the real network


def part_of_panes(name, number):
    return os.path.join(SCREENSHOTS, f'tour-{name}-{number}.png')


def slider(viewer):
    return viewer.find('slider', '^Smoothness λ$')


def place_pointer_aside(viewer):
    run('xdotool', 'mousemove', 1599, 999)


def rest(viewer, pictures):
    place_pointer_aside(viewer)
    return pictures.settled()


def page(viewer, name):
    viewer.press('.*button', f'^{name}$')


def plain(viewer, pictures):
    """No overlay and no play bar, so that each thing is seen alone."""
    viewer.key('j')
    if viewer.find('push button', '^Film$'):
        viewer.key('t')
    return rest(viewer, pictures)


def compare(viewer, pictures):
    """The ways to look at both scans, each as the warped view alone."""
    before = plain(viewer, pictures)
    for number, (key, what) in enumerate((('m', 'both in two colours'), ('b', 'a checkerboard'), ('u', 'a curtain'),
                                          ('e', 'edges'), ('d', 'the difference'), ('f', 'a fade'))):
        viewer.key(key)
        wait_for(lambda: difference(before[2], pictures.panes()[2]) > 50, what)
        now = rest(viewer, pictures)
        check(difference(before[0], now[0]) == 0, key + ' shows ' + what)
        run('cp', now[2], part_of_panes('compare', number))
        viewer.key(key)
        wait_for(lambda: difference(before[2], pictures.panes()[2]) == 0, 'the end of ' + what)


def deform(viewer, pictures):
    before = rest(viewer, pictures)
    for number, (key, what) in enumerate((('g', 'the grid'), ('v', 'arrows'), ('shift+v', 'streamlines'),
                                          ('j', 'volume change'), ('k', 'displacement'), ('o', 'outlines'))):
        viewer.key(key)
        now = pictures.changed(before, 2, what)
        check(True, key + ' shows ' + what)
        place_pointer_aside(viewer)
        run('cp', now[2], part_of_panes('deform', number))
        viewer.key(key)
        wait_for(lambda: difference(before[2], pictures.panes()[2]) == 0, 'the end of ' + what)


def views(viewer, pictures):
    before = rest(viewer, pictures)
    viewer.key('l', 'l')
    pictures.changed(before, 0, 'nine views')
    check(True, 'L twice shows three planes of all three')
    place_pointer_aside(viewer)
    shot(viewer, 'views')
    viewer.key('l')
    wait_for(lambda: difference(before[0], pictures.panes()[0]) == 0, 'one plane again')


def numbers(viewer, pictures):
    viewer.key('g')
    page(viewer, 'Numbers')
    expect(lambda: viewer.label('^lateral ventricles$') and viewer.label('^SD log'), 'figures and a table of labels')
    rest(viewer, pictures)
    shot(viewer, 'numbers')


def location(viewer, pictures):
    page(viewer, 'Location')
    x, y, width, height = viewer.canvas()
    run('xdotool', 'mousemove', '--window', viewer.window, x + width // 6 - 18, y + height // 2 - 45, 'click', 1)
    expect(lambda: viewer.label('^Moved$'), 'what is at the crosshair')
    viewer.key('o')
    rest(viewer, pictures)
    shot(viewer, 'location')
    viewer.key('o')


def landmarks(viewer, pictures):
    page(viewer, 'Landmarks')
    viewer.key('i', 'shift+i')
    x, y, width, height = viewer.canvas()
    run('xdotool', 'keydown', 'shift')
    for right, down in ((-40, -60), (50, 40)):
        for pane, further in ((0, 0), (1, 7)):
            run('xdotool', 'mousemove', '--window', viewer.window, x + (2 * pane + 1) * width // 6 + right + further,
                y + height // 2 + down)
            run('xdotool', 'click', 1)
    run('xdotool', 'keyup', 'shift')
    expect(lambda: viewer.label('^TRE .* of 3 pairs|^TRE ') and viewer.find('label', '^3$'), 'three pairs and their error')
    rest(viewer, pictures)
    shot(viewer, 'landmarks')
    viewer.key(*['ctrl+z'] * 6)


def intensities(viewer, pictures):
    page(viewer, 'Intensities')
    rest(viewer, pictures)
    shot(viewer, 'intensities')


def named(viewer, role, name):
    return list(viewer.find_all(role, f'^{name}$'))


def regions(viewer, pictures):
    page(viewer, 'Regions')
    for row, (name, value) in enumerate((('lateral ventricles', 3.0), ('cerebral cortex', -4.0))):
        viewer.open_menu('^Add Labels$')
        item = wait_for(lambda: viewer.find('list item', '^' + name + '$'), 'the label ' + name)
        item.get_parent().select_child(item.get_index_in_parent())
        viewer.press('push button', '^Add as One Region$')
        expect(lambda: len(named(viewer, 'slider', 'Region λ')) == row + 1, name + ' becomes a region')
        press(named(viewer, '(push|toggle) button', 'follows')[row])
        wait_for(lambda: not viewer.label('^×'), 'a λ of its own')
        set_value(named(viewer, 'slider', 'Region λ')[row], value)
    wait_for(lambda: len([node for node in named(viewer, 'image|graphic', 'Overlap and folds over λ')
                          if 'λ' in (node.get_description() or '')]) == 3, 'a curve of each', CURVES_WAIT_S)
    check(True, 'each with its curve')
    rest(viewer, pictures)
    shot(viewer, 'regions')


def outlined(viewer, pictures):
    """Two slices of a region that no label map knows, the second one still open."""
    def corners(*places):
        for right, down in places:
            run('xdotool', 'mousemove', '--window', viewer.window, middle[0] + right, middle[1] + down, 'click', 1)
            time.sleep(0.5)  # two clicks sooner than that are a double click

    page(viewer, 'Regions')
    viewer.choose('^Add Other$', '^Outlined on')
    wait_for(lambda: viewer.label('^Click corners'), 'what to do')
    x, y, width, height = viewer.canvas()
    middle = x + width // 6, y + height // 2
    corners((-42, -76), (0, -92), (44, -74), (46, -30), (4, -22), (-34, -30))
    viewer.key('Return')
    expect(lambda: len(named(viewer, 'slider', 'Region λ')) == 1, 'six corners and Enter make a region')
    run('xdotool', 'click', '--repeat', 2, '--delay', 60, 4)
    corners((-34, -66), (2, -80), (38, -64), (32, -32))
    rest(viewer, pictures)
    shot(viewer, 'outlined')
    viewer.key('Escape')
    viewer.key('ctrl+z')
    wait_for(lambda: not named(viewer, 'slider', 'Region λ'), 'no region')
    run('xdotool', 'mousemove', '--window', viewer.window, *middle, 'click', '--repeat', 2, '--delay', 60, 5)


def hold(viewer, pictures):
    before = rest(viewer, pictures)
    viewer.key('ctrl+backslash')
    set_value(slider(viewer), 4.0)
    pictures.changed(before, 2, 'another λ')
    viewer.key('bar')
    expect(lambda: viewer.label('^A λ .* apart by'), 'A and B along a line')
    rest(viewer, pictures)
    shot(viewer, 'ab')
    viewer.key('bar')


def test_tour(program, folder):
    if not os.path.exists(MODEL):
        skip('there is no model: ' + MODEL)
    with Viewer(program, ['--demo', 'template', '--lambda', '0.1']) as viewer:
        pictures = Pictures(viewer, folder)
        wait_for_pair(viewer, demo=True)
        run('xdotool', 'windowsize', '--sync', viewer.window, WIDTH, HEIGHT)
        wait_for(lambda: viewer.label('Dots: the 21 people'), 'the curve with its people', CURVES_WAIT_S)
        check(True, 'the first page of the template has its curve')
        rest(viewer, pictures)
        shot(viewer, 'template')
        for part in (compare, deform, views, numbers, location, landmarks, intensities, outlined, regions, hold):
            part(viewer, pictures)
        check_end(viewer)


def test_first_page(program, folder):
    with Viewer(program, []) as viewer:
        run('xdotool', 'windowsize', '--sync', viewer.window, WIDTH, HEIGHT)
        expect(lambda: viewer.find('push button', '^Two brains$'), 'the first page shows the demos')
        place_pointer_aside(viewer)
        shot(viewer, 'demos')
        check_end(viewer)


main({'tour': test_tour, 'first-page': test_first_page})
