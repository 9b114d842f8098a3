/* lam study few: networks trained with few scans. */
#include "study-training.h"

#include <lambdascope/study_few.h>

typedef struct {
    LamCliTraining training;
    char *scans;
    double lambda, refine_seconds; /* negative: not given */
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Trains with the first few of the scans, and measures with and without "
                   "refinement for each pair.",
        .description =
            "Each run has its recipe (FOLDER/RUN.ini, which lam train takes, too) and its folder.\n"
            "An interrupt leaves with a checkpoint; the same command goes on from there.",
    };
    const GOptionEntry own[] = {
        {"scans", 's', 0, G_OPTION_ARG_STRING, &o->scans,
         "Numbers of scans, rising (default 3,10,25)", "N[,N...]"},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda,
         "λ of training and of refinement (default 0.1)", "L"},
        {"refine-seconds", 'r', 0, G_OPTION_ARG_DOUBLE, &o->refine_seconds,
         "Time for each refined pair; 0 = no limit (default 20)", "SECONDS"},
        {NULL},
    };
    if (!lam_cli_training_parse(&o->training, &syntax, own, argc, argv, error))
        return false;
    if (o->refine_seconds >= 0 && o->refine_seconds < 86400)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--refine-seconds: a number from 0 to 86400 is needed");
    return false;
}

/* Int elements; NULL and a usage error. */
static GArray *parse_scans(const char *text, GError **error)
{
    g_autoptr(GArray) scans = g_array_new(FALSE, FALSE, sizeof(int));
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        guint64 value = 0;
        if (!g_ascii_string_to_unsigned(g_strstrip(*part), 10, 2, 1000000, &value, NULL)) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--scans: whole numbers of 2 or more are needed, not “%s”", *part);
            return NULL;
        }
        int n = (int)value;
        g_array_append_val(scans, n);
    }
    return g_steal_pointer(&scans);
}

static bool run(Options *o, GError **error)
{
    LamProgress progress;
    LamStudyFewOptions options = {.lambda = o->lambda, .refine_seconds = o->refine_seconds};
    g_autoptr(GArray) scans = parse_scans(o->scans != NULL ? o->scans : "3,10,25", error);
    if (scans == NULL ||
        !lam_cli_training_begin(&o->training, "study-few.ini", &options.training, &progress, error))
        return false;
    options.scans = (const int *)scans->data;
    options.n_scans = (int)scans->len;
    g_autoptr(LamStudyResult) result = lam_study_few(&options, &progress, error);
    return result != NULL && lam_cli_training_finish(&o->training, result, "few", error);
}

int lam_cli_study_few(int argc, char **argv)
{
    Options o = {.lambda = 0.1, .refine_seconds = 20};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_training_clear(&o.training);
    g_free(o.scans);
    return lam_cli_finish("study few", error);
}
