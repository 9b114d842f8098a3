"""Presets of λ, recent files, models with their cards, refinement of a pair. See frame.py."""
import json
import os

import scans
from frame import check, expect, main, opened, shot, wait_for_pair
from viewer import ITEM, Atspi, Viewer, difference, press, run, set_value, wait_for

def test_presets(program, folder):
    path = os.path.join(folder, 'user', 'data', 'lambdascope', 'presets.json')
    with opened(program, folder) as (viewer, pictures):
        spin = viewer.find('spin button', '^λ value$')
        viewer.choose('^Presets$', '^Keep This λ')
        dialog = wait_for(lambda: viewer.window_id('^Keep this λ$'), 'the question for a name')
        viewer.key('ctrl+a', window=dialog)
        run('xdotool', 'type', '--delay', 60, 'as usual')
        shot(viewer, 'keep', dialog)
        run('xdotool', 'key', 'Return')
        expect(lambda: os.path.exists(path), 'a preset is kept in the user’s data')
        with open(path) as file:
            kept = json.load(file)
        check(kept[0]['name'] == 'as usual' and abs(kept[0]['lambda'] - 0.3) < 1e-9, 'by its name, with λ')
        set_value(spin, 0.7)
        viewer.choose('^Presets$', '^as usual$')
        expect(lambda: abs(spin.get_current_value() - 0.3) < 1e-6, 'choosing it goes to its λ')
    with opened(program, folder) as (viewer, pictures):
        viewer.open_menu('^Presets$')
        expect(lambda: viewer.find(ITEM, '^as usual$'), 'it is there the next time')
        shot(viewer, 'presets', 'root')
        press(viewer.item('^Delete$'))
        items = wait_for(lambda: both(viewer, '^as usual$'), 'what can be deleted')
        press(items[-1])
        expect(lambda: json.load(open(path)) == [], 'and can be deleted')


def both(viewer, name):
    """The item in the menu and in its submenu."""
    found = list(viewer.find_all(ITEM, name))
    return found if len(found) > 1 else None


def test_recent(program, folder):
    with opened(program, folder):
        pass
    with Viewer(program, []) as viewer:
        viewer.open_menu('^Open$')
        item = viewer.item(r'^moving\.nii\.gz +onto +fixed\.nii\.gz$')
        check(True, 'the Open menu has the recent pair')
        press(item)
        wait_for_pair(viewer)
        expect(lambda: viewer.label('^moving.nii.gz  onto  fixed.nii.gz$'), 'which opens both scans')
        viewer.choose('^Open$', '^Forget Them$')
        expect(lambda: not viewer.find(ITEM, r'^moving\.nii\.gz +onto'), 'and can be forgotten')
        viewer.key('t')
        expect(lambda: viewer.find('push button', '^Play$'), 'and keys go to the viewer again')
        viewer.key('ctrl+q')
        check(viewer.process.wait(60) == 0, 'the viewer ends cleanly')


def test_models(program, folder):
    models = os.path.join(folder, 'models')
    os.makedirs(models, exist_ok=True)
    for name in ('first', 'second'):
        scans.write_model(os.path.join(models, name + '.safetensors'), name.capitalize() + ' model', '16,16,16')
    with open(os.path.join(models, 'second.md'), 'w') as card:
        card.write('# Second: for heads\n\n| | |\n|---|---|\n| Input | **two** scans |\n\n## Data\n\n- made up\n')
    with opened(program, folder, LAM_MODELS=models) as (viewer, pictures):
        viewer.choose('^Model$', '^Compare Them by Their Cards')
        window = wait_for(lambda: viewer.window_id('^Models$'), 'the window of models')
        expect(lambda: text_of(viewer, 'Card of the model') == 'There is no card beside this model.',
               'that a card is missing is said')
        viewer.key('Down', window=window)
        expect(lambda: 'Input  two scans' in text_of(viewer, 'Card of the model'), 'a card is shown, readable')
        shot(viewer, 'models', window)
        viewer.press('push button', 'Use This Model')
        expect(lambda: viewer.label('^second$'), 'and its model taken')
        wait_for_pair(viewer)


def text_of(viewer, name):
    node = viewer.find('text', name)
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node)).strip() if node else ''


def test_contrasts(program, folder):
    """Where nobody has chosen a model, and the scans are of two contrasts, it is the one for any."""
    with opened(program, folder, LAM_FAKE_CONTRASTS='1') as (viewer, _pictures):
        check(viewer.label('^brain-any-contrast$'), 'two contrasts: the model for any contrast is taken')
        expect(lambda: viewer.label('^two contrasts: the model is one for any'), 'and the foot says so')
        shot(viewer, 'contrasts')
    with opened(program, folder, LAM_FAKE_WEIGHTING='1') as (viewer, _pictures):
        check(viewer.label('^brain-any-contrast$'), 'not T1: the same model is taken')
        expect(lambda: viewer.label('^no T1 scans: the model is one for any'), 'and the foot says so')
    pair = [*scans.write_pair(folder), '--lambda', '0.3', '--model', 'other']
    with opened(program, folder, pair, LAM_FAKE_WEIGHTING='1') as (viewer, _pictures):
        check(viewer.label('^other$'), 'unless another was asked for')
    with opened(program, folder, pair, LAM_FAKE_CONTRASTS='1') as (viewer, _pictures):
        check(viewer.label('^other$'), 'unless another was asked for')
        expect(lambda: viewer.label('of two contrasts, the deformation is a guess'), 'which is then warned of')


def test_refine(program, folder):
    with opened(program, folder, LAM_FAKE_REFINE_MS='1200') as (viewer, pictures):
        before = pictures.settled()
        viewer.key('ctrl+r')
        expect(lambda: viewer.label('^Refining the warp for this pair$'), 'Ctrl+R refines, and says so')
        shot(viewer, 'refining')
        expect(lambda: viewer.label(r'^Refined for this pair at λ 0\.300: loss 0\.5000 → 0\.2500'), 'what came of it is said')
        after = pictures.changed(before, 2, 'the refined picture')
        shot(viewer, 'refined')
        viewer.key('bracketright')
        expect(lambda: viewer.label('^No longer refined: that was for λ 0.300'), 'moving λ ends it, and says so')
        viewer.key('ctrl+z')
        expect(lambda: viewer.label('^Refined for this pair'), 'undo goes back to it')
        expect(lambda: difference(after[2], pictures.panes()[2]) == 0, 'and the picture is the refined one again')


def test_cancel(program, folder):
    with opened(program, folder, LAM_FAKE_REFINE_MS='5000') as (viewer, pictures):
        before = pictures.settled()
        viewer.key('ctrl+r')
        wait_for(lambda: viewer.label('^Refining'), 'the refinement')
        viewer.key('Escape')
        expect(lambda: not viewer.label('^(Refining|Stopping)'), 'refining can be stopped')
        check(difference(before[2], pictures.settled()[2]) == 0, 'and then nothing has changed')


if __name__ == '__main__':
    main({'presets': test_presets, 'recent': test_recent, 'models': test_models, 'contrasts': test_contrasts, 'refine': test_refine,
          'cancel': test_cancel})
