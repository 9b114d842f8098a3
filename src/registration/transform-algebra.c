/* Inverses of transforms, and parts of their course. */
#include <lambdascope/transform.h>

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>

#define LATTICE      32 /* points along an axis at most */
#define FINE_LATTICE 200

/* ---- inverse ---- */

static LamTransform *inverse_affine(const LamMat4 *matrix, GError **error)
{
    LamMat4 inverse;
    if (lam_mat4_invert(matrix, &inverse))
        return lam_transform_new_affine(&inverse);
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot invert the transform: an affine of it is singular");
    return NULL;
}

/* What an inverse step inverts, as it was. */
static LamTransform *original(const LamTransformStep *step)
{
    return step->velocity != NULL
               ? lam_transform_new_flow_of(step->velocity, step->undoes, -step->time)
               : lam_transform_new_displacement(step->undoes);
}

static LamTransform *inverse_field(const LamTransformStep *step, LamInverseReport *report,
                                   GError **error)
{
    bool flow = step->velocity != NULL;
    g_autoptr(LamVolume) back = flow ? lam_field_exponential(step->velocity, -step->time, error)
                                     : lam_field_inverse(step->displacement, NULL, NULL, error);
    if (back == NULL || !lam_field_inverse_refine(step->displacement, back, report, error))
        return NULL;
    LamTransform *out = flow ? lam_transform_new_flow_of(step->velocity, back, -step->time)
                             : lam_transform_new_displacement(back);
    out->step[0].undoes = lam_volume_ref(step->displacement);
    return out;
}

static LamTransform *inverse_step(const LamTransformStep *step, LamInverseReport *report,
                                  GError **error)
{
    if (step->displacement == NULL)
        return inverse_affine(&step->matrix, error);
    return step->undoes != NULL ? original(step) : inverse_field(step, report, error);
}

static void add_report(LamInverseReport *all, const LamInverseReport *one)
{
    all->points += one->points;
    all->open += one->open;
    all->mean_mm = fmax(all->mean_mm, one->mean_mm);
    all->largest_mm = fmax(all->largest_mm, one->largest_mm);
}

static void extend(LamTransform **chain, const LamTransform *next)
{
    LamTransform *longer = lam_transform_compose(*chain, next);
    lam_transform_unref(*chain);
    *chain = longer;
}

LamTransform *lam_transform_inverse(const LamTransform *transform, LamInverseReport *report,
                                    GError **error)
{
    g_autoptr(LamTransform) out = lam_transform_new_identity();
    LamInverseReport all = {0};
    for (int s = transform->count - 1; s >= 0; s--) {
        LamInverseReport one = {0};
        g_autoptr(LamTransform) back = inverse_step(&transform->step[s], &one, error);
        if (back == NULL)
            return NULL;
        add_report(&all, &one);
        extend(&out, back);
    }
    if (report != NULL)
        *report = all;
    return g_steal_pointer(&out);
}

/* ---- course ---- */

static LamVolume *scaled(const LamVolume *field, double factor, GError **error)
{
    LamVolume *out = lam_volume_new(&field->grid, 3, error);
    size_t count = 3 * lam_grid_voxels(&field->grid);
    for (size_t i = 0; out != NULL && i < count; i++)
        out->data[i] = field->data[i] * (float)factor;
    return out;
}

static LamTransform *copy(const LamTransformStep *step)
{
    const LamTransform one = {.count = 1, .step = (LamTransformStep *)step};
    g_autoptr(LamTransform) nothing = lam_transform_new_identity();
    return lam_transform_compose(nothing, &one);
}

static LamTransform *field_at(const LamTransformStep *step, double t, GError **error)
{
    if (step->velocity != NULL)
        return lam_transform_new_flow(step->velocity, t * step->time, error);
    g_autoptr(LamVolume) part = scaled(step->displacement, t, error);
    return part != NULL ? lam_transform_new_displacement(part) : NULL;
}

static LamTransform *step_at(const LamTransformStep *step, double t, GError **error)
{
    if (step->displacement == NULL || t >= 1)
        return copy(step);
    if (step->undoes == NULL)
        return field_at(step, t, error);
    g_autoptr(LamTransform) whole = original(step);
    g_autoptr(LamTransform) part = field_at(&whole->step[0], t, error);
    return part != NULL ? lam_transform_inverse(part, NULL, error) : NULL;
}

LamTransform *lam_transform_at(const LamTransform *transform, double t, GError **error)
{
    if (!(t >= 0 && t <= 1)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot take a part of the transform: time %g: must be between 0 and 1", t);
        return NULL;
    }
    g_autoptr(LamTransform) out = lam_transform_new_identity();
    for (int s = 0; s < transform->count; s++) {
        g_autoptr(LamTransform) part = step_at(&transform->step[s], t, error);
        if (part == NULL)
            return NULL;
        extend(&out, part);
    }
    return g_steal_pointer(&out);
}

/* ---- coverage ---- */

/* Points of the grid from face to face, so many along an axis at most. */
static GArray *lattice_of(const LamGrid *grid, int most)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    int n[3];
    for (int a = 0; a < 3; a++)
        n[a] = MIN(grid->size[a], most);
    for (int i = 0; i < n[0] * n[1] * n[2]; i++) {
        const int at[3] = {i % n[0], i / n[0] % n[1], i / n[0] / n[1]};
        LamVec3 p;
        for (int a = 0; a < 3; a++)
            p.v[a] = n[a] > 1 ? (double)at[a] * (grid->size[a] - 1) / (n[a] - 1) : 0;
        p = lam_mat4_apply(&grid->to_world, p);
        g_array_append_val(points, p);
    }
    return points;
}

static double share_within(const GArray *points, const LamGrid *grid)
{
    LamMat4 to_voxel;
    guint inside = 0;
    if (!lam_mat4_invert(&grid->to_world, &to_voxel))
        return 0;
    for (guint i = 0; i < points->len; i++) {
        LamVec3 p = lam_mat4_apply(&to_voxel, g_array_index(points, LamVec3, i));
        inside += lam_is_inside(p.v[0], grid->size[0]) && lam_is_inside(p.v[1], grid->size[1]) &&
                  lam_is_inside(p.v[2], grid->size[2]);
    }
    return (double)inside / points->len;
}

/* Moves the points through the chain. */
static double least_share(const LamTransform *transform, GArray *points, int *step)
{
    double least = 1;
    *step = -1;
    for (int s = 0; s < transform->count; s++) {
        const LamTransformStep *at = &transform->step[s];
        double share = at->displacement != NULL ? share_within(points, &at->displacement->grid) : 1;
        if (share < least)
            *step = s;
        least = fmin(least, share);
        g_autoptr(LamTransform) one = copy(at);
        lam_transform_points(one, (LamVec3 *)(void *)points->data, points->len, NULL);
    }
    return least;
}

double lam_transform_coverage(const LamTransform *transform, const LamGrid *grid, int *step)
{
    static const int lattices[] = {LATTICE, FINE_LATTICE}; /* the second for what is small */
    double share = 0;
    int at = -1;
    for (guint l = 0; l < G_N_ELEMENTS(lattices) && !(share > 0); l++) {
        g_autoptr(GArray) points = lattice_of(grid, lattices[l]);
        share = least_share(transform, points, &at);
    }
    if (step != NULL)
        *step = at;
    return share;
}
