/* A report as PDF: its blocks flow over A4 pages. */
#include "blocks.h"

#include <cairo-pdf.h>
#include <glib/gi18n-lib.h>
#include <lambdascope/error.h>
#include <pango/pangocairo.h>
#include <string.h>

/* Points. */
#define PAGE_WIDTH     595.276
#define PAGE_HEIGHT    841.89
#define MARGIN         42.0
#define FOOT           26.0 /* above the lower margin, for the notice */
#define WIDTH          (PAGE_WIDTH - 2 * MARGIN)
#define BOTTOM         (PAGE_HEIGHT - MARGIN - FOOT)
#define NAME_WIDTH     128.0
#define CELL_WIDTH     72.0
#define TALLEST_FIGURE 330.0
#define CAPTION_ROOM   66.0 /* for title and caption, in three lines */
#define COLUMN_GAP     16.0

typedef struct {
    cairo_t *cr;
    double y; /* where the next thing goes */
    int page; /* counted from 1 */
} Flow;

typedef struct {
    double size;
    bool bold, dim;
} Face;

static const Face plain = {9.5, false, false}, dim = {9, false, true}, bold = {9.5, true, false},
                  heading = {12, true, false}, title = {17, true, false}, fine = {8, false, true};

static void set_ink(cairo_t *cr, Face face)
{
    double grey = face.dim ? 0.36 : 0.08;
    cairo_set_source_rgb(cr, grey, grey, grey);
}

static PangoLayout *layout_new(cairo_t *cr, Face face, double width, const char *text)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, "Sans");
    pango_font_description_set_absolute_size(font, face.size * PANGO_SCALE);
    pango_font_description_set_weight(font, face.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static void draw_at(Flow *flow, Face face, PangoLayout *layout, double x, double y)
{
    set_ink(flow->cr, face);
    cairo_move_to(flow->cr, x, y);
    pango_cairo_show_layout(flow->cr, layout);
}

/* ---- pages ---- */

static void draw_foot(Flow *flow)
{
    double y = PAGE_HEIGHT - MARGIN - 10;
    g_autofree char *number = g_strdup_printf("%d", flow->page);
    PangoLayout *notice = layout_new(flow->cr, fine, WIDTH, _(LAM_REPORT_NOTICE));
    PangoLayout *page = layout_new(flow->cr, fine, WIDTH, number);
    pango_layout_set_alignment(page, PANGO_ALIGN_RIGHT);
    draw_at(flow, fine, notice, MARGIN, y);
    draw_at(flow, fine, page, MARGIN, y);
    g_object_unref(notice);
    g_object_unref(page);
}

static void end_page(Flow *flow)
{
    draw_foot(flow);
    cairo_show_page(flow->cr);
    flow->page++;
    flow->y = MARGIN;
}

/* Goes to the next page unless so much fits on this one. */
static void need(Flow *flow, double height)
{
    if (flow->y + height > BOTTOM && flow->y > MARGIN)
        end_page(flow);
}

static void rule(Flow *flow)
{
    cairo_set_source_rgb(flow->cr, 0.8, 0.8, 0.8);
    cairo_set_line_width(flow->cr, 0.5);
    cairo_move_to(flow->cr, MARGIN, flow->y);
    cairo_line_to(flow->cr, PAGE_WIDTH - MARGIN, flow->y);
    cairo_stroke(flow->cr);
    flow->y += 2.5;
}

/* Line by line, over pages where need be. */
static void flow_text(Flow *flow, Face face, const char *text, double x, double width)
{
    PangoLayout *layout = layout_new(flow->cr, face, width, text);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoRectangle line;
        pango_layout_iter_get_line_extents(iter, NULL, &line);
        double height = (double)line.height / PANGO_SCALE;
        int ascent = pango_layout_iter_get_baseline(iter) - line.y;
        need(flow, height);
        set_ink(flow->cr, face);
        cairo_move_to(flow->cr, x + (double)line.x / PANGO_SCALE,
                      flow->y + (double)ascent / PANGO_SCALE);
        pango_cairo_show_layout_line(flow->cr, pango_layout_iter_get_line_readonly(iter));
        flow->y += height;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    g_object_unref(layout);
}

/* ---- blocks ---- */

static void draw_heading(Flow *flow, const char *text)
{
    need(flow, 70); /* and something of what it heads */
    flow->y += 14;
    flow_text(flow, heading, text, MARGIN, WIDTH);
    flow->y += 3;
}

static void draw_facts(Flow *flow, const LamBlock *block)
{
    for (guint i = 0; i < block->rows->len; i++) {
        char **row = block->rows->pdata[i];
        PangoLayout *name = layout_new(flow->cr, dim, NAME_WIDTH - 10, row[0]);
        double height = height_of(name);
        need(flow, height + 4);
        rule(flow);
        draw_at(flow, dim, name, MARGIN, flow->y);
        int page = flow->page;
        double least = flow->y + height;
        flow_text(flow, plain, row[1], MARGIN + NAME_WIDTH, WIDTH - NAME_WIDTH);
        flow->y = (page == flow->page ? MAX(flow->y, least) : flow->y) + 2.5;
        g_object_unref(name);
    }
}

static void draw_row(Flow *flow, char **row, Face face)
{
    int columns = (int)g_strv_length(row);
    double first = WIDTH - CELL_WIDTH * (columns - 1), height = 0;
    rule(flow);
    for (int c = 0; c < columns; c++) {
        double width = c == 0 ? first - 6 : CELL_WIDTH - 4;
        PangoLayout *cell = layout_new(flow->cr, face, width, row[c]);
        pango_layout_set_alignment(cell, c == 0 ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
        draw_at(flow, face, cell, MARGIN + (c == 0 ? 0 : first + CELL_WIDTH * (c - 1) + 4),
                flow->y);
        height = MAX(height, height_of(cell));
        g_object_unref(cell);
    }
    flow->y += height + 2.5;
}

static void draw_table(Flow *flow, const LamBlock *block)
{
    flow_text(flow, dim, block->text, MARGIN, WIDTH);
    flow->y += 3;
    for (guint i = 0; i < block->rows->len; i++) {
        int page = flow->page;
        need(flow, i == 0 ? 60 : 30);
        if (page != flow->page && i > 0)
            draw_row(flow, block->rows->pdata[0], bold);
        draw_row(flow, block->rows->pdata[i], i == 0 ? bold : plain);
    }
}

typedef struct {
    const guchar *data;
    gsize left;
} Reader;

static cairo_status_t read_png(void *user, unsigned char *data, unsigned int length)
{
    Reader *reader = user;
    if (length > reader->left)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(data, reader->data, length);
    reader->data += length;
    reader->left -= length;
    return CAIRO_STATUS_SUCCESS;
}

static double scale_of(const LamReportPicture *picture, double width)
{
    return MIN(width / picture->width, TALLEST_FIGURE / picture->height);
}

/* With its title above and its caption below, in a column; there is room for all of it. */
static void draw_picture(Flow *flow, const LamReportPicture *picture, double x, double width)
{
    Reader reader;
    reader.data = g_bytes_get_data(picture->png, &reader.left);
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_png, &reader);
    double scale = scale_of(picture, width);
    flow_text(flow, bold, picture->title, x, width);
    cairo_save(flow->cr);
    cairo_translate(flow->cr, x, flow->y + 2);
    cairo_scale(flow->cr, scale, scale);
    cairo_set_source_surface(flow->cr, surface, 0, 0);
    cairo_paint(flow->cr);
    cairo_restore(flow->cr);
    cairo_surface_destroy(surface);
    flow->y += scale * picture->height + 4;
    flow_text(flow, dim, picture->caption, x, width);
    flow->y += 10;
}

/* Those of a single slice are as wide as high: two stand beside each other. */
static void draw_pictures(Flow *flow, const GPtrArray *pictures)
{
    const LamReportPicture *first = pictures->pdata[0];
    guint columns = first->width < 1.5 * first->height ? 2 : 1;
    double step = (WIDTH + COLUMN_GAP) / columns, width = step - COLUMN_GAP;
    for (guint i = 0; i < pictures->len; i += columns) {
        const LamReportPicture *picture = pictures->pdata[i];
        need(flow, scale_of(picture, width) * picture->height + CAPTION_ROOM);
        double top = flow->y, bottom = top;
        for (guint c = 0; c < columns && i + c < pictures->len; c++) {
            flow->y = top;
            draw_picture(flow, pictures->pdata[i + c], MARGIN + c * step, width);
            bottom = MAX(bottom, flow->y);
        }
        flow->y = bottom;
    }
}

static void draw_block(Flow *flow, const LamReport *report, const LamBlock *block)
{
    switch (block->kind) {
    case LAM_BLOCK_HEADING:
        draw_heading(flow, block->text);
        break;
    case LAM_BLOCK_FACTS:
        draw_facts(flow, block);
        break;
    case LAM_BLOCK_TABLE:
        draw_table(flow, block);
        break;
    case LAM_BLOCK_PICTURES:
        draw_pictures(flow, report->pictures);
        break;
    }
}

/* ---- the file ---- */

static void draw_report(Flow *flow, const LamReport *report, const char *name)
{
    g_autoptr(GPtrArray) blocks = lam_report_blocks(report);
    flow_text(flow, title, name, MARGIN, WIDTH);
    flow_text(flow, dim, _(LAM_REPORT_NOTICE), MARGIN, WIDTH);
    flow->y += 8;
    for (guint i = 0; i < blocks->len; i++)
        draw_block(flow, report, blocks->pdata[i]);
    draw_foot(flow);
    cairo_show_page(flow->cr);
}

static cairo_status_t append(void *user, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(user, data, length);
    return CAIRO_STATUS_SUCCESS;
}

GBytes *lam_report_pdf(const LamReport *report, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree char *name = lam_report_title(report);
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(append, bytes, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, name);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Lambdascope " LAM_VERSION);
    Flow flow = {cairo_create(surface), MARGIN, 1};
    draw_report(&flow, report, name);
    cairo_status_t status = cairo_status(flow.cr);
    cairo_destroy(flow.cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY, "cannot make report: PDF: %s",
                cairo_status_to_string(status));
    return NULL;
}
