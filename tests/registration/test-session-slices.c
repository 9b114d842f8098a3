/* Single slices, with a network for slices: whatever plane they lie in and however they are stored. */
#include "session-fixture.h"

#include "naive.h"

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/refine.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define PLANES 4

/* From the axial plane to others: itself, coronal, sagittal, oblique. */
static LamMat4 pose(int plane)
{
    LamMat4 shift = lam_mat4_translation(1, -2, 3), turn = lam_mat4_identity();
    if (plane == 1)
        turn = lam_mat4_rotation(G_PI / 2, 0, 0);
    else if (plane == 2)
        turn = lam_mat4_rotation(0, G_PI / 2, 0);
    else if (plane == 3)
        turn = lam_mat4_rotation(0.3, -0.2, 0.4);
    return lam_mat4_multiply(&shift, &turn);
}

/* A slice through the object's middle, then posed. order 0 … 11: which axis is the thin one, whether the
 * others change places and run backwards. */
static LamVolume *slice(int which, const LamMat4 *posed, int order)
{
    LamGrid grid = session_grid(), stored = {.to_world = lam_mat4_identity()};
    grid.size[2] = 1;
    grid.to_world.m[2][3] = 0;
    int thin = order % 3, a = (thin + 1) % 3, b = (thin + 2) % 3;
    const int from[3] = {order & 4 ? 1 : 0, order & 4 ? 0 : 1, 2}, to[3] = {a, b, thin};
    for (int i = 0; i < 3; i++) {
        double sign = order >= 6 && i == 0 ? -1 : 1;
        stored.size[to[i]] = grid.size[from[i]];
        for (int r = 0; r < 3; r++) {
            stored.to_world.m[r][to[i]] = sign * grid.to_world.m[r][from[i]];
            if (i == 0)
                stored.to_world.m[r][3] = grid.to_world.m[r][3];
        }
    }
    if (order >= 6)
        for (int r = 0; r < 3; r++)
            stored.to_world.m[r][3] += grid.to_world.m[r][from[0]] * (grid.size[from[0]] - 1);
    LamVolume *v = session_scan(&stored, which, (LamVec3){{0, 0, 0}});
    v->grid.to_world = lam_mat4_multiply(posed, &stored.to_world);
    return v;
}

/* In the plane of the posed slices: fixed world -> moving world. */
static LamMat4 in_plane(const LamMat4 *posed)
{
    LamMat4 turn = lam_mat4_rotation(0, 0, 0.1), shift = lam_mat4_translation(2, -1, 0), back;
    LamMat4 map = lam_mat4_multiply(&shift, &turn);
    lam_mat4_invert(posed, &back);
    map = lam_mat4_multiply(&map, &back);
    return lam_mat4_multiply(posed, &map);
}

static double out_of_plane(const LamVolume *field, const LamMat4 *posed)
{
    LamVec3 n = lam_mat4_apply_vector(posed, (LamVec3){{0, 0, 1}});
    size_t count = lam_grid_voxels(&field->grid);
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        double dot = 0;
        for (size_t c = 0; c < 3; c++)
            dot += n.v[c] * (double)field->data[c * count + i];
        worst = fmax(worst, fabs(dot));
    }
    return worst;
}

static double share_of_content(const LamVolume *scan)
{
    size_t n = lam_grid_voxels(&scan->grid), some = 0;
    for (size_t i = 0; i < n; i++)
        some += scan->data[i] > 1;
    return (double)some / (double)n;
}

/* Nothing leaves the plane, and the warped slice is not empty, as it is where something does. */
static void test_planes(void)
{
    g_auto(SessionModel) model = session_slice_model(1);
    for (int plane = 0; plane < PLANES; plane++) {
        LamMat4 posed = pose(plane), affine = in_plane(&posed);
        g_autoptr(LamVolume) fixed = slice(0, &posed, 2);
        g_autoptr(LamVolume) moving = slice(1, &posed, 2);
        g_autoptr(LamSession) session = session_open(&model, fixed, moving, &affine);
        g_autoptr(LamSnapshot) snapshot = session_at(session, 0.4);
        g_autoptr(LamVolume) warped = lam_session_export_warped(session, snapshot, NULL);
        g_test_message("plane %d: moved %.2f mm at most, content %.2f of %.2f", plane,
                       snapshot->statistics.max_mm, share_of_content(warped),
                       share_of_content(moving));
        g_assert_cmpfloat(out_of_plane(snapshot->field, &posed), <, 1e-4);
        g_assert_cmpfloat(out_of_plane(snapshot->velocity, &posed), <, 1e-4);
        g_assert_cmpfloat(snapshot->statistics.max_mm, >, 0.5);
        g_assert_cmpfloat(snapshot->statistics.sd_log_jacobian, >, 1e-3);
        g_assert_cmpfloat(share_of_content(warped), >, 0.7 * share_of_content(moving));
        g_assert_cmpfloat(snapshot->similarity, >, 0.4);
    }
}

/* First axis along R (sagittal: A), second along A or S. */
static void test_axes(void)
{
    static const int first[3] = {0, 0, 1}, second[3] = {1, 2, 2};
    g_auto(SessionModel) model = session_slice_model(1);
    for (int plane = 0; plane < 3; plane++) {
        LamMat4 posed = pose(plane), identity = lam_mat4_identity();
        g_autoptr(LamVolume) fixed = slice(0, &posed, 0);
        g_autoptr(LamSession) session = session_open(&model, fixed, fixed, &identity);
        const LamGrid *grid = lam_session_model_grid(session);
        LamMat4 back;
        g_assert_cmpint(grid->size[2], ==, 1);
        g_assert_cmpfloat_with_epsilon(grid->to_world.m[first[plane]][0], 4, 1e-9);
        g_assert_cmpfloat_with_epsilon(grid->to_world.m[second[plane]][1], 4, 1e-9);
        lam_mat4_invert(&posed, &back);
        LamVec3 corner = lam_mat4_apply(&grid->to_world, (LamVec3){{0, 15, 0}});
        g_assert_cmpfloat_with_epsilon(lam_mat4_apply(&back, corner).v[2], 0, 1e-6);
    }
}

static void test_storage(void)
{
    g_auto(SessionModel) model = session_slice_model(1);
    for (int plane = 0; plane < PLANES; plane++) {
        LamMat4 posed = pose(plane), affine = in_plane(&posed);
        g_autoptr(LamVolume) fixed = slice(0, &posed, 2);
        g_autoptr(LamVolume) moving = slice(1, &posed, 2);
        g_autoptr(LamSession) session = session_open(&model, fixed, moving, &affine);
        g_autoptr(LamSnapshot) snapshot = session_at(session, 0.4);
        for (int order = 0; order < 12; order++) {
            g_autoptr(LamVolume) other_fixed = slice(0, &posed, order);
            g_autoptr(LamVolume) other_moving = slice(1, &posed, 11 - order);
            g_autoptr(LamSession) other = session_open(&model, other_fixed, other_moving, &affine);
            g_autoptr(LamSnapshot) same = session_at(other, 0.4);
            g_assert_true(lam_grid_equal(lam_session_model_grid(session),
                                         lam_session_model_grid(other), 1e-6));
            g_assert_cmpfloat(session_distance(snapshot->field, same->field), <, 1e-3);
        }
    }
}

/* Exchanging the scans turns the velocity round. */
static void test_symmetric(void)
{
    g_auto(SessionModel) model = session_slice_model(1);
    for (int plane = 0; plane < PLANES; plane++) {
        LamMat4 posed = pose(plane), affine = in_plane(&posed), back;
        g_autoptr(LamVolume) a = slice(0, &posed, 2);
        g_autoptr(LamVolume) b = slice(1, &posed, 2);
        lam_mat4_invert(&affine, &back);
        LamSessionOptions there = {
            .model = model.model, .fixed = a, .moving = b, .affine = &affine, .symmetric = true};
        LamSessionOptions again = {
            .model = model.model, .fixed = b, .moving = a, .affine = &back, .symmetric = true};
        g_autoptr(LamSession) one = lam_session_open(&there, NULL, NULL);
        g_autoptr(LamSession) two = lam_session_open(&again, NULL, NULL);
        g_autoptr(LamSnapshot) x = session_at(one, 0.4);
        g_autoptr(LamSnapshot) y = session_at(two, 0.4);
        size_t n = lam_grid_voxels(&x->velocity->grid);
        double worst = 0, most = 0;
        for (size_t i = 0; i < n; i++) { /* as seen from either world */
            LamVec3 u, v;
            for (size_t c = 0; c < 3; c++) {
                u.v[c] = (double)x->velocity->data[c * n + i];
                v.v[c] = (double)y->velocity->data[c * n + i];
            }
            u = lam_mat4_apply_vector(&affine, u);
            for (int c = 0; c < 3; c++) {
                worst = fmax(worst, fabs(u.v[c] + v.v[c]));
                most = fmax(most, fabs(v.v[c]));
            }
        }
        g_test_message("plane %d: %.2g of %.2g mm", plane, worst, most);
        g_assert_cmpfloat(most, >, 0.2);
        g_assert_cmpfloat(worst, <, 0.01 * most);
        g_assert_cmpfloat(out_of_plane(x->field, &posed), <, 1e-4);
    }
}

/* With a network and without one. */
static void test_refined(void)
{
    g_auto(SessionModel) model = session_slice_model(0.2);
    LamMat4 posed = pose(1), affine = in_plane(&posed);
    g_autoptr(LamVolume) fixed = slice(0, &posed, 2);
    g_autoptr(LamVolume) moving = slice(1, &posed, 2);
    for (int with = 0; with < 2; with++) {
        LamSessionOptions options = {.model = with ? model.model : NULL,
                                     .fixed = fixed,
                                     .moving = moving,
                                     .affine = &affine};
        g_autoptr(LamSession) session = lam_session_open(&options, NULL, NULL);
        g_autoptr(LamSnapshot) first = with ? session_at(session, 0.2) : NULL;
        LamRefineOptions refine =
            (with ? lam_refine_options_default : lam_refine_options_classical)(0.2);
        LamRefineReport told;
        GError *error = NULL;
        refine.seconds = 0;
        g_autoptr(LamSnapshot) better =
            lam_session_refine(session, first, &refine, &told, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat(told.after.loss, <, told.before.loss);
        g_assert_cmpint(lam_session_model_grid(session)->size[2], ==, 1);
        g_assert_cmpfloat(out_of_plane(better->field, &posed), <, 1e-3);
        g_assert_cmpfloat(better->similarity, >, 0.6);
    }
}

static void expect_refused(const SessionModel *model, LamVolume *fixed, LamVolume *moving,
                           const char *why)
{
    LamMat4 identity = lam_mat4_identity();
    GError *error = NULL;
    g_assert_null(lam_session_new(model->model, fixed, moving, &identity, 1, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    if (strstr(error->message, why) == NULL)
        g_error("'%s' expected in: %s", why, error->message);
    g_clear_error(&error);
}

static void test_refused(void)
{
    g_auto(SessionModel) flat = session_slice_model(1);
    g_auto(SessionModel) deep = session_model(1);
    LamMat4 identity = lam_mat4_identity();
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) one = slice(0, &identity, 2);
    g_autoptr(LamVolume) volume = session_scan(&grid, 0, (LamVec3){{0, 0, 0}});
    one->path = g_strdup("one.png");
    volume->path = g_strdup("head.nii");
    expect_refused(&flat, volume, volume, "head.nii: the model is for single slices");
    expect_refused(&flat, one, volume, "head.nii: the model is for single slices");
    expect_refused(&deep, one, one, "one.png: the model is for volumes");
    expect_refused(&deep, volume, one, "one.png: the model is for volumes");
}

/* Only where edges rise in opposite directions, for volumes, and where there is such a model. */
static void check_contrasts(const char *folder, LamVolume *volume, LamVolume *slice)
{
    const LamAffine heads = {.correlation = 0.8, .polarity = 0.5, .tissue_polarity = 0.5},
                    old_and_young = {.correlation = 0.5, .polarity = 0.5, .tissue_polarity = 0.5},
                    unknown = {.correlation = NAN, .polarity = NAN, .tissue_polarity = NAN},
                    unlike = {.correlation = 0.8, .polarity = 0.7, .tissue_polarity = 0.1},
                    opposite = {.correlation = 0.8, .polarity = 0.1, .tissue_polarity = 0.5};
    g_autofree char *any = g_build_filename(folder, "brain-any-contrast.safetensors", NULL);
    g_assert_true(g_file_set_contents(any, "x", 1, NULL));
    g_autofree char *found = lam_model_find_for_contrasts(volume, &unlike);
    g_assert_cmpstr(found, ==, any);
    g_assert_null(lam_model_find_for_contrasts(volume, &heads));
    g_assert_null(lam_model_find_for_contrasts(volume, &old_and_young));
    g_assert_null(lam_model_find_for_contrasts(volume, &unknown));
    g_assert_true(lam_affine_contrasts_differ(&opposite));
    g_assert_null(lam_model_find_for_contrasts(slice, &unlike));
    g_assert_cmpint(g_remove(any), ==, 0);
}

/* A single slice asks for the model of its kind by itself. */
static void test_choice(void)
{
    LamMat4 identity = lam_mat4_identity();
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) one = slice(0, &identity, 2);
    g_autoptr(LamVolume) volume = session_scan(&grid, 0, (LamVec3){{0, 0, 0}});
    GError *error = NULL;
    g_autofree char *folder = g_dir_make_tmp("lam-models-XXXXXX", NULL);
    g_autofree char *flat = g_build_filename(folder, "slices-2d.safetensors", NULL);
    g_autofree char *deep = g_build_filename(folder, "brain-t1.safetensors", NULL);
    g_setenv("LAM_MODELS", folder, TRUE);
    g_assert_true(g_file_set_contents(flat, "x", 1, NULL) &&
                  g_file_set_contents(deep, "x", 1, NULL));
    g_autofree char *for_slice = lam_model_find_for(NULL, one, NULL);
    g_autofree char *for_volume = lam_model_find_for(NULL, volume, NULL);
    g_autofree char *named = lam_model_find_for("brain-t1", one, NULL);
    g_assert_cmpstr(for_slice, ==, flat);
    g_assert_cmpstr(for_volume, ==, deep);
    g_assert_cmpstr(named, ==, deep);
    check_contrasts(folder, volume, one);
    g_assert_cmpint(g_remove(flat), ==, 0);
    g_autofree char *none = lam_model_find_for(NULL, one, &error);
    if (none == NULL) { /* else there is one where models usually are */
        g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
        g_assert_nonnull(strstr(error->message, "single slice"));
        g_clear_error(&error);
    }
    g_remove(deep);
    g_rmdir(folder);
    g_unsetenv("LAM_MODELS");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session-slices/planes", test_planes);
    g_test_add_func("/session-slices/axes", test_axes);
    g_test_add_func("/session-slices/storage", test_storage);
    g_test_add_func("/session-slices/symmetric", test_symmetric);
    g_test_add_func("/session-slices/refined", test_refined);
    g_test_add_func("/session-slices/refused", test_refused);
    g_test_add_func("/session-slices/choice", test_choice);
    return g_test_run();
}
