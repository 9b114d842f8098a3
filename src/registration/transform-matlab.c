/* ITK's transforms in Matlab's level 4 format, as ANTs writes its affines: for each one a column vector
 * of parameters that bears the transform's type as its name, then one named "fixed". Layout of a matrix:
 * five 32-bit words (type MOPT, rows, columns, imaginary, length of the name with its zero), the name,
 * the values (MathWorks, MAT-File Format, level 4). */
#include "transform-formats.h"

#include <string.h>

#define HEADER_BYTES 20
#define VALUES_MOST  16
#define BIG_ENDIAN_4 1000 /* M of MOPT */
#define SINGLE       10   /* P */

typedef struct {
    bool swapped, single;
    guint32 rows, columns, name_bytes;
} MatrixHeader;

static guint32 get_u32(const char *bytes, bool swapped)
{
    guint32 value;
    memcpy(&value, bytes, sizeof value);
    value = GUINT32_FROM_LE(value);
    return swapped ? GUINT32_SWAP_LE_BE(value) : value;
}

/* vnl, which ITK writes with, also states the order of values (100), which a vector does not have. */
static bool parse_type(const char *bytes, MatrixHeader *h)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        guint32 type = get_u32(bytes, swapped), rest = type - (swapped ? BIG_ENDIAN_4 : 0);
        if ((swapped && type < BIG_ENDIAN_4) || rest > 110 ||
            (rest % 100 != 0 && rest % 100 != SINGLE))
            continue;
        h->swapped = swapped;
        h->single = rest % 100 == SINGLE;
        return true;
    }
    return false;
}

static bool parse_header(const char *bytes, gsize length, MatrixHeader *h)
{
    if (length < HEADER_BYTES || !parse_type(bytes, h))
        return false;
    h->rows = get_u32(bytes + 4, h->swapped);
    h->columns = get_u32(bytes + 8, h->swapped);
    h->name_bytes = get_u32(bytes + 16, h->swapped);
    return h->rows <= 1u << 20 && h->columns <= 1u << 20 && get_u32(bytes + 12, h->swapped) == 0 &&
           h->name_bytes >= 1 && h->name_bytes <= 64;
}

bool lam_itk_matlab_recognise(const char *bytes, gsize length)
{
    MatrixHeader h;
    return parse_header(bytes, length, &h) && length > HEADER_BYTES &&
           g_ascii_isalpha(bytes[HEADER_BYTES]);
}

static double get_value(const char *bytes, const MatrixHeader *h)
{
    if (h->single) {
        guint32 bits = get_u32(bytes, h->swapped);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    guint64 bits;
    double value;
    memcpy(&bits, bytes, sizeof bits);
    bits = GUINT64_FROM_LE(bits);
    if (h->swapped)
        bits = GUINT64_SWAP_LE_BE(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The next vector; *bytes and *length move behind it. */
static bool read_vector(const char **bytes, gsize *length, char name[65], double *values, int *n,
                        GError **error)
{
    MatrixHeader h;
    if (!parse_header(*bytes, *length, &h))
        return lam_transform_why(error, LAM_ERROR_FORMAT, "it is damaged or cut short");
    gsize count = (gsize)h.rows * h.columns, item = h.single ? 4 : 8;
    if (count > VALUES_MOST)
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "it holds %" G_GSIZE_FORMAT " parameters, more than an affine has",
                                 count);
    if (*length - HEADER_BYTES < h.name_bytes + count * item)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "the file is cut short");
    memcpy(name, *bytes + HEADER_BYTES, h.name_bytes);
    name[h.name_bytes] = '\0';
    const char *data = *bytes + HEADER_BYTES + h.name_bytes;
    for (gsize i = 0; i < count; i++)
        values[i] = get_value(data + i * item, &h);
    *n = (int)count;
    *bytes = data + count * item;
    *length -= HEADER_BYTES + h.name_bytes + count * item;
    return true;
}

bool lam_itk_matlab_parse(const char *bytes, gsize length, LamMat4 *matrix, GError **error)
{
    g_autofree LamItkEntry *entries = g_new0(LamItkEntry, LAM_ITK_MOST);
    char name[65];
    int count = 0;
    while (length > 0) {
        if (count == LAM_ITK_MOST)
            return lam_transform_why(error, LAM_ERROR_UNSUPPORTED, "more than %d transforms",
                                     LAM_ITK_MOST);
        LamItkEntry *e = &entries[count++];
        if (!read_vector(&bytes, &length, name, e->parameters, &e->n_parameters, error))
            return false;
        g_strlcpy(e->type, name, sizeof e->type);
        if (g_str_has_prefix(e->type, "CompositeTransform"))
            continue;
        if (!read_vector(&bytes, &length, name, e->fixed, &e->n_fixed, error))
            return false;
        if (strcmp(name, "fixed") != 0)
            return lam_transform_why(error, LAM_ERROR_FORMAT, "the fixed parameters are missing");
    }
    return lam_itk_matrix(entries, count, matrix, error);
}

static void put_u32(GByteArray *out, guint32 value)
{
    value = GUINT32_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof value);
}

static void put_vector(GByteArray *out, const char *name, const double *values, guint32 n)
{
    guint32 name_bytes = (guint32)strlen(name) + 1;
    guint32 words[] = {0, n, 1, 0, name_bytes};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        put_u32(out, words[i]);
    g_byte_array_append(out, (const guint8 *)name, name_bytes);
    for (guint32 i = 0; i < n; i++) {
        guint64 bits;
        memcpy(&bits, &values[i], sizeof bits);
        bits = GUINT64_TO_LE(bits);
        g_byte_array_append(out, (const guint8 *)&bits, sizeof bits);
    }
}

GByteArray *lam_itk_matlab_format(const LamMat4 *matrix)
{
    static const double centre[3] = {0};
    double values[12];
    for (int i = 0; i < 3; i++) {
        memcpy(values + 3 * i, matrix->m[i], 3 * sizeof(double));
        values[9 + i] = matrix->m[i][3];
    }
    GByteArray *out = g_byte_array_new();
    put_vector(out, "AffineTransform_double_3_3", values, 12);
    put_vector(out, "fixed", centre, 3);
    return out;
}
