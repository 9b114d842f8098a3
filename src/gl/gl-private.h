/* Parts of the renderer. Everything here needs the renderer's context current. */
#pragma once

#include <epoxy/gl.h>
#include <lambdascope/scene.h>

/* ---- texels ---- */

/* Not yet filled; `bytes` of a voxel. LAM_ERROR_GL, LAM_ERROR_MEMORY. */
LamTexels *lam_texels_new(const LamGrid *grid, int components, size_t bytes, GError **error);

/* The box from a first to a last voxel of the grid, their outer faces. */
void lam_texels_set_box(LamTexels *texels, const LamGrid *grid, const int first[3],
                        const int last[3]);

/* Cells of a label map between whose eight voxels labels differ, a cell for each voxel and its next ones along
 * the axes: bits [D,H,W], each row from a word of its own. numbers: [D,H,W], as of LAM_TEXELS_LABELS. NULL if there is no memory; free with
 * g_free. */
guint64 *lam_borders_new(const guint32 *numbers, const int size[3]);
/* Whether one of them is among the cells first to last, which lie in the grid. */
bool lam_borders_within(const guint64 *borders, const int size[3], const int first[3],
                        const int last[3]);

/* ---- programs ---- */

/* Compiles two shaders of the shaders folder. 0 and LAM_ERROR_GL with the log. */
GLuint lam_program_new(const char *vertex_name, const char *fragment_name, GError **error);
/* With lines of #define before both: software renderers work through all branches of a shader, and so what is
 * not wanted must not be in it. */
GLuint lam_program_new_variant(const char *vertex_name, const char *fragment_name,
                               const char *defines, GError **error);

/* ---- textures of texels ---- */

typedef struct {
    GLuint id;
    int size[3], components; /* what the storage was made for */
    LamTexels *source;       /* owned; NULL: nothing there */
    int slices_done;         /* uploaded so far */
    guint64 uploaded;        /* bytes of all its sources so far */
} LamTexture;

/* What the texture is to hold (NULL = nothing); it is not complete until that has been uploaded. */
void lam_texture_set_source(LamTexture *texture, LamTexels *texels);
/* Uploads whole slices until done or until g_get_monotonic_time() passes `deadline_us` (0 = no limit);
 * gets on by at least one step (the storage, a slice) per call. */
bool lam_texture_upload(LamTexture *texture, gint64 deadline_us, GError **error);
bool lam_texture_is_complete(const LamTexture *texture);
void lam_texture_clear(LamTexture *texture);

/* ---- text ---- */

typedef enum {
    LAM_TEXT_TITLE,   /* pane titles */
    LAM_TEXT_FIGURES, /* captions with tabular figures */
    LAM_TEXT_LETTER,  /* orientation letters */
    LAM_TEXT_LARGE,   /* λ in the footer */
    LAM_TEXT_STYLES
} LamTextStyle;

typedef struct {
    GLuint texture;
    int width, height; /* pixels, padding included */
    int pad;           /* room for the halo on every side */
    guint64 used;      /* frame of last use */
} LamText;

typedef struct LamTextCache LamTextCache;

LamTextCache *lam_text_cache_new(void);
void lam_text_cache_free(LamTextCache *cache);
/* Call once per frame: forgets lines not used lately. */
void lam_text_cache_tick(LamTextCache *cache);
/* The rasterised line; owned by the cache, valid until the next tick. */
const LamText *lam_text_cache_get(LamTextCache *cache, const char *string, LamTextStyle style,
                                  double scale);

/* ---- painter: shapes and text in pixels, y down ---- */

typedef struct {
    float r, g, b, a;
} LamColour;

/* A place in a line of text that is put at a point: 0 = left/top, 0.5 = middle, 1 = right/bottom. */
typedef struct {
    double x, y;
} LamAnchor;

typedef struct LamPainter LamPainter;

LamPainter *lam_painter_new(GError **error);
void lam_painter_free(LamPainter *painter);
void lam_painter_begin(LamPainter *painter, int width, int height, double scale);
double lam_painter_scale(const LamPainter *painter);
void lam_painter_rect(LamPainter *painter, LamRect rect, LamColour colour);
void lam_painter_line(LamPainter *painter, double x0, double y0, double x1, double y1, double width,
                      LamColour colour);
void lam_painter_ring(LamPainter *painter, double x, double y, double radius, double width,
                      LamColour colour);
void lam_painter_volume_change_bar(LamPainter *painter, LamRect rect);
void lam_painter_map_bar(LamPainter *painter, LamColourMap map, LamRect rect);
/* Returns the width of the line in pixels. */
double lam_painter_text(LamPainter *painter, const char *string, LamTextStyle style, double x,
                        double y, LamAnchor anchor, LamColour colour);
double lam_painter_text_width(LamPainter *painter, const char *string, LamTextStyle style);

/* ---- what is drawn over the slices ---- */

#define LAM_EDGE        10.0 /* logical pixels from a view's edge */
#define LAM_SECOND_LINE 28.0
/* Whether a text at an edge's end stays clear of the letter in its middle. */
bool lam_fits_beside_letter(const LamRect *rect, double width, double scale);

void lam_annotations_draw(LamPainter *painter, const LamScene *scene, const LamView *views, int n);
/* An outline that is being drawn. */
void lam_draft_draw(LamPainter *painter, const LamScene *scene, const LamView *view);

/* Pairs of landmarks. */
void lam_marks_draw(LamPainter *painter, const LamScene *scene, const LamView *view);
/* What the colours over a warped view mean. */
void lam_legends_draw(LamPainter *painter, const LamScene *scene, const LamView *view);
void lam_footer_draw(LamPainter *painter, const LamScene *scene, int width, int height);

/* ---- arrows ---- */

typedef struct LamArrows LamArrows;

LamArrows *lam_arrows_new(GError **error);
void lam_arrows_free(LamArrows *arrows);
/* Over a warped view, if the scene has arrows and the field is complete. */
void lam_arrows_draw(LamArrows *arrows, const LamScene *scene, const LamView *view, int width,
                     int height, double scale, const LamTexture *field);

/* ---- streamlines ---- */

typedef struct LamStreamPainter LamStreamPainter;

LamStreamPainter *lam_stream_painter_new(GError **error);
void lam_stream_painter_free(LamStreamPainter *painter);
/* As lam_arrows_draw. */
void lam_stream_painter_draw(LamStreamPainter *painter, const LamScene *scene, const LamView *view,
                             int width, int height, double scale, const LamTexture *field);

/* ---- contours ---- */

typedef struct LamContours LamContours;

LamContours *lam_contours_new(void);
void lam_contours_free(LamContours *contours);
/* Over any view, if the scene has them; labels: as LamScene.labels. What is not complete
 * counts as absent. LAM_ERROR_GL if the shader cannot be compiled. */
bool lam_contours_draw(LamContours *contours, const LamScene *scene, const LamView *view, int width,
                       int height, double scale, const LamTexture *field,
                       const LamTexture labels[3], GError **error);

/* ---- slices ---- */

/* Until GL_SCISSOR_TEST is disabled, only there is drawn. */
void lam_clip_to(const LamRect *clip, int height);

void lam_set_matrix(GLint location, const LamMat4 *matrix);
void lam_set_vector(GLint location, LamVec3 v);
/* Fixed world at a view's pixel position (0,0), and per pixel rightwards and downwards. */
void lam_view_frame(const LamScene *scene, const LamView *view, double scale, LamVec3 *origin,
                    LamVec3 *step_x, LamVec3 *step_y);

LamRect lam_rect_common(const LamRect *a, const LamRect *b);
LamRect lam_rect_around(const LamRect *a, const LamRect *b);

#define LAM_BOX_MARGIN_PX 4.0 /* for what is antialiased, and the width of outlines */
/* Where in a view, in whole pixels, a box may be seen, from corner to corner in a space into which from_world leads
 * from the fixed one; reach_mm: how far what is in it may be carried. Never more than the view; all of it if
 * the matrix is singular. */
LamRect lam_view_box(const LamScene *scene, const LamView *view, double scale,
                     const LamMat4 *from_world, LamVec3 low, LamVec3 high, double reach_mm);

typedef struct LamPanes LamPanes;

LamPanes *lam_panes_new(GError **error);
void lam_panes_free(LamPanes *panes);
/* Draws the slice of one view within `clip`; textures: fixed, moving. `against` is the field that a difference of fields is
 * taken from. Textures that are not complete count as absent. LAM_ERROR_GL if its shader cannot be compiled: each
 * kind of picture has its own, made when it is first drawn. */
bool lam_panes_draw(LamPanes *panes, const LamScene *scene, const LamView *view,
                    const LamRect *clip, int width, int height, double scale,
                    const LamTexture textures[2], const LamTexture *field,
                    const LamTexture *against, GError **error);
