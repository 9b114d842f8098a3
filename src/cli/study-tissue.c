/* lam study tissue: λ by class of tissue, as a composite and by a conditioned network. */
#include "study-training.h"

#include <lambdascope/study_tissue.h>

typedef struct {
    LamCliTraining training;
    char *choose, *score;
    int pairs;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary =
            "Trains a network of one λ and one with a λ for each class of tissue, on slices,\n"
            "and compares one λ, the composite of the first and the second.",
        .description =
            "Each run has its recipe (FOLDER/RUN.ini, which lam train takes, too) and its folder.\n"
            "An interrupt leaves with a checkpoint; the same command goes on from there.",
    };
    const GOptionEntry own[] = {
        {"choose", 0, 0, G_OPTION_ARG_STRING, &o->choose,
         "Label maps of the pairs that λ is chosen on (default "
         "synthseg-labels/training_seg_1[0-4].nii.gz)",
         "GLOB"},
        {"score", 0, 0, G_OPTION_ARG_STRING, &o->score,
         "Those of the pairs that are scored (default synthseg-labels/training_seg_1[5-9].nii.gz)",
         "GLOB"},
        {"pairs", 'p', 0, G_OPTION_ARG_INT, &o->pairs, "Pairs of each (default 60)", "N"},
        {NULL},
    };
    return lam_cli_training_parse(&o->training, &syntax, own, argc, argv, error);
}

static bool run(Options *o, GError **error)
{
    LamProgress progress;
    LamStudyTissueOptions options = {.choose = o->choose, .score = o->score, .pairs = o->pairs};
    if (!lam_cli_training_begin(&o->training, "study-tissue.ini", &options.training, &progress,
                                error))
        return false;
    g_autoptr(LamStudyResult) result = lam_study_tissue(&options, &progress, error);
    return result != NULL && lam_cli_training_finish(&o->training, result, "tissue", error);
}

int lam_cli_study_tissue(int argc, char **argv)
{
    Options o = {.choose = g_strdup("synthseg-labels/training_seg_1[0-4].nii.gz"),
                 .score = g_strdup("synthseg-labels/training_seg_1[5-9].nii.gz"),
                 .pairs = 60};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_training_clear(&o.training);
    g_free(o.choose);
    g_free(o.score);
    return lam_cli_finish("study tissue", error);
}
