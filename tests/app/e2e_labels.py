"""Label maps: their files, their figures."""
import os

import scans
from frame import check, expect, main, opened, shot
from viewer import press, run, wait_for, walk


def choose(viewer, item, title, path):
    press_item(viewer, '^Open$', item)
    viewer.type_path(title, path)


def press_item(viewer, button, item):
    """An item of a menu of the header bar."""
    x, y, width, height = viewer.place('push button|toggle button|filler', button)
    run('xdotool', 'mousemove', '--window', viewer.window, x + width // 2, y + height // 2, 'click', 1)
    press(wait_for(lambda: viewer.find('(check |radio |)menu item', item), 'the menu item ' + item))


def texts(viewer):
    return [node.get_name() or '' for node in walk(viewer.root) if node.get_role_name() == 'label']


def value_of(viewer, caption):
    labels = texts(viewer)
    return labels[labels.index(caption) + 1] if caption in labels else ''


def row_of(viewer, name):
    """The figures of the table's row of a structure."""
    labels = texts(viewer)
    return labels[labels.index(name) + 1:][:6] if name in labels else []


def test_files(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    wrong = os.path.join(folder, 'wrong.nii.gz')
    scans.write(wrong, 48, 3.0, scans.labels_of(48, 0, 1.0))
    with opened(program, folder) as (viewer, pictures):
        viewer.key('F9')
        expect(lambda: viewer.label('^With label maps'), 'the panel says what labels are for')
        choose(viewer, '^Fixed Labels', 'Choose the labels of the fixed', wrong)
        expect(lambda: viewer.label('cannot use label map: .*away: was it saved with another header'),
               'labels that lie elsewhere are refused in words')
        viewer.close_dialog('^The label map could not be used')
        choose(viewer, '^Fixed Labels', 'Choose the labels of the fixed', os.path.join(folder, 'moving.nii.gz'))
        expect(lambda: viewer.label('^3 labels of the fixed scan') or viewer.label('^[0-9]+ labels of the fixed'),
               'whole numbers are labels, whatever they are')
        choose(viewer, '^Fixed Labels', 'Choose the labels of the fixed', fixed)
        expect(lambda: viewer.label('^3 labels of the fixed scan; with those'), 'the fixed scan has labels')
        choose(viewer, '^Moving Labels', 'Choose the labels of the moving', moving)
        expect(lambda: viewer.label('^Mean Dice$'), 'with those of the moving scan there is a mean Dice')
        choose(viewer, '^Names of Labels', 'Choose the names', names)
        expect(lambda: row_of(viewer, 'Ventricle, middle'), 'the labels get their names')
        shot(viewer, 'table')
        press_item(viewer, '^Open$', '^Remove Labels')
        expect(lambda: viewer.label('^With label maps'), 'labels can be removed')
        check(not viewer.label('^Mean Dice$') or not viewer.find('label', '^Ventricle'), 'with their figures')


def test_table(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, [*pair, '--fixed-labels', fixed, '--moving-labels', moving,
                                  '--label-names', names]) as (viewer, pictures):
        viewer.key('F9')
        expect(lambda: row_of(viewer, 'Inside'), 'labels named on the command line are measured')
        dice = float(row_of(viewer, 'Inside')[0])
        check(0.5 < dice < 1, 'a Dice')
        viewer.find('spin button', '^λ value$').set_current_value(0.9)
        expect(lambda: viewer.label('^λ 0.900 ') and float(row_of(viewer, 'Inside')[0]) != dice,
               'the table is that of the new λ')


main({'files': test_files, 'table': test_table})
