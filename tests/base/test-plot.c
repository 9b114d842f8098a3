/* Plots: what stands in the SVG, and what is refused. */
#include <lambdascope/error.h>
#include <lambdascope/plot.h>

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer name)
{
    f->folder = g_dir_make_tmp("lam-plot-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, name, NULL);
}

static void tear_down(Fixture *f, gconstpointer name)
{
    g_autofree char *fake = g_build_filename(f->folder, "gnuplot", NULL);
    g_unlink(f->path);
    g_unlink(fake);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0); /* nothing else was left there */
    g_free(f->folder);
    g_free(f->path);
}

static bool have_gnuplot(void)
{
    g_autofree char *program = g_find_program_in_path("gnuplot");
    if (program == NULL)
        g_test_skip("gnuplot is not installed");
    return program != NULL;
}

static char *save_and_read(const LamPlot *plot, const char *path, gsize *n)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    lam_plot_save(plot, path, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &text, n, NULL));
    return text;
}

static void refuse(const LamPlot *plot, const char *path, int code, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(lam_plot_save(plot, path, &error));
    g_assert_error(error, LAM_ERROR, code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, word));
    g_assert_nonnull(strstr(error->message, path));
    g_assert_null(strchr(error->message, '\n'));
}

/* One panel of axes from 0 to 10 and one series of three points. */
static LamPlot *three_points(const double *x, const double *y, const char *name)
{
    LamPlot *plot = lam_plot_new(NULL);
    LamPlotAxis axis = {.title = "λ", .from = 0, .to = 10};
    LamPlotPanel *panel = lam_plot_add_panel(plot, "panel", &axis, &axis);
    LamPlotSeries series = {.name = name, .x = x, .y = y, .n = 3};
    lam_plot_add_series(panel, &series);
    return plot;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

static const double x[] = {2, 4, 8}, y[] = {8, 4, 0};

/* What gnuplot drew of the first series, if that has no name (else its sample in the legend comes too). */
static char *first_curve(const char *svg)
{
    const char *begin = strstr(svg, "\"gnuplot_plot_1a\"");
    const char *end = begin != NULL ? strstr(begin, "\n\t</g>") : NULL;
    g_assert_nonnull(end);
    return g_strndup(begin, (gsize)(end - begin));
}

/* The points stand where the axes say. */
static void test_points(Fixture *f, gconstpointer data)
{
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = three_points(x, y, NULL);
    g_autofree char *svg = save_and_read(plot, f->path, NULL), *curve = first_curve(svg);
    g_assert_nonnull(strstr(curve, "rgb(  0, 114, 178)"));
    double px[3], py[3];
    g_assert_cmpint(sscanf(strstr(curve, "d='M"), "d='M%lf,%lf L%lf,%lf L%lf,%lf", px, py, px + 1,
                           py + 1, px + 2, py + 2),
                    ==, 6);
    g_assert_cmpfloat_with_epsilon((px[2] - px[0]) / (px[1] - px[0]), 3, 0.01);
    g_assert_cmpfloat_with_epsilon((py[2] - py[0]) / (py[1] - py[0]), 2, 0.01);
    g_assert_cmpfloat(py[2], >, py[0]); /* down the page */
}

/* Texts stand as they were written. */
static void test_texts(Fixture *f, gconstpointer data)
{
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = three_points(x, y, "it's `x` $y \"z\" a_b^c <&>\n");
    g_autofree char *svg = save_and_read(plot, f->path, NULL);
    g_assert_true(g_utf8_validate(svg, -1, NULL));
    g_assert_nonnull(strstr(svg, "</svg>"));
    g_assert_cmpint(count(svg, ">λ<"), ==, 2);
    g_assert_nonnull(strstr(svg, "it's `x` $y \"z\" a_b^c &lt;&amp;>"));
}

/* A value that is none breaks the line in two. */
static void test_gap(Fixture *f, gconstpointer data)
{
    const double gx[] = {1, 2, 3, 4, 5, 6, 7}, gy[] = {1, 2, NAN, INFINITY, 3, 4, NAN};
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = lam_plot_new(NULL);
    LamPlotPanel *panel = lam_plot_add_panel(plot, NULL, NULL, NULL);
    LamPlotSeries series = {.x = gx, .y = gy, .n = 7};
    lam_plot_add_series(panel, &series);
    g_autofree char *svg = save_and_read(plot, f->path, NULL);
    g_autofree char *curve = first_curve(svg);
    g_assert_cmpint(count(curve, "M"), ==, 2);
    g_assert_cmpint(count(curve, " L"), ==, 2);
}

/* Values that differ by rounding alone, and a single point. */
static void test_constant(Fixture *f, gconstpointer data)
{
    const double same[] = {0.01, 0.01 + 1e-17, 0.01 - 1e-17}, zero[] = {0, 0, 0};
    const double *values[] = {same, zero, same};
    const LamPlotAxis logarithmic = {.logarithmic = true};
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = lam_plot_new(NULL);
    for (int i = 0; i < 3; i++) {
        LamPlotSeries series = {.x = zero, .y = values[i], .n = 3};
        lam_plot_add_series(lam_plot_add_panel(plot, "same", NULL, i == 2 ? &logarithmic : NULL),
                            &series);
    }
    g_autofree char *svg = save_and_read(plot, f->path, NULL);
    g_assert_cmpint(count(svg, ">same<"), ==, 3);
}

/* Many panels, bands, all styles, reference lines, a logarithmic axis, ticks and a legend. */
static void test_everything(Fixture *f, gconstpointer data)
{
    const double low[] = {7, 3, -1}, high[] = {9, NAN, 1}, positive[] = {0, 1e-3, 10};
    const LamPlotTick ticks[] = {{2, "two"}, {8, "eight"}};
    const LamPlotAxis ticked = {.title = "γ", .ticks = ticks, .n_ticks = 2};
    const LamPlotAxis logarithmic = {.logarithmic = true};
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = lam_plot_new("A figure");
    lam_plot_set_columns(plot, 3);
    for (int i = 0; i < 4; i++) {
        LamPlotPanel *panel = lam_plot_add_panel(plot, "P", &ticked, i == 3 ? &logarithmic : NULL);
        for (int style = LAM_PLOT_LINE; style <= LAM_PLOT_BOTH; style++) {
            LamPlotSeries series = {"series",
                                    x,
                                    i == 3 ? positive : y,
                                    .n = 3,
                                    .style = (LamPlotStyle)style,
                                    .colour = style + 8 * (i & 1)};
            series.low = style != LAM_PLOT_BOTH ? low : NULL;
            series.high = style != LAM_PLOT_BOTH ? high : NULL;
            lam_plot_add_series(panel, &series);
        }
        lam_plot_add_line(panel, &(LamPlotLine){5, false, "affine"});
        lam_plot_add_line(panel, &(LamPlotLine){3, true, NULL});
    }
    g_autofree char *svg = save_and_read(plot, f->path, NULL);
    g_assert_nonnull(strstr(svg, "width=\"1920\" height=\"830\""));
    g_assert_cmpint(count(svg, ">series<"), ==, 12);
    g_assert_cmpint(count(svg, ">affine<"), ==, 4);
    g_assert_cmpint(count(svg, ">eight<"), ==, 4);
    g_assert_cmpint(count(svg, ">A figure<"), ==, 1);
}

static guint32 big_endian(const char *bytes)
{
    guint32 value;
    memcpy(&value, bytes, 4);
    return GUINT32_FROM_BE(value);
}

static void test_png(Fixture *f, gconstpointer data)
{
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = three_points(x, y, NULL);
    gsize n;
    g_autofree char *png = save_and_read(plot, f->path, &n);
    g_assert_cmpuint(n, >, 1000);
    g_assert_cmpmem(png, 8, "\x89PNG\r\n\x1a\n", 8);
    g_assert_cmpuint(big_endian(png + 16), ==, 640);
    g_assert_cmpuint(big_endian(png + 20), ==, 400);
}

static void test_matrix(Fixture *f, gconstpointer data)
{
    const double values[] = {1, 2, NAN, 4, 5, 6};
    if (!have_gnuplot())
        return;
    g_autoptr(LamPlot) plot = lam_plot_new(NULL);
    LamPlotAxis axis = {.title = "across"};
    LamPlotMatrix matrix = {values, 3, 2, 0, 3, 0, 2, "value"}, one = {values, 1, 1, 0, 1, 0, 1};
    lam_plot_set_matrix(lam_plot_add_panel(plot, "map", &axis, NULL), &matrix);
    lam_plot_set_matrix(lam_plot_add_panel(plot, "cell", NULL, NULL), &one);
    g_autofree char *svg = save_and_read(plot, f->path, NULL);
    g_assert_cmpint(count(svg, "<image"), ==, 2);
    g_assert_nonnull(strstr(svg, ">value<"));
    g_assert_nonnull(strstr(svg, ">across<"));
}

static void test_refused(Fixture *f, gconstpointer data)
{
    const double nothing[] = {NAN, INFINITY, NAN}, negative[] = {-1, 0, NAN};
    const LamPlotAxis logarithmic = {.logarithmic = true};
    g_autofree char *text = g_build_filename(f->folder, "plot.txt", NULL);
    g_autofree char *nowhere = g_build_filename(f->folder, "no", "plot.svg", NULL);
    g_autoptr(LamPlot) good = three_points(x, y, "good"), empty = lam_plot_new(NULL);
    g_autoptr(LamPlot) bare = lam_plot_new(NULL), missing = three_points(x, nothing, "bad");
    g_autoptr(LamPlot) below = lam_plot_new(NULL), map = lam_plot_new(NULL);
    refuse(good, text, LAM_ERROR_ARGUMENT, ".svg or .png");
    refuse(good, nowhere, LAM_ERROR_IO, "folder does not exist");
    if (!have_gnuplot())
        return;
    lam_plot_add_panel(bare, "bare", NULL, NULL);
    LamPlotSeries series = {.name = "low", .x = x, .y = negative, .n = 3};
    lam_plot_add_series(lam_plot_add_panel(below, "log", NULL, &logarithmic), &series);
    LamPlotMatrix matrix = {nothing, 3, 1, 0, 1, 0, 1, NULL};
    lam_plot_set_matrix(lam_plot_add_panel(map, "map", NULL, NULL), &matrix);
    refuse(empty, f->path, LAM_ERROR_ARGUMENT, "no panel");
    refuse(bare, f->path, LAM_ERROR_ARGUMENT, "'bare' has nothing to show");
    refuse(missing, f->path, LAM_ERROR_ARGUMENT, "'bad' of panel 'panel' has no value");
    refuse(below, f->path, LAM_ERROR_ARGUMENT, "'low' of panel 'log'");
    refuse(map, f->path, LAM_ERROR_ARGUMENT, "'map' has nothing to show");
    g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

static void test_not_installed(Fixture *f, gconstpointer data)
{
    g_autoptr(LamPlot) plot = three_points(x, y, NULL);
    g_autofree char *before = g_strdup(g_getenv("PATH"));
    g_setenv("PATH", f->folder, TRUE);
    refuse(plot, f->path, LAM_ERROR_UNSUPPORTED, "not installed");
    g_setenv("PATH", before, TRUE);
}

/* It reads nothing, complains in several lines and fails: the old picture stays. */
static void test_failing_program(Fixture *f, gconstpointer data)
{
    enum { MANY = 100000 };
    g_autofree char *fake = g_build_filename(f->folder, "gnuplot", NULL), *left = NULL;
    g_autofree double *many = g_new0(double, MANY);
    g_autoptr(LamPlot) plot = lam_plot_new(NULL);
    LamPlotSeries series = {.x = many, .y = many, .n = MANY};
    lam_plot_add_series(lam_plot_add_panel(plot, NULL, NULL, NULL), &series);
    g_assert_true(
        g_file_set_contents(fake, "#!/bin/sh\nprintf 'no\\nterminal\\n' >&2\nexit 3\n", -1, NULL));
    g_assert_cmpint(g_chmod(fake, 0755), ==, 0);
    g_assert_true(g_file_set_contents(f->path, "old", -1, NULL));
    g_autofree char *before = g_strdup(g_getenv("PATH"));
    g_setenv("PATH", f->folder, TRUE);
    refuse(plot, f->path, LAM_ERROR_FAILED, "no?terminal");
    g_setenv("PATH", before, TRUE);
    g_assert_true(g_file_get_contents(f->path, &left, NULL, NULL));
    g_assert_cmpstr(left, ==, "old");
}

#define ADD(name, file, function)                                                                  \
    g_test_add("/plot/" name, Fixture, file, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("points", "plot.svg", test_points);
    ADD("texts", "λ plot.SVG", test_texts);
    ADD("gap", "plot.svg", test_gap);
    ADD("constant", "plot.svg", test_constant);
    ADD("everything", "plot.svg", test_everything);
    ADD("png", "plot.png", test_png);
    ADD("matrix", "plot.svg", test_matrix);
    ADD("refused", "plot.svg", test_refused);
    ADD("not-installed", "plot.svg", test_not_installed);
    ADD("failing-program", "plot.svg", test_failing_program);
    return g_test_run();
}
