/* One pass over the grid of one image (the reference), with the other (the sampled) interpolated at
 * the mapped points. With f, m the centred images over the reference's region, and d_p
 * the derivative of m by parameter p, also centred:
 *
 *   rho          = <f,m> / |f||m|
 *   d rho / dp   = (<f,d_p> - <f,m>/<m,m> <m,d_p>) / |f||m|
 *   (J'J)_pq     = (<d_p,d_q> - <m,d_p><m,d_q>/<m,m>) / <m,m>
 *
 * d_p is always a gradient component times a coordinate, and along a row the coordinates are linear in
 * the position t; so a row needs only sums of gradient products with 1, t and t^2. */
#include "affine-sums.h"

#include <math.h>
#include <string.h>

#define FEWEST      64
#define SMALL_GRID  32768 /* voxels */
#define PAIRS       6     /* products of gradient components */
#define COORD_PAIRS 10    /* products of (x, y, z, 1) */

static const int pair_of[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
static const int coord_pair_of[4][4] = {{0, 1, 2, 3}, {1, 4, 5, 6}, {2, 5, 7, 8}, {3, 6, 8, 9}};

typedef struct {
    double n, f, m, ff, mm, fm;
    double d[3][4], fd[3][4], md[3][4];
    double dd[PAIRS][COORD_PAIRS];
} Sums;

/* The samples of one row that count. */
typedef struct {
    int n;
    float *f, *m, *g[3], *t;
    float *storage;
} Row;

typedef struct {
    const LamVolume *reference, *region, *sampled;
    bool outside_counts; /* points outside the sampled image compare as 0 */
    bool values_only;    /* no derivatives are wanted */
    LamMat4 to_sampled;  /* reference voxel -> sampled voxel */
    LamMat4 to_frame;    /* reference voxel -> coordinates x' of the frame */
    double turn[3][3];   /* gradient per sampled voxel -> gradient by the frame's displacement */
} Pass;

static Row row_new(int width)
{
    Row row = {.storage = g_new(float, (size_t)width * 6)};
    float *p = row.storage;
    float **columns[6] = {&row.f, &row.m, &row.g[0], &row.g[1], &row.g[2], &row.t};
    for (int c = 0; c < 6; c++, p += width)
        *columns[c] = p;
    return row;
}

/* Value and gradient (per voxel) of the linear interpolant; false outside. */
static inline bool sample(const LamVolume *v, const double p[3], float out[4])
{
    const int *n = v->grid.size;
    for (int a = 0; a < 3; a++)
        if (!(p[a] >= 0 && p[a] < n[a] - 1))
            return false;
    int i = (int)p[0], j = (int)p[1], k = (int)p[2];
    float x = (float)(p[0] - i), y = (float)(p[1] - j), z = (float)(p[2] - k);
    size_t w = (size_t)n[0], wh = w * (size_t)n[1];
    const float *a = v->data + (size_t)k * wh + (size_t)j * w + i, *b = a + wh;
    float a0 = a[1] - a[0], a1 = a[w + 1] - a[w], b0 = b[1] - b[0], b1 = b[w + 1] - b[w];
    float ya0 = a[0] + x * a0, ya1 = a[w] + x * a1, yb0 = b[0] + x * b0, yb1 = b[w] + x * b1;
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

static void fill_row(const Pass *pass, int j, int k, Row *row)
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

static inline double total(const float *restrict a, int n)
{
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += a[i];
    return (double)s;
}

static inline double product(const float *restrict a, const float *restrict b, int n)
{
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += a[i] * b[i];
    return (double)s;
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

static void add_values(const Row *row, Sums *s)
{
    s->n += row->n;
    s->f += total(row->f, row->n);
    s->m += total(row->m, row->n);
    s->ff += product(row->f, row->f, row->n);
    s->mm += product(row->m, row->m, row->n);
    s->fm += product(row->f, row->m, row->n);
}

static void add_derivatives(const Pass *pass, int j, int k, const Row *row, const float *ones,
                            Sums *s)
{
    int width = pass->reference->grid.size[0], n = row->n;
    double at[4], along[4], x[3]; /* coordinates are at + along * t */
    LamVec3 middle = lam_mat4_apply(&pass->to_frame, (LamVec3){{width / 2.0, j, k}});
    for (int b = 0; b < 3; b++) {
        at[b] = middle.v[b];
        along[b] = pass->to_frame.m[b][0] * width / 2.0;
    }
    at[3] = 1;
    along[3] = 0;
    const float *by[3] = {ones, row->f, row->m};
    double(*into[3])[4] = {s->d, s->fd, s->md};
    for (int v = 0; v < 3; v++)
        for (int a = 0; a < 3; a++) {
            moments(by[v], row->g[a], row->t, n, x);
            for (int b = 0; b < 4; b++)
                into[v][a][b] += at[b] * x[0] + along[b] * x[1];
        }
    for (int a = 0; a < 3; a++)
        for (int e = a; e < 3; e++) {
            moments(row->g[a], row->g[e], row->t, n, x);
            for (int b = 0; b < 4; b++)
                for (int c = b; c < 4; c++)
                    s->dd[pair_of[a][e]][coord_pair_of[b][c]] +=
                        at[b] * at[c] * x[0] + (at[b] * along[c] + along[b] * at[c]) * x[1] +
                        along[b] * along[c] * x[2];
        }
}

static void add_plane(const Pass *pass, int k, Row *row, const float *ones, Sums *sums)
{
    for (int j = 0; j < pass->reference->grid.size[1]; j++) {
        fill_row(pass, j, k, row);
        if (row->n == 0)
            continue;
        add_values(row, sums);
        if (!pass->values_only)
            add_derivatives(pass, j, k, row, ones, sums);
    }
}

/* Each plane is summed by itself, then the planes in order: the same result for any thread count. */
static void run(const Pass *pass, Sums *sums)
{
    const int *n = pass->reference->grid.size;
    g_autofree Sums *planes = g_new0(Sums, n[2]);
    /* a coarse level is done before a second thread is awake */
#pragma omp parallel if (lam_grid_voxels(&pass->reference->grid) > SMALL_GRID)
    {
        Row row = row_new(n[0]);
        float *ones = g_new(float, n[0]);
        for (int i = 0; i < n[0]; i++)
            ones[i] = 1;
#pragma omp for schedule(dynamic)
        for (int k = 0; k < n[2]; k++)
            add_plane(pass, k, &row, ones, &planes[k]);
        g_free(row.storage);
        g_free(ones);
    }
    memset(sums, 0, sizeof *sums);
    for (int k = 0; k < n[2]; k++)
        for (size_t i = 0; i < sizeof(Sums) / sizeof(double); i++)
            ((double *)sums)[i] += ((const double *)&planes[k])[i];
}

/* Gradients were per voxel of the sampled image; turn them to the frame's axes. */
static void turn_vector(const Pass *pass, double in[3][4], double out[LAM_AFFINE_DOF])
{
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 4; b++)
            out[4 * a + b] = pass->turn[a][0] * in[0][b] + pass->turn[a][1] * in[1][b] +
                             pass->turn[a][2] * in[2][b];
}

static double turned_product(const Pass *pass, const Sums *s, int a, int b, int e, int c)
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            sum += pass->turn[a][i] * pass->turn[e][j] * s->dd[pair_of[i][j]][coord_pair_of[b][c]];
    return sum;
}

/* Centres the sums of products; false if too little overlaps or an image is flat there. */
static bool centre(Sums *s)
{
    if (s->n < FEWEST)
        return false;
    s->ff -= s->f * s->f / s->n;
    s->mm -= s->m * s->m / s->n;
    s->fm -= s->f * s->m / s->n;
    return s->ff > 1e-9 * s->n && s->mm > 1e-9 * s->n;
}

/* Adds half of this pass's fitness. */
static bool add_fitness(const Pass *pass, LamAffineFitness *out)
{
    Sums s;
    run(pass, &s);
    if (!centre(&s))
        return false;
    double d[LAM_AFFINE_DOF], fd[LAM_AFFINE_DOF], md[LAM_AFFINE_DOF], norm = sqrt(s.ff * s.mm);
    turn_vector(pass, s.d, d);
    turn_vector(pass, s.fd, fd);
    turn_vector(pass, s.md, md);
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        fd[p] -= s.f * d[p] / s.n;
        md[p] -= s.m * d[p] / s.n;
        out->gradient[p] += 0.5 * (fd[p] - s.fm / s.mm * md[p]) / norm;
    }
    for (int p = 0; p < LAM_AFFINE_DOF; p++)
        for (int q = 0; q < LAM_AFFINE_DOF; q++) {
            double dd = turned_product(pass, &s, p / 4, p % 4, q / 4, q % 4) - d[p] * d[q] / s.n;
            out->hessian[p][q] += 0.5 * (dd - md[p] * md[q] / s.mm) / s.mm;
        }
    out->correlation += 0.5 * s.fm / norm;
    return true;
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
static Pass make_pass(const LamAffineLevel *from, const LamAffineLevel *to, const LamMat4 *map,
                      const LamMat4 *x_of, const LamMat4 *how, const LamAffineFrame *frame)
{
    const LamVolume *reference = from->image, *sampled = to->image;
    Pass pass = {.reference = reference, .region = from->region, .sampled = sampled};
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

void lam_affine_fitness(const LamAffinePyramid *fixed, const LamAffinePyramid *moving, int l,
                        const LamMat4 *map, const LamAffineFrame *frame, LamAffineFitness *out)
{
    memset(out, 0, sizeof *out);
    const LamAffineLevel *f = &fixed->level[l], *m = &moving->level[l];
    LamMat4 identity = lam_mat4_identity(), back, minus = lam_mat4_scaling(-1, -1, -1);
    bool ok = lam_mat4_invert(map, &back);
    if (ok) {
        Pass forward = make_pass(f, m, map, &identity, map, frame);
        forward.outside_counts = moving->empty_outside;
        /* fixed is sampled at x(1 - change): the derivative has the opposite sign */
        Pass backward = make_pass(m, f, &back, &back, &minus, frame);
        backward.outside_counts = fixed->empty_outside;
        ok = add_fitness(&forward, out) && add_fitness(&backward, out);
    }
    if (!ok)
        out->correlation = -1;
}

double lam_affine_score(const LamAffinePyramid *fixed, const LamAffinePyramid *moving, int l,
                        const LamMat4 *map)
{
    LamMat4 identity = lam_mat4_identity();
    LamAffineFrame frame = {fixed->centre_mm, 1};
    Pass pass = make_pass(&fixed->level[l], &moving->level[l], map, &identity, map, &frame);
    pass.outside_counts = moving->empty_outside;
    pass.values_only = true;
    Sums s;
    run(&pass, &s);
    return centre(&s) ? s.fm / sqrt(s.ff * s.mm) : -1;
}
