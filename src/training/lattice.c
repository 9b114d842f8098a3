#include "lattice.h"

#include <lambdascope/clones.h>

static LamTap *taps_along(int size, int points, double first, double step, size_t stride)
{
    LamTap *taps = g_new(LamTap, size);
    for (int i = 0; i < size; i++)
        taps[i] = lam_tap(first + i * step, points, stride);
    return taps;
}

void lam_lattice_init(LamLattice *lattice, const int size[3], const int points[3],
                      const double first[3], const double step[3])
{
    size_t w = (size_t)points[0], wh = w * (size_t)points[1];
    g_autofree LamTap *x = taps_along(size[0], points[0], first[0], step[0], 1);
    for (int a = 0; a < 3; a++) {
        lattice->size[a] = size[a];
        lattice->points[a] = points[a];
    }
    lattice->y = taps_along(size[1], points[1], first[1], step[1], w);
    lattice->z = taps_along(size[2], points[2], first[2], step[2], wh);
    lattice->at = g_new(int, size[0]);
    lattice->share = g_new(float, size[0]);
    for (int i = 0; i < size[0]; i++) {
        lattice->at[i] = (int)x[i].at;
        lattice->share[i] = x[i].share;
    }
}

void lam_lattice_clear(LamLattice *lattice)
{
    g_clear_pointer(&lattice->y, g_free);
    g_clear_pointer(&lattice->z, g_free);
    g_clear_pointer(&lattice->at, g_free);
    g_clear_pointer(&lattice->share, g_free);
}

/* The lattice's own row at these places of y and z; its last point once more, so that it has a next. */
LAM_CLONES static void blend_line(const float *restrict values, LamTap y, LamTap z, int n,
                                  float *restrict line)
{
    const float *restrict a = values + y.at + z.at, *restrict b = a + y.next;
    const float *restrict c = a + z.next, *restrict d = c + y.next;
    for (int p = 0; p < n; p++) {
        float near = a[p] + y.share * (b[p] - a[p]), far = c[p] + y.share * (d[p] - c[p]);
        line[p] = near + z.share * (far - near);
    }
    line[n] = line[n - 1];
}

LAM_CLONES static void read_line(const float *restrict line, const int *restrict at,
                                 const float *restrict share, int n, float *restrict out)
{
    for (int i = 0; i < n; i++) {
        const float *from = line + at[i];
        out[i] = from[0] + share[i] * (from[1] - from[0]);
    }
}

void lam_lattice_row(const LamLattice *lattice, const float *values, int row, float *line,
                     float *out)
{
    LamTap y = lattice->y[row % lattice->size[1]], z = lattice->z[row / lattice->size[1]];
    blend_line(values, y, z, lattice->points[0], line);
    read_line(line, lattice->at, lattice->share, lattice->size[0], out);
}
