/* Sessions that are symmetric, and sessions without a network. */
#include "naive.h"
#include "refine-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

static void test_no_network(RefineFixture *f, gconstpointer data)
{
    LamMat4 identity = lam_mat4_identity();
    g_autoptr(LamSession) session = refine_open(NULL, f->fixed, f->moving, &identity, false);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_session_set_lambda(session, 0.5, false, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "no network"));
    g_assert_null(lam_session_graph(session));
}

/* Mean and largest distance between x and back(forth(x)) over the object. */
static double inconsistency(const LamSnapshot *forth, const LamSnapshot *back,
                            const LamVolume *scan)
{
    g_autoptr(LamTransform) a = lam_snapshot_transform(forth), b = lam_snapshot_transform(back);
    g_autoptr(LamTransform) round = lam_transform_compose(a, b);
    double worst = 0;
    FOR_VOXELS(scan->grid, i, j, k)
    {
        if (naive_voxel(scan, 0, i, j, k) < 20)
            continue;
        LamVec3 x = lam_mat4_apply(&scan->grid.to_world, (LamVec3){{i, j, k}});
        LamVec3 y = lam_transform_point(round, x);
        worst = fmax(worst, hypot(hypot(y.v[0] - x.v[0], y.v[1] - x.v[1]), y.v[2] - x.v[2]));
    }
    return worst;
}

/* Exchanging the scans, and inverting the affine, inverts the result. */
static void test_symmetric(RefineFixture *f, gconstpointer data)
{
    LamMat4 affine = session_affine(), inverse;
    g_assert_true(lam_mat4_invert(&affine, &inverse));
    double worst[2];
    for (int symmetric = 0; symmetric < 2; symmetric++) {
        g_autoptr(LamSession) forth =
            refine_open(f->model.model, f->fixed, f->moving, &affine, symmetric);
        g_autoptr(LamSession) back =
            refine_open(f->model.model, f->moving, f->fixed, &inverse, symmetric);
        g_autoptr(LamSnapshot) a = session_at(forth, 0.3), b = session_at(back, 0.3);
        g_assert_cmpfloat(a->statistics.max_mm, >, 0.2);
        worst[symmetric] = inconsistency(a, b, f->fixed);
    }
    g_test_message("largest inconsistency %.3f mm, symmetric %.4f mm", worst[0], worst[1]);
    g_assert_cmpfloat(worst[1], <, 0.05);
    g_assert_cmpfloat(worst[1], <, 0.1 * worst[0]);
}

static void test_no_halfway(RefineFixture *f, gconstpointer data)
{
    LamMat4 turned = lam_mat4_rotation(0, 0, G_PI), mirrored = lam_mat4_scaling(-1, 1, 1);
    const LamMat4 *bad[] = {&turned, &mirrored};
    for (int i = 0; i < 2; i++) {
        LamSessionOptions options = {.model = f->model.model,
                                     .fixed = f->fixed,
                                     .moving = f->moving,
                                     .affine = bad[i],
                                     .symmetric = true};
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_session_open(&options, NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "half-way"));
    }
}

/* On an oblique grid refinement starts where the network ended. */
static void test_symmetric_refined(RefineFixture *f, gconstpointer data)
{
    LamMat4 affine = session_affine();
    g_autoptr(LamSession) session = refine_open(f->model.model, f->fixed, f->moving, &affine, true);
    g_autoptr(LamSnapshot) start = session_at(session, 0.2);
    LamRefineOptions options = refine_quick(0.2, 0);
    options.n_levels = 1;
    options.levels[0].field_mm = 4;
    g_autoptr(LamSnapshot) same = refine_run(session, start, &options, NULL);
    g_assert_cmpfloat(session_distance(start->velocity, same->velocity), <, 1e-4);
    LamRefineReport report;
    options = refine_quick(0.2, 15);
    g_autoptr(LamSnapshot) end = refine_run(session, start, &options, &report);
    g_assert_cmpfloat(report.after.loss, <, report.before.loss - 0.01);
    g_assert_cmpfloat(end->similarity, >, start->similarity);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(RefineFixture *, gconstpointer);
    } tests[] = {
        {"no-network", test_no_network},
        {"symmetric", test_symmetric},
        {"no-halfway", test_no_halfway},
        {"symmetric-refined", test_symmetric_refined},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/symmetric/%s", tests[i].name);
        g_test_add(path, RefineFixture, NULL, refine_set_up, tests[i].test, refine_tear_down);
    }
    return g_test_run();
}
