#include "spline.h"

#include <math.h>
#include <string.h>

#define POLE    (-0.26794919243112270647) /* sqrt(3) - 2 */
#define HORIZON 24                        /* pole^24 < 1e-13 */

/* ---- coefficients ---- */

/* The causal filter's first value: the mirrored signal summed from afar, or exactly where it is short. */
static double first_causal(const double *c, int n)
{
    double sum = c[0], power = POLE;
    if (n > HORIZON) {
        for (int i = 1; i < HORIZON; i++, power *= POLE)
            sum += power * c[i];
        return sum;
    }
    double back = pow(POLE, n - 1);
    sum += back * c[n - 1];
    back *= back / POLE;
    for (int i = 1; i < n - 1; i++, power *= POLE, back /= POLE)
        sum += (power + back) * c[i];
    return sum / (1 - power * power);
}

static void filter_line(double *c, int n)
{
    if (n < 2)
        return;
    for (int i = 0; i < n; i++)
        c[i] *= 6;
    c[0] = first_causal(c, n);
    for (int i = 1; i < n; i++)
        c[i] += POLE * c[i - 1];
    c[n - 1] = POLE / (POLE * POLE - 1) * (POLE * c[n - 2] + c[n - 1]);
    for (int i = n - 2; i >= 0; i--)
        c[i] = POLE * (c[i + 1] - c[i]);
}

static void filter_axis(float *data, const int size[3], int axis)
{
    const size_t stride[3] = {1, (size_t)size[0], (size_t)size[0] * (size_t)size[1]};
    int n = size[axis], across = axis == 0 ? 1 : 0, along = axis == 2 ? 1 : 2;
    if (n < 2)
        return;
#pragma omp parallel for schedule(static)
    for (int b = 0; b < size[along]; b++) {
        g_autofree double *line = g_new(double, n);
        for (int a = 0; a < size[across]; a++) {
            float *start = data + (size_t)a * stride[across] + (size_t)b * stride[along];
            for (int i = 0; i < n; i++)
                line[i] = (double)start[(size_t)i * stride[axis]];
            filter_line(line, n);
            for (int i = 0; i < n; i++)
                start[(size_t)i * stride[axis]] = (float)line[i];
        }
    }
}

LamVolume *lam_spline_coefficients(const LamVolume *volume, GError **error)
{
    LamVolume *out = lam_volume_new(&volume->grid, volume->channels, error);
    if (out == NULL)
        return NULL;
    size_t count = lam_grid_voxels(&volume->grid) * (size_t)volume->channels;
    memcpy(out->data, volume->data, count * sizeof(float));
    for (int c = 0; c < out->channels; c++)
        for (int axis = 0; axis < 3; axis++)
            filter_axis(lam_volume_channel(out, c), out->grid.size, axis);
    return out;
}

/* ---- values ---- */

typedef struct {
    size_t at[4];
    float weight[4];
} Taps;

static inline int mirrored(int i, int n)
{
    int period = 2 * (n - 1);
    if (period == 0)
        return 0;
    i = ABS(i) % period;
    return i < n ? i : period - i;
}

static inline Taps taps_at(double p, int n, size_t stride)
{
    double base = floor(p);
    float t = (float)(p - base), s = 1 - t;
    Taps taps = {.weight = {s * s * s / 6, 2.0f / 3 - 0.5f * t * t * (2 - t),
                            2.0f / 3 - 0.5f * s * s * (2 - s), t * t * t / 6}};
    for (int k = 0; k < 4; k++)
        taps.at[k] = (size_t)mirrored((int)base - 1 + k, n) * stride;
    return taps;
}

float lam_spline_at(const float *coefficients, const int size[3], LamVec3 p)
{
    size_t w = (size_t)size[0];
    Taps x = taps_at(p.v[0], size[0], 1), y = taps_at(p.v[1], size[1], w),
         z = taps_at(p.v[2], size[2], w * (size_t)size[1]);
    float sum = 0;
    for (int k = 0; k < 4; k++)
        for (int j = 0; j < 4; j++) {
            const float *row = coefficients + z.at[k] + y.at[j];
            float part = 0;
            for (int i = 0; i < 4; i++)
                part += x.weight[i] * row[x.at[i]];
            sum += z.weight[k] * y.weight[j] * part;
        }
    return sum;
}
