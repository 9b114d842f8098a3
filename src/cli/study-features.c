/* lam study features: what networks make of one anatomy in two contrasts. */
#include "study.h"

#include <lambdascope/remap.h>
#include <lambdascope/scan.h>
#include <lambdascope/study_features.h>

typedef struct {
    LamCliStudy study;
    char *fixed, *moving, *other;
    double lambda, contrast;
} Options;

static void options_clear(Options *o)
{
    g_free(o->fixed);
    g_free(o->moving);
    g_free(o->other);
    lam_cli_study_clear(&o->study);
}

static bool check(const Options *o, GError **error)
{
    const char *why = NULL;
    if (o->study.models == NULL)
        why = "--model: missing (see --help)";
    else if (!(o->lambda >= 0 && o->lambda <= 1))
        why = "--lambda: a number from 0 to 1 is needed (see --help)";
    else if (!(o->contrast == -1 || (o->contrast >= 0 && o->contrast <= 1)))
        why = "--contrast: a number from 0 to 1 is needed (see --help)";
    else if (o->contrast != -1 && o->other != NULL)
        why = "--contrast: is for when there is no --other (see --help)";
    if (why != NULL)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return why == NULL;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = NULL,
        .summary = "Compares a network's last features for a moving scan in two contrasts: equal "
                   "where the\nnetwork does not see contrast.",
        .description =
            "Contrast A is --moving, contrast B is --other, aligned with it; without --other it\n"
            "is --moving through the curve g_t that lam study contrast uses, with t of "
            "--contrast.\n"
            "The affine is computed once, of --fixed and --moving. Per channel: correlation and\n"
            "root mean square of the difference by that of both, within the fixed brain.\n"
            "Written: features.csv, .svg, .png.",
    };
    const GOptionEntry entries[] = {
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Fixed scan", "SCAN"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Moving scan, contrast A", "SCAN"},
        {"other", 0, 0, G_OPTION_ARG_FILENAME, &o->other, "The same in contrast B", "SCAN"},
        {"contrast", 0, 0, G_OPTION_ARG_DOUBLE, &o->contrast,
         "How far the contrast changes, 0 to 1 (default 1: inverted)", "T"},
        LAM_CLI_STUDY_OPTIONS(&o->study),
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda, "Of the networks (default 0.2)", "L"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->fixed, "fixed", error) &&
           lam_cli_require(o->moving, "moving", error) && check(o, error);
}

/* Of a file, or relative to --data. */
static LamVolume *load(const Options *o, const char *path, GError **error)
{
    g_autofree char *full = o->study.data != NULL && !g_path_is_absolute(path)
                                ? g_build_filename(o->study.data, path, NULL)
                                : g_strdup(path);
    return lam_scan_load(full, 0, error);
}

static bool run(const Options *o, GError **error)
{
    LamProgress progress = lam_cli_progress();
    if (!lam_cli_study_check(&o->study, error))
        return false;
    double t = o->contrast == -1 ? 1 : o->contrast;
    g_autofree char *remapped = g_strdup_printf("A, t = %g", t);
    g_autoptr(GPtrArray) models = lam_cli_study_load_models(&o->study, error);
    g_autoptr(LamVolume) fixed = models != NULL ? load(o, o->fixed, error) : NULL;
    g_autoptr(LamVolume) a = fixed != NULL ? load(o, o->moving, error) : NULL;
    g_autoptr(LamVolume) b = NULL;
    if (a != NULL)
        b = o->other != NULL ? load(o, o->other, error) : lam_remap_contrast(a, t, error);
    if (b == NULL)
        return false;
    LamStudyFeaturesOptions options = {.fixed = fixed,
                                       .a = a,
                                       .b = b,
                                       .name_a = "A",
                                       .name_b = o->other != NULL ? "B" : remapped,
                                       .models = models,
                                       .lambda = o->lambda};
    g_autoptr(LamStudyResult) result = lam_study_features(&options, &progress, error);
    lam_cli_progress_done();
    return result != NULL && lam_cli_study_finish(&o->study, result, "features", error);
}

int lam_cli_study_features(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.lambda = 0.2, .contrast = -1};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    options_clear(&o);
    return lam_cli_finish("study features", error);
}
