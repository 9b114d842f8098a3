#include "synthesis-look.h"

#include "lattice.h"
#include "noise.h"
#include "random.h"
#include "synthesis-palette.h"
#include "synthesis-spots.h"
#include "synthesis-strip.h"

#include <lambdascope/clones.h>
#include <lambdascope/resample.h>
#include <math.h>

#define GAMMA_STEPS    1024
#define SHADING_MM     10.0  /* grid on which the shading's exponential is taken */
#define TEXTURE_MM     10.0  /* lengths over which a tissue's own grey varies */
#define BRIGHTEST      0.995 /* share of voxels below the value that becomes 1 */
#define HISTOGRAM_BINS 1024

/* ---- what tissues look like ---- */

typedef struct {
    const LamPalette *palette;
    const guint8 *labels, *parts; /* parts: [LAM_SYNTHESIS_PARTS][n], NULL: none */
    size_t n;
    const LamLattice *lattice; /* of the texture; NULL: none */
    const float *texture;
} Canvas;

/* row: noise, becomes greys around 0. field: NULL or the slow one. */
LAM_CLONES static void vary_row(const LamPalette *palette, const guint8 *restrict labels, int n,
                                const float *restrict field, float *restrict row)
{
    for (int i = 0; i < n; i++)
        row[i] *= palette->spread[labels[i]];
    for (int i = 0; field != NULL && i < n; i++)
        row[i] += palette->texture[labels[i]] * field[i];
}

LAM_CLONES static void add_means(const float *restrict mean, const guint8 *restrict labels, int n,
                                 float share, float *restrict row)
{
    for (int i = 0; i < n; i++)
        row[i] += share * mean[labels[i]];
}

LAM_CLONES static void keep_positive(int n, float *restrict row)
{
    for (int i = 0; i < n; i++)
        row[i] = row[i] > 0 ? row[i] : 0;
}

/* Voxels that tissues share have their mean. */
static void paint_row(const Canvas *c, size_t at, int n, const float *field, float *row)
{
    vary_row(c->palette, c->labels + at, n, field, row);
    if (c->parts == NULL)
        add_means(c->palette->mean, c->labels + at, n, 1, row);
    for (size_t p = 0; c->parts != NULL && p < LAM_SYNTHESIS_PARTS; p++)
        add_means(c->palette->mean, c->parts + p * c->n + at, n, 1.0F / LAM_SYNTHESIS_PARTS, row);
    keep_positive(n, row);
}

static void paint(const Canvas *c, const LamGrid *grid, guint32 seed, float *image)
{
    int n = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel
    {
        g_autofree float *line =
            c->lattice != NULL ? g_new(float, c->lattice->points[0] + 1) : NULL;
        g_autofree float *field = c->lattice != NULL ? g_new(float, n) : NULL;
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++) {
            size_t at = (size_t)row * (size_t)n;
            lam_noise_run(seed, (guint32)at, image + at, n);
            if (field != NULL)
                lam_lattice_row(c->lattice, c->texture, row, line, field);
            paint_row(c, at, n, field, image + at);
        }
    }
}

/* ---- what scanners do ---- */

/* The grid that slow fields are drawn on, `step` voxels of the image's apart. */
static LamGrid coarse_grid(const LamGrid *grid, double step[3])
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    LamGrid out = *grid;
    for (int a = 0; a < 3; a++) {
        step[a] = fmax(SHADING_MM / spacing.v[a], 1);
        out.size[a] = (int)ceil((grid->size[a] - 1) / step[a]) + 1;
        for (int r = 0; r < 3; r++)
            out.to_world.m[r][a] *= step[a];
    }
    return out;
}

static void multiply(const LamLattice *lattice, const float *factors, float *image)
{
    int n = lattice->size[0], rows = lattice->size[1] * lattice->size[2];
#pragma omp parallel
    {
        g_autofree float *line = g_new(float, lattice->points[0] + 1), *factor = g_new(float, n);
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++) {
            float *to = image + (size_t)row * (size_t)n;
            lam_lattice_row(lattice, factors, row, line, factor);
            for (int i = 0; i < n; i++)
                to[i] *= factor[i];
        }
    }
}

/* A slow random field on the grid's coarse one; lattice: how the grid reads it. */
static LamVolume *slow_field(const LamGrid *grid, double scale_mm, double sd, GRand *rand,
                             LamLattice *lattice, GError **error)
{
    static const double first[3] = {0, 0, 0};
    double step[3], per_voxel[3];
    LamGrid coarse = coarse_grid(grid, step);
    for (int a = 0; a < 3; a++)
        per_voxel[a] = 1 / step[a];
    LamVolume *field = lam_volume_new(&coarse, 1, error);
    if (field == NULL)
        return NULL;
    lam_random_field(field, scale_mm, sd, rand);
    lam_lattice_init(lattice, grid->size, coarse.size, first, per_voxel);
    return field;
}

/* Multiplies by exp of a slow random field. */
static bool shade(const LamSynthesisOptions *o, const LamGrid *grid, float *image, GRand *rand,
                  GError **error)
{
    g_auto(LamLattice) lattice = {0};
    double sd = g_rand_double(rand) * o->bias;
    g_autoptr(LamVolume) shading = slow_field(grid, o->bias_scale_mm, sd, rand, &lattice, error);
    if (shading == NULL)
        return false;
    size_t count = lam_grid_voxels(&shading->grid);
    for (size_t i = 0; i < count; i++)
        shading->data[i] = expf(shading->data[i]);
    multiply(&lattice, shading->data, image);
    return true;
}

/* Slices of `step` voxels along an axis, each the mean of what it covers, linear between their middles. */
static void thicken(const int n[3], float *image, int axis, double step)
{
    size_t stride[3] = {1, (size_t)n[0], (size_t)n[0] * (size_t)n[1]};
    int b = (axis + 1) % 3, c = (axis + 2) % 3, slices = (int)ceil(n[axis] / step);
#pragma omp parallel
    {
        g_autofree float *mean = g_new(float, slices);
#pragma omp for schedule(static)
        for (int line = 0; line < n[b] * n[c]; line++) {
            float *at =
                image + (size_t)(line % n[b]) * stride[b] + (size_t)(line / n[b]) * stride[c];
            for (int s = 0; s < slices; s++) {
                int from = (int)(s * step), to = MIN((int)((s + 1) * step), n[axis]);
                float sum = 0;
                for (int i = from; i < to; i++)
                    sum += at[(size_t)i * stride[axis]];
                mean[s] = to > from ? sum / (float)(to - from) : mean[MAX(s - 1, 0)];
            }
            for (int i = 0; i < n[axis]; i++) {
                LamTap t = lam_tap((i + 0.5) / step - 0.5, slices, 1);
                at[(size_t)i * stride[axis]] =
                    mean[t.at] + t.share * (mean[t.at + t.next] - mean[t.at]);
            }
        }
    }
}

LAM_CLONES static float largest(const float *image, size_t n)
{
    float top = 0;
#pragma omp simd reduction(max : top)
    for (size_t i = 0; i < n; i++)
        top = image[i] > top ? image[i] : top;
    return top;
}

/* The value below which nearly all voxels lie. Every third of them tells it well enough: an odd number, so
 * that no column of a grid of even size is left out. */
static float brightest(const float *image, size_t n)
{
    float top = largest(image, n), scale = top > 0 ? HISTOGRAM_BINS / top : 0;
    size_t bins[HISTOGRAM_BINS + 1] = {0}, below = 0, counted = (n + 2) / 3;
    for (size_t i = 0; i < n; i += 3)
        bins[(int)(image[i] * scale)]++;
    for (int b = 0; b < HISTOGRAM_BINS; b++) {
        below += bins[b];
        if ((double)below >= BRIGHTEST * (double)counted)
            return top * (float)(b + 1) / HISTOGRAM_BINS;
    }
    return top;
}

/* table: of GAMMA_STEPS, and the last once more. */
LAM_CLONES static void stretch_row(const float *restrict table, float scale, int n,
                                   float *restrict row)
{
    for (int i = 0; i < n; i++) {
        float t = row[i] * scale;
        t = t < GAMMA_STEPS ? t : GAMMA_STEPS;
        int at = (int)t;
        row[i] = table[at] + (t - (float)at) * (table[at + 1] - table[at]);
    }
}

/* To 0 … 1, then to the power gamma, from a table. */
static void stretch(const LamGrid *grid, float *image, double gamma)
{
    float top = brightest(image, lam_grid_voxels(grid)), table[GAMMA_STEPS + 2];
    float scale = top > 0 ? GAMMA_STEPS / top : 0;
    for (int i = 0; i <= GAMMA_STEPS + 1; i++)
        table[i] = (float)pow(fmin((double)i / GAMMA_STEPS, 1), gamma);
    int n = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        stretch_row(table, scale, n, image + (size_t)row * (size_t)n);
}

static bool scan(const LamSynthesisOptions *o, const LamGrid *grid, float *image, GRand *rand,
                 GError **error)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    double blur_mm = g_rand_double(rand) * o->blur_mm, sigma_vox[3];
    for (int a = 0; a < 3; a++)
        sigma_vox[a] = blur_mm / spacing.v[a];
    lam_smooth(image, grid->size, sigma_vox);
    if (!shade(o, grid, image, rand, error))
        return false;
    bool thick = g_rand_double(rand) < o->thick;
    int axis = g_rand_int_range(rand, 0, 3);
    double step = g_rand_double(rand) * o->thick_mm / spacing.v[axis];
    if (thick && step > 1 && grid->size[axis] > 1)
        thicken(grid->size, image, axis, step);
    return true;
}

/* Tissues' greys, with what varies within them. */
static bool fill(Canvas *c, const LamSynthesisOptions *o, const LamGrid *grid, GRand *rand,
                 float *image, GError **error)
{
    g_auto(LamLattice) lattice = {0};
    g_autoptr(LamVolume) texture = NULL;
    guint32 noise = g_rand_int(rand);
    if (o->texture > 0) {
        texture = slow_field(grid, TEXTURE_MM, 1, rand, &lattice, error);
        if (texture == NULL)
            return false;
        c->lattice = &lattice;
        c->texture = texture->data;
    }
    paint(c, grid, noise, image);
    return true;
}

bool lam_synthesis_look(const LamLabelTable *table, const LamSynthesisOptions *o,
                        const LamGrid *grid, guint8 *labels, guint8 *parts, GRand *rand,
                        float *image, GError **error)
{
    size_t n = lam_grid_voxels(grid);
    int zero = lam_label_table_zero(table);
    LamPalette palette;
    guint32 drawn = g_rand_int(rand);
    lam_palette_draw(table, o, o->contrast != 0 ? o->contrast : drawn, &palette);
    if (g_rand_double(rand) < o->strip) {
        lam_palette_blacken(&palette, zero);
        double rim_mm = o->rim_mm > 0 ? g_rand_double(rand) * o->rim_mm : 0;
        lam_synthesis_strip(table, grid, rim_mm, labels, parts,
                            parts != NULL ? LAM_SYNTHESIS_PARTS : 0);
    }
    Canvas canvas = {.palette = &palette, .labels = labels, .parts = parts, .n = n};
    if (!fill(&canvas, o, grid, rand, image, error))
        return false;
    if (o->spots > 0 && g_rand_double(rand) < o->spots)
        lam_synthesis_spots(table, grid, labels, rand, image);
    if (o->plexus > 0 && g_rand_double(rand) < o->plexus)
        lam_synthesis_plexus(table, grid, labels, rand, image);
    if (!scan(o, grid, image, rand, error))
        return false;
    stretch(grid, image, exp(o->gamma * lam_random_normal(rand)));
    return true;
}
