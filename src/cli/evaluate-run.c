/* The work of lam evaluate: pair by pair, each model's session on the one affine of the pair. */
#include "evaluate.h"

#include <lambdascope/align.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/pairs.h>
#include <lambdascope/refine.h>
#include <lambdascope/scan.h>
#include <math.h>

/* Everything about one pair that does not depend on models. */
typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamAffine fit;
    LamGrid grid;  /* to compare on */
    bool has_grid; /* and the affine alone is scored */
} Case;

static void case_clear(Case *c)
{
    LamVolume *volumes[] = {c->fixed, c->moving, c->fixed_labels, c->moving_labels};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        if (volumes[i] != NULL)
            lam_volume_unref(volumes[i]);
}

static bool case_open(Case *c, const LamPair *pair, const LamProgress *progress, GError **error)
{
    if ((c->fixed = lam_scan_load(pair->fixed, 0, error)) == NULL ||
        (c->moving = lam_scan_load(pair->moving, 0, error)) == NULL ||
        (c->fixed_labels = lam_scan_load(pair->fixed_labels, 0, error)) == NULL ||
        (c->moving_labels = lam_scan_load(pair->moving_labels, 0, error)) == NULL ||
        !lam_align(c->fixed, c->moving, NULL, progress, &c->fit, error))
        return false;
    return true;
}

static bool score(const LamEvaluation *e, const Case *c, const LamSession *session,
                  const LamSnapshot *snapshot, guint row, guint pair, GError **error)
{
    return lam_score_with(session, snapshot, c->fixed_labels, c->moving_labels, &c->grid,
                          e->options->hd95 ? LAM_SCORE_HD95 : LAM_SCORE_PLAIN,
                          lam_evaluation_score(e, row, pair), error);
}

/* The pair's first session gives the grid to all, and the affine's scores on it. */
static bool settle_grid(const LamEvaluation *e, Case *c, const LamSession *session, guint pair,
                        GError **error)
{
    if (c->has_grid)
        return true;
    c->has_grid = true;
    c->grid = e->options->fixed_grid ? c->fixed->grid : *lam_session_fixed_grid(session);
    return score(e, c, session, NULL, 0, pair, error);
}

/* subject NULL: for the affine alone. */
static LamSession *open_session(const LamEvaluation *e, Case *c, const LamEvaluateSubject *subject,
                                guint pair, GError **error)
{
    LamSessionOptions options = {.model = subject != NULL ? subject->model : NULL,
                                 .fixed = c->fixed,
                                 .moving = c->moving,
                                 .fit = &c->fit,
                                 .symmetric = e->options->symmetric};
    g_autoptr(LamSession) session = lam_session_open(&options, NULL, error);
    if (session == NULL || !settle_grid(e, c, session, pair, error))
        return NULL;
    if (subject != NULL && !isnan(subject->label_share) &&
        !lam_session_set_label_share(session, subject->label_share, error))
        return NULL;
    return g_steal_pointer(&session);
}

static LamSnapshot *compute(const LamEvaluateOptions *o, LamEvaluateMethod method,
                            LamSession *session, double lambda, const LamProgress *progress,
                            GError **error)
{
    bool classical = method == LAM_EVALUATE_CLASSICAL;
    g_autoptr(LamSnapshot) first =
        classical ? NULL : lam_session_set_lambda(session, lambda, true, error);
    if (method == LAM_EVALUATE_NETWORK || (!classical && first == NULL))
        return g_steal_pointer(&first);
    LamRefineOptions options =
        (classical ? lam_refine_options_classical : lam_refine_options_default)(lambda);
    options.similarity = o->choose_similarity
                             ? lam_similarity_for_contrasts(lam_session_fixed(session),
                                                            lam_session_affine_fit(session))
                             : o->similarity;
    if (o->seconds >= 0)
        options.seconds = o->seconds;
    return lam_session_refine(session, first, &options, NULL, progress, error);
}

static bool run_subject(const LamEvaluation *e, const Case *c, LamSession *session, guint subject,
                        guint pair, const LamProgress *progress, GError **error)
{
    LamEvaluateMethod method = g_array_index(e->subjects, LamEvaluateSubject, subject).method;
    const GArray *lambdas = e->options->lambdas;
    for (guint i = 0; i < lambdas->len; i++) {
        LamProgress part =
            lam_progress_part(progress, (double)i / lambdas->len, (i + 1.0) / lambdas->len);
        g_autoptr(LamSnapshot) snapshot =
            compute(e->options, method, session, g_array_index(lambdas, double, i), &part, error);
        if (snapshot == NULL ||
            !score(e, c, session, snapshot, lam_evaluation_row(e, subject, i), pair, error))
            return false;
        lam_progress_report(&part, 1, "scoring");
    }
    return true;
}

/* Subjects of one model stand together and share its session. */
static bool run_subjects(const LamEvaluation *e, Case *c, guint pair, const LamProgress *progress,
                         GError **error)
{
    g_autoptr(LamSession) session = NULL;
    LamModel *model = NULL;
    const guint n = e->subjects->len;
    for (guint i = 0; i < n; i++) {
        const LamEvaluateSubject *own = &g_array_index(e->subjects, LamEvaluateSubject, i);
        LamProgress part = lam_progress_part(progress, (double)i / n, (i + 1.0) / n);
        if (session == NULL || own->model != model) {
            g_clear_pointer(&session, lam_session_free); /* before the next one takes memory */
            session = open_session(e, c, own, pair, error);
            model = own->model;
        }
        if (session == NULL || !run_subject(e, c, session, i, pair, &part, error))
            return false;
    }
    if (n == 0)
        session = open_session(e, c, NULL, pair, error);
    return session != NULL;
}

static bool run_pair(const LamEvaluation *e, guint pair, const LamProgress *progress,
                     GError **error)
{
    Case c = {0};
    LamProgress opening = lam_progress_part(progress, 0, 0.2);
    LamProgress scoring = lam_progress_part(progress, 0.2, 1);
    bool ok = case_open(&c, e->pairs->pdata[pair], &opening, error) &&
              run_subjects(e, &c, pair, &scoring, error);
    case_clear(&c);
    return ok;
}

bool lam_evaluation_run(LamEvaluation *e, const LamProgress *progress, GError **error)
{
    const guint n = e->pairs->len;
    e->scores = g_new0(LamScore, lam_evaluation_rows(e) * n);
    for (guint i = 0; i < n; i++) {
        LamProgress part = lam_progress_part(progress, (double)i / n, (i + 1.0) / n);
        if (!run_pair(e, i, &part, error))
            return false;
    }
    return true;
}

void lam_evaluation_clear(LamEvaluation *e)
{
    for (guint i = 0; e->scores != NULL && i < lam_evaluation_rows(e) * e->pairs->len; i++)
        lam_score_clear(&e->scores[i]);
    g_clear_pointer(&e->scores, g_free);
}
