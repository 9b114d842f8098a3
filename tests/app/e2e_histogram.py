"""The page of intensities: histograms, and windows by handles and by numbers. See frame.py."""
from frame import check, expect, main, opened, shot
from viewer import difference, run, set_value, wait_for


def test_histogram(program, folder):
    with opened(program, folder) as (viewer, pictures):
        viewer.key('F9')
        viewer.press('(radio|push|toggle) button|page tab|.*', '^Intensities$')
        image = wait_for(lambda: viewer.find('image', '^Histogram of the fixed scan$'), 'the histogram')
        check(image is not None, 'the panel has a page of histograms')
        before = pictures.settled()
        shot(viewer, 'page')
        white = viewer.find('spin button', '^Fixed: shown as white$')
        set_value(white, white.get_current_value() * 0.6)
        changed = pictures.changed(before, 0, 'another window')
        check(difference(before[2], changed[2]) == 0, 'a number sets the window of the fixed scan alone')
        viewer.key('ctrl+z')
        expect(lambda: difference(before[0], pictures.panes()[0]) == 0, 'which can be undone')
        x, y, width, height = viewer.place('image', '^Histogram of the warped scan$')
        value = viewer.find('spin button', '^Moving: shown as white$').get_current_value()
        run('xdotool', 'mousemove', '--window', viewer.window, x + 4 * width // 5 - 1, y + height // 2)
        run('xdotool', 'mousedown', 1, 'mousemove_relative', '--sync', '--', -60, 0)
        run('xdotool', 'mousemove_relative', '--sync', '--', -10, 0, 'mouseup', 1)
        expect(lambda: viewer.find('spin button', '^Moving: shown as white$').get_current_value() < value,
               'dragging the handle moves white')
        pictures.changed(before, 2, 'another window of the warped scan')
        check(True, 'and the picture follows')


if __name__ == '__main__':
    main({'histogram': test_histogram})
