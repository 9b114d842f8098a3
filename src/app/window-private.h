#pragma once

#include "canvas.h"
#include "document.h"
#include "histogram-page.h"
#include "lambda-control.h"
#include "landmarks-page.h"
#include "location-page.h"
#include "numbers-page.h"
#include "pair-work.h"
#include "panel.h"
#include "play-bar.h"
#include "readout.h"
#include "refinement.h"
#include "regions-page.h"
#include "session-file.h"
#include "template-page.h"
#include "window.h"

#include <lambdascope/report.h>
#include <lambdascope/undo.h>
#include <lambdascope/view_settings.h>
#include <lambdascope/worker.h>

/* What can be undone. */
typedef struct {
    double lambda;
    double attributes[LAM_SIDES][LAM_TEMPLATE_MAX_ATTRIBUTES]; /* of templates; else 0 */
    LamViewSettings view;
} LamState;

struct _LamWindow {
    GtkApplicationWindow parent;

    GtkWidget *plane_box, *grid_box, *foot, *progress_card, *cancel_button, *drop_zones,
        *drop_fixed, *drop_moving, *drop_fixed_labels, *drop_moving_labels;
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
    LamPairWork *work;     /* what it works on, or NULL */
    LamDocument *document; /* what is shown, or NULL */
    guint stale_timeout;   /* dims the figures if no result comes soon, then moves the bar */

    /* opening (window-open.c) */
    char *model_name;                   /* asked for; NULL: what suits the scans */
    bool model_preferred;               /* in general, not for these scans */
    char *chosen_fixed, *chosen_moving; /* wanted next */
    GCancellable *opening;              /* set while a pair is being opened */
    guint64 documents;                  /* counts openings */
    GtkNativeDialog *chooser;
    GPtrArray *models; /* LamModelEntry: what the menu offers; NULL until listed (window-model.c) */

    /* sessions (window-session.c) */
    char *session_path;     /* what is shown was saved there, or read from there; NULL: neither */
    LamState session_state; /* as it was then */
    char *session_notice;   /* what is not as it was saved, while it is shown; NULL: nothing */
    GCancellable *reading;  /* set while a session is being read */
    LamSessionFile *restoring; /* its pair is being opened */

    /* demos (window-demo.c) */
    const LamDemo *wanted_demo; /* opened where no files are */
    bool fresh_demo;            /* to be set up once it is there */
    double demo_lambda;         /* then; NaN: the demo's */
    GtkWidget *demo_box, *back_button;
    GtkLabel *demo_note;

    /* undo and redo (window-undo.c) */
    LamUndo *undo;
    LamState noted; /* since the last step */
    GMenu *undo_section;

    /* landmarks (window-landmarks.c) */
    LamLandmarksPage *landmarks_page; /* the panel has it */
    GPtrArray *landmarks;             /* LamLandmark * */
    int landmark;                     /* the chosen one; -1: none */
    bool landmark_moved;              /* by the drag that goes on */

    /* histograms (window-histogram.c) */
    LamHistogramPage *histograms; /* the panel has it */
    GCancellable *counting[2];    /* of the newest task for each */
    guint64 counted_fixed;        /* of which document; 0: none */

    /* A and B (window-held.c) */
    LamSnapshot *held; /* A; NULL: none is held */
    guint blink_timeout;
    double
        lambda_after_hold; /* of a session: once A is there, λ goes on to it; NaN: nothing to do */

    /* from fold to fold (window-folds.c) */
    int fold;         /* which was shown last; -1: none */
    guint64 folds_of; /* the snapshot's generation */

    /* figures (window-numbers.c) */
    LamNumbersPage *numbers; /* the panel has it */
    LamLocationPage *location;
    LamMeasurer *measurer;
    LamSnapshot *rested; /* what λ gave when it came to rest; NULL while it has not */

    /* asked for last by playing (window-play.c) */
    double played_lambda, played_value;
    int played_side, played_attribute; /* of templates */

    guint flicker_timeout; /* set while it goes by itself (window-flicker.c) */

    /* label maps (window-labels.c) */
    LamLabelNames *label_names;     /* read from a file; NULL: the document's */
    char *label_names_path;         /* that file; NULL: none */
    char *wanted_labels[LAM_SIDES]; /* to be read for the next pair; or NULL */

    GtkWindow *report; /* the dialog while it is there (window-report.c) */

    /* how λ was chosen (window-chosen.c) */
    LamLambdaChosen chosen;
    double chosen_lambda; /* while λ is this one; else it was chosen by eye */

    /* preferences (window-settings.c); NULL: there is no schema */
    GSettings *settings;
    GtkWindow *preferences; /* while it is shown */

    /* regions (window-regions.c) */
    LamRegionsPage *regions_page; /* the panel has it */
    GPtrArray *regions;           /* LamRegionSpec; neither it nor they are changed */
    char *regions_of;             /* the fixed scan's file */
    GPtrArray *wanted_regions;    /* for the next pair; or NULL */
    int outlined_region;          /* -1: a new one (window-outline.c) */
    int painted_region;           /* -1: none */
    double brush_mm;

    /* templates (window-template.c) */
    LamTemplatePage *template_page;                                   /* the panel has it */
    double attributes[LAM_SIDES][LAM_TEMPLATE_MAX_ATTRIBUTES];        /* asked for last */
    double curved_attributes[LAM_SIDES][LAM_TEMPLATE_MAX_ATTRIBUTES]; /* of the page's curves */
    GCancellable *curving; /* of the newest measurement of those */
    bool templates_moved;  /* since λ and attributes rested */
    bool swapping;         /* fixed and moving are opened the other way round */

    /* saving (window-export.c) */
    LamSnapshot *snapshot; /* what the picture shows, or NULL */

    /* refining (window-refine.c) */
    LamRefined *refined;  /* the last one of this pair; or NULL */
    bool shows_refined;   /* else it waits for its λ */
    char *refined_notice; /* that it is no longer shown; NULL: nothing to say */
    gint64 refined_until_us;

    /* presets of λ (window-presets.c) */
    GtkMenuButton *presets_button;
    GPtrArray *presets;                   /* LamPreset *; NULL: the window is gone */
    bool presets_saving, presets_changed; /* since saving began */

    GMenu *recent_section; /* window-recent.c */

    /* what takes a while (window-job.c) */
    GCancellable *job; /* set while it runs */
    guint job_timeout;
};

/* window-field.c */
/* What the window's worker does. */
LamWorkerJob lam_window_worker_job(LamWindow *window);
void lam_window_request(LamWindow *window);

/* window-document.c */
void lam_window_show_document(LamWindow *window, LamDocument *document);
/* Title and subtitle. */
void lam_window_show_names(LamWindow *window);
/* What a reader should know of what is shown, at the foot. */
void lam_window_show_notice(LamWindow *window);

/* window-actions.c */
void lam_window_add_view_actions(LamWindow *window);
void lam_window_set_action_enabled(LamWindow *window, const char *name, bool enabled);

/* window-keys.c */
void lam_window_class_add_keys(GtkWidgetClass *klass);
void lam_window_add_keys_action(LamWindow *window);

/* window-curve.c */
void lam_window_add_curve_action(LamWindow *window);
void lam_window_restart_curve(LamWindow *window);
/* For the worker's job. */
void lam_window_curve_arrived(gpointer curve, gpointer user);

/* window-open.c */
/* What the window's file chooser was answered with, which ends it (the dialog itself lives until its signal has been
 * handled): a path for g_free; NULL: none, and where it is not on this computer, that is said below `failure`. */
char *lam_window_chosen_path(LamWindow *window, GtkNativeDialog *dialog, int response,
                             const char *failure);
void lam_window_add_open_actions(LamWindow *window);
/* What is chosen next, a NULL one as before; opens once both are known. */
void lam_window_take_scans(LamWindow *window, const char *fixed_path, const char *moving_path);
void lam_window_dispose_opening(LamWindow *window);
/* insist: with the model asked for, not with another if it is not for such scans. */
void lam_window_start_opening(LamWindow *window, const char *fixed_path, const char *moving_path,
                              bool insist);
/* Path NULL: wherever the dialog starts by itself. */
void lam_window_start_in_folder_of(GtkFileChooser *chooser, const char *path);
void lam_window_show_error(LamWindow *window, const char *headline, const char *message);

/* Scans and pictures, and all files. */
void lam_window_add_scan_filters(GtkFileChooser *chooser);

/* A model whose template is to be the fixed image, or both. */
void lam_window_choose_template(LamWindow *window, bool fixed_alone);

/* The pair that is shown, with the model asked for. */
void lam_window_reopen(LamWindow *window);

/* window-demo.c */
void lam_window_add_demo_actions(LamWindow *window);
/* What has been opened, if it is a demo that was asked for: its view, λ and play bar. */
void lam_window_set_up_demo(LamWindow *window);
/* What to look at, where a demo is shown. */
void lam_window_show_demo_note(LamWindow *window);
/* The pictures, or the page with the demos. */
void lam_window_show_pictures(LamWindow *window, bool pictures);

/* window-model.c */
void lam_window_add_model_action(LamWindow *window);
/* Of what is shown, as lam_model_find takes it; free with g_free. */
char *lam_window_model_name(LamWindow *window);
/* Marks the model of what is shown. */
void lam_window_show_model(LamWindow *window);
/* Asks again for the model of what is shown: the one asked for did not work. */
void lam_window_forget_model(LamWindow *window);

/* window-view.c */
void lam_window_add_choices(LamWindow *window);

/* The actions' states follow the scene, which has been changed without them; redraws. */
void lam_window_show_settings(LamWindow *window);

/* window-session.c */
void lam_window_add_session_actions(LamWindow *window);
void lam_window_open_session(LamWindow *window, const char *path);
/* Its files are looked at again; takes it. */
void lam_window_check_session(LamWindow *window, LamSessionFile *file);
/* All its files are there; takes it. */
void lam_window_open_found_session(LamWindow *window, LamSessionFile *file);
/* A pair is being shown: as the session has it, if it is one's. Then, once all has been set: */
void lam_window_restore_view(LamWindow *window);
void lam_window_restored(LamWindow *window);
/* Its pair could not be opened. */
void lam_window_forget_restoring(LamWindow *window);
/* "NAME" or, with changes since it was saved, "NAME *"; NULL: there is no session. Free with g_free. */
char *lam_window_session_name(LamWindow *window);
void lam_window_dispose_session(LamWindow *window);

/* window-missing.c */
/* Asks for files that are missing, then opens; takes the session. */
void lam_window_find_missing(LamWindow *window, LamSessionFile *file);

/* window-undo.c */
void lam_window_add_undo_actions(LamWindow *window);
/* λ or the view may have changed: that is a step to undo. */
void lam_window_note_state(LamWindow *window);
/* Nothing can be undone any more: there is another pair. */
void lam_window_forget_steps(LamWindow *window);

/* window-landmarks.c */
void lam_window_add_landmarks(LamWindow *window);
/* The field of λ has come. */
void lam_window_landmarks_follow(LamWindow *window);
/* Takes the list. */
void lam_window_set_landmarks(LamWindow *window, GPtrArray *landmarks);
void lam_window_dispose_landmarks(LamWindow *window);

/* window-histogram.c */
void lam_window_add_histograms(LamWindow *window);
/* λ has come to rest. */
void lam_window_histogram_rest(LamWindow *window);
/* The scene has changed: perhaps its windows. */
void lam_window_histogram_follow(LamWindow *window);
void lam_window_dispose_histograms(LamWindow *window);

/* window-held.c */
void lam_window_add_held_actions(LamWindow *window);
/* λ has moved: B is seen again. */
void lam_window_held_follow(LamWindow *window);
/* The field of λ has come. */
void lam_window_held_arrived(LamWindow *window);
void lam_window_release_held(LamWindow *window);
/* Holds the field of one λ, when it has come, and then goes on to another. */
void lam_window_hold_then(LamWindow *window, double held_lambda, double lambda);
void lam_window_dispose_held(LamWindow *window);

/* window-folds.c */
void lam_window_add_fold_action(LamWindow *window);

/* window-panel.c */
void lam_window_add_panel_actions(LamWindow *window);

/* window-play.c */
void lam_window_add_play_actions(LamWindow *window);
/* λ or the scene may have changed: the bar shows it. */
void lam_window_follow_play(LamWindow *window);
/* What can be played of the pair that is shown. */
void lam_window_offer_play(LamWindow *window);
void lam_window_play_attribute(LamWindow *window, int side, int attribute);
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

/* window-drop.c */
void lam_window_add_drop_target(LamWindow *window);

/* window-flicker.c */
void lam_window_add_flicker(LamWindow *window);
void lam_window_dispose_flicker(LamWindow *window);

/* window-location.c */
void lam_window_add_location(LamWindow *window);

/* window-map.c */
/* Asks for what the overlay now needs. */
void lam_window_map_follow(LamWindow *window);
/* λ has moved: what there is belongs to another one. */
void lam_window_map_gone(LamWindow *window);
/* NULL: it could not be made, and why. */
void lam_window_map_arrived(LamWindow *window, LamTexels *map, const char *failure);

/* window-regions.c */
void lam_window_add_regions(LamWindow *window);
/* Of the pair that is being opened: as lam_region_specs_text wrote them; NULL: none. */
void lam_window_want_regions(LamWindow *window, const char *text);
/* Another pair is shown, and the worker works on it. Regions stay where the fixed scan does. */
void lam_window_regions_opened(LamWindow *window);
/* Those of a regions file's text, in place of what there is; can be undone. */
void lam_window_put_regions(LamWindow *window, const char *text);
/* The labels of the fixed scan, or their names, have changed. */
void lam_window_regions_labels(LamWindow *window);
/* λ of the rest has moved. */
void lam_window_regions_follow(LamWindow *window);
/* Takes the array, as one step of undo; steady: by dragging, which goes on with the step before. */
void lam_window_set_regions(LamWindow *window, GPtrArray *specs, bool steady);
/* What the field that is shown says of its regions. */
void lam_window_regions_arrived(LamWindow *window, const LamRegionResult *result);
void lam_window_dispose_regions(LamWindow *window);
/* window-region-sources.c */
void lam_window_add_region_sources(LamWindow *window);
/* Takes the spec: a new region, in the next colour. */
void lam_window_add_region(LamWindow *window, LamRegionSpec *spec);
/* window-outline.c */
void lam_window_add_outlines(LamWindow *window);
/* What was begun is dropped. */
void lam_window_leave_outline(LamWindow *window);

/* window-template.c */
void lam_window_add_templates(LamWindow *window);
/* Another pair is shown. */
void lam_window_templates_opened(LamWindow *window);
/* The pictures that the field which has come is of; NULL: scans. */
void lam_window_templates_arrived(LamWindow *window, LamTemplateView *const views[LAM_SIDES]);
/* λ and attributes have come to rest. */
void lam_window_templates_rest(LamWindow *window);
double lam_window_attribute(LamWindow *window, int side, int attribute);
void lam_window_set_attribute(LamWindow *window, int side, int attribute, double value);
/* Of both sides; what a side does not have is not looked at. */
void lam_window_set_attributes(LamWindow *window, double values[][LAM_TEMPLATE_MAX_ATTRIBUTES]);
/* What a template that is opened there begins with, if the same is shown; else NULL. Borrowed. */
const double *lam_window_attributes_for(LamWindow *window, LamSide side,
                                        const char *const paths[LAM_SIDES]);
/* As lam_template_text; NULL: a scan. Free with g_free. */
char *lam_window_attributes_text(LamWindow *window, int side);
/* That attributes lie outside of what was learned from; NULL: none does. Free with g_free. */
char *lam_window_extrapolation(LamWindow *window);
void lam_window_dispose_templates(LamWindow *window);

/* window-template-save.c */
void lam_window_add_template_saving(LamWindow *window);

/* window-chosen.c */
/* λ as it is now came from there, and did until it is another one. */
void lam_window_note_choice(LamWindow *window, LamLambdaChosen how);
LamLambdaChosen lam_window_lambda_chosen(LamWindow *window);
/* λ has moved: the dialog of the report tells how. */
void lam_window_choice_follow(LamWindow *window);

/* window-labels.c */
/* For what is shown. */
void lam_window_read_labels(LamWindow *window, LamSide side, const char *path);
/* A map of the fixed scan that a network has made, and its names. */
void lam_window_read_estimate(LamWindow *window, const char *path, const char *names_path);
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

/* window-settings.c: after all other actions, as it changes their states */
void lam_window_add_settings(LamWindow *window);
/* NULL: none. Free with g_free. */
char *lam_window_preferred_model(LamWindow *window);
void lam_window_dispose_settings(LamWindow *window);

/* window-save-text.c */
/* Asks where; takes the text. */
void lam_window_save_text(LamWindow *window, const char *title, const char *name, char *text);

/* window-movie.c */
void lam_window_add_movie_action(LamWindow *window);

/* window-job.c */
/* None must be running. What cancels it; borrowed. */
GCancellable *lam_window_begin_job(LamWindow *window, const char *text);
/* A LamTaskProgressFunc; user: the window. */
void lam_window_job_progressed(double fraction, const char *stage, gpointer user);
/* Once for each beginning. Text: how it went, for a moment; NULL: nothing. False if the window is gone. */
bool lam_window_end_job(LamWindow *window, const char *text);
/* The same for a job that saves a file: says so, or shows the error (NULL: none) under the headline. */
void lam_window_end_saving(LamWindow *window, const char *path, const GError *error,
                           const char *headline);
/* The actions that begin one are possible while something is shown and none runs. */
void lam_window_enable_jobs(LamWindow *window);
void lam_window_dispose_job(LamWindow *window);

/* window-estimate.c */
void lam_window_add_estimate_action(LamWindow *window);

/* window-refine.c */
void lam_window_add_refine_action(LamWindow *window);
/* True if what λ gave is the one that was refined: that is shown in its place. */
bool lam_window_show_refined(LamWindow *window, const LamSnapshot *snapshot);
/* λ has moved. */
void lam_window_refined_follow(LamWindow *window);
void lam_window_forget_refined(LamWindow *window);

/* window-presets.c */
void lam_window_add_presets(LamWindow *window);
void lam_window_dispose_presets(LamWindow *window);

/* window-evidence.c */
void lam_window_add_evidence(LamWindow *window);

/* window-recent.c */
void lam_window_add_recent(LamWindow *window);
/* What is shown now, and a session's file. */
void lam_window_add_recent_pair(LamWindow *window);
void lam_window_add_recent_session(const char *path);

/* window-report.c */
void lam_window_add_report_action(LamWindow *window);
void lam_window_dispose_report(LamWindow *window);

/* window-export.c */
void lam_window_add_export_actions(LamWindow *window);
/* Takes a reference; NULL: nothing is shown yet. */
void lam_window_set_snapshot(LamWindow *window, LamSnapshot *snapshot);
void lam_window_dispose_export(LamWindow *window);
