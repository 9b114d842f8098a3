"""Bad luck: files that go away, models that are not for the scans, an old OpenGL, more keys than anyone can press.
Each is said clearly, and nothing that was there is lost."""
import os
import subprocess
import time

import scans
from frame import NOT_OPENED, ROOT, check, check_end, expect, main, opened, shot
from viewer import Viewer, acted, difference, set_value, wait_for

KEYS, KEYS_WAIT_S = 10000, 300


def test_vanished(program, folder):
    fixed, moving = scans.write_pair(folder)
    with opened(program, folder, [fixed, moving, '--lambda', '0.3']) as (viewer, pictures):
        before = pictures.settled()
        os.remove(fixed)
        os.remove(moving)
        slider = viewer.find('slider', '^Smoothness λ$')
        set_value(slider, -4.0)
        pictures.changed(before, 2, 'another λ')
        check(True, 'a pair whose files have gone can still be worked with')
        viewer.choose('^Open$', '^Swap')
        wait_for(lambda: viewer.label(NOT_OPENED), 'the error')
        expect(lambda: viewer.label('moving.nii.gz: .*[Nn]o such file'), 'what is gone is named when it is wanted')
        shot(viewer, 'vanished')
        viewer.close_dialog(NOT_OPENED)
        check(viewer.label('^moving.nii.gz  onto  fixed.nii.gz'), 'what was open stays')
        warped = os.path.join(folder, 'rescued.nii.gz')
        viewer.key('ctrl+e')
        viewer.type_path('Save the warped scan', warped)
        expect(lambda: os.path.exists(warped), 'and can be saved')


def test_models(program, folder, real):
    """With the models of the repository: one for single slices, one that is cut short."""
    models = os.path.join(ROOT, 'models')
    cut = os.path.join(folder, 'cut.safetensors')
    with open(os.path.join(models, 'slices-2d.safetensors'), 'rb') as whole, open(cut, 'wb') as out:
        out.write(whole.read(100000))
    pair = list(scans.write_pair(folder))
    for model, why in (('slices-2d', 'single slice'), (cut, 'cut.safetensors'), ('no-such', 'no-such')):
        with Viewer(real, pair + ['--model', model], LAM_MODELS=models) as viewer:
            wait_for(lambda: viewer.label(NOT_OPENED), 'the error')
            expect(lambda: viewer.label(why), f'the model {os.path.basename(model)} is refused, and why')
            viewer.close_dialog(NOT_OPENED)
            check(viewer.find('(push|toggle) button', '^Open'), 'and one can go on')
            check_end(viewer)


def test_old_gl(program, folder):
    with Viewer(program, list(scans.write_pair(folder)), MESA_GL_VERSION_OVERRIDE='3.0') as viewer:
        expect(lambda: viewer.label('^The pictures cannot be drawn$'), 'an OpenGL that is too old is told of')
        expect(lambda: viewer.label('3.3'), 'with what is needed and what helps')
        time.sleep(1)
        shot(viewer, 'old-gl')
        check_end(viewer)


def lose(path, times):
    with open(path, 'w', encoding='ascii') as file:
        file.write(str(times))


def is_lost(path):
    with open(path, encoding='ascii') as file:
        return file.read() == '0'


def test_lost_context(program, folder):
    """The graphics driver is reset: once, which one does not notice, and without end, which is told of."""
    path = os.path.join(folder, 'losses')
    with opened(program, folder, E2E_LOSE_CONTEXT=path) as (viewer, pictures):
        before = pictures.settled()
        lose(path, 1)
        viewer.key('g')
        wait_for(lambda: is_lost(path), 'the loss')
        pictures.changed(before, 2, 'the grid')
        viewer.key('g')
        expect(lambda: difference(before[2], pictures.settled()[2]) == 0, 'a lost context is made again, the pictures too')
        lose(path, 1000)
        viewer.key('g')
        expect(lambda: viewer.label('reset, again and again'), 'one that is lost again and again is told of')
        time.sleep(1)
        shot(viewer, 'lost-context')
        lose(path, 0)
        viewer.press('push button', '^_?Draw Again')
        viewer.key('g')
        expect(lambda: difference(before[2], pictures.settled()[2]) == 0, 'and drawn again when that is asked for')


def memory_kb(viewer):
    with open(f'/proc/{viewer.process.pid}/status', encoding='ascii') as status:
        return int(next(line for line in status if line.startswith('VmRSS')).split()[1])


def press_many(viewer, keys):
    """As fast as the X server takes them."""
    acted()
    viewer.focus(viewer.window)
    for first in range(0, len(keys), 1000):
        subprocess.run(['xdotool', 'key', '--delay', '0', *keys[first:first + 1000]], check=True, timeout=120)


def test_many_keys(program, folder):
    """λ up and down, slices, planes, grid; three more steps of λ upwards than down."""
    with opened(program, folder) as (viewer, pictures):
        slider = viewer.find('slider', '^Smoothness λ$')
        before, start = pictures.settled(), slider.get_current_value()
        round_of_keys = ['bracketright', 'Page_Up', 'bracketleft', 'Page_Down', 'g', '2', 'g', '1']
        press_many(viewer, round_of_keys * 25)
        wait_for(lambda: abs(slider.get_current_value() - start) < 1e-6, 'the first keys to be taken')
        memory = memory_kb(viewer)
        press_many(viewer, round_of_keys * ((KEYS - 3) // len(round_of_keys)) + ['bracketright'] * 3)
        wait_for(lambda: abs(slider.get_current_value() - start - 0.3) < 1e-6, 'the last key', KEYS_WAIT_S)
        check(True, f'{KEYS} rapid keys end at the λ that they lead to')
        press_many(viewer, ['bracketleft'] * 3)
        expect(lambda: all(difference(a, b) == 0 for a, b in zip(before, pictures.settled())),
               'and with the pictures of it')
        check(memory_kb(viewer) < memory + 20000, f'without growing ({memory} KB, then {memory_kb(viewer)})')


def test_luck(program, folder, real):
    test_vanished(program, folder)
    test_old_gl(program, folder)
    test_lost_context(program, folder)
    test_models(program, folder, real)


main({'luck': test_luck, 'many-keys': test_many_keys})
