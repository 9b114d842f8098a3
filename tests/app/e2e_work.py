"""Working with it: undo, sessions, A and B, presets, refinement. See frame.py."""
from frame import check, expect, main, opened, shot
from viewer import difference, run, set_value, wait_for


def test_undo(program, folder):
    with opened(program, folder) as (viewer, pictures):
        spin = viewer.find('spin button', '^λ value$')
        before = pictures.settled()
        viewer.key('b')
        pictures.changed(before, 2, 'the checkerboard')
        for _ in range(5):
            viewer.key('bracketright')
        wait_for(lambda: spin.get_current_value() > 0.35, 'λ moved')
        viewer.key('F10')
        viewer.item('^Undo: λ$')
        check(True, 'the menu says what would be undone')
        shot(viewer, 'undo')
        viewer.key('Escape')
        viewer.key('ctrl+z')
        expect(lambda: abs(spin.get_current_value() - 0.3) < 1e-6, 'Ctrl+Z takes five steps of λ back as one')
        viewer.key('ctrl+z')
        expect(lambda: difference(before[2], pictures.panes()[2]) == 0, 'and once more, the checkerboard')
        viewer.key('ctrl+shift+z')
        expect(lambda: difference(before[2], pictures.panes()[2]) > 500, 'Ctrl+Shift+Z shows it again')
        viewer.key('ctrl+z')
        viewer.key('2')
        pictures.changed(before, 0, 'the coronal plane')
        viewer.key('ctrl+z')
        expect(lambda: difference(before[0], pictures.panes()[0]) == 0, 'the plane can be undone')
        x, y, width, height = viewer.canvas()
        run('xdotool', 'mousemove', '--window', viewer.window, x + width // 6, y + height // 2)
        run('xdotool', 'mousedown', 3, 'mousemove_relative', '--sync', 60, 10)
        run('xdotool', 'mouseup', 3)
        pictures.changed(before, 0, 'another window')
        viewer.key('ctrl+z')
        expect(lambda: difference(before[0], pictures.panes()[0]) == 0, 'a drag of the window is one step')
        set_value(spin, 0.6)
        viewer.key('l')
        viewer.key('ctrl+z')
        expect(lambda: difference(before[0], pictures.panes()[0]) == 0 and spin.get_current_value() > 0.55,
               'the arrangement can be undone, and λ stays')


if __name__ == '__main__':
    main({'undo': test_undo})
