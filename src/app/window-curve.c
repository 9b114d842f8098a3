/* The curve over λ: measured by the worker while λ rests, drawn above the slider. */
#include "window-private.h"

void lam_window_curve_arrived(gpointer data, gpointer user)
{
    LamWindow *window = user;
    LamPairCurves *curves = data;
    if (!window->templates_moved) { /* else it is of templates that are no longer shown */
        lam_lambda_control_set_curve(window->lambda_control, g_steal_pointer(&curves->whole));
        lam_regions_page_set_curves(window->regions_page, curves->regions, curves->domain,
                                    curves->n_regions);
    }
    lam_pair_curves_free(curves);
}

/* It begins anew: with another pair, and with other labels. */
void lam_window_restart_curve(LamWindow *window)
{
    if (!window->work || !window->document)
        return;
    lam_lambda_control_set_curve(window->lambda_control, NULL);
    lam_regions_page_set_curves(window->regions_page, NULL, NULL, 0);
    lam_pair_work_set_labels(window->work, lam_document_labels(window->document, LAM_SIDE_FIXED),
                             lam_document_labels(window->document, LAM_SIDE_MOVING));
    lam_worker_resume_background(window->worker);
}

static void change_shown(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    g_simple_action_set_state(action, value);
    lam_lambda_control_set_curve_shown(window->lambda_control, g_variant_get_boolean(value));
}

static void picked(LamLambdaControl *control, LamWindow *window)
{
    lam_window_note_choice(window, LAM_CHOSEN_EVIDENCE);
}

void lam_window_add_curve_action(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "curve", .state = "true", .change_state = change_shown},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(window->lambda_control, "picked", G_CALLBACK(picked), window, 0);
}
