#include "affine-pass.h"

#include <math.h>

#define SMALL_GRID 32768 /* voxels */
#define COLUMNS    9

static const int pair_of[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
static const int coord_pair_of[4][4] = {{0, 1, 2, 3}, {1, 4, 5, 6}, {2, 5, 7, 8}, {3, 6, 8, 9}};

bool lam_affine_is_small(const LamVolume *image)
{
    return lam_grid_voxels(&image->grid) <= SMALL_GRID;
}

LamAffineRow lam_affine_row_new(int width)
{
    LamAffineRow row = {.storage = g_new(float, (size_t)width *COLUMNS)};
    float *p = row.storage;
    float **columns[COLUMNS] = {&row.f, &row.m,    &row.g[0], &row.g[1], &row.g[2],
                                &row.t, &row.ones, &row.a,    &row.b};
    for (int c = 0; c < COLUMNS; c++, p += width)
        *columns[c] = p;
    for (int i = 0; i < width; i++)
        row.ones[i] = 1;
    return row;
}

void lam_affine_row_clear(LamAffineRow *row)
{
    g_clear_pointer(&row->storage, g_free);
}

/* Lower corner and the way to the next, of an axis; an axis of one voxel has no extent. */
static inline bool corner_of(double p, int n, size_t stride, size_t *at, size_t *next, float *share)
{
    if (n == 1) {
        *next = 0;
        *share = 0;
        return true;
    }
    if (!(p >= 0 && p < n - 1))
        return false;
    int i = (int)p;
    *at += (size_t)i * stride;
    *next = stride;
    *share = (float)(p - i);
    return true;
}

/* Value and gradient (per voxel) of the linear interpolant; false outside. */
static inline bool sample(const LamVolume *v, const double p[3], float out[4])
{
    const int *n = v->grid.size;
    size_t w = (size_t)n[0], at = 0, r, s, t;
    float x, y, z;
    if (!corner_of(p[0], n[0], 1, &at, &r, &x) || !corner_of(p[1], n[1], w, &at, &s, &y) ||
        !corner_of(p[2], n[2], w * (size_t)n[1], &at, &t, &z))
        return false;
    const float *a = v->data + at, *b = a + t;
    float a0 = a[r] - a[0], a1 = a[s + r] - a[s], b0 = b[r] - b[0], b1 = b[s + r] - b[s];
    float ya0 = a[0] + x * a0, ya1 = a[s] + x * a1, yb0 = b[0] + x * b0, yb1 = b[s] + x * b1;
    float za = ya0 + y * (ya1 - ya0), zb = yb0 + y * (yb1 - yb0);
    float ga = a0 + y * (a1 - a0), gb = b0 + y * (b1 - b0);
    out[0] = za + z * (zb - za);
    out[1] = ga + z * (gb - ga);
    out[2] = (ya1 - ya0) + z * ((yb1 - yb0) - (ya1 - ya0));
    out[3] = zb - za;
    return true;
}

/* Position along a row, in [-1, 1] so that float sums of t^2 stay precise. */
static inline float position(int i, int width)
{
    return (float)(2.0 * i / width - 1.0);
}

void lam_affine_row_fill(const LamAffinePass *pass, int j, int k, LamAffineRow *row)
{
    const int *n = pass->reference->grid.size;
    size_t first = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
    const float *f = pass->reference->data + first, *region = pass->region->data + first;
    const double(*m)[4] = pass->to_sampled.m;
    LamVec3 start = lam_mat4_apply(&pass->to_sampled, (LamVec3){{0, j, k}});
    row->n = 0;
    for (int i = 0; i < n[0]; i++) {
        if (region[i] == 0)
            continue;
        double p[3] = {start.v[0] + i * m[0][0], start.v[1] + i * m[1][0],
                       start.v[2] + i * m[2][0]};
        float s[4] = {0};
        if ((!sample(pass->sampled, p, s) && !pass->outside_counts) || isnan(s[0]))
            continue;
        int at = row->n++;
        row->f[at] = f[i];
        row->m[at] = s[0];
        row->t[at] = position(i, n[0]);
        for (int a = 0; a < 3; a++)
            row->g[a][at] = s[a + 1];
    }
}

/* sums[0..2]: of a*b times 1, t, t^2. */
static inline void moments(const float *restrict a, const float *restrict b,
                           const float *restrict t, int n, double sums[3])
{
    float s0 = 0, s1 = 0, s2 = 0;
#pragma omp simd reduction(+ : s0, s1, s2)
    for (int i = 0; i < n; i++) {
        float v = a[i] * b[i];
        s0 += v;
        s1 += v * t[i];
        s2 += v * t[i] * t[i];
    }
    sums[0] = (double)s0;
    sums[1] = (double)s1;
    sums[2] = (double)s2;
}

/* The frame's coordinates along a row are at + along * t. */
static void coordinates(const LamAffinePass *pass, int j, int k, double at[4], double along[4])
{
    int width = pass->reference->grid.size[0];
    LamVec3 middle = lam_mat4_apply(&pass->to_frame, (LamVec3){{width / 2.0, j, k}});
    for (int b = 0; b < 3; b++) {
        at[b] = middle.v[b];
        along[b] = pass->to_frame.m[b][0] * width / 2.0;
    }
    at[3] = 1;
    along[3] = 0;
}

void lam_affine_add_first(const LamAffinePass *pass, int j, int k, const LamAffineRow *row,
                          const float *factor, LamAffineFirst sum)
{
    double at[4], along[4], x[3];
    coordinates(pass, j, k, at, along);
    for (int a = 0; a < 3; a++) {
        moments(factor, row->g[a], row->t, row->n, x);
        for (int b = 0; b < 4; b++)
            sum[a][b] += at[b] * x[0] + along[b] * x[1];
    }
}

void lam_affine_add_second(const LamAffinePass *pass, int j, int k, const LamAffineRow *row,
                           LamAffineSecond sum)
{
    double at[4], along[4], x[3];
    coordinates(pass, j, k, at, along);
    for (int a = 0; a < 3; a++)
        for (int e = a; e < 3; e++) {
            moments(row->g[a], row->g[e], row->t, row->n, x);
            for (int b = 0; b < 4; b++)
                for (int c = b; c < 4; c++)
                    sum[pair_of[a][e]][coord_pair_of[b][c]] +=
                        at[b] * at[c] * x[0] + (at[b] * along[c] + along[b] * at[c]) * x[1] +
                        along[b] * along[c] * x[2];
        }
}

void lam_affine_turn_first(const LamAffinePass *pass, LamAffineFirst sum,
                           double out[LAM_AFFINE_DOF])
{
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 4; b++)
            out[4 * a + b] = pass->turn[a][0] * sum[0][b] + pass->turn[a][1] * sum[1][b] +
                             pass->turn[a][2] * sum[2][b];
}

double lam_affine_turned_second(const LamAffinePass *pass, LamAffineSecond sum, int p, int q)
{
    int a = p / 4, b = p % 4, e = q / 4, c = q % 4;
    double total = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            total += pass->turn[a][i] * pass->turn[e][j] * sum[pair_of[i][j]][coord_pair_of[b][c]];
    return total;
}

static LamMat4 frame_from_world(const LamAffineFrame *frame)
{
    double r = 1 / frame->radius_mm;
    const double *c = frame->centre_mm.v;
    LamMat4 shrink = lam_mat4_scaling(r, r, r), shift = lam_mat4_translation(-c[0], -c[1], -c[2]);
    return lam_mat4_multiply(&shrink, &shift);
}

/* map: reference world -> sampled world; x_of: reference world -> fixed world, where the change acts;
 * how: matrix of d(sampled world point) by d(fixed world displacement). */
static LamAffinePass make(const LamAffineLevel *from, const LamAffineLevel *to, const LamMat4 *map,
                          const LamMat4 *x_of, const LamMat4 *how, const LamAffineFrame *frame)
{
    const LamVolume *reference = from->image, *sampled = to->image;
    LamAffinePass pass = {.reference = reference, .region = from->region, .sampled = sampled};
    LamMat4 to_voxel, to_frame = frame_from_world(frame);
    lam_mat4_invert(&sampled->grid.to_world, &to_voxel); /* axis-aligned, made by the pyramid */
    pass.to_sampled = lam_mat4_multiply(map, &reference->grid.to_world);
    pass.to_sampled = lam_mat4_multiply(&to_voxel, &pass.to_sampled);
    pass.to_frame = lam_mat4_multiply(x_of, &reference->grid.to_world);
    pass.to_frame = lam_mat4_multiply(&to_frame, &pass.to_frame);
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < 3; i++)
            pass.turn[a][i] = frame->radius_mm * how->m[i][a] * to_voxel.m[i][i];
    return pass;
}

bool lam_affine_pass_make(const LamAffinePair *pair, int level, const LamMat4 *map, bool forward,
                          LamAffinePass *pass)
{
    const LamAffineLevel *f = &pair->fixed->level[level], *m = &pair->moving->level[level];
    LamMat4 identity = lam_mat4_identity(), back, minus = lam_mat4_scaling(-1, -1, -1);
    if (!lam_mat4_invert(map, &back))
        return false;
    /* backward, fixed is sampled at x(1 - change): the derivative has the opposite sign */
    *pass = forward ? make(f, m, map, &identity, map, &pair->frame)
                    : make(m, f, &back, &back, &minus, &pair->frame);
    pass->outside_counts = (forward ? pair->moving : pair->fixed)->empty_outside;
    return true;
}
