#include <lambdascope/registration.h>

#include <lambdascope/align.h>
#include <lambdascope/composite.h>
#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/session.h>
#include <math.h>
#include <string.h>

#define DEFAULT_LAMBDA 0.3
#define SEED           1 /* of the uncertainty's samples */

LamRegistrationOptions lam_registration_options_default(void)
{
    return (LamRegistrationOptions){.method = LAM_METHOD_NETWORK,
                                    .affine = lam_affine_options_default(),
                                    .lambda = DEFAULT_LAMBDA,
                                    .label_share = -1,
                                    .seconds = -1,
                                    .terms = lam_refine_options_default(DEFAULT_LAMBDA)};
}

void lam_registration_result_clear(LamRegistrationResult *result)
{
    g_clear_pointer(&result->transform, lam_transform_unref);
    g_clear_pointer(&result->uncertainty, lam_volume_unref);
    g_clear_pointer(&result->sensitivity, lam_volume_unref);
    g_clear_pointer(&result->warnings, g_strfreev);
}

static double seconds_since(gint64 start)
{
    return (double)(g_get_monotonic_time() - start) / 1e6;
}

/* ---- what is asked of the model ---- */

static bool check_uncertainty(const LamRegistrationOptions *options, GError **error)
{
    const char *path = options->model != NULL ? lam_model_path(options->model) : NULL;
    const char *why = NULL;
    if (options->uncertainty_samples == 0)
        return true;
    if (options->method != LAM_METHOD_NETWORK || options->model == NULL)
        why = "it is that of the network's answer, which is not asked for";
    else if (options->symmetric)
        why = "it is not known both ways at once";
    else if (!lam_model_config(options->model)->uncertain)
        why = "it is not a probabilistic model";
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot compute the uncertainty: %s: %s",
                    path != NULL ? path : "the model", why);
    return why == NULL;
}

static bool check_sensitivity(const LamRegistrationOptions *options, GError **error)
{
    bool known = options->method == LAM_METHOD_NETWORK && options->model != NULL &&
                 !options->symmetric && options->n_regions == 0;
    if (!options->sensitivity || known)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot compute the sensitivity: the registration: it is that of the network's own "
                "answer to λ");
    return false;
}

/* Before anything takes time. */
static bool check_model(const LamRegistrationOptions *options, GError **error)
{
    bool share_is_given = !(options->label_share < 0);
    if (!check_uncertainty(options, error) || !check_sensitivity(options, error))
        return false;
    if (options->n_regions > 0 && options->method != LAM_METHOD_NETWORK) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot use regions: the registration: they are for the network's answer");
        return false;
    }
    if (share_is_given && options->model == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot set the label share: the registration: it uses no network");
        return false;
    }
    return !share_is_given ||
           lam_model_check_label_share(options->model, options->label_share, error);
}

/* ---- the parts ---- */

static bool fit_linear(const LamVolume *fixed, const LamVolume *moving,
                       const LamRegistrationOptions *options, const LamProgress *progress,
                       LamRegistrationResult *result, GError **error)
{
    gint64 start = g_get_monotonic_time();
    result->linear = lam_affine_given(&options->affine.initial);
    if (!options->keep_initial &&
        !lam_align(fixed, moving, &options->affine, progress, &result->linear, error))
        return false;
    result->linear_s = seconds_since(start);
    return true;
}

/* The plan of the method with the caller's budget and terms. */
static LamRefineOptions plan(const LamRegistrationOptions *options, const LamVolume *fixed,
                             const LamAffine *linear)
{
    LamRefineOptions own = options->method == LAM_METHOD_CLASSICAL
                               ? lam_refine_options_classical(options->lambda)
                               : lam_refine_options_default(options->lambda);
    LamRefineOptions out = options->terms;
    out.lambda = own.lambda;
    out.seconds = options->seconds >= 0 ? options->seconds : own.seconds;
    out.n_levels = own.n_levels;
    memcpy(out.levels, own.levels, sizeof out.levels);
    if (options->choose_similarity && out.fixed_mask == NULL)
        out.similarity = lam_similarity_for_contrasts(fixed, linear);
    return out;
}

static LamSnapshot *ask_with_regions(LamSession *session, const LamRegistrationOptions *options,
                                     LamRegistrationResult *result, GError **error)
{
    g_autoptr(LamComposite) composite =
        lam_composite_new(session, options->regions, options->n_regions, NULL, error);
    if (composite == NULL)
        return NULL;
    result->warnings = g_strdupv((char **)lam_composite_warnings(composite));
    return lam_composite_at(composite, options->lambda, false, error);
}

/* The network's answer; NULL for none and an error. */
static LamSnapshot *ask_network(LamSession *session, const LamRegistrationOptions *options,
                                LamRegistrationResult *result, GError **error)
{
    if (!(options->label_share < 0) &&
        !lam_session_set_label_share(session, options->label_share, error))
        return NULL;
    if (options->uncertainty_samples > 0) {
        result->uncertainty = lam_session_uncertainty(session, options->lambda,
                                                      options->uncertainty_samples, SEED, error);
        if (result->uncertainty == NULL)
            return NULL;
    }
    if (options->sensitivity &&
        (result->sensitivity = lam_session_sensitivity(session, options->lambda, error)) == NULL)
        return NULL;
    return options->n_regions > 0 ? ask_with_regions(session, options, result, error)
                                  : lam_session_set_lambda(session, options->lambda, false, error);
}

static LamTransform *deform(LamVolume *fixed, LamVolume *moving,
                            const LamRegistrationOptions *options, const LamProgress *progress,
                            LamRegistrationResult *result, GError **error)
{
    bool classical = options->method == LAM_METHOD_CLASSICAL;
    const LamSessionOptions opening = {.model = classical ? NULL : options->model,
                                       .fixed = fixed,
                                       .moving = moving,
                                       .affine = &result->linear.matrix,
                                       .symmetric = options->symmetric,
                                       .document = 1};
    LamProgress opens = lam_progress_part(progress, 0, 0.2),
                refines = lam_progress_part(progress, 0.2, 1);
    g_autoptr(LamSession) session = lam_session_open(&opening, &opens, error);
    g_autoptr(LamSnapshot) snapshot = NULL;
    if (session == NULL)
        return NULL;
    if (!classical) {
        snapshot = ask_network(session, options, result, error);
        if (snapshot == NULL)
            return NULL;
    }
    if (options->method != LAM_METHOD_NETWORK) {
        LamRefineOptions refine = plan(options, fixed, &result->linear);
        result->similarity = refine.similarity;
        LamSnapshot *refined =
            lam_session_refine(session, snapshot, &refine, &result->refinement, &refines, error);
        if (refined == NULL)
            return NULL;
        g_clear_pointer(&snapshot, lam_snapshot_unref);
        snapshot = refined;
    }
    result->statistics = snapshot->statistics;
    return lam_snapshot_transform(snapshot);
}

/* ---- how well they fit ---- */

static double correlation_through(const LamVolume *fixed, const LamVolume *moving,
                                  const LamTransform *transform)
{
    g_autoptr(LamVolume) moved =
        lam_transform_resample(transform, moving, &fixed->grid, LAM_LINEAR, 0, NULL);
    if (moved == NULL)
        return NAN;
    return lam_correlation(fixed->data, moved->data, lam_grid_voxels(&fixed->grid));
}

static void measure(const LamVolume *fixed, const LamVolume *moving, LamRegistrationResult *result)
{
    g_autoptr(LamTransform) none = lam_transform_new_identity();
    g_autoptr(LamTransform) linear = lam_transform_new_affine(&result->linear.matrix);
    result->before = correlation_through(fixed, moving, none);
    result->aligned = correlation_through(fixed, moving, linear);
    result->after = lam_transform_is_affine(result->transform, NULL)
                        ? result->aligned
                        : correlation_through(fixed, moving, result->transform);
}

bool lam_registration_run(LamVolume *fixed, LamVolume *moving,
                          const LamRegistrationOptions *options, const LamProgress *progress,
                          LamRegistrationResult *result, GError **error)
{
    *result = (LamRegistrationResult){0};
    LamProgress linear = lam_progress_part(progress, 0, 0.3);
    LamProgress deformable = lam_progress_part(progress, 0.3, 0.9);
    if (!check_model(options, error) || !fit_linear(fixed, moving, options, &linear, result, error))
        return false;
    gint64 start = g_get_monotonic_time();
    result->transform = options->method == LAM_METHOD_LINEAR
                            ? lam_transform_new_affine(&result->linear.matrix)
                            : deform(fixed, moving, options, &deformable, result, error);
    if (result->transform == NULL)
        return false;
    result->deformable_s = seconds_since(start);
    lam_progress_report(progress, 0.9, "measuring");
    measure(fixed, moving, result);
    lam_progress_report(progress, 1, "done");
    return true;
}
