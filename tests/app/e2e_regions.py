"""Regions: added from labels and at the crosshair, moved, undone, exported. See frame.py."""
import array
import gzip
import os
import re
import struct

import scans
from frame import check, expect, main, opened, shot
from viewer import difference, press, run, set_value, wait_for, walk

SIZE = 48  # of the scans


def nodes(viewer, role, name):
    return [node for node in walk(viewer.root) if node.get_role_name() == role
            and re.search(name, node.get_name() or '')]


def sliders(viewer):
    return nodes(viewer, 'slider', '^Region λ$')


def click(viewer, button):
    x, y, width, height = viewer.place('push button|toggle button|filler', button)
    run('xdotool', 'mousemove', '--window', viewer.window, x + width // 2, y + height // 2, 'click', 1)


def add_label(viewer, name):
    before = len(sliders(viewer))
    click(viewer, '^Add Labels$')
    row = wait_for(lambda: viewer.find('list item', '^' + name + '$'), 'the label ' + name)
    row.get_parent().select_child(row.get_index_in_parent())
    press(wait_for(lambda: viewer.find('push button', '^Add as One Region$'), 'the button that adds'))
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


def test_regions(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, [*pair, '--fixed-labels', fixed, '--label-names', names]) as (viewer, pictures):
        viewer.key('h')
        expect(lambda: viewer.label('^A region has a λ'), 'H shows the page of regions')
        plain = pictures.settled()
        first = exported(viewer, os.path.join(folder, 'first.nii.gz'))
        add_label(viewer, 'Inside')
        pictures.changed(plain, 0, 'its outline is drawn')
        shot(viewer, 'outline')
        viewer.key('shift+h')
        expect(lambda: difference(plain[2], pictures.settled()[2]) < 50,
               'without the outline there is no difference: it follows')
        press(wait_for(lambda: viewer.find('push button|toggle button', '^follows$'), 'the button that follows'))
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


def test_list(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, [*pair, '--fixed-labels', fixed, '--label-names', names]) as (viewer, pictures):
        viewer.key('h')
        expect(lambda: viewer.label('^A region has a λ'), 'H shows the page of regions')
        add_label(viewer, 'Ventricle, middle')
        click(viewer, '^Add Other$')
        press(wait_for(lambda: viewer.find('menu item', '^Ellipsoid at'), 'the menu'))
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


main({'regions': test_regions, 'list': test_list})
