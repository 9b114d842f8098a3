/* Every way to a region: labels, shapes, a brush, files. */
#include "region-row.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/bids.h>
#include <lambdascope/sampler.h>

#define RADIUS_MM 15.0
#define AROUND    0.15 /* of the intensity at the crosshair */

/* ---- labels, shapes, a brush ---- */

void lam_window_add_region(LamWindow *window, LamRegionSpec *spec)
{
    GPtrArray *specs = lam_regions_page_specs(window->regions_page);
    spec->settings->colour = lam_region_colour((int)specs->len);
    g_ptr_array_add(specs, spec);
    lam_window_set_regions(window, specs, false);
}

static void labels_chosen(LamRegionsPage *page, const char *name, GArray *labels, LamWindow *window)
{
    LamRegionSpec *spec = lam_region_spec_new(name, 0);
    spec->source = LAM_REGION_OF_LABELS;
    spec->labels = g_array_copy(labels);
    lam_window_add_region(window, spec);
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
        lam_window_set_regions(window, specs, true);
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
    lam_window_add_region(window, spec);
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
        lam_window_set_regions(window, specs, false);
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
    g_autofree char *stem = lam_scan_stem(path);
    LamRegionSpec *spec = lam_region_spec_new(stem, 0);
    spec->source = LAM_REGION_OF_FILE;
    spec->path = g_strdup(path);
    lam_window_add_region(window, spec);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    bool mask = g_object_get_data(G_OBJECT(dialog), "mask") != NULL;
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, window->document ? response : GTK_RESPONSE_CANCEL,
                               _("The regions could not be opened"));
    if (path && mask)
        add_mask(window, path);
    else if (path)
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

void lam_window_add_region_sources(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "add-region", .parameter_type = "s", .activate = add_at_crosshair},
        {.name = "add-region-mask", .activate = choose_mask},
        {.name = "open-regions", .activate = choose_regions},
        {.name = "save-regions", .activate = save_regions},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        lam_window_set_action_enabled(window, entries[i].name, false);
    window->painted_region = -1;
    lam_window_add_outlines(window);
    g_signal_connect_object(window->regions_page, "brush", G_CALLBACK(brush_chosen), window, 0);
    g_signal_connect_object(window->canvas, "painted", G_CALLBACK(painted), window, 0);
    g_signal_connect_object(window->regions_page, "labels-chosen", G_CALLBACK(labels_chosen),
                            window, 0);
}
