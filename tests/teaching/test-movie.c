/* Films of a small pair with a field of our own; they need GL. */
#include "scene-fixture.h"

#include "template-fixture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/movie.h>
#include <lambdascope/offscreen.h>
#include <math.h>
#include <string.h>

static const int volume_size[3] = {20, 24, 16};

static LamSnapshot *new_snapshot(const LamGrid *grid)
{
    LamSnapshot *snapshot = g_new0(LamSnapshot, 1);
    g_atomic_ref_count_init(&snapshot->refs);
    snapshot->lambda = 0.3;
    snapshot->similarity = NAN;
    snapshot->field = lam_volume_new(grid, 3, NULL);
    size_t n = lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++)
        snapshot->field->data[i] = 8; /* mm, along x */
    snapshot->jacobian = lam_volume_new(grid, 1, NULL);
    for (size_t i = 0; i < n; i++)
        snapshot->jacobian->data[i] = 1;
    return snapshot;
}

static LamMovie movie_of(const LamScene *scene, const LamSnapshot *snapshot, LamPlayKind play)
{
    return (LamMovie){.scene = scene,
                      .snapshot = snapshot,
                      .play = play,
                      .course = {.way_s = 1, .rest_s = 0.25, .back = true},
                      .frames_per_second = 4,
                      .width = 320,
                      .height = 200,
                      .scale = 1};
}

static char *picture_path(const char *folder, int number)
{
    g_autofree char *name = g_strdup_printf("film-%04d.png", number);
    return g_build_filename(folder, name, NULL);
}

static GBytes *picture(const char *folder, int number)
{
    g_autofree char *path = picture_path(folder, number);
    g_autoptr(GdkPixbuf) pixels = gdk_pixbuf_new_from_file(path, NULL);
    g_assert_nonnull(pixels);
    g_assert_cmpint(gdk_pixbuf_get_width(pixels), ==, 320);
    return gdk_pixbuf_read_pixel_bytes(pixels);
}

static bool has_gl(void)
{
    g_autoptr(LamOffscreen) offscreen = lam_offscreen_new(64, 64, NULL);
    if (!offscreen)
        g_test_skip("there is no GL");
    return offscreen != NULL;
}

/* A template at two ages, of which the fixed one's is played; NULL for what plays other things. */
static LamTemplatePair *pair_for(LamPlayKind play)
{
    if (play != LAM_PLAY_ATTRIBUTE)
        return NULL;
    g_autoptr(LamModel) model = template_fixture_model(true);
    LamTemplatePairOptions options = {.templates = {model, model}};
    return lam_template_pair_new(&options, NULL, NULL);
}

/* One course has its ends at rest, the same pictures on the way back as there, and others between. */
static void test_course(gconstpointer user)
{
    LamScene scene;
    LamPlayKind play = (LamPlayKind)GPOINTER_TO_INT(user);
    scene_fixture_open(&scene, volume_size);
    g_autoptr(LamSnapshot) snapshot = new_snapshot(&scene.fixed->grid);
    g_autoptr(LamTemplatePair) pair = pair_for(play);
    LamMovie movie = movie_of(&scene, snapshot, play);
    movie.pair = pair;
    g_autofree char *folder = g_dir_make_tmp("lambdascope-movie-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "film.png", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(lam_movie_frames(&movie), ==, 10);
    if (has_gl()) {
        LamVec3 cursor = scene.cursor_mm;
        g_assert_true(lam_movie_save(&movie, path, NULL, &error));
        g_assert_no_error(error);
        g_autoptr(GBytes) start = picture(folder, 1), rest = picture(folder, 2),
                          there = picture(folder, 4), end = picture(folder, 6),
                          back = picture(folder, 9);
        g_assert_true(g_bytes_equal(start, rest));
        g_assert_false(g_bytes_equal(start, there));
        g_assert_false(g_bytes_equal(there, end));
        g_assert_false(g_bytes_equal(start, end));
        g_assert_true(g_bytes_equal(there, back));
        g_assert_cmpfloat(scene.morph, ==, 1);
        g_assert_cmpmem(&cursor, sizeof cursor, &scene.cursor_mm, sizeof cursor);
        g_assert_null(scene.field);
    }
    for (int i = 1; i <= 10; i++) {
        g_autofree char *file = picture_path(folder, i);
        g_unlink(file);
    }
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    lam_scene_clear(&scene);
}

static void refuse(LamMovie movie, const char *path, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(lam_movie_save(&movie, path, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, why));
}

static void test_refusals(void)
{
    LamScene scene, slice;
    scene_fixture_open(&scene, volume_size);
    scene_fixture_open(&slice, (const int[3]){20, 24, 1});
    g_autoptr(LamSnapshot) snapshot = new_snapshot(&scene.fixed->grid);
    LamMovie movie = movie_of(&scene, snapshot, LAM_PLAY_MORPH), other = movie;
    refuse(movie, "film.avi", "must end in");
    other.frames_per_second = 61;
    refuse(other, "film.png", "1 to 60");
    other = movie;
    other.width = 63;
    refuse(other, "film.png", "64 to 16384");
    other = movie;
    other.course.way_s = NAN;
    refuse(other, "film.png", "time");
    other.course.way_s = 1e9;
    refuse(other, "film.png", "10000");
    refuse(movie_of(&slice, snapshot, LAM_PLAY_SLICES), "film.png", "single slice");
    refuse(movie_of(&scene, snapshot, LAM_PLAY_ATTRIBUTE), "film.png", "no template");
    lam_scene_clear(&scene);
    lam_scene_clear(&slice);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/movie/morph", GINT_TO_POINTER(LAM_PLAY_MORPH), test_course);
    g_test_add_data_func("/movie/slices", GINT_TO_POINTER(LAM_PLAY_SLICES), test_course);
    g_test_add_data_func("/movie/attribute", GINT_TO_POINTER(LAM_PLAY_ATTRIBUTE), test_course);
    g_test_add_func("/movie/refusals", test_refusals);
    return g_test_run();
}
