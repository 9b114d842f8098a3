/* What lies under the crosshair, while its page is seen. */
#include "window-private.h"

#include <glib/gi18n.h>

/* The displacement and |J| that the picture shows. */
static void find_field(const LamScene *scene, LamLocation *at)
{
    double values[4];
    at->has_field = scene->field && lam_texels_sample(scene->field, scene->cursor_mm, values);
    for (int i = 0; i < 3 && at->has_field; i++)
        at->d_mm.v[i] = values[i];
    at->jacobian = at->has_field ? values[3] : 1;
}

static LamLocation find(LamWindow *window)
{
    const LamScene *scene = lam_canvas_scene(window->canvas);
    const LamDocument *document = window->document;
    LamLabels *labels[LAM_SIDES] = {lam_document_labels(document, LAM_SIDE_FIXED),
                                    lam_document_labels(document, LAM_SIDE_MOVING)};
    LamLocation at = {.labelled = {labels[0] != NULL, labels[1] != NULL}};
    LamVec3 y = scene->cursor_mm;
    find_field(scene, &at);
    for (int i = 0; i < 3; i++)
        y.v[i] += at.d_mm.v[i];
    at.fixed = lam_place_at(lam_document_fixed_volume(document), labels[0], scene->cursor_mm);
    at.moving = lam_place_at(lam_document_moving_volume(document), labels[1],
                             lam_mat4_apply(&scene->affine, y));
    at.fixed_name = lam_window_label_name(at.fixed.label, window);
    at.moving_name = lam_window_label_name(at.moving.label, window);
    return at;
}

static void show(LamWindow *window)
{
    if (!gtk_widget_get_mapped(GTK_WIDGET(window->location)))
        return;
    if (!window->document) {
        lam_location_page_show(window->location, NULL);
        return;
    }
    LamLocation at = find(window);
    lam_location_page_show(window->location, &at);
}

static void page_mapped(GtkWidget *page, LamWindow *window)
{
    show(window);
}

static void canvas_changed(LamCanvas *canvas, LamWindow *window)
{
    show(window);
}

void lam_window_add_location(LamWindow *window)
{
    window->location = g_object_new(LAM_TYPE_LOCATION_PAGE, NULL);
    g_signal_connect_object(window->location, "map", G_CALLBACK(page_mapped), window,
                            G_CONNECT_AFTER);
    g_signal_connect_object(window->canvas, "changed", G_CALLBACK(canvas_changed), window,
                            G_CONNECT_AFTER);
    lam_panel_add(window->panel, "location", _("Location"), GTK_WIDGET(window->location));
}
