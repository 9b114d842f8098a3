#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/model.h>
#include <lambdascope/parameters.h>
#include <lambdascope/unet.h>
#include <string.h>
#include <sys/wait.h>

LamCliRun lam_cli_run_array(const char *const *arguments)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    LamCliRun run = {0};
    int wait_status;
    g_ptr_array_add(argv, (char *)g_getenv("LAM_PROGRAM"));
    for (; *arguments != NULL; arguments++)
        g_ptr_array_add(argv, (char *)*arguments);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, 0, NULL, NULL, &run.out, &run.err, &wait_status,
                 &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(wait_status)); /* no signal: it did not crash */
    run.status = WEXITSTATUS(wait_status);
    return run;
}

LamCliRun lam_cli_run(const char *first, ...)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    va_list list;
    va_start(list, first);
    for (const char *argument = first; argument != NULL; argument = va_arg(list, const char *))
        g_ptr_array_add(arguments, (char *)argument);
    va_end(list);
    g_ptr_array_add(arguments, NULL);
    return lam_cli_run_array((const char *const *)arguments->pdata);
}

void lam_cli_run_clear(LamCliRun *run)
{
    g_free(run->out);
    g_free(run->err);
}

void lam_cli_assert_failed(const LamCliRun *run, int status, const char *word)
{
    g_test_message("%s", run->err);
    g_assert_cmpint(run->status, ==, status);
    g_assert_cmpstr(run->out, ==, "");
    g_assert_cmpint(strncmp(run->err, "lam", 3), ==, 0);
    g_assert_true(strchr(run->err, '\n') == run->err + strlen(run->err) - 1);
    if (strstr(run->err, word) == NULL)
        g_error("'%s' expected in: %s", word, run->err);
}

guint lam_cli_count_files(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint count = 0;
    g_assert_nonnull(dir);
    while (g_dir_read_name(dir) != NULL)
        count++;
    return count;
}

void lam_cli_assert_filmed(const LamCliRun *run, const char *folder)
{
    if (run->status == 1 && strstr(run->err, "cannot draw without a window")) {
        g_test_skip("there is no GL");
        return;
    }
    g_assert_cmpstr(run->err, ==, "");
    g_assert_nonnull(strstr(run->out, "6 pictures of 320×160 pixels, 1.5 s"));
    g_assert_cmpuint(lam_cli_count_files(folder), ==, 6);
}

/* What of a model the tests vary. */
typedef struct {
    int size[3], steps;
    bool uncertain, hyper_labels;
    const char *title;
} Mode;

static bool write_model(const char *path, Mode mode, GError **error)
{
    LamUnetConfig config = {.size = {mode.size[0], mode.size[1], mode.size[2]},
                            .spacing_mm = 4,
                            .n_encoder = 3,
                            .encoder = {16, 16, 16},
                            .n_decoder = 2,
                            .decoder = {16, 16},
                            .n_final = 1,
                            .final = {16},
                            .n_hidden = 1,
                            .hidden = {4},
                            .generated = LAM_GENERATED_DECODER,
                            .skip = LAM_SKIP_ADD,
                            .integration_steps = mode.steps,
                            .uncertain = mode.uncertain,
                            .hyper_labels = mode.hyper_labels};
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    g_autoptr(GHashTable) metadata = g_hash_table_new(g_str_hash, g_str_equal);
    lam_unet_declare(&config, parameters);
    if (!lam_parameters_allocate(parameters, false, error))
        return false;
    lam_parameters_initialise(parameters, 1);
    g_hash_table_insert(metadata, "title", (gpointer)mode.title);
    return lam_model_save(&config, parameters, lam_parameters_values(parameters), metadata, path,
                          LAM_STORE_F16, error);
}

bool lam_cli_write_model(const char *path, GError **error)
{
    return lam_cli_write_model_of_mode(path, 4, false, false, error);
}

bool lam_cli_write_model_of_mode(const char *path, int steps, bool uncertain, bool hyper_labels,
                                 GError **error)
{
    Mode mode = {{40, 48, 40}, steps, uncertain, hyper_labels, "untrained test model"};
    return write_model(path, mode, error);
}

bool lam_cli_write_slice_model(const char *path, GError **error)
{
    Mode mode = {{64, 64, 1}, 4, false, false, "untrained slice model"};
    return write_model(path, mode, error);
}

LamCliFixture *lam_cli_fixture_new(void)
{
    g_autoptr(GError) error = NULL;
    LamCliFixture *f = g_new0(LamCliFixture, 1);
    f->folder = g_dir_make_tmp("lam-cli-XXXXXX", &error);
    g_assert_no_error(error);
    f->pair = g_build_filename(f->folder, "pair", NULL);
    f->fixed = g_build_filename(f->pair, "fixed.nii.gz", NULL);
    f->moving = g_build_filename(f->pair, "moving.nii.gz", NULL);
    f->model = g_build_filename(f->folder, "model.safetensors", NULL);
    LamCliRun run = lam_cli_run("synth", "phantom", "--spacing", "4", "--output", f->pair, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    lam_cli_write_model(f->model, &error);
    g_assert_no_error(error);
    return f;
}

void lam_cli_remove_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
            lam_cli_remove_folder(path);
        else
            g_unlink(path);
    }
    g_rmdir(folder);
}

void lam_cli_fixture_free(LamCliFixture *f)
{
    lam_cli_remove_folder(f->folder);
    char *strings[] = {f->folder, f->pair, f->fixed, f->moving, f->model};
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_free(f);
}
