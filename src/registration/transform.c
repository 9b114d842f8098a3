#include <lambdascope/transform.h>

#include <lambdascope/field.h>

static LamTransform *new_with(int count)
{
    LamTransform *transform = g_new0(LamTransform, 1);
    transform->step = g_new0(LamTransformStep, MAX(count, 1));
    g_atomic_ref_count_init(&transform->refs);
    return transform;
}

LamTransform *lam_transform_new_identity(void)
{
    return new_with(0);
}

LamTransform *lam_transform_new_affine(const LamMat4 *matrix)
{
    LamTransform *transform = new_with(1);
    transform->step[transform->count++].matrix = *matrix;
    return transform;
}

LamTransform *lam_transform_new_displacement(LamVolume *displacement)
{
    g_return_val_if_fail(displacement->channels == 3, NULL);
    LamTransform *transform = new_with(1);
    transform->step[transform->count++].displacement = lam_volume_ref(displacement);
    return transform;
}

LamTransform *lam_transform_new_flow(LamVolume *velocity, double time, GError **error)
{
    g_autoptr(LamVolume) displacement = lam_field_exponential(velocity, time, error);
    return displacement != NULL ? lam_transform_new_flow_of(velocity, displacement, time) : NULL;
}

LamTransform *lam_transform_new_flow_of(LamVolume *velocity, LamVolume *displacement, double time)
{
    LamTransform *transform = lam_transform_new_displacement(displacement);
    transform->step[0].velocity = lam_volume_ref(velocity);
    transform->step[0].time = time;
    return transform;
}

LamTransform *lam_transform_ref(LamTransform *transform)
{
    g_atomic_ref_count_inc(&transform->refs);
    return transform;
}

void lam_transform_unref(LamTransform *transform)
{
    if (transform == NULL || !g_atomic_ref_count_dec(&transform->refs))
        return;
    for (int s = 0; s < transform->count; s++) {
        g_clear_pointer(&transform->step[s].displacement, lam_volume_unref);
        g_clear_pointer(&transform->step[s].velocity, lam_volume_unref);
        g_clear_pointer(&transform->step[s].undoes, lam_volume_unref);
    }
    g_free(transform->step);
    g_free(transform);
}

static void append(LamTransform *out, const LamTransformStep *step)
{
    LamTransformStep *last = out->count > 0 ? &out->step[out->count - 1] : NULL;
    if (step->displacement == NULL && last != NULL && last->displacement == NULL) {
        last->matrix = lam_mat4_multiply(&step->matrix, &last->matrix);
        return;
    }
    LamTransformStep *to = &out->step[out->count++];
    *to = *step;
    if (to->displacement != NULL)
        lam_volume_ref(to->displacement);
    if (to->velocity != NULL)
        lam_volume_ref(to->velocity);
    if (to->undoes != NULL)
        lam_volume_ref(to->undoes);
}

LamTransform *lam_transform_compose(const LamTransform *first, const LamTransform *then)
{
    LamTransform *out = new_with(first->count + then->count);
    for (int s = 0; s < first->count; s++)
        append(out, &first->step[s]);
    for (int s = 0; s < then->count; s++)
        append(out, &then->step[s]);
    return out;
}

bool lam_transform_is_affine(const LamTransform *transform, LamMat4 *matrix)
{
    LamMat4 whole = lam_mat4_identity();
    for (int s = 0; s < transform->count; s++) {
        if (transform->step[s].displacement != NULL)
            return false;
        whole = lam_mat4_multiply(&transform->step[s].matrix, &whole);
    }
    if (matrix != NULL)
        *matrix = whole;
    return true;
}
