#include "video-palette.h"

#include <glib.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <libavutil/pixfmt.h>
#include <stdbool.h>

#define SIDE 16 /* of a palette as a picture */

static int add_source(AVFilterGraph *graph, AVFilterContext **source, const char *name,
                      enum AVPixelFormat format, int width, int height)
{
    g_autofree char *arguments = g_strdup_printf(
        "video_size=%dx%d:pix_fmt=%d:time_base=1/100:pixel_aspect=1/1", width, height, format);
    return avfilter_graph_create_filter(source, avfilter_get_by_name("buffer"), name, arguments,
                                        NULL, graph);
}

/* An end of the graph that lies open. Takes `next`. */
static AVFilterInOut *open_end(const char *name, AVFilterContext *filter, AVFilterInOut *next)
{
    AVFilterInOut *end = avfilter_inout_alloc();
    if (end)
        *end = (AVFilterInOut){av_strdup(name), filter, 0, next};
    else
        avfilter_inout_free(&next);
    return end;
}

static int connect_graph(LamPalette *palette, const char *filters)
{
    AVFilterInOut *sources = NULL, *sink = open_end("out", palette->out, NULL);
    if (palette->palette)
        sources = open_end("palette", palette->palette, NULL);
    sources = open_end("in", palette->pictures, sources);
    int told = sources && sink
                   ? avfilter_graph_parse_ptr(palette->graph, filters, &sink, &sources, NULL)
                   : AVERROR(ENOMEM);
    avfilter_inout_free(&sources);
    avfilter_inout_free(&sink);
    return told < 0 ? told : avfilter_graph_config(palette->graph, NULL);
}

static int open_graph(LamPalette *palette, int width, int height, bool has_palette)
{
    palette->graph = avfilter_graph_alloc();
    if (!palette->graph)
        return AVERROR(ENOMEM);
    avfilter_graph_set_auto_convert(palette->graph, AVFILTER_AUTO_CONVERT_ALL);
    palette->graph->nb_threads = 1;
    int told = add_source(palette->graph, &palette->pictures, "in", AV_PIX_FMT_RGBA, width, height);
    if (told >= 0 && has_palette)
        told =
            add_source(palette->graph, &palette->palette, "palette", AV_PIX_FMT_RGB32, SIDE, SIDE);
    if (told >= 0)
        told = avfilter_graph_create_filter(&palette->out, avfilter_get_by_name("buffersink"),
                                            "out", NULL, NULL, palette->graph);
    return told;
}

int lam_palette_open_search(LamPalette *palette, int width, int height)
{
    int told = open_graph(palette, width, height, false);
    return told < 0 ? told
                    : connect_graph(palette,
                                    "[in] palettegen=reserve_transparent=0:stats_mode=full [out]");
}

int lam_palette_look(LamPalette *palette, AVFrame *picture)
{
    return av_buffersrc_add_frame_flags(palette->pictures, picture, AV_BUFFERSRC_FLAG_KEEP_REF);
}

int lam_palette_found(LamPalette *palette, AVFrame *colours)
{
    int told = av_buffersrc_add_frame_flags(palette->pictures, NULL, 0);
    return told < 0 ? told : av_buffersink_get_frame(palette->out, colours);
}

/* A weak pattern that stays in its place: scattering would flicker from picture to picture. */
int lam_palette_open_use(LamPalette *palette, int width, int height, AVFrame *colours)
{
    int told = open_graph(palette, width, height, true);
    if (told >= 0)
        told = connect_graph(palette, "[in][palette] paletteuse=dither=bayer:bayer_scale=5 [out]");
    if (told >= 0)
        told = av_buffersrc_add_frame_flags(palette->palette, colours, AV_BUFFERSRC_FLAG_KEEP_REF);
    return told < 0 ? told : av_buffersrc_add_frame_flags(palette->palette, NULL, 0);
}

int lam_palette_use(LamPalette *palette, AVFrame *picture, AVFrame *out)
{
    int told = lam_palette_look(palette, picture);
    return told < 0 ? told : av_buffersink_get_frame(palette->out, out);
}

void lam_palette_close(LamPalette *palette)
{
    avfilter_graph_free(&palette->graph);
    *palette = (LamPalette){0};
}
