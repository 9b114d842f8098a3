/* Tables of studies, and the files that they leave behind. */
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/study.h>
#include <math.h>
#include <string.h>

static LamStudyTable *small_table(void)
{
    LamStudyTable *table = lam_study_table_new((const char *[]){"name", "λ", "error_mm", NULL});
    lam_study_table_add_text(table, "a, \"b\"");
    lam_study_table_add_number(table, 0.25, 2);
    lam_study_table_add_number(table, -1.23456, 3);
    lam_study_table_add_text(table, "plain");
    lam_study_table_add_number(table, NAN, 2);
    lam_study_table_add_number(table, 12, 0);
    return table;
}

static void cells(void)
{
    g_autoptr(LamStudyTable) table = small_table();
    g_assert_cmpuint(lam_study_table_rows(table), ==, 2);
    g_assert_cmpstr(lam_study_table_cell(table, 0, "error_mm"), ==, "-1.235");
    g_assert_cmpstr(lam_study_table_cell(table, 1, "λ"), ==, "");
    g_assert_null(lam_study_table_cell(table, 2, "name"));
    g_assert_null(lam_study_table_cell(table, 0, "nothing"));
}

static void formatted(void)
{
    g_autoptr(LamStudyTable) table = small_table();
    g_autofree char *text = lam_study_table_format(table);
    g_assert_cmpstr(text, ==,
                    "name    λ     error_mm\n"
                    "a, \"b\"  0.25    -1.235\n"
                    "plain               12\n");
}

static LamPlot *small_plot(void)
{
    LamPlot *plot = lam_plot_new("title");
    LamPlotPanel *panel = lam_plot_add_panel(plot, NULL, NULL, NULL);
    LamPlotSeries series = {.x = (double[]){0, 1}, .y = (double[]){2, 3}, .n = 2};
    lam_plot_add_series(panel, &series);
    return plot;
}

static void assert_begins(const char *folder, const char *file, const char *bytes)
{
    g_autofree char *path = g_build_filename(folder, file, NULL), *content = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &content, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(length, >, strlen(bytes));
    g_assert_cmpmem(content, strlen(bytes), bytes, strlen(bytes));
    g_unlink(path);
}

static void saved(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *top = g_dir_make_tmp("lam-study-XXXXXX", &error);
    g_autofree char *folder = g_build_filename(top, "in", NULL);
    bool drawn = lam_study_check_output(folder, &error);
    g_assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR)); /* made */
    if (!drawn && g_error_matches(error, LAM_ERROR, LAM_ERROR_UNSUPPORTED)) {
        g_test_skip("gnuplot is not installed");
    } else {
        g_autoptr(LamStudyResult) result = lam_study_result_new(small_table(), NULL, small_plot());
        g_assert_true(lam_study_result_save(result, folder, "few", &error));
        g_assert_no_error(error);
        assert_begins(folder, "few.csv",
                      "name,λ,error_mm\n\"a, \"\"b\"\"\",0.25,-1.235\nplain,,12");
        assert_begins(folder, "few.svg", "<?xml");
        assert_begins(folder, "few.png", "\x89PNG");
    }
    g_rmdir(folder);
    g_rmdir(top);
}

static void no_folder(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(lam_study_check_output("/dev/null/in", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "/dev/null/in"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/study/cells", cells);
    g_test_add_func("/study/formatted", formatted);
    g_test_add_func("/study/saved", saved);
    g_test_add_func("/study/no-folder", no_folder);
    return g_test_run();
}
