"""The curve over λ above the slider: it comes by itself, says what it knows, and takes clicks."""
import scans
from frame import check, expect, main, opened, shot
from viewer import rectangle, wait_for

NAME = '^Overlap and folds over λ$'


def curve(viewer):
    return viewer.find('image|graphic', NAME)


def told(viewer):
    node = curve(viewer)
    return node.get_description() if node else ''


def shown(viewer):
    node = curve(viewer)
    return node and rectangle(node)


def value(viewer):
    return viewer.find('spin button', '^λ value$').get_current_value()


def test_curve(program, folder):
    fixed, moving = scans.write_pair(folder)
    with opened(program, folder) as (viewer, _):
        expect(lambda: 'nothing says which λ is best' in told(viewer),
               'without label maps no λ is called the best')
    fixed_labels, moving_labels, _ = scans.write_labels(folder)
    arguments = [fixed, moving, '--lambda', '0.3', '--fixed-labels', fixed_labels,
                 '--moving-labels', moving_labels]
    with opened(program, folder, arguments) as (viewer, _):
        expect(lambda: 'Best overlap at λ 0.500' in told(viewer), 'with them the best one is told')
        check('nothing is measurably better' in told(viewer), 'as a band')
        expect(lambda: shown(viewer), 'the curve is drawn')
        shot(viewer, 'labels')
        viewer.click('image|graphic', NAME)
        expect(lambda: abs(value(viewer) - 0.5) < 0.02, 'a click on it sets λ')
        viewer.choose('^Presets$', '^λ at the Elbow$')
        wait_for(lambda: value(viewer) != 0.5, 'another λ')
        viewer.choose('^Presets$', '^λ of Best Overlap$')
        expect(lambda: abs(value(viewer) - 0.5) < 1e-6, 'a rule goes to a λ of the curve')
        viewer.click('image|graphic', NAME, across=0.9)
        expect(lambda: value(viewer) > 0.95, 'anywhere along it')
        viewer.key('y')
        wait_for(lambda: not shown(viewer), 'the curve is gone')
        check(True, 'Y hides it')
        viewer.key('y')
        expect(lambda: shown(viewer), 'and Y shows it again')


main({'curve': test_curve})
