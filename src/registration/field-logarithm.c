/* The stationary velocity of a displacement, by a fixed point. */
#include <lambdascope/field.h>

#include <math.h>
#include <string.h>

#define ITERATIONS 20
#define ENOUGH_VOX 1e-3 /* root mean square of what is left of the displacement */

/* next = v + (u - e). Mean square of u - e in mm^2. */
static double correct(const LamVolume *u, const LamVolume *v, const LamVolume *e, LamVolume *next)
{
    size_t count = 3 * lam_grid_voxels(&u->grid);
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        float left = u->data[i] - e->data[i];
        next->data[i] = v->data[i] + left;
        squares += (double)(left * left);
    }
    return squares / (double)lam_grid_voxels(&u->grid);
}

static LamVolume *copy_of(const LamVolume *field, GError **error)
{
    LamVolume *copy = lam_volume_new(&field->grid, 3, error);
    if (copy != NULL)
        memcpy(copy->data, field->data, 3 * lam_grid_voxels(&field->grid) * sizeof(float));
    return copy;
}

LamVolume *lam_field_logarithm(const LamVolume *displacement, GError **error)
{
    g_return_val_if_fail(displacement->channels == 3, NULL);
    double enough_mm = ENOUGH_VOX * cbrt(fabs(lam_mat4_det3(&displacement->grid.to_world)));
    double least = INFINITY;
    g_autoptr(LamVolume) best = copy_of(displacement, error);
    g_autoptr(LamVolume) v = best != NULL ? lam_volume_ref(best) : NULL;
    for (int i = 0; v != NULL && i < ITERATIONS; i++) {
        g_autoptr(LamVolume) e = lam_field_exponential(v, 1, error);
        LamVolume *next = e != NULL ? lam_volume_new(&v->grid, 3, error) : NULL;
        if (next == NULL)
            return NULL;
        double left = correct(displacement, v, e, next);
        if (left < least) {
            lam_volume_unref(best);
            best = lam_volume_ref(v);
        }
        lam_volume_unref(v);
        v = next;
        if (!(left < least) || left <= enough_mm * enough_mm)
            break;
        least = left;
    }
    return g_steal_pointer(&best);
}
