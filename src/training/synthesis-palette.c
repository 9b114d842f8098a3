#include "synthesis-palette.h"

#include "random.h"

#include <math.h>

#define GOLDEN     0.6180339887 /* its multiples spread evenly */
#define TRIES      50
#define KIN_SPREAD 0.08 /* how far from each other kin are, at most */
#define BEYOND     0.15 /* how far what lies between two families may lie beyond them */

void lam_palette_blacken(LamPalette *palette, int label)
{
    palette->mean[label] = palette->spread[label] = palette->texture[label] = 0;
}

/* The same for a tissue in all samples; neighbours in the table differ. */
static double usual_mean(int tissue)
{
    double grey = GOLDEN * tissue;
    return grey - floor(grey);
}

/* The first label of the same tissue, which may be itself. */
static int twin_of(const LamLabelTable *table, int label)
{
    int twin = 0;
    while (table->label[twin].tissue != table->label[label].tissue)
        twin++;
    return twin;
}

/* Each tissue on its own (Hoffmann et al. 2022). */
static void draw_apart(const LamLabelTable *table, const LamSynthesisOptions *o, GRand *rand,
                       LamPalette *palette)
{
    for (int i = 0; i < table->count; i++) {
        int twin = twin_of(table, i);
        float mean = (float)((1 - o->sameness) * g_rand_double(rand) +
                             o->sameness * usual_mean(table->label[i].tissue));
        float spread = (float)(g_rand_double(rand) * o->spread);
        palette->mean[i] = twin < i ? palette->mean[twin] : mean;
        palette->spread[i] = twin < i ? palette->spread[twin] : spread;
        palette->texture[i] = 0;
    }
}

static int number_of_families(const LamLabelTable *table)
{
    int n = 0;
    for (int i = 0; i < table->count; i++)
        n = MAX(n, table->label[i].kin);
    return MIN(n, LAM_SYNTHESIS_FAMILIES - 1);
}

/* The least difference of two of the first n families, which begin with 1. */
static double least_difference(const double *family, int n)
{
    double least = 1;
    for (int k = 1; k <= n; k++)
        for (int l = 1; l < k; l++)
            least = fmin(least, fabs(family[k] - family[l]));
    return least;
}

/* Scans in which families can hardly be told apart are not what scanners are set up for. known: NULL or within what
 * each lies. */
static void draw_families(int n, double apart, const LamContrast *known, GRand *rand,
                          double family[LAM_SYNTHESIS_FAMILIES])
{
    for (int i = 0; i < TRIES; i++) {
        for (int k = 0; k < LAM_SYNTHESIS_FAMILIES; k++) {
            double share = g_rand_double(rand);
            family[k] =
                known != NULL ? known->low[k] + share * (known->high[k] - known->low[k]) : share;
        }
        if (least_difference(family, n) >= apart)
            return;
    }
}

/* NULL: any. */
static const LamContrast *draw_contrast(const LamSynthesisOptions *o, GRand *rand)
{
    if (o->n_contrasts == 0 || g_rand_double(rand) >= o->known)
        return NULL;
    return &o->contrasts[g_rand_int_range(rand, 0, o->n_contrasts)];
}

/* Where between families 1 and 2: 0 ... 1, and somewhat beyond. */
static double draw_share(const LamContrast *known, int kin, GRand *rand)
{
    double share = g_rand_double(rand);
    if (known != NULL && known->farthest[-kin] > known->nearest[-kin])
        return known->nearest[-kin] + share * (known->farthest[-kin] - known->nearest[-kin]);
    return -BEYOND + (1 + 2 * BEYOND) * share;
}

/* As in real scans: one grey for all kin, and each tissue a little off it. */
static void draw_akin(const LamLabelTable *table, const LamSynthesisOptions *o, GRand *rand,
                      LamPalette *palette)
{
    double family[LAM_SYNTHESIS_FAMILIES];
    int families = number_of_families(table);
    const LamContrast *known = draw_contrast(o, rand);
    draw_families(families, o->apart, known, rand, family);
    double most =
        known != NULL ? fmin(KIN_SPREAD, least_difference(family, families) / 3) : KIN_SPREAD;
    for (int i = 0; i < table->count; i++) {
        int twin = twin_of(table, i), kin = table->label[i].kin;
        double share = draw_share(known, MIN(kin, 0), rand);
        double between = family[1] + share * (family[2] - family[1]);
        double grey = kin < 0 ? between : family[kin % LAM_SYNTHESIS_FAMILIES];
        grey += lam_random_symmetric(rand, most);
        if (kin != 0)
            palette->mean[i] = twin < i ? palette->mean[twin] : (float)CLAMP(grey, 0, 1);
    }
}

static void draw_textures(const LamLabelTable *table, double largest, GRand *rand,
                          LamPalette *palette)
{
    for (int i = 0; i < table->count; i++) {
        int twin = twin_of(table, i);
        float texture = (float)lam_random_symmetric(rand, largest);
        palette->texture[i] = twin < i ? palette->texture[twin] : texture;
    }
}

void lam_palette_draw(const LamLabelTable *table, const LamSynthesisOptions *o, guint32 seed,
                      LamPalette *palette)
{
    GRand *rand = g_rand_new_with_seed(seed);
    bool blank = g_rand_double(rand) < o->blank;
    draw_apart(table, o, rand, palette);
    if (o->akin > 0 && g_rand_double(rand) < o->akin)
        draw_akin(table, o, rand, palette);
    if (o->texture > 0)
        draw_textures(table, o->texture, rand, palette);
    for (int i = 0; i < table->count; i++)
        if (blank && table->label[i].value == 0)
            lam_palette_blacken(palette, i);
    g_rand_free(rand);
}
