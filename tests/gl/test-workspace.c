/* Sessions on disk: there and back, paths, checksums, and what is no session. */
#include "workspace-private.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>

#include <math.h>
#include <string.h>

static LamWorkspace *example(void)
{
    LamWorkspace *w = lam_workspace_new();
    lam_workspace_set_file(w, LAM_WORKSPACE_FIXED, "/data/study/scans/a.nii.gz");
    lam_workspace_set_file(w, LAM_WORKSPACE_MOVING, "/data/study/b.nii#3");
    lam_workspace_set_file(w, LAM_WORKSPACE_LABEL_NAMES, "/elsewhere/names.csv");
    w->files[LAM_WORKSPACE_FIXED].checksum = g_strnfill(64, 'a');
    w->model_name = g_strdup("brain-t1");
    w->model_hash = g_strdup("0123456789ab");
    w->lambda = 0.1234567890123;
    w->lambda_chosen = g_strdup("evidence");
    w->held_lambda = 0.9;
    w->panel = g_strdup("numbers");
    w->landmarks = g_strdup("fixed_x,\n1,\n");
    w->attributes[1] = g_strdup("age=70 sex=F");
    w->view.arrangement = LAM_ARRANGED_ALL;
    w->view.plane = LAM_PLANE_SAGITTAL;
    w->view.compare = LAM_COMPARE_FADE;
    w->view.grid = true;
    w->view.grid_mm = 12.5;
    w->view.maximised = 1;
    w->view.levels[1] = (LamLevels){-3.25, 1000};
    w->cursor_mm = (LamVec3){{1, -2.5, 1e-3}};
    w->zoom = 3;
    return w;
}

static void check_same(const LamWorkspace *a, const LamWorkspace *b)
{
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        g_assert_cmpstr(a->files[i].path, ==, b->files[i].path);
        g_assert_cmpstr(a->files[i].checksum, ==, b->files[i].checksum);
    }
    g_assert_cmpstr(a->model_name, ==, b->model_name);
    g_assert_cmpstr(a->model_hash, ==, b->model_hash);
    g_assert_cmpstr(a->lambda_chosen, ==, b->lambda_chosen);
    g_assert_cmpstr(a->panel, ==, b->panel);
    g_assert_cmpstr(a->landmarks, ==, b->landmarks);
    g_assert_cmpstr(a->attributes[0], ==, b->attributes[0]);
    g_assert_cmpstr(a->attributes[1], ==, b->attributes[1]);
    g_assert_cmpstr(a->demo, ==, b->demo);
    g_assert_cmpfloat(a->lambda, ==, b->lambda);
    g_assert_true(a->held_lambda == b->held_lambda ||
                  (isnan(a->held_lambda) && isnan(b->held_lambda)));
    g_assert_cmpint(lam_view_settings_compare(&a->view, &b->view), ==, LAM_SETTINGS_SAME);
    g_assert_cmpmem(a->cursor_mm.v, sizeof a->cursor_mm.v, b->cursor_mm.v, sizeof b->cursor_mm.v);
    g_assert_cmpfloat(a->zoom, ==, b->zoom);
}

static void test_there_and_back(void)
{
    g_autoptr(LamWorkspace) before = example();
    g_autofree char *text = lam_workspace_to_text(before, "/data/study/sessions");
    g_autoptr(GError) error = NULL;
    g_autoptr(LamWorkspace) after =
        lam_workspace_from_text(text, strlen(text), "/data/study/sessions", &error);
    g_assert_no_error(error);
    check_same(before, after);
    g_assert_nonnull(strstr(text, "../scans/a.nii.gz"));
    g_assert_nonnull(strstr(text, "\"/elsewhere/names.csv\""));
    g_autoptr(LamWorkspace) moved =
        lam_workspace_from_text(text, strlen(text), "/media/stick/study/sessions", &error);
    g_assert_cmpstr(moved->files[0].path, ==, "/media/stick/study/scans/a.nii.gz");
    g_assert_cmpstr(moved->files[1].path, ==, "/media/stick/study/b.nii#3");
}

static void test_model_by_path(void)
{
    g_autoptr(LamWorkspace) before = lam_workspace_new();
    before->model_name = g_strdup("/data/study/mine.safetensors");
    g_autofree char *text = lam_workspace_to_text(before, "/data/study");
    g_autoptr(LamWorkspace) after =
        lam_workspace_from_text(text, strlen(text), "/data/study", NULL);
    g_assert_cmpstr(after->model_name, ==, before->model_name);
}

static void test_defaults(void)
{
    const char *text = "{\"format\": \"lambdascope-session\", \"version\": 1}";
    g_autoptr(LamWorkspace) plain = lam_workspace_new();
    g_autoptr(LamWorkspace) read = lam_workspace_from_text(text, strlen(text), "/", NULL);
    check_same(plain, read);
}

static void test_paths(void)
{
    static const char *const cases[][3] = {
        {"/a/b/c.nii", "/a/b", "c.nii"},
        {"/a/b/c.nii", "/a/x/y", "../../b/c.nii"},
        {"/a/b/c.nii", "/z/y", "/a/b/c.nii"},
        {"/c.nii", "/a", "/c.nii"},
        {"/a/b c/d.nii", "/a", "b c/d.nii"},
        {"/a/bc/d.nii", "/a/b", "../bc/d.nii"},
        {"/a/b", "/a/b", "/a/b"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = lam_path_from_folder(cases[i][0], cases[i][1]);
        g_assert_cmpstr(got, ==, cases[i][2]);
    }
}

/* ---- files ---- */

static char *scratch(const char *name)
{
    g_autofree char *folder = g_dir_make_tmp("lam-workspace-XXXXXX", NULL);
    return g_build_filename(folder, name, NULL);
}

static void remove_with_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_remove(path);
    g_rmdir(folder);
}

static void test_checksums(void)
{
    g_autofree char *path = scratch("scan.nii");
    g_autoptr(LamWorkspace) w = lam_workspace_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(path, "one", -1, NULL));
    lam_workspace_set_file(w, LAM_WORKSPACE_FIXED, path);
    g_assert_cmpint(lam_workspace_check(w, LAM_WORKSPACE_FIXED), ==, LAM_FILE_SAME);
    g_assert_true(lam_workspace_stamp(w, &error));
    g_assert_cmpuint(strlen(w->files[0].checksum), ==, 64);
    g_assert_cmpint(lam_workspace_check(w, LAM_WORKSPACE_FIXED), ==, LAM_FILE_SAME);
    g_assert_true(g_file_set_contents(path, "two", -1, NULL));
    g_assert_cmpint(lam_workspace_check(w, LAM_WORKSPACE_FIXED), ==, LAM_FILE_CHANGED);
    remove_with_folder(path);
    g_assert_cmpint(lam_workspace_check(w, LAM_WORKSPACE_FIXED), ==, LAM_FILE_MISSING);
    g_assert_cmpint(lam_workspace_check(w, LAM_WORKSPACE_MOVING), ==, LAM_FILE_SAME);
    g_assert_false(lam_workspace_stamp(w, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
}

static void test_find_again(void)
{
    g_autofree char *fixed = scratch("a.nii"), *folder = g_path_get_dirname(fixed);
    g_autofree char *moving = g_build_filename(folder, "b.nii", NULL);
    g_autoptr(LamWorkspace) w = lam_workspace_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(fixed, "a", -1, NULL));
    g_assert_true(g_file_set_contents(moving, "b", -1, NULL));
    lam_workspace_set_file(w, LAM_WORKSPACE_FIXED, "/not/there/a-as-it-was.nii");
    lam_workspace_set_file(w, LAM_WORKSPACE_MOVING, "/not/there/b.nii");
    w->files[LAM_WORKSPACE_FIXED].checksum = g_strnfill(64, '0');
    lam_workspace_find_again(w, LAM_WORKSPACE_FIXED, fixed);
    g_assert_cmpint(lam_workspace_check(w, LAM_WORKSPACE_FIXED), ==, LAM_FILE_CHANGED);
    g_assert_cmpstr(w->files[LAM_WORKSPACE_MOVING].path, ==, moving);
    g_assert_false(lam_workspace_save(w, moving, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_remove(moving);
    remove_with_folder(fixed);
}

static void test_save(void)
{
    g_autofree char *path = scratch("x.lamsession"), *missing = g_strconcat(path, "/no/file", NULL);
    g_autoptr(LamWorkspace) before = example();
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_workspace_save(before, path, &error));
    g_autoptr(LamWorkspace) after = lam_workspace_load(path, &error);
    g_assert_no_error(error);
    check_same(before, after);
    g_assert_false(lam_workspace_save(before, missing, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    remove_with_folder(path);
    g_clear_error(&error);
    g_assert_null(lam_workspace_load(path, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "cannot open session"));
}

/* ---- what is no session ---- */

#define HEAD "{\"format\": \"lambdascope-session\", \"version\": 1, "

static void test_bad(void)
{
    static const struct {
        const char *text;
        int code;
        const char *why;
    } cases[] = {
        {"", LAM_ERROR_FORMAT, "no session"},
        {"\xff\xfe", LAM_ERROR_FORMAT, "no JSON"},
        {"[1, 2]", LAM_ERROR_FORMAT, "no session"},
        {"{\"format\": 3}", LAM_ERROR_FORMAT, "no session"},
        {"{\"format\": \"lambdascope-session\"}", LAM_ERROR_FORMAT, "version"},
        {"{\"format\": \"lambdascope-session\", \"version\": 2}", LAM_ERROR_UNSUPPORTED,
         "newer version"},
        {"{\"format\": \"lambdascope-session\", \"version\": 0}", LAM_ERROR_FORMAT, "version"},
        {HEAD "\"lambda\": 1.5}", LAM_ERROR_FORMAT, "lambda must be a number from 0 to 1"},
        {HEAD "\"lambda\": \"low\"}", LAM_ERROR_FORMAT, "lambda"},
        {HEAD "\"files\": 3}", LAM_ERROR_FORMAT, "files must be an object"},
        {HEAD "\"files\": {\"fixed\": {\"path\": \"a\"}}}", LAM_ERROR_FORMAT, "both scans"},
        {HEAD "\"files\": {\"fixed\": {}}}", LAM_ERROR_FORMAT, "with a path"},
        {HEAD "\"files\": {\"fixed\": {\"path\": \"a\", \"sha256\": \"xyz\"}}}", LAM_ERROR_FORMAT,
         "sha256"},
        {HEAD "\"view\": {\"plane\": \"upside down\"}}", LAM_ERROR_FORMAT, "plane"},
        {HEAD "\"view\": {\"grid\": 1}}", LAM_ERROR_FORMAT, "grid must be true or false"},
        {HEAD "\"view\": {\"zoom\": 0}}", LAM_ERROR_FORMAT, "zoom"},
        {HEAD "\"view\": {\"cursor_mm\": [1, 2]}}", LAM_ERROR_FORMAT, "cursor_mm"},
        {HEAD "\"view\": {\"cursor_mm\": [1, 2, \"x\"]}}", LAM_ERROR_FORMAT, "cursor_mm"},
        {HEAD "\"view\": {\"cursor_mm\": [1, 2, 1e99]}}", LAM_ERROR_FORMAT, "cursor_mm"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_workspace_from_text(cases[i].text, strlen(cases[i].text), "/", &error));
        g_assert_error(error, LAM_ERROR, cases[i].code);
        g_assert_nonnull(strstr(error->message, cases[i].why));
    }
}

/* A whole one, cut and with each byte changed: read or refused, never more. */
static void test_mutilated(void)
{
    g_autoptr(LamWorkspace) before = example();
    g_autofree char *text = lam_workspace_to_text(before, "/data");
    size_t n = strlen(text);
    for (size_t at = 0; at < n; at++) {
        g_autofree char *copy = g_strdup(text);
        g_autoptr(GError) cut_error = NULL;
        g_autoptr(LamWorkspace) cut = lam_workspace_from_text(text, at, "/data", &cut_error);
        g_assert_true((cut == NULL) == (cut_error != NULL));
        for (const char *c = "\"{[0-,\x80"; *c; c++) {
            g_autoptr(GError) error = NULL;
            copy[at] = *c;
            g_autoptr(LamWorkspace) w = lam_workspace_from_text(copy, n, "/data", &error);
            g_assert_true((w == NULL) == (error != NULL));
        }
    }
}

static void test_deep(void)
{
    g_autofree char *deep = g_strnfill(500000, '[');
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_workspace_from_text(deep, strlen(deep), "/", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/workspace/there-and-back", test_there_and_back);
    g_test_add_func("/workspace/model-by-path", test_model_by_path);
    g_test_add_func("/workspace/defaults", test_defaults);
    g_test_add_func("/workspace/paths", test_paths);
    g_test_add_func("/workspace/checksums", test_checksums);
    g_test_add_func("/workspace/find-again", test_find_again);
    g_test_add_func("/workspace/save", test_save);
    g_test_add_func("/workspace/bad", test_bad);
    g_test_add_func("/workspace/mutilated", test_mutilated);
    g_test_add_func("/workspace/deep", test_deep);
    return g_test_run();
}
