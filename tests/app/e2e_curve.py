"""The curve over λ above the slider: it comes by itself, says what it knows, and takes clicks."""
import scans
from frame import check, expect, main, opened, shot
from viewer import press, run, wait_for

NAME = '^Overlap and folds over λ$'


def curve(viewer):
    return viewer.find('image|graphic', NAME)


def told(viewer):
    node = curve(viewer)
    return node.get_description() if node else ''


def shown(viewer):
    return curve(viewer) and viewer.place('image|graphic', NAME)[3] > 20


def pick(viewer, share):
    x, y, width, height = viewer.place('image|graphic', NAME)
    run('xdotool', 'mousemove', '--window', viewer.window, x + int(share * width), y + height // 2, 'click', 1)


def choose(viewer, rule):
    """In the menu of presets."""
    x, y, width, height = viewer.place('push button|toggle button|filler', '^Presets$')
    run('xdotool', 'mousemove', '--window', viewer.window, x + width // 2, y + height // 2, 'click', 1)
    press(wait_for(lambda: viewer.find('menu item', rule), rule))


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
        pick(viewer, 0.5)
        expect(lambda: abs(value(viewer) - 0.5) < 0.02, 'a click on it sets λ')
        choose(viewer, '^λ at the Elbow$')
        wait_for(lambda: value(viewer) != 0.5, 'another λ')
        choose(viewer, '^λ of Best Overlap$')
        expect(lambda: abs(value(viewer) - 0.5) < 1e-6, 'a rule goes to a λ of the curve')
        pick(viewer, 0.9)
        expect(lambda: value(viewer) > 0.95, 'anywhere along it')
        viewer.key('y')
        wait_for(lambda: not shown(viewer), 'the curve is gone')
        check(True, 'Y hides it')
        viewer.key('y')
        expect(lambda: shown(viewer), 'and Y shows it again')


main({'curve': test_curve})
