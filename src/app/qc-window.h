/* Results of a folder, one after the other, for fast rating by keyboard. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAM_TYPE_QC_WINDOW (lam_qc_window_get_type())
G_DECLARE_FINAL_TYPE(LamQcWindow, lam_qc_window, LAM, QC_WINDOW, GtkApplicationWindow)

/* Reads the folder once the window is there. */
LamQcWindow *lam_qc_window_new(GtkApplication *application, const char *folder);

G_END_DECLS
