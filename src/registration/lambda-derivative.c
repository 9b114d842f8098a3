/* How a field changes with λ, whatever makes it. */
#include <lambdascope/session.h>

#include <lambdascope/lambda_scale.h>

#define HALF_STEP 0.1 /* of log γ: well above rounding, well below where the field bends */

static LamVolume *field_at(LamFieldAt at, gpointer user, double position, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = at(user, lam_lambda_from_position(position), error);
    return snapshot != NULL ? lam_volume_ref(snapshot->field) : NULL;
}

LamVolume *lam_lambda_derivative(LamFieldAt at, gpointer user, double lambda, GError **error)
{
    double end = LAM_POSITION_STOP - 2 * HALF_STEP;
    double position = CLAMP(lam_lambda_to_position(lambda), -end, end);
    g_autoptr(LamVolume) below = field_at(at, user, position - HALF_STEP, error);
    g_autoptr(LamVolume) above =
        below != NULL ? field_at(at, user, position + HALF_STEP, error) : NULL;
    LamVolume *out = above != NULL ? lam_volume_new(&above->grid, 3, error) : NULL;
    for (size_t i = 0; out != NULL && i < 3 * lam_grid_voxels(&out->grid); i++)
        out->data[i] = (above->data[i] - below->data[i]) / (float)(2 * HALF_STEP);
    return out;
}
