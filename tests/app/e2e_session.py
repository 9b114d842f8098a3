"""Sessions: saved, restored, damaged, of a newer version, with files that are gone or changed. See frame.py."""
import json
import os
import shutil
import time

import scans
from frame import check, check_end, expect, main, opened, shot, wait_for_pair
from viewer import Pictures, Viewer, difference, set_value, wait_for

FAILED = '^The session could not be opened$'


def save_as(viewer, path):
    viewer.key('ctrl+shift+s')
    viewer.type_path('Save the session', path)


def test_save_and_restore(program, folder):
    fixed, moving = scans.write_pair(folder)
    saved, other = (os.path.join(folder, name) for name in ('study.lamsession', 'bare'))
    with opened(program, folder) as (viewer, pictures):
        viewer.key('2', 'g')
        set_value(viewer.find('spin button', '^λ value$'), 0.12)
        wait_for(lambda: viewer.label('^γ') == 'γ 0.136', 'λ = 0.12')
        viewer.key('F9')
        before = pictures.settled()
        save_as(viewer, saved)
        expect(lambda: os.path.exists(saved) and viewer.label('^Saved study.lamsession$'), 'the session is saved')
        with open(saved) as file:
            told = json.load(file)
        check(told['files']['fixed']['path'] == 'fixed.nii.gz' and len(told['files']['moving']['sha256']) == 64,
              'with relative paths and checksums')
        expect(lambda: viewer.label('· study.lamsession$'), 'its name stands under the title')
        viewer.key('bracketright')
        expect(lambda: viewer.label(r'· study.lamsession \*$'), 'with a mark once something has changed')
        viewer.key('ctrl+z')
        expect(lambda: viewer.label('· study.lamsession$'), 'which undoing takes away')
        viewer.key('bracketright', 'ctrl+s')
        expect(lambda: viewer.label('· study.lamsession$'), 'Ctrl+S saves to the same file')
        viewer.key('bracketleft', 'ctrl+s')
        wait_for(lambda: abs(json.load(open(saved))['lambda'] - 0.12) < 1e-9, 'the session as it was')
        save_as(viewer, other)
        time.sleep(2)  # the dialog goes and comes again
        viewer.type_path('Save the session', other + '.lamsession')
        expect(lambda: os.path.exists(other + '.lamsession'), 'a name without the ending is asked for again with it')
    with Viewer(program, [saved]) as viewer:
        wait_for_pair(viewer)
        pictures = Pictures(viewer, folder)
        after = pictures.settled()
        check(all(difference(a, b) == 0 for a, b in zip(before, after)), 'the pictures are as they were left')
        check(abs(viewer.find('spin button', '^λ value$').get_current_value() - 0.12) < 1e-6, 'and so is λ')
        shot(viewer, 'restored')
        check_end(viewer)


def load(path):
    with open(path) as file:
        return json.load(file)


def store(path, told):
    with open(path, 'w') as file:
        json.dump(told, file)


def refuse(viewer, path, why):
    """Opened by its menu's key; nothing of what is shown is lost."""
    title = viewer.label('onto')
    viewer.key('ctrl+alt+o')
    viewer.type_path('Open a session', path)
    wait_for(lambda: viewer.label(FAILED), 'the error dialog')
    expect(lambda: viewer.label(why), why)
    viewer.close_dialog(FAILED)
    check(viewer.label('onto') == title, 'and what is shown stays')


def test_bad(program, folder):
    saved = os.path.join(folder, 'study.lamsession')
    told = load(saved)
    bad = os.path.join(folder, 'bad.lamsession')
    with opened(program, folder) as (viewer, pictures):
        store(bad, {**told, 'version': 99})
        refuse(viewer, bad, 'a newer version of Lambdascope wrote it')
        store(bad, {**told, 'lambda': 7})
        refuse(viewer, bad, 'it is damaged: lambda must be a number from 0 to 1')
        with open(saved) as file, open(bad, 'w') as out:
            out.write(file.read()[:100])
        refuse(viewer, bad, 'it is damaged')
        refuse(viewer, os.path.join(folder, 'fixed.nii.gz'), 'it is damaged')


def test_missing_and_changed(program, folder):
    """The scans have been moved to another folder, one of them is another now, the model is gone."""
    saved = os.path.join(folder, 'study.lamsession')
    away = os.path.join(folder, 'away')
    os.makedirs(away, exist_ok=True)
    for name in ('fixed.nii.gz', 'moving.nii.gz'):
        shutil.move(os.path.join(folder, name), os.path.join(away, name))
    scans.write(os.path.join(away, 'moving.nii.gz'), 48, 4.0, scans.head(48, 1.4, 1.6))
    told = load(saved)
    told['model'] = {'name': 'none', 'hash': 'ba9876543210'}
    store(saved, told)
    with Viewer(program, [saved]) as viewer:
        wait_for(lambda: viewer.label('^Missing: the fixed scan$'), 'the question')
        expect(lambda: viewer.label('^The session names .*fixed.nii.gz, which'), 'what is missing is named')
        shot(viewer, 'missing', 'root')
        viewer.press('push button', 'Find It')
        viewer.type_path('Find the fixed scan', os.path.join(away, 'fixed.nii.gz'))
        wait_for_pair(viewer)
        viewer.window = viewer.window_id('onto')  # the question may have been taken for it
        check(viewer.label('onto'), 'the other scan is found beside it')
        expect(lambda: viewer.label('moving.nii.gz is not as it was when the session was saved'),
               'that a scan has changed is said')
        check(viewer.label('the model none is not here'), 'and that the model is gone')
        shot(viewer, 'changed')
        check_end(viewer)


def test_label_names(program, folder):
    """Names of labels come back with the session; one without them has none."""
    fixed, moving, names = scans.write_labels(folder)
    saved, bare = (os.path.join(folder, name) for name in ('named.lamsession', 'unnamed.lamsession'))
    pair = [*scans.write_pair(folder), '--lambda', '0.3']
    with opened(program, folder, [*pair, '--fixed-labels', fixed, '--moving-labels', moving,
                                  '--label-names', names]) as (viewer, pictures):
        viewer.key('F9')
        wait_for(lambda: viewer.find('label', '^Ventricle, middle$'), 'the table')
        save_as(viewer, saved)
        expect(lambda: viewer.label('^Saved named.lamsession$'), 'a session with names of labels is saved')
    told = load(saved)
    check(told['files']['label_names']['path'] == os.path.basename(names) and
          len(told['files']['label_names']['sha256']) == 64, 'which it keeps by path and checksum')
    del told['files']['label_names']
    store(bare, told)
    with Viewer(program, [saved]) as viewer:
        wait_for_pair(viewer)
        expect(lambda: viewer.find('label', '^Ventricle, middle$'), 'and they come back with it')
        viewer.key('ctrl+alt+o')
        viewer.type_path('Open a session', bare)
        expect(lambda: viewer.label('· unnamed.lamsession$'), 'another session')
        expect(lambda: viewer.find('label', '^Mean Dice$') and not viewer.find('label', '^Ventricle, middle$'),
               'that has none does not inherit them')
        check_end(viewer)


if __name__ == '__main__':
    main({'label-names': test_label_names, 'save': test_save_and_restore, 'bad': test_bad, 'missing': test_missing_and_changed})
