/* Regions that are outlined on slices: a new one, or more slices of one that there is. */
#include "window-private.h"

#include <glib/gi18n.h>

static const char *const keys[] = {"outline-close", "outline-back", "outline-corner",
                                   "outline-leave"};

static void enable_keys(LamWindow *window, bool on)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        lam_window_set_action_enabled(window, keys[i], on);
}

static void begin(LamWindow *window, int region)
{
    window->outlined_region = region;
    lam_canvas_set_outlining(window->canvas, true);
    enable_keys(window, true);
    gtk_widget_grab_focus(GTK_WIDGET(window->canvas));
    lam_readout_set_message(window->readout,
                            _("Click corners or draw around; Enter closes, Escape ends"));
}

void lam_window_leave_outline(LamWindow *window)
{
    if (!lam_canvas_is_outlining(window->canvas))
        return;
    lam_canvas_set_outlining(window->canvas, false);
    enable_keys(window, false);
    lam_readout_set_message(window->readout, NULL);
    lam_regions_page_outline(window->regions_page, -1);
}

/* A button of the page was pressed or released. */
static void outline_chosen(LamRegionsPage *page, int index, LamWindow *window)
{
    if (index >= 0)
        begin(window, index);
    else
        lam_window_leave_outline(window);
}

static void refuse(LamWindow *window, const char *wrong)
{
    g_autofree char *text = g_strdup_printf(_("The outline was not added: %s"), _(wrong));
    lam_readout_set_message(window->readout, text);
}

static void add_region(LamWindow *window, const LamVec3 *corners, int n)
{
    LamRegionSpec *spec = lam_region_spec_new(_("Outlined"), 0);
    spec->thickness_mm = LAM_REGION_THICKNESS_MM;
    const char *wrong = lam_region_spec_add_outline(spec, corners, n);
    if (wrong) {
        lam_region_spec_free(spec);
        refuse(window, wrong);
        return;
    }
    lam_window_add_region(window, spec);
    lam_regions_page_outline(window->regions_page, (int)window->regions->len - 1);
}

static void outlined(LamCanvas *canvas, const LamVec3 *corners, int n, LamWindow *window)
{
    int index = window->outlined_region;
    if (index < 0) {
        add_region(window, corners, n);
        return;
    }
    if (index >= (int)window->regions->len)
        return;
    GPtrArray *specs = lam_regions_page_specs(window->regions_page);
    const char *wrong = lam_region_spec_add_outline(specs->pdata[index], corners, n);
    if (!wrong) {
        lam_window_set_regions(window, specs, false);
        return;
    }
    g_ptr_array_unref(specs);
    refuse(window, wrong);
}

static void astray(LamCanvas *canvas, LamWindow *window)
{
    lam_readout_set_message(window->readout,
                            _("This outline lies on another slice: close it there, or take its "
                              "corners back with Backspace"));
}

/* ---- what menus and keys do ---- */

static void outline_new(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    lam_regions_page_outline(window->regions_page, -1);
    begin(window, -1);
}

static void close_outline(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_outline_close(((LamWindow *)user)->canvas);
}

static void back(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_outline_back(((LamWindow *)user)->canvas);
}

static void add_corner(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_outline_at_crosshair(((LamWindow *)user)->canvas);
}

static void leave(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_window_leave_outline(user);
}

void lam_window_add_outlines(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "outline-region", .activate = outline_new},
        {.name = "outline-close", .activate = close_outline},
        {.name = "outline-back", .activate = back},
        {.name = "outline-corner", .activate = add_corner},
        {.name = "outline-leave", .activate = leave},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    lam_window_set_action_enabled(window, "outline-region", false);
    enable_keys(window, false);
    window->outlined_region = -1;
    g_signal_connect_object(window->regions_page, "outline", G_CALLBACK(outline_chosen), window, 0);
    g_signal_connect_object(window->canvas, "outlined", G_CALLBACK(outlined), window, 0);
    g_signal_connect_object(window->canvas, "outline-astray", G_CALLBACK(astray), window, 0);
}
