/* The composite field against naive references, and what each kind of region promises. */
#include "naive.h"
#include "session-fixture.h"

#include <lambdascope/composite.h>
#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

#define EQUAL_MM 1e-4

static void set_up(SessionPair *f, gconstpointer symmetric)
{
    session_pair_open(f, symmetric != NULL);
}

static void tear_down(SessionPair *f, gconstpointer symmetric)
{
    session_pair_close(f);
}

/* A slab of the fixed scan: from..to mm along x. */
static LamRegion *slab(const char *name, double from, double to, double lambda)
{
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) mask = lam_volume_new(&grid, 1, NULL);
    float *at = mask->data;
    FOR_VOXELS(grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
        *at++ = x.v[0] >= from && x.v[0] < to;
    }
    LamRegion *region = lam_region_new(name, 0, mask);
    region->follows = false;
    region->lambda = lambda;
    return region;
}

static LamComposite *composite_new(SessionPair *f, LamRegion **regions, int n)
{
    GError *error = NULL;
    LamComposite *c =
        lam_composite_new(f->session, (const LamRegion *const *)regions, n, NULL, &error);
    g_assert_no_error(error);
    return c;
}

static LamSnapshot *composite_at(LamComposite *composite, double lambda)
{
    GError *error = NULL;
    LamSnapshot *snapshot = lam_composite_at(composite, lambda, true, &error);
    g_assert_no_error(error);
    return snapshot;
}

static void test_equal(SessionPair *f, gconstpointer data)
{
    LamRegion *regions[2] = {slab("left", -30, -5, 0.4), slab("right", 2, 30, 0.4)};
    g_autoptr(LamComposite) composite = composite_new(f, regions, 2);
    g_autoptr(LamSnapshot) one = session_at(f->session, 0.4), all = composite_at(composite, 0.4);
    g_assert_cmpfloat(one->statistics.max_mm, >, 1);
    g_assert_cmpfloat(session_distance(one->field, all->field), <, EQUAL_MM);
    g_assert_cmpfloat(session_distance(one->velocity, all->velocity), <, EQUAL_MM);
    g_assert_cmpfloat_with_epsilon(one->similarity, all->similarity, 1e-6);
    g_assert_cmpuint(lam_composite_runs(composite), ==, 1);
    for (int r = 0; r < 2; r++)
        lam_region_free(regions[r]);
}

static void test_none(SessionPair *f, gconstpointer data)
{
    g_autoptr(LamComposite) composite = composite_new(f, NULL, 0);
    g_autoptr(LamSnapshot) one = session_at(f->session, 0.7), all = composite_at(composite, 0.7);
    g_assert_cmpfloat(session_distance(one->field, all->field), ==, 0);
    g_assert_null(lam_composite_warnings(composite)[0]);
}

/* v = sum of w v, voxel by voxel, from sessions at each λ. */
static void test_blend(SessionPair *f, gconstpointer data)
{
    LamRegion *regions[2] = {slab("left", -30, -3, 0.9), slab("right", 6, 30, 0.05)};
    g_autoptr(LamComposite) composite = composite_new(f, regions, 2);
    g_autoptr(LamSnapshot) left = session_at(f->session, 0.9), right = session_at(f->session, 0.05),
                           rest = session_at(f->session, 0.4), all = composite_at(composite, 0.4);
    const LamSnapshot *parts[3] = {left, right, rest};
    size_t n = lam_grid_voxels(&all->velocity->grid);
    for (size_t i = 0; i < 3 * n; i++) {
        double sum = 0;
        for (int r = 0; r < 3; r++)
            sum += (double)lam_composite_share(composite, r)->data[i % n] *
                   (double)parts[r]->velocity->data[i];
        g_assert_cmpfloat_with_epsilon((double)all->velocity->data[i], sum, 1e-4);
    }
    g_assert_cmpfloat(session_distance(all->field, rest->field), >, 0.3);
    for (int r = 0; r < 2; r++)
        lam_region_free(regions[r]);
}

/* A change of one region's λ costs one run; going back costs none; one that follows costs as the rest. */
static void test_runs(SessionPair *f, gconstpointer data)
{
    LamRegion *regions[3] = {slab("left", -30, -10, 0.9), slab("middle", -10, 8, 0.2),
                             slab("right", 8, 30, 0.05)};
    g_autoptr(LamComposite) composite = composite_new(f, regions, 3);
    lam_snapshot_unref(composite_at(composite, 0.4));
    g_assert_cmpuint(lam_composite_runs(composite), ==, 4);
    regions[1]->lambda = 0.3;
    g_assert_true(lam_composite_set(composite, 1, regions[1], NULL));
    lam_snapshot_unref(composite_at(composite, 0.4));
    g_assert_cmpuint(lam_composite_runs(composite), ==, 5);
    regions[1]->lambda = 0.2;
    g_assert_true(lam_composite_set(composite, 1, regions[1], NULL));
    lam_snapshot_unref(composite_at(composite, 0.4));
    g_assert_cmpuint(lam_composite_runs(composite), ==, 5);
    regions[1]->lambda = 2;
    g_assert_false(lam_composite_set(composite, 1, regions[1], NULL));
    for (int r = 0; r < 3; r++)
        lam_region_free(regions[r]);
}

/* Well inside, nothing moves but by the affine. */
static void test_unmoved(SessionPair *f, gconstpointer data)
{
    LamRegion *region = slab("implant", -40, 40, 0.5);
    region->kind = LAM_REGION_UNMOVED;
    g_autoptr(LamComposite) composite = composite_new(f, &region, 1);
    g_autoptr(LamSnapshot) still = composite_at(composite, 0.1), soft = session_at(f->session, 0.1);
    g_autoptr(LamTransform) map = lam_snapshot_transform(still),
                            free_map = lam_snapshot_transform(soft);
    double most = 0;
    for (int x = -8; x <= 8; x += 4) {
        LamVec3 at = {{x, -5, 4}}, expected = lam_mat4_apply(&still->affine, at);
        LamVec3 got = lam_transform_point(map, at), otherwise = lam_transform_point(free_map, at);
        for (int c = 0; c < 3; c++) {
            g_assert_cmpfloat_with_epsilon(got.v[c], expected.v[c], 0.02);
            most = fmax(most, fabs(otherwise.v[c] - expected.v[c]));
        }
    }
    g_assert_cmpfloat(most, >, 0.5);
    lam_region_free(region);
}

/* Distance of three points before and after: in the region unchanged, by affine and deformation together. */
static void test_rigid(SessionPair *f, gconstpointer data)
{
    LamRegion *region = slab("tumour", -40, 40, 0.3);
    region->kind = LAM_REGION_RIGID;
    g_autoptr(LamComposite) composite = composite_new(f, &region, 1);
    g_autoptr(LamSnapshot) rigid = composite_at(composite, 0.3), soft = session_at(f->session, 0.3);
    const LamSnapshot *snapshots[2] = {rigid, soft};
    static const LamVec3 points[4] = {{{-6, -5, -4}}, {{7, -4, 3}}, {{-3, 8, 5}}, {{4, 3, -6}}};
    double worst[2] = {0};
    for (int s = 0; s < 2; s++) {
        g_autoptr(LamTransform) map = lam_snapshot_transform(snapshots[s]);
        for (int a = 0; a < 4; a++)
            for (int b = 0; b < a; b++) {
                LamVec3 p = lam_transform_point(map, points[a]),
                        q = lam_transform_point(map, points[b]);
                double before = 0, after = 0;
                for (int c = 0; c < 3; c++) {
                    before += pow(points[a].v[c] - points[b].v[c], 2);
                    after += pow(p.v[c] - q.v[c], 2);
                }
                worst[s] = fmax(worst[s], fabs(sqrt(after) - sqrt(before)));
            }
    }
    g_test_message("distances change by up to %.3f mm, without the region %.3f mm", worst[0],
                   worst[1]);
    g_assert_cmpfloat(worst[0], <, 0.05);
    g_assert_cmpfloat(worst[1], >, 0.3);
    lam_region_free(region);
}

/* Inside an unmatched region each velocity is the mean of its neighbours'. */
static void test_unmatched(SessionPair *f, gconstpointer data)
{
    LamRegion *region = slab("lesion", -25, 25, 0.5);
    region->kind = LAM_REGION_UNMATCHED;
    g_autoptr(LamComposite) composite = composite_new(f, &region, 1);
    g_autoptr(LamSnapshot) snapshot = composite_at(composite, 0.2);
    const LamVolume *v = snapshot->velocity, *share = lam_composite_share(composite, 0);
    int inside = 0;
    FOR_VOXELS(v->grid, i, j, k)
    {
        const int *n = v->grid.size;
        bool edge = i == 0 || j == 0 || k == 0 || i == n[0] - 1 || j == n[1] - 1 || k == n[2] - 1;
        if (edge || naive_voxel(share, 0, i, j, k) < 1)
            continue;
        inside++;
        for (int c = 0; c < 3; c++) {
            double mean = (naive_voxel(v, c, i - 1, j, k) + naive_voxel(v, c, i + 1, j, k) +
                           naive_voxel(v, c, i, j - 1, k) + naive_voxel(v, c, i, j + 1, k) +
                           naive_voxel(v, c, i, j, k - 1) + naive_voxel(v, c, i, j, k + 1)) /
                          6;
            g_assert_cmpfloat_with_epsilon(naive_voxel(v, c, i, j, k), mean, 2e-3);
        }
    }
    g_assert_cmpint(inside, >, 10);
    lam_region_free(region);
}

static void test_errors(SessionPair *f, gconstpointer data)
{
    g_auto(SessionModel) straight = session_model_of_mode(1, 0, false, false);
    LamMat4 affine = session_affine();
    g_autoptr(LamSession) other = session_open(&straight, f->fixed, f->moving, &affine);
    LamRegion *region = slab("left", -30, -5, 0.4);
    const LamRegion *many[LAM_REGION_MAX_COUNT + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(many); i++)
        many[i] = region;
    g_autoptr(GError) displacement = NULL, count = NULL, range = NULL;
    g_assert_null(lam_composite_new(other, many, 1, NULL, &displacement));
    g_assert_error(displacement, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(displacement->message, "displacements"));
    g_assert_null(lam_composite_new(f->session, many, G_N_ELEMENTS(many), NULL, &count));
    g_assert_error(count, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_autoptr(LamComposite) composite = composite_new(f, &region, 1);
    g_assert_null(lam_composite_at(composite, 1.2, false, &range));
    g_assert_error(range, LAM_ERROR, LAM_ERROR_ARGUMENT);
    lam_region_free(region);
}

/* A rigid region that holds nothing says so. */
static void test_rigid_nowhere(SessionPair *f, gconstpointer data)
{
    LamRegion *region = slab("speck", 400, 500, 0.4);
    region->kind = LAM_REGION_RIGID;
    g_autoptr(LamComposite) composite = composite_new(f, &region, 1);
    g_autoptr(GError) error = NULL;
    g_assert_nonnull(strstr(lam_composite_warnings(composite)[0], "empty"));
    g_assert_null(lam_composite_at(composite, 0.2, false, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FAILED);
    lam_region_free(region);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(SessionPair *, gconstpointer);
        bool symmetric_too;
    } tests[] = {
        {"equal", test_equal, true},
        {"none", test_none, true},
        {"blend", test_blend, false},
        {"runs", test_runs, true},
        {"unmoved", test_unmoved, true},
        {"rigid", test_rigid, false},
        {"unmatched", test_unmatched, false},
        {"errors", test_errors, false},
        {"rigid-nowhere", test_rigid_nowhere, false},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        for (int s = 0; s <= tests[i].symmetric_too; s++) {
            g_autofree char *path =
                g_strdup_printf("/composite/%s%s", tests[i].name, s ? "/symmetric" : "");
            g_test_add(path, SessionPair, s ? "symmetric" : NULL, set_up, tests[i].test, tear_down);
        }
    return g_test_run();
}
