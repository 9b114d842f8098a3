"""Small NIfTI-1 scans, written by hand so that the tests depend on nothing of ours."""
import array
import gzip
import json
import math
import os
import struct
import zlib


TEMPLATE = {'template.attributes': 'age:20:75;sex(F,M)', 'template.hidden': '8', 'template.decoder': '16',
            'template.structures': '0:none;11:grey matter;33:lateral ventricles', 'template.centre_mm': '0,0,0'}


def head(size, shift, ventricle):
    """An ellipsoid 'brain' with bright shell, stripes and a dark 'ventricle'; int16 values."""
    centre = (size - 1) / 2
    values = array.array('h')
    for k in range(size):
        for j in range(size):
            for i in range(size):
                x, y, z = (v - centre for v in (i - shift, j, k))
                r = math.sqrt((x / 0.36) ** 2 + (y / 0.44) ** 2 + (z / 0.38) ** 2) / size
                value = 0
                if r < 1:
                    value = 700 if r < 0.82 else 400
                    value += int(90 * math.sin(x * 0.9) * math.cos(y * 0.7))
                    if math.sqrt((x / ventricle) ** 2 + (y / (1.6 * ventricle)) ** 2
                                 + (z / ventricle) ** 2) / size < 0.1:
                        value = 120
                values.append(value)
    return values


def write(path, size, spacing, values):
    header = bytearray(348)
    struct.pack_into('<i', header, 0, 348)
    struct.pack_into('<8h', header, 40, 3, size, size, size, 1, 1, 1, 1)
    struct.pack_into('<2h', header, 70, 4, 16)  # int16
    struct.pack_into('<8f', header, 76, 1, spacing, spacing, spacing, 1, 1, 1, 1)
    struct.pack_into('<f', header, 108, 352)
    struct.pack_into('<b', header, 123, 2)  # mm
    struct.pack_into('<2h', header, 252, 0, 1)  # sform
    offset = -spacing * (size - 1) / 2
    for row in range(3):
        line = [0.0] * 4
        line[row] = spacing
        line[3] = offset
        struct.pack_into('<4f', header, 280 + 16 * row, *line)
    header[344:348] = b'n+1\0'
    with gzip.open(path, 'wb', compresslevel=1) as out:
        out.write(bytes(header) + b'\0' * 4 + values.tobytes())


def write_mgh(path, size, spacing, values, frames=1, has_space=True):
    """FreeSurfer's format; every frame holds the same values."""
    values = array.array('h', values)
    values.byteswap()
    header = struct.pack('>7ih', 1, size, size, size, frames, 4, 0, has_space)
    header += struct.pack('>15f', spacing, spacing, spacing, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)
    with gzip.open(path, 'wb', compresslevel=1) as out:
        out.write(header.ljust(284, b'\0') + values.tobytes() * frames)


def write_png(path, size, values):
    """The middle slice, 8 bits."""
    def chunk(name, data):
        return (struct.pack('>I', len(data)) + name + data
                + struct.pack('>I', zlib.crc32(name + data)))

    middle = values[size * size * (size // 2):][:size * size]
    rows = b''.join(b'\0' + bytes(min(max(v // 4, 0), 255) for v in middle[size * j:][:size])
                    for j in range(size))
    with open(path, 'wb') as out:
        out.write(b'\x89PNG\r\n\x1a\n'
                  + chunk(b'IHDR', struct.pack('>2I5B', size, size, 8, 0, 0, 0, 0))
                  + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def write_model(path, title, size, template=False):
    """The header of a model, which is all that a list of models reads; template: it says that it has one."""
    told = {'architecture': 'hypermorph-unet-1', 'title': title, 'size': size, 'spacing_mm': '2',
            'encoder': '16,16', 'decoder': '16', 'final': '', 'hidden': '8', 'generated': 'decoder',
            'skip': 'add', 'integration_steps': '5'}
    if template:
        told.update(TEMPLATE)
    tensor = {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}
    header = json.dumps({'__metadata__': told, 'w': tensor}).encode()
    with open(path, 'wb') as out:
        out.write(struct.pack('<Q', len(header)) + header + b'\0' * 4)


def write_pair(folder, size=48, spacing=4.0):
    """Paths of a fixed and a moving scan, which are written first."""
    fixed, moving = os.path.join(folder, 'fixed.nii.gz'), os.path.join(folder, 'moving.nii.gz')
    write(fixed, size, spacing, head(size, 0, 1.0))
    write(moving, size, spacing, head(size, 1.5, 1.7))
    return fixed, moving


def labels_of(size, shift, ventricle):
    """What head() shows: 11 the shell, 22 what it holds, 33 the ventricle."""
    names = {120: 33}
    labels = array.array('h', [0] * size ** 3)
    centre = (size - 1) / 2
    for at, value in enumerate(head(size, shift, ventricle)):
        if not value:
            continue
        i, j, k = at % size, at // size % size, at // size ** 2
        x, y, z = (v - centre for v in (i - shift, j, k))
        r = math.sqrt((x / 0.36) ** 2 + (y / 0.44) ** 2 + (z / 0.38) ** 2) / size
        labels[at] = names.get(value) or (11 if r >= 0.82 else 22)
    return labels


def write_labels(folder, size=48, spacing=4.0):
    """Paths of the label maps of write_pair, and of their names."""
    paths = [os.path.join(folder, name) for name in ('fixed-labels.nii.gz', 'moving-labels.nii.gz', 'names.csv')]
    write(paths[0], size, spacing, labels_of(size, 0, 1.0))
    write(paths[1], size, spacing, labels_of(size, 1.5, 1.7))
    with open(paths[2], 'w') as table:
        table.write('value,name\n11,Shell\n22,Inside\n33,"Ventricle, middle"\n')
    return paths
