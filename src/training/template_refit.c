#include <lambdascope/template_refit.h>

#include "source.h"
#include "subjects.h"
#include "template-centre.h"
#include "template-move.h"
#include "template-shares.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <lambdascope/session.h>
#include <lambdascope/sharpness.h>
#include <math.h>
#include <string.h>

/* A registration that is also asked for smoothness goes a part of the way: the step is as much longer. */
#define STEP 1.5

typedef struct {
    LamModel *model;
    const LamTemplateRefitOptions *options;
    LamTemplateMove *move;
    int n;
    LamVolume **scan, **d; /* [n]; d: mm, on the template's grid */
    LamMat4 *affine;       /* [n]: template's world -> scan's world */
    bool aligned;
    double *values, *weights, *shares; /* as lam_template_move_new */
} Refit;

LamTemplateRefitOptions lam_template_refit_options_default(void)
{
    return (LamTemplateRefitOptions){.lambda = 0.3, .rounds = 3};
}

static void refit_clear(Refit *r)
{
    for (int i = 0; i < r->n; i++) {
        g_clear_pointer(&r->scan[i], lam_volume_unref);
        g_clear_pointer(&r->d[i], lam_volume_unref);
    }
    g_clear_pointer(&r->move, lam_template_move_free);
    g_free(r->scan);
    g_free(r->d);
    g_free(r->affine);
    g_free(r->values);
    g_free(r->weights);
    g_free(r->shares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Refit, refit_clear)

static bool wrong(GError **error, const char *about, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot refit the template: %s: %s", about,
                why);
    return false;
}

static bool check(LamModel *model, const LamTemplateRefitOptions *o, GError **error)
{
    const char *name = lam_model_path(model) != NULL ? lam_model_path(model) : "the model";
    if (lam_model_template(model) == NULL)
        return wrong(error, name, "it has no template");
    if (!(o->lambda >= 0 && o->lambda <= 1))
        return wrong(error, "λ", "must be within 0 and 1");
    if (o->rounds < 0 || o->rounds > LAM_TEMPLATE_MOST_REFITS)
        return wrong(error, "rounds", "must be within 0 and 50");
    return true;
}

/* ---- people ---- */

static bool load_people(Refit *r, GError **error)
{
    const LamTemplateRefitOptions *o = r->options;
    const LamTemplateConfig *config = lam_model_template(r->model);
    g_auto(GStrv) scans = lam_source_glob(o->folder, o->scans, 2, "scans", error);
    if (scans == NULL)
        return false;
    int n = r->n = (int)g_strv_length(scans);
    r->scan = g_new0(LamVolume *, n);
    r->d = g_new0(LamVolume *, n);
    r->affine = g_new0(LamMat4, n);
    r->values = g_new0(double, (size_t)n *LAM_TEMPLATE_MAX_ATTRIBUTES);
    r->weights = g_new0(double, n);
    r->shares = g_new0(double, (size_t)n *(1 + LAM_TEMPLATE_MAX_ATTRIBUTES));
    if (!lam_subjects_load("refit the template", config, o->folder, o->subjects, scans, n,
                           r->values, NULL, r->weights, error) ||
        !lam_template_shares(config, r->values, r->weights, n, r->shares, error))
        return false;
    for (int i = 0; i < n; i++)
        if ((r->scan[i] = lam_scan_load(scans[i], 0, error)) == NULL)
            return false;
    return true;
}

/* ---- a round ---- */

/* d of one person; the affine, too, in the first round. */
static bool register_person(Refit *r, int i, GError **error)
{
    g_clear_pointer(&r->d[i], lam_volume_unref);
    g_autoptr(LamVolume) picture = lam_template_move_picture(
        r->move, r->values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES, error);
    g_autoptr(LamSession) session =
        picture != NULL ? lam_session_new(r->model, picture, r->scan[i],
                                          r->aligned ? &r->affine[i] : NULL, 1, NULL, error)
                        : NULL;
    g_autoptr(LamSnapshot) snapshot =
        session != NULL ? lam_session_set_lambda(session, r->options->lambda, false, error) : NULL;
    if (snapshot == NULL)
        return false;
    r->affine[i] = snapshot->affine;
    r->d[i] = lam_resample_clamped(snapshot->field, &picture->grid, error);
    return r->d[i] != NULL;
}

static bool register_all(Refit *r, const LamProgress *progress, GError **error)
{
    for (int i = 0; i < r->n; i++) {
        lam_progress_report(progress, (double)i / r->n, "registering to the template");
        if (lam_progress_cancelled(progress, error) || !register_person(r, i, error))
            return false;
    }
    r->aligned = true;
    return true;
}

static bool measure_longest(const Refit *r, const LamVolume *picture, LamPeopleCentre *longest,
                            GError **error)
{
    for (int k = 1; k <= lam_template_move_config(r->move)->n_attributes; k++) {
        LamPeopleCentre along;
        g_autoptr(LamVolume) b = lam_template_move_explained(r->move, r->d, k, error);
        if (b == NULL || !lam_template_centre(b, picture, &along, error))
            return false;
        if (along.ninetieth_mm > longest->ninetieth_mm)
            *longest = along;
    }
    return true;
}

static bool measure(const Refit *r, LamTemplateRefitRound *round, GError **error)
{
    double middle[LAM_TEMPLATE_MAX_ATTRIBUTES];
    lam_template_values_at(lam_template_move_config(r->move), 0.5, middle);
    g_autoptr(LamVolume) picture = lam_template_move_picture(r->move, middle, error);
    g_autoptr(LamVolume) mean = picture != NULL ? lam_volume_new(&picture->grid, 3, error) : NULL;
    if (mean == NULL)
        return false;
    for (int i = 0; i < r->n; i++)
        for (size_t v = 0; v < 3 * lam_grid_voxels(&mean->grid); v++)
            mean->data[v] += (float)r->weights[i] * r->d[i]->data[v];
    *round = (LamTemplateRefitRound){.sharpness = lam_sharpness(picture)};
    return lam_template_centre(mean, picture, &round->even, error) &&
           measure_longest(r, picture, &round->longest, error);
}

/* The round after the last only measures. */
static bool run_round(Refit *r, int k, LamTemplateRefitRound *round, const LamProgress *progress,
                      GError **error)
{
    return register_all(r, progress, error) && measure(r, round, error) &&
           (k == r->options->rounds || lam_template_move(r->move, r->d, STEP, error));
}

/* ---- the file ---- */

static bool save(const Refit *r, const char *path, GError **error)
{
    g_autoptr(GHashTable) about = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    LamParameters *parameters = lam_template_move_parameters(r->move);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, lam_model_all_metadata(r->model));
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_insert(about, key, g_strdup(value));
    lam_template_config_write(lam_template_move_config(r->move), about);
    return lam_model_save(lam_model_config(r->model), parameters, lam_parameters_values(parameters),
                          about, path, LAM_STORE_F16, error);
}

bool lam_template_refit(LamModel *model, const LamTemplateRefitOptions *options, const char *path,
                        LamTemplateRefitRound *rounds, const LamProgress *progress, GError **error)
{
    g_auto(Refit) r = {.model = model, .options = options};
    if (!check(model, options, error) || !load_people(&r, error))
        return false;
    r.move = lam_template_move_new(model, r.values, r.shares, r.n, error);
    for (int k = 0; k <= options->rounds; k++) {
        double all = options->rounds + 1;
        LamTemplateRefitRound round;
        LamProgress part = lam_progress_part(progress, k / all, (k + 1) / all);
        if (r.move == NULL || !run_round(&r, k, &round, &part, error) || !save(&r, path, error))
            return false;
        if (rounds != NULL)
            rounds[k] = round;
    }
    return true;
}
