#include "voxel-type.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const LamVoxelType types[] = {
    {2, "uint8", 1},         {256, "int8", 1},         {4, "int16", 2},
    {512, "uint16", 2},      {8, "int32", 4},          {768, "uint32", 4},
    {1024, "int64", 8},      {1280, "uint64", 8},      {16, "float32", 4},
    {64, "float64", 8},      {1536, "float128", 16},   {1, "1-bit", 0},
    {32, "complex64", 0},    {128, "RGB colour", 0},   {1792, "complex128", 0},
    {2048, "complex256", 0}, {2304, "RGBA colour", 0},
};

const LamVoxelType *lam_voxel_type_find(int code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].code == code)
            return &types[i];
    return NULL;
}

void lam_voxel_swap(void *data, size_t count, int bytes)
{
    guint8 *p = data;
    for (size_t i = 0; i < count; i++, p += bytes)
        for (int a = 0, b = bytes - 1; a < b; a++, b--) {
            guint8 t = p[a];
            p[a] = p[b];
            p[b] = t;
        }
}

/* IEEE binary128 by hand (long double is something else on most machines): the top 52 of its 112
 * fraction bits are all that a double holds. */
static double quad_to_double(const guint8 bytes[16])
{
    uint64_t half[2];
    memcpy(half, bytes, 16);
    uint64_t high = half[G_BYTE_ORDER == G_LITTLE_ENDIAN ? 1 : 0];
    uint64_t low = half[G_BYTE_ORDER == G_LITTLE_ENDIAN ? 0 : 1];
    int exponent = (int)(high >> 48 & 0x7fff);
    double fraction = (double)(high & 0xffffffffffffULL) * 0x1p-48 + (double)low * 0x1p-112;
    double sign = high >> 63 ? -1 : 1;
    if (exponent == 0x7fff)
        return fraction == 0 ? sign * INFINITY : NAN;
    if (exponent == 0)
        return sign * 0.0; /* zero, or far below the smallest double */
    return sign * ldexp(1 + fraction, exponent - 16383);
}

static inline size_t store(double value, float *out)
{
    float f = (float)value;
    bool finite = isfinite(f);
    *out = finite ? f : 0;
    return !finite;
}

#define CONVERT(ctype)                                                                             \
    do {                                                                                           \
        const ctype *in = raw;                                                                     \
        for (size_t i = 0; i < count; i++)                                                         \
            bad += store((double)in[i] * slope + intercept, &out[i]);                              \
    } while (0)

size_t lam_voxel_to_float(const LamVoxelType *type, const void *raw, size_t count, double slope,
                          double intercept, float *out)
{
    size_t bad = 0;
    switch (type->code) {
    case 2:
        CONVERT(uint8_t);
        break;
    case 256:
        CONVERT(int8_t);
        break;
    case 4:
        CONVERT(int16_t);
        break;
    case 512:
        CONVERT(uint16_t);
        break;
    case 8:
        CONVERT(int32_t);
        break;
    case 768:
        CONVERT(uint32_t);
        break;
    case 1024:
        CONVERT(int64_t);
        break;
    case 1280:
        CONVERT(uint64_t);
        break;
    case 16:
        CONVERT(float);
        break;
    case 64:
        CONVERT(double);
        break;
    case 1536:
        for (size_t i = 0; i < count; i++)
            bad += store(quad_to_double((const guint8 *)raw + 16 * i) * slope + intercept, &out[i]);
        break;
    default:
        g_return_val_if_reached(0);
    }
    return bad;
}

#define ROUND(ctype, low, high)                                                                    \
    do {                                                                                           \
        ctype *out = raw;                                                                          \
        for (size_t i = 0; i < count; i++) {                                                       \
            double v = rint((double)in[i]);                                                        \
            if (!(v >= (double)(low) && v <= (double)(high))) {                                    \
                *bad = in[i];                                                                      \
                return false;                                                                      \
            }                                                                                      \
            out[i] = (ctype)v;                                                                     \
        }                                                                                          \
    } while (0)

bool lam_voxel_from_float(const LamVoxelType *type, const float *in, size_t count, void *raw,
                          float *bad)
{
    switch (type->code) {
    case 2:
        ROUND(uint8_t, 0, UINT8_MAX);
        break;
    case 4:
        ROUND(int16_t, INT16_MIN, INT16_MAX);
        break;
    case 8:
        ROUND(int32_t, INT32_MIN, INT32_MAX);
        break;
    case 16:
        memcpy(raw, in, count * sizeof(float));
        break;
    default:
        g_return_val_if_reached(false);
    }
    return true;
}
