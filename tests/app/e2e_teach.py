"""Teaching: what is played. See frame.py.

While something is played the viewer draws all the time, and each question through AT-SPI waits for a drawing: what is
asked then is looked up before."""
import os
import re
import subprocess

from frame import check, check_end, expect, main, opened, shot, wait_for_pair
from viewer import Viewer, difference, press, run, set_value, wait_for


def show_bar(viewer):
    """Its slider, its text, and the button that plays."""
    viewer.key('t')
    slider = wait_for(lambda: viewer.find('slider', '^Position$'), 'the play bar')
    return slider, viewer.find('label', r'^(t|λ) \d\.\d|mm$'), viewer.find('push button', '^Play$')


def choose_kind(viewer, name):
    """An item of the list of what is played."""
    viewer.choose_row('What is played', *{'Morph': ['Home'], 'λ': ['Home', 'Down'], 'Slices': ['End']}[name])


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
        expect(lambda: button.get_name() == 'Pause', 'the button pauses')
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
        x, y, width, height = viewer.canvas()
        run('xdotool', 'mousemove', '--window', viewer.window, x + width // 6, y + height // 2, 'click', 4)
        expect(lambda: text.get_name() != low, 'and follows where others go')
        shot(viewer, 'slices')
        viewer.click('slider', '^Position$')  # which has the focus then
        pictures.settled()
        at = text.get_name()
        viewer.key('Page_Up')
        expect(lambda: text.get_name() != at, 'Page Up steps through the slices with the bar\'s slider focused')
        stepped = text.get_name()
        viewer.key('shift+Page_Down', 'shift+Page_Up', 'Page_Down')
        expect(lambda: text.get_name() == at != stepped, 'and Page Down back, with Shift by five')
        viewer.click('slider', '^Smoothness λ$')
        control = viewer.find('slider', '^Smoothness λ$')
        clicked = control.get_current_value()
        viewer.key('Page_Up')
        expect(lambda: text.get_name() != at, 'so it does with the slider of λ')
        check(control.get_current_value() == clicked, 'which stays')
        viewer.key('p')
        expect(says(text, r'^-?[3-9]\d\.\d mm$'), 'P plays them')
        viewer.key('t')
        wait_for(lambda: not viewer.find('slider', '^Position$'), 'the end of the bar')
        pictures.settled()
        check(True, 'T ends playing')


def save_film(viewer, path):
    viewer.type_path('Save a film', path)


def probed(path):
    """Codec, width, height and pictures of a film."""
    told = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-show_entries',
                           'stream=codec_name,width,height,nb_read_frames', '-of', 'csv=p=0', path],
                          capture_output=True, text=True, timeout=60).stdout
    return told.strip().split(',')


def test_film(program, folder):
    gif, webm, wrong = (os.path.join(folder, name) for name in ('morph.gif', 'sweep.webm', 'film.avi'))
    with opened(program, folder) as (viewer, pictures):
        show_bar(viewer)
        seconds = viewer.find('spin button', '^Seconds')
        set_value(seconds, 1)
        film = viewer.find('push button', '^Film$')
        press(film)
        save_film(viewer, wrong)
        expect(lambda: viewer.label('its name must end in .webm, .gif or .png'), 'a wrong ending is refused')
        viewer.close_dialog('^The film could not be saved')
        press(film)
        save_film(viewer, gif)
        wait_for(lambda: viewer.label('^Saved morph.gif'), 'the GIF', 240)
        codec, width, height, count = probed(gif)
        check(codec == 'gif' and int(count) == 64, 'the morph is filmed as a GIF, there and back')
        x, y, shown_width, shown_height = viewer.canvas()
        check(int(width) == shown_width and int(height) > shown_height, 'as it is seen, with a strip at the foot')
        choose_kind(viewer, 'λ')
        press(film)
        save_film(viewer, webm)
        wait_for(lambda: viewer.label('^Saving sweep.webm'), 'the card')
        viewer.find('slider', '^Smoothness λ$').set_current_value(2)
        expect(lambda: viewer.label('^γ') == 'γ 7.39', 'λ stays free while it is swept for the film')
        shot(viewer, 'filming')
        wait_for(lambda: viewer.label('^Saved sweep.webm'), 'the WebM', 240)
        check(probed(webm)[0] == 'vp9', 'λ is filmed as WebM')
        set_value(seconds, 30)
        press(film)
        save_film(viewer, os.path.join(folder, 'again.webm'))
        wait_for(lambda: viewer.label('^Saving again.webm'), 'the card')
        viewer.key('Escape')
        wait_for(lambda: not viewer.label('^(Saving|Stopping)'), 'the end of filming')
        check(not os.path.exists(os.path.join(folder, 'again.webm')), 'a cancelled film is not there')


def test_gallery(program, folder):
    with Viewer(program, []) as viewer:
        card = wait_for(lambda: viewer.find('push button', '^When λ is too small$'), 'the gallery')
        check(all(viewer.find('push button', title) for title in
                  ('^Two hands, one digit$', '^What no λ can do$', '^Two brains$', '^Bright onto dark$')),
              'the welcome page shows a card of each demo')
        shot(viewer, 'gallery')
        press(card)
        wait_for_pair(viewer)
        note = viewer.find('push button', '^Hide what to look at$')
        check(note, 'a card opens its demo, which says what to look at')
        check(viewer.find('spin button', '^λ value$').get_current_value() == 0, 'at its λ')
        expect(lambda: viewer.label(r'^λ 0\.000$'), 'with the play bar on what it plays')
        shot(viewer, 'demo')
        press(note)
        expect(lambda: not viewer.find('push button', '^Hide what to look at$'), 'the sentence can be hidden')
        viewer.choose('^Open$', '^Demos$')
        viewer.press('push button', 'Back to the Pictures$')
        expect(lambda: viewer.label('^Folds'), 'the menu shows the gallery again, and a button leads back')
        check_end(viewer)


if __name__ == '__main__':
    main({'morph': test_morph, 'lambda': test_lambda, 'slices': test_slices, 'film': test_film, 'gallery': test_gallery})
