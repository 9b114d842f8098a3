/* Regions with a λ of their own: every way to add one, undo, and what the worker is told of them. */
#include "region-row.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/sampler.h>

#include <string.h>

#define ONE_CHANGE_US 800000 /* changes by dragging that follow this soon are one */
#define RADIUS_MM     15.0
#define AROUND        0.15 /* of the intensity at the crosshair */

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
static void set_regions(LamWindow *window, GPtrArray *specs, bool steady)
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
    set_regions(window, lam_regions_page_specs(page), steady);
}

static void removed(LamRegionsPage *page, int index, LamWindow *window)
{
    GPtrArray *specs = lam_regions_page_specs(page);
    g_ptr_array_remove_index(specs, (guint)index);
    set_regions(window, specs, false);
}

/* ---- adding ---- */

/* Takes the spec. */
static void add(LamWindow *window, LamRegionSpec *spec)
{
    GPtrArray *specs = lam_regions_page_specs(window->regions_page);
    spec->settings->colour = lam_region_colour((int)specs->len);
    g_ptr_array_add(specs, spec);
    set_regions(window, specs, false);
}

static void labels_chosen(LamRegionsPage *page, const char *name, GArray *labels, LamWindow *window)
{
    LamRegionSpec *spec = lam_region_spec_new(name, 0);
    spec->source = LAM_REGION_OF_LABELS;
    spec->labels = g_array_copy(labels);
    add(window, spec);
}

static double fixed_intensity_at(LamWindow *window, LamVec3 world_mm)
{
    float value = 0;
    LamSampler sampler;
    if (lam_sampler_init(&sampler, lam_document_fixed_volume(window->document), LAM_NEAREST, 0,
                         NULL)) {
        lam_sampler_at(&sampler, lam_mat4_apply(&sampler.to_voxel, world_mm), &value, 1);
        lam_sampler_clear(&sampler);
    }
    return (double)value;
}

/* False if there are too many. */
static bool dab(LamRegionSpec *spec, LamVec3 centre_mm, double radius_mm)
{
    LamBall ball = {centre_mm, radius_mm};
    if (!spec->balls)
        spec->balls = g_array_new(FALSE, FALSE, sizeof(LamBall));
    if (spec->balls->len >= LAM_REGION_MAX_BALLS)
        return false;
    g_array_append_val(spec->balls, ball);
    return true;
}

static void painted(LamCanvas *canvas, const LamVec3 *point, gboolean erase, LamWindow *window)
{
    int index = window->painted_region;
    if (index < 0 || index >= (int)window->regions->len)
        return;
    GPtrArray *specs = lam_regions_page_specs(window->regions_page);
    LamRegionSpec *spec = specs->pdata[index];
    if (spec->source == LAM_REGION_OF_BALLS &&
        dab(spec, *point, erase ? -window->brush_mm : window->brush_mm)) {
        set_regions(window, specs, true);
        return;
    }
    g_ptr_array_unref(specs);
    lam_readout_set_message(window->readout, _("The region has as many dabs as it can have"));
}

static void brush_chosen(LamRegionsPage *page, int index, double radius_mm, LamWindow *window)
{
    window->painted_region = index;
    window->brush_mm = radius_mm;
    lam_canvas_set_brush(window->canvas, radius_mm);
}

static void add_at_crosshair(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const char *shape = g_variant_get_string(value, NULL);
    LamRegionSpec *spec = lam_region_spec_new("", 0);
    const char *name = _("Ellipsoid");
    spec->source = LAM_REGION_OF_ELLIPSOID;
    spec->centre_mm = lam_canvas_scene(window->canvas)->cursor_mm;
    spec->radii_mm = (LamVec3){{RADIUS_MM, RADIUS_MM, RADIUS_MM}};
    if (g_str_equal(shape, "box")) {
        spec->source = LAM_REGION_OF_BOX;
        name = _("Box");
    } else if (g_str_equal(shape, "threshold")) {
        double at = fixed_intensity_at(window, spec->centre_mm);
        spec->source = LAM_REGION_OF_THRESHOLD;
        spec->low = at - AROUND * ABS(at);
        spec->high = at + AROUND * ABS(at);
        name = _("Intensities");
    } else if (g_str_equal(shape, "painted")) {
        spec->source = LAM_REGION_OF_BALLS;
        dab(spec, spec->centre_mm, LAM_BRUSH_MM);
        name = _("Painted");
    }
    g_free(spec->settings->name);
    spec->settings->name = g_strdup(name);
    bool painted = spec->source == LAM_REGION_OF_BALLS;
    add(window, spec);
    if (painted)
        lam_regions_page_paint(window->regions_page, (int)window->regions->len - 1);
}

/* ---- files ---- */

static void load_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    GPtrArray *specs = lam_region_specs_load(data, &error);
    if (specs)
        g_task_return_pointer(task, specs, (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_return_error(task, error);
}

static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    GPtrArray *specs = g_task_propagate_pointer(G_TASK(result), &error);
    if (specs && window->worker)
        set_regions(window, specs, false);
    else if (specs)
        g_ptr_array_unref(specs); /* the window is gone */
    else
        lam_window_show_error(window, _("The regions could not be opened"), error->message);
}

static void open_file(LamWindow *window, const char *path)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, loaded, g_object_ref(window));
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, load_thread);
}

static void add_mask(LamWindow *window, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    char *dot = strchr(base, '.');
    if (dot && dot > base)
        *dot = '\0';
    LamRegionSpec *spec = lam_region_spec_new(base, 0);
    spec->source = LAM_REGION_OF_FILE;
    spec->path = g_strdup(path);
    add(window, spec);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    bool mask = g_object_get_data(G_OBJECT(dialog), "mask") != NULL;
    g_autoptr(GtkNativeDialog) keep G_GNUC_UNUSED = g_steal_pointer(&window->chooser);
    if (response != GTK_RESPONSE_ACCEPT || !window->document)
        return;
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    g_autofree char *path = file ? g_file_get_path(file) : NULL;
    if (!path)
        lam_window_show_error(window, _("The regions could not be opened"),
                              _("Only files on this computer can be opened."));
    else if (mask)
        add_mask(window, path);
    else
        open_file(window, path);
}

static void choose(LamWindow *window, const char *title, bool mask)
{
    if (window->chooser || !window->document)
        return;
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        title, GTK_WINDOW(window), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    if (mask)
        lam_window_add_scan_filters(GTK_FILE_CHOOSER(native));
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_fixed_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data(G_OBJECT(native), "mask", GINT_TO_POINTER(mask));
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

static void choose_mask(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, _("Choose the region’s mask"), true);
}

static void choose_regions(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, _("Choose a regions file"), false);
}

static void save_regions(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    lam_window_save_text(window, _("Save the regions"), "regions.json",
                         lam_region_specs_text(window->regions, NULL));
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
        set_regions(window, specs, false);
    else if (error)
        lam_window_show_error(window, _("The regions could not be opened"), error->message);
}

void lam_window_regions_opened(LamWindow *window)
{
    const char *path = lam_document_fixed_path(window->document);
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
    const GActionEntry entries[] = {
        {.name = "add-region", .parameter_type = "s", .activate = add_at_crosshair},
        {.name = "add-region-mask", .activate = choose_mask},
        {.name = "open-regions", .activate = choose_regions},
        {.name = "save-regions", .activate = save_regions},
    };
    const GActionEntry outlines[] = {
        {.name = "region-outlines", .state = "true", .change_state = change_outlines}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_action_map_add_action_entries(G_ACTION_MAP(window), outlines, 1, window);
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        lam_window_set_action_enabled(window, entries[i].name, false);
    window->painted_region = -1;
    window->regions = specs_new();
    window->regions_page = g_object_new(LAM_TYPE_REGIONS_PAGE, NULL);
    g_signal_connect_object(window->regions_page, "edited", G_CALLBACK(edited), window, 0);
    g_signal_connect_object(window->regions_page, "brush", G_CALLBACK(brush_chosen), window, 0);
    g_signal_connect_object(window->canvas, "painted", G_CALLBACK(painted), window, 0);
    g_signal_connect_object(window->regions_page, "removed", G_CALLBACK(removed), window, 0);
    g_signal_connect_object(window->regions_page, "labels-chosen", G_CALLBACK(labels_chosen),
                            window, 0);
    g_signal_connect_object(window->regions_page, "map", G_CALLBACK(page_mapped), window,
                            G_CONNECT_AFTER);
    lam_panel_add(window->panel, "regions", _("Regions"), GTK_WIDGET(window->regions_page));
    lam_window_regions_labels(window);
}

void lam_window_dispose_regions(LamWindow *window)
{
    g_clear_pointer(&window->regions, g_ptr_array_unref);
    g_clear_pointer(&window->wanted_regions, g_ptr_array_unref);
    g_clear_pointer(&window->regions_of, g_free);
}
