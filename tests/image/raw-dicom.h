/* DICOM files made element by element: as little as makes an MR slice. */
#pragma once

typedef struct {
    int series; /* number; also tells its UID */
    const char *description;
    int columns, rows, slices;
    double spacing_mm[3];
    double origin_mm[3]; /* LPS, of the first voxel */
} RawDicom;

/* Writes slices as folder/SERIES-SLICE.dcm. Axial: columns go to the left, rows to the back. The value of a
 * voxel is 100 * slice + 10 * row + column. */
void raw_dicom_write(const RawDicom *raw, const char *folder);
