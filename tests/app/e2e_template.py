"""Templates: two ages of one as a pair, changed live; played and filmed; saved; beside a scan. See frame.py."""
import gzip
import os
import subprocess

import scans
from frame import NOT_OPENED, check, check_end, expect, main, opened, shot, wait_for_pair
from viewer import Viewer, difference, press, run, set_value, wait_for

ENVIRONMENT = {'LAM_FAKE_OPEN_MS': '50'}


def model(folder, name='template.safetensors'):
    """The fake model has a template by its name; the list of models reads its header."""
    path = os.path.join(folder, name)
    scans.write_model(path, 'A template', '80,96,80', template=True)
    return path


def slider(viewer, name):
    return wait_for(lambda: viewer.find('slider', f'^{name}$'), 'the slider of ' + name)


def title(viewer):
    return viewer.label('  onto  ')


def resize(viewer, width, height):
    run('xdotool', 'windowsize', '--sync', viewer.window, width, height)


def test_attributes(program, folder):
    with opened(program, folder, [model(folder)], **ENVIRONMENT) as (viewer, pictures):
        check(title(viewer) == 'age 20 F  onto  age 75 F', 'a model with a template opens as two ages of it')
        fixed, moving = slider(viewer, 'age of the fixed template'), slider(viewer, 'age of the moving template')
        check(fixed.get_current_value() == 75 and moving.get_current_value() == 20, 'each has its slider')
        figures = wait_for(lambda: viewer.label(r'^● fixed \S+ ml'), 'the volumes')
        resize(viewer, 1200, 800)
        before = pictures.settled()
        shot(viewer, 'opened')
        set_value(fixed, 40)
        now = pictures.changed(before, 0, 'the fixed image')
        check(difference(before[1], now[1]) == 0, 'a slider changes its own side alone')
        check(title(viewer) == 'age 20 F  onto  age 40 F', 'and the title says so')
        check(viewer.label(r'^● fixed \S+ ml') != figures, 'the volume follows')
        viewer.press('.*button', '^sex M of the moving template$')
        pictures.changed(now, 1, 'the moving image')
        expect(lambda: title(viewer) == 'age 20 M  onto  age 40 F' or viewer.label('age 20 M'), 'words are toggles')
        viewer.key('ctrl+z')
        expect(lambda: title(viewer) == 'age 20 F  onto  age 40 F', 'Ctrl+Z takes a change back')
        viewer.key('ctrl+z')
        expect(lambda: difference(before[0], pictures.panes()[0]) == 0, 'and the one before it')
        set_value(fixed, 80)
        expect(lambda: viewer.label('^age 80: extrapolated, learned from 20 to 75'), 'beyond the range is told')
        expect(lambda: viewer.label('^fixed: an extrapolation'), 'at the foot, too')
        shot(viewer, 'extrapolated')


def test_people(program, folder):
    """The people that it was learned from, in a table beside the model, as dots."""
    path = model(folder, 'known-template.safetensors')
    table = os.path.join(folder, 'known-template.people.csv')
    rows = ['person,age,sex,grey matter,lateral ventricles']
    rows += [f'{i},{20 + 5 * i},{"FM"[i % 2]},{600 - 8 * i},{8 + 2 * i + i % 3}' for i in range(12)]
    with open(table, 'w', encoding='ascii') as file:
        file.write('\n'.join(rows) + '\n')
    with opened(program, folder, [path], **ENVIRONMENT) as (viewer, _pictures):
        expect(lambda: viewer.label('the 12 people .* Faint: those of another sex'), 'the people beside the curve are told of')
        shot(viewer, 'people')
    with open(table, 'w', encoding='ascii') as file:
        file.write('person,age\n')
    with opened(program, folder, [path], **ENVIRONMENT) as (viewer, _pictures):
        expect(lambda: viewer.label('known-template.people.csv'), 'and why they cannot be shown')
    os.remove(table)


def test_overlays(program, folder):
    """What two ages differ in is shown by what shows it of any pair."""
    with opened(program, folder, [model(folder), '--lambda', '0.3'], **ENVIRONMENT) as (viewer, pictures):
        fixed = slider(viewer, 'age of the fixed template')
        for key, what in (('d', 'the difference'), ('j', 'the volume change'), ('o', 'the outlines')):
            plain = pictures.settled()
            viewer.key(key)
            before = pictures.changed(plain, 2, what)
            set_value(fixed, fixed.get_current_value() - 12)
            pictures.changed(before, 2, what + ' of another age')
            check(True, f'{what} of two ages follows them')
        shot(viewer, 'overlays')
        viewer.press('.*button', '^Numbers$')
        expect(lambda: viewer.find('.*', 'lateral ventricles'), 'the structures of both are compared in the table')


def test_play(program, folder):
    film = os.path.join(folder, 'ages.gif')
    with opened(program, folder, [model(folder)], **ENVIRONMENT) as (viewer, pictures):
        resize(viewer, 900, 600)
        before = pictures.settled()
        viewer.press('push button', '^Play the age of the fixed template$')
        text = wait_for(lambda: viewer.find('label', r'^age \d'), 'the play bar')
        expect(lambda: text.get_name().startswith('age 3'), 'the age is played')
        expect(lambda: text.get_name() == 'age 75', 'to the end of what was learned from')
        viewer.press('push button', '^Pause$')
        expect(lambda: viewer.find('push button', '^Play$'), 'and paused')
        set_value(slider(viewer, 'Position'), 0)
        pictures.changed(before, 0, 'the youngest')
        expect(lambda: title(viewer) == 'age 20 F  onto  age 20 F', 'the bar’s slider goes through the ages')
        shot(viewer, 'playing')
        set_value(viewer.find('spin button', '^Seconds'), 1)
        viewer.press('push button', '^Film$')
        viewer.type_path('Save a film', film)
        wait_for(lambda: viewer.label('^Saved ages.gif'), 'the film', 240)
        told = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-show_entries', 'stream=nb_read_frames',
                               '-of', 'csv=p=0', film], capture_output=True, text=True, timeout=60).stdout
        check(int(told.strip().strip(',')) == 64, 'the ages are filmed, there and back')
        check(title(viewer) == 'age 20 F  onto  age 20 F', 'while the window stays where it is')


def description(path):
    with gzip.open(path) as file:
        return file.read(348)[148:228].split(b'\0')[0].decode()


def save(viewer, item, path):
    viewer.choose('^Save a template$', item)
    viewer.type_path('Save the ', path)
    wait_for(lambda: viewer.label('^Saved ' + os.path.basename(path)), 'the word that it was saved')


def test_save(program, folder):
    image, labels = (os.path.join(folder, name) for name in ('image.nii.gz', 'labels.nii.gz'))
    with opened(program, folder, [model(folder)], **ENVIRONMENT) as (viewer, _):
        set_value(slider(viewer, 'age of the fixed template'), 60)
        wait_for(lambda: viewer.label('onto  age 60 F'), 'the template at 60')
        save(viewer, '^Save the Fixed Template', image)
        check(description(image) == 'lam template 0123456789ab age=60 sex=F', 'the file says model and attributes')
        save(viewer, '^Save the Labels of the Fixed', labels)
        check(description(labels).endswith('age=60 sex=F'), 'so does that of the labels')
    with opened(program, folder, [image, image, '--fixed-labels', labels], **ENVIRONMENT) as (viewer, pictures):
        before = pictures.settled()
        viewer.key('o')
        pictures.changed(before, 0, 'outlines')
        check(True, 'both are read again, as a scan and its label map')


def test_scan(program, folder):
    path = model(folder)
    fixed, moving = scans.write_pair(folder)
    with opened(program, folder, [fixed, moving], LAM_MODELS=folder, **ENVIRONMENT) as (viewer, pictures):
        before = pictures.settled()
        viewer.choose('^Open$', '^Compare with the Template')
        expect(lambda: title(viewer) == 'moving.nii.gz  onto  age 47.5 F', 'a scan is laid beside a template')
        now = pictures.changed(before, 0, 'the fixed image')
        check(viewer.label('^A scan.$'), 'the page says which side is a scan')
        set_value(slider(viewer, 'age of the fixed template'), 70)
        pictures.changed(now, 0, 'its age')
        check(title(viewer) == 'moving.nii.gz  onto  age 70 F', 'of any age')
        shot(viewer, 'scan')
        viewer.choose('^Open$', '^Swap Fixed')
        expect(lambda: title(viewer) == 'age 70 F  onto  moving.nii.gz', 'swapped, it keeps its age')
        viewer.choose('^Open$', '^Template$')
        expect(lambda: title(viewer) == 'age 20 F  onto  age 75 F', 'the menu opens the template that is installed')
    other = os.path.join(folder, 'plain.safetensors')
    os.rename(path, other)
    with Viewer(program, [other]) as viewer:
        expect(lambda: viewer.label(NOT_OPENED) and viewer.label('it has none'), 'a model without one says so')
        viewer.close_dialog(NOT_OPENED)
        check_end(viewer)


def test_session(program, folder):
    saved = os.path.join(folder, 'ages.lamsession')
    with opened(program, folder, [model(folder)], **ENVIRONMENT) as (viewer, pictures):
        set_value(slider(viewer, 'age of the fixed template'), 66)
        viewer.press('.*button', '^sex M of the moving template$')
        wait_for(lambda: title(viewer) == 'age 20 M  onto  age 66 F', 'the templates')
        viewer.key('ctrl+shift+s')
        viewer.type_path('Save the session', saved)
        expect(lambda: viewer.label('^Saved ages.lamsession$'), 'a session of templates is saved')
        set_value(slider(viewer, 'age of the fixed template'), 50)
        expect(lambda: viewer.label(r'ages.lamsession \*$'), 'and another age is a change since')
    with opened(program, folder, [saved], **ENVIRONMENT) as (viewer, _):
        check(title(viewer) == 'age 20 M  onto  age 66 F', 'the session has both at their attributes')
    with open(saved) as file:
        told = file.read()
    with open(saved, 'w') as file:
        file.write(told.replace('age=66', 'iq=66'))
    with Viewer(program, [saved]) as viewer:
        expect(lambda: viewer.label(NOT_OPENED) and viewer.label('iq=66: it has no such attribute'),
               'an attribute that the template does not have is told')
        viewer.close_dialog(NOT_OPENED)
        check_end(viewer)


def test_demo(program, folder):
    with Viewer(program, [], LAM_FAKE_TEMPLATE='1', **ENVIRONMENT) as viewer:
        card = wait_for(lambda: viewer.find('push button', '^Fifty-five years of a brain$'), 'the gallery')
        check(True, 'the template is a demo where its model is')
        shot(viewer, 'gallery')
        press(card)
        wait_for_pair(viewer)
        expect(lambda: title(viewer) == 'age 25 F  onto  age 80 F', 'from 25 to 80 years')
        expect(lambda: viewer.label(r'^age 80$'), 'with the age on the play bar')
        shot(viewer, 'demo')
        viewer.choose('^Open$', '^Demos$')
        viewer.press('push button', '^Two hands, one digit$')
        expect(lambda: viewer.label('  onto  ').startswith('another'), 'another demo takes its place')
        expect(lambda: not viewer.find('.*button', '^Template$'), 'and has no page of templates')
        check_end(viewer)


main({'attributes': test_attributes, 'people': test_people, 'overlays': test_overlays, 'play': test_play, 'save': test_save,
      'scan': test_scan, 'session': test_session, 'demo': test_demo})
