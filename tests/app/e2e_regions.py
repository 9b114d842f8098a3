"""Regions: added from labels and at the crosshair, moved, undone, exported. See frame.py."""
import array
import gzip
import json
import os
import re
import struct
import time

import scans
from frame import check, expect, main, opened, shot
from viewer import Atspi, difference, press, run, set_value, wait_for

SIZE = 48  # of the scans


def nodes(viewer, role, name):
    return list(viewer.find_all(role, name))


def sliders(viewer):
    return nodes(viewer, 'slider', '^Region λ$')


def add_label(viewer, name):
    before = len(sliders(viewer))
    viewer.open_menu('^Add Labels$')
    row = wait_for(lambda: viewer.find('list item', '^' + name + '$'), 'the label ' + name)
    row.get_parent().select_child(row.get_index_in_parent())
    viewer.press('push button', '^Add as One Region$')
    expect(lambda: len(sliders(viewer)) == before + 1, name + ' becomes a region')


def exported(viewer, path):
    """The displacement at each voxel, x first, as exported."""
    viewer.key('ctrl+shift+e')
    viewer.type_path('Save the deformation field', path)
    wait_for(lambda: os.path.exists(path), 'the field')
    with gzip.open(path) as file:
        data = file.read()
    values = array.array('f', data[int(struct.unpack_from('<f', data, 108)[0]):])
    count = SIZE ** 3
    return [values[i::count][:3] for i in range(count)]


def furthest(a, b, voxels):
    return max(abs(x - y) for i in voxels for x, y in zip(a[i], b[i]))


def saved_region(viewer, path):
    """The first region of the file that the viewer writes."""
    viewer.choose('^Add Other$', '^Save Regions')
    viewer.type_path('Save the regions', path)
    wait_for(lambda: os.path.exists(path), 'the file')
    with open(path) as file:
        return json.load(file)['regions'][0]


def test_regions(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, [*pair, '--fixed-labels', fixed, '--label-names', names]) as (viewer, pictures):
        viewer.key('h')
        expect(lambda: viewer.label('^A region has a λ'), 'H shows the page of regions')
        plain = pictures.settled()
        first = exported(viewer, os.path.join(folder, 'first.nii.gz'))
        viewer.open_menu('^Add Labels$')
        wait_for(lambda: viewer.find('list item', '^Inside$'), 'the labels')
        viewer.key('Escape')
        expect(lambda: not viewer.find('list item', '^Inside$'), 'Escape closes the list of labels')
        add_label(viewer, 'Inside')
        pictures.changed(plain, 0, 'its outline is drawn')
        shot(viewer, 'outline')
        viewer.key('shift+h')
        expect(lambda: difference(plain[2], pictures.settled()[2]) < 50,
               'without the outline there is no difference: it follows')
        viewer.press('push button|toggle button', '^follows$')
        expect(lambda: viewer.label('^λ 0.300$'), 'what it followed becomes its own')  # a press takes a quarter second
        set_value(sliders(viewer)[0], 4.0)
        high = pictures.changed(plain, 2, 'its own λ changes the picture')
        expect(lambda: viewer.label('^λ 0.982$'), 'and is told')
        check(difference(plain[0], high[0]) < 50, 'but not that of the fixed scan')
        second = exported(viewer, os.path.join(folder, 'second.nii.gz'))
        half = SIZE // 2
        inside = half + SIZE * (half + 12) + SIZE * SIZE * half
        check(furthest(first, second, [inside]) > 0.1, 'the exported field is another one inside')
        check(furthest(first, second, range(3 * SIZE * SIZE)) < 1e-3, 'and the same far from it')
        shot(viewer, 'own')
        viewer.key('ctrl+z')
        expect(lambda: sliders(viewer)[0].get_current_value() < 0, 'undo takes its λ back')
        viewer.key('ctrl+shift+z')
        expect(lambda: abs(sliders(viewer)[0].get_current_value() - 4.0) < 1e-6, 'redo does it again')


def give_own(viewer, name, row, position):
    """A region of a label with a λ of its own: position on the log γ scale."""
    add_label(viewer, name)
    press(nodes(viewer, 'push button|toggle button', '^follows$')[row])
    wait_for(lambda: len(nodes(viewer, 'label', '^×')) == 0, 'the button that follows')
    set_value(sliders(viewer)[row], position)


def keep_preset(viewer, name):
    viewer.choose('^Presets$', '^Keep This λ')
    dialog = wait_for(lambda: viewer.window_id('^Keep this λ$'), 'the question for a name')
    viewer.key('ctrl+a', window=dialog)
    run('xdotool', 'type', '--delay', 60, name)
    run('xdotool', 'key', 'Return')
    wait_for(lambda: not viewer.window_ids('^Keep this λ$'), 'the end of the question')


def write_report(viewer, path):
    viewer.key('ctrl+shift+r')
    wait_for(lambda: viewer.window_id('^Report$'), 'the dialog')
    viewer.press('push button', 'Write Report')
    viewer.type_path('Write the report', path)


def curves(viewer):
    """What the curves over λ tell: of the whole, then of each region."""
    return [node.get_description() for node in nodes(viewer, 'image|graphic', '^Overlap and folds over λ$')]


def test_places(program, folder):
    """Smooth in the ventricle, close at the rim: curves, field, preset and report; then all of it anew."""
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3', '--fixed-labels', fixed, '--moving-labels', moving,
            '--label-names', names]
    field, again = os.path.join(folder, 'field.nii.gz'), os.path.join(folder, 'again.nii.gz')
    with opened(program, folder, pair) as (viewer, pictures):
        viewer.key('h')
        wait_for(lambda: viewer.label('^A region has a λ'), 'the page of regions')
        give_own(viewer, 'Ventricle, middle', 0, 4.0)
        give_own(viewer, 'Shell', 1, -3.0)
        expect(lambda: viewer.label('^λ 0.982$') and viewer.label('^λ 0.047$'), 'two regions have λs of their own')
        expect(lambda: len([text for text in curves(viewer) if 'Best overlap at λ' in text]) == 3,
               'each has its curve, beside that of the whole')
        own = pictures.settled()
        shot(viewer, 'curves')
        first = exported(viewer, field)
        keep_preset(viewer, 'head')
        report = os.path.join(folder, 'places.html')
        write_report(viewer, report)
        expect(lambda: os.path.exists(report.replace('.html', '.json')), 'the report is written')
        with open(report.replace('.html', '.json')) as file:
            told = json.load(file)['regions']
        check([region['labels'] for region in told] == ['33', '11'] and abs(told[0]['lambda'] - 0.982) < 1e-3,
              'with both regions')
    with opened(program, folder, pair) as (viewer, pictures):
        viewer.key('h')
        wait_for(lambda: viewer.label('^A region has a λ'), 'the page of regions')
        wait_for(lambda: not sliders(viewer), 'a list without regions')
        viewer.choose('^Presets$', '^head$')
        expect(lambda: len(sliders(viewer)) == 2, 'the preset brings both regions')
        expect(lambda: difference(own[2], pictures.settled()[2]) < 50, 'and the same picture')
        check(furthest(first, exported(viewer, again), range(SIZE ** 3)) < 1e-4, 'of the same field')


def stroke(viewer, pane, control=False):
    """A short drag through the middle of a pane."""
    x, y, width, height = viewer.canvas()
    at = (x + (2 * pane + 1) * width // 6, y + height // 2)
    keys = ['keydown', 'ctrl'] if control else []
    run('xdotool', 'mousemove', '--window', viewer.window, *at, *keys, 'mousedown', 1)
    for _ in range(6):
        run('xdotool', 'mousemove_relative', '--sync', '--', -12, 0)
    run('xdotool', 'mouseup', 1, *(['keyup', 'ctrl'] if control else []))


def test_painted(program, folder):
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, pair) as (viewer, pictures):
        viewer.key('h')
        wait_for(lambda: viewer.label('^A region has a λ'), 'the page of regions')
        viewer.choose('^Add Other$', '^Painted')
        expect(lambda: len(sliders(viewer)) == 1, 'a painted region begins at the crosshair')
        set_value(nodes(viewer, 'spin button', '^Radius of the brush')[0], 20)
        ball = pictures.settled()
        stroke(viewer, 0)
        longer = pictures.changed(ball, 0, 'what is painted')
        check(True, 'a drag paints')
        shot(viewer, 'painted')
        stroke(viewer, 0, control=True)
        pictures.changed(longer, 0, 'what is erased')
        check(True, 'with Ctrl it erases')
        viewer.key('ctrl+z')
        expect(lambda: difference(longer[0], pictures.settled()[0]) < 50, 'a stroke is undone at once')
        balls = saved_region(viewer, os.path.join(folder, 'painted.json'))['painted']
        check(len(balls) > 8 and len(balls) % 4 == 0 and min(balls[3::4]) > 0, 'what was painted is saved')


def at(viewer, pane, dx, dy):
    """A place in a pane, from its middle, in pixels of the window."""
    x, y, width, height = viewer.canvas()
    return x + (2 * pane + 1) * width // 6 + dx, y + height // 2 + dy


def click_corners(viewer, pane, *corners):
    for corner in corners:
        run('xdotool', 'mousemove', '--window', viewer.window, *at(viewer, pane, *corner), 'click', 1)
        time.sleep(0.5)  # two clicks sooner than that are a double click


def draw_around(viewer, pane, radius):
    """One stroke along a square, back to where it began."""
    run('xdotool', 'mousemove', '--window', viewer.window, *at(viewer, pane, -radius, -radius), 'mousedown', 1)
    for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        for _ in range(8):
            run('xdotool', 'mousemove_relative', '--sync', '--', dx * radius // 4, dy * radius // 4)
    run('xdotool', 'mouseup', 1)


def saved_outlines(viewer, path):
    """For each outline the height of its slice and its number of corners."""
    numbers = saved_region(viewer, path)['outlines']
    corners = [numbers[i:i + 4] for i in range(1, len(numbers), 4)]
    return numbers[0], [[c[3] for c in corners if c[0] == k] for k in range(int(corners[-1][0]) + 1)]


def test_outlined(program, folder):
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, pair) as (viewer, pictures):
        viewer.key('h')
        wait_for(lambda: viewer.label('^A region has a λ'), 'the page of regions')
        plain = pictures.settled()
        viewer.choose('^Add Other$', '^Outlined on')
        expect(lambda: viewer.label('^Click corners'), 'what to do is said')
        click_corners(viewer, 0, (-40, -40), (40, -40), (40, 40), (90, 90))
        drawn = pictures.changed(plain, 0, 'corners are drawn')
        shot(viewer, 'corners')
        viewer.key('BackSpace')
        expect(lambda: difference(drawn[0], pictures.panes()[0]) > 100, 'Backspace takes one back')
        click_corners(viewer, 0, (-40, 40))
        check(not sliders(viewer), 'there is no region until the outline is closed')
        viewer.key('Return')
        expect(lambda: len(sliders(viewer)) == 1, 'Enter closes it, which makes a region')
        one = pictures.settled()
        run('xdotool', 'mousemove', '--window', viewer.window, *at(viewer, 0, 0, 0))
        run('xdotool', 'click', '--repeat', 4, '--delay', 60, 4)
        higher = pictures.changed(one, 0, 'another slice')
        draw_around(viewer, 0, 24)
        expect(lambda: difference(higher[0], pictures.panes()[0]) > 100, 'a stroke around closes itself')
        shot(viewer, 'stroke')
        viewer.key('Escape')
        expect(lambda: not viewer.label('^Click corners'), 'Escape ends it')
        shot(viewer, 'outlined')
        thickness, outlines = saved_outlines(viewer, os.path.join(folder, 'outlined.json'))
        check(thickness == 10 and len(outlines) == 2, 'two slices are saved')
        check(len(outlines[0]) == 4 and len(outlines[1]) > 8, 'one of corners, one of a stroke')
        check(all(max(o) - min(o) < 1e-6 for o in outlines) and outlines[1][0] != outlines[0][0], 'on slices of their own')
        spin = nodes(viewer, 'spin button', '^Thickness of an outline')[0]
        set_value(spin, 30)
        thickness, _ = saved_outlines(viewer, os.path.join(folder, 'thick.json'))
        check(thickness == 30, 'their thickness can be chosen')
        viewer.key('ctrl+z')
        viewer.key('ctrl+z')
        expect(lambda: len(sliders(viewer)) == 1, 'thickness and the second slice are undone')
        _, outlines = saved_outlines(viewer, os.path.join(folder, 'undone.json'))
        check(len(outlines) == 1, 'one after the other')
        viewer.choose('^Add Other$', '^Outlined on')
        click_corners(viewer, 1, (10, 10))  # the moving scan's view: the crosshair moves, and has the focus
        for key in ('Right', 'Up', 'Left'):
            viewer.key('Insert', *[key] * 6)
        viewer.key('Return')
        expect(lambda: len(sliders(viewer)) == 2, 'the keyboard alone outlines, too')
        viewer.key('Insert', 'Page_Up', 'Insert')
        expect(lambda: viewer.label('^This outline lies on another slice'), 'a corner on another slice is refused')
        viewer.key('Escape')


def write_evidence(path, model):
    def best(value, low, high):
        return {'lambda': value, 'from': low, 'to': high, 'dice': 0.8}
    with open(path, 'w') as file:
        json.dump({'kind': 'lambdascope preset', 'version': 1, 'name': 'Heads', 'task': 'subject to subject',
                   'model': model, 'pairs': 12, 'subjects': 4, **best(0.7, 0.5, 0.9),
                   'structures': [{'label': 33, 'name': 'ventricle', **best(0.9, 0.8, 1)},
                                  {'label': 99, 'name': 'not there', **best(0.1, 0, 0.2)}],
                   'curve': [{'lambda': 0, 'dice': 0.7}, {'lambda': 1, 'dice': 0.75}]}, file)


def open_evidence(viewer, path):
    viewer.choose('^Presets$', '^Open Evidence')
    viewer.type_path('Choose evidence', path)


def test_evidence(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3', '--fixed-labels', fixed, '--label-names', names]
    good, other = os.path.join(folder, 'good.json'), os.path.join(folder, 'other.json')
    with opened(program, folder, pair) as (viewer, pictures):
        write_evidence(other, 'some-model')
        open_evidence(viewer, other)
        told = wait_for(lambda: viewer.label('it was made for the model'), 'the objection')
        check(not viewer.find('push button', 'Use λ$').get_state_set().contains(Atspi.StateType.SENSITIVE),
              'evidence on another model is shown, but cannot be used')
        viewer.press('push button', 'Cancel$')
        wait_for(lambda: not viewer.label('it was made for'), 'the end of the dialog')
        write_evidence(good, re.search('not for (.*)$', told)[1])
        open_evidence(viewer, good)
        expect(lambda: viewer.label('ventricle: λ 0.90'), 'that on this one is shown, with each structure')
        shot(viewer, 'evidence', viewer.window_id('^Heads$'))
        viewer.press('push button', 'λ per Structure$')
        spin = viewer.find('spin button', '^λ value$')
        expect(lambda: abs(spin.get_current_value() - 0.7) < 1e-6, 'its λ can be taken')
        viewer.key('h')
        expect(lambda: len(sliders(viewer)) == 1 and viewer.label('^λ 0.900$'),
               'and those of the structures that there are')


def test_list(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, [*pair, '--fixed-labels', fixed, '--label-names', names]) as (viewer, pictures):
        viewer.key('h')
        expect(lambda: viewer.label('^A region has a λ'), 'H shows the page of regions')
        add_label(viewer, 'Ventricle, middle')
        viewer.choose('^Add Other$', '^Ellipsoid at')
        expect(lambda: len(sliders(viewer)) == 2, 'an ellipsoid at the crosshair is another one')
        expect(lambda: viewer.label('^Ellipsoid overlaps Ventricle'), 'that they overlap is said')
        shot(viewer, 'two')
        set_value(nodes(viewer, 'spin button', '^Region border')[1], 2)
        expect(lambda: viewer.label('border of 2 mm is narrow'), 'narrow borders are warned of')
        press(nodes(viewer, 'push button', '^Remove region$')[1])
        expect(lambda: len(sliders(viewer)) == 1, 'a region can be removed')
        expect(lambda: not viewer.label('is narrow'), 'with its warnings')
        viewer.key('ctrl+z')
        expect(lambda: len(sliders(viewer)) == 2, 'and brought back')


main({'regions': test_regions, 'places': test_places, 'evidence': test_evidence,
      'painted': test_painted, 'outlined': test_outlined, 'list': test_list})
