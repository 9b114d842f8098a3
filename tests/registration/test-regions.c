/* Regions: their λ, their passages and their shares. */
#include <lambdascope/error.h>
#include <lambdascope/region.h>
#include <math.h>
#include <string.h>

static LamGrid grid_of(int n, double spacing_mm)
{
    return lam_grid_centred((int[]){n, n - 1, n - 3}, spacing_mm, (LamVec3){{0, 0, 0}});
}

/* A ball around a point. */
static LamVolume *ball(const LamGrid *grid, LamVec3 centre, double radius_mm)
{
    LamVolume *mask = lam_volume_new(grid, 1, NULL);
    float *to = mask->data;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++) {
                LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
                for (int a = 0; a < 3; a++)
                    x.v[a] -= centre.v[a];
                *to++ = lam_vec3_dot(x, x) < radius_mm * radius_mm;
            }
    return mask;
}

static LamRegion *ball_region(const char *name, double x, double radius_mm, double border_mm)
{
    LamGrid grid = grid_of(61, 1);
    g_autoptr(LamVolume) mask = ball(&grid, (LamVec3){{x, 0, 0}}, radius_mm);
    LamRegion *region = lam_region_new(name, 0x3366cc, mask);
    region->border_mm = border_mm;
    return region;
}

static void test_lambda(void)
{
    g_autoptr(LamRegion) region = ball_region("ball", 0, 5, 8);
    g_assert_cmpfloat_with_epsilon(lam_region_lambda(region, 0.3), 0.3, 1e-12);
    region->factor = 3; /* γ = 1 -> 3 */
    g_assert_cmpfloat_with_epsilon(lam_region_lambda(region, 0.5), 0.75, 1e-12);
    g_assert_cmpfloat(lam_region_lambda(region, 0), ==, 0);
    g_assert_cmpfloat(lam_region_lambda(region, 1), ==, 1);
    region->follows = false;
    region->lambda = 0.9;
    g_assert_cmpfloat(lam_region_lambda(region, 0.5), ==, 0.9);
}

static void test_kinds(void)
{
    LamRegionKind kind;
    for (int i = LAM_REGION_LAMBDA; i <= LAM_REGION_UNMATCHED; i++) {
        g_assert_true(lam_region_kind_from_name(lam_region_kind_name((LamRegionKind)i), &kind));
        g_assert_cmpint(kind, ==, i);
    }
    g_assert_false(lam_region_kind_from_name("stiff", &kind));
}

static void test_check(void)
{
    static const struct {
        double lambda, factor, border;
        const char *why;
    } bad[] = {
        {1.5, 1, 8, "λ"},       {NAN, 1, 8, "λ"},
        {0.5, 0, 8, "factor"},  {0.5, INFINITY, 8, "factor"},
        {0.5, 1, -1, "border"}, {0.5, 1, 51, "border"},
    };
    g_autoptr(LamRegion) region = ball_region("tumour", 0, 5, 8);
    g_assert_true(lam_region_check(region, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        region->lambda = bad[i].lambda;
        region->factor = bad[i].factor;
        region->border_mm = bad[i].border;
        g_assert_false(lam_region_check(region, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "tumour"));
        g_assert_nonnull(strstr(error->message, bad[i].why));
    }
}

static void test_labels(void)
{
    LamGrid grid = grid_of(9, 2);
    g_autoptr(LamVolume) labels = lam_volume_new(&grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        labels->data[i] = (float)(i % 5);
    g_autoptr(LamVolume) mask = lam_region_mask_of_labels(labels, (int[]){3, 4}, 2, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        g_assert_cmpfloat((double)mask->data[i], ==, i % 5 >= 3);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_region_mask_of_labels(labels, (int[]){17}, 1, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "17"));
}

static double smootherstep(double t)
{
    t = fmin(fmax(t, 0), 1);
    return ((6 * t - 15) * t + 10) * t * t * t;
}

/* Of a ball the signed distance is known: within what a voxel's corner makes uncertain. */
static void test_passage(void)
{
    g_autoptr(LamRegion) region = ball_region("ball", 0, 12, 10);
    LamGrid grid = grid_of(31, 2);
    g_autoptr(LamVolume) p = lam_region_passage(region, &grid, NULL);
    const float *at = p->data;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++, at++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double depth = 12 - sqrt(lam_vec3_dot(x, x));
                g_assert_cmpfloat_with_epsilon((double)*at, smootherstep(depth / 10 + 0.5), 0.15);
            }
    g_assert_cmpfloat((double)p->data[0], ==, 0);
}

/* The mask's own storage is of no matter. */
static void test_mask_grids(void)
{
    g_autoptr(LamRegion) fine = ball_region("fine", 0, 12, 10);
    LamGrid coarse_grid = grid_of(41, 1.5), grid = grid_of(31, 2);
    coarse_grid.to_world.m[0][0] *= -1;
    coarse_grid.to_world.m[0][3] *= -1;
    g_autoptr(LamVolume) mask = ball(&coarse_grid, (LamVec3){{0, 0, 0}}, 12);
    g_autoptr(LamRegion) coarse = lam_region_new("coarse", 0, mask);
    coarse->border_mm = 10;
    g_autoptr(LamVolume) a = lam_region_passage(fine, &grid, NULL);
    g_autoptr(LamVolume) b = lam_region_passage(coarse, &grid, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        g_assert_cmpfloat_with_epsilon((double)a->data[i], (double)b->data[i], 0.2);
}

static GPtrArray *shares(LamRegion **regions, int n, const LamGrid *grid, GPtrArray *warnings)
{
    GError *error = NULL;
    GPtrArray *out =
        lam_region_shares((const LamRegion *const *)regions, n, grid, NULL, warnings, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(out->len, ==, n + 1);
    return out;
}

static void test_unity(void)
{
    LamRegion *regions[3] = {ball_region("a", -10, 9, 8), ball_region("b", 2, 9, 12),
                             ball_region("c", 12, 6, 0)};
    LamGrid grid = grid_of(31, 2);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) w = shares(regions, 3, &grid, warnings);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++) {
        double sum = 0;
        for (int r = 0; r < 4; r++) {
            double share = (double)((LamVolume *)g_ptr_array_index(w, r))->data[i];
            g_assert_cmpfloat(share, >=, 0);
            sum += share;
        }
        g_assert_cmpfloat_with_epsilon(sum, 1, 1e-6);
    }
    LamVolume *rest = g_ptr_array_index(w, 3);
    g_assert_cmpfloat((double)rest->data[0], ==, 1); /* far away: the rest alone */
    for (int r = 0; r < 3; r++)
        lam_region_free(regions[r]);
}

static bool warned(const GPtrArray *warnings, const char *of, const char *what)
{
    for (guint i = 0; i < warnings->len; i++) {
        const char *text = g_ptr_array_index(warnings, i);
        if (strstr(text, of) != NULL && strstr(text, what) != NULL)
            return true;
    }
    return false;
}

static void test_warnings(void)
{
    LamRegion *regions[5] = {ball_region("nothing", 0, 0, 8), ball_region("away", 0, 5, 8),
                             ball_region("here", 0, 12, 8), ball_region("there too", 3, 12, 8),
                             ball_region("sharp", -14, 8, 2)};
    regions[1]->mask->grid.to_world.m[0][3] += 500;
    LamGrid grid = grid_of(31, 2);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) w = shares(regions, 5, &grid, warnings);
    g_assert_true(warned(warnings, "nothing", "empty"));
    g_assert_true(warned(warnings, "away", "outside"));
    g_assert_true(warned(warnings, "there too", "overlaps here"));
    g_assert_true(warned(warnings, "sharp", "narrow"));
    g_assert_false(warned(warnings, "here ", "narrow"));
    g_assert_cmpfloat((double)((LamVolume *)g_ptr_array_index(w, 5))->data[0], ==, 1);
    for (int r = 0; r < 5; r++)
        lam_region_free(regions[r]);
}

static void test_hundred(void)
{
    LamRegion *regions[100];
    for (int r = 0; r < 100; r++)
        regions[r] = ball_region("one of many", r % 10 * 4 - 20, 4, 6);
    LamGrid grid = grid_of(15, 4);
    g_autoptr(GPtrArray) w = shares(regions, 100, &grid, NULL);
    LamVolume *rest = g_ptr_array_index(w, 100);
    g_assert_cmpfloat((double)rest->data[0], ==, 1);
    for (int r = 0; r < 100; r++)
        lam_region_free(regions[r]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/regions/lambda", test_lambda);
    g_test_add_func("/regions/kinds", test_kinds);
    g_test_add_func("/regions/check", test_check);
    g_test_add_func("/regions/labels", test_labels);
    g_test_add_func("/regions/passage", test_passage);
    g_test_add_func("/regions/mask-grids", test_mask_grids);
    g_test_add_func("/regions/unity", test_unity);
    g_test_add_func("/regions/warnings", test_warnings);
    g_test_add_func("/regions/hundred", test_hundred);
    return g_test_run();
}
