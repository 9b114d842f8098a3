#include "reference.h"

#include <math.h>
#include <string.h>

static size_t voxels(LamShape s)
{
    return (size_t)s.d * s.h * s.w;
}

static size_t at(LamShape s, int c, int d, int h, int w)
{
    return (((size_t)c * s.d + d) * s.h + h) * s.w + w;
}

RefConv ref_conv_of(LamShape x, LamConvOptions options)
{
    RefConv c = {.in = x.c,
                 .out = options.channels,
                 .size_in = {x.d, x.h, x.w},
                 .kernel = {options.kernel[2], options.kernel[1], options.kernel[0]},
                 .slope = options.slope};
    for (int i = 0; i < 3; i++) {
        c.stride[i] = c.size_in[i] == 1 ? 1 : options.stride;
        c.size_out[i] = (c.size_in[i] + c.stride[i] - 1) / c.stride[i];
    }
    return c;
}

LamShape ref_conv_shape(const RefConv *c)
{
    return (LamShape){c->out, c->size_out[0], c->size_out[1], c->size_out[2]};
}

/* One product of the sum that a convolution is: y[out] += weight[tap] x[in]. */
typedef struct {
    size_t out, tap, in;
} Term;

typedef void (*EachTerm)(const Term *term, void *data);

/* The input voxel under tap k of output o; false outside. */
static bool locate(const RefConv *c, const int o[3], const int k[3], int i[3])
{
    for (int a = 0; a < 3; a++) {
        i[a] = o[a] * c->stride[a] + k[a] - c->kernel[a] / 2;
        if (i[a] < 0 || i[a] >= c->size_in[a])
            return false;
    }
    return true;
}

static void each_channel_pair(const RefConv *c, const int o[3], const int k[3], const int i[3],
                              EachTerm each, void *data)
{
    LamShape in = {c->in, c->size_in[0], c->size_in[1], c->size_in[2]};
    LamShape taps = {1, c->kernel[0], c->kernel[1], c->kernel[2]};
    for (int oc = 0; oc < c->out; oc++)
        for (int ic = 0; ic < c->in; ic++) {
            Term term = {at(ref_conv_shape(c), oc, o[0], o[1], o[2]),
                         ((size_t)oc * c->in + ic) * voxels(taps) + at(taps, 0, k[0], k[1], k[2]),
                         at(in, ic, i[0], i[1], i[2])};
            each(&term, data);
        }
}

static void each_term(const RefConv *c, EachTerm each, void *data)
{
    LamShape taps = {1, c->kernel[0], c->kernel[1], c->kernel[2]};
    size_t n = voxels(ref_conv_shape(c));
    for (size_t v = 0; v < n; v++)
        for (size_t t = 0; t < voxels(taps); t++) {
            int o[] = {(int)(v / c->size_out[2] / c->size_out[1]),
                       (int)(v / c->size_out[2] % c->size_out[1]), (int)(v % c->size_out[2])};
            int k[] = {(int)(t / taps.w / taps.h), (int)(t / taps.w % taps.h), (int)(t % taps.w)};
            int i[3];
            if (locate(c, o, k, i))
                each_channel_pair(c, o, k, i, each, data);
        }
}

typedef struct {
    const double *x, *weight, *dz;
    double *y, *dx, *dweight;
} Tensors;

static void add_forward(const Term *term, void *data)
{
    Tensors *t = data;
    t->y[term->out] += t->weight[term->tap] * t->x[term->in];
}

static void add_backward(const Term *term, void *data)
{
    Tensors *t = data;
    t->dx[term->in] += t->weight[term->tap] * t->dz[term->out];
    t->dweight[term->tap] += t->x[term->in] * t->dz[term->out];
}

void ref_conv(const RefConv *c, const double *x, const double *weight, const double *bias,
              const double *addend, double *y)
{
    size_t n = voxels(ref_conv_shape(c));
    for (size_t i = 0; i < n * c->out; i++)
        y[i] = (bias != NULL ? bias[i / n] : 0) + (addend != NULL ? addend[i] : 0);
    each_term(c, add_forward, &(Tensors){.x = x, .weight = weight, .y = y});
    for (size_t i = 0; i < n * c->out; i++)
        y[i] = y[i] > 0 ? y[i] : c->slope * y[i];
}

void ref_conv_backward(const RefConv *c, const double *x, const double *weight, const double *y,
                       const double *g, double *dz, double *dx, double *dweight, double *dbias)
{
    size_t n = voxels(ref_conv_shape(c));
    size_t n_in = (size_t)c->size_in[0] * c->size_in[1] * c->size_in[2];
    size_t taps = (size_t)c->kernel[0] * c->kernel[1] * c->kernel[2];
    memset(dx, 0, n_in * c->in * sizeof *dx);
    memset(dweight, 0, taps * c->in * c->out * sizeof *dweight);
    memset(dbias, 0, sizeof *dbias * c->out);
    for (size_t i = 0; i < n * c->out; i++) {
        dz[i] = g[i] * (y[i] > 0 ? 1 : c->slope);
        dbias[i / n] += dz[i];
    }
    each_term(c, add_backward,
              &(Tensors){.x = x, .weight = weight, .dz = dz, .dx = dx, .dweight = dweight});
}

void ref_dense(int m, int n, const double *weight, const double *x, const double *bias, double *y)
{
    for (int i = 0; i < m; i++) {
        y[i] = bias != NULL ? bias[i] : 0;
        for (int k = 0; k < n; k++)
            y[i] += weight[(size_t)i * n + k] * x[k];
    }
}

void ref_upsample(LamShape in, LamShape out, const double *x, double *y)
{
    for (int c = 0; c < out.c; c++)
        for (int d = 0; d < out.d; d++)
            for (int h = 0; h < out.h; h++)
                for (int w = 0; w < out.w; w++)
                    y[at(out, c, d, h, w)] =
                        x[at(in, c, out.d == in.d ? d : d / 2, out.h == in.h ? h : h / 2,
                             out.w == in.w ? w : w / 2)];
}

typedef enum { CLAMPED, ZERO_OUTSIDE } Border;

static double voxel(LamShape s, const double *p, int d, int h, int w, Border border)
{
    bool inside = d >= 0 && h >= 0 && w >= 0 && d < s.d && h < s.h && w < s.w;
    if (!inside && border == ZERO_OUTSIDE)
        return 0;
    return p[at(s, 0, CLAMP(d, 0, s.d - 1), CLAMP(h, 0, s.h - 1), CLAMP(w, 0, s.w - 1))];
}

/* Channel p at (d,h,w), linear. */
static double sample(LamShape s, const double *p, double d, double h, double w, Border border)
{
    int di = (int)floor(d), hi = (int)floor(h), wi = (int)floor(w);
    double sum = 0;
    for (int k = 0; k < 8; k++) {
        int a = k >> 2, b = k >> 1 & 1, c = k & 1;
        double weight =
            (a ? d - di : 1 - d + di) * (b ? h - hi : 1 - h + hi) * (c ? w - wi : 1 - w + wi);
        sum += weight * voxel(s, p, di + a, hi + b, wi + c, border);
    }
    return sum;
}

void ref_resize(LamShape in, LamShape out, double scale, const double *x, double *y)
{
    for (int c = 0; c < out.c; c++)
        for (int d = 0; d < out.d; d++)
            for (int h = 0; h < out.h; h++)
                for (int w = 0; w < out.w; w++)
                    y[at(out, c, d, h, w)] =
                        scale * sample(in, x + c * voxels(in), (d + 0.5) * in.d / out.d - 0.5,
                                       (h + 0.5) * in.h / out.h - 0.5,
                                       (w + 0.5) * in.w / out.w - 0.5, CLAMPED);
}

/* y[c] = p[c] sampled at x + u(x). */
static void pull(LamShape s, const double *p, const double *u, Border border, double *y)
{
    size_t n = voxels(s), i = 0;
    for (int d = 0; d < s.d; d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++, i++)
                for (int c = 0; c < s.c; c++)
                    y[c * n + i] = sample(s, p + c * n, s.d > 1 ? d + u[2 * n + i] : 0,
                                          h + u[n + i], w + u[i], border);
}

void ref_warp(LamShape image_shape, const double *image, const double *field, double *y)
{
    pull(image_shape, image, field, ZERO_OUTSIDE, y);
}

void ref_integrate(LamShape s, const double *velocity, int steps, double *u)
{
    size_t n = 3 * voxels(s);
    g_autofree double *moved = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        u[i] = ldexp(velocity[i], -steps);
    for (int k = 0; k < steps; k++) {
        pull(s, u, u, CLAMPED, moved);
        for (size_t i = 0; i < n; i++)
            u[i] += moved[i];
    }
}

/* Sum over the window around (d,h,w), zero outside, of a*b (b NULL: of a). */
static double window_sum(LamShape s, const double *a, const double *b, int d, int h, int w, int r)
{
    double sum = 0;
    for (int z = MAX(0, d - r); z <= MIN(s.d - 1, d + r); z++)
        for (int y = MAX(0, h - r); y <= MIN(s.h - 1, h + r); y++)
            for (int x = MAX(0, w - r); x <= MIN(s.w - 1, w + r); x++) {
                size_t i = at(s, 0, z, y, x);
                sum += a[i] * (b != NULL ? b[i] : 1);
            }
    return sum;
}

static double local_cc(LamShape s, const double *a, const double *b, int d, int h, int w, int r)
{
    double n = pow(2 * r + 1, s.d > 1 ? 3 : 2);
    double sa = window_sum(s, a, NULL, d, h, w, r), sb = window_sum(s, b, NULL, d, h, w, r);
    double cross = window_sum(s, a, b, d, h, w, r) - sa * sb / n;
    double var_a = window_sum(s, a, a, d, h, w, r) - sa * sa / n;
    double var_b = window_sum(s, b, b, d, h, w, r) - sb * sb / n;
    return cross * cross / (fmax(var_a, 0) * fmax(var_b, 0) + 1e-5);
}

double ref_ncc(LamShape s, const double *a, const double *b, int window)
{
    double sum = 0;
    for (int d = 0; d < s.d; d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++)
                sum += local_cc(s, a, b, d, h, w, window / 2);
    return -sum / (double)voxels(s);
}

double ref_mse(size_t n, const double *a, const double *b, double sigma)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum / ((double)n * sigma * sigma);
}

/* Mean square of x(next along the axis) - x. */
static double mean_step(LamShape s, const double *x, const double *weight, int ad, int ah, int aw)
{
    double sum = 0, n = 0;
    for (int c = 0; c < s.c; c++)
        for (int d = 0; d + ad < s.d; d++)
            for (int h = 0; h + ah < s.h; h++)
                for (int w = 0; w + aw < s.w; w++, n++)
                    sum += (weight[at(s, 0, d + ad, h + ah, w + aw)] + weight[at(s, 0, d, h, w)]) /
                           2 * pow(x[at(s, c, d + ad, h + ah, w + aw)] - x[at(s, c, d, h, w)], 2);
    return sum / n;
}

double ref_gradient_l2_weighted(LamShape s, const double *x, const double *weight)
{
    double sum = 0, total = 0;
    int voxels = s.d * s.h * s.w;
    for (int i = 0; i < voxels; i++)
        total += weight[i];
    sum += s.d > 1 ? mean_step(s, x, weight, 1, 0, 0) : 0;
    sum += s.h > 1 ? mean_step(s, x, weight, 0, 1, 0) : 0;
    sum += s.w > 1 ? mean_step(s, x, weight, 0, 0, 1) : 0;
    return voxels / total * sum / ((s.d > 1) + (s.h > 1) + (s.w > 1));
}

double ref_gradient_l2(LamShape s, const double *x)
{
    g_autofree double *weight = g_new(double, s.d *s.h *s.w);
    for (int i = 0; i < s.d * s.h * s.w; i++)
        weight[i] = 1;
    return ref_gradient_l2_weighted(s, x, weight);
}
