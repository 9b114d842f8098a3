/* lam study hyper: one HyperMorph against models of one λ each. */
#include "study-training.h"

#include <lambdascope/study_hyper.h>
#include <stdio.h>

#define WANTED_DICE 0.005 /* from each single model */
#define WANTED_TIME 2     /* of one of them */

typedef struct {
    LamCliTraining training;
    char *lambda;
    double budget;
    int curve;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Trains one HyperMorph, and a model for each of some λ, and compares them.",
        .description =
            "Each run has its recipe (FOLDER/RUN.ini, which lam train takes, too) and its folder.\n"
            "An interrupt leaves with a checkpoint; the same command goes on from there.",
    };
    const GOptionEntry own[] = {
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &o->lambda,
         "λ of the single models (default 0.05,0.1,0.3,0.5,0.7,0.9)", "L[,L...]"},
        {"budget", 'b', 0, G_OPTION_ARG_DOUBLE, &o->budget,
         "Steps of the HyperMorph, in those of a single model (default 1.5)", "FACTOR"},
        {"curve", 'c', 0, G_OPTION_ARG_INT, &o->curve,
         "At how many λ the HyperMorph is measured (default 21)", "N"},
        {NULL},
    };
    return lam_cli_training_parse(&o->training, &syntax, own, argc, argv, error);
}

static void print_findings(const LamStudyHyperFindings *f)
{
    bool near = f->subcortical <= WANTED_DICE && f->cortical <= WANTED_DICE;
    printf("Largest difference of Dice: subcortical %.4f, cortical %.4f (wanted: at most %g: %s)\n"
           "Training time of the HyperMorph: %.2f of one single model (wanted: at most %d: %s), "
           "%.2f of all of them; a step %.2f\n",
           f->subcortical, f->cortical, WANTED_DICE, near ? "yes" : "no", f->time_of_one,
           WANTED_TIME, f->time_of_one <= WANTED_TIME ? "yes" : "no", f->time_of_all,
           f->step_of_one);
}

static bool run(Options *o, GError **error)
{
    LamProgress progress;
    LamStudyHyperFindings findings;
    LamStudyHyperOptions options = {.budget = o->budget, .curve = o->curve};
    const char *default_lambdas = "0.05,0.1,0.3,0.5,0.7,0.9";
    g_autoptr(GArray) lambdas =
        lam_cli_parse_lambdas(o->lambda != NULL ? o->lambda : default_lambdas, error);
    if (lambdas == NULL || !lam_cli_training_begin(&o->training, "study-hyper.ini",
                                                   &options.training, &progress, error))
        return false;
    options.lambdas = (const double *)lambdas->data;
    options.n_lambdas = (int)lambdas->len;
    g_autoptr(LamStudyResult) result = lam_study_hyper(&options, &findings, &progress, error);
    if (result == NULL || !lam_cli_training_finish(&o->training, result, "hyper", error))
        return false;
    print_findings(&findings);
    return true;
}

int lam_cli_study_hyper(int argc, char **argv)
{
    Options o = {.budget = 1.5, .curve = 21};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_training_clear(&o.training);
    g_free(o.lambda);
    return lam_cli_finish("study hyper", error);
}
