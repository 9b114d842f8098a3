/* Regions with a λ of their own: what there is, undo, and what the worker is told of them. */
#include "window-private.h"

#include <glib/gi18n.h>

#define ONE_CHANGE_US 800000 /* changes by dragging that follow this soon are one */

/* ---- what there is; arrays and specs that have been handed over are never changed ---- */

static GPtrArray *specs_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
}

static void tell_worker(LamWindow *window)
{
    LamLabels *labels =
        window->document ? lam_document_labels(window->document, LAM_SIDE_FIXED) : NULL;
    if (!window->work)
        return;
    lam_regional_want(lam_pair_work_regional(window->work), window->regions,
                      labels ? labels->map : NULL);
    lam_window_forget_refined(window);
    lam_window_request(window);
    lam_worker_resume_background(window->worker); /* their curves */
}

static void show(LamWindow *window)
{
    lam_regions_page_show(window->regions_page, window->regions,
                          lam_lambda_control_get_lambda(window->lambda_control));
    lam_window_set_action_enabled(window, "save-regions", window->regions->len > 0);
}

static void go_to(LamWindow *window, GPtrArray *specs)
{
    g_ptr_array_ref(specs);
    g_ptr_array_unref(window->regions);
    window->regions = specs;
    show(window);
    tell_worker(window);
}

/* ---- undo ---- */

typedef struct {
    LamWindow *window;
    GPtrArray *before, *after;
    bool steady;
    gint64 at_us;
} Change;

static void apply(gpointer data)
{
    go_to(((Change *)data)->window, ((Change *)data)->after);
}

static void revert(gpointer data)
{
    go_to(((Change *)data)->window, ((Change *)data)->before);
}

static void change_free(gpointer data)
{
    Change *change = data;
    g_ptr_array_unref(change->before);
    g_ptr_array_unref(change->after);
    g_free(change);
}

static bool absorb(gpointer data, gconstpointer newer)
{
    Change *change = data;
    const Change *next = newer;
    if (!change->steady || !next->steady || next->at_us - change->at_us > ONE_CHANGE_US)
        return false;
    g_ptr_array_unref(change->after);
    change->after = g_ptr_array_ref(next->after);
    change->at_us = next->at_us;
    return true;
}

/* Takes the new array. */
void lam_window_set_regions(LamWindow *window, GPtrArray *specs, bool steady)
{
    Change *change = g_new(Change, 1);
    *change =
        (Change){window, g_ptr_array_ref(window->regions), specs, steady, g_get_monotonic_time()};
    LamUndoStep step = {_("Regions"), apply, revert, change, change_free, absorb};
    go_to(window, specs);
    lam_undo_push(window->undo, &step);
}

static void edited(LamRegionsPage *page, gboolean steady, LamWindow *window)
{
    lam_window_set_regions(window, lam_regions_page_specs(page), steady);
}

static void removed(LamRegionsPage *page, int index, LamWindow *window)
{
    GPtrArray *specs = lam_regions_page_specs(page);
    g_ptr_array_remove_index(specs, (guint)index);
    lam_window_set_regions(window, specs, false);
}

/* ---- for the rest of the window ---- */

void lam_window_regions_labels(LamWindow *window)
{
    LamLabels *labels =
        window->document ? lam_document_labels(window->document, LAM_SIDE_FIXED) : NULL;
    lam_regions_page_set_labels(window->regions_page, labels ? labels->label : NULL,
                                labels ? labels->count : 0, lam_window_label_name, window);
    if (window->regions->len > 0)
        tell_worker(window);
}

void lam_window_want_regions(LamWindow *window, const char *text)
{
    g_clear_pointer(&window->wanted_regions, g_ptr_array_unref);
    window->wanted_regions = text ? lam_region_specs_parse(text, -1, NULL, "session", NULL) : NULL;
}

void lam_window_put_regions(LamWindow *window, const char *text)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *specs =
        window->document ? lam_region_specs_parse(text, -1, NULL, _("preset"), &error) : NULL;
    if (specs)
        lam_window_set_regions(window, specs, false);
    else if (error)
        lam_window_show_error(window, _("The regions could not be opened"), error->message);
}

void lam_window_regions_opened(LamWindow *window)
{
    const char *path = lam_document_fixed_path(window->document);
    lam_window_leave_outline(window);
    if (window->wanted_regions || g_strcmp0(window->regions_of, path) != 0) {
        g_ptr_array_unref(window->regions);
        window->regions =
            window->wanted_regions ? g_steal_pointer(&window->wanted_regions) : specs_new();
    }
    g_free(window->regions_of);
    window->regions_of = g_strdup(path);
    lam_regions_page_set_notices(window->regions_page, NULL, 1);
    show(window);
    lam_window_regions_labels(window);
    lam_window_set_action_enabled(window, "add-region", true);
    lam_window_set_action_enabled(window, "outline-region", true);
    lam_window_set_action_enabled(window, "add-region-mask", true);
    lam_window_set_action_enabled(window, "open-regions", true);
}

void lam_window_regions_follow(LamWindow *window)
{
    if (window->regions->len > 0 && gtk_widget_get_mapped(GTK_WIDGET(window->regions_page)))
        show(window);
}

/* Of the numbers in the map: R, G, B and whether the outline is drawn. */
static GBytes *palette_of(LamWindow *window, const LamLabels *labels)
{
    gsize size = 4 * ((gsize)labels->count + 1);
    guint8 *colours = g_malloc0(size);
    for (int i = 0; i < labels->count; i++) {
        guint8 *to = colours + 4 * (i + 1);
        if (labels->label[i] > (int)window->regions->len)
            continue; /* removed since */
        const LamRegionSpec *spec = window->regions->pdata[labels->label[i] - 1];
        to[0] = spec->settings->colour >> 16 & 255;
        to[1] = spec->settings->colour >> 8 & 255;
        to[2] = spec->settings->colour & 255;
        to[3] = spec->hidden ? 0 : 255;
    }
    return g_bytes_new_take(colours, size);
}

void lam_window_regions_arrived(LamWindow *window, const LamRegionResult *result)
{
    g_autoptr(GBytes) colours = result->labels ? palette_of(window, result->labels) : NULL;
    lam_scene_set_labels(lam_canvas_scene(window->canvas), LAM_LABELS_OF_REGIONS, result->texels,
                         colours);
    lam_regions_page_set_notices(window->regions_page, result->warnings,
                                 result->snapshot->statistics.min_jacobian);
}

static void change_outlines(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    lam_canvas_scene(window->canvas)->region_outlines = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

static void page_mapped(GtkWidget *page, LamWindow *window)
{
    show(window);
}

void lam_window_add_regions(LamWindow *window)
{
    const GActionEntry outlines[] = {
        {.name = "region-outlines", .state = "true", .change_state = change_outlines}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), outlines, 1, window);
    window->regions = specs_new();
    window->regions_page = g_object_new(LAM_TYPE_REGIONS_PAGE, NULL);
    g_signal_connect_object(window->regions_page, "edited", G_CALLBACK(edited), window, 0);
    g_signal_connect_object(window->regions_page, "removed", G_CALLBACK(removed), window, 0);
    g_signal_connect_object(window->regions_page, "map", G_CALLBACK(page_mapped), window,
                            G_CONNECT_AFTER);
    lam_window_add_region_sources(window);
    lam_panel_add(window->panel, "regions", _("Regions"), GTK_WIDGET(window->regions_page));
    lam_window_regions_labels(window);
}

void lam_window_dispose_regions(LamWindow *window)
{
    g_clear_pointer(&window->regions, g_ptr_array_unref);
    g_clear_pointer(&window->wanted_regions, g_ptr_array_unref);
    g_clear_pointer(&window->regions_of, g_free);
}
