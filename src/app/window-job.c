/* What takes a while and is not an opening: saving a scan, refining. One at a time; the card of opening tells
 * of it and cancels it. While a pair is being opened, the card is that one's. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>

#define DONE_SHOWN_S   3
#define PULSE_EVERY_MS 100

/* Text NULL hides the card. */
static void show_card(LamWindow *window, const char *text)
{
    if (window->opening)
        return;
    gtk_widget_set_visible(window->progress_card, text != NULL);
    gtk_widget_set_visible(window->cancel_button, window->job != NULL);
    gtk_widget_set_visible(GTK_WIDGET(window->progress_bar), window->job != NULL);
    gtk_label_set_label(window->progress_label, text ? text : "");
    lam_window_set_action_enabled(window, "cancel", window->job != NULL);
}

/* Until the first figure comes. */
static gboolean pulse(gpointer user)
{
    LamWindow *window = user;
    if (!window->opening)
        gtk_progress_bar_pulse(window->progress_bar);
    return G_SOURCE_CONTINUE;
}

static gboolean hide_card(gpointer user)
{
    LamWindow *window = user;
    window->job_timeout = 0;
    show_card(window, NULL);
    return G_SOURCE_REMOVE;
}

GCancellable *lam_window_begin_job(LamWindow *window, const char *text)
{
    g_return_val_if_fail(!window->job, NULL);
    g_clear_handle_id(&window->job_timeout, g_source_remove);
    window->job = g_cancellable_new();
    window->job_timeout = g_timeout_add(PULSE_EVERY_MS, pulse, window);
    g_application_hold(g_application_get_default()); /* nothing half-written if the window closes */
    show_card(window, text);
    lam_window_enable_jobs(window);
    return window->job;
}

void lam_window_job_progressed(double fraction, const char *stage, gpointer user)
{
    LamWindow *window = user;
    if (!window->job || window->opening)
        return;
    g_clear_handle_id(&window->job_timeout, g_source_remove);
    gtk_progress_bar_set_fraction(window->progress_bar, CLAMP(fraction, 0, 1));
    if (stage && !g_cancellable_is_cancelled(window->job))
        gtk_label_set_label(window->progress_label, stage);
}

bool lam_window_end_job(LamWindow *window, const char *text)
{
    g_application_release(g_application_get_default());
    if (!window->job)
        return false;
    g_clear_handle_id(&window->job_timeout, g_source_remove);
    g_clear_object(&window->job);
    if (!window->opening)
        gtk_progress_bar_set_fraction(window->progress_bar, 0);
    show_card(window, text);
    if (text)
        window->job_timeout = g_timeout_add_seconds(DONE_SHOWN_S, hide_card, window);
    lam_window_enable_jobs(window);
    return true;
}

void lam_window_end_saving(LamWindow *window, const char *path, const GError *error,
                           const char *headline)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(_("Saved %s"), name);
    bool there = lam_window_end_job(window, error ? NULL : text);
    if (there && error && !g_error_matches(error, LAM_ERROR, LAM_ERROR_CANCELLED))
        lam_window_show_error(window, headline, error->message);
}

void lam_window_enable_jobs(LamWindow *window)
{
    static const char *const jobs[] = {"export-warped", "export-field", "export-movie", "refine",
                                       "estimate-labels"};
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++)
        lam_window_set_action_enabled(window, jobs[i], window->snapshot && !window->job);
}

void lam_window_dispose_job(LamWindow *window)
{
    if (window->job)
        g_cancellable_cancel(window->job);
    g_clear_object(&window->job);
    g_clear_handle_id(&window->job_timeout, g_source_remove);
}
