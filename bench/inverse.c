/* inverse FIXED MOVING MASK [LAMBDA...]: how well the transforms of the default model are inverted, and
 * what composing them at once is worth. Prints a table; lengths in mm, over the mask (the voxels above
 * zero of a scan or label map on the fixed scan's space).
 *
 * round trip: |T^-1(T(x)) - x| for the flow run backwards on its own grid, for lam_transform_inverse,
 * which solves for each point, and for that inverse written as a field on the moving scan's grid;
 * |T(T^-1(y)) - y| the other way; the same of T written as a field on the fixed scan's grid. Composition: an image known as a formula goes through two transforms, fixed to moving and
 * back to fixed; root mean square error against the formula itself, in % of the image's amplitude. */
#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <lambdascope/session.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    double mean, p95, max;
} Spread;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static Spread spread_of(double *values, size_t n)
{
    Spread s = {0};
    qsort(values, n, sizeof *values, ascending);
    for (size_t i = 0; i < n; i++)
        s.mean += values[i] / (double)n;
    s.p95 = values[(n - 1) * 95 / 100];
    s.max = values[n - 1];
    return s;
}

static double distance(LamVec3 a, LamVec3 b)
{
    return sqrt(pow(a.v[0] - b.v[0], 2) + pow(a.v[1] - b.v[1], 2) + pow(a.v[2] - b.v[2], 2));
}

/* World points of the mask's voxels, moved by a share of a voxel. */
static GArray *points_of(const LamVolume *mask, double offset)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    const int *n = mask->grid.size;
    size_t voxels = lam_grid_voxels(&mask->grid);
    for (size_t i = 0; i < voxels; i++) {
        if (!(mask->data[i] > 0))
            continue;
        LamVec3 p = {{(double)(i % (size_t)n[0]) + offset,
                      (double)(i / (size_t)n[0] % (size_t)n[1]) + offset,
                      (double)(i / (size_t)n[0] / (size_t)n[1]) + offset}};
        p = lam_mat4_apply(&mask->grid.to_world, p);
        g_array_append_val(points, p);
    }
    return points;
}

static GArray *moved(const LamTransform *transform, const GArray *points)
{
    GArray *out = g_array_sized_new(FALSE, FALSE, sizeof(LamVec3), points->len);
    g_array_append_vals(out, points->data, points->len);
    lam_transform_points(transform, (LamVec3 *)(void *)out->data, out->len, NULL);
    return out;
}

static Spread between(const GArray *a, const GArray *b)
{
    g_autofree double *values = g_new(double, a->len);
    for (guint i = 0; i < a->len; i++)
        values[i] = distance(g_array_index(a, LamVec3, i), g_array_index(b, LamVec3, i));
    return spread_of(values, a->len);
}

static Spread round_trip(const LamTransform *there, const LamTransform *back, const GArray *points)
{
    g_autoptr(GArray) out = moved(there, points), again = moved(back, out);
    return between(points, again);
}

/* The inverse without refinement: the affine's inverse, then exp(-v). */
static LamTransform *plain_inverse(const LamSnapshot *snapshot, GError **error)
{
    LamMat4 inverse;
    lam_mat4_invert(&snapshot->affine, &inverse);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&inverse);
    g_autoptr(LamTransform) flow = lam_transform_new_flow(snapshot->velocity, -1, error);
    return flow != NULL ? lam_transform_compose(affine, flow) : NULL;
}

/* ---- composition ---- */

static double formula(LamVec3 y)
{
    return sin(0.5 * y.v[0] + 0.3 * y.v[1]) + sin(0.4 * y.v[1] - 0.35 * y.v[2]) +
           cos(0.55 * y.v[2] + 0.1 * y.v[0]); /* waves of 10 to 12 mm */
}

static LamVolume *formula_image(const LamGrid *grid, GError **error)
{
    LamVolume *image = lam_volume_new(grid, 1, error);
    size_t at = 0;
    for (int k = 0; image != NULL && k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++)
                image->data[at++] =
                    (float)formula(lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}}));
    return image;
}

static double rms_percent(const LamVolume *image, const LamVolume *mask, const GArray *targets)
{
    double sum = 0;
    guint at = 0;
    size_t n = lam_grid_voxels(&mask->grid);
    for (size_t i = 0; i < n; i++)
        if (mask->data[i] > 0) {
            double wanted = formula(g_array_index(targets, LamVec3, at));
            double off = (double)image->data[i] - wanted;
            sum += off * off;
            at++;
        }
    return 100 * sqrt(sum / at) / 3;
}

static bool print_composition(const LamVolume *mask, const LamTransform *there,
                              const LamTransform *onward, const LamGrid *middle, GError **error)
{
    const LamGrid *grid = &mask->grid;
    g_autoptr(LamTransform) both = lam_transform_compose(there, onward);
    g_autoptr(GArray) points = points_of(mask, 0), half = points_of(mask, 0.5);
    g_autoptr(GArray) targets = moved(both, points), half_targets = moved(both, half);
    g_autoptr(LamVolume) image = formula_image(grid, error);
    g_autoptr(LamVolume) field = lam_transform_to_field(both, grid, error);
    if (image == NULL || field == NULL)
        return false;
    g_autoptr(LamTransform) as_field = lam_transform_new_displacement(field);
    g_autoptr(GArray) by_field = moved(as_field, half);
    g_autoptr(LamVolume) once = lam_transform_resample(both, image, grid, LAM_LINEAR, 0, error);
    g_autoptr(LamVolume) cubic = lam_transform_resample(both, image, grid, LAM_CUBIC, 0, error);
    g_autoptr(LamVolume) first =
        lam_transform_resample(onward, image, middle, LAM_LINEAR, 0, error);
    g_autoptr(LamVolume) twice =
        first != NULL ? lam_transform_resample(there, first, grid, LAM_LINEAR, 0, error) : NULL;
    if (once == NULL || cubic == NULL || twice == NULL)
        return false;
    Spread s = between(half_targets, by_field);
    printf("  composed: at once %.2f %% (cubic %.2f %%), one after the other %.2f %%; as one field "
           "on the scan's grid off by %.4f mm, largest %.3f\n",
           rms_percent(once, mask, targets), rms_percent(cubic, mask, targets),
           rms_percent(twice, mask, targets), s.mean, s.max);
    return true;
}

/* ---- one λ ---- */

static void print_round_trip(const char *name, Spread s)
{
    printf("  %-22s mean %.4f  95 %% below %.4f  largest %.4f mm\n", name, s.mean, s.p95, s.max);
}

static bool print_lambda(double lambda, LamSession *session, LamSession *reverse,
                         const LamVolume *mask, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, lambda, false, error);
    g_autoptr(LamSnapshot) onward_snapshot =
        snapshot != NULL ? lam_session_set_lambda(reverse, lambda, false, error) : NULL;
    if (onward_snapshot == NULL)
        return false;
    LamInverseReport report;
    g_autoptr(LamTransform) there = lam_snapshot_transform(snapshot);
    g_autoptr(LamTransform) onward = lam_snapshot_transform(onward_snapshot);
    g_autoptr(LamTransform) plain = plain_inverse(snapshot, error);
    gint64 start = g_get_monotonic_time();
    g_autoptr(LamTransform) back = lam_transform_inverse(there, &report, error);
    double ms = 1e-3 * (double)(g_get_monotonic_time() - start);
    const LamGrid *middle = &lam_session_moving(session)->grid;
    g_autoptr(LamVolume) written = lam_transform_to_field(there, &mask->grid, error);
    if (plain == NULL || back == NULL || written == NULL)
        return false;
    g_autoptr(LamVolume) written_back = lam_transform_to_field(back, middle, error);
    if (written_back == NULL)
        return false;
    g_autoptr(LamTransform) kept = lam_transform_new_displacement(written_back);
    g_autoptr(LamTransform) given = lam_transform_new_displacement(written);
    g_autoptr(LamTransform) given_back = lam_transform_inverse(given, NULL, error);
    if (given_back == NULL)
        return false;
    g_autoptr(GArray) points = points_of(mask, 0.3), targets = moved(there, points);
    printf("lambda %g: mean |u| %.2f mm, folds %.4f %%, digital %.4f %%, NDV %.6f %%\n", lambda,
           snapshot->statistics.mean_mm, snapshot->statistics.fold_percent,
           snapshot->statistics.digital_fold_percent, snapshot->statistics.ndv_percent);
    print_round_trip("flow run backwards", round_trip(there, plain, points));
    print_round_trip("solved at each point", round_trip(there, back, points));
    print_round_trip("and written", round_trip(there, kept, points));
    print_round_trip("the other way round", round_trip(back, there, targets));
    print_round_trip("of a written field", round_trip(given, given_back, points));
    printf(
        "  made in %.0f ms; of %zu points of its grid %zu open; left mean %.4f, largest %.4f mm\n",
        ms, report.points, report.open, report.mean_mm, report.largest_mm);
    return print_composition(mask, there, onward, middle, error);
}

static bool run(int argc, char **argv, GError **error)
{
    g_autofree char *path = lam_model_find(NULL, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    g_autoptr(LamVolume) fixed = model != NULL ? lam_scan_load(argv[1], 0, error) : NULL;
    g_autoptr(LamVolume) moving = fixed != NULL ? lam_scan_load(argv[2], 0, error) : NULL;
    g_autoptr(LamVolume) mask = moving != NULL ? lam_scan_load(argv[3], 0, error) : NULL;
    if (mask == NULL)
        return false;
    g_autoptr(LamSession) session = lam_session_new(model, fixed, moving, NULL, 1, NULL, error);
    if (session == NULL)
        return false;
    g_autoptr(LamSession) reverse = lam_session_new(model, moving, fixed, NULL, 2, NULL, error);
    if (reverse == NULL)
        return false;
    if (argc == 4)
        return print_lambda(0.2, session, reverse, mask, error) &&
               print_lambda(0.5, session, reverse, mask, error) &&
               print_lambda(0.8, session, reverse, mask, error);
    for (int i = 4; i < argc; i++)
        if (!print_lambda(g_ascii_strtod(argv[i], NULL), session, reverse, mask, error))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc < 4) {
        fputs("Usage: inverse FIXED MOVING MASK [LAMBDA...]\n", stderr);
        return 2;
    }
    if (run(argc, argv, &error))
        return 0;
    fprintf(stderr, "inverse: %s\n", error->message);
    return 1;
}
