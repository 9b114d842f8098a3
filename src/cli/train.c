/* lam train: a recipe in, a model out. */
#include "cli.h"

#include <lambdascope/trainer.h>
#include <stdio.h>
#include <unistd.h>

#define SECONDS_BETWEEN_LINES 60 /* where there is no terminal */

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
    char *data, *output;
    gboolean resume;
    double stop_minutes;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "RECIPE",
        .summary = "Trains a model by a recipe (see models/recipes).",
        .description =
            "The folder of a run holds checkpoint.safetensors (for --resume), best.safetensors "
            "(the\n"
            "model), steps.csv and validation.csv. An interrupt writes a checkpoint and leaves.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data,
         "Folder that the recipe's scans are relative to (default: the recipe's)", "FOLDER"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Folder of the run", "FOLDER"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, "Go on from the checkpoint in it", NULL},
        {"stop", 0, 0, G_OPTION_ARG_DOUBLE, &o->stop_minutes,
         "Leave with a checkpoint after this many minutes", "MINUTES"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->output, "output", error);
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
    return lam_train(&options, &progress, error);
}

int lam_cli_train(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        train(&o, argv[1], &error);
    g_free(o.data);
    g_free(o.output);
    return lam_cli_finish("train", error);
}
