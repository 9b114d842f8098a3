"""Label maps: their files, figures and outlines; what lies under the crosshair; scans by turns."""
import contextlib
import csv
import os
import re

import scans
from frame import check, expect, main, opened, shot
from viewer import difference, wait_for, walk


def open_file(viewer, item, title, path):
    viewer.choose('^Open$', item)
    viewer.type_path(title, path)


def texts(viewer):
    found = []
    for node in walk(viewer.root):
        with contextlib.suppress(Exception):  # objects come and go while we look
            if node.get_role_name() == 'label':
                found.append(node.get_name() or '')
    return found


def value_of(viewer, caption):
    labels = texts(viewer)
    return labels[labels.index(caption) + 1] if caption in labels else ''


def row_of(viewer, name):
    """The figures of the table's row of a structure."""
    labels = texts(viewer)
    return labels[labels.index(name) + 1:][:6] if name in labels else []


def names_in_order(viewer):
    """From the top of the table."""
    names = ('Shell', 'Inside', 'Ventricle, middle')
    places = {name: viewer.place('label', f'^{name}$')[1] for name in names}
    return sorted(names, key=places.get)


def test_files(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    wrong = os.path.join(folder, 'wrong.nii.gz')
    scans.write(wrong, 48, 3.0, scans.labels_of(48, 0, 1.0))
    with opened(program, folder) as (viewer, pictures):
        viewer.key('F9')
        expect(lambda: viewer.label('^With label maps'), 'the panel says what labels are for')
        open_file(viewer, '^Fixed Labels', 'Choose the labels of the fixed', wrong)
        expect(lambda: viewer.label('cannot use label map: .*away: was it saved with another header'),
               'labels that lie elsewhere are refused in words')
        viewer.close_dialog('^The label map could not be used')
        open_file(viewer, '^Fixed Labels', 'Choose the labels of the fixed', os.path.join(folder, 'moving.nii.gz'))
        expect(lambda: viewer.label('which change from voxel to voxel: is it a scan'), 'so is a scan')
        viewer.close_dialog('^The label map could not be used')
        open_file(viewer, '^Fixed Labels', 'Choose the labels of the fixed', fixed)
        expect(lambda: viewer.label('^3 labels of the fixed scan; with those'), 'the fixed scan has labels')
        open_file(viewer, '^Moving Labels', 'Choose the labels of the moving', moving)
        expect(lambda: viewer.label('^Mean Dice$'), 'with those of the moving scan there is a mean Dice')
        open_file(viewer, '^Names of Labels', 'Choose the names', names)
        expect(lambda: row_of(viewer, 'Ventricle, middle'), 'the labels get their names')
        shot(viewer, 'table')
        viewer.choose('^Open$', '^Remove Labels')
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
        expect(lambda: row_of(viewer, 'Inside')[1] != '–', 'and then a distance')
        check(names_in_order(viewer) == ['Shell', 'Inside', 'Ventricle, middle'], 'by number at first')
        viewer.click('label|push button|table column header|column header', '^Dice$')
        expect(lambda: names_in_order(viewer) == ['Ventricle, middle', 'Inside', 'Shell'],
               'a click on a column\'s head sorts by it')
        target = os.path.join(folder, 'labels.csv')
        viewer.choose('^Numbers menu$', '^Save as CSV')
        viewer.type_path('Save the numbers', target)
        expect(lambda: os.path.exists(target), 'the table is saved')
        with open(target) as table:
            rows = list(csv.DictReader(table))
        check([row['name'] for row in rows] == ['Shell', 'Inside', 'Ventricle, middle', 'mean'], 'with names')
        check(abs(float(rows[1]['dice']) - dice) < 0.001 and float(rows[1]['hd95_mm']) > 0, 'and the figures')
        viewer.find('spin button', '^λ value$').set_current_value(0.9)
        expect(lambda: viewer.label('^λ 0.900 ') and float(row_of(viewer, 'Inside')[0]) != dice,
               'the table is that of the new λ')


def opened_with_labels(program, folder):
    fixed, moving, names = scans.write_labels(folder)
    return opened(program, folder, [*scans.write_pair(folder), '--lambda', '0.3', '--fixed-labels', fixed,
                                    '--moving-labels', moving, '--label-names', names])


def test_contours(program, folder):
    with opened_with_labels(program, folder) as (viewer, pictures):
        viewer.key('F9')
        wait_for(lambda: row_of(viewer, 'Inside'), 'the table')
        plain = pictures.settled()
        viewer.key('o')
        outlined = pictures.changed(plain, 0, 'O draws outlines')
        check(difference(plain[2], outlined[2]) > difference(plain[0], outlined[0]),
              'O outlines labels, over the warped view those of both scans')
        shot(viewer, 'outlines')
        viewer.find('spin button', '^λ value$').set_current_value(0.02)
        wait_for(lambda: viewer.label('^λ 0.020 '), 'the figures of another λ')
        moved = pictures.settled()
        check(difference(outlined[2], moved[2]) > 500 and difference(outlined[0], moved[0]) == 0,
              'the carried ones move with λ')
        viewer.click('label', '^Ventricle, middle$')
        one = pictures.changed(moved, 0, 'selecting a row leaves its outline')
        check(difference(plain[0], one[0]) < difference(plain[0], moved[0]) / 2, 'a row outlines its label alone')
        shot(viewer, 'selected')
        viewer.find('spin button', '^λ value$').set_current_value(0.9)
        wait_for(lambda: viewer.label('^λ 0.900 '), 'the figures of a third λ')
        check(difference(one[0], pictures.settled()[0]) == 0, 'the selection outlasts new figures')
        viewer.choose('^View$', '^Faint$')
        pictures.changed(one, 0, 'fainter outlines')
        check(True, 'outlines can be made fainter')
        viewer.key('o')
        wait_for(lambda: difference(plain[0], pictures.panes()[0]) == 0, 'no outlines')
        check(True, 'O again removes them')


def test_location(program, folder):
    with opened_with_labels(program, folder) as (viewer, pictures):
        viewer.key('q')
        expect(lambda: value_of(viewer, 'mm'), 'Q shows the page of the location')
        expect(lambda: 'Ventricle' in ' '.join(texts(viewer)), 'with the names of labels on both sides')
        voxel = value_of(viewer, 'Voxel')
        shot(viewer, 'location')
        check(re.match(r'[0-9.]+ mm$', value_of(viewer, 'Moved')), 'and the displacement')
        viewer.key('Left')
        expect(lambda: value_of(viewer, 'Voxel') == step(voxel, 1), 'an arrow key moves by one voxel')
        viewer.key('shift+Left')
        expect(lambda: value_of(viewer, 'Voxel') == step(voxel, 6), 'with Shift by five')
        viewer.key('shift+Right')
        viewer.key('Right')
        expect(lambda: value_of(viewer, 'Voxel') == voxel, 'and back')
        viewer.key(*['Left'] * 20)
        expect(lambda: not value_of(viewer, 'Label').endswith('middle'), 'the label follows the crosshair')
        viewer.key('q')
        expect(lambda: not value_of(viewer, 'Voxel'), 'Q again folds the panel')


def step(voxel, by):
    """Leftwards on the screen is towards the patient's right: +i."""
    i, j, k = voxel.split()
    return f'{int(i) + by}  {j}  {k}'


def test_flicker(program, folder):
    with opened(program, folder) as (viewer, pictures):
        plain = pictures.settled()
        viewer.key('w')
        wait_for(lambda: difference(plain[2], pictures.panes()[2]) > 500, 'the fixed scan in its place')
        wait_for(lambda: difference(plain[2], pictures.panes()[2]) == 0, 'and the warped one again')
        check(True, 'W shows the scans by turns')
        viewer.key('w')
        check(difference(plain[2], pictures.settled()[2]) == 0, 'W again pauses on the warped scan')


def test_estimate(program, folder):
    target, names = (os.path.join(folder, f'estimate{end}') for end in ('.nii.gz', '_names.csv'))
    with opened(program, folder) as (viewer, pictures):
        plain = pictures.settled()
        open_file(viewer, '^Estimate Fixed Labels', 'Save the estimated labels', target)
        expect(lambda: viewer.label('^Labels estimated: for outlines and regions'), 'labels of the fixed scan are estimated')
        check(os.path.exists(target) and os.path.exists(names), 'and saved with their names')
        viewer.key('o')
        outlined = pictures.changed(plain, 0, 'they are outlined')
        shot(viewer, 'estimate')
        viewer.key('q')
        expect(lambda: re.search('left half|right half', ' '.join(texts(viewer))), 'their names are shown')
        viewer.choose('^Open$', '^Remove Labels')
        wait_for(lambda: difference(outlined[0], pictures.panes()[0]) > 0, 'no outlines')
        os.remove(target)
        open_file(viewer, '^Estimate Fixed Labels', 'Save the estimated labels', target)
        expect(lambda: viewer.label('_names.csv: it is there already'), 'somebody’s table of names is not replaced')
        viewer.close_dialog('^The labels could not be estimated')
        check(not os.path.exists(target), 'and then nothing is written')


main({'files': test_files, 'estimate': test_estimate, 'table': test_table, 'contours': test_contours, 'location': test_location,
      'flicker': test_flicker})
