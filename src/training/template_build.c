#include <lambdascope/template_build.h>

#include "template-mean.h"

#include <lambdascope/error.h>
#include <lambdascope/sharpness.h>
#include <math.h>
#include <string.h>

#define MOST_VOXELS (512.0 * 512.0 * 512.0)

typedef struct {
    const LamTemplateBuildOptions *options;
    int n;
    LamVolume **scans;      /* prepared: of one scale of intensities */
    LamMat4 *from_template; /* template's world -> scan's world */
    LamTransform **ways;    /* likewise, of the last round */
    LamGrid grid;
    LamVolume *template, *mean; /* mean: displacement from the template to the scans */
} Build;

static void build_clear(Build *b)
{
    for (int i = 0; i < b->n; i++) {
        g_clear_pointer(&b->scans[i], lam_volume_unref);
        g_clear_pointer(&b->ways[i], lam_transform_unref);
    }
    g_free(b->scans);
    g_free(b->ways);
    g_free(b->from_template);
    g_clear_pointer(&b->template, lam_volume_unref);
    g_clear_pointer(&b->mean, lam_volume_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Build, build_clear)

LamTemplateBuildOptions lam_template_build_options_default(void)
{
    LamTemplateBuildOptions options = {
        .registration = lam_registration_options_default(), .rounds = 4, .spacing_mm = 2};
    options.registration.method = LAM_METHOD_CLASSICAL;
    return options;
}

static bool wrong(GError **error, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot build the template: %s", why);
    return false;
}

static bool check(int n, const LamTemplateBuildOptions *o, GError **error)
{
    if (n < 2)
        return wrong(error, "at least two scans are needed");
    if (o->rounds < 0 || o->rounds > LAM_TEMPLATE_MOST_ROUNDS)
        return wrong(error, "rounds must be within 0 and 20");
    if (!(o->spacing_mm >= 0.25 && o->spacing_mm <= 20))
        return wrong(error, "its spacing must be within 0.25 and 20 mm");
    return true;
}

/* ---- where it lies ---- */

static bool align(Build *b, LamVolume *const *scans, const LamProgress *progress, GError **error)
{
    g_autofree double *weights = g_new(double, b->n);
    for (int i = 0; i < b->n; i++) {
        LamProgress part = lam_progress_part(progress, (double)i / b->n, (i + 1.0) / b->n);
        LamAffine fit = {.matrix = lam_mat4_identity()};
        b->scans[i] = lam_volume_prepare(scans[i], b->options->spacing_mm, error);
        if (b->scans[i] == NULL ||
            (i > 0 && !lam_affine_register(scans[0], scans[i], &b->options->registration.affine,
                                           &part, &fit, error)))
            return false;
        b->from_template[i] = fit.matrix;
        weights[i] = 1.0 / b->n;
    }
    return lam_template_mean_pose(b->from_template, weights, b->n) ||
           wrong(error, "an affine is singular");
}

/* As large as the first scan, around the mean of the brains' middles. */
static bool place(Build *b, LamVolume *const *scans, GError **error)
{
    const LamGrid *first = &scans[0]->grid;
    LamVec3 centre = {{0, 0, 0}};
    int size[3];
    double voxels = 1;
    for (int r = 0; r < 3; r++) {
        double extent = 0;
        for (int a = 0; a < 3; a++)
            extent += first->size[a] > 1 ? fabs(first->to_world.m[r][a]) * first->size[a] : 0;
        size[r] = MAX(1, (int)ceil(extent / b->options->spacing_mm));
        voxels *= size[r];
    }
    if (voxels > MOST_VOXELS)
        return wrong(error, "more than 512^3 voxels: its spacing is too small");
    for (int i = 0; i < b->n; i++) {
        LamMat4 back;
        lam_mat4_invert(&b->from_template[i], &back);
        LamVec3 at = lam_mat4_apply(&back, lam_volume_brain_centre_mm(scans[i]));
        for (int a = 0; a < 3; a++)
            centre.v[a] += at.v[a] / b->n;
    }
    b->grid = lam_grid_centred(size, b->options->spacing_mm, centre);
    return true;
}

/* ---- a round ---- */

/* The mean of the scans, each through its way; before: a step that all of them share, NULL: none. */
static bool average(Build *b, const LamTransform *before, GError **error)
{
    g_autoptr(LamVolume) sum = lam_volume_new(&b->grid, 1, error);
    for (int i = 0; sum != NULL && i < b->n; i++) {
        g_autoptr(LamTransform) way = before != NULL ? lam_transform_compose(before, b->ways[i])
                                                     : lam_transform_ref(b->ways[i]);
        g_autoptr(LamVolume) moved =
            lam_transform_resample(way, b->scans[i], &b->grid, LAM_LINEAR, 0, error);
        if (moved == NULL)
            return false;
        for (size_t k = 0; k < lam_grid_voxels(&b->grid); k++)
            sum->data[k] += moved->data[k] / (float)b->n;
    }
    g_clear_pointer(&b->template, lam_volume_unref);
    b->template = g_steal_pointer(&sum);
    return b->template != NULL;
}

/* Adds how far the way leads from where the affine alone does, in the template's space. */
static bool add_displacement(Build *b, int i, GError **error)
{
    LamMat4 back;
    lam_mat4_invert(&b->from_template[i], &back);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&back);
    g_autoptr(LamTransform) there = lam_transform_compose(b->ways[i], affine);
    g_autoptr(LamVolume) u = lam_transform_to_field(there, &b->grid, error);
    for (size_t k = 0; u != NULL && k < 3 * lam_grid_voxels(&b->grid); k++)
        b->mean->data[k] += u->data[k] / (float)b->n;
    return u != NULL;
}

static bool register_all(Build *b, const LamProgress *progress, GError **error)
{
    LamRegistrationOptions o = b->options->registration;
    o.keep_initial = true;
    o.affine.start = LAM_AFFINE_INITIAL;
    g_clear_pointer(&b->mean, lam_volume_unref);
    b->mean = lam_volume_new(&b->grid, 3, error);
    for (int i = 0; b->mean != NULL && i < b->n; i++) {
        LamRegistrationResult result;
        LamProgress part = lam_progress_part(progress, (double)i / b->n, (i + 1.0) / b->n);
        o.affine.initial = b->from_template[i];
        bool ok = lam_registration_run(b->template, b->scans[i], &o, &part, &result, error);
        g_clear_pointer(&b->ways[i], lam_transform_unref);
        b->ways[i] = g_steal_pointer(&result.transform);
        lam_registration_result_clear(&result);
        if (!ok || !add_displacement(b, i, error))
            return false;
    }
    return b->mean != NULL;
}

/* The length of displacement that nine tenths of the foreground stay below. */
static double ninth_tenth_mm(const Build *b)
{
    size_t n = lam_grid_voxels(&b->grid);
    double threshold = lam_volume_foreground_level(b->template);
    LamGrid grid = b->grid;
    g_autoptr(LamVolume) length = lam_volume_new(&grid, 1, NULL);
    for (size_t i = 0; length != NULL && i < n; i++) {
        double square = 0;
        for (size_t a = 0; a < 3; a++)
            square += pow((double)b->mean->data[a * n + i], 2);
        bool inside = (double)b->template->data[i] > threshold;
        length->data[i] = inside ? (float)(sqrt(square) + 1e-9) : 0;
    }
    return length != NULL ? lam_volume_percentile_positive(length, 0.9) : NAN;
}

/* The space in which the mean displacement is none: y = x + mean(x). */
static bool recentre(Build *b, GError **error)
{
    g_autoptr(LamVolume) back = lam_field_inverse(b->mean, &b->grid, NULL, error);
    g_autoptr(LamTransform) before = back != NULL ? lam_transform_new_displacement(back) : NULL;
    return before != NULL && average(b, before, error);
}

static bool run_rounds(Build *b, LamTemplateRound *rounds, const LamProgress *progress,
                       GError **error)
{
    int count = b->options->rounds;
    for (int k = 0; k <= count; k++) {
        LamProgress part =
            lam_progress_part(progress, (double)k / MAX(count, 1), (k + 1.0) / MAX(count, 1));
        LamTemplateRound round = {lam_sharpness(b->template), NAN};
        if (k < count) {
            if (!register_all(b, &part, error))
                return false;
            round.displacement_mm = ninth_tenth_mm(b);
            if (!recentre(b, error))
                return false;
        }
        if (rounds != NULL)
            rounds[k] = round;
    }
    return true;
}

LamVolume *lam_template_build(LamVolume *const *scans, int n,
                              const LamTemplateBuildOptions *options, LamTemplateRound *rounds,
                              const LamProgress *progress, GError **error)
{
    if (!check(n, options, error))
        return NULL;
    g_auto(Build) b = {.options = options,
                       .n = n,
                       .scans = g_new0(LamVolume *, n),
                       .from_template = g_new0(LamMat4, n),
                       .ways = g_new0(LamTransform *, n)};
    LamProgress aligns = lam_progress_part(progress, 0, 0.2),
                registers = lam_progress_part(progress, 0.2, 1);
    if (!align(&b, scans, &aligns, error) || !place(&b, scans, error))
        return NULL;
    for (int i = 0; i < n; i++)
        b.ways[i] = lam_transform_new_affine(&b.from_template[i]);
    if (!average(&b, NULL, error) || !run_rounds(&b, rounds, &registers, error))
        return NULL;
    return g_steal_pointer(&b.template);
}
