#include "phantom-warp.h"

#include "phantom-shapes.h"

#include <lambdascope/memory.h>
#include <string.h>

enum { WIDTH = 53, HEIGHT = 63, DEPTH = 56, POINTS = WIDTH * HEIGHT * DEPTH };
#define SPACING_MM 4.0f
#define SQUARINGS  7

static const LamPoint origin = {-104, -140, -104};

typedef struct {
    LamWaves broad[3], fine[3];
    LamPoint centre[3]; /* places that swell or shrink; the first: about the ventricles */
    float swelling[3], radius[3];
    float affine[3][4]; /* difference from the identity */
} Generator;

static void generator_init(Generator *g, uint32_t seed)
{
    uint64_t state = seed ^ 0x5eed0000u;
    for (int i = 0; i < 3; i++) {
        lam_waves_init(&g->broad[i], 8, &state, 90, 160, (LamPoint){1, 1, 1});
        lam_waves_init(&g->fine[i], 8, &state, 50, 80, (LamPoint){1, 1, 1});
    }
    for (int i = 0; i < 3; i++) {
        g->centre[i] =
            (LamPoint){lam_noise_uniform(&state, -40, 40), lam_noise_uniform(&state, -70, 40),
                       lam_noise_uniform(&state, -10, 50)};
        g->swelling[i] = lam_noise_uniform(&state, -1, 1);
        g->radius[i] = lam_noise_uniform(&state, 30, 45);
    }
    g->centre[0] = (LamPoint){0, -8, 18};
    g->swelling[0] = g->swelling[0] < 0 ? -1.2f : 1.2f;
    g->radius[0] = 42;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            g->affine[i][j] = j == 3 ? lam_noise_uniform(&state, -3, 3)
                                     : lam_noise_uniform(&state, -0.035f, 0.035f);
}

static LamPoint velocity(const Generator *g, LamPoint p)
{
    LamPoint v = {
        2.6f * lam_waves_at(&g->broad[0], p, NULL) + 1.1f * lam_waves_at(&g->fine[0], p, NULL),
        2.6f * lam_waves_at(&g->broad[1], p, NULL) + 1.1f * lam_waves_at(&g->fine[1], p, NULL),
        2.6f * lam_waves_at(&g->broad[2], p, NULL) + 1.1f * lam_waves_at(&g->fine[2], p, NULL),
    };
    for (int i = 0; i < 3; i++) {
        LamPoint c = g->centre[i];
        LamPoint d = {(p.x - c.x) / g->radius[i], (p.y - c.y) / g->radius[i],
                      (p.z - c.z) / g->radius[i]};
        float fade = fmaxf(1 - d.x * d.x - d.y * d.y - d.z * d.z, 0);
        float push = 9 * g->swelling[i] * fade * fade;
        v = (LamPoint){v.x + push * d.x, v.y + push * d.y, v.z + push * d.z};
    }
    return v;
}

static LamPoint grid_point(int index)
{
    int i = index % WIDTH, j = index / WIDTH % HEIGHT, k = index / WIDTH / HEIGHT;
    return (LamPoint){origin.x + SPACING_MM * (float)i, origin.y + SPACING_MM * (float)j,
                      origin.z + SPACING_MM * (float)k};
}

/* Cell and position within it, clamped to the grid. */
static int locate(float position, float from, int size, float *fraction)
{
    float t = (position - from) / SPACING_MM;
    t = fminf(fmaxf(t, 0), (float)(size - 1) - 1e-3f);
    int cell = (int)t;
    *fraction = t - (float)cell;
    return cell;
}

static LamPoint interpolate(const float *u, LamPoint p)
{
    float fx, fy, fz, out[3];
    int i = locate(p.x, origin.x, WIDTH, &fx), j = locate(p.y, origin.y, HEIGHT, &fy);
    int k = locate(p.z, origin.z, DEPTH, &fz);
    const int dx = 3, dy = 3 * WIDTH, dz = 3 * WIDTH * HEIGHT;
    const float *c = u + (size_t)k * dz + (size_t)j * dy + (size_t)i * dx;
    for (int a = 0; a < 3; a++, c++) {
        float x00 = c[0] + fx * (c[dx] - c[0]), x10 = c[dy] + fx * (c[dy + dx] - c[dy]);
        float x01 = c[dz] + fx * (c[dz + dx] - c[dz]);
        float x11 = c[dz + dy] + fx * (c[dz + dy + dx] - c[dz + dy]);
        float y0 = x00 + fy * (x10 - x00), y1 = x01 + fy * (x11 - x01);
        out[a] = y0 + fz * (y1 - y0);
    }
    return (LamPoint){out[0], out[1], out[2]};
}

/* u <- the displacement of flowing along `amount` times v for unit time; spare is overwritten. */
static void exponentiate(float *u, float *spare, const float *v, float amount)
{
    const float first = amount / (float)(1 << SQUARINGS);
    for (int n = 0; n < 3 * POINTS; n++)
        u[n] = first * v[n];
    for (int step = 0; step < SQUARINGS; step++) {
        memcpy(spare, u, 3 * POINTS * sizeof(float));
#pragma omp parallel for schedule(static)
        for (int n = 0; n < POINTS; n++) {
            LamPoint p = grid_point(n);
            LamPoint on = {p.x + spare[3 * n], p.y + spare[3 * n + 1], p.z + spare[3 * n + 2]};
            LamPoint more = interpolate(spare, on);
            u[3 * n] = spare[3 * n] + more.x;
            u[3 * n + 1] = spare[3 * n + 1] + more.y;
            u[3 * n + 2] = spare[3 * n + 2] + more.z;
        }
    }
}

static void set_affine(LamPhantomWarp *warp, const Generator *g, float amount)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            warp->affine[i][j] = (i == j ? 1 : 0) + amount * g->affine[i][j];
}

/* The largest displacement over an ellipsoid about as large as a brain. */
static float largest_displacement(const LamPhantomWarp *warp)
{
    float largest = 0;
    for (int n = 0; n < POINTS; n++) {
        LamPoint p = grid_point(n);
        if (lam_sd_ellipsoid(p, (LamPoint){0, -17, 8}, (LamPoint){68, 88, 70}) > 0)
            continue;
        LamPoint q = lam_phantom_warp_at(warp, p);
        largest = fmaxf(largest, lam_point_length((LamPoint){q.x - p.x, q.y - p.y, q.z - p.z}));
    }
    return largest;
}

bool lam_phantom_warp_make(LamPhantomWarp *warp, uint32_t seed, double largest_mm, GError **error)
{
    Generator g;
    generator_init(&g, seed);
    memset(warp, 0, sizeof *warp);
    float *v = lam_alloc_floats(3 * POINTS, "phantom velocity", error);
    float *spare = v != NULL ? lam_alloc_floats(3 * POINTS, "phantom velocity", error) : NULL;
    if (spare != NULL)
        warp->u = lam_alloc_floats(3 * POINTS, "phantom deformation", error);
    if (warp->u != NULL) {
        for (int n = 0; n < POINTS; n++) {
            LamPoint at = velocity(&g, grid_point(n));
            memcpy(v + 3 * n, (float[3]){at.x, at.y, at.z}, 3 * sizeof(float));
        }
        /* Displacement grows almost in proportion with the amount, so a few corrections settle it. */
        float amount = (float)largest_mm / 12;
        for (int pass = 0; pass < 4; pass++) {
            exponentiate(warp->u, spare, v, amount);
            set_affine(warp, &g, amount);
            if (pass < 3 && largest_mm > 0)
                amount *= (float)largest_mm / fmaxf(largest_displacement(warp), 1e-3f);
        }
    }
    lam_free(v);
    lam_free(spare);
    return warp->u != NULL;
}

void lam_phantom_warp_clear(LamPhantomWarp *warp)
{
    lam_free(warp->u);
    warp->u = NULL;
}

LamPoint lam_phantom_warp_at(const LamPhantomWarp *warp, LamPoint p)
{
    LamPoint d = interpolate(warp->u, p);
    LamPoint q = {p.x + d.x, p.y + d.y, p.z + d.z};
    const float(*m)[4] = warp->affine;
    return (LamPoint){m[0][0] * q.x + m[0][1] * q.y + m[0][2] * q.z + m[0][3],
                      m[1][0] * q.x + m[1][1] * q.y + m[1][2] * q.z + m[1][3],
                      m[2][0] * q.x + m[2][1] * q.y + m[2][2] * q.z + m[2][3]};
}
