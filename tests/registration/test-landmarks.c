/* Landmarks: as a file, there and back; their errors under a known map; files that are none. */
#include <lambdascope/error.h>
#include <lambdascope/landmarks.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *folder;

static GPtrArray *read_text(const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "points.csv", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    GPtrArray *landmarks = lam_landmarks_load(path, error);
    g_remove(path);
    return landmarks;
}

static GPtrArray *example(void)
{
    GPtrArray *landmarks = lam_landmarks_new();
    lam_landmarks_add(landmarks,
                      &(LamLandmark){"Commissure, \"AC\"", {{1, 2, 3}}, {{1, 2, 7}}, true, true});
    lam_landmarks_add(landmarks, &(LamLandmark){"", {{-0.5, 1e-3, 80}}, {{0}}, true, false});
    lam_landmarks_add(landmarks, &(LamLandmark){"λ", {{0}}, {{9, 9, 9}}, false, true});
    return landmarks;
}

static void test_there_and_back(void)
{
    g_autoptr(GPtrArray) before = example();
    g_autofree char *text = lam_landmarks_text(before);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) after = read_text(text, &error);
    g_assert_no_error(error);
    g_assert_true(lam_landmarks_equal(before, after));
    g_autoptr(GPtrArray) copy = lam_landmarks_copy(after);
    g_assert_true(lam_landmarks_equal(copy, after));
    ((LamLandmark *)copy->pdata[0])->moving.v[1] += 1;
    g_assert_false(lam_landmarks_equal(copy, after));
}

/* As lam register has always taken them: any order of columns, no names, comments. */
static void test_plain(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) l = read_text("# made by hand\n"
                                       "moving_x,moving_y,moving_z,Fixed_X,fixed_y,fixed_z\r\n"
                                       "1, 2, 3, 4, 5, 6\n\n",
                                       &error);
    g_assert_no_error(error);
    g_assert_cmpuint(l->len, ==, 1);
    const LamLandmark *first = l->pdata[0];
    g_assert_cmpfloat(first->fixed.v[0], ==, 4);
    g_assert_cmpfloat(first->moving.v[2], ==, 3);
    g_assert_cmpstr(first->name, ==, "");
}

static void test_bad(void)
{
    static const char *const texts[] = {
        "",
        "fixed_x,fixed_y\n1,2\n",
        "fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n",
        "fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,3,4,5,x\n",
        "fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,,4,5,6\n",
        "fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,nan,4,5,6\n",
        "\xff\xfe",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_text(texts[i], &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_landmarks_load("/not/there.csv", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
}

/* d = (0, 0, 2) everywhere and A a shift by 1 along x: (1,2,3) goes to (2,2,5), 1 and 2 mm off (1,2,7). */
static void test_errors(void)
{
    g_autoptr(GPtrArray) landmarks = example();
    LamGrid grid = lam_grid_centred((int[3]){5, 6, 7}, 3, (LamVec3){{0}});
    LamMat4 affine = lam_mat4_translation(1, 0, 0);
    g_autoptr(LamVolume) d = lam_volume_new(&grid, 3, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        lam_volume_channel(d, 2)[i] = 2;
    double errors[3];
    LamLandmarkErrors e = lam_landmark_errors(landmarks, d, &affine, errors);
    g_assert_cmpint(e.pairs, ==, 1);
    g_assert_cmpfloat_with_epsilon(errors[0], sqrt(5), 1e-9);
    g_assert_true(isnan(errors[1]) && isnan(errors[2]));
    g_assert_cmpfloat_with_epsilon(e.mean_mm, sqrt(5), 1e-9);
    g_assert_cmpfloat_with_epsilon(e.largest_mm, sqrt(5), 1e-9);
    g_assert_cmpfloat_with_epsilon(e.aligned_mean_mm, sqrt(17), 1e-9);
    g_autoptr(GPtrArray) none = lam_landmarks_new();
    g_assert_true(isnan(lam_landmark_errors(none, d, &affine, NULL).mean_mm));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("lam-landmarks-XXXXXX", NULL);
    g_test_add_func("/landmarks/there-and-back", test_there_and_back);
    g_test_add_func("/landmarks/plain", test_plain);
    g_test_add_func("/landmarks/bad", test_bad);
    g_test_add_func("/landmarks/errors", test_errors);
    int status = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return status;
}
