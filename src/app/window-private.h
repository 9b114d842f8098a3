#pragma once

#include "canvas.h"
#include "document.h"
#include "lambda-control.h"
#include "numbers-page.h"
#include "panel.h"
#include "play-bar.h"
#include "readout.h"
#include "window.h"

#include <lambdascope/undo.h>
#include <lambdascope/view_settings.h>
#include <lambdascope/worker.h>

/* What can be undone. */
typedef struct {
    double lambda;
    LamViewSettings view;
} LamState;

struct _LamWindow {
    GtkApplicationWindow parent;

    GtkWidget *plane_box, *grid_box, *foot, *progress_card, *cancel_button, *drop_zones,
        *drop_fixed, *drop_moving;
    GtkWidget *overlay, *computing_bar;
    GtkLabel *title_label, *subtitle_label, *chosen_label, *trouble_label, *progress_label;
    GtkProgressBar *progress_bar;
    GtkSpinButton *grid_spin;
    GtkStack *stack;
    GtkMenuButton *model_button;
    LamCanvas *canvas;
    LamPanel *panel;
    LamPlayBar *play_bar;
    LamLambdaControl *lambda_control;
    LamReadout *readout;

    LamTiming *timing; /* borrowed */
    LamInstant frame_began;
    LamWorker *worker;
    LamDocument *document; /* what is shown, or NULL */
    guint stale_timeout;   /* dims the figures if no result comes soon, then moves the bar */

    /* opening (window-open.c) */
    char *model_name;                   /* asked for; NULL: what suits the scans */
    char *chosen_fixed, *chosen_moving; /* wanted next */
    GCancellable *opening;              /* set while a pair is being opened */
    guint64 documents;                  /* counts openings */
    GtkNativeDialog *chooser;
    GPtrArray *models; /* LamModelEntry: what the menu offers; NULL until listed (window-model.c) */

    /* undo and redo (window-undo.c) */
    LamUndo *undo;
    LamState noted; /* since the last step */
    GMenu *undo_section;

    /* from fold to fold (window-folds.c) */
    int fold;         /* which was shown last; -1: none */
    guint64 folds_of; /* the snapshot's generation */

    /* figures (window-numbers.c) */
    LamNumbersPage *numbers; /* the panel has it */
    LamMeasurer *measurer;
    LamSnapshot *rested; /* what λ gave when it came to rest; NULL while it has not */

    double played_lambda; /* asked for last by playing (window-play.c) */

    /* label maps (window-labels.c) */
    LamLabelNames *label_names;     /* read from a file; NULL: the document's */
    char *wanted_labels[LAM_SIDES]; /* to be read for the next pair; or NULL */

    /* saving (window-export.c) */
    LamSnapshot *snapshot; /* what the picture shows, or NULL */
    GCancellable *saving;  /* set while a file is being written */
    guint saving_timeout;
};

/* window.c */
void lam_window_show_document(LamWindow *window, LamDocument *document);
void lam_window_request(LamWindow *window);
void lam_window_set_action_enabled(LamWindow *window, const char *name, bool enabled);

/* window-open.c */
void lam_window_add_open_actions(LamWindow *window);
void lam_window_add_drop_target(LamWindow *window);
void lam_window_dispose_opening(LamWindow *window);
/* Path NULL: wherever the dialog starts by itself. */
void lam_window_start_in_folder_of(GtkFileChooser *chooser, const char *path);
void lam_window_show_error(LamWindow *window, const char *headline, const char *message);

/* Scans and pictures, and all files. */
void lam_window_add_scan_filters(GtkFileChooser *chooser);

/* The pair that is shown, with the model asked for. */
void lam_window_reopen(LamWindow *window);

/* window-model.c */
void lam_window_add_model_action(LamWindow *window);
/* Marks the model of what is shown. */
void lam_window_show_model(LamWindow *window);
/* Asks again for the model of what is shown: the one asked for did not work. */
void lam_window_forget_model(LamWindow *window);

/* window-view.c */
void lam_window_add_choices(LamWindow *window);

/* The actions' states follow the scene, which has been changed without them; redraws. */
void lam_window_show_settings(LamWindow *window);

/* window-undo.c */
void lam_window_add_undo_actions(LamWindow *window);
/* λ or the view may have changed: that is a step to undo. */
void lam_window_note_state(LamWindow *window);
/* Nothing can be undone any more: there is another pair. */
void lam_window_forget_steps(LamWindow *window);

/* window-folds.c */
void lam_window_add_fold_action(LamWindow *window);

/* window-panel.c */
void lam_window_add_panel_actions(LamWindow *window);

/* window-play.c */
void lam_window_add_play_actions(LamWindow *window);
/* λ or the scene may have changed: the bar shows it. */
void lam_window_follow_play(LamWindow *window);
/* It ends where it is; what is shown is the whole deformation again. */
void lam_window_stop_play(LamWindow *window);

/* window-numbers.c */
void lam_window_add_numbers(LamWindow *window);
/* λ has come to rest; takes a reference. */
void lam_window_numbers_rest(LamWindow *window, LamSnapshot *snapshot);
/* λ has moved: the figures are of an earlier one. */
void lam_window_numbers_expect(LamWindow *window);
/* There are other labels or names: measures again. */
void lam_window_numbers_forget(LamWindow *window);
/* Another pair. */
void lam_window_numbers_clear(LamWindow *window);
void lam_window_dispose_numbers(LamWindow *window);

/* window-labels.c */
void lam_window_add_label_actions(LamWindow *window);
/* Labels or names of what is shown have changed. */
void lam_window_show_labels(LamWindow *window);
/* Another pair is shown: reads what is wanted for it. */
void lam_window_labels_opened(LamWindow *window);
/* A LamLabelNamer; user is the window. */
const char *lam_window_label_name(int label, gpointer user);
void lam_window_dispose_labels(LamWindow *window);

/* window-contours.c */
void lam_window_add_contour_actions(LamWindow *window);
/* Outlines of the labels that there are and that are selected. */
void lam_window_show_contours(LamWindow *window);

/* window-save-text.c */
/* Asks where; takes the text. */
void lam_window_save_text(LamWindow *window, const char *title, const char *name, char *text);

/* window-export.c */
void lam_window_add_export_actions(LamWindow *window);
/* Takes a reference; NULL: nothing is shown yet. */
void lam_window_set_snapshot(LamWindow *window, LamSnapshot *snapshot);
void lam_window_dispose_export(LamWindow *window);
