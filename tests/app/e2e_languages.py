"""The viewer in other languages, which its translations were built for."""
import os

import scans
from frame import check, check_end, expect, main, shot
from viewer import ITEM, Pictures, Viewer, difference, wait_for


def said(language):
    """In C.UTF-8, which is everywhere, LANGUAGE alone decides."""
    return {'LC_ALL': 'C.UTF-8', 'LANGUAGE': language}


def test_german(program, folder):
    with Viewer(program, list(scans.write_pair(folder)), **said('de')) as viewer:
        wait_for(lambda: viewer.label('^bleibt glatt$'), 'German')
        expect(lambda: viewer.label('^moving.nii.gz  auf  fixed.nii.gz$'), 'the window speaks German')
        expect(lambda: viewer.find('slider', '^Glattheit λ$'), 'and so do the names for screen readers')
        expect(lambda: viewer.label('^Ähnlichkeit [0-9]'), 'and the figures')
        viewer.key('F10')
        expect(lambda: viewer.find(ITEM, '^Über Lambdascope$'), 'and the menu')
        viewer.key('Escape')
        shot(viewer, 'german')
        check_end(viewer)


def test_others(program, folder):
    for language, welcome in (('fr', '^Deux images, une déformation'), ('zh_CN', '^两幅图像')):
        with Viewer(program, [], **said(language)) as viewer:
            expect(lambda: viewer.label(welcome), 'the welcome is said in ' + language)
            shot(viewer, language)
            check_end(viewer)


def test_pictures(program, folder):
    """What is written into the pictures."""
    pair, seen, place = list(scans.write_pair(folder)), {}, None
    for language in ('en', 'de'):
        with Viewer(program, [*pair, '--lambda', '0.3'], **said(language)) as viewer:
            wait_for(lambda: viewer.label('Folds [0-9.]+|Faltungen [0-9.]+'), 'the pair')
            place = place or viewer.canvas()
            viewer.canvas = lambda: place  # its name is another one in German
            os.makedirs(os.path.join(folder, language), exist_ok=True)
            seen[language] = Pictures(viewer, os.path.join(folder, language)).settled()
            shot(viewer, 'pictures-' + language)
            check_end(viewer)
    for pane in range(3):
        changed = difference(seen['en'][pane], seen['de'][pane])
        check(20 < changed < 5000, 'titles and figures over the pictures are German, too')


main({'german': test_german, 'pictures': test_pictures, 'others': test_others})
