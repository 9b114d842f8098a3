#include <lambdascope/registration.h>

#include <lambdascope/metrics.h>
#include <lambdascope/session.h>
#include <math.h>

#define DEFAULT_LAMBDA 0.3

LamRegistrationOptions lam_registration_options_default(void)
{
    return (LamRegistrationOptions){.method = LAM_METHOD_NETWORK,
                                    .affine = lam_affine_options_default(),
                                    .lambda = DEFAULT_LAMBDA};
}

void lam_registration_result_clear(LamRegistrationResult *result)
{
    g_clear_pointer(&result->transform, lam_transform_unref);
}

static double seconds_since(gint64 start)
{
    return (double)(g_get_monotonic_time() - start) / 1e6;
}

/* ---- the parts ---- */

static bool fit_linear(const LamVolume *fixed, const LamVolume *moving,
                       const LamRegistrationOptions *options, const LamProgress *progress,
                       LamRegistrationResult *result, GError **error)
{
    gint64 start = g_get_monotonic_time();
    LamAffine fit = {.matrix = options->affine.initial};
    if (!options->keep_initial &&
        !lam_affine_register(fixed, moving, &options->affine, progress, &fit, error))
        return false;
    result->matrix = fit.matrix;
    result->linear_s = seconds_since(start);
    return true;
}

static LamTransform *run_network(LamVolume *fixed, LamVolume *moving,
                                 const LamRegistrationOptions *options, const LamProgress *progress,
                                 LamRegistrationResult *result, GError **error)
{
    g_autoptr(LamSession) session =
        lam_session_new(options->model, fixed, moving, &result->matrix, 1, progress, error);
    g_autoptr(LamSnapshot) snapshot =
        session != NULL ? lam_session_set_lambda(session, options->lambda, false, error) : NULL;
    if (snapshot == NULL)
        return NULL;
    result->statistics = snapshot->statistics;
    return lam_snapshot_transform(snapshot);
}

static LamTransform *deform(LamVolume *fixed, LamVolume *moving,
                            const LamRegistrationOptions *options, const LamProgress *progress,
                            LamRegistrationResult *result, GError **error)
{
    switch (options->method) {
    case LAM_METHOD_NETWORK:
        return run_network(fixed, moving, options, progress, result, error);
    case LAM_METHOD_REFINE:
    case LAM_METHOD_CLASSICAL:
    case LAM_METHOD_LINEAR:
        break;
    }
    return lam_transform_new_affine(&result->matrix);
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
    g_autoptr(LamTransform) linear = lam_transform_new_affine(&result->matrix);
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
    LamProgress linear = lam_progress_part(progress, 0, 0.6);
    LamProgress deformable = lam_progress_part(progress, 0.6, 0.9);
    if (!fit_linear(fixed, moving, options, &linear, result, error))
        return false;
    gint64 start = g_get_monotonic_time();
    result->transform = deform(fixed, moving, options, &deformable, result, error);
    if (result->transform == NULL)
        return false;
    result->deformable_s = seconds_since(start);
    lam_progress_report(progress, 0.9, "measuring");
    measure(fixed, moving, result);
    lam_progress_report(progress, 1, "done");
    return true;
}
