#include "study-training.h"

#include <stdio.h>

bool lam_cli_training_parse(LamCliTraining *o, const LamCliSyntax *syntax, const GOptionEntry *own,
                            int *argc, char ***argv, GError **error)
{
    const GOptionEntry shared[] = {
        {"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data,
         "Folder that the recipe's scans and pairs are relative to", "FOLDER"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Folder for the runs, the table (.csv) and the figure (.svg, .png); made if absent",
         "FOLDER"},
        {"recipe", 'R', 0, G_OPTION_ARG_FILENAME, &o->recipe,
         "Base of the recipes (default: the study's, of models/recipes)", "FILE"},
        {"steps", 'n', 0, G_OPTION_ARG_INT, &o->steps, "Steps of training in place of the recipe's",
         "N"},
    };
    g_autoptr(GArray) all = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(all, shared, G_N_ELEMENTS(shared));
    for (; own->long_name != NULL; own++)
        g_array_append_vals(all, own, 1);
    return lam_cli_parse(syntax, (const GOptionEntry *)(void *)all->data, argc, argv, error);
}

void lam_cli_training_clear(LamCliTraining *o)
{
    g_free(o->data);
    g_free(o->output);
    g_free(o->recipe);
}

static void say(const char *line, void *user)
{
    lam_cli_progress_done(); /* the line of progress */
    fprintf(stderr, "%s\n", line);
}

static bool check(const LamCliTraining *o, GError **error)
{
    if (!lam_cli_require(o->data, "data", error) || !lam_cli_require(o->output, "output", error))
        return false;
    if (o->steps >= 0)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--steps: a number of 1 or more is needed");
    return false;
}

bool lam_cli_training_begin(LamCliTraining *o, const char *default_recipe, LamStudyTraining *study,
                            LamProgress *progress, GError **error)
{
    if (!check(o, error))
        return false;
    char *found = lam_model_find_recipe(o->recipe != NULL ? o->recipe : default_recipe, error);
    if (found == NULL)
        return false;
    g_free(o->recipe);
    o->recipe = found;
    *study = (LamStudyTraining){
        .recipe = o->recipe, .data = o->data, .output = o->output, .steps = o->steps, .say = say};
    *progress = lam_cli_progress();
    progress->cancellable = lam_cli_catch_interrupts();
    return lam_study_check_output(o->output, error);
}

bool lam_cli_training_finish(const LamCliTraining *o, const LamStudyResult *result,
                             const char *name, GError **error)
{
    LamCliStudy study = {.output = o->output};
    lam_cli_progress_done();
    return lam_cli_study_finish(&study, result, name, error);
}
