#include "validation.h"

#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <lambdascope/pairs.h>
#include <lambdascope/score.h>
#include <math.h>

typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamMat4 affine;
    bool aligned;
} Case;

struct LamValidation {
    GPtrArray *cases;
    GHashTable *volumes; /* path -> LamVolume: a scan is in many pairs */
};

static void volume_free(void *p)
{
    lam_volume_unref(p);
}

void lam_validation_free(LamValidation *validation)
{
    if (validation == NULL)
        return;
    g_ptr_array_unref(validation->cases);
    g_hash_table_unref(validation->volumes);
    g_free(validation);
}

/* Borrowed from the table. */
static LamVolume *load_once(LamValidation *validation, const char *path, GError **error)
{
    LamVolume *volume = g_hash_table_lookup(validation->volumes, path);
    if (volume == NULL) {
        volume = lam_scan_load(path, 0, error);
        if (volume != NULL)
            g_hash_table_insert(validation->volumes, g_strdup(path), volume);
    }
    return volume;
}

static bool add_case(LamValidation *validation, const LamPair *pair, bool align, GError **error)
{
    if (pair->fixed_labels == NULL || pair->moving_labels == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "validation pair of %s has no labels",
                    pair->fixed);
        return false;
    }
    Case *c = g_new0(Case, 1);
    c->affine = lam_mat4_identity();
    c->aligned = !align;
    g_ptr_array_add(validation->cases, c);
    return (c->fixed = load_once(validation, pair->fixed, error)) != NULL &&
           (c->moving = load_once(validation, pair->moving, error)) != NULL &&
           (c->fixed_labels = load_once(validation, pair->fixed_labels, error)) != NULL &&
           (c->moving_labels = load_once(validation, pair->moving_labels, error)) != NULL;
}

LamValidation *lam_validation_new(const LamRecipe *recipe, const char *recipe_path,
                                  const char *folder, GError **error)
{
    if (recipe->validation == NULL)
        return NULL;
    g_autofree char *own = g_path_get_dirname(recipe_path);
    g_autofree char *path = g_build_filename(own, recipe->validation, NULL);
    g_autoptr(GPtrArray) pairs = lam_pairs_load(path, folder, error);
    if (pairs == NULL)
        return NULL;
    g_autoptr(LamValidation) validation = g_new0(LamValidation, 1);
    validation->cases = g_ptr_array_new_with_free_func(g_free);
    validation->volumes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, volume_free);
    for (guint i = 0; i < pairs->len; i++)
        if (!add_case(validation, pairs->pdata[i], recipe->align, error))
            return NULL;
    return g_steal_pointer(&validation);
}

static bool run_lambda(const Case *c, LamSession *session, LamValidationRow *row, double share,
                       GError **error)
{
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, row->lambda, false, error);
    LamScore score = {0};
    if (snapshot == NULL || !lam_score(session, snapshot, c->fixed_labels, c->moving_labels,
                                       lam_session_model_grid(session), &score, error))
        return false;
    row->subcortical += share * score.subcortical;
    row->cortical += share * score.cortical;
    row->fold_percent += share * score.fold_percent;
    row->sd_log_jacobian += share * score.sd_log_jacobian;
    row->roughness += share * score.roughness;
    lam_score_clear(&score);
    return true;
}

static bool run_case(Case *c, LamModel *model, const LamRecipe *recipe, LamValidationRow *rows,
                     double share, const LamProgress *progress, GError **error)
{
    g_autoptr(LamSession) session = lam_session_new(
        model, c->fixed, c->moving, c->aligned ? &c->affine : NULL, 0, progress, error);
    if (session == NULL)
        return false;
    c->affine = *lam_session_affine(session);
    c->aligned = true;
    for (gsize k = 0; k < recipe->n_lambdas; k++)
        if (!run_lambda(c, session, &rows[k], share, error))
            return false;
    return true;
}

bool lam_validation_run(LamValidation *validation, LamModel *model, const LamRecipe *recipe,
                        LamValidationRow *rows, const LamProgress *progress, GError **error)
{
    LamProgress quiet = {.cancellable = progress != NULL ? progress->cancellable : NULL};
    for (gsize k = 0; k < recipe->n_lambdas; k++)
        rows[k] = (LamValidationRow){.lambda = recipe->lambdas[k]};
    for (guint i = 0; i < validation->cases->len; i++)
        if (!run_case(validation->cases->pdata[i], model, recipe, rows,
                      1.0 / validation->cases->len, &quiet, error))
            return false;
    return true;
}
