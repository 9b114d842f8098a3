#include "training-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/safetensors.h>
#include <lambdascope/trainer.h>
#include <math.h>
#include <string.h>

#define MOST_STEPS 1e8 /* of a recipe */

void lam_study_run_clear(LamStudyRun *run)
{
    g_clear_pointer(&run->model, lam_model_unref);
}

void lam_study_say(const LamStudyTraining *study, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    if (study->say != NULL)
        study->say(line, study->user);
}

/* ---- recipes ---- */

static GKeyFile *load_base(const LamStudyTraining *study, GError **error)
{
    g_autoptr(GKeyFile) recipe = g_key_file_new();
    if (g_key_file_load_from_file(recipe, study->recipe, G_KEY_FILE_KEEP_COMMENTS, error))
        return g_steal_pointer(&recipe);
    g_prefix_error(error, "cannot use recipe: %s: ", study->recipe);
    return NULL;
}

static bool refuse(const LamStudyTraining *study, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use recipe: %s: %s", study->recipe,
                why);
    return false;
}

/* Equal steps are what a study compares. */
static bool set_steps(const LamStudyTraining *study, GKeyFile *recipe, double budget,
                      GError **error)
{
    int base =
        study->steps > 0 ? study->steps : g_key_file_get_integer(recipe, "training", "steps", NULL);
    double steps = rint(base * budget);
    if (g_key_file_has_key(recipe, "training", "minutes", NULL))
        return refuse(study, "[training] minutes: a study needs steps instead", error);
    if (base < 1 || !(steps >= 1 && steps <= MOST_STEPS))
        return refuse(study, "[training] steps: a number from 1 to 1e8 is needed", error);
    g_key_file_set_integer(recipe, "training", "steps", (int)steps);
    return true;
}

GKeyFile *lam_study_recipe(const LamStudyTraining *study, double budget, GError **error)
{
    g_autoptr(GKeyFile) recipe = load_base(study, error);
    if (recipe == NULL || !set_steps(study, recipe, budget, error))
        return NULL;
    /* the time of a run is that of its steps, and its model the last one: the study measures it later */
    g_key_file_remove_key(recipe, "data", "validation", NULL);
    return g_steal_pointer(&recipe);
}

LamLabelledPairs *lam_study_pairs(const LamStudyTraining *study, GError **error)
{
    g_autoptr(GKeyFile) recipe = load_base(study, error);
    if (recipe == NULL)
        return NULL;
    g_autofree char *name = g_key_file_get_string(recipe, "data", "validation", NULL);
    g_autofree char *folder = g_path_get_dirname(study->recipe);
    bool align = !g_key_file_has_key(recipe, "data", "align", NULL) ||
                 g_key_file_get_boolean(recipe, "data", "align", NULL);
    if (name == NULL) {
        refuse(study, "[data] validation: missing; a study needs labelled pairs", error);
        return NULL;
    }
    g_autofree char *csv = g_build_filename(folder, name, NULL);
    return lam_labelled_pairs_load(csv, study->data, align, error);
}

bool lam_study_refuse(GError **error, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot make study: %s", why);
    return false;
}

/* Writes the recipe of a run, or sees that it is the one that is there. */
static bool put_recipe(const char *path, GKeyFile *recipe, GError **error)
{
    gsize length = 0;
    g_autofree char *text = g_key_file_to_data(recipe, &length, NULL), *there = NULL;
    if (!g_file_get_contents(path, &there, NULL, NULL))
        return g_file_set_contents(path, text, (gssize)length, error);
    if (strcmp(text, there) == 0)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot go on with study: %s: it was begun with another recipe; take another "
                "output folder",
                path);
    return false;
}

/* ---- runs ---- */

/* The run's model if all its steps are done; NULL without an error if they are not. */
static LamModel *finished_model(const char *folder, int steps, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "best.safetensors", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    g_autoptr(LamModel) model = lam_model_load(path, error);
    const char *done = model != NULL ? lam_model_metadata(model, "training_steps") : NULL;
    return done != NULL && g_ascii_strtoll(done, NULL, 10) == steps ? g_steal_pointer(&model)
                                                                    : NULL;
}

static bool read_seconds(const char *folder, double *seconds, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "checkpoint.safetensors", NULL);
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    const char *text = file != NULL ? lam_safetensors_metadata(file, "run.seconds") : NULL;
    *seconds = text != NULL ? g_ascii_strtod(text, NULL) : (double)NAN;
    return file != NULL;
}

static bool train(const LamStudyTraining *study, const char *recipe, const char *folder,
                  const LamProgress *progress, GError **error)
{
    LamTrainOptions options = {
        .recipe = recipe, .data = study->data, .output = folder, .resume = true};
    return lam_train(&options, progress, error);
}

static bool take_or_train(const LamStudyTraining *study, const char *recipe, const char *folder,
                          LamStudyRun *run, const LamProgress *progress, GError **error)
{
    GError *why = NULL;
    run->model = finished_model(folder, run->steps, &why);
    if (run->model == NULL && why == NULL && train(study, recipe, folder, progress, &why))
        run->model = finished_model(folder, run->steps, &why);
    if (why != NULL)
        g_propagate_error(error, why);
    else if (run->model == NULL && !lam_progress_cancelled(progress, error))
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED, "cannot go on with study: %s: unfinished",
                    folder);
    return run->model != NULL;
}

bool lam_study_train(const LamStudyTraining *study, const char *name, GKeyFile *recipe,
                     LamStudyRun *run, const LamProgress *progress, GError **error)
{
    g_autofree char *file = g_strconcat(name, ".ini", NULL);
    g_autofree char *path = g_build_filename(study->output, file, NULL);
    g_autofree char *folder = g_build_filename(study->output, name, NULL);
    *run = (LamStudyRun){.steps = g_key_file_get_integer(recipe, "training", "steps", NULL)};
    if (g_mkdir_with_parents(study->output, 0777) != 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write study: %s: %s", study->output,
                    g_strerror(errno));
        return false;
    }
    if (!put_recipe(path, recipe, error) ||
        !take_or_train(study, path, folder, run, progress, error) ||
        !read_seconds(folder, &run->seconds, error))
        return false;
    lam_study_say(study, "%s: %d steps in %.1f minutes", name, run->steps, run->seconds / 60);
    return true;
}
