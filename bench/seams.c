/* What happens where regions of unlike λ meet: the least |J| over random assignments of λ, for several borders,
 * beside single λ. */
#include "cli.h"

#include <lambdascope/composite.h>
#include <lambdascope/curve.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <stdio.h>

#define REGIONS 6

/* Groups of the OASIS (Neuromorphometrics) numbering: ventricles, caudate and putamen, thalamus and pallidum,
 * hippocampus and amygdala, white matter, cerebellum and stem. */
static const int groups[REGIONS][6] = {
    {4, 11, 51, 52},  {36, 37, 57, 58}, {55, 56, 59, 60},
    {31, 32, 47, 48}, {44, 45},         {35, 38, 39, 40, 41},
};

static const double borders_mm[] = {2, 4, 6, 8, 12, 16};

typedef struct {
    char *model;
    int draws;
} Options;

typedef struct {
    double least;        /* |J| */
    double most_percent; /* of folds in one draw */
    int folding;         /* draws with any */
} Seam;

static void add(Seam *seam, const LamFieldStatistics *s)
{
    seam->least = fmin(seam->least, s->min_jacobian);
    seam->most_percent = fmax(seam->most_percent, s->fold_percent);
    seam->folding += s->fold_percent > 0;
}

static void print_seam(const char *what, const Seam *seam, int draws)
{
    printf("%-14s least |J| %7.4f   folds at most %.4f %%, in %d of %d draws\n", what, seam->least,
           seam->most_percent, seam->folding, draws);
}

static bool make_regions(const LamVolume *labels, double border_mm, LamRegion *out[REGIONS],
                         GError **error)
{
    for (int r = 0; r < REGIONS; r++) {
        int n = 0;
        while (n < 6 && groups[r][n] > 0)
            n++;
        g_autoptr(LamVolume) mask = lam_region_mask_of_labels(labels, groups[r], n, error);
        if (mask == NULL)
            return false;
        g_autofree char *name = g_strdup_printf("group %d", r + 1);
        out[r] = lam_region_new(name, 0, mask);
        out[r]->follows = false;
        out[r]->border_mm = border_mm;
    }
    return true;
}

static double random_lambda(GRand *rand)
{
    return lam_curve_lambda(g_rand_int_range(rand, 0, LAM_CURVE_POINTS));
}

static bool draw_composites(LamSession *session, const LamVolume *labels, double border_mm,
                            int draws, Seam *seam, GError **error)
{
    LamRegion *regions[REGIONS] = {0};
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    bool ok = make_regions(labels, border_mm, regions, error);
    g_autoptr(LamComposite) composite =
        ok ? lam_composite_new(session, (const LamRegion *const *)regions, REGIONS, NULL, error)
           : NULL;
    for (int d = 0; composite != NULL && d < draws; d++) {
        for (int r = 0; r < REGIONS; r++) {
            regions[r]->lambda = random_lambda(rand);
            lam_composite_set(composite, r, regions[r], NULL);
        }
        g_autoptr(LamSnapshot) s = lam_composite_at(composite, random_lambda(rand), false, error);
        ok = s != NULL;
        if (!ok)
            break;
        add(seam, &s->statistics);
    }
    for (int r = 0; r < REGIONS; r++)
        lam_region_free(regions[r]);
    return ok && composite != NULL;
}

static bool draw_single(LamSession *session, Seam *seam, GError **error)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        g_autoptr(LamSnapshot) s =
            lam_session_set_lambda(session, lam_curve_lambda(i), false, error);
        if (s == NULL)
            return false;
        add(seam, &s->statistics);
    }
    return true;
}

static bool run(const Options *o, char **paths, GError **error)
{
    g_autoptr(LamVolume) fixed = lam_scan_load(paths[0], 0, error);
    g_autoptr(LamVolume) labels = fixed != NULL ? lam_scan_load(paths[1], 0, error) : NULL;
    g_autoptr(LamVolume) moving = labels != NULL ? lam_scan_load(paths[2], 0, error) : NULL;
    g_autoptr(LamModel) model = moving != NULL ? lam_cli_load_model(o->model, fixed, error) : NULL;
    g_autoptr(LamSession) session =
        model != NULL ? lam_session_new(model, fixed, moving, NULL, 0, NULL, error) : NULL;
    Seam single = {.least = INFINITY};
    if (session == NULL || !draw_single(session, &single, error))
        return false;
    print_seam("single λ", &single, LAM_CURVE_POINTS);
    for (size_t b = 0; b < G_N_ELEMENTS(borders_mm); b++) {
        Seam seam = {.least = INFINITY};
        g_autofree char *what = g_strdup_printf("border %g mm", borders_mm[b]);
        if (!draw_composites(session, labels, borders_mm[b], o->draws, &seam, error))
            return false;
        print_seam(what, &seam, o->draws);
    }
    return true;
}

int main(int argc, char **argv)
{
    Options o = {.draws = 200};
    g_autoptr(GError) error = NULL;
    const LamCliSyntax syntax = {
        .arguments = "FIXED FIXED_LABELS MOVING",
        .summary = "Draws λ at random for six groups of OASIS labels and the rest, and tells how\n"
                   "near to folding the composite field comes.",
        .positional = 3,
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o.model, "Model name or file", "MODEL"},
        {"draws", 'n', 0, G_OPTION_ARG_INT, &o.draws, "Assignments for each border (200)", "N"},
        {NULL},
    };
    if (lam_cli_parse(&syntax, entries, &argc, &argv, &error))
        run(&o, argv + 1, &error);
    g_free(o.model);
    return lam_cli_finish("seams", error);
}
