/* Where a change of λ changes the answer. */
#include "session-private.h"

#include <lambdascope/error.h>
#include <lambdascope/lambda_scale.h>
#include <math.h>

#define HALF_STEP 0.1 /* of log γ: well above rounding, well below where the field bends */

static LamVolume *field_at(LamSession *session, double position, GError **error)
{
    g_autoptr(LamSnapshot) snapshot =
        lam_session_set_lambda(session, lam_lambda_from_position(position), false, error);
    return snapshot != NULL ? lam_volume_ref(snapshot->field) : NULL;
}

LamVolume *lam_session_lambda_derivative(LamSession *session, double lambda, GError **error)
{
    if (!lam_session_put_lambda(session, lambda, error))
        return NULL;
    double end = LAM_POSITION_STOP - 2 * HALF_STEP;
    double position = CLAMP(lam_lambda_to_position(lambda), -end, end);
    g_autoptr(LamVolume) below = field_at(session, position - HALF_STEP, error);
    g_autoptr(LamVolume) above =
        below != NULL ? field_at(session, position + HALF_STEP, error) : NULL;
    LamVolume *out = above != NULL ? lam_volume_new(&above->grid, 3, error) : NULL;
    for (size_t i = 0; out != NULL && i < 3 * lam_grid_voxels(&out->grid); i++)
        out->data[i] = (above->data[i] - below->data[i]) / (float)(2 * HALF_STEP);
    return out;
}

LamVolume *lam_session_sensitivity(LamSession *session, double lambda, GError **error)
{
    g_autoptr(LamVolume) by = lam_session_lambda_derivative(session, lambda, error);
    LamVolume *out = by != NULL ? lam_volume_new(&by->grid, 1, error) : NULL;
    size_t n = by != NULL ? lam_grid_voxels(&by->grid) : 0;
    for (size_t i = 0; out != NULL && i < n; i++) {
        const float *v = by->data + i;
        out->data[i] = sqrtf(v[0] * v[0] + v[n] * v[n] + v[2 * n] * v[2 * n]);
    }
    return out;
}
