/* Undo and redo. Whatever changes λ or the settings of the view, the window notes the new state, and the
 * difference from the last one is a step; so nothing that changes them has to know of undoing. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define STEPS         100
#define ONE_CHANGE_US 800000 /* changes of λ or the window that follow this soon are one */

typedef struct {
    LamWindow *window;
    LamState before, after;
    bool steady;  /* λ or the window: changes in many small steps */
    gint64 at_us; /* when it was changed last */
} Change;

static LamState state_now(LamWindow *window)
{
    LamState state = {.lambda = lam_lambda_control_get_lambda(window->lambda_control),
                      .view = lam_view_settings_of(lam_canvas_scene(window->canvas))};
    memcpy(state.attributes, window->attributes, sizeof state.attributes);
    return state;
}

static bool same_attributes(const LamState *a, const LamState *b)
{
    return memcmp(a->attributes, b->attributes, sizeof a->attributes) == 0;
}

static void go_to(LamWindow *window, LamState *state)
{
    lam_window_set_attributes(window, state->attributes);
    lam_view_settings_apply(&state->view, lam_canvas_scene(window->canvas));
    lam_window_show_settings(window);
    lam_lambda_control_set_lambda(window->lambda_control, state->lambda);
    window->noted = state_now(window);
    lam_window_show_names(window);
}

static void apply(gpointer data)
{
    go_to(((Change *)data)->window, &((Change *)data)->after);
}

static void revert(gpointer data)
{
    go_to(((Change *)data)->window, &((Change *)data)->before);
}

static bool absorb(gpointer data, gconstpointer newer)
{
    Change *change = data;
    const Change *next = newer;
    bool one = change->steady && next->steady && next->at_us - change->at_us < ONE_CHANGE_US &&
               (change->before.lambda == change->after.lambda) ==
                   (next->before.lambda == next->after.lambda) &&
               same_attributes(&change->before, &change->after) ==
                   same_attributes(&next->before, &next->after);
    if (!one)
        return false;
    change->after = next->after;
    change->at_us = next->at_us;
    return true;
}

static const char *name_of(LamSettingsKind kind)
{
    static const char *const names[] = {
        [LAM_SETTINGS_SAME] = N_("λ"),
        [LAM_SETTINGS_LAYOUT] = N_("Arrangement"),
        [LAM_SETTINGS_WINDOW] = N_("Window and Level"),
        [LAM_SETTINGS_COLOURS] = N_("Colours"),
        [LAM_SETTINGS_COMPARISON] = N_("Comparison"),
        [LAM_SETTINGS_OVERLAY] = N_("Overlay"),
        [LAM_SETTINGS_GRID] = N_("Grid and Arrows"),
    };
    return _(names[kind]);
}

void lam_window_note_state(LamWindow *window)
{
    if (lam_play_bar_is_playing(window->play_bar))
        return; /* one step, when it has stopped */
    LamState now = state_now(window), before = window->noted;
    LamSettingsKind kind = lam_view_settings_compare(&before.view, &now.view);
    bool attributes = !same_attributes(&before, &now);
    if (kind == LAM_SETTINGS_SAME && before.lambda == now.lambda && !attributes)
        return;
    window->noted = now;
    if (!window->document)
        return;
    if (window->session_path)
        lam_window_show_names(window);
    Change *change = g_new(Change, 1);
    *change =
        (Change){window, before, now, kind == LAM_SETTINGS_SAME || kind == LAM_SETTINGS_WINDOW,
                 g_get_monotonic_time()};
    LamUndoStep step = {
        attributes ? _("Template") : name_of(kind), apply, revert, change, g_free, absorb};
    lam_undo_push(window->undo, &step);
}

void lam_window_forget_steps(LamWindow *window)
{
    lam_undo_clear(window->undo);
    window->noted = state_now(window);
}

/* ---- actions and their names in the menu ---- */

static void undo(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_undo_undo(LAM_WINDOW(user)->undo);
}

static void redo(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_undo_redo(LAM_WINDOW(user)->undo);
}

static void add_item(LamWindow *window, const char *action, const char *otherwise,
                     const char *format, const char *name)
{
    g_autofree char *label = name ? g_strdup_printf(format, name) : g_strdup(otherwise);
    g_autofree char *full = g_strconcat("win.", action, NULL);
    g_menu_append(window->undo_section, label, full);
    lam_window_set_action_enabled(window, action, name != NULL);
}

static void show_steps(gpointer user)
{
    LamWindow *window = user;
    const char *undone = lam_undo_undo_name(window->undo);
    const char *redone = lam_undo_redo_name(window->undo);
    g_menu_remove_all(window->undo_section);
    add_item(window, "undo", _("_Undo"), _("_Undo: %s"), undone);
    add_item(window, "redo", _("_Redo"), _("_Redo: %s"), redone);
}

void lam_window_add_undo_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "undo", .activate = undo},
        {.name = "redo", .activate = redo},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    window->undo = lam_undo_new(STEPS, show_steps, window);
    lam_window_forget_steps(window);
}
