/* lam train: a recipe in, a model out. */
#include "cli.h"
#include "train-plot.h"

#include <lambdascope/trainer.h>
#include <stdio.h>
#include <unistd.h>

#define SECONDS_BETWEEN_LINES 60 /* where there is no terminal */
#define RATE_STEPS            300
#define MOST_SAMPLES          1000

typedef struct {
    bool terminal;
    gint64 last_line;
} Reporter;

static void report(double fraction, const char *stage, void *user)
{
    Reporter *reporter = user;
    gint64 now = g_get_monotonic_time();
    gint64 interval =
        reporter->terminal ? G_USEC_PER_SEC / 2 : (gint64)SECONDS_BETWEEN_LINES * G_USEC_PER_SEC;
    if (now - reporter->last_line < interval)
        return;
    reporter->last_line = now;
    fprintf(stderr, reporter->terminal ? "\r\033[K%5.1f %%  %s" : "%5.1f %%  %s\n", 100 * fraction,
            stage);
}

static void say(const char *line, void *user)
{
    const Reporter *reporter = user;
    fprintf(stderr, reporter->terminal ? "\r\033[K%s\n" : "%s\n", line);
}

typedef struct {
    char *data, *output, *plot;
    gboolean resume, find_rate;
    int samples;
    double stop_minutes;
} Options;

/* Either a recipe or a run to draw. */
static bool check_mode(const Options *o, int arguments, GError **error)
{
    const char *why = NULL;
    if (o->plot == NULL && arguments == 0)
        why = "RECIPE: missing (see --help)";
    else if (o->plot != NULL &&
             (arguments > 0 || o->resume || o->data != NULL || o->find_rate || o->samples != 0))
        why = "--plot: goes with --output alone (see --help)";
    else if ((o->find_rate != 0) + (o->samples != 0) + (o->resume != 0) > 1)
        why = "--find-rate, --samples and --resume exclude each other (see --help)";
    else if (o->samples < 0 || o->samples > MOST_SAMPLES)
        why = "--samples: a number from 1 to 1000 is needed (see --help)";
    if (why != NULL)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return why == NULL;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "RECIPE",
        .summary = "Trains a model by a recipe (see models/recipes).",
        .description =
            "The folder of a run holds checkpoint.safetensors (for --resume), best.safetensors "
            "(the\n"
            "model), steps.csv and validation.csv. An interrupt writes a checkpoint and leaves.\n"
            "\n"
            "lam train --plot FOLDER -o curves.svg draws these two tables instead of training.\n"
            "With --samples the first samples are written as scans, to be looked at; with\n"
            "--find-rate the learning rate rises from step to step until the loss does.",
        .positional = 1,
        .optional = 1,
    };
    const GOptionEntry entries[] = {
        {"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data,
         "Folder that the recipe's scans are relative to (default: the recipe's)", "FOLDER"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Folder of the run; with --plot, the picture", "PATH"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, "Go on from the checkpoint in it", NULL},
        {"stop", 0, 0, G_OPTION_ARG_DOUBLE, &o->stop_minutes,
         "Leave with a checkpoint after this many minutes", "MINUTES"},
        {"samples", 0, 0, G_OPTION_ARG_INT, &o->samples,
         "Write the run's first N pairs into the folder instead of training", "N"},
        {"find-rate", 0, 0, G_OPTION_ARG_NONE, &o->find_rate,
         "Try learning rates instead of training: rates.csv, and a suggestion", NULL},
        {"plot", 0, 0, G_OPTION_ARG_FILENAME, &o->plot,
         "Draw the curves of the run in this folder, as SVG or PNG", "FOLDER"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check_mode(o, *argc - 1, error) &&
           lam_cli_require(o->output, "output", error);
}

static bool find_rate(const LamTrainOptions *options, const LamProgress *progress, GError **error)
{
    double rate = 0;
    if (!lam_train_find_rate(options, RATE_STEPS, &rate, progress, error))
        return false;
    printf("rate=%.1g, a tenth of the rate of the least loss (%s/rates.csv)\n", rate,
           options->output);
    return true;
}

static bool train(const Options *o, const char *recipe, GError **error)
{
    g_autofree char *folder = o->data != NULL ? g_strdup(o->data) : g_path_get_dirname(recipe);
    Reporter reporter = {.terminal = isatty(STDERR_FILENO)};
    LamProgress progress = {
        .report = report, .user = &reporter, .cancellable = lam_cli_catch_interrupts()};
    LamTrainOptions options = {.recipe = recipe,
                               .data = folder,
                               .output = o->output,
                               .resume = o->resume,
                               .stop_minutes = o->stop_minutes,
                               .say = say,
                               .user = &reporter};
    if (o->samples > 0)
        return lam_train_write_samples(&options, o->samples, &progress, error);
    return o->find_rate ? find_rate(&options, &progress, error)
                        : lam_train(&options, &progress, error);
}

int lam_cli_train(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error)) {
        if (o.plot != NULL)
            lam_train_plot(o.plot, o.output, &error);
        else
            train(&o, argv[1], &error);
    }
    g_free(o.data);
    g_free(o.output);
    g_free(o.plot);
    return lam_cli_finish("train", error);
}
