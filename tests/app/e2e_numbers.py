"""The panel at the right and its pages."""
import os

from frame import check, expect, main, opened, shot
from viewer import walk


def test_panel(program, folder):
    with opened(program, folder) as (viewer, pictures):
        width = viewer.canvas()[2]
        viewer.key('F9')
        expect(lambda: viewer.canvas()[2] < width - 200, 'F9 shows the panel beside the pictures')
        viewer.key('F9')
        expect(lambda: viewer.canvas()[2] == width, 'and folds it')
        viewer.press('(push|toggle) button', '^Panel$')
        expect(lambda: viewer.canvas()[2] < width - 200, 'so does the button')


def figure(viewer, caption):
    """What stands behind a caption of the panel."""
    labels = [node.get_name() or '' for node in walk(viewer.root) if node.get_role_name() == 'label']
    return labels[labels.index(caption) + 1] if caption in labels else None


def test_numbers(program, folder):
    with opened(program, folder) as (viewer, pictures):
        viewer.key('F9')
        expect(lambda: viewer.label('^λ 0.300$'), 'the numbers say of which λ they are')
        check(float(figure(viewer, 'Similarity')) == 0.89, 'the similarity is that of the readout')
        smooth = float(figure(viewer, 'SD log|J|'))
        shot(viewer, 'numbers')
        viewer.find('spin button', '^λ value$').set_current_value(0.02)
        expect(lambda: viewer.label('^λ 0.300, not the present one$') or viewer.label('^λ 0.020$'),
               'numbers of an earlier λ are called so')
        expect(lambda: viewer.label('^λ 0.020$'), 'and give way to those of the present one')
        check(float(figure(viewer, 'SD log|J|')) > smooth, 'a small λ deforms less evenly')
        target = os.path.join(folder, 'numbers.csv')
        viewer.choose('^Numbers menu$', '^Save as CSV')
        viewer.type_path('Save the numbers', target)
        expect(lambda: os.path.exists(target), 'the menu saves them')
        with open(target) as table:
            rows = dict(line.split(',') for line in table.read().split())
        check(rows['lambda'] == '0.02' and abs(float(rows['similarity']) - 0.946) < 1e-9,
              'as CSV with the λ')


main({'panel': test_panel, 'numbers': test_numbers})
