/* lam study contrast: accuracy while the contrast of the moving scan changes. */
#include "study.h"

#include <lambdascope/pairs.h>
#include <lambdascope/scan.h>
#include <lambdascope/study_contrast.h>
#include <lambdascope/study_method.h>
#include <lambdascope/study_self.h>

typedef struct {
    LamCliStudy study;
    char *pairs, *scans;                         /* what is measured; one or both */
    char *fixed_contrast, *atlas, *atlas_labels; /* of scans */
    char *refine, *classical;
    double lambda, refine_lambda, classical_lambda, classical_seconds, warp_mm;
    int steps, seeds;

    /* from the above */
    GPtrArray *methods;
    LamVolume *atlas_scan, *atlas_map;
} Options;

static void options_clear(Options *o)
{
    char *strings[] = {o->pairs,        o->scans,  o->fixed_contrast, o->atlas,
                       o->atlas_labels, o->refine, o->classical};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    lam_cli_study_clear(&o->study);
    g_clear_pointer(&o->methods, g_ptr_array_unref);
    g_clear_pointer(&o->atlas_scan, lam_volume_unref);
    g_clear_pointer(&o->atlas_map, lam_volume_unref);
}

static bool check(const Options *o, GError **error)
{
    const char *why = NULL;
    if (o->pairs == NULL && o->scans == NULL)
        why = "--pairs or --scans: missing (see --help)";
    else if (!(o->lambda >= 0 && o->lambda <= 1))
        why = "--lambda: a number from 0 to 1 is needed (see --help)";
    else if (!(o->classical_lambda >= 0 && o->classical_lambda <= 1))
        why = "--classical-lambda: a number from 0 to 1 is needed (see --help)";
    else if (!(o->refine_lambda >= 0 && o->refine_lambda <= 1))
        why = "--refine-lambda: a number from 0 to 1 is needed (see --help)";
    else if (!(o->classical_seconds >= 0 && o->classical_seconds <= 86400))
        why = "--classical-seconds: a number from 0 to 86400 is needed (see --help)";
    else if (o->steps < 2 || o->steps > 101)
        why = "--steps: from 2 to 101 (see --help)";
    else if (o->seeds < 1 || o->seeds > 1000)
        why = "--seeds: from 1 to 1000 (see --help)";
    else if (!(o->warp_mm > 0 && o->warp_mm <= 20))
        why = "--warp: above 0 to 20 (see --help)";
    else if ((o->atlas == NULL) != (o->atlas_labels == NULL))
        why = "--atlas and --atlas-labels: one needs the other (see --help)";
    else if (o->scans == NULL && o->atlas != NULL)
        why = "--atlas: is for --scans (see --help)";
    if (why != NULL)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return why == NULL;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = NULL,
        .summary = "How accurate networks and classical registration are while the contrast of the "
                   "moving\nscan changes.",
        .description =
            "--pairs: labelled pairs of one contrast, as lam evaluate takes them. The moving\n"
            "scan's intensities go through smooth curves from the scan as it is (t = 0) to its\n"
            "inversion (t = 1), and the order of the tissues changes on the way. The affine is\n"
            "computed once, of the pair as it is: only the deformation is studied. Dice on the\n"
            "fixed scan's voxels. Written: contrast.csv, .svg, .png.\n"
            "\n"
            "--scans: a CSV with the columns name, contrast, scan and perhaps labels: stripped,\n"
            "aligned scans of the same people in several contrasts. All are deformed in the same\n"
            "known way and registered with the one of --fixed-contrast; the error is measured\n"
            "against the truth every 4 mm within the brain. Written: contrast-self.csv, .svg,\n"
            ".png.",
    };
    const GOptionEntry entries[] = {
        {"pairs", 'p', 0, G_OPTION_ARG_FILENAME, &o->pairs, "Labelled pairs of one contrast",
         "CSV"},
        {"scans", 's', 0, G_OPTION_ARG_FILENAME, &o->scans, "The same people in several contrasts",
         "CSV"},
        LAM_CLI_STUDY_OPTIONS(&o->study),
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda, "Of the networks (default 0.2)", "L"},
        {"refine", 0, 0, G_OPTION_ARG_STRING, &o->refine,
         "Similarities by which the networks' fields are refined, too: ncc, nmi, mse",
         "NAME[,NAME...]"},
        {"refine-lambda", 0, 0, G_OPTION_ARG_DOUBLE, &o->refine_lambda,
         "Of refinement (default 0.1)", "L"},
        {"classical", 0, 0, G_OPTION_ARG_STRING, &o->classical,
         "Similarities of classical registration, separated by commas, or 'none' (default ncc)",
         "NAME[,NAME...]"},
        {"classical-lambda", 0, 0, G_OPTION_ARG_DOUBLE, &o->classical_lambda,
         "Of classical registration (default 0.1)", "L"},
        {"classical-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o->classical_seconds,
         "Limit for each, which makes results depend on the machine; 0 = none (default 0)",
         "SECONDS"},
        {"steps", 0, 0, G_OPTION_ARG_INT, &o->steps,
         "--pairs: contrasts from t = 0 to 1 (default 9)", "N"},
        {"fixed-contrast", 0, 0, G_OPTION_ARG_STRING, &o->fixed_contrast,
         "--scans: contrast of the fixed scan (default T1)", "NAME"},
        {"seeds", 0, 0, G_OPTION_ARG_INT, &o->seeds, "--scans: deformations per person (default 3)",
         "N"},
        {"warp", 0, 0, G_OPTION_ARG_DOUBLE, &o->warp_mm,
         "--scans: root mean square of the deformation (default 4)", "MM"},
        {"atlas", 0, 0, G_OPTION_ARG_FILENAME, &o->atlas,
         "--scans: labelled scan, whose labels stand for those that are missing", "SCAN"},
        {"atlas-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->atlas_labels, "Its labels", "MAP"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

/* ---- running ---- */

static bool add_classical(Options *o, GError **error)
{
    const char *names = o->classical != NULL ? o->classical : "ncc";
    g_auto(GStrv) parts = g_strsplit(names, ",", -1);
    for (char **part = parts; *part != NULL && !g_str_equal(names, "none"); part++) {
        LamStudyMethod *method = lam_study_method_new_classical(
            g_strstrip(*part), o->classical_lambda, o->classical_seconds, error);
        if (method == NULL)
            return false;
        g_ptr_array_add(o->methods, method);
    }
    return true;
}

static bool add_model(Options *o, LamModel *model, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(o->refine != NULL ? o->refine : "", ",", -1);
    g_ptr_array_add(o->methods, lam_study_method_new_network(model, o->lambda));
    for (char **part = parts; *part != NULL; part++) {
        LamStudyMethod *method =
            lam_study_method_new_refine(model, g_strstrip(*part), o->refine_lambda, 0, error);
        if (method == NULL)
            return false;
        g_ptr_array_add(o->methods, method);
    }
    return true;
}

static bool make_methods(Options *o, GError **error)
{
    g_autoptr(GPtrArray) models = lam_cli_study_load_models(&o->study, error);
    o->methods = g_ptr_array_new_with_free_func((GDestroyNotify)lam_study_method_free);
    for (guint i = 0; models != NULL && i < models->len; i++)
        if (!add_model(o, models->pdata[i], error))
            return false;
    return models != NULL && add_classical(o, error);
}

static bool run_pairs(const Options *o, const LamProgress *progress, GError **error)
{
    g_autoptr(GPtrArray) pairs = lam_pairs_load(o->pairs, o->study.data, error);
    LamStudyContrastOptions options = {.pairs = pairs, .methods = o->methods, .steps = o->steps};
    g_autoptr(LamStudyResult) result =
        pairs != NULL ? lam_study_contrast(&options, progress, error) : NULL;
    lam_cli_progress_done();
    return result != NULL && lam_cli_study_finish(&o->study, result, "contrast", error);
}

static bool load_atlas(Options *o, GError **error)
{
    if (o->atlas == NULL)
        return true;
    o->atlas_scan = lam_scan_load(o->atlas, 0, error);
    if (o->atlas_scan != NULL)
        o->atlas_map = lam_scan_load(o->atlas_labels, 0, error);
    return o->atlas_map != NULL;
}

static bool run_scans(Options *o, const LamProgress *progress, GError **error)
{
    g_autoptr(GPtrArray) scans = lam_study_scans_load(o->scans, o->study.data, error);
    if (scans == NULL || !load_atlas(o, error))
        return false;
    LamStudySelfOptions options = {
        .scans = scans,
        .methods = o->methods,
        .fixed_contrast = o->fixed_contrast != NULL ? o->fixed_contrast : "T1",
        .seeds = o->seeds,
        .warp_mm = o->warp_mm,
        .atlas = o->atlas_scan,
        .atlas_labels = o->atlas_map,
    };
    g_autoptr(LamStudyResult) result = lam_study_self(&options, progress, error);
    lam_cli_progress_done();
    return result != NULL && lam_cli_study_finish(&o->study, result, "contrast-self", error);
}

static bool run(Options *o, GError **error)
{
    LamProgress progress = lam_cli_progress();
    return lam_cli_study_check(&o->study, error) && make_methods(o, error) &&
           (o->pairs == NULL || run_pairs(o, &progress, error)) &&
           (o->scans == NULL || run_scans(o, &progress, error));
}

int lam_cli_study_contrast(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.lambda = 0.2,
                 .refine_lambda = 0.1,
                 .classical_lambda = 0.1,
                 .warp_mm = 4,
                 .steps = 9,
                 .seeds = 3};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    options_clear(&o);
    return lam_cli_finish("study contrast", error);
}
