#pragma once

#include "canvas.h"
#include "document.h"
#include "lambda-control.h"
#include "readout.h"
#include "window.h"

#include <lambdascope/worker.h>

struct _LamWindow {
    GtkApplicationWindow parent;

    GtkWidget *plane_box, *grid_box, *foot, *progress_card, *drop_zones, *drop_fixed, *drop_moving;
    GtkWidget *overlay, *computing_bar;
    GtkLabel *title_label, *subtitle_label, *chosen_label, *trouble_label, *progress_label;
    GtkProgressBar *progress_bar;
    GtkSpinButton *grid_spin;
    GtkStack *stack;
    LamCanvas *canvas;
    LamLambdaControl *lambda_control;
    LamReadout *readout;

    LamTiming *timing; /* borrowed */
    LamWorker *worker;
    LamDocument *document; /* what is shown, or NULL */
    guint stale_timeout;   /* will dim the figures if no result comes */

    /* opening (window-open.c) */
    char *model_name;
    char *chosen_fixed, *chosen_moving; /* wanted next */
    GCancellable *opening;              /* set while a pair is being opened */
    guint64 documents;                  /* counts openings */
    GtkNativeDialog *chooser;
};

/* window.c */
void lam_window_show_document(LamWindow *window, LamDocument *document);
void lam_window_request(LamWindow *window);
void lam_window_set_action_enabled(LamWindow *window, const char *name, bool enabled);

/* window-open.c */
void lam_window_add_open_actions(LamWindow *window);
void lam_window_add_drop_target(LamWindow *window);
void lam_window_dispose_opening(LamWindow *window);
void lam_window_show_error(LamWindow *window, const char *headline, const char *message);
