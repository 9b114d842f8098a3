/* The inverse of a displacement field, as a field. */
#include <lambdascope/field.h>

#include "inverter.h"

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>

#define LARGEST_GROWTH 16   /* of the grid made for an inverse */
#define ALWAYS_ALLOWED 4096 /* voxels */
#define ROUNDING_VOX   1e-3

static inline LamVec3 voxel_of(const LamGrid *grid, size_t at)
{
    size_t w = (size_t)grid->size[0], h = (size_t)grid->size[1];
    return (LamVec3){{(double)(at % w), (double)(at / w % h), (double)(at / w / h)}};
}

/* Whether p lies among the outer voxel centres, `rim` voxels within; an axis of one voxel is all rim. */
static bool within(const LamGrid *grid, LamVec3 p, double rim)
{
    for (int a = 0; a < 3; a++) {
        int n = grid->size[a];
        double least = n > 2 ? rim : n == 1 ? -0.5 : 0;
        if (p.v[a] < least - LAM_RIM_SLACK || p.v[a] > n - 1 - least + LAM_RIM_SLACK)
            return false;
    }
    return true;
}

/* A point that T does not reach ends near a face: there it is no matter of folds. */
static bool counts(const LamGrid *grid, LamVec3 p, bool solved)
{
    return within(grid, p, solved ? 0 : 1);
}

/* Improves the guess in place. */
static void solve_all(const LamInverter *v, LamVolume *inverse, LamInverseReport *report)
{
    const LamGrid *grid = &inverse->grid, *own = &v->field->grid;
    size_t voxels = lam_grid_voxels(grid), points = 0, open = 0;
    double sum = 0, largest = 0;
#pragma omp parallel for schedule(dynamic, 4096) reduction(+ : points, open, sum) reduction(max : largest)
    for (size_t i = 0; i < voxels; i++) {
        LamVec3 y = lam_mat4_apply(&grid->to_world, voxel_of(grid, i)), guess = y;
        for (size_t c = 0; c < 3; c++)
            guess.v[c] += (double)inverse->data[c * voxels + i];
        double left;
        LamVec3 p = lam_inverter_solve(v, y, lam_mat4_apply(&v->to_voxel, guess), &left);
        LamVec3 x = lam_mat4_apply(&own->to_world, p);
        for (size_t c = 0; c < 3; c++)
            inverse->data[c * voxels + i] = (float)(x.v[c] - y.v[c]);
        bool solved = left <= 10 * v->tolerance_mm;
        if (counts(own, p, solved)) {
            points++;
            open += !solved;
            sum += left;
            largest = fmax(largest, left);
        }
    }
    *report = (LamInverseReport){points, open, points > 0 ? sum / (double)points : 0, largest};
}

/* |T(T^-1(y)) - y| midway between the grid's points, where interpolation is worst. */
static void measure(const LamInverter *v, const LamVolume *inverse, LamInverseReport *report)
{
    const LamGrid *grid = &inverse->grid;
    size_t voxels = lam_grid_voxels(grid), points = 0;
    double sum = 0, largest = 0;
#pragma omp parallel for schedule(static) reduction(+ : points, sum) reduction(max : largest)
    for (size_t i = 0; i < voxels; i++) {
        LamVec3 q = voxel_of(grid, i);
        for (int a = 0; a < 3; a++)
            q.v[a] += q.v[a] + 1 < grid->size[a] ? 0.5 : 0;
        LamVec3 p = lam_mat4_apply(&v->to_voxel, lam_inverter_map(inverse, q));
        if (!within(&v->field->grid, p, 0))
            continue;
        LamVec3 y = lam_mat4_apply(&grid->to_world, q);
        double left = lam_vec3_length(lam_vec3_minus(y, lam_inverter_map(v->field, p)));
        points++;
        sum += left;
        largest = fmax(largest, left);
    }
    report->mean_mm = points > 0 ? sum / (double)points : 0;
    report->largest_mm = largest;
}

bool lam_field_inverse_refine(const LamVolume *field, LamVolume *inverse, LamInverseReport *report,
                              GError **error)
{
    g_return_val_if_fail(field->channels == 3 && inverse->channels == 3, false);
    LamInverter v;
    LamInverseReport unused;
    if (report == NULL)
        report = &unused;
    if (!lam_inverter_init(&v, field, error))
        return false;
    solve_all(&v, inverse, report);
    return true;
}

/* The box of T's values in voxels of the field. */
static void box_of_values(const LamVolume *field, const LamMat4 *to_voxel, double low[3],
                          double high[3])
{
    size_t voxels = lam_grid_voxels(&field->grid);
    for (int a = 0; a < 3; a++) {
        low[a] = INFINITY;
        high[a] = -INFINITY;
    }
    for (size_t i = 0; i < voxels; i++) {
        LamVec3 p = voxel_of(&field->grid, i), u;
        for (size_t c = 0; c < 3; c++)
            u.v[c] = (double)field->data[c * voxels + i];
        u = lam_mat4_apply_vector(to_voxel, u);
        for (int a = 0; a < 3; a++) {
            low[a] = fmin(low[a], p.v[a] + u.v[a]);
            high[a] = fmax(high[a], p.v[a] + u.v[a]);
        }
    }
}

bool lam_field_inverse_grid(const LamVolume *field, LamGrid *grid, GError **error)
{
    LamMat4 to_voxel;
    double low[3], high[3], count = 1;
    *grid = field->grid;
    bool usable = lam_mat4_invert(&field->grid.to_world, &to_voxel);
    if (usable)
        box_of_values(field, &to_voxel, low, high);
    for (int a = 0; usable && a < 3; a++) {
        low[a] = floor(low[a] + ROUNDING_VOX);
        high[a] = ceil(high[a] - ROUNDING_VOX);
        count *= high[a] - low[a] + 1;
    }
    if (!usable ||
        !(count <= LARGEST_GROWTH * (double)lam_grid_voxels(&field->grid) + ALWAYS_ALLOWED)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    usable ? "cannot invert: %s: it scatters its points too far for a grid of its "
                             "own spacing; name the grid of the result"
                           : "cannot invert: %s: the matrix of its grid is singular",
                    field->path != NULL ? field->path : "the field");
        return false;
    }
    LamMat4 shift = lam_mat4_translation(low[0], low[1], low[2]);
    grid->to_world = lam_mat4_multiply(&field->grid.to_world, &shift);
    for (int a = 0; a < 3; a++)
        grid->size[a] = (int)(high[a] - low[a]) + 1;
    return true;
}

/* The inverse of the affine that fits best. */
static void guess(const LamInverter *v, LamVolume *inverse)
{
    const LamGrid *grid = &inverse->grid;
    LamMat4 map = lam_mat4_multiply(&v->field->grid.to_world, &v->from_world);
    size_t voxels = lam_grid_voxels(grid);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < voxels; i++) {
        LamVec3 y = lam_mat4_apply(&grid->to_world, voxel_of(grid, i));
        LamVec3 u = lam_vec3_minus(lam_mat4_apply(&map, y), y);
        for (size_t c = 0; c < 3; c++)
            inverse->data[c * voxels + i] = (float)u.v[c];
    }
}

LamVolume *lam_field_inverse(const LamVolume *field, const LamGrid *grid, LamInverseReport *report,
                             GError **error)
{
    g_return_val_if_fail(field->channels == 3, NULL);
    LamGrid own;
    LamInverter v;
    if ((grid == NULL && !lam_field_inverse_grid(field, &own, error)) ||
        !lam_inverter_init(&v, field, error))
        return NULL;
    g_autoptr(LamVolume) inverse = lam_volume_new(grid != NULL ? grid : &own, 3, error);
    if (inverse == NULL)
        return NULL;
    LamInverseReport unused;
    guess(&v, inverse);
    solve_all(&v, inverse, report != NULL ? report : &unused);
    if (report != NULL)
        measure(&v, inverse, report);
    return g_steal_pointer(&inverse);
}
