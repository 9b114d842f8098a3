/* How a scan is stored must not matter: in all 48 axis orders and flips, for straight, anisotropic and
 * tilted scans, the network sees the same picture, and the field is the same in world space. */
#include "naive.h"
#include "session-fixture.h"

#include <math.h>
#include <string.h>

#define PICTURE_TOLERANCE 1e-5 /* intensities are about 1 */
#define FIELD_MM          1e-3 /* of some mm */
#define WARPED_TOLERANCE  0.05 /* intensities up to 150, up to 20 per mm */

/* What one session says of a pair. */
typedef struct {
    LamSession *session;
    LamSnapshot *snapshot;
    LamVolume *field, *warped; /* exported */
} Said;

static Said say(const SessionModel *model, LamVolume *fixed, LamVolume *moving,
                const LamMat4 *affine)
{
    Said s = {.session = session_open(model, fixed, moving, affine)};
    s.snapshot = session_at(s.session, 0.4);
    s.field = lam_session_export_field(s.session, s.snapshot, NULL);
    s.warped = lam_session_export_warped(s.session, s.snapshot, NULL);
    return s;
}

static void said_clear(Said *s)
{
    lam_volume_unref(s->field);
    lam_volume_unref(s->warped);
    lam_snapshot_unref(s->snapshot);
    lam_session_free(s->session);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Said, said_clear)

static void same_picture(const Said *a, const Said *b)
{
    const LamUnet *x = lam_session_unet(a->session), *y = lam_session_unet(b->session);
    LamNode *const nodes[2][2] = {{x->fixed, y->fixed}, {x->moving, y->moving}};
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < lam_node_count(nodes[i][0]); k++)
            g_assert_cmpfloat_with_epsilon((double)lam_node_value(nodes[i][0])[k],
                                           (double)lam_node_value(nodes[i][1])[k],
                                           PICTURE_TOLERANCE);
}

/* Every voxel of b against the voxel of a at the same place in the world. */
static void same_in_world(const LamVolume *a, const LamVolume *b, double tolerance)
{
    LamMat4 to_a;
    g_assert_true(lam_mat4_invert(&a->grid.to_world, &to_a));
    to_a = lam_mat4_multiply(&to_a, &b->grid.to_world);
    for (int c = 0; c < a->channels; c++)
        FOR_VOXELS(b->grid, i, j, k)
        {
            LamVec3 p = lam_mat4_apply(&to_a, (LamVec3){{i, j, k}});
            double expected =
                naive_voxel(a, c, (int)lrint(p.v[0]), (int)lrint(p.v[1]), (int)lrint(p.v[2]));
            double got = naive_voxel(b, c, i, j, k);
            if (!(fabs(got - expected) <= tolerance))
                g_error("channel %d at voxel %d %d %d: %g, stored otherwise %g", c, i, j, k, got,
                        expected);
        }
}

static void compare(const Said *a, const Said *b)
{
    g_assert_true(lam_grid_equal(lam_session_model_grid(a->session),
                                 lam_session_model_grid(b->session), 1e-6));
    same_picture(a, b);
    g_assert_true(lam_grid_equal(&a->snapshot->field->grid, &b->snapshot->field->grid, 1e-6));
    g_assert_cmpfloat(session_distance(a->snapshot->field, b->snapshot->field), <, FIELD_MM);
    g_assert_cmpfloat_with_epsilon(a->snapshot->similarity, b->snapshot->similarity, 1e-4);
    same_in_world(a->field, b->field, FIELD_MM);
    same_in_world(a->warped, b->warped, WARPED_TOLERANCE);
}

/* The fixed scan in every order and flip, the moving one in another. */
static void check_48_orders(const LamGrid *fixed_grid, const LamGrid *moving_grid)
{
    g_auto(SessionModel) model = session_model(1);
    LamMat4 affine = session_affine();
    g_autoptr(LamVolume) fixed = session_scan(fixed_grid, 0, (LamVec3){{0}});
    g_autoptr(LamVolume) moving = session_scan(moving_grid, 1, (LamVec3){{0}});
    g_auto(Said) base = say(&model, fixed, moving, &affine);
    g_assert_cmpfloat(base.snapshot->statistics.max_mm, >, 1); /* there is something to compare */
    for (int o = 0; o < 6; o++)
        for (int flips = 0; flips < 8; flips++) {
            g_autoptr(LamVolume) f = naive_stored_as(fixed, naive_orders[o], flips);
            g_autoptr(LamVolume) m = naive_stored_as(moving, naive_orders[5 - o], flips ^ 5);
            g_auto(Said) other = say(&model, f, m, &affine);
            compare(&base, &other);
        }
}

static void test_straight(void)
{
    LamGrid grid = session_grid();
    check_48_orders(&grid, &grid);
}

static void test_anisotropic(void)
{
    LamGrid fixed = session_grid(), moving = session_grid();
    LamMat4 thick = lam_mat4_scaling(0.8, 1.1, 2), thin = lam_mat4_scaling(1.6, 0.6, 1);
    fixed.to_world = lam_mat4_multiply(&fixed.to_world, &thick);
    fixed.to_world.m[2][3] /= 2;
    moving.to_world = lam_mat4_multiply(&moving.to_world, &thin);
    check_48_orders(&fixed, &moving);
}

static void test_oblique(void)
{
    LamGrid fixed = naive_oblique(23, 20, 17, 2.2, 2.6, 3.1, 3);
    LamGrid moving = naive_oblique(19, 25, 18, 2.8, -2.1, 2.9, -4);
    check_48_orders(&fixed, &moving);
}

/* With the affine found by ourselves: it differs in the last digits only, and so does what follows. */
static void test_own_affine(void)
{
    g_auto(SessionModel) model = session_model(1);
    LamGrid grid = naive_oblique(23, 20, 17, 2.2, 2.6, 3.1, 3);
    g_autoptr(LamVolume) fixed = session_scan(&grid, 0, (LamVec3){{0}});
    g_autoptr(LamVolume) moving = session_scan(&grid, 1, (LamVec3){{3, -4, 2}});
    g_auto(Said) base = say(&model, fixed, moving, NULL);
    g_assert_cmpfloat(lam_session_affine_fit(base.session)->correlation, >, 0.9);
    g_assert_cmpfloat_with_epsilon(lam_session_affine(base.session)->m[0][3], 3, 2);
    g_autoptr(LamVolume) f = naive_stored_as(fixed, naive_orders[3], 5);
    g_autoptr(LamVolume) m = naive_stored_as(moving, naive_orders[4], 2);
    g_auto(Said) other = say(&model, f, m, NULL);
    g_assert_cmpfloat(
        lam_mat4_distance(lam_session_affine(base.session), lam_session_affine(other.session)), <,
        0.05);
    same_in_world(base.field, other.field, 0.3);
}

/* An alignment that was found before is taken with its figures, and gives the same field. */
static void test_earlier_fit(void)
{
    GError *error = NULL;
    g_auto(SessionModel) model = session_model(1);
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) fixed = session_scan(&grid, 0, (LamVec3){{0}});
    g_autoptr(LamVolume) moving = session_scan(&grid, 1, (LamVec3){{3, -4, 2}});
    g_auto(Said) base = say(&model, fixed, moving, NULL);
    const LamAffine *fit = lam_session_affine_fit(base.session);
    const LamSessionOptions options = {
        .model = model.model, .fixed = fixed, .moving = moving, .fit = fit};
    g_autoptr(LamSession) again = lam_session_open(&options, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(lam_session_affine_fit(again), sizeof *fit, fit, sizeof *fit);
    g_autoptr(LamSnapshot) snapshot = session_at(again, 0.3);
    g_autoptr(LamSnapshot) before = session_at(base.session, 0.3);
    size_t bytes = 3 * lam_grid_voxels(&before->field->grid) * sizeof(float);
    g_assert_cmpmem(snapshot->field->data, bytes, before->field->data, bytes);
}

/* Both scans elsewhere in the world: the field goes with them. */
static void test_moved_world(void)
{
    g_auto(SessionModel) model = session_model(1);
    LamGrid grid = session_grid(), far = grid;
    LamMat4 affine = session_affine(), away = lam_mat4_translation(70, -45, 120), back;
    far.to_world = lam_mat4_multiply(&away, &grid.to_world);
    g_assert_true(lam_mat4_invert(&away, &back));
    LamMat4 there = lam_mat4_multiply(&affine, &back);
    there = lam_mat4_multiply(&away, &there);
    g_autoptr(LamVolume) fixed = session_scan(&grid, 0, (LamVec3){{0}});
    g_autoptr(LamVolume) moving = session_scan(&grid, 1, (LamVec3){{0}});
    g_autoptr(LamVolume) far_fixed = session_scan(&far, 0, (LamVec3){{70, -45, 120}});
    g_autoptr(LamVolume) far_moving = session_scan(&far, 1, (LamVec3){{70, -45, 120}});
    g_auto(Said) near = say(&model, fixed, moving, &affine);
    g_auto(Said) moved = say(&model, far_fixed, far_moving, &there);
    same_picture(&near, &moved);
    g_assert_cmpfloat(session_distance(near.snapshot->field, moved.snapshot->field), <, FIELD_MM);
    g_assert_cmpfloat(session_distance(near.field, moved.field), <, FIELD_MM);
    g_assert_cmpfloat(session_distance(near.warped, moved.warped), <, WARPED_TOLERANCE);
}

/* One object scanned straight and finely, and tilted with thick slices: nearly the same answer. */
static void test_two_scanners(void)
{
    g_auto(SessionModel) model = session_model(1);
    LamGrid straight = lam_grid_centred((int[]){40, 40, 40}, 1.5, (LamVec3){{0}});
    LamGrid tilted = naive_oblique(40, 40, 24, 1.5, 1.5, 2.8, 0);
    LamMat4 affine = session_affine();
    LamVolume *scans[2][2];
    for (int i = 0; i < 4; i++)
        scans[i / 2][i % 2] = session_scan(i / 2 ? &tilted : &straight, i % 2, (LamVec3){{0}});
    g_auto(Said) a = say(&model, scans[0][0], scans[0][1], &affine);
    g_auto(Said) b = say(&model, scans[1][0], scans[1][1], &affine);
    g_autoptr(LamVolume) carried =
        lam_resample_clamped(b.snapshot->field, &a.snapshot->field->grid, NULL);
    double size = a.snapshot->statistics.max_mm;
    double distance = session_distance(a.snapshot->field, carried);
    g_test_message("field up to %.2f mm, differs by up to %.2f mm", size, distance);
    g_assert_cmpfloat(distance, <, 0.2 * size);
    for (int i = 0; i < 4; i++)
        lam_volume_unref(scans[i / 2][i % 2]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/48-orders/straight", test_straight);
    g_test_add_func("/session/48-orders/anisotropic", test_anisotropic);
    g_test_add_func("/session/48-orders/oblique", test_oblique);
    g_test_add_func("/session/own-affine", test_own_affine);
    g_test_add_func("/session/earlier-fit", test_earlier_fit);
    g_test_add_func("/session/moved-world", test_moved_world);
    g_test_add_func("/session/two-scanners", test_two_scanners);
    return g_test_run();
}
