#include <lambdascope/template_figure.h>

#include "tiles.h"

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/png.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPACING_MM 1
#define PAD        4
#define GAP        2
#define TITLE      22 /* pixels above all columns */
#define PLANES     2
#define FONT       13

static const LamPlane planes[PLANES] = {LAM_PLANE_AXIAL, LAM_PLANE_CORONAL};

typedef struct {
    LamTemplate *template;
    const LamTemplateConfig *config;
    const LamTemplateFigure *figure;
    LamScene scene;
    LamTexels *first; /* the middle one of all: its box and its window are those of all */
    LamTiles *tiles;
    double mm_per_pixel;
    int height[PLANES];
    cairo_t *cr;
    PangoLayout *layout;
} Drawing;

static bool wrong(GError **error, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot draw the template: %s", why);
    return false;
}

/* ---- one brain ---- */

static double column_value(const LamTemplateFigure *f, int column)
{
    return f->columns > 1 ? f->from + (f->to - f->from) * column / (f->columns - 1) : f->from;
}

static void values_at(const Drawing *d, int row, double value, double *values)
{
    memcpy(values, d->figure->rows[row], (size_t)d->config->n_attributes * sizeof *values);
    values[d->figure->along] = value;
}

static bool is_outlined(const Drawing *d, int label)
{
    for (int i = 0; i < d->figure->n_outlined; i++)
        if (d->config->structure[d->figure->outlined[i]].value == label)
            return true;
    return false;
}

static bool show_outlines(Drawing *d, LamVec3 *middle_mm, GError **error)
{
    int values[LAM_TEMPLATE_MAX_STRUCTURES], n = d->figure->n_outlined;
    if (n == 0)
        return true;
    for (int i = 0; i < n; i++)
        values[i] = d->config->structure[d->figure->outlined[i]].value;
    qsort(values, (size_t)n, sizeof *values, lam_order_ints);
    g_autoptr(LamVolume) map = lam_template_labels(d->template, SPACING_MM, error);
    if (map == NULL)
        return false;
    for (size_t i = 0; i < lam_grid_voxels(&map->grid); i++) /* all others are not drawn */
        map->data[i] = is_outlined(d, lam_label_of(map->data[i])) ? map->data[i] : 0;
    if (middle_mm != NULL)
        *middle_mm = lam_volume_brain_centre_mm(map);
    g_autoptr(LamLabels) labels = lam_labels_new_known(map, values, n, error);
    g_autoptr(LamTexels) texels = labels != NULL ? lam_texels_new_labels(labels, error) : NULL;
    if (texels == NULL)
        return false;
    g_autoptr(GBytes) colours = lam_labels_palette(labels, NULL, NULL);
    lam_scene_set_labels(&d->scene, 0, texels, colours);
    return true;
}

/* middle_mm: where slices are to lie; NULL: not asked. */
static bool show(Drawing *d, const double *values, LamVec3 *middle_mm, GError **error)
{
    LamMat4 same = lam_mat4_identity();
    if (!lam_template_check(d->config, values, error) ||
        !lam_template_set(d->template, values, error))
        return false;
    g_autoptr(LamVolume) image = lam_template_image(d->template, SPACING_MM, error);
    g_autoptr(LamTexels) texels = image != NULL ? lam_texels_new_scan(image, error) : NULL;
    if (texels == NULL)
        return false;
    if (d->first != NULL) {
        texels->box_min = d->first->box_min;
        texels->box_max = d->first->box_max;
    }
    if (middle_mm != NULL)
        *middle_mm = lam_volume_brain_centre_mm(image);
    lam_scene_set_scans(&d->scene, texels, NULL, &same);
    return show_outlines(d, middle_mm, error);
}

/* ---- the picture's geometry ---- */

/* By the brain in the middle of the first row. */
static bool settle(Drawing *d, GError **error)
{
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES], room = d->figure->tile_width - 2 * PAD;
    LamVec3 middle_mm;
    int axes[3];
    values_at(d, 0, 0.5 * (d->figure->from + d->figure->to), values);
    if (!show(d, values, &middle_mm, error))
        return false;
    d->first = lam_texels_ref(d->scene.fixed);
    lam_scene_reset_view(&d->scene);
    d->scene.cursor_mm = middle_mm;
    d->scene.contours = d->figure->n_outlined > 0 ? LAM_CONTOURS_ALL : LAM_CONTOURS_NONE;
    for (int p = 0; p < PLANES; p++) {
        lam_tiles_axes(&d->scene, planes[p], axes);
        d->mm_per_pixel = MAX(d->mm_per_pixel, lam_tiles_extent_mm(&d->scene, axes[0]) / room);
    }
    for (int p = 0; p < PLANES; p++) {
        lam_tiles_axes(&d->scene, planes[p], axes);
        d->height[p] =
            (int)ceil(lam_tiles_extent_mm(&d->scene, axes[1]) / d->mm_per_pixel) + 2 * PAD;
    }
    d->tiles = lam_tiles_new(d->figure->tile_width, MAX(d->height[0], d->height[1]), error);
    return d->tiles != NULL;
}

static int left_of(const Drawing *d, int column)
{
    return column * (d->figure->tile_width + GAP);
}

static int top_of(const Drawing *d, int row, int plane)
{
    int pair = d->height[0] + d->height[1] + 2 * GAP;
    return TITLE + row * pair + (plane > 0 ? d->height[0] + GAP : 0);
}

/* ---- drawing ---- */

static bool draw_slices(Drawing *d, int row, int column, GError **error)
{
    for (int p = 0; p < PLANES; p++) {
        cairo_surface_t *tile = lam_tiles_draw(d->tiles, &d->scene, LAM_PANE_FIXED, planes[p],
                                               d->height[p], d->mm_per_pixel, error);
        if (tile == NULL)
            return false;
        cairo_set_source_surface(d->cr, tile, left_of(d, column), top_of(d, row, p));
        cairo_paint(d->cr);
        cairo_surface_destroy(tile);
    }
    return true;
}

/* "age 20"; where it was not trained on, with a star. */
static void write_title(Drawing *d, int column)
{
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES], value = column_value(d->figure, column);
    values_at(d, 0, value, values);
    g_autofree char *beyond = lam_template_extrapolation(d->config, values);
    g_autofree char *text = g_strdup_printf(
        "%s%s%.3g%s", column == 0 ? d->config->attribute[d->figure->along].name : "",
        column == 0 ? " " : "", value, beyond != NULL ? " (extrapolated)" : "");
    lam_tiles_write(d->cr, d->layout, text, left_of(d, column) + 0.5 * d->figure->tile_width,
                    0.5 * TITLE, 0.5, 0.5);
}

/* The words that a row has been asked for, and the sides of the first pictures. */
static void write_row(Drawing *d, int row)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (int i = 0; i < d->config->n_attributes; i++) {
        const LamAttribute *a = &d->config->attribute[i];
        if (a->word[0][0] != '\0')
            g_string_append_printf(words, "%s%s", words->len > 0 ? " " : "",
                                   a->word[d->figure->rows[row][i] > 0.5]);
    }
    lam_tiles_write(d->cr, d->layout, words->str, PAD, top_of(d, row, 0) + PAD, 0, 0);
    for (int p = 0; p < PLANES; p++) {
        char letters[4];
        double middle = top_of(d, row, p) + 0.5 * d->height[p];
        lam_scene_letters(&d->scene, planes[p], letters);
        const char left[] = {letters[0], 0}, right[] = {letters[1], 0};
        lam_tiles_write(d->cr, d->layout, left, PAD, middle, 0, 0.5);
        lam_tiles_write(d->cr, d->layout, right, d->figure->tile_width - PAD, middle, 1, 0.5);
    }
}

static bool draw_all(Drawing *d, const LamProgress *progress, GError **error)
{
    const LamTemplateFigure *f = d->figure;
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    for (int row = 0; row < f->n_rows; row++) {
        for (int column = 0; column < f->columns; column++) {
            lam_progress_report(
                progress, (double)(row * f->columns + column) / f->n_rows / f->columns, "drawing");
            values_at(d, row, column_value(f, column), values);
            if (lam_progress_cancelled(progress, error) || !show(d, values, NULL, error) ||
                !draw_slices(d, row, column, error))
                return false;
        }
        write_row(d, row);
    }
    for (int column = 0; column < f->columns; column++)
        write_title(d, column);
    return true;
}

static GBytes *paint(Drawing *d, const LamProgress *progress, GError **error)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, left_of(d, d->figure->columns) - GAP,
                                   top_of(d, d->figure->n_rows, 0) - GAP);
    d->cr = cairo_create(surface);
    d->layout = lam_tiles_layout(d->cr, FONT);
    bool ok = draw_all(d, progress, error);
    g_object_unref(d->layout);
    cairo_destroy(d->cr);
    GBytes *png = ok ? lam_png_encode(surface, error) : NULL;
    cairo_surface_destroy(surface);
    return png;
}

static bool check(const Drawing *d, GError **error)
{
    const LamTemplateFigure *f = d->figure;
    if (f->columns < 1 || f->columns > LAM_TEMPLATE_FIGURE_MOST_COLUMNS)
        return wrong(error, "from 1 to 24 columns are possible");
    if (f->n_rows < 1 || f->n_rows > LAM_TEMPLATE_FIGURE_MOST_ROWS)
        return wrong(error, "from 1 to 8 rows are possible");
    if (f->tile_width < 40 || f->tile_width > 1000)
        return wrong(error, "its columns must be 40 to 1000 pixels wide");
    return f->n_outlined == 0 || d->config->n_structures > 0 ||
           wrong(error, "it was learned without structures that could be outlined");
}

bool lam_template_figure_save(LamTemplate *template, const LamTemplateFigure *figure,
                              const char *path, const LamProgress *progress, GError **error)
{
    Drawing d = {.template = template, .config = lam_template_config(template), .figure = figure};
    if (!check(&d, error))
        return false;
    lam_scene_init(&d.scene);
    g_autoptr(GBytes) png = settle(&d, error) ? paint(&d, progress, error) : NULL;
    lam_tiles_free(d.tiles);
    lam_scene_clear(&d.scene);
    g_clear_pointer(&d.first, lam_texels_unref);
    return png != NULL && lam_png_write(png, path, error);
}
