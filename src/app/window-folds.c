/* From fold to fold: the crosshair goes to the next place where the deformation turns tissue inside out. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/fold_list.h>

static void say(LamWindow *window, int at, const GArray *folds)
{
    g_autofree char *text =
        folds->len == 0 ? g_strdup(_("Nothing folds"))
                        : g_strdup_printf(_("Fold %d of %u, the largest first: %.0f mm³"), at + 1,
                                          folds->len, g_array_index(folds, LamFold, at).volume_mm3);
    lam_readout_set_message(window->readout, text);
}

static void next_fold(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!window->snapshot)
        return;
    g_autoptr(GArray) folds = lam_fold_list(window->snapshot->jacobian);
    if (window->folds_of != window->snapshot->generation)
        window->fold = -1;
    window->folds_of = window->snapshot->generation;
    window->fold = folds->len > 0 ? (window->fold + 1) % (int)folds->len : -1;
    say(window, window->fold, folds);
    if (window->fold < 0)
        return;
    lam_canvas_scene(window->canvas)->cursor_mm = g_array_index(folds, LamFold, window->fold).at_mm;
    lam_canvas_changed(window->canvas);
}

void lam_window_add_fold_action(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "next-fold", .activate = next_fold}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}
