/* A report says what was measured, shows what was drawn, and keeps to itself who was scanned. */
#include "fixture.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <string.h>

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void test_figures(void)
{
    LamReportFixture *f = lam_report_fixture_new(false);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.html");
    g_autofree char *side = lam_report_fixture_path(f, "a.json");
    source.fixed_labels = f->labels;
    source.moving_labels = f->labels; /* where they are: the field takes them away by 3 mm */
    source.rating = LAM_RATING_BORDERLINE;
    source.chosen = LAM_CHOSEN_EVIDENCE;
    if (lam_report_fixture_save(&source, path)) {
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GError) error = NULL;
        json_parser_load_from_file(parser, side, &error);
        g_assert_no_error(error);
        JsonObject *root = json_node_get_object(json_parser_get_root(parser));
        JsonObject *m = json_object_get_object_member(root, "measures");
        JsonObject *label =
            json_array_get_object_element(json_object_get_array_member(root, "labels"), 0);
        g_assert_cmpstr(json_object_get_string_member(root, "format"), ==, "lambdascope-report");
        g_assert_cmpstr(json_object_get_string_member(root, "rating"), ==, "borderline");
        g_assert_cmpstr(json_object_get_string_member(root, "lambda_chosen"), ==, "evidence");
        g_assert_cmpstr(json_object_get_string_member(root, "report"), ==, "a.html");
        g_assert_cmpfloat(json_object_get_double_member(root, "lambda"), ==, 0.25);
        g_assert_cmpfloat_with_epsilon(json_object_get_double_member(m, "displacement_mean_mm"), 3,
                                       1e-6);
        g_assert_cmpfloat(json_object_get_double_member(m, "fold_percent"), ==, 0);
        g_assert_cmpfloat(json_object_get_double_member(m, "correlation_after"), >, 0.98);
        g_assert_cmpfloat(json_object_get_double_member(m, "correlation_before"), <, 0.95);
        g_assert_true(JSON_NODE_HOLDS_NULL(json_object_get_member(m, "similarity")));
        g_assert_cmpint(json_object_get_int_member(label, "label"), ==, 17);
        g_autofree char *html = lam_report_fixture_read(path);
        g_assert_cmpint(count(html, "<img "), ==, 10); /* with the outlines */
        g_assert_cmpfloat(json_object_get_double_member(label, "dice_before"), ==, 1);
        g_assert_cmpfloat(json_object_get_double_member(label, "dice"), <, 0.96);
    }
    lam_report_fixture_free(f);
}

/* The bytes of one picture. */
static guchar *picture(const char *html, const char *name, gsize *size)
{
    g_autofree char *id = g_strdup_printf("id=\"picture-%s\"", name);
    const char *at = strstr(html, id);
    g_assert_nonnull(at);
    at = strstr(at, "base64,");
    g_assert_nonnull(at);
    g_autofree char *base64 = g_strndup(at + 7, strcspn(at + 7, "\""));
    return g_base64_decode(base64, size);
}

static void test_html(void)
{
    LamReportFixture *f = lam_report_fixture_new(false);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.html");
    source.notes = "a <b> & \"c\" 'd'\n\x01\xff</td>";
    if (lam_report_fixture_save(&source, path)) {
        g_autofree char *html = lam_report_fixture_read(path);
        gsize size, other;
        g_autofree guchar *before = picture(html, "before", &size);
        g_autofree guchar *after = picture(html, "after", &other);
        g_assert_cmpmem(before, 8, "\x89PNG\r\n\x1a\n", 8);
        g_assert_false(size == other && memcmp(before, after, size) == 0);
        g_assert_cmpint(count(html, "<img "), ==, 8);
        g_assert_cmpint(count(html, "<img "), ==, count(html, " alt=\""));
        g_assert_true(g_str_has_prefix(html, "<!DOCTYPE html>\n<html lang=\"en\">"));
        g_assert_nonnull(strstr(html, "a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;\n "));
        g_assert_nonnull(strstr(html, "not a medical device"));
        g_assert_null(strstr(html, "<script"));
        g_assert_null(strstr(html, "&#x"));
        g_assert_true(g_utf8_validate(html, -1, NULL));
    }
    lam_report_fixture_free(f);
}

static void test_regions(void)
{
    LamReportFixture *f = lam_report_fixture_new(false);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.html");
    g_autofree char *side = lam_report_fixture_path(f, "a.json");
    g_autoptr(GPtrArray) specs =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    g_ptr_array_add(specs, lam_region_spec_parse("name=inner <b>;labels=17,18;lambda=0.8", NULL));
    g_ptr_array_add(specs, lam_region_spec_parse("name=x;mask=/secret/m.nii;kind=unmoved", NULL));
    source.regions = specs;
    if (lam_report_fixture_save(&source, path)) {
        g_autofree char *html = lam_report_fixture_read(path),
                        *json = lam_report_fixture_read(side);
        g_assert_nonnull(strstr(html, "inner &lt;b&gt;"));
        g_assert_nonnull(strstr(html, "labels 17, 18"));
        g_assert_nonnull(strstr(html, "λ 0.800"));
        g_assert_nonnull(strstr(html, "not moved"));
        g_assert_null(strstr(html, "secret"));
        g_assert_null(strstr(json, "secret"));
        g_assert_nonnull(strstr(json, "\"unmoved\""));
    }
    lam_report_fixture_free(f);
}

static void save_scan(LamVolume *scan, const char *path)
{
    g_autoptr(GError) error = NULL;
    lam_nifti_save(scan, path, LAM_NIFTI_FLOAT32, "", &error);
    g_assert_no_error(error);
    scan->path = g_strdup(path);
}

/* Neither the name of a file nor that of its folder, in any of the files. */
static void test_names(void)
{
    static const char *const endings[] = {"a.html", "a.csv", "a.json"};
    LamReportFixture *f = lam_report_fixture_new(false);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.html");
    g_autofree char *fixed = lam_report_fixture_path(f, "Anna <Adam>.nii");
    g_autofree char *moving = lam_report_fixture_path(f, "Bert&Berg.nii");
    save_scan(f->fixed, fixed);
    save_scan(f->moving, moving);
    for (int named = 0; named < 2; named++) {
        source.with_names = named;
        if (!lam_report_fixture_save(&source, path))
            break;
        for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
            g_autofree char *file = lam_report_fixture_path(f, endings[i]);
            g_autofree char *text = lam_report_fixture_read(file);
            g_assert_null(strstr(text, f->folder));
            g_assert_true(named ? i == 1 || strstr(text, "Anna") : !strstr(text, "Anna"));
        }
        g_autofree char *html = lam_report_fixture_read(path);
        g_assert_nonnull(strstr(html, "SHA-256 "));
        g_assert_true(!named || strstr(html, "<title>Registration of Bert&amp;Berg.nii onto Anna "
                                             "&lt;Adam&gt;.nii</title>"));
    }
    lam_report_fixture_free(f);
}

static void test_slice(void)
{
    LamReportFixture *f = lam_report_fixture_new(true);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.htm");
    if (lam_report_fixture_save(&source, path)) {
        g_autofree char *html = lam_report_fixture_read(path);
        g_assert_cmpint(count(html, "one slice"), ==, 8);
    }
    lam_report_fixture_free(f);
}

static char *told_by(const char *tool, const char *path)
{
    g_autoptr(GError) error = NULL;
    char *out = NULL;
    g_autofree char *found = g_find_program_in_path(tool);
    const char *command[] = {tool, path, g_str_equal(tool, "pdftotext") ? "-" : NULL, NULL};
    if (!found)
        return NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_newv(command, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, &out, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_successful(process));
    return out;
}

static void test_pdf(void)
{
    LamReportFixture *f = lam_report_fixture_new(false);
    LamReportSource source = lam_report_fixture_source(f);
    g_autofree char *path = lam_report_fixture_path(f, "a.pdf");
    g_autoptr(GString) notes = g_string_new("first\n");
    for (int i = 0; i < 200; i++)
        g_string_append_printf(notes, "remark %d & <more>\n", i);
    source.notes = notes->str; /* longer than a page */
    if (lam_report_fixture_save(&source, path)) {
        g_autofree char *bytes = lam_report_fixture_read(path);
        g_autofree char *info = told_by("pdfinfo", path), *text = told_by("pdftotext", path);
        g_assert_true(g_str_has_prefix(bytes, "%PDF-"));
        g_assert_true(!info || (strstr(info, "Registration report") && strstr(info, "A4")));
        g_assert_true(!text || (strstr(text, "remark 199 & <more>") && strstr(text, "0.250") &&
                                strstr(text, "Displacement, mean")));
    }
    lam_report_fixture_free(f);
}

static void test_files(void)
{
    g_auto(GStrv) files = lam_report_files("/a/b.c.html");
    g_assert_cmpstr(files[1], ==, "/a/b.c.csv");
    g_assert_cmpstr(files[2], ==, "/a/b.c.json");
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_report_check_name("x.pdf", NULL));
    g_assert_false(lam_report_check_name("x.txt", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

static void test_unwritable(void)
{
    LamReportFixture *f = lam_report_fixture_new(true);
    LamReportSource source = lam_report_fixture_source(f);
    g_autoptr(GError) error = NULL;
    g_autoptr(LamReport) report = lam_report_new(&source, NULL, &error);
    g_autofree char *path = lam_report_fixture_path(f, "none/a.html");
    if (report) {
        g_assert_false(lam_report_save(report, path, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
        g_assert_nonnull(strstr(error->message, path));
    } else {
        g_test_skip(error->message);
    }
    lam_report_fixture_free(f);
}

static void test_cancel(void)
{
    LamReportFixture *f = lam_report_fixture_new(true);
    LamReportSource source = lam_report_fixture_source(f);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LamProgress progress = {.cancellable = cancellable};
    g_autoptr(GError) error = NULL;
    g_cancellable_cancel(cancellable);
    g_assert_null(lam_report_new(&source, &progress, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
    lam_report_fixture_free(f);
}

static void test_words(void)
{
    for (int i = 0; i < LAM_RATING_COUNT; i++) {
        LamRating back = LAM_RATING_NONE;
        g_assert_true(lam_rating_parse(lam_rating_name((LamRating)i), &back));
        g_assert_cmpint(back, ==, i);
    }
    for (int i = 0; i < LAM_CHOSEN_COUNT; i++) {
        LamLambdaChosen back = LAM_CHOSEN_COUNT;
        g_assert_true(lam_lambda_chosen_parse(lam_lambda_chosen_name((LamLambdaChosen)i), &back));
        g_assert_cmpint(back, ==, i);
    }
    LamRating rating;
    g_assert_false(lam_rating_parse("good", &rating));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/figures", test_figures);
    g_test_add_func("/report/html", test_html);
    g_test_add_func("/report/regions", test_regions);
    g_test_add_func("/report/names", test_names);
    g_test_add_func("/report/slice", test_slice);
    g_test_add_func("/report/pdf", test_pdf);
    g_test_add_func("/report/files", test_files);
    g_test_add_func("/report/unwritable", test_unwritable);
    g_test_add_func("/report/cancel", test_cancel);
    g_test_add_func("/report/words", test_words);
    return g_test_run();
}
