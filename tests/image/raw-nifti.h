/* NIfTI files made byte by byte from the published layout, independent of the code under test. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    int version;  /* 1 or 2 */
    bool swapped; /* stored in the other byte order */
    bool pair;    /* .hdr + .img */
    int datatype, bits;
    gint64 dim[8];
    double pixdim[8];
    double slope, intercept;
    int qform_code, sform_code;
    double quaternion[3], offset[3], srow[3][4];
    int units;
    double data_at; /* vox_offset; 0: right behind the header */
} RawNifti;

/* A 3-D image of the given type and size, 1 mm, without orientation. */
RawNifti raw_nifti(int datatype, int bits, int w, int h, int d);

/* The header's bytes (and, unless a pair, the 4 that announce extensions). */
GByteArray *raw_header(const RawNifti *raw);

/* Appends value in the header's type and byte order. */
void raw_append(GByteArray *bytes, const RawNifti *raw, double value);

/* Writes a whole file (for a pair: path.hdr and path.img) holding n values; gz: compressed. */
void raw_write(const RawNifti *raw, const char *path, const double *values, size_t n, bool gz);
void raw_write_bytes(const char *path, const void *data, size_t n, bool gz);

/* A fresh folder, and its removal with all files in it. */
char *raw_folder(void);
void raw_folder_remove(char *folder);
