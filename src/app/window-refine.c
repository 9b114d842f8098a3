/* Refining what λ gave for this pair alone. The result is that λ's until another is chosen, and again where λ
 * comes back to it. */
#include "refinement.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>

#define SECONDS         20
#define NOTICE_SHOWN_US 8000000

static bool is_for(const LamRefined *refined, const LamSnapshot *snapshot)
{
    return refined && refined->snapshot->lambda == snapshot->lambda &&
           refined->snapshot->document == snapshot->document;
}

static void say(LamWindow *window, const LamRefined *refined)
{
    const LamRefineTerms *before = &refined->report.before, *after = &refined->report.after;
    g_autofree char *text =
        after->loss < before->loss
            ? g_strdup_printf(_("Refined for this pair at λ %.3f: loss %.4f → %.4f in %.0f s"),
                              refined->snapshot->lambda, before->loss, after->loss,
                              refined->report.seconds)
            : g_strdup_printf(_("Refined for this pair at λ %.3f: nothing better was found"),
                              refined->snapshot->lambda);
    lam_readout_set_message(window->readout, text);
}

static void show(LamWindow *window)
{
    const LamRefined *refined = window->refined;
    window->shows_refined = true;
    lam_window_set_snapshot(window, refined->snapshot);
    lam_readout_show(window->readout, refined->snapshot);
    lam_window_numbers_expect(window);
    lam_window_numbers_rest(window, refined->snapshot);
    g_clear_pointer(&window->refined_notice, g_free);
    lam_canvas_scene(window->canvas)->refined = true;
    lam_canvas_set_field(window->canvas, refined->field, refined->snapshot->lambda);
    lam_window_landmarks_follow(window);
    say(window, refined);
}

bool lam_window_show_refined(LamWindow *window, const LamSnapshot *snapshot)
{
    if (!is_for(window->refined, snapshot))
        return false;
    if (!window->shows_refined)
        show(window);
    return true;
}

void lam_window_refined_follow(LamWindow *window)
{
    gint64 now = g_get_monotonic_time();
    if (now - window->refined_until_us > NOTICE_SHOWN_US)
        g_clear_pointer(&window->refined_notice, g_free);
    if (!window->shows_refined)
        return;
    window->shows_refined = false;
    window->refined_until_us = now;
    g_free(window->refined_notice);
    window->refined_notice =
        g_strdup_printf(_("No longer refined: that was for λ %.3f (undo goes back to it)"),
                        window->refined->snapshot->lambda);
    lam_window_show_notice(window);
}

void lam_window_forget_refined(LamWindow *window)
{
    window->shows_refined = false;
    g_clear_pointer(&window->refined_notice, g_free);
    g_clear_pointer(&window->refined, lam_refined_free);
}

/* The window is kept alive by the reference taken at the beginning. */
static void arrived(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(LamRefined) given = lam_refinement_finish(result, &error);
    if (!lam_window_end_job(window, NULL))
        return; /* the window is gone */
    if (error && !g_error_matches(error, LAM_ERROR, LAM_ERROR_CANCELLED))
        lam_window_show_error(window, _("The pair could not be refined"), error->message);
    if (!given || !window->document ||
        given->snapshot->document != lam_document_id(window->document))
        return; /* of an earlier pair */
    lam_window_forget_refined(window);
    window->refined = g_steal_pointer(&given);
    lam_lambda_control_set_lambda(window->lambda_control, window->refined->snapshot->lambda);
    if (!lam_worker_is_busy(window->worker))
        show(window);
}

static void refine(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const LamRefinement asked = {
        .model = lam_document_model(window->document),
        .fixed = lam_document_fixed_volume(window->document),
        .moving = lam_document_moving_volume(window->document),
        .start = window->snapshot,
        .similarity = lam_similarity_for_contrasts(lam_document_fixed_volume(window->document),
                                                   lam_document_affine_fit(window->document)),
        .seconds = SECONDS,
    };
    GCancellable *cancellable = lam_window_begin_job(window, _("Refining the warp for this pair"));
    lam_refinement_async(&asked, cancellable, lam_window_job_progressed, window, arrived,
                         g_object_ref(window));
}

void lam_window_add_refine_action(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "refine", .activate = refine}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    lam_window_enable_jobs(window);
}
