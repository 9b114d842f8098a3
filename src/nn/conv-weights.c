/* For a vector of eight output channels and four input channels, the twelve products with a row of
 * three taps stay in registers: per output position one load of dy, twelve broadcasts of x, twelve
 * fused multiply-adds. Slices of d are outermost so that a slice of dy and three of x stay in L2. */
#include "conv-weights.h"

#include "kernel.h"

#include <string.h>

#define QUAD     4 /* input channels per task */
#define TAPS     3 /* kernel width of the fast path */
#define LANES    8 /* output channels per task */
#define MAX_TAPS 9

typedef struct {
    const float *x[QUAD]; /* first voxel of each input channel */
    size_t x_step;        /* floats between neighbours along w */
    const float *dy;      /* first voxel, at the right lane */
    size_t dy_step;
    int channels; /* of the quad that exist */
} Task;

/* All rows of one slice for one (kd, kh), three taps wide. */
LAM_INLINE void slice_taps3(const LamConvGeometry *g, const Task *task, int d_in, int d_out, int kh,
                            int stride, LamV8 acc[QUAD][TAPS])
{
    LamV8 a[QUAD][TAPS];
    memcpy(a, acc, sizeof a);
    const int width = g->in[2], out_width = g->out[2];
    const size_t step = task->x_step;
    for (int h = 0; h < g->out[1]; h++) {
        int h_in = h * g->stride[1] + kh - g->kernel[1] / 2;
        if (h_in < 0 || h_in >= g->in[1])
            continue;
        size_t row = ((size_t)d_in * g->in[1] + h_in) * width;
        const float *dy = task->dy + ((size_t)d_out * g->out[1] + h) * out_width * task->dy_step;
        const float *x0 = task->x[0] + row * step, *x1 = task->x[1] + row * step;
        const float *x2 = task->x[2] + row * step, *x3 = task->x[3] + row * step;
        int last = (width - 2) / stride; /* last w whose right tap lies inside */
        for (int w = 0; w < out_width; w++) {
            LamV8 y = lam_v8_load(dy + (size_t)w * task->dy_step);
            size_t at = (size_t)w * stride * step;
            if (w > 0) {
                a[0][0] += x0[at - step] * y;
                a[1][0] += x1[at - step] * y;
                a[2][0] += x2[at - step] * y;
                a[3][0] += x3[at - step] * y;
            }
            a[0][1] += x0[at] * y;
            a[1][1] += x1[at] * y;
            a[2][1] += x2[at] * y;
            a[3][1] += x3[at] * y;
            if (w <= last) {
                a[0][2] += x0[at + step] * y;
                a[1][2] += x1[at + step] * y;
                a[2][2] += x2[at + step] * y;
                a[3][2] += x3[at + step] * y;
            }
        }
    }
    memcpy(acc, a, sizeof a);
}

/* Any width of kernel, one tap at a time. */
LAM_INLINE void slice_tap(const LamConvGeometry *g, const Task *task, int d_in, int d_out, int kh,
                          int kw, LamV8 acc[QUAD])
{
    for (int h = 0; h < g->out[1]; h++) {
        int h_in = h * g->stride[1] + kh - g->kernel[1] / 2;
        if (h_in < 0 || h_in >= g->in[1])
            continue;
        size_t row = ((size_t)d_in * g->in[1] + h_in) * g->in[2];
        const float *dy = task->dy + ((size_t)d_out * g->out[1] + h) * g->out[2] * task->dy_step;
        for (int w = 0; w < g->out[2]; w++) {
            int w_in = w * g->stride[2] + kw - g->kernel[2] / 2;
            if (w_in < 0 || w_in >= g->in[2])
                continue;
            LamV8 y = lam_v8_load(dy + (size_t)w * task->dy_step);
            for (int c = 0; c < QUAD; c++)
                acc[c] += task->x[c][(row + w_in) * task->x_step] * y;
        }
    }
}

static Task make_task(const LamConvGeometry *g, const float *x, const float *dy, int out0, int in0)
{
    size_t in_voxels = (size_t)g->in[0] * g->in[1] * g->in[2];
    size_t out_voxels = (size_t)g->out[0] * g->out[1] * g->out[2];
    Task task = {.dy_step = (size_t)g->block, .x_step = g->x_blocked ? (size_t)g->block : 1};
    task.dy = dy + (size_t)(out0 / g->block) * g->block * out_voxels + out0 % g->block;
    task.channels = g->in_channels - in0 < QUAD ? g->in_channels - in0 : QUAD;
    for (int c = 0; c < QUAD; c++) {
        int ic = in0 + (c < task.channels ? c : 0);
        size_t block = (size_t)(ic / g->block) * g->block * in_voxels + ic % g->block;
        task.x[c] = x + (g->x_blocked ? block : (size_t)ic * in_voxels);
    }
    return task;
}

/* Adds the lanes of one tap to the gradient. */
static void scatter(const LamConvGeometry *g, int out0, int ic, int tap, LamV8 sum, float *grad)
{
    int taps = g->kernel[0] * g->kernel[1] * g->kernel[2];
    for (int lane = 0; lane < LANES && out0 + lane < g->out_channels; lane++)
        grad[((size_t)(out0 + lane) * g->in_channels + ic) * taps + tap] += sum[lane];
}

LAM_CLONES static void run_task_taps3(const LamConvGeometry *g, const Task *task, int out0, int in0,
                                      float *grad)
{
    LamV8 acc[MAX_TAPS][QUAD][TAPS];
    memset(acc, 0, sizeof acc);
    for (int d = 0; d < g->out[0]; d++)
        for (int k = 0; k < g->kernel[0] * g->kernel[1]; k++) {
            int d_in = d * g->stride[0] + k / g->kernel[1] - g->kernel[0] / 2;
            if (d_in < 0 || d_in >= g->in[0])
                continue;
            if (g->stride[2] == 1)
                slice_taps3(g, task, d_in, d, k % g->kernel[1], 1, acc[k]);
            else
                slice_taps3(g, task, d_in, d, k % g->kernel[1], 2, acc[k]);
        }
    for (int k = 0; k < g->kernel[0] * g->kernel[1]; k++)
        for (int c = 0; c < task->channels; c++)
            for (int t = 0; t < TAPS; t++)
                scatter(g, out0, in0 + c, k * TAPS + t, acc[k][c][t], grad);
}

LAM_CLONES static void run_task_any(const LamConvGeometry *g, const Task *task, int out0, int in0,
                                    float *grad)
{
    int rows = g->kernel[0] * g->kernel[1];
    for (int tap = 0; tap < rows * g->kernel[2]; tap++) {
        int k = tap / g->kernel[2];
        LamV8 acc[QUAD];
        memset(acc, 0, sizeof acc);
        for (int d = 0; d < g->out[0]; d++) {
            int d_in = d * g->stride[0] + k / g->kernel[1] - g->kernel[0] / 2;
            if (d_in >= 0 && d_in < g->in[0])
                slice_tap(g, task, d_in, d, k % g->kernel[1], tap % g->kernel[2], acc);
        }
        for (int c = 0; c < task->channels; c++)
            scatter(g, out0, in0 + c, tap, acc[c], grad);
    }
}

void lam_conv_backward_weights(const LamConvGeometry *g, const float *x, const float *dy,
                               float *grad)
{
    int quads = (g->in_channels + QUAD - 1) / QUAD, vectors = (g->out_channels + LANES - 1) / LANES;
    int fast = g->kernel[2] == TAPS && g->kernel[0] * g->kernel[1] <= MAX_TAPS && g->in[2] > 1;
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < quads * vectors; i++) {
        int out0 = i / quads * LANES, in0 = i % quads * QUAD;
        Task task = make_task(g, x, dy, out0, in0);
        if (fast)
            run_task_taps3(g, &task, out0, in0, grad);
        else
            run_task_any(g, &task, out0, in0, grad);
    }
}
