#!/usr/bin/python3
"""check-desktop.py DESKTOP METAINFO SERVICE MIME: what is installed for the desktop fits together, and files are
known by the types that the viewer says it opens."""
import configparser
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

ID = 'io.github.lambdascope.Lambdascope'
NIFTI, MGH = 'application/x-nifti', 'application/x-freesurfer-mgh'
NAMES = {'a.nii': NIFTI, 'a.nii.gz': NIFTI + '-compressed', 'a.mgh': MGH, 'a.mgz': MGH + '-compressed',
         'a.mgh.gz': MGH + '-compressed', 'a.lamsession': 'application/x-lambdascope-session'}


def read_keys(path):
    parser = configparser.RawConfigParser(delimiters='=')
    parser.optionxform = str
    parser.read(path, encoding='utf-8')
    return parser


def type_of(path, data_home):
    told = subprocess.run(['gio', 'info', '-a', 'standard::content-type', path], text=True, check=True,
                          capture_output=True, env={**os.environ, 'XDG_DATA_HOME': data_home})
    return told.stdout.rpartition('standard::content-type: ')[2].strip()


def wrong_types(mime):
    """By name, and a scan of no name by what is in it."""
    with tempfile.TemporaryDirectory() as folder:
        packages = os.path.join(folder, 'mime', 'packages')
        os.makedirs(packages)
        shutil.copy(mime, os.path.join(packages, ID + '.xml'))
        subprocess.run(['update-mime-database', os.path.join(folder, 'mime')], check=True,
                       env={**os.environ, 'XDG_DATA_HOME': folder})
        for name, wanted in NAMES.items():
            pathlib.Path(folder, name).write_bytes(b'\x1f\x8b\x08' if name.endswith('gz') else b'{}')
            found = type_of(os.path.join(folder, name), folder)
            if found != wanted:
                yield f'{name} is taken for {found}, not {wanted}'
        nameless = pathlib.Path(folder, 'scan')
        nameless.write_bytes(b'\x5c\x01\0\0' + bytes(340) + b'n+1\0' + bytes(8))
        if type_of(nameless, folder) != NIFTI:
            yield 'a scan without a name is taken for ' + type_of(nameless, folder)


def unlike(desktop, metainfo, service, mime):
    entry = read_keys(desktop)['Desktop Entry']
    types = set(entry['MimeType'].strip(';').split(';'))
    told = {node.text for node in xml.parse(metainfo).iter('mediatype')}
    ours = {node.get('type') for node in xml.parse(mime).getroot()}
    bus = read_keys(service)['D-BUS Service']
    if types != told:
        yield f'the desktop file and the metainfo differ in {types ^ told}'
    if ours - types:
        yield f'the desktop file lacks {ours - types}'
    if xml.parse(metainfo).findtext('id') != ID or entry['Icon'] != ID or bus['Name'] != ID:
        yield 'not everything goes by the name ' + ID
    if entry['DBusActivatable'] != 'true' or not bus['Exec'].endswith('lambdascope --gapplication-service'):
        yield 'the desktop cannot start the viewer over D-Bus'


def main():
    for tool in ('gio', 'update-mime-database'):
        if not shutil.which(tool):
            print('skipped: there is no', tool)
            return 77
    problems = [*unlike(*sys.argv[1:]), *wrong_types(sys.argv[4])]
    print('\n'.join(problems) or 'all fits')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
