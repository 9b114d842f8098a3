#include "synthesis-look.h"

#include "phantom-noise.h"
#include "random.h"

#include <lambdascope/resample.h>
#include <lambdascope/trilinear.h>
#include <math.h>
#include <string.h>

#define MOST_LABELS    256
#define GAMMA_STEPS    1024
#define SHADING_MM     10.0  /* grid on which the shading's exponential is taken */
#define BRIGHTEST      0.995 /* share of voxels below the value that becomes 1 */
#define HISTOGRAM_BINS 1024
#define GOLDEN         0.6180339887 /* its multiples spread evenly */

typedef struct {
    float mean[MOST_LABELS], spread[MOST_LABELS]; /* by position in the table */
    bool black[MOST_LABELS];
} Palette;

/* The same for a tissue in all samples; neighbours in the table differ. */
static double usual_mean(int tissue)
{
    double grey = GOLDEN * tissue;
    return grey - floor(grey);
}

/* Labels of one tissue share their look; the background may be black. */
static void draw_palette(const LamLabelTable *table, const LamSynthesisOptions *o, guint32 seed,
                         Palette *palette)
{
    GRand *rand = g_rand_new_with_seed(seed);
    bool blank = g_rand_double(rand) < o->blank;
    for (int i = 0; i < table->count; i++) {
        int twin = 0;
        while (twin < i && table->label[twin].tissue != table->label[i].tissue)
            twin++;
        float mean = (float)((1 - o->sameness) * g_rand_double(rand) +
                             o->sameness * usual_mean(table->label[i].tissue));
        float spread = (float)(g_rand_double(rand) * o->spread);
        palette->mean[i] = twin < i ? palette->mean[twin] : mean;
        palette->spread[i] = twin < i ? palette->spread[twin] : spread;
        palette->black[i] = blank && table->label[i].value == 0;
    }
    g_rand_free(rand);
}

/* What belongs to no structure of the brain becomes background, and that black. */
static void strip(const LamLabelTable *table, guint8 *labels, size_t n, Palette *palette)
{
    guint8 to[MOST_LABELS] = {0}, zero = 0;
    for (int i = 0; i < table->count; i++)
        if (table->label[i].value == 0)
            zero = (guint8)i;
    for (int i = 0; i < table->count; i++)
        to[i] = table->label[i].structure == 0 ? zero : (guint8)i;
    palette->black[zero] = true;
    for (size_t v = 0; v < n; v++)
        labels[v] = to[labels[v]];
}

static void paint(const Palette *palette, const guint8 *labels, guint32 seed, float *image,
                  size_t n)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        guint8 l = labels[i];
        float value = palette->mean[l] + palette->spread[l] * lam_noise_normal(seed, i);
        image[i] = palette->black[l] ? 0 : fmaxf(value, 0);
    }
}

/* ---- what scanners do ---- */

/* Multiplies by exp of a slow random field. */
static bool shade(const LamSynthesisOptions *o, LamVolume *image, GRand *rand, GError **error)
{
    LamVec3 spacing = lam_grid_spacing_mm(&image->grid);
    const int *n = image->grid.size;
    LamGrid coarse = image->grid;
    double step[3];
    for (int a = 0; a < 3; a++) {
        step[a] = fmax(SHADING_MM / spacing.v[a], 1);
        coarse.size[a] = (int)ceil((n[a] - 1) / step[a]) + 1;
        for (int r = 0; r < 3; r++)
            coarse.to_world.m[r][a] *= step[a];
    }
    g_autoptr(LamVolume) shading = lam_volume_new(&coarse, 1, error);
    if (shading == NULL)
        return false;
    lam_random_field(shading, o->bias_scale_mm, g_rand_double(rand) * o->bias, rand);
    size_t count = lam_grid_voxels(&coarse), w = (size_t)coarse.size[0],
           wh = w * (size_t)coarse.size[1];
    for (size_t i = 0; i < count; i++)
        shading->data[i] = expf(shading->data[i]);
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++) {
        LamTap y = lam_tap(row % n[1] / step[1], coarse.size[1], w);
        LamTap z = lam_tap(row / n[1] / step[2], coarse.size[2], wh);
        float *to = image->data + (size_t)row * (size_t)n[0];
        for (int i = 0; i < n[0]; i++)
            to[i] *= lam_trilinear(shading->data, lam_tap(i / step[0], coarse.size[0], 1), y, z);
    }
    return true;
}

/* Slices of `step` voxels along an axis, each the mean of what it covers, linear between their middles. */
static void thicken(LamVolume *image, int axis, double step)
{
    const int *n = image->grid.size;
    size_t stride[3] = {1, (size_t)n[0], (size_t)n[0] * (size_t)n[1]};
    int b = (axis + 1) % 3, c = (axis + 2) % 3, slices = (int)ceil(n[axis] / step);
#pragma omp parallel
    {
        g_autofree float *mean = g_new(float, slices);
#pragma omp for schedule(static)
        for (int line = 0; line < n[b] * n[c]; line++) {
            float *at =
                image->data + (size_t)(line % n[b]) * stride[b] + (size_t)(line / n[b]) * stride[c];
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

/* The value below which nearly all voxels lie. */
static float brightest(const float *image, size_t n)
{
    float top = 0;
    for (size_t i = 0; i < n; i++)
        top = fmaxf(top, image[i]);
    g_autofree size_t *bins = g_new0(size_t, HISTOGRAM_BINS);
    for (size_t i = 0; top > 0 && i < n; i++)
        bins[MIN((int)(image[i] / top * HISTOGRAM_BINS), HISTOGRAM_BINS - 1)]++;
    size_t below = 0;
    for (int b = 0; b < HISTOGRAM_BINS; b++) {
        below += bins[b];
        if ((double)below >= BRIGHTEST * (double)n)
            return top * (float)(b + 1) / HISTOGRAM_BINS;
    }
    return top;
}

/* To 0 … 1, then to the power gamma, from a table. */
static void stretch(float *image, size_t n, double gamma)
{
    float top = brightest(image, n), table[GAMMA_STEPS + 2];
    float scale = top > 0 ? GAMMA_STEPS / top : 0;
    for (int i = 0; i <= GAMMA_STEPS + 1; i++)
        table[i] = (float)pow(fmin((double)i / GAMMA_STEPS, 1), gamma);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        float t = fminf(image[i] * scale, GAMMA_STEPS);
        int at = (int)t;
        image[i] = table[at] + (t - (float)at) * (table[at + 1] - table[at]);
    }
}

static bool scan(const LamSynthesisOptions *o, LamVolume **image, GRand *rand, GError **error)
{
    double blur_mm = g_rand_double(rand) * o->blur_mm;
    if (blur_mm > 0) {
        LamVolume *smooth = lam_volume_smooth(*image, blur_mm, error);
        if (smooth == NULL)
            return false;
        lam_volume_unref(*image);
        *image = smooth;
    }
    if (!shade(o, *image, rand, error))
        return false;
    bool thick = g_rand_double(rand) < o->thick;
    int axis = g_rand_int_range(rand, 0, 3);
    double spacing = lam_grid_spacing_mm(&(*image)->grid).v[axis];
    double step = g_rand_double(rand) * o->thick_mm / spacing;
    if (thick && step > 1 && (*image)->grid.size[axis] > 1)
        thicken(*image, axis, step);
    return true;
}

bool lam_synthesis_look(const LamLabelTable *table, const LamSynthesisOptions *o,
                        const LamGrid *grid, guint8 *labels, GRand *rand, float *out,
                        GError **error)
{
    size_t n = lam_grid_voxels(grid);
    g_autoptr(LamVolume) image = lam_volume_new(grid, 1, error);
    Palette palette;
    if (image == NULL)
        return false;
    guint32 drawn = g_rand_int(rand);
    draw_palette(table, o, o->contrast != 0 ? o->contrast : drawn, &palette);
    if (g_rand_double(rand) < o->strip)
        strip(table, labels, n, &palette);
    paint(&palette, labels, g_rand_int(rand), image->data, n);
    if (!scan(o, &image, rand, error))
        return false;
    stretch(image->data, n, exp(o->gamma * lam_random_normal(rand)));
    memcpy(out, image->data, n * sizeof(float));
    return true;
}
