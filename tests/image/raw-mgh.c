#include "raw-mgh.h"

#include <string.h>

RawMgh raw_mgh(int type, int w, int h, int d)
{
    return (RawMgh){.version = 1,
                    .size = {w, h, d, 1},
                    .type = type,
                    .good_ras = 1,
                    .delta = {1, 1, 1},
                    .direction = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
}

static void put(GByteArray *bytes, guint64 value, int n)
{
    for (int shift = 8 * (n - 1); shift >= 0; shift -= 8) {
        guint8 byte = (guint8)(value >> shift);
        g_byte_array_append(bytes, &byte, 1);
    }
}

static void put_float(GByteArray *bytes, float value)
{
    guint32 bits;
    memcpy(&bits, &value, 4);
    put(bytes, bits, 4);
}

GByteArray *raw_mgh_header(const RawMgh *raw)
{
    GByteArray *bytes = g_byte_array_new();
    put(bytes, (guint32)raw->version, 4);
    for (int i = 0; i < 4; i++)
        put(bytes, (guint32)raw->size[i], 4);
    put(bytes, (guint32)raw->type, 4);
    put(bytes, 0, 4); /* degrees of freedom */
    put(bytes, (guint16)raw->good_ras, 2);
    for (int i = 0; i < 3; i++)
        put_float(bytes, raw->delta[i]);
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < 3; i++)
            put_float(bytes, raw->direction[a][i]);
    for (int i = 0; i < 3; i++)
        put_float(bytes, raw->c_ras[i]);
    while (bytes->len < 284)
        put(bytes, 0, 1);
    return bytes;
}

void raw_mgh_append(GByteArray *bytes, const RawMgh *raw, double value)
{
    switch (raw->type) {
    case 0:
        put(bytes, (guint8)value, 1);
        break;
    case 1:
        put(bytes, (guint32)(gint32)value, 4);
        break;
    case 4:
        put(bytes, (guint16)(gint16)value, 2);
        break;
    case 10:
        put(bytes, (guint16)value, 2);
        break;
    default:
        put_float(bytes, (float)value);
    }
}

GByteArray *raw_mgh_file(const RawMgh *raw, const double *values, size_t n)
{
    GByteArray *bytes = raw_mgh_header(raw);
    for (size_t i = 0; i < n; i++)
        raw_mgh_append(bytes, raw, values[i]);
    return bytes;
}
