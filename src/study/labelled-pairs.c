#include "labelled-pairs.h"

#include <lambdascope/error.h>
#include <lambdascope/pairs.h>
#include <lambdascope/scan.h>
#include <lambdascope/score.h>

typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels; /* of the table of volumes */
    LamMat4 affine;
    bool aligned;
} Case;

struct LamLabelledPairs {
    GArray *cases;
    GHashTable *volumes; /* path -> LamVolume: a scan is in many pairs */
};

static void volume_free(void *p)
{
    lam_volume_unref(p);
}

void lam_labelled_pairs_free(LamLabelledPairs *pairs)
{
    if (pairs == NULL)
        return;
    g_array_unref(pairs->cases);
    g_hash_table_unref(pairs->volumes);
    g_free(pairs);
}

/* ---- loading ---- */

static LamVolume *load_once(LamLabelledPairs *pairs, const char *path, GError **error)
{
    LamVolume *volume = g_hash_table_lookup(pairs->volumes, path);
    if (volume == NULL && (volume = lam_scan_load(path, 0, error)) != NULL)
        g_hash_table_insert(pairs->volumes, g_strdup(path), volume);
    return volume;
}

static bool add_case(LamLabelledPairs *pairs, const LamPair *pair, bool align, GError **error)
{
    Case c = {.affine = lam_mat4_identity(), .aligned = !align};
    if (pair->fixed_labels == NULL || pair->moving_labels == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use pair: %s: it has no labels",
                    pair->fixed);
        return false;
    }
    if ((c.fixed = load_once(pairs, pair->fixed, error)) == NULL ||
        (c.moving = load_once(pairs, pair->moving, error)) == NULL ||
        (c.fixed_labels = load_once(pairs, pair->fixed_labels, error)) == NULL ||
        (c.moving_labels = load_once(pairs, pair->moving_labels, error)) == NULL)
        return false;
    g_array_append_val(pairs->cases, c);
    return true;
}

LamLabelledPairs *lam_labelled_pairs_load(const char *csv, const char *folder, bool align,
                                          GError **error)
{
    g_autoptr(GPtrArray) list = lam_pairs_load(csv, folder, error);
    if (list == NULL)
        return NULL;
    g_autoptr(LamLabelledPairs) pairs = g_new0(LamLabelledPairs, 1);
    pairs->cases = g_array_new(FALSE, TRUE, sizeof(Case));
    pairs->volumes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, volume_free);
    for (guint i = 0; i < list->len; i++)
        if (!add_case(pairs, list->pdata[i], align, error))
            return NULL;
    if (list->len > 0)
        return g_steal_pointer(&pairs);
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot use pairs: %s: it names no pair", csv);
    return NULL;
}

/* A map is in many pairs, and named once. */
void lam_labelled_pairs_name(LamLabelledPairs *pairs, const LamLabelTable *structures)
{
    g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < pairs->cases->len; i++) {
        const Case *c = &g_array_index(pairs->cases, Case, i);
        if (g_hash_table_add(done, c->fixed_labels))
            lam_label_table_apply(structures, c->fixed_labels);
        if (g_hash_table_add(done, c->moving_labels))
            lam_label_table_apply(structures, c->moving_labels);
    }
}

/* ---- scores ---- */

static LamSession *open_session(Case *c, LamModel *model, const LamProgress *progress,
                                GError **error)
{
    LamSessionOptions options = {.model = model,
                                 .fixed = c->fixed,
                                 .moving = c->moving,
                                 .affine = c->aligned ? &c->affine : NULL};
    LamSession *session = lam_session_open(&options, progress, error);
    if (session != NULL)
        c->affine = *lam_session_affine(session);
    c->aligned = c->aligned || session != NULL;
    return session;
}

/* False on an error; the linear method has no snapshot. */
static bool register_case(LamSession *session, const LamScoredMethod *m, double lambda,
                          LamSnapshot **out, const LamProgress *progress, GError **error)
{
    *out = NULL;
    if (m->method == LAM_METHOD_LINEAR)
        return true;
    g_autoptr(LamSnapshot) start = NULL;
    if (m->method != LAM_METHOD_CLASSICAL &&
        (start = lam_session_set_lambda(session, lambda, false, error)) == NULL)
        return false;
    if (m->method == LAM_METHOD_NETWORK) {
        *out = g_steal_pointer(&start);
        return true;
    }
    LamRefineOptions options = m->method == LAM_METHOD_CLASSICAL
                                   ? lam_refine_options_classical(lambda)
                                   : lam_refine_options_default(lambda);
    if (m->refine_seconds >= 0)
        options.seconds = m->refine_seconds;
    *out = lam_session_refine(session, start, &options, NULL, progress, error);
    return *out != NULL;
}

static void add_score(LamMeanScore *mean, const LamScore *score, double seconds, double share)
{
    mean->subcortical += share * score->subcortical;
    mean->cortical += share * score->cortical;
    mean->roughness += share * score->roughness;
    mean->fold_percent += share * score->fold_percent;
    mean->sd_log_jacobian += share * score->sd_log_jacobian;
    mean->seconds += share * seconds;
}

static bool score_lambda(const Case *c, LamSession *session, const LamScoredMethod *method,
                         LamMeanScore *mean, double share, const LamProgress *progress,
                         GError **error)
{
    gint64 start = g_get_monotonic_time();
    g_autoptr(LamSnapshot) snapshot = NULL;
    if (!register_case(session, method, mean->lambda, &snapshot, progress, error))
        return false;
    double seconds = 1e-6 * (double)(g_get_monotonic_time() - start);
    LamScore score = {0};
    if (!lam_score(session, snapshot, c->fixed_labels, c->moving_labels,
                   &lam_session_fixed(session)->grid, &score, error))
        return false;
    add_score(mean, &score, seconds, share);
    lam_score_clear(&score);
    return true;
}

bool lam_labelled_pairs_score(LamLabelledPairs *pairs, const LamScoredMethod *method,
                              LamMeanScore *scores, int n, const LamProgress *progress,
                              GError **error)
{
    guint count = pairs->cases->len;
    LamProgress quiet = {.cancellable = progress != NULL ? progress->cancellable : NULL};
    for (int k = 0; k < n; k++)
        scores[k] = (LamMeanScore){.lambda = scores[k].lambda};
    for (guint i = 0; i < count; i++) {
        Case *c = &g_array_index(pairs->cases, Case, i);
        g_autoptr(LamSession) session = open_session(c, method->model, &quiet, error);
        for (int k = 0; k < n; k++) {
            lam_progress_report(progress, (i + (double)k / n) / count, "scoring");
            if (session == NULL || lam_progress_cancelled(progress, error) ||
                !score_lambda(c, session, method, &scores[k], 1.0 / count, &quiet, error))
                return false;
        }
    }
    return true;
}

bool lam_labelled_pairs_visit(LamLabelledPairs *pairs, LamModel *model, LamPairVisit visit,
                              gpointer user, const LamProgress *progress, GError **error)
{
    double count = pairs->cases->len;
    for (guint i = 0; i < pairs->cases->len; i++) {
        Case *c = &g_array_index(pairs->cases, Case, i);
        LamProgress part = lam_progress_part(progress, i / count, (i + 1) / count);
        LamProgress opening = lam_progress_part(&part, 0, 0.5);
        LamProgress rest = lam_progress_part(&part, 0.5, 1);
        g_autoptr(LamSession) session = open_session(c, model, &opening, error);
        if (session == NULL || lam_progress_cancelled(progress, error) ||
            !visit(session, c->fixed_labels, c->moving_labels, &rest, user, error))
            return false;
    }
    return true;
}
