/* Outlines of labels over the pictures: of all, or of those selected in the table. */
#include "window-private.h"

static bool is_selected(int label, gpointer user)
{
    return lam_numbers_page_is_selected(LAM_WINDOW(user)->numbers, label);
}

void lam_window_show_contours(LamWindow *window)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    for (int side = 0; side < LAM_SIDES; side++) {
        LamLabels *labels =
            window->document ? lam_document_labels(window->document, (LamSide)side) : NULL;
        g_autoptr(GBytes) colours = labels ? lam_labels_palette(labels, is_selected, window) : NULL;
        lam_scene_set_labels(
            scene, side, labels ? lam_document_label_texels(window->document, (LamSide)side) : NULL,
            colours);
    }
    lam_canvas_changed(window->canvas);
}

static void set_contours(LamWindow *window, LamContourChoice choice)
{
    g_action_group_change_action_state(G_ACTION_GROUP(window), "contours",
                                       g_variant_new_string(lam_contour_choice_name(choice)));
}

static bool any_selected(LamWindow *window)
{
    return lam_numbers_page_selects_any(window->numbers);
}

/* Of the key: none, or what is selected, or else all. */
static void toggle_contours(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool shown = lam_canvas_scene(window->canvas)->contours != LAM_CONTOURS_NONE;
    set_contours(window, shown                  ? LAM_CONTOURS_NONE
                         : any_selected(window) ? LAM_CONTOURS_SELECTED
                                                : LAM_CONTOURS_ALL);
}

/* Whoever selects wants to see it. */
static void selection_changed(LamNumbersPage *page, LamWindow *window)
{
    if (any_selected(window))
        set_contours(window, LAM_CONTOURS_SELECTED);
    else if (lam_canvas_scene(window->canvas)->contours == LAM_CONTOURS_SELECTED)
        set_contours(window, LAM_CONTOURS_NONE);
    lam_window_show_contours(window);
}

void lam_window_add_contour_actions(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "toggle-contours", .activate = toggle_contours}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(window->numbers, "selection-changed", G_CALLBACK(selection_changed),
                            window, 0);
}
