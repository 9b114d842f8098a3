/* The three pictures: a GtkGLArea that draws a LamScene and turns mouse and touch into changes of it. */
#pragma once

#include "timing.h"

#include <gtk/gtk.h>
#include <lambdascope/scene.h>

G_BEGIN_DECLS

#define LAM_TYPE_CANVAS      (lam_canvas_get_type())
#define LAM_CANVAS_LONG_STEP 5 /* voxels or slices, with Shift */

G_DECLARE_FINAL_TYPE(LamCanvas, lam_canvas, LAM, CANVAS, GtkGLArea)

/* Signals: "failed" (char *message): there is no GL to draw with, or it broke.
 * "changed": the scene did, whoever changed it.
 * "marked" (int index, LamPane pane, LamVec3 *point, bool goes_on): a landmark was dragged in a view, or, index
 * -1, one is to be placed there. The point is in fixed world, as the view's own plane has it; goes_on: the same
 * drag as before.
 * "mark-chosen" (int index): a landmark was touched.
 * "painted" (LamVec3 *point, bool erase): the brush was there, in fixed world; with Ctrl it erases.
 * "outlined" (LamVec3 *corners, int n): an outline was closed; fixed world, all on one slice.
 * "outline-astray": a corner was to be added on another slice than the others. */

void lam_canvas_set_timing(LamCanvas *canvas, LamTiming *timing);
/* The scene that is shown. Change it, then say so. */
LamScene *lam_canvas_scene(LamCanvas *canvas);
void lam_canvas_changed(LamCanvas *canvas);
/* Device pixels per logical pixel of text and margins: these follow the size that was chosen for the
 * desktop's letters. */
double lam_canvas_text_scale(LamCanvas *canvas);
/* The field of λ; NULL: none. Redraws. */
void lam_canvas_set_field(LamCanvas *canvas, LamTexels *field, double lambda);
/* Renderer and version of GL, or NULL before the first frame. */
const char *lam_canvas_gl_description(LamCanvas *canvas);

/* While its radius is above 0 a drag paints, and does not move the crosshair. */
void lam_canvas_set_brush(LamCanvas *canvas, double radius_mm);

/* While it is on, a press in the fixed or the warped view adds a corner, and a drag draws, and neither moves the
 * crosshair. Going back where the outline began, or a double click, closes it. What was begun is dropped. */
void lam_canvas_set_outlining(LamCanvas *canvas, bool on);
bool lam_canvas_is_outlining(LamCanvas *canvas);
/* What keys do meanwhile: the last corner is taken back (false: there is none), one is added at the crosshair, on
 * the plane that is shown, and it is closed if it has three. */
bool lam_canvas_outline_back(LamCanvas *canvas);
void lam_canvas_outline_at_crosshair(LamCanvas *canvas);
void lam_canvas_outline_close(LamCanvas *canvas);

/* What keys and menus do; all redraw. */
void lam_canvas_step(LamCanvas *canvas, double slices);
void lam_canvas_nudge(LamCanvas *canvas, double right_vox, double up_vox);
void lam_canvas_zoom(LamCanvas *canvas, double factor);
void lam_canvas_reset_view(LamCanvas *canvas);
/* Makes its context again and draws, after "failed" or when that was lost. */
void lam_canvas_begin_anew(LamCanvas *canvas);

G_END_DECLS
