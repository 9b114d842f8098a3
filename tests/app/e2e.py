"""The viewer's core: λ, keys, mouse, views; opening, saving, models; drag and drop. How to run: frame.py.

PART is pictures, files, or drop (followed by the program drag-source), on small scans written for the purpose, or
demo: the phantom pair with the default model, skipped if there is none."""
import gzip
import os
import subprocess
import time

import scans
from frame import NOT_OPENED, check, check_end, expect, main, opened, shot, wait_for_pair
from viewer import ITEM, Pictures, Viewer, difference, press, run, set_value, wait_for

NOT_SAVED = '^The file could not be saved'


# ---- pictures ----

def test_slider(viewer, pictures):
    slider = wait_for(lambda: viewer.find('slider', '^Smoothness λ$'), 'the slider')
    check(True, 'the slider has its accessible name')
    before = pictures.settled()
    moved = viewer.label('^Moved')
    set_value(slider, -4.0)
    wait_for(lambda: viewer.label('^γ') == 'γ 0.0183', 'γ after the slider was set')
    expect(lambda: viewer.label('^Moved') != moved, 'setting the slider changes the readout')
    after = pictures.changed(before, 2, 'a new warped picture')
    check(True, 'the warped picture follows the slider')
    check(difference(before[0], after[0]) == 0, 'the fixed picture stays')
    spin = viewer.find('spin button', '^λ value$')
    expect(lambda: abs(spin.get_current_value() - 0.018) < 0.001, 'the entry shows λ')
    set_value(spin, 0.5)
    expect(lambda: abs(slider.get_current_value()) < 1e-6, 'setting the entry moves the slider')
    set_value(slider, 5.0)
    wait_for(lambda: spin.get_current_value() == 1.0, 'λ = 1 at the stop')
    expect(lambda: viewer.label('^γ') == 'γ ∞', 'the ends are exactly 0 and 1')
    set_value(spin, 0.3)
    wait_for(lambda: viewer.label('^γ') == 'γ 0.429', 'λ back at 0.3')


def test_keys(viewer, pictures):
    before = pictures.settled()
    viewer.key('g')
    gridded = pictures.changed(before, 2, 'the grid')
    check(True, 'g draws the grid over the warped picture')
    check(difference(before[0], gridded[0]) == 0, 'and not over the fixed one')
    shot(viewer, 'grid')
    viewer.key('g')
    slider = viewer.find('slider', '^Smoothness λ$')
    value = slider.get_current_value()
    viewer.key('bracketright')
    wait_for(lambda: slider.get_current_value() > value, '] moving λ up')
    viewer.key('bracketleft')
    expect(lambda: abs(slider.get_current_value() - value) < 1e-6, '[ and ] step λ')
    viewer.key('2')
    pictures.changed(before, 0, 'the coronal plane')
    check(True, '2 shows the coronal plane')
    viewer.key('1')
    expect(lambda: difference(before[0], pictures.panes()[0]) == 0, '1 comes back to the axial plane')
    back = pictures.settled()
    run('xdotool', 'keydown', 'space')
    pictures.changed(back, 2, 'the fixed scan in the third pane')
    check(True, 'space shows the fixed scan in the third pane')
    run('xdotool', 'keyup', 'space')
    expect(lambda: difference(back[2], pictures.panes()[2]) == 0, 'until it is released')


def test_choices(viewer, pictures):
    """Comparison, overlay, arrows and arrangement by keys; each key twice is as before."""
    before = pictures.settled()
    for key, what in (('m', 'both scans in two colours'), ('b', 'the checkerboard'), ('e', 'edges'),
                      ('d', 'the difference'), ('j', 'volume change'), ('k', 'displacement'),
                      ('v', 'arrows'), ('shift+v', 'streamlines')):
        viewer.key(key)
        shown = pictures.changed(before, 2, what)
        check(difference(before[0], shown[0]) == 0, key + ' shows ' + what + ', in the warped view')
        shot(viewer, what.replace(' ', '-'))
        viewer.key(key)
        wait_for(lambda: difference(before[2], pictures.panes()[2]) == 0, 'the end of ' + what)
    spin = viewer.find('spin button', '^λ value$')
    viewer.key('n')
    expect(lambda: viewer.label('^Nothing folds$'), 'n says that nothing folds')
    set_value(spin, 0.31)
    expect(lambda: not viewer.label('^Nothing folds$'), 'another λ takes the word away')
    set_value(spin, 0.3)
    wait_for(lambda: viewer.label('^γ') == 'γ 0.429', 'λ back at 0.3')
    before = pictures.settled()
    viewer.key('u')
    hung = pictures.changed(before, 2, 'the curtain')
    x, y, width, height = viewer.canvas()
    run('xdotool', 'mousemove', '--window', viewer.window, x + 5 * width // 6, y + height // 2)
    run('xdotool', 'mousedown', 1, 'mousemove_relative', '--sync', width // 9, 0)
    run('xdotool', 'mouseup', 1)
    drawn = pictures.changed(hung, 2, 'the curtain drawn')
    check(difference(hung[0], drawn[0]) == 0, 'dragging draws the curtain and leaves the crosshair')
    viewer.key('u')
    wait_for(lambda: difference(before[2], pictures.panes()[2]) == 0, 'the end of the curtain')
    viewer.key('l')
    pictures.changed(before, 0, 'three planes')
    check(True, 'l shows three planes')
    shot(viewer, 'three-planes')
    viewer.key('l')
    viewer.key('l')
    expect(lambda: difference(before[0], pictures.panes()[0]) == 0, 'and comes round again')


def test_mouse(viewer, pictures):
    x, y, width, height = viewer.canvas()
    before = pictures.settled()
    run('xdotool', 'mousemove', '--window', viewer.window, x + width // 6, y + height // 2)
    run('xdotool', 'click', '--repeat', 4, 4)
    scrolled = pictures.changed(before, 0, 'another slice')
    check(True, 'the wheel changes the slice')
    run('xdotool', 'mousedown', 3, 'mousemove_relative', '--sync', 60, 10)
    run('xdotool', 'mouseup', 3)
    windowed = pictures.changed(scrolled, 0, 'another window')
    check(True, 'dragging with the right button is window and level')
    run('xdotool', 'mousedown', 1, 'mousemove_relative', '--sync', 30, 20)
    run('xdotool', 'mouseup', 1)
    pictures.changed(windowed, 2, 'another crosshair')
    check(True, 'dragging moves the crosshair in all panes')
    viewer.key('0')
    expect(lambda: difference(before[0], pictures.panes()[0]) == 0, '0 resets the view')


def see_pictures(viewer, pictures):
    test_slider(viewer, pictures)
    test_keys(viewer, pictures)
    test_choices(viewer, pictures)
    test_mouse(viewer, pictures)


def test_pictures(program, folder):
    with opened(program, folder) as (viewer, pictures):
        see_pictures(viewer, pictures)


def test_demo(program, folder):
    with Viewer(program, ['--demo', 'brains']) as viewer:
        wait_for_pair(viewer, demo=True)
        see_pictures(viewer, Pictures(viewer, folder))
        check_end(viewer)


# ---- other windows ----

def test_no_hidden_windows(viewer):
    """GTK 4.8 ends the program if it is asked for a child that is not there while a window is hidden."""
    viewer.root.get_child_at_index(7)
    expect(lambda: viewer.process.poll() is None and viewer.find('push button', 'Open'),
           'a question for a window that is not there does no harm')


def test_windows(program):
    with Viewer(program, []) as viewer:
        test_no_hidden_windows(viewer)
        viewer.key('F1')
        expect(lambda: viewer.window_id('^Keys and Mouse$'), 'F1 shows the keys')
        shot(viewer, 'keys', viewer.window_id('^Keys and Mouse$'))
        for _ in range(2):
            viewer.key('Escape', window=viewer.window_id('^Keys and Mouse$') or viewer.window)
        expect(lambda: not viewer.window_id('^Keys and Mouse$'), 'Escape closes them')
        test_no_hidden_windows(viewer)
        check_end(viewer)


# ---- files ----

def test_command_line(program):
    def told(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
    help_text = told('--help')
    check(help_text.returncode == 0 and '--lambda' in help_text.stdout, '--help names the options')
    check(told('--version').stdout.startswith('lambdascope '), '--version')
    wrong = told('--lambda', '2')
    check(wrong.returncode == 2 and '--lambda' in wrong.stderr, '--lambda 2 is refused')


def test_start_with_bad_files(program, folder, fixed):
    missing = os.path.join(folder, 'not-there.nii.gz')
    with Viewer(program, [fixed, missing]) as viewer:
        wait_for(lambda: viewer.label(NOT_OPENED), 'the error dialog')
        expect(lambda: viewer.label('not-there.nii.gz'), 'a missing file is named in a dialog')
        viewer.close_dialog(NOT_OPENED)
        expect(lambda: viewer.find('push button', 'Open'), 'and another pair can be opened')
        check_end(viewer)


def test_cancel(program, fixed, moving):
    with Viewer(program, [fixed, moving], LAM_FAKE_OPEN_MS='30000') as viewer:
        stop = wait_for(lambda: viewer.find('push button', 'Cancel$'), 'the progress of opening')
        wait_for(lambda: viewer.label('^Aligning the scans'), 'what is being done')
        press(stop)
        wait_for(lambda: not viewer.label('^(Aligning|Stopping)'), 'the end of opening', 20)
        check(not viewer.label(NOT_OPENED), 'opening can be stopped')
        check_end(viewer)


def test_bad_file(viewer, pictures, folder):
    before = pictures.settled()
    similarity, title = viewer.label('^Similarity'), viewer.label('onto')
    bad = os.path.join(folder, 'bad-scan.nii')
    with open(bad, 'wb') as out:
        out.write(b'this is not a scan at all' * 40)
    viewer.key('ctrl+shift+o')
    viewer.type_path('Choose the moving scan', bad)
    wait_for(lambda: viewer.label(NOT_OPENED), 'the error dialog')
    expect(lambda: viewer.label('bad-scan.nii'), 'the error names the file')
    viewer.close_dialog(NOT_OPENED)
    after = pictures.settled()
    check(all(difference(a, b) == 0 for a, b in zip(before, after)), 'the pictures are as before')
    expect(lambda: viewer.label('^Similarity') == similarity and viewer.label('onto') == title,
           'and so are the figures')


def test_save(viewer, folder, fixed):
    warped = os.path.join(folder, 'warped.nii.gz')
    viewer.key('ctrl+e')
    viewer.type_path('Save the warped scan', warped)
    wait_for(lambda: viewer.label('^Saved warped.nii.gz'), 'the word that it was saved')
    with gzip.open(warped) as written, gzip.open(fixed) as scan:
        check(written.read()[40:56] == scan.read()[40:56],
              'the warped scan has the size of the fixed one')
    with open(fixed, 'rb') as scan:
        before = scan.read()
    viewer.key('ctrl+shift+e')
    viewer.type_path('Save the deformation field', fixed)
    replace = wait_for(lambda: viewer.find('push button', 'Replace$'), 'the question')
    press(replace)
    wait_for(lambda: viewer.label(NOT_SAVED), 'the error dialog')
    with open(fixed, 'rb') as scan:
        check(scan.read() == before, 'a scan that is open is not written over')
    viewer.close_dialog(NOT_SAVED)


def test_models(program, folder, fixed, moving):
    """The menu offers what is there; a choice opens the pair again."""
    models = os.path.join(folder, 'models')
    os.makedirs(models, exist_ok=True)
    scans.write_model(os.path.join(models, 'first.safetensors'), 'First model', '16,16,16')
    scans.write_model(os.path.join(models, 'second.safetensors'), 'Second model', '16,16,1')
    with Viewer(program, [fixed, moving], LAM_MODELS=models) as viewer:
        wait_for_pair(viewer)
        check(viewer.label(r'^Closed form'), 'the model is named')
        viewer.open_menu('^Model$')
        expect(lambda: viewer.find(ITEM, '^Second model$'), 'the menu lists the models that are there')
        shot(viewer, 'models')
        press(viewer.item('^First model$'))
        expect(lambda: viewer.label('^first$'), 'another model is taken')
        wait_for_pair(viewer)
        check_end(viewer)


def test_kinds(program, folder, fixed):
    """Another format, a frame that nobody chose and one that somebody did."""
    series = os.path.join(folder, 'series.mgz')
    scans.write_mgh(series, 48, 4.0, scans.head(48, 1.5, 1.7), frames=3)
    with Viewer(program, [fixed, series]) as viewer:
        wait_for_pair(viewer)
        expect(lambda: viewer.label('series.mgz: the first of 3 frames is shown'),
               'it is said that one of several frames is shown')
        check_end(viewer)
    with Viewer(program, [fixed, series + '#2']) as viewer:
        wait_for_pair(viewer)
        expect(lambda: viewer.label('^series.mgz#2  onto  fixed.nii.gz'), 'a frame can be chosen')
        check(not viewer.label('frames is shown'), 'and then nothing is said')
        check_end(viewer)
    slices = [os.path.join(folder, name) for name in ('a.png', 'b.png')]
    for path, shift in zip(slices, (0, 1.5)):
        scans.write_png(path, 48, scans.head(48, shift, 1.0))
    with Viewer(program, slices) as viewer:
        wait_for_pair(viewer)
        expect(lambda: viewer.label('the files do not say where left and right are'),
               'what pictures lack is said')
        check_end(viewer)


def test_files(program, folder):
    fixed, moving = scans.write_pair(folder)
    test_command_line(program)
    test_windows(program)
    test_start_with_bad_files(program, folder, fixed)
    test_cancel(program, fixed, moving)
    test_kinds(program, folder, fixed)
    test_models(program, folder, fixed, moving)
    with Viewer(program, [fixed, moving]) as viewer:
        wait_for_pair(viewer)
        test_bad_file(viewer, Pictures(viewer, folder), folder)
        test_save(viewer, folder, fixed)
        check_end(viewer)


# ---- drop ----

def drag(source, x, y):
    """Drags the source's files to a point of the screen and holds them there."""
    run('xdotool', 'windowmove', '--sync', source.window, 1500, 880)
    time.sleep(1)
    run('xdotool', 'mousemove', 1540, 920, 'mousedown', 1)
    for at in range(1530, x, -60):
        run('xdotool', 'mousemove', at, y, 'sleep', 0.1)


def test_drop(program, folder, drag_source):
    scans.write_pair(folder)
    labels = scans.write_labels(folder)[:2]
    files = [os.path.join(folder, name) for name in ('fixed.nii.gz', 'moving.nii.gz')]
    with Viewer(program, []) as viewer:
        with Viewer(drag_source, files, title='Drag source') as source:
            drag(source, 330, 500)
            expect(lambda: viewer.label('Drop as fixed scan'), 'dragged files show where to drop them')
            shot(viewer, 'drop')
            run('xdotool', 'mouseup', 1)
            wait_for_pair(viewer)
            expect(lambda: viewer.label('^moving.nii.gz  onto  fixed.nii.gz'),
                   'the first file is what the zone says, the second the other')
        with Viewer(drag_source, labels, title='Drag source') as source:
            drag(source, 330, 640)
            expect(lambda: viewer.label('^Drop as labels of the fixed scan$'), 'once there are scans, labels can be dropped')
            shot(viewer, 'drop-labels')
            run('xdotool', 'mouseup', 1)
            expect(lambda: viewer.label('^[0-9]+ labels of the (fixed|moving) scan$'), 'and are read for both')
        check_end(viewer)


if __name__ == '__main__':
    main({'pictures': test_pictures, 'demo': test_demo, 'files': test_files, 'drop': test_drop})
