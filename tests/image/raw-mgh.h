/* MGH files made byte by byte from the published layout, independent of the code under test. */
#pragma once

#include <glib.h>

typedef struct {
    gint32 version, size[4], type;
    gint16 good_ras;
    float delta[3], direction[3][3] /* of each axis: R, A, S */, c_ras[3];
} RawMgh;

/* One frame of the given type and size, 1 mm, RAS, around the origin. */
RawMgh raw_mgh(int type, int w, int h, int d);

GByteArray *raw_mgh_header(const RawMgh *raw);

/* Appends value in the header's type, big-endian. */
void raw_mgh_append(GByteArray *bytes, const RawMgh *raw, double value);

/* A whole file of n values. */
GByteArray *raw_mgh_file(const RawMgh *raw, const double *values, size_t n);
