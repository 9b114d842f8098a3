/* Our own kernels of a convolution's gradients, called directly: which machine takes them, and where
 * oneDNN is used instead, depends on its processor. */
#include "conv-data.h"
#include "conv-weights.h"
#include "reference.h"
#include "rig.h"

#include <lambdascope/memory.h>
#include <lambdascope/threads.h>
#include <math.h>

#define CASES     120
#define TOLERANCE 3e-5

typedef struct {
    RefConv ref;
    LamConvGeometry geometry;
    size_t n_x, n_y, n_weights;
    float *x, *dy, *weights; /* plain */
} Case;

static size_t voxels(const int size[3])
{
    return (size_t)size[0] * (size_t)size[1] * (size_t)size[2];
}

static float *noise(GRand *rand, size_t n)
{
    float *values = lam_alloc_floats(n, "noise", NULL);
    rig_fill(rand, values, n, 1);
    return values;
}

static Case random_case(GRand *rand, int block)
{
    static const int channels[] = {1, 2, 3, 5, 8, 16, 24}, kernels[] = {1, 3, 3, 3, 5};
    LamShape x = {channels[g_rand_int_range(rand, 0, 7)], g_rand_int_range(rand, 1, 6),
                  g_rand_int_range(rand, 1, 9), g_rand_int_range(rand, 1, 22)};
    LamConvOptions options = {.channels = channels[g_rand_int_range(rand, 0, 7)],
                              .stride = g_rand_int_range(rand, 1, 3),
                              .slope = 1};
    for (int i = 0; i < 3; i++)
        options.kernel[i] = kernels[g_rand_int_range(rand, 0, 5)];
    Case c = {.ref = ref_conv_of(x, options)};
    c.geometry = (LamConvGeometry){.in_channels = c.ref.in,
                                   .out_channels = c.ref.out,
                                   .block = block,
                                   .x_blocked = g_rand_boolean(rand)};
    for (int i = 0; i < 3; i++) {
        c.geometry.in[i] = c.ref.size_in[i];
        c.geometry.out[i] = c.ref.size_out[i];
        c.geometry.kernel[i] = c.ref.kernel[i];
        c.geometry.stride[i] = c.ref.stride[i];
    }
    c.n_x = voxels(c.ref.size_in) * (size_t)c.ref.in;
    c.n_y = voxels(c.ref.size_out) * (size_t)c.ref.out;
    c.n_weights = voxels(c.ref.kernel) * (size_t)(c.ref.in * c.ref.out);
    c.x = noise(rand, c.n_x);
    c.dy = noise(rand, c.n_y);
    c.weights = noise(rand, c.n_weights);
    return c;
}

static void case_clear(Case *c)
{
    lam_free(c->x);
    lam_free(c->dy);
    lam_free(c->weights);
}

static size_t blocked_index(int channel, size_t voxel, size_t n_voxels, int block)
{
    return ((size_t)(channel / block) * n_voxels + voxel) * (size_t)block +
           (size_t)(channel % block);
}

static size_t blocked_floats(int channels, size_t n_voxels, int block)
{
    return (size_t)((channels + block - 1) / block * block) * n_voxels;
}

/* [C,voxels] to channel blocks; NULL: zeros. */
static float *blocked(const float *plain, int channels, size_t n_voxels, int block)
{
    float *out = lam_alloc_floats(blocked_floats(channels, n_voxels, block), "blocks", NULL);
    for (size_t i = 0; plain != NULL && i < (size_t)channels * n_voxels; i++)
        out[blocked_index((int)(i / n_voxels), i % n_voxels, n_voxels, block)] = plain[i];
    return out;
}

static void compare(const char *what, guint32 i, const float *ours, const double *reference,
                    size_t n)
{
    double distance = rig_distance(ours, reference, n);
    if (!(distance <= TOLERANCE))
        g_error("%s of case %u differs by %g", what, i, distance);
}

static void check_weights(const Case *c, guint32 i, const float *dy, const double *wanted)
{
    const LamConvGeometry *g = &c->geometry;
    float *x = blocked(c->x, g->in_channels, voxels(g->in), g->block);
    float *once = lam_alloc_floats(c->n_weights, "gradient", NULL);
    lam_conv_backward_weights(g, g->x_blocked ? x : c->x, dy, once);
    compare("weight gradient", i, once, wanted, c->n_weights);
    g_autofree double *twice = g_new(double, c->n_weights);
    for (size_t k = 0; k < c->n_weights; k++)
        twice[k] = 2 * wanted[k];
    lam_conv_backward_weights(g, g->x_blocked ? x : c->x, dy, once); /* adds */
    compare("added weight gradient", i, once, twice, c->n_weights);
    lam_free(x);
    lam_free(once);
}

static void check_data(const Case *c, guint32 i, const float *dy, const double *wanted)
{
    const LamConvGeometry *g = &c->geometry;
    size_t n = voxels(g->in);
    float *packed = lam_alloc_floats(lam_conv_data_packed_floats(g), "weights", NULL);
    float *dx = blocked(NULL, g->in_channels, n, g->block);
    float *plain = lam_alloc_floats(c->n_x, "gradient", NULL);
    lam_conv_backward_data(g, c->weights, dy, packed, dx);
    for (size_t k = 0; k < c->n_x; k++)
        plain[k] = dx[blocked_index((int)(k / n), k % n, n, g->block)];
    compare("data gradient", i, plain, wanted, c->n_x);
    lam_free(packed);
    lam_free(dx);
    lam_free(plain);
}

static void test_random(gconstpointer data)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    lam_threads_set(2);
    for (guint32 i = 0; i < CASES; i++) {
        Case c = random_case(rand, GPOINTER_TO_INT(data));
        g_autofree double *x = rig_doubles(c.x, c.n_x), *w = rig_doubles(c.weights, c.n_weights);
        g_autofree double *g = rig_doubles(c.dy, c.n_y), *y = g_new0(double, c.n_y);
        g_autofree double *dz = g_new(double, c.n_y), *dx = g_new(double, c.n_x);
        g_autofree double *dw = g_new(double, c.n_weights), *db = g_new(double, c.ref.out);
        ref_conv_backward(&c.ref, x, w, y, g, dz, dx, dw, db);
        float *dy = blocked(c.dy, c.ref.out, voxels(c.ref.size_out), c.geometry.block);
        check_weights(&c, i, dy, dw);
        if (c.geometry.stride[2] == 2 || c.geometry.stride[1] == 2 || c.geometry.stride[0] == 2)
            check_data(&c, i, dy, dx); /* made for strided ones */
        lam_free(dy);
        case_clear(&c);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/conv-kernels/blocks-of-8", GINT_TO_POINTER(8), test_random);
    g_test_add_data_func("/conv-kernels/blocks-of-16", GINT_TO_POINTER(16), test_random);
    return g_test_run();
}
