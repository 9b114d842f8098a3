/* lam template refit: moves a learned template to the middle of its people. */
#include "template.h"

#include <lambdascope/template_refit.h>
#include <stdio.h>

typedef struct {
    char *model, *data, *scans, *subjects, *output;
    double lambda;
    int rounds;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Moves a learned template to the middle of its people.",
        .description =
            "Each round registers all scans to the template of their own attributes, and moves "
            "the\n"
            "template, at all attributes, to where the people are; it becomes sharper by it. The\n"
            "network stays as it is. A line for each round tells how the template was before it,\n"
            "and the last how it is: what half and nine tenths of its foreground stay below, of "
            "the\n"
            "mean displacement (ages evenly) and of what an attribute explains (half its range).",
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model with a template (default " LAM_CLI_TEMPLATE ")", "NAME|FILE"},
        {"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data,
         "Folder that scans and subjects lie below (default: this one)", "FOLDER"},
        {"scans", 0, 0, G_OPTION_ARG_STRING, &o->scans, "Their scans", "PATTERN"},
        {"subjects", 0, 0, G_OPTION_ARG_FILENAME, &o->subjects, "Their attributes", "CSV"},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda, "λ (default 0.3)", "λ"},
        {"rounds", 'r', 0, G_OPTION_ARG_INT, &o->rounds, "How often, 0 to 50 (default 3)", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Model to write", "FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->scans, "scans", error) && lam_cli_require(o->output, "output", error);
}

static void print_rounds(const LamTemplateRefitRound *rounds, int count)
{
    puts("round  mean displacement: half, nine tenths below  along an attribute  sharpness");
    for (int k = 0; k <= count; k++)
        printf("%5d  %34.3f, %.3f mm  %15.3f mm  %9.5f\n", k, rounds[k].even.median_mm,
               rounds[k].even.ninetieth_mm, rounds[k].longest.ninetieth_mm, rounds[k].sharpness);
}

static bool run(const Options *o, GError **error)
{
    LamTemplateRefitRound rounds[LAM_TEMPLATE_MOST_REFITS + 1];
    LamTemplateRefitOptions options = lam_template_refit_options_default();
    options.folder = o->data != NULL ? o->data : ".";
    options.scans = o->scans;
    options.subjects = o->subjects;
    options.lambda = o->lambda;
    options.rounds = o->rounds;
    g_autofree char *path = lam_model_find(o->model != NULL ? o->model : LAM_CLI_TEMPLATE, error);
    const char *inputs[] = {path, NULL};
    if (path == NULL || !lam_cli_check_output(o->output, inputs, error))
        return false;
    g_autoptr(LamModel) model = lam_model_load(path, error);
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    bool ok =
        model != NULL && lam_template_refit(model, &options, o->output, rounds, &progress, error);
    lam_cli_progress_done();
    if (ok)
        print_rounds(rounds, options.rounds);
    return ok;
}

int lam_cli_template_refit(int argc, char **argv)
{
    LamTemplateRefitOptions defaults = lam_template_refit_options_default();
    g_autoptr(GError) error = NULL;
    Options o = {.lambda = defaults.lambda, .rounds = defaults.rounds};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    char *texts[] = {o.model, o.data, o.scans, o.subjects, o.output};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    return lam_cli_finish("template refit", error);
}
