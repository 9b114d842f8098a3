/* The window: header bar, pictures, λ control, readout. */
#pragma once

#include "timing.h"

#include <gtk/gtk.h>
#include <lambdascope/demos.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define LAM_TYPE_WINDOW (lam_window_get_type())
G_DECLARE_FINAL_TYPE(LamWindow, lam_window, LAM, WINDOW, GtkApplicationWindow)

/* timing is borrowed. model_name: NULL = the default model; lambda NaN: the default. */
LamWindow *lam_window_new(GtkApplication *application, LamTiming *timing, const char *model_name,
                          double lambda);

/* λ NaN: the demo's. own_model: with the window's model, else with the demo's, if that names one. */
void lam_window_open_demo(LamWindow *window, const LamDemo *demo, double lambda, bool own_model);
/* Opens a pair; one may be NULL: that is asked for. A session's file
 * in place of the fixed scan: that session. */
void lam_window_open(LamWindow *window, const char *fixed_path, const char *moving_path);
/* The first of count >= 1 files as fixed scan, a second as moving. */
void lam_window_open_files(LamWindow *window, GFile **files, int count);
/* Nothing is shown, nothing is being opened. */
bool lam_window_is_empty(const LamWindow *window);

/* Label maps for the pair that is opened next, and names of labels; any may be NULL. */
void lam_window_want_labels(LamWindow *window, const char *fixed_path, const char *moving_path,
                            const char *names_path);

/* Renderer and version of GL for the About dialog; NULL before the first picture. */
const char *lam_window_gl_description(LamWindow *window);
/* Adds the accelerators of the window's actions to the application. */
void lam_window_add_accelerators(GtkApplication *application);

G_END_DECLS
