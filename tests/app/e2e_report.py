"""The report on what is shown (Ctrl+Shift+R), and the window for rating results (--qc)."""
import base64
import csv
import json
import os
import stat

import scans
from frame import check, check_end, expect, main, opened, shot
from viewer import Viewer, run, wait_for

NOT_WRITTEN = '^The report could not be written'


# ---- the report ----

def take_for_browser(folder):
    """A program of our own opens HTML, and leaves the address of what it opened."""
    seen, program = os.path.join(folder, 'opened'), os.path.join(folder, 'browser')
    with open(program, 'w') as script:
        script.write(f'#!/bin/sh\necho "$1" >"{seen}"\n')
    os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
    applications = os.path.join(folder, 'user', 'data', 'applications')
    os.makedirs(applications, exist_ok=True)
    with open(os.path.join(applications, 'browser.desktop'), 'w') as entry:
        entry.write(f'[Desktop Entry]\nType=Application\nName=Browser\nExec={program} %u\n'
                    'MimeType=text/html;\n')
    with open(os.path.join(folder, 'user', 'config', 'mimeapps.list'), 'w') as defaults:
        defaults.write('[Default Applications]\ntext/html=browser.desktop\n'
                       '[Added Associations]\ntext/html=browser.desktop;\n')
    return seen


def open_dialog(viewer):
    viewer.key('ctrl+shift+r')
    return wait_for(lambda: viewer.window_id('^Report$'), 'the dialog')


def write(viewer, path):
    viewer.press('push button', 'Write Report')
    viewer.type_path('Write the report', path)


def test_report(program, folder):
    seen = take_for_browser(folder)
    with opened(program, folder) as (viewer, pictures):
        dialog = open_dialog(viewer)
        check(dialog, 'Ctrl+Shift+R asks for rating and notes')
        viewer.press('(push|toggle) button', 'Borderline$')
        run('xdotool', 'mousemove', '--window', dialog, 200, 150, 'click', 1)
        run('xdotool', 'type', '--window', dialog, '--delay', 40, 'left <pole>')
        shot(viewer, 'dialog', dialog)
        target = os.path.join(folder, 'first.html')
        write(viewer, target)
        expect(lambda: os.path.exists(os.path.join(folder, 'first.json')), 'the report is written')
        with open(os.path.join(folder, 'first.json')) as file:
            told = json.load(file)
        check(told['rating'] == 'borderline' and told['notes'] == 'left <pole>',
              'with the rating and the notes')
        check(told['lambda'] == 0.3 and told['lambda_chosen'] == 'manual', 'and λ')
        with open(target) as file:
            html = file.read()
        check('left &lt;pole&gt;' in html and folder not in html and 'moving.nii.gz' not in html,
              'no name of a file stands in it')
        expect(lambda: not viewer.window_id('^Report$'), 'the dialog is gone')
        expect(lambda: viewer.label('^Saved first.html$'), 'the viewer says where it is')
        expect(lambda: os.path.exists(seen), 'and it is opened')
        with open(seen) as file:
            check(file.read().strip().endswith('first.html'), 'by the program for such files')


def written(viewer, folder, name):
    write(viewer, os.path.join(folder, name + '.html'))
    wait_for(lambda: os.path.exists(os.path.join(folder, name + '.json')), 'the report')
    wait_for(lambda: not viewer.window_id('^Report$'), 'the end of the dialog')
    with open(os.path.join(folder, name + '.json')) as file:
        return json.load(file)['lambda_chosen']


def test_chosen(program, folder):
    """The report says how λ was chosen, without being told."""
    take_for_browser(folder)
    pair = scans.write_pair(folder)
    with opened(program, folder, [*pair]) as (viewer, pictures):
        open_dialog(viewer)
        check(written(viewer, folder, 'untouched') == 'preset', 'nobody has touched λ: a preset')
        viewer.click('image|graphic', '^Overlap and folds over λ$', across=0.7)
        value = viewer.find('spin button', '^λ value$')
        wait_for(lambda: abs(value.get_current_value() - 0.3) > 0.2, 'λ of the click')
        open_dialog(viewer)
        check(written(viewer, folder, 'curve') == 'evidence', 'a click on the curve: by figures')
        viewer.key('bracketright')
        open_dialog(viewer)
        check(written(viewer, folder, 'key') == 'manual', 'a key: by eye')
        viewer.key('ctrl+z')
        open_dialog(viewer)
        check(written(viewer, folder, 'undone') == 'evidence', 'undone: by figures again')


def test_trouble(program, folder):
    with opened(program, folder) as (viewer, pictures):
        open_dialog(viewer)
        write(viewer, os.path.join(folder, 'report.txt'))
        expect(lambda: viewer.label(NOT_WRITTEN), 'another kind of file is refused')
        expect(lambda: viewer.label('must end in .html or .pdf'), 'with the reason')
        viewer.close_dialog(NOT_WRITTEN)
        check(viewer.window_id('^Report$'), 'and what was written in the dialog is still there')
        viewer.key('Escape', window=viewer.window_id('^Report$'))
        expect(lambda: not viewer.window_id('^Report$'), 'Escape closes it')


# ---- rating ----

def write_result(folder, name, similarity):
    """A report as `lam report` writes it, with two small pictures."""
    html = ''
    for view, shift in (('before', 4.0), ('edges-after', 0.0)):
        picture = os.path.join(folder, 'picture')
        scans.write_png(picture, 48, scans.head(48, shift, 1.0))
        with open(picture, 'rb') as file:
            data = base64.b64encode(file.read()).decode()
        os.remove(picture)
        html += f'<img id="picture-{view}" alt="" src="data:image/png;base64,{data}">'
    with open(os.path.join(folder, name + '.html'), 'w') as file:
        file.write(html)
    told = {'format': 'lambdascope-report', 'version': 1, 'report': name + '.html', 'lambda': 0.3,
            'rating': 'none', 'measures': {'correlation_after': similarity, 'fold_percent': 0.0,
                                           'sd_log_jacobian': 0.2, 'displacement_mean_mm': 1.5}}
    with open(os.path.join(folder, name + '.json'), 'w') as file:
        json.dump(told, file)


def ratings(folder):
    path = os.path.join(folder, 'ratings.csv')
    if not os.path.exists(path):
        return {}
    with open(path, newline='') as table:
        return {row['result']: (row['rating'], row['notes']) for row in csv.DictReader(table)}


def qc(program, folder):
    return Viewer(program, ['--qc', folder], title='Lambdascope quality control')


def test_qc(program, folder):
    results = os.path.join(folder, 'results')
    os.makedirs(results)
    for name, similarity in (('first', 0.91), ('second', 0.92), ('third', 0.93)):
        write_result(results, name, similarity)
    with qc(program, results) as viewer:
        wait_for(lambda: viewer.label('similarity 0.910'), 'the first result')
        wait_for(lambda: viewer.find('(push|toggle) button', '^Edges after$'), 'its views')
        expect(lambda: viewer.label('^0 of 3 rated$'), 'the results of a folder are listed')
        shot(viewer, 'qc')
        viewer.key('1')
        expect(lambda: ratings(results).get('first') == ('pass', ''), '1 is saved as pass')
        expect(lambda: viewer.label('similarity 0.920'), 'and the next result is shown')
        viewer.key('3')
        expect(lambda: ratings(results).get('second') == ('fail', ''), '3 is saved as fail')
        viewer.key('u')
        expect(lambda: ratings(results).get('second') == ('none', ''), 'U takes it back')
        expect(lambda: viewer.label('similarity 0.920'), 'and goes back to it')
        viewer.click('text|entry', '^Notes$')
        run('xdotool', 'type', '--delay', 40, 'pole 1')
        run('xdotool', 'key', 'Return')
        expect(lambda: ratings(results).get('second') == ('none', 'pole 1'),
               'digits in the notes rate nothing, Return saves them')
        viewer.key('2')
        expect(lambda: ratings(results).get('second') == ('borderline', 'pole 1'),
               'a rating keeps the notes')
        viewer.click('text|entry', '^Notes$')
        run('xdotool', 'type', '--delay', 40, 'dark')
        viewer.click('label', '^first$')
        expect(lambda: ratings(results).get('third') == ('none', 'dark'),
               'notes are saved when another result is clicked')
        expect(lambda: viewer.label('similarity 0.910'), 'which is shown')
        viewer.key('Right', 'Right')
        expect(lambda: viewer.label('similarity 0.930'), 'Right goes on')
        viewer.key('Left', 'Left')
        expect(lambda: viewer.label('similarity 0.910'), 'Left goes back')
        viewer.key('g')
        expect(lambda: viewer.label('similarity 0.930'), 'G goes to what is not rated')
        before = viewer.shot(os.path.join(folder, 'after.png'))
        run('xdotool', 'keydown', 'space')
        wait_for(lambda: changed(viewer, before, folder), 'the view before')
        check(True, 'Space shows what was before')
        run('xdotool', 'keyup', 'space')
        shot(viewer, 'qc-rated')
        check_end(viewer)
    with qc(program, results) as viewer:
        expect(lambda: viewer.label('^2 of 3 rated$'), 'another start goes on')
        expect(lambda: viewer.label('similarity 0.930'), 'at the first that is not rated')
        check_end(viewer)


def changed(viewer, before, folder):
    from viewer import difference
    return difference(before, viewer.shot(os.path.join(folder, 'now.png'))) > 300


def test_nothing(program, folder):
    empty = os.path.join(folder, 'empty')
    os.makedirs(empty)
    with qc(program, empty) as viewer:
        expect(lambda: viewer.label('no JSON of lam report'), 'a folder without results is said to be one')
        shot(viewer, 'qc-empty')
        check_end(viewer)


main({'report': test_report, 'chosen': test_chosen, 'trouble': test_trouble, 'qc': test_qc, 'nothing': test_nothing})
