/* The models that are there, each with its card: what it is for, what it was trained on, how good it is. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_MODELS_WINDOW (lam_models_window_get_type())
G_DECLARE_FINAL_TYPE(LamModelsWindow, lam_models_window, LAM, MODELS_WINDOW, GtkWindow)

/* models: LamModelEntry *, borrowed and copied; current: the name of the one in use, may be NULL.
 * Signal "chosen" (char *name): that one is to be used. The window then closes. */
LamModelsWindow *lam_models_window_new(GtkWindow *parent, const GPtrArray *models,
                                       const char *current);

G_END_DECLS
