/* Along each axis an input position i receives from the outputs o with i = o stride + k - kernel/2, so
 * the taps k that reach it depend on its parity. For eight input channels and GROUP positions of one
 * parity the sums stay in registers; the rows of dy they need are first copied side by side with zeros
 * around, so that borders need no test. */
#include "conv-data.h"

#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#define LANES    8
#define GROUP    10
#define MAX_ROWS 16

/* One row of dy that contributes: which taps (kd, kh) lead to it. */
typedef struct {
    int d, h, kd, kh;
} Row;

static int padded_width(const LamConvGeometry *g)
{
    return g->out[2] + g->kernel[2] + GROUP;
}

static int padded_channels(int channels)
{
    return (channels + LANES - 1) / LANES * LANES;
}

size_t lam_conv_data_packed_floats(const LamConvGeometry *g)
{
    return (size_t)padded_channels(g->in_channels) * g->out_channels * g->kernel[0] * g->kernel[1] *
           g->kernel[2];
}

/* [I/8][taps][O][8] from [O][I][taps]. */
static void pack(const LamConvGeometry *g, const float *weights, float *packed)
{
    const int taps = g->kernel[0] * g->kernel[1] * g->kernel[2];
    const int groups = padded_channels(g->in_channels) / LANES;
#pragma omp parallel for
    for (int i = 0; i < groups; i++)
        for (int t = 0; t < taps; t++)
            for (int o = 0; o < g->out_channels; o++)
                for (int k = 0; k < LANES; k++) {
                    int ic = i * LANES + k;
                    packed[(((size_t)i * taps + t) * g->out_channels + o) * LANES + k] =
                        ic < g->in_channels ? weights[((size_t)o * g->in_channels + ic) * taps + t]
                                            : 0;
                }
}

/* Outputs along one axis that reach input i: o[] and their taps k[]. */
static int reached(const LamConvGeometry *g, int axis, int i, int o[], int k[])
{
    int n = 0, pad = g->kernel[axis] / 2;
    for (int tap = 0; tap < g->kernel[axis]; tap++) {
        int at = i + pad - tap;
        if (at >= 0 && at % g->stride[axis] == 0 && at / g->stride[axis] < g->out[axis] &&
            n < MAX_ROWS) {
            o[n] = at / g->stride[axis];
            k[n++] = tap;
        }
    }
    return n;
}

static int rows_of(const LamConvGeometry *g, int d, int h, Row rows[MAX_ROWS])
{
    int od[MAX_ROWS], kd[MAX_ROWS], oh[MAX_ROWS], kh[MAX_ROWS], n = 0;
    int nd = reached(g, 0, d, od, kd), nh = reached(g, 1, h, oh, kh);
    for (int a = 0; a < nd; a++)
        for (int b = 0; b < nh && n < MAX_ROWS; b++)
            rows[n++] = (Row){od[a], oh[b], kd[a], kh[b]};
    return n;
}

/* Row r of the buffer: [O][padded width], kernel/2 zeros on the left, the rest on the right. */
static void gather(const LamConvGeometry *g, const float *dy, const Row *row, float *buffer)
{
    size_t voxels = (size_t)g->out[0] * g->out[1] * g->out[2];
    size_t at = ((size_t)row->d * g->out[1] + row->h) * g->out[2];
    int width = padded_width(g), pad = g->kernel[2] / 2;
    for (int o = 0; o < g->out_channels; o++) {
        const float *src =
            dy + (size_t)(o / g->block) * g->block * voxels + at * g->block + o % g->block;
        for (int w = 0; w < g->out[2]; w++)
            buffer[(size_t)o * width + pad + w] = src[(size_t)w * g->block];
    }
}

/* acc[p] += sum over output channels of w[o] * dy[o][p]. */
LAM_INLINE void accumulate(LamV8 acc[GROUP], const float *w, const float *dy, int channels,
                           size_t width)
{
    LamV8 a[GROUP];
    memcpy(a, acc, sizeof a);
    for (int o = 0; o < channels; o++) {
        LamV8 weight = lam_v8_load(w + (size_t)o * LANES);
        const float *p = dy + (size_t)o * width;
        for (int i = 0; i < GROUP; i++)
            a[i] += p[i] * weight;
    }
    memcpy(acc, a, sizeof a);
}

/* One row of dx for eight input channels; `buffer` holds the n rows of dy. */
LAM_CLONES static void row_of_dx(const LamConvGeometry *g, const float *packed, const Row *rows,
                                 int n, const float *buffer, float *dx)
{
    const int stride = g->stride[2], pad = g->kernel[2] / 2, width = padded_width(g);
    const size_t row_floats = (size_t)g->out_channels * width;
    for (int parity = 0; parity < stride; parity++)
        for (int first = parity; first < g->in[2]; first += GROUP * stride) {
            LamV8 acc[GROUP];
            memset(acc, 0, sizeof acc);
            for (int r = 0; r < n; r++)
                for (int kw = (parity + pad) % stride; kw < g->kernel[2]; kw += stride) {
                    int o = (first + pad - kw) / stride; /* may be negative, exactly divisible */
                    int tap = (rows[r].kd * g->kernel[1] + rows[r].kh) * g->kernel[2] + kw;
                    accumulate(acc, packed + (size_t)tap * g->out_channels * LANES,
                               buffer + r * row_floats + pad + o, g->out_channels, (size_t)width);
                }
            for (int i = 0; i < GROUP && first + i * stride < g->in[2]; i++)
                lam_v8_store(dx + (size_t)(first + i * stride) * g->block, acc[i]);
        }
}

static void all_groups(const LamConvGeometry *g, const float *packed, const float *dy, int d, int h,
                       float *buffer, float *dx)
{
    Row rows[MAX_ROWS];
    int n = rows_of(g, d, h, rows);
    size_t voxels = (size_t)g->in[0] * g->in[1] * g->in[2];
    size_t per_group = lam_conv_data_packed_floats(g) / (padded_channels(g->in_channels) / LANES);
    for (int r = 0; r < n; r++)
        gather(g, dy, &rows[r], buffer + (size_t)r * g->out_channels * padded_width(g));
    for (int i = 0; i < padded_channels(g->in_channels) / LANES; i++) {
        size_t block = (size_t)(i * LANES / g->block) * g->block * voxels + i * LANES % g->block;
        row_of_dx(g, packed + i * per_group, rows, n, buffer,
                  dx + block + ((size_t)d * g->in[1] + h) * g->in[2] * g->block);
    }
}

void lam_conv_backward_data(const LamConvGeometry *g, const float *weights, const float *dy,
                            float *packed, float *dx)
{
    pack(g, weights, packed);
#pragma omp parallel
    {
        /* small (tens of kB), once per thread and call; the columns around the rows stay zero */
        float *buffer = calloc((size_t)MAX_ROWS * g->out_channels * padded_width(g), sizeof(float));
#pragma omp for collapse(2) schedule(static)
        for (int d = 0; d < g->in[0]; d++)
            for (int h = 0; h < g->in[1]; h++)
                if (buffer != NULL)
                    all_groups(g, packed, dy, d, h, buffer, dx);
        free(buffer);
    }
}
