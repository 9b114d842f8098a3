/* Films of a disc that moves, read again with FFmpeg's own reader where there is one. */
#include <lambdascope/video.h>

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <string.h>

#define WIDTH  97
#define HEIGHT 64

typedef struct {
    uint8_t rgba[WIDTH * HEIGHT * 4];
    int drawn, fail_at;
    GCancellable *cancellable;
    int cancel_at;
    double told;
} Scene;

static const uint8_t *draw(void *user, int frame, GError **error)
{
    Scene *scene = user;
    if (scene->drawn++ == scene->fail_at) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_GL, "cannot draw: the pencil is broken");
        return NULL;
    }
    if (scene->cancellable && scene->drawn > scene->cancel_at)
        g_cancellable_cancel(scene->cancellable);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        int x = i % WIDTH - 20 - 10 * frame, y = i / WIDTH - 30;
        bool inside = x * x + y * y < 200;
        uint8_t *p = &scene->rgba[4 * i];
        p[0] = inside ? 230 : 20, p[1] = inside ? 40 : 20, p[2] = inside ? 200 : 60, p[3] = 255;
    }
    return scene->rgba;
}

static void note(double fraction, const char *stage, void *user)
{
    Scene *scene = user;
    g_assert_cmpfloat(fraction, >=, scene->told);
    scene->told = fraction;
}

static bool save(Scene *scene, const char *folder, const char *name, GError **error)
{
    LamVideo video = {WIDTH, HEIGHT, 5, 10, draw, scene};
    LamProgress progress = {.report = note, .user = scene, .cancellable = scene->cancellable};
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return lam_video_save(path, &video, &progress, error);
}

static char *new_folder(void)
{
    char *folder = g_dir_make_tmp("lambdascope-video-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

/* Names in it; with its files it is removed. */
static GPtrArray *names_in(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    return names;
}

static void remove_folder(char *folder)
{
    g_autoptr(GPtrArray) names = names_in(folder);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}

static void test_names(void)
{
    const struct {
        const char *name;
        int format; /* -1: none */
    } known[] = {{"a.png", LAM_VIDEO_PNG},
                 {"a.PNG", LAM_VIDEO_PNG},
                 {"a.avi", -1},
                 {"png", -1},
                 {".webm", -1},
                 {"gif", -1}};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(GError) error = NULL;
        LamVideoFormat format;
        bool ok = lam_video_format(known[i].name, &format, &error);
        g_assert_true(ok == (known[i].format >= 0));
        if (ok)
            g_assert_cmpint(format, ==, known[i].format);
        else
            g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    }
}

static void test_sequence(void)
{
    char *folder = new_folder();
    g_autoptr(GError) error = NULL;
    Scene scene = {.fail_at = -1};
    g_assert_true(save(&scene, folder, "disc.png", &error));
    g_assert_no_error(error);
    g_assert_cmpint(scene.drawn, ==, 5);
    g_assert_cmpfloat(scene.told, ==, 1);
    g_autoptr(GPtrArray) names = names_in(folder);
    g_assert_cmpuint(names->len, ==, 5);
    g_autofree char *last = g_build_filename(folder, "disc-0005.png", NULL);
    g_assert_true(g_file_test(last, G_FILE_TEST_EXISTS));
    g_autofree char *first = g_build_filename(folder, "disc-0001.png", NULL);
    g_unlink(first);
    scene.told = 0;
    g_assert_false(save(&scene, folder, "disc.png", &error)); /* but the second is still there */
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "disc-0002.png"));
    g_assert_false(g_file_test(first, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(last, G_FILE_TEST_EXISTS));
    remove_folder(folder);
}

/* Whether the build can, and if so whether it does. */
static bool can_write(const char *name)
{
    g_autoptr(GError) error = NULL;
    LamVideoFormat format;
    if (lam_video_format(name, &format, &error))
        return true;
    g_assert_error(error, LAM_ERROR, LAM_ERROR_UNSUPPORTED);
    g_test_skip("built without FFmpeg");
    return false;
}

/* "WIDTHxHEIGHT frames seconds", by ffprobe. */
static void assert_probed(const char *path, const char *wanted)
{
    g_autofree char *probe = g_find_program_in_path("ffprobe");
    g_autofree char *out = NULL;
    if (!probe)
        return;
    const char *command[] = {probe,
                             "-v",
                             "error",
                             "-count_frames",
                             "-show_entries",
                             "stream=codec_name,width,height,nb_read_frames,avg_frame_rate",
                             "-of",
                             "csv=p=0",
                             path,
                             NULL};
    g_assert_true(
        g_spawn_sync(NULL, (char **)command, NULL, 0, NULL, NULL, &out, NULL, NULL, NULL));
    g_assert_cmpstr(g_strstrip(out), ==, wanted);
}

static void test_film(gconstpointer user)
{
    const char *const *film = user; /* name, how it begins, what is in it */
    char *folder = new_folder();
    g_autoptr(GError) error = NULL;
    Scene scene = {.fail_at = -1};
    if (can_write(film[0])) {
        g_autofree char *path = g_build_filename(folder, film[0], NULL), *bytes = NULL;
        g_assert_true(save(&scene, folder, film[0], &error));
        g_assert_no_error(error);
        g_assert_cmpfloat(scene.told, ==, 1);
        g_assert_true(g_file_get_contents(path, &bytes, NULL, NULL));
        g_assert_cmpint(memcmp(bytes, film[1], strlen(film[1])), ==, 0);
        assert_probed(path, film[2]);
    }
    remove_folder(folder);
}

/* Whatever stops it, nothing is left behind. */
static void test_stops(gconstpointer name)
{
    char *folder = new_folder();
    if (can_write(name)) {
        g_autoptr(GError) broken = NULL, stopped = NULL;
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        Scene failing = {.fail_at = 3},
              cancelled = {.fail_at = -1, .cancellable = cancellable, .cancel_at = 3};
        g_assert_false(save(&failing, folder, name, &broken));
        g_assert_error(broken, LAM_ERROR, LAM_ERROR_GL);
        g_assert_false(save(&cancelled, folder, name, &stopped));
        g_assert_error(stopped, LAM_ERROR, LAM_ERROR_CANCELLED);
        g_autoptr(GPtrArray) names = names_in(folder);
        g_assert_cmpuint(names->len, ==, 0);
    }
    remove_folder(folder);
}

static void test_no_folder(gconstpointer name)
{
    g_autoptr(GError) error = NULL;
    Scene scene = {.fail_at = -1};
    if (!can_write(name))
        return;
    g_assert_false(save(&scene, "/nowhere/at/all", name, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "/nowhere/at/all"));
}

int main(int argc, char **argv)
{
    static const char *const gif[] = {"disc.gif", "GIF89a", "gif,97,64,10/1,5"};
    static const char *const webm[] = {"disc.webm", "\x1a\x45\xdf\xa3", "vp9,96,64,10/1,5"};
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/video/names", test_names);
    g_test_add_func("/video/sequence", test_sequence);
    g_test_add_data_func("/video/gif", gif, test_film);
    g_test_add_data_func("/video/webm", webm, test_film);
    g_test_add_data_func("/video/stops/png", "disc.png", test_stops);
    g_test_add_data_func("/video/stops/gif", "disc.gif", test_stops);
    g_test_add_data_func("/video/stops/webm", "disc.webm", test_stops);
    g_test_add_data_func("/video/no-folder/png", "disc.png", test_no_folder);
    g_test_add_data_func("/video/no-folder/gif", "disc.gif", test_no_folder);
    return g_test_run();
}
