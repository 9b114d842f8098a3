/* Results are found, rated, taken back, and found rated again. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/result_list.h>
#include <lambdascope/transform_file.h>
#include <math.h>
#include <string.h>

static char *folder;

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void put(const char *name, const char *text)
{
    g_autofree char *path = in_folder(name), *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0777), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_tree(below);
    }
    g_remove(path);
}

#define REPORT(rating, notes)                                                                      \
    "{\"format\":\"lambdascope-report\",\"report\":\"a.html\",\"lambda\":0.3,\"rating\":" rating   \
    ",\"notes\":" notes ",\"measures\":{\"correlation_after\":0.9,\"fold_percent\":0.25}}"

/* Two reports, a registration, and what is neither. */
static void make_folder(void)
{
    folder = g_dir_make_tmp("lam-results-XXXXXX", NULL);
    put("b/a.json", REPORT("\"fail\"", "\"dim\""));
    put("a10.json", REPORT("\"none\"", "null"));
    put("a9/report.json", "{\"program\":\"lam register 0.1\",\"lambda\":0.5,"
                          "\"correlation_warped\":0.8,\"displacement_mean_mm\":2}");
    put(".partial/a.json", REPORT("\"none\"", "null"));
    put("other.json", "{\"format\":\"something\"}");
    put("broken.json", "{\"format\":");
    put("odd.json", "{\"format\":[1],\"program\":{},\"measures\":3}");
}

static LamResultList *open_list(void)
{
    g_autoptr(GError) error = NULL;
    LamResultList *list = lam_result_list_open(folder, &error);
    g_assert_no_error(error);
    return list;
}

static void test_find(void)
{
    make_folder();
    g_autoptr(LamResultList) list = open_list();
    g_assert_cmpint(lam_result_list_count(list), ==, 3);
    const LamResult *a = lam_result_list_get(list, 0), *b = lam_result_list_get(list, 1),
                    *c = lam_result_list_get(list, 2);
    g_assert_cmpstr(a->name, ==, "a9"); /* before a10 */
    g_assert_cmpstr(b->name, ==, "a10");
    g_assert_cmpstr(c->name, ==, "b/a");
    g_assert_cmpfloat(a->similarity, ==, 0.8);
    g_assert_cmpfloat(a->mean_mm, ==, 2);
    g_assert_true(isnan(a->fold_percent));
    g_assert_null(a->report);
    g_assert_true(g_str_has_suffix(b->report, "/a.html"));
    g_assert_cmpfloat(b->fold_percent, ==, 0.25);
    g_assert_cmpint(c->rating, ==, LAM_RATING_FAIL);
    g_assert_cmpstr(c->notes, ==, "dim");
    g_assert_cmpint(lam_result_list_rated(list), ==, 1);
    g_assert_cmpint(lam_result_list_unrated(list, 2), ==, 0);
    g_autofree char *text = lam_result_list_text(list);
    g_assert_nonnull(strstr(text, "b/a     fail         0.300       0.900     0.2500"));
    remove_tree(folder);
    g_free(folder);
}

static void test_rate(void)
{
    make_folder();
    g_autoptr(GError) error = NULL;
    LamResultList *list = open_list();
    int i;
    g_assert_true(lam_result_list_undo(list, &i, &error));
    g_assert_cmpint(i, ==, -1);
    g_assert_true(lam_result_list_rate(list, 1, LAM_RATING_PASS, "a, \"b\"\nc", &error));
    g_assert_true(lam_result_list_rate(list, 0, LAM_RATING_BORDERLINE, NULL, &error));
    g_assert_true(lam_result_list_rate(list, 1, LAM_RATING_FAIL, NULL, &error));
    g_assert_true(lam_result_list_undo(list, &i, &error));
    g_assert_no_error(error);
    g_assert_cmpint(i, ==, 1);
    g_assert_cmpint(lam_result_list_get(list, 1)->rating, ==, LAM_RATING_PASS);
    lam_result_list_free(list);
    g_autofree char *path = in_folder("ratings.csv"), *csv = NULL;
    g_assert_true(g_file_get_contents(path, &csv, NULL, NULL));
    g_assert_true(g_str_has_prefix(csv, "result,rating,notes,rated\na10,pass,\"a, \"\"b\"\" c\","));
    list = open_list();
    g_assert_cmpint(lam_result_list_get(list, 0)->rating, ==, LAM_RATING_BORDERLINE);
    g_assert_cmpint(lam_result_list_get(list, 1)->rating, ==, LAM_RATING_PASS);
    g_assert_cmpstr(lam_result_list_get(list, 1)->notes, ==, "a, \"b\" c");
    g_assert_cmpint(lam_result_list_get(list, 2)->rating, ==, LAM_RATING_FAIL); /* the report's */
    g_assert_cmpint(lam_result_list_unrated(list, 0), ==, -1);
    lam_result_list_free(list);
    remove_tree(folder);
    g_free(folder);
}

/* What somebody else wrote since, and results that are gone, stay. */
static void test_two_raters(void)
{
    make_folder();
    g_autoptr(LamResultList) one = open_list(), two = open_list();
    put("ratings.csv", "result,rating,notes,rated\ngone,pass,,2026-01-01T00:00:00Z\n");
    g_assert_true(lam_result_list_rate(one, 0, LAM_RATING_PASS, NULL, NULL));
    g_assert_true(lam_result_list_rate(two, 1, LAM_RATING_FAIL, NULL, NULL));
    g_autofree char *path = in_folder("ratings.csv"), *csv = NULL;
    g_assert_true(g_file_get_contents(path, &csv, NULL, NULL));
    g_assert_nonnull(strstr(csv, "gone,pass,,2026-01-01T00:00:00Z\n"));
    g_assert_nonnull(strstr(csv, "\na9,pass,"));
    g_assert_nonnull(strstr(csv, "\na10,fail,"));
    remove_tree(folder);
    g_free(folder);
}

static void test_bad(void)
{
    make_folder();
    g_autoptr(GError) error = NULL;
    g_autofree char *empty = in_folder("empty"), *ratings = in_folder("ratings.csv");
    g_autofree char *missing = in_folder("missing");
    g_mkdir(empty, 0777);
    g_assert_null(lam_result_list_open(missing, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_clear_error(&error);
    g_assert_null(lam_result_list_open(empty, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FAILED);
    g_clear_error(&error);
    g_autoptr(LamResultList) list = open_list();
    put("ratings.csv", "my own table\n");
    g_assert_false(lam_result_list_rate(list, 0, LAM_RATING_PASS, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
    g_assert_cmpint(lam_result_list_get(list, 0)->rating, ==, LAM_RATING_NONE);
    g_clear_error(&error);
    put("ratings.csv", "result,rating,notes,rated\na9,good,,\n");
    g_assert_null(lam_result_list_open(folder, &error));
    g_assert_nonnull(strstr(error->message, "line 2"));
    g_clear_error(&error);
    g_remove(ratings);
    g_mkdir(ratings, 0777); /* nothing can be written there */
    g_assert_false(lam_result_list_rate(list, 0, LAM_RATING_PASS, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    remove_tree(folder);
    g_free(folder);
}

/* The pictures of a report are those that were drawn into it. */
static void test_pictures(void)
{
    LamReportFixture *f = lam_report_fixture_new(true);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.html");
    g_autoptr(GError) error = NULL;
    if (lam_report_fixture_save(&source, path)) {
        g_autoptr(LamResultList) list = lam_result_list_open(f->folder, &error);
        g_assert_no_error(error);
        g_autoptr(GPtrArray) pictures =
            lam_result_pictures(lam_result_list_get(list, 0), NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpint(pictures->len, ==, 8);
        const LamResultPicture *first = pictures->pdata[0];
        g_assert_cmpstr(first->name, ==, "fixed");
        g_assert_cmpstr(first->title, ==, "Fixed");
        g_assert_cmpmem(g_bytes_get_data(first->png, NULL), 4, "\x89PNG", 4);
        g_assert_true(g_file_set_contents(path, "<p>", -1, NULL));
        g_assert_null(lam_result_pictures(lam_result_list_get(list, 0), NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
        g_clear_error(&error);
        g_remove(path);
        g_assert_null(lam_result_pictures(lam_result_list_get(list, 0), NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    }
    lam_report_fixture_free(f);
}

/* A registration without a report is drawn from its scans and its transform. */
static void test_drawn(void)
{
    LamReportFixture *f = lam_report_fixture_new(true);
    g_autofree char *fixed = lam_report_fixture_path(f, "fixed.nii");
    g_autofree char *moving = lam_report_fixture_path(f, "moving.nii");
    g_autofree char *path = lam_report_fixture_path(f, "a.json");
    g_autofree char *transform = lam_report_fixture_path(f, "a.safetensors");
    g_autofree char *told = g_strdup_printf("{\"program\":\"lam register 0.1\",\"fixed\":"
                                            "{\"file\":\"%s\"},\"moving\":{\"file\":\"%s\"}}",
                                            fixed, moving);
    g_autoptr(LamTransform) shift = lam_transform_new_displacement(f->snapshot->field);
    g_autoptr(GError) error = NULL;
    lam_nifti_save(f->fixed, fixed, LAM_NIFTI_FLOAT32, "", &error);
    lam_nifti_save(f->moving, moving, LAM_NIFTI_FLOAT32, "", &error);
    g_assert_true(g_file_set_contents(path, told, -1, NULL));
    g_autoptr(LamResultList) list = lam_result_list_open(f->folder, &error);
    g_assert_no_error(error);
    g_assert_null(lam_result_pictures(lam_result_list_get(list, 0), NULL, &error));
    g_assert_nonnull(strstr(error->message, "no transform beside it"));
    g_clear_error(&error);
    lam_transform_save(shift, transform, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) pictures = lam_result_pictures(lam_result_list_get(list, 0), NULL, &error);
    if (g_error_matches(error, LAM_ERROR, LAM_ERROR_GL)) {
        g_test_skip(error->message);
    } else {
        g_assert_no_error(error);
        g_assert_cmpint(pictures->len, ==, 8);
    }
    lam_report_fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/result-list/find", test_find);
    g_test_add_func("/result-list/rate", test_rate);
    g_test_add_func("/result-list/two-raters", test_two_raters);
    g_test_add_func("/result-list/bad", test_bad);
    g_test_add_func("/result-list/pictures", test_pictures);
    g_test_add_func("/result-list/drawn", test_drawn);
    return g_test_run();
}
