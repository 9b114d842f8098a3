"""Teaching: what is played. See frame.py.

While something is played the viewer draws all the time, and each question through AT-SPI waits for a drawing: what is
asked then is looked up before."""
import re

from frame import check, expect, main, opened, shot
from viewer import difference, press, set_value, wait_for


def show_bar(viewer):
    """Its slider, its text, and the button that plays."""
    viewer.key('t')
    slider = wait_for(lambda: viewer.find('slider', '^Position$'), 'the play bar')
    return slider, viewer.find('label', r'^(t|λ) \d\.\d|mm$'), viewer.find('push button', '^Play$')


def choose_kind(viewer, name):
    """An item of the list of what is played."""
    list_box = viewer.find('combo box', 'What is played')
    press(viewer.find('push button', '', list_box))
    viewer.key(*{'Morph': ['Home'], 'λ': ['Home', 'Down'], 'Slices': ['End']}[name], 'Return')


def says(label, pattern):
    return lambda: re.search(pattern, label.get_name())


def test_morph(program, folder):
    with opened(program, folder) as (viewer, pictures):
        before = pictures.settled()
        check(not viewer.find('slider', '^Position$'), 'there is no play bar at first')
        slider, text, button = show_bar(viewer)
        check(says(text, r'^t 1\.00$')(), 'T shows the play bar, at the end of the morph')
        pictures.settled()
        set_value(slider, 0)
        expect(says(text, r'^t 0\.00$'), 'the slider goes to t = 0')
        moving = pictures.settled()
        check(difference(before[2], moving[2]) > 500, 'where the warped scan is the moving one')
        set_value(slider, 0.4)
        expect(says(text, r'^t 0\.40$'), 'and anywhere between')
        shot(viewer, 'morph')
        viewer.key('p')
        expect(says(text, r'^t 1\.00$'), 'P plays, to the end')
        expect(says(text, r'^t 0\.[0-7]'), 'and back')
        check(button.get_name() == 'Pause', 'the button pauses')
        press(button)
        wait_for(lambda: button.get_name() == 'Play', 'the pause')
        pictures.settled()
        check(True, 'then the picture rests')
        viewer.key('t')
        expect(lambda: difference(before[2], pictures.panes()[2]) == 0, 'without the bar the whole deformation is seen')


def test_lambda(program, folder):
    with opened(program, folder, LAM_FAKE_MS='300') as (viewer, pictures):
        slider, text, button = show_bar(viewer)
        control = viewer.find('slider', '^Smoothness λ$')
        choose_kind(viewer, 'λ')
        expect(says(text, r'^λ 0\.300$'), 'λ is played from where it is')
        viewer.key('p')
        expect(says(text, r'^λ 0\.[5-9]'), 'P plays λ')
        expect(says(text, r'^λ (1|0\.99)'), 'to its end, although each field takes its time')
        set_value(control, 0.0)
        wait_for(lambda: button.get_name() == 'Play', 'the end of playing')
        expect(says(text, r'^λ 0\.500$'), 'who takes the slider of λ has it')
        viewer.key('ctrl+z')
        expect(lambda: abs(control.get_current_value() + 0.847) < 0.01, 'what was played is one step to undo')


def test_slices(program, folder):
    with opened(program, folder) as (viewer, pictures):
        slider, text, button = show_bar(viewer)
        choose_kind(viewer, 'Slices')
        expect(says(text, r'mm$'), 'slices can be played')
        before = pictures.settled()
        set_value(slider, 0.2)
        pictures.changed(before, 0, 'another slice')
        low = text.get_name()
        check(True, 'the slider goes through the slices')
        viewer.key('Page_Up')
        expect(lambda: text.get_name() != low, 'and follows where others go')
        shot(viewer, 'slices')
        viewer.key('p')
        expect(says(text, r'^-?[3-9]\d\.\d mm$'), 'P plays them')
        viewer.key('t')
        wait_for(lambda: not viewer.find('slider', '^Position$'), 'the end of the bar')
        pictures.settled()
        check(True, 'T ends playing')


if __name__ == '__main__':
    main({'morph': test_morph, 'lambda': test_lambda, 'slices': test_slices})
