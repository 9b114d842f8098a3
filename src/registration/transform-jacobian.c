/* Change of volume under a whole transform. */
#include <lambdascope/transform.h>

#include <math.h>

#define LEAST_FOR_LOG 1e-3

static double affine_determinant(const LamTransform *transform)
{
    double product = 1;
    for (int s = 0; s < transform->count; s++)
        if (transform->step[s].displacement == NULL)
            product *= lam_mat4_det3(&transform->step[s].matrix);
    return product;
}

LamVolume *lam_transform_jacobian(const LamTransform *transform, const LamGrid *grid,
                                  const LamJacobianOptions *options, GError **error)
{
    const LamJacobianOptions plain = {0}, *o = options != NULL ? options : &plain;
    g_autoptr(LamVolume) field = lam_transform_to_field(transform, grid, error);
    LamVolume *jacobian = field != NULL ? lam_field_jacobian(field, error) : NULL;
    if (jacobian == NULL)
        return NULL;
    double affine = o->without_affine ? affine_determinant(transform) : 1;
    float scale = affine != 0 ? (float)(1 / affine) : 1; /* flat: there is nothing to take out */
    size_t n = lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++) {
        float j = jacobian->data[i] * scale;
        jacobian->data[i] = o->log ? logf(fmaxf(j, (float)LEAST_FOR_LOG)) : j;
    }
    return jacobian;
}

bool lam_transform_modulate(const LamTransform *transform, LamVolume *image, GError **error)
{
    g_autoptr(LamVolume) jacobian = lam_transform_jacobian(transform, &image->grid, NULL, error);
    if (jacobian == NULL)
        return false;
    float sign = affine_determinant(transform) < 0 ? -1 : 1;
    size_t n = lam_grid_voxels(&image->grid);
    for (int c = 0; c < image->channels; c++)
        for (size_t i = 0; i < n; i++)
            lam_volume_channel(image, c)[i] *= fmaxf(sign * jacobian->data[i], 0);
    return true;
}
