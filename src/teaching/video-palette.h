/* 256 colours for a GIF, with FFmpeg's filters. Each call gives an error of FFmpeg's, or 0. */
#pragma once

#include <libavfilter/avfilter.h>
#include <libavutil/frame.h>

typedef struct {
    AVFilterGraph *graph;
    AVFilterContext *pictures, *palette, *out;
} LamPalette;

/* Finds the colours: takes pictures (RGBA), then gives the palette. */
int lam_palette_open_search(LamPalette *palette, int width, int height);
int lam_palette_look(LamPalette *palette, AVFrame *picture);
int lam_palette_found(LamPalette *palette, AVFrame *colours);

/* Puts pictures into these colours. */
int lam_palette_open_use(LamPalette *palette, int width, int height, AVFrame *colours);
int lam_palette_use(LamPalette *palette, AVFrame *picture, AVFrame *out);

void lam_palette_close(LamPalette *palette);
