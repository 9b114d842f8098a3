/* The panel's page of landmarks: a row each with its name and error, and their errors together. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/landmarks.h>

G_BEGIN_DECLS

#define LAM_TYPE_LANDMARKS_PAGE (lam_landmarks_page_get_type())
G_DECLARE_FINAL_TYPE(LamLandmarksPage, lam_landmarks_page, LAM, LANDMARKS_PAGE, GtkWidget)

/* Signals: "chosen" (int index): by the user. "renamed" (int index, char *name). */

/* chosen: the row that is marked; -1: none. Copies. */
void lam_landmarks_page_show(LamLandmarksPage *page, const GPtrArray *landmarks, int chosen);
/* errors_mm: one per landmark shown. */
void lam_landmarks_page_show_errors(LamLandmarksPage *page, const LamLandmarkErrors *errors,
                                    const double *errors_mm);

G_END_DECLS
