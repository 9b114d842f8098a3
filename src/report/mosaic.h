/* Slices of all three planes in one picture: a row of them per plane, all at one scale. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/scene.h>

typedef struct LamMosaic LamMosaic;

/* Takes over the current thread's GL context until it is freed. Borrows the scene, whose scans are there, and
 * changes it while it draws. LAM_ERROR_GL. */
LamMosaic *lam_mosaic_new(LamScene *scene, GError **error);
void lam_mosaic_free(LamMosaic *mosaic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamMosaic, lam_mosaic_free)

/* Pixels of a picture, with or without the legend of volume change at its foot. */
void lam_mosaic_size(const LamMosaic *mosaic, bool legend, int *width, int *height);
/* Draws a pane of the scene as it is set. The bytes of a PNG. */
GBytes *lam_mosaic_draw(LamMosaic *mosaic, LamPane pane, bool legend, const LamProgress *progress,
                        GError **error);
