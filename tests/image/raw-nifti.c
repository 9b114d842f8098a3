#include "raw-nifti.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

RawNifti raw_nifti(int datatype, int bits, int w, int h, int d)
{
    return (RawNifti){.version = 1,
                      .datatype = datatype,
                      .bits = bits,
                      .dim = {3, w, h, d, 1, 1, 1, 1},
                      .pixdim = {1, 1, 1, 1, 1, 1, 1, 1},
                      .slope = 1};
}

static void put(GByteArray *bytes, const RawNifti *raw, size_t at, const void *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes->data[at + i] = ((const guint8 *)value)[raw->swapped ? n - 1 - i : i];
}

static void put_int(GByteArray *b, const RawNifti *raw, size_t at, gint64 value, size_t n)
{
    gint16 s = (gint16)value;
    gint32 i = (gint32)value;
    put(b, raw, at, n == 2 ? (void *)&s : n == 4 ? (void *)&i : (void *)&value, n);
}

/* float in version 1, double in version 2 */
static void put_real(GByteArray *b, const RawNifti *raw, size_t at, double value)
{
    float f = (float)value;
    put(b, raw, at, raw->version == 1 ? (void *)&f : (void *)&value, raw->version == 1 ? 4 : 8);
}

static void header_v1(GByteArray *b, const RawNifti *r)
{
    put_int(b, r, 0, 348, 4);
    for (size_t i = 0; i < 8; i++) {
        put_int(b, r, 40 + 2 * i, r->dim[i], 2);
        put_real(b, r, 76 + 4 * i, r->pixdim[i]);
    }
    put_int(b, r, 70, r->datatype, 2);
    put_int(b, r, 72, r->bits, 2);
    put_real(b, r, 108, r->data_at != 0 ? r->data_at : r->pair ? 0 : 352);
    put_real(b, r, 112, r->slope);
    put_real(b, r, 116, r->intercept);
    b->data[123] = (guint8)r->units;
    put_int(b, r, 252, r->qform_code, 2);
    put_int(b, r, 254, r->sform_code, 2);
    for (size_t i = 0; i < 3; i++) {
        put_real(b, r, 256 + 4 * i, r->quaternion[i]);
        put_real(b, r, 268 + 4 * i, r->offset[i]);
        for (size_t j = 0; j < 4; j++)
            put_real(b, r, 280 + 16 * i + 4 * j, r->srow[i][j]);
    }
    memcpy(b->data + 344, r->pair ? "ni1" : "n+1", 4);
}

static void header_v2(GByteArray *b, const RawNifti *r)
{
    put_int(b, r, 0, 540, 4);
    memcpy(b->data + 4, r->pair ? "ni2\0\r\n\032\n" : "n+2\0\r\n\032\n", 8);
    put_int(b, r, 12, r->datatype, 2);
    put_int(b, r, 14, r->bits, 2);
    for (size_t i = 0; i < 8; i++) {
        put_int(b, r, 16 + 8 * i, r->dim[i], 8);
        put_real(b, r, 104 + 8 * i, r->pixdim[i]);
    }
    put_int(b, r, 168, r->data_at != 0 ? (gint64)r->data_at : r->pair ? 0 : 544, 8);
    put_real(b, r, 176, r->slope);
    put_real(b, r, 184, r->intercept);
    put_int(b, r, 344, r->qform_code, 4);
    put_int(b, r, 348, r->sform_code, 4);
    for (size_t i = 0; i < 3; i++) {
        put_real(b, r, 352 + 8 * i, r->quaternion[i]);
        put_real(b, r, 376 + 8 * i, r->offset[i]);
        for (size_t j = 0; j < 4; j++)
            put_real(b, r, 400 + 32 * i + 8 * j, r->srow[i][j]);
    }
    put_int(b, r, 500, r->units, 4);
}

GByteArray *raw_header(const RawNifti *raw)
{
    GByteArray *bytes = g_byte_array_new();
    guint size = (raw->version == 1 ? 348 : 540) + (raw->pair ? 0 : 4);
    g_byte_array_set_size(bytes, size);
    memset(bytes->data, 0, size);
    (raw->version == 1 ? header_v1 : header_v2)(bytes, raw);
    return bytes;
}

/* IEEE binary128 of a double, little-endian. */
static void quad(double value, guint8 out[16])
{
    int exponent = 0;
    double fraction = frexp(fabs(value), &exponent); /* [0.5, 1) */
    guint64 high = 0, low = 0;
    if (isnan(value) || isinf(value))
        high = 0x7fffULL << 48 | (isnan(value) ? 1ULL << 47 : 0);
    else if (value != 0) {
        guint64 mantissa = (guint64)ldexp(fraction * 2 - 1, 52);
        high = (guint64)(exponent - 1 + 16383) << 48 | mantissa >> 4;
        low = mantissa << 60;
    }
    if (signbit(value))
        high |= 1ULL << 63;
    memcpy(out, &low, 8);
    memcpy(out + 8, &high, 8);
}

#define AS(type)                                                                                   \
    {                                                                                              \
        type v = (type)value;                                                                      \
        memcpy(item, &v, n = sizeof v);                                                            \
        break;                                                                                     \
    }

void raw_append(GByteArray *bytes, const RawNifti *raw, double value)
{
    guint8 item[32] = {0}; /* the largest: a pair of 16 byte floats */
    size_t n = 0;
    switch (raw->datatype) {
    case 2:
        AS(guint8)
    case 4:
        AS(gint16)
    case 8:
        AS(gint32)
    case 16:
        AS(float)
    case 64:
        AS(double)
    case 256:
        AS(gint8)
    case 512:
        AS(guint16)
    case 768:
        AS(guint32)
    case 1024:
        AS(gint64)
    case 1280:
        AS(guint64)
    case 1536:
        quad(value, item);
        n = 16;
        break;
    default: /* only its size matters */
        n = (size_t)raw->bits / 8;
    }
    guint at = bytes->len;
    g_byte_array_set_size(bytes, at + (guint)n);
    put(bytes, raw, at, item, n);
}

void raw_write_bytes(const char *path, const void *data, size_t n, bool gz)
{
    g_unlink(
        path); /* file systems may sync a file that is overwritten: thousands of them take long */
    gzFile file = gzopen(path, gz ? "wb" : "wbT");
    g_assert_nonnull(file);
    if (n > 0)
        g_assert_cmpint(gzwrite(file, data, (unsigned)n), ==, (int)n);
    g_assert_cmpint(gzclose(file), ==, Z_OK);
}

void raw_write(const RawNifti *raw, const char *path, const double *values, size_t n, bool gz)
{
    g_autoptr(GByteArray) header = raw_header(raw);
    g_autoptr(GByteArray) data = g_byte_array_new();
    if (!raw->pair)
        g_byte_array_append(data, header->data, header->len);
    while (raw->data_at > data->len)
        g_byte_array_append(data, (const guint8 *)"x", 1);
    for (size_t i = 0; i < n; i++)
        raw_append(data, raw, values[i]);
    if (!raw->pair) {
        raw_write_bytes(path, data->data, data->len, gz);
        return;
    }
    g_autofree char *hdr = g_strconcat(path, gz ? ".hdr.gz" : ".hdr", NULL);
    g_autofree char *img = g_strconcat(path, gz ? ".img.gz" : ".img", NULL);
    raw_write_bytes(hdr, header->data, header->len, gz);
    raw_write_bytes(img, data->data, data->len, gz);
}

char *raw_folder(void)
{
    char *folder = g_dir_make_tmp("lam-nifti-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

void raw_folder_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    if (dir != NULL)
        g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}
