#include "random.h"

#include "lattice.h"

#include <math.h>

double lam_random_symmetric(GRand *rand, double largest)
{
    return largest > 0 ? g_rand_double_range(rand, -largest, largest) : 0;
}

double lam_random_normal(GRand *rand)
{
    double u = 1 - g_rand_double(rand), v = g_rand_double(rand);
    return sqrt(-2 * log(u)) * cos(2 * G_PI * v);
}

LamMat4 lam_random_affine(const LamAffineRange *range, GRand *rand, LamVec3 c, double share,
                          bool flip)
{
    double angle[3], scale[3], shift[3];
    LamMat4 shear = lam_mat4_identity();
    for (int a = 0; a < 3; a++) {
        angle[a] = lam_random_symmetric(rand, share * range->rotate_deg) * G_PI / 180;
        scale[a] = exp(lam_random_symmetric(rand, share * range->scale));
        shift[a] = lam_random_symmetric(rand, share * range->shift_mm);
        shear.m[a][(a + 1) % 3] = lam_random_symmetric(rand, share * range->shear);
    }
    const LamMat4 parts[] = {
        lam_mat4_translation(shift[0], shift[1], shift[2]),
        lam_mat4_rotation(angle[0], angle[1], angle[2]),
        shear,
        lam_mat4_scaling(flip ? -scale[0] : scale[0], scale[1], scale[2]),
        lam_mat4_translation(-c.v[0], -c.v[1], -c.v[2]),
    };
    LamMat4 out = lam_mat4_translation(c.v[0], c.v[1], c.v[2]);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        out = lam_mat4_multiply(&out, &parts[i]);
    return out;
}

/* Points of the lattice along an axis of n voxels: one before the first voxel's, one after the last's. */
static int lattice_points(int n, double step)
{
    return (int)ceil((n - 1) * step) + 2;
}

static void add_rows(const LamLattice *lattice, const float *values, float *out)
{
    int rows = lattice->size[1] * lattice->size[2], n = lattice->size[0];
#pragma omp parallel
    {
        g_autofree float *line = g_new(float, lattice->points[0] + 1), *read = g_new(float, n);
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++) {
            float *to = out + (size_t)row * (size_t)n;
            lam_lattice_row(lattice, values, row, line, read);
            for (int i = 0; i < n; i++)
                to[i] += read[i];
        }
    }
}

/* Both of the numbers that Box and Muller's transform makes of two. */
static void fill_normal(float *out, size_t n, double sd, GRand *rand)
{
    for (size_t i = 0; i < n; i += 2) {
        double radius = sd * sqrt(-2 * log(1 - g_rand_double(rand)));
        double angle = 2 * G_PI * g_rand_double(rand);
        out[i] = (float)(radius * cos(angle));
        if (i + 1 < n)
            out[i + 1] = (float)(radius * sin(angle));
    }
}

void lam_random_field(LamVolume *volume, double scale_mm, double sd, GRand *rand)
{
    const int *n = volume->grid.size;
    LamVec3 spacing = lam_grid_spacing_mm(&volume->grid);
    double step[3], offset[3];
    int points[3];
    for (int a = 0; a < 3; a++) {
        step[a] = fmin(spacing.v[a] / scale_mm, 1);
        points[a] = lattice_points(n[a], step[a]);
        offset[a] = g_rand_double(rand); /* the lattice lies anywhere */
    }
    g_auto(LamLattice) lattice = {0};
    lam_lattice_init(&lattice, n, points, offset, step);
    size_t count = (size_t)points[0] * (size_t)points[1] * (size_t)points[2];
    g_autofree float *values = g_new(float, count);
    for (int c = 0; c < volume->channels; c++) {
        fill_normal(values, count, sd, rand);
        add_rows(&lattice, values, lam_volume_channel(volume, c));
    }
}
