/* Dropping files on the pictures: zones say what they are to be. A session is opened wherever it is dropped. */
#include "window-private.h"

typedef enum { ZONE_FIXED, ZONE_MOVING, ZONE_FIXED_LABELS, ZONE_MOVING_LABELS, ZONES } Zone;

static bool is_in_lower_row(LamWindow *window, double y)
{
    graphene_rect_t row;
    return gtk_widget_get_mapped(window->drop_fixed_labels) &&
           gtk_widget_compute_bounds(window->drop_fixed_labels, window->overlay, &row) &&
           y >= row.origin.y;
}

static Zone zone_at(LamWindow *window, double x, double y)
{
    bool on_left = x < gtk_widget_get_width(window->overlay) / 2.0;
    if (is_in_lower_row(window, y))
        return on_left ? ZONE_FIXED_LABELS : ZONE_MOVING_LABELS;
    return on_left ? ZONE_FIXED : ZONE_MOVING;
}

static Zone partner_of(Zone zone)
{
    return (Zone)(zone ^ 1);
}

static void show_zones(LamWindow *window, Zone zone)
{
    GtkWidget *const zones[ZONES] = {window->drop_fixed, window->drop_moving,
                                     window->drop_fixed_labels, window->drop_moving_labels};
    gtk_widget_set_visible(window->drop_zones, zone < ZONES);
    for (int i = 0; i < ZONES; i++) {
        if ((int)zone == i)
            gtk_widget_add_css_class(zones[i], "chosen");
        else
            gtk_widget_remove_css_class(zones[i], "chosen");
        gtk_widget_set_visible(zones[i], i < ZONE_FIXED_LABELS || window->document);
    }
}

static GdkDragAction moved(GtkDropTarget *target, double x, double y, LamWindow *window)
{
    show_zones(window, zone_at(window, x, y));
    return GDK_ACTION_COPY;
}

static void left(GtkDropTarget *target, LamWindow *window)
{
    show_zones(window, ZONES);
}

/* paths: of fixed and moving; either may be NULL. */
static void take(LamWindow *window, bool labels, char *const paths[2])
{
    if (!labels) {
        lam_window_take_scans(window, paths[0], paths[1]);
        return;
    }
    for (int side = 0; side < LAM_SIDES; side++)
        if (paths[side])
            lam_window_read_labels(window, (LamSide)side, paths[side]);
}

/* The zone says what the first file is to be; a second one takes the other part. */
static gboolean dropped(GtkDropTarget *target, const GValue *value, double x, double y,
                        LamWindow *window)
{
    Zone zone = zone_at(window, x, y);
    GSList *files = g_value_get_boxed(value);
    show_zones(window, ZONES);
    g_autofree char *first = files ? g_file_get_path(files->data) : NULL;
    g_autofree char *second = files && files->next ? g_file_get_path(files->next->data) : NULL;
    if (!first || (files->next && !second))
        return FALSE; /* not on this computer */
    if (g_str_has_suffix(first, LAM_WORKSPACE_ENDING)) {
        lam_window_open_session(window, first);
        return TRUE;
    }
    char *paths[2];
    paths[zone % 2] = first;
    paths[partner_of(zone) % 2] = second;
    take(window, zone >= ZONE_FIXED_LABELS, paths);
    return TRUE;
}

void lam_window_add_drop_target(LamWindow *window)
{
    GtkDropTarget *target = gtk_drop_target_new(GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
    g_signal_connect(target, "enter", G_CALLBACK(moved), window);
    g_signal_connect(target, "motion", G_CALLBACK(moved), window);
    g_signal_connect(target, "leave", G_CALLBACK(left), window);
    g_signal_connect(target, "drop", G_CALLBACK(dropped), window);
    gtk_widget_add_controller(window->overlay, GTK_EVENT_CONTROLLER(target));
}
