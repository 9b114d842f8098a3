/* Where a change of λ changes the answer. */
#include "session-private.h"

#include <lambdascope/error.h>
#include <math.h>

static LamSnapshot *of_session(gpointer session, double lambda, GError **error)
{
    return lam_session_set_lambda(session, lambda, false, error);
}

LamVolume *lam_session_lambda_derivative(LamSession *session, double lambda, GError **error)
{
    return lam_session_put_lambda(session, lambda, error)
               ? lam_lambda_derivative(of_session, session, lambda, error)
               : NULL;
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
