/* The picture of a template at several ages: its size, what is in it, what is outlined, what is refused. */
#include "../registration/template-fixture.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/template_figure.h>
#include <string.h>

#define WIDTH 60

static const double woman[] = {0, 0}, man[] = {0, 1};
static const double *const both[] = {woman, man};
static const int ventricle[] = {1};

static LamTemplateFigure figure_of(int columns, int rows)
{
    return (LamTemplateFigure){.from = 20,
                               .to = 80,
                               .columns = columns,
                               .rows = both,
                               .n_rows = rows,
                               .outlined = ventricle,
                               .tile_width = WIDTH};
}

/* NULL, and the test marked as skipped, where there is no GL. */
static cairo_surface_t *draw(const LamTemplateFigure *figure)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamModel) model = template_fixture_model(true);
    g_autoptr(LamTemplate) template = lam_template_new(model, &error);
    g_assert_no_error(error);
    g_autofree char *folder = g_dir_make_tmp("lam-figure-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "ages.png", NULL);
    cairo_surface_t *surface = NULL;
    if (lam_template_figure_save(template, figure, path, NULL, &error))
        surface = cairo_image_surface_create_from_png(path);
    else
        g_test_skip(error->message);
    g_assert_true(surface != NULL || g_error_matches(error, LAM_ERROR, LAM_ERROR_GL));
    g_unlink(path);
    g_rmdir(folder);
    return surface;
}

static guint32 pixel(cairo_surface_t *surface, int x, int y)
{
    const unsigned char *data = cairo_image_surface_get_data(surface);
    const unsigned char *row = data + (size_t)y * (size_t)cairo_image_surface_get_stride(surface);
    return ((const guint32 *)(const void *)row)[x] & 0xffffff;
}

static int coloured(cairo_surface_t *surface)
{
    int count = 0;
    for (int y = 0; y < cairo_image_surface_get_height(surface); y++)
        for (int x = 0; x < cairo_image_surface_get_width(surface); x++) {
            guint32 p = pixel(surface, x, y);
            int r = p >> 16, g = p >> 8 & 255, b = p & 255;
            count += MAX(r, MAX(g, b)) - MIN(r, MIN(g, b)) > 40;
        }
    return count;
}

static void test_size(void)
{
    LamTemplateFigure one = figure_of(3, 1), two = figure_of(3, 2);
    cairo_surface_t *a = draw(&one), *b = a != NULL ? draw(&two) : NULL;
    if (a == NULL)
        return;
    int height = cairo_image_surface_get_height(a);
    g_assert_cmpint(cairo_image_surface_get_width(a), ==, 3 * WIDTH + 2 * 2);
    g_assert_cmpint(cairo_image_surface_get_height(b), ==, 2 * height - 22 + 2);
    /* a ball in each tile, and nothing in its corner */
    for (int column = 0; column < 3; column++) {
        int left = column * (WIDTH + 2);
        g_assert_cmpuint(pixel(a, left + WIDTH / 2, 22 + (height - 22) / 4) & 255, >, 30);
        g_assert_cmpuint(pixel(a, left + WIDTH - 1, height - 1) & 255, <, 30);
    }
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
}

static void test_outlines(void)
{
    LamTemplateFigure with = figure_of(2, 1), without = figure_of(2, 1);
    with.n_outlined = 1;
    cairo_surface_t *a = draw(&with), *b = a != NULL ? draw(&without) : NULL;
    if (a == NULL)
        return;
    g_assert_cmpint(coloured(a), >, 20);
    g_assert_cmpint(coloured(b), ==, 0);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
}

static void refuse(bool structures, LamTemplateFigure figure, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamModel) model = template_fixture_model(structures);
    g_autoptr(LamTemplate) template = lam_template_new(model, NULL);
    g_assert_false(lam_template_figure_save(template, &figure, "/nowhere/ages.png", NULL, &error));
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" expected in: %s", word, error->message);
}

static void test_refuses(void)
{
    LamTemplateFigure figure = figure_of(0, 1);
    refuse(true, figure, "1 to 24 columns");
    figure = figure_of(2, 0);
    refuse(true, figure, "1 to 8 rows");
    figure = figure_of(2, 1);
    figure.tile_width = 10;
    refuse(true, figure, "40 to 1000 pixels");
    figure = figure_of(2, 1);
    figure.to = 900;
    refuse(true, figure, "says nothing so far outside");
    figure = figure_of(2, 1);
    figure.n_outlined = 1;
    refuse(false, figure, "without structures");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-figure/size", test_size);
    g_test_add_func("/template-figure/outlines", test_outlines);
    g_test_add_func("/template-figure/refuses", test_refuses);
    return g_test_run();
}
