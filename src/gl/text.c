/* Lines of text as textures. A line is rasterised once, white with a dark halo that keeps it readable
 * on any picture, and kept while it is in use. */
#include "gl-private.h"

#include <pango/pangocairo.h>

#define SANS        "Inter, Cantarell, Sans"
#define KEEP_FRAMES 120
#define HALO_WIDTH  2.6 /* logical pixels */

struct LamTextCache {
    GHashTable *lines; /* "style|scale|string" -> LamText */
    PangoContext *context;
    guint64 frame;
};

typedef struct {
    const char *family;
    double size_px; /* logical */
    PangoWeight weight;
} StyleSpec;

/* Letters are monospaced so that I has serifs and is not taken for a tick. */
static StyleSpec style_spec(LamTextStyle style)
{
    static const StyleSpec specs[LAM_TEXT_STYLES] = {
        [LAM_TEXT_TITLE] = {SANS, 12.5, PANGO_WEIGHT_SEMIBOLD},
        [LAM_TEXT_FIGURES] = {SANS, 11.5, PANGO_WEIGHT_NORMAL},
        [LAM_TEXT_LETTER] = {"Monospace", 13, PANGO_WEIGHT_SEMIBOLD},
        [LAM_TEXT_LARGE] = {SANS, 17, PANGO_WEIGHT_SEMIBOLD},
    };
    return specs[style];
}

static void free_line(gpointer data)
{
    LamText *line = data;
    glDeleteTextures(1, &line->texture);
    g_free(line);
}

LamTextCache *lam_text_cache_new(void)
{
    LamTextCache *cache = g_new0(LamTextCache, 1);
    cache->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_line);
    cache->context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
    pango_cairo_context_set_font_options(cache->context, options);
    cairo_font_options_destroy(options);
    return cache;
}

void lam_text_cache_free(LamTextCache *cache)
{
    if (!cache)
        return;
    g_hash_table_destroy(cache->lines);
    g_object_unref(cache->context);
    g_free(cache);
}

static gboolean is_stale(gpointer key, gpointer value, gpointer user)
{
    const LamTextCache *cache = user;
    return ((const LamText *)value)->used + KEEP_FRAMES < cache->frame;
}

void lam_text_cache_tick(LamTextCache *cache)
{
    cache->frame++;
    if (g_hash_table_size(cache->lines) > 64)
        g_hash_table_foreach_remove(cache->lines, is_stale, cache);
}

static PangoLayout *make_layout(LamTextCache *cache, const char *string, LamTextStyle style,
                                double scale)
{
    StyleSpec spec = style_spec(style);
    PangoLayout *layout = pango_layout_new(cache->context);
    PangoFontDescription *font = pango_font_description_from_string(spec.family);
    pango_font_description_set_absolute_size(font, spec.size_px * scale * PANGO_SCALE);
    pango_font_description_set_weight(font, spec.weight);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, string, -1);
    return layout;
}

static void draw_layout(cairo_surface_t *surface, PangoLayout *layout, int pad, double scale)
{
    cairo_t *cr = cairo_create(surface);
    cairo_move_to(cr, pad, pad);
    pango_cairo_layout_path(cr, layout);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, HALO_WIDTH * scale);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.55);
    cairo_stroke(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_move_to(cr, pad, pad);
    pango_cairo_show_layout(cr, layout);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
}

static GLuint upload_surface(cairo_surface_t *surface, int width, int height)
{
    GLuint texture;
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, cairo_image_surface_get_stride(surface) / 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
                 cairo_image_surface_get_data(surface));
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    return texture;
}

static LamText *rasterise(LamTextCache *cache, const char *string, LamTextStyle style, double scale)
{
    PangoLayout *layout = make_layout(cache, string, style, scale);
    LamText *line = g_new0(LamText, 1);
    pango_layout_get_pixel_size(layout, &line->width, &line->height);
    line->pad = (int)(2 * scale + 0.999);
    line->width += 2 * line->pad;
    line->height += 2 * line->pad;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, line->width, line->height);
    draw_layout(surface, layout, line->pad, scale);
    line->texture = upload_surface(surface, line->width, line->height);
    cairo_surface_destroy(surface);
    g_object_unref(layout);
    return line;
}

const LamText *lam_text_cache_get(LamTextCache *cache, const char *string, LamTextStyle style,
                                  double scale)
{
    g_autofree char *key = g_strdup_printf("%d|%.3f|%s", style, scale, string);
    LamText *line = g_hash_table_lookup(cache->lines, key);
    if (!line) {
        line = rasterise(cache, string, style, scale);
        g_hash_table_insert(cache->lines, g_steal_pointer(&key), line);
    }
    line->used = cache->frame;
    return line;
}
