/* lam evaluate: how good models and methods are on labelled pairs, over λ. */
#include "evaluate.h"

#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/pairs.h>
#include <lambdascope/scan.h>
#include <lambdascope/plot.h>
#include <math.h>
#include <string.h>

static bool check_pairs(const LamEvaluateOptions *o, const GPtrArray *pairs, GError **error)
{
    for (guint i = 0; i < pairs->len; i++) {
        const LamPair *pair = pairs->pdata[i];
        if (pair->fixed_labels != NULL && pair->moving_labels != NULL)
            continue;
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                    "cannot use pairs: %s: fixed_labels and moving_labels are needed in each row",
                    o->pairs_path);
        return false;
    }
    return true;
}

/* Before hours are spent. */
static bool check_outputs(const LamEvaluateOptions *o, const GPtrArray *pairs, GError **error)
{
    g_autoptr(GPtrArray) inputs = g_ptr_array_new();
    g_ptr_array_add(inputs, (char *)o->pairs_path);
    if (o->names != NULL)
        g_ptr_array_add(inputs, o->names);
    for (guint i = 0; i < pairs->len; i++) {
        const LamPair *pair = pairs->pdata[i];
        char *files[] = {pair->fixed, pair->moving, pair->fixed_labels, pair->moving_labels};
        for (size_t k = 0; k < G_N_ELEMENTS(files); k++)
            g_ptr_array_add(inputs, files[k]);
    }
    for (char **model = o->models; model != NULL && *model != NULL; model++)
        g_ptr_array_add(inputs, *model);
    g_ptr_array_add(inputs, NULL);
    const char *const *all = (const char *const *)inputs->pdata;
    return lam_cli_check_output(o->csv, all, error) && lam_cli_check_output(o->plot, all, error) &&
           lam_cli_check_distinct(o->csv, o->plot, error) &&
           (o->plot == NULL || lam_plot_check(o->plot, error));
}

/* What is named must be right; a file that is there anyway may be anything. */
static bool load_names(const LamEvaluateOptions *o, LamLabelNames **names, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(o->pairs_path);
    g_autofree char *beside = g_build_filename(folder, "labels.csv", NULL);
    *names =
        lam_label_names_load(o->names != NULL ? o->names : beside, o->names != NULL ? error : NULL);
    return *names != NULL || o->names == NULL;
}

/* ---- models ---- */

typedef struct {
    char *name, *path;
    LamModel *model;
    double label_share; /* NaN: it has none */
} Named;

static void named_free(void *p)
{
    Named *named = p;
    g_free(named->name);
    g_free(named->path);
    if (named->model != NULL)
        lam_model_unref(named->model);
    g_free(named);
}

/* The name of the default model, which was not given any. */
static char *name_of(const char *path)
{
    char *name = g_path_get_basename(path), *dot = strrchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    return name;
}

/* What is asked of a model with a share of labels; an error where there is no such input. */
static bool find_label_share(const LamEvaluateOptions *o, Named *named, GError **error)
{
    bool given = o->label_share >= 0, there = lam_model_config(named->model)->hyper_labels;
    named->label_share = !there  ? NAN
                         : given ? o->label_share
                                 : lam_model_label_share(named->model);
    return !given || lam_model_check_label_share(named->model, o->label_share, error);
}

/* given NULL: the first pair's fixed scan tells what is needed. */
static char *find_model(const GPtrArray *pairs, const char *given, GError **error)
{
    if (given != NULL)
        return lam_model_find(given, error);
    const LamPair *first = pairs->pdata[0];
    g_autoptr(LamVolume) scan = lam_scan_load(first->fixed, 0, error);
    return scan != NULL ? lam_model_find_for(NULL, scan, error) : NULL;
}

static bool load_model(const LamEvaluateOptions *o, const GPtrArray *pairs, GPtrArray *models,
                       const char *given, GError **error)
{
    Named *named = g_new0(Named, 1);
    g_ptr_array_add(models, named);
    named->path = find_model(pairs, given, error);
    named->model = named->path != NULL ? lam_model_load(named->path, error) : NULL;
    if (named->model != NULL)
        named->name = given != NULL ? g_strdup(given) : name_of(named->path);
    return named->model != NULL && find_label_share(o, named, error);
}

static bool load_models(const LamEvaluateOptions *o, const GPtrArray *pairs, GPtrArray *models,
                        GError **error)
{
    if (!o->methods[LAM_EVALUATE_NETWORK] && !o->methods[LAM_EVALUATE_REFINE])
        return true;
    if (o->models == NULL)
        return load_model(o, pairs, models, NULL, error);
    for (char **model = o->models; *model != NULL; model++)
        if (!load_model(o, pairs, models, *model, error))
            return false;
    return true;
}

static GArray *subjects_new(const LamEvaluateOptions *o, const GPtrArray *models)
{
    GArray *subjects = g_array_new(FALSE, FALSE, sizeof(LamEvaluateSubject));
    for (guint i = 0; i < models->len; i++)
        for (int m = LAM_EVALUATE_NETWORK; m <= LAM_EVALUATE_REFINE; m++) {
            const Named *named = models->pdata[i];
            LamEvaluateSubject subject = {named->name, named->path, named->model,
                                          (LamEvaluateMethod)m, named->label_share};
            if (o->methods[m])
                g_array_append_val(subjects, subject);
        }
    LamEvaluateSubject classical = {"", NULL, NULL, LAM_EVALUATE_CLASSICAL, NAN};
    if (o->methods[LAM_EVALUATE_CLASSICAL])
        g_array_append_val(subjects, classical);
    return subjects;
}

/* ---- all of it ---- */

static bool show(const LamEvaluation *e, GError **error)
{
    const LamEvaluateOptions *o = e->options;
    (o->json ? lam_evaluation_print_json : lam_evaluation_print)(e);
    return (o->csv == NULL || lam_evaluation_save_csv(e, o->csv, error)) &&
           (o->plot == NULL || lam_evaluation_save_plot(e, o->plot, error));
}

static bool run(const LamEvaluateOptions *o, GError **error)
{
    g_autoptr(GPtrArray) pairs = lam_pairs_load(o->pairs_path, NULL, error);
    g_autoptr(GPtrArray) models = g_ptr_array_new_with_free_func(named_free);
    g_autoptr(LamLabelNames) names = NULL;
    if (pairs == NULL || !check_pairs(o, pairs, error) || !check_outputs(o, pairs, error) ||
        !load_names(o, &names, error) || !load_models(o, pairs, models, error))
        return false;
    g_autoptr(GArray) subjects = subjects_new(o, models);
    LamEvaluation e = {.options = o, .pairs = pairs, .names = names, .subjects = subjects};
    LamProgress progress = lam_cli_progress();
    bool ok = lam_evaluation_run(&e, &progress, error);
    lam_cli_progress_done();
    ok = ok && show(&e, error);
    lam_evaluation_clear(&e);
    return ok;
}

int lam_cli_evaluate(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    LamEvaluateOptions options;
    if (lam_evaluate_parse(&options, &argc, &argv, &error))
        run(&options, &error);
    lam_evaluate_options_clear(&options);
    return lam_cli_finish("evaluate", error);
}
