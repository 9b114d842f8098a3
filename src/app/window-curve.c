/* The curve over λ: measured by the worker while λ rests, drawn above the slider. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <math.h>

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

/* ---- λ by a rule ---- */

static double best_overlap(const LamCurve *curve)
{
    LamCurveBest best = lam_curve_best(curve, 0);
    return best.known ? best.lambda : NAN;
}

static double without_folds(const LamCurve *curve)
{
    return lam_curve_within_folds(curve, 0, 0);
}

static double elbow(const LamCurve *curve)
{
    return lam_curve_elbow(curve, 0);
}

static const struct {
    const char *name;
    double (*lambda)(const LamCurve *curve); /* of the whole curve; NaN: it has no such place */
    const char *unknown;
} rules[] = {
    {"overlap", best_overlap, N_("Without label maps of both scans nothing says which λ is best")},
    {"folds", without_folds, N_("No λ is without folds")},
    {"elbow", elbow, N_("The curve has no elbow")},
};

static void go_by_rule(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const LamCurve *curve = lam_lambda_control_curve(window->lambda_control);
    const char *name = g_variant_get_string(value, NULL);
    if (!curve || lam_curve_next(curve) >= 0) {
        lam_readout_set_message(window->readout, _("The curve over λ is not complete yet"));
        return;
    }
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(rules) && !g_str_equal(rules[i].name, name))
        i++;
    double lambda = rules[i].lambda(curve);
    if (isnan(lambda)) {
        lam_readout_set_message(window->readout, _(rules[i].unknown));
        return;
    }
    lam_lambda_control_set_lambda(window->lambda_control, lambda);
    lam_window_note_choice(window, LAM_CHOSEN_EVIDENCE);
}

void lam_window_add_curve_action(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "lambda-by", .parameter_type = "s", .activate = go_by_rule},
        {.name = "curve", .state = "true", .change_state = change_shown},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(window->lambda_control, "picked", G_CALLBACK(picked), window, 0);
}
