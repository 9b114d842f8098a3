#include "location-page.h"

#include <glib/gi18n.h>
#include <math.h>

typedef enum { WORLD, VOXEL, VALUE, LABEL, PLACE_ROWS } PlaceRow;
typedef enum { LENGTH, VECTOR, JACOBIAN, FIELD_ROWS } FieldRow;

struct _LamLocationPage {
    GtkWidget parent;
    GtkWidget *grid;
    GtkLabel *places[2][PLACE_ROWS]; /* of the fixed and the moving scan */
    GtkLabel *field[FIELD_ROWS];
};

G_DEFINE_FINAL_TYPE(LamLocationPage, lam_location_page, GTK_TYPE_WIDGET)

static const struct {
    const char *caption, *tooltip;
} place_rows[PLACE_ROWS] = {
    [WORLD] = {N_("mm"), N_("Position in the scan’s own space: right, anterior, superior")},
    [VOXEL] = {N_("Voxel"), N_("The nearest one: i, j, k, counted from 0")},
    [VALUE] = {N_("Value"), N_("Of that voxel, as stored")},
    [LABEL] = {N_("Label"), N_("Of that point in the label map")},
};

static const struct {
    const char *caption, *tooltip;
} field_rows[FIELD_ROWS] = {
    [LENGTH] = {N_("Moved"), N_("Length of the displacement, beyond the affine alignment")},
    [VECTOR] = {N_("Vector"),
                N_("From here to where the tissue comes from: right, anterior, superior, "
                   "in mm")},
    [JACOBIAN] = {N_("Volume ×"), N_("Local volume change |J|: 1 is none, 0 or less a fold")},
};

/* ---- texts ---- */

static const char *minus(double value, double unit)
{
    return value <= -unit / 2 ? "−" : "";
}

static char *vector_text(LamVec3 v)
{
    return g_strdup_printf("%s%.1f %s%.1f %s%.1f", minus(v.v[0], 0.1), fabs(v.v[0]),
                           minus(v.v[1], 0.1), fabs(v.v[1]), minus(v.v[2], 0.1), fabs(v.v[2]));
}

static char *label_text(const LamPlace *place, const char *name, bool labelled)
{
    if (!labelled)
        return g_strdup("–");
    if (place->label == 0)
        return g_strdup(_("none"));
    return name ? g_strdup_printf("%d %s", place->label, name)
                : g_strdup_printf("%d", place->label);
}

static char *place_text(const LamPlace *place, PlaceRow row)
{
    if (row == WORLD)
        return vector_text(place->world_mm);
    if (!place->inside)
        return row == VOXEL ? g_strdup(_("outside")) : g_strdup("–");
    return row == VOXEL
               ? g_strdup_printf("%d  %d  %d", place->voxel[0], place->voxel[1], place->voxel[2])
               : g_strdup_printf("%.6g", place->value);
}

static char *field_text(const LamLocation *at, FieldRow row)
{
    if (!at->has_field)
        return g_strdup("–");
    if (row == LENGTH)
        return g_strdup_printf(_("%.2f mm"), sqrt(lam_vec3_dot(at->d_mm, at->d_mm)));
    return row == VECTOR ? vector_text(at->d_mm)
                         : g_strdup_printf("%s%.3f", minus(at->jacobian, 1e-3), fabs(at->jacobian));
}

/* ---- the page ---- */

static void show_place(LamLocationPage *page, int side, const LamPlace *place, const char *name,
                       bool labelled)
{
    for (int row = 0; row < PLACE_ROWS; row++) {
        g_autofree char *text =
            row == LABEL ? label_text(place, name, labelled) : place_text(place, (PlaceRow)row);
        gtk_label_set_label(page->places[side][row], text);
        if (row == LABEL)
            gtk_widget_set_tooltip_text(GTK_WIDGET(page->places[side][row]), text);
    }
}

void lam_location_page_show(LamLocationPage *page, const LamLocation *location)
{
    gtk_widget_set_visible(page->grid, location != NULL);
    if (!location)
        return;
    show_place(page, 0, &location->fixed, location->fixed_name, location->labelled[0]);
    show_place(page, 1, &location->moving, location->moving_name, location->labelled[1]);
    for (int row = 0; row < FIELD_ROWS; row++) {
        g_autofree char *text = field_text(location, (FieldRow)row);
        gtk_label_set_label(page->field[row], text);
    }
}

static GtkLabel *attach(LamLocationPage *page, const char *text, const char *style, int column,
                        int row, int width)
{
    GtkLabel *label = GTK_LABEL(gtk_label_new(text));
    gtk_label_set_xalign(label, 0);
    gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_END);
    gtk_widget_set_hexpand(GTK_WIDGET(label), column > 0);
    gtk_widget_add_css_class(GTK_WIDGET(label), style);
    gtk_grid_attach(GTK_GRID(page->grid), GTK_WIDGET(label), column, row, width, 1);
    return label;
}

/* Names of structures are long, and so are places far from the origin. */
static void wrap(GtkLabel *label)
{
    gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_NONE);
    gtk_label_set_wrap(label, TRUE);
    gtk_label_set_wrap_mode(label, PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars(label, 14);
    gtk_widget_set_valign(GTK_WIDGET(label), GTK_ALIGN_START);
}

static void add_caption(LamLocationPage *page, const char *caption, const char *tooltip, int row)
{
    GtkLabel *label = attach(page, caption, "quiet", 0, row, 1);
    gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_NONE);
    gtk_widget_set_tooltip_text(GTK_WIDGET(label), tooltip);
}

static void add_rows(LamLocationPage *page)
{
    attach(page, _("Fixed"), "heading", 1, 0, 1);
    GtkLabel *moving = attach(page, _("Moving"), "heading", 2, 0, 1);
    gtk_widget_set_tooltip_text(GTK_WIDGET(moving),
                                _("Where the tissue under the crosshair comes from"));
    for (int row = 0; row < PLACE_ROWS; row++) {
        add_caption(page, _(place_rows[row].caption), _(place_rows[row].tooltip), row + 1);
        for (int side = 0; side < 2; side++)
            page->places[side][row] = attach(page, "–", "figures", side + 1, row + 1, 1);
        for (int side = 0; side < 2 && (row == LABEL || row == WORLD); side++)
            wrap(page->places[side][row]);
    }
    for (int row = 0; row < FIELD_ROWS; row++) {
        int line = PLACE_ROWS + 1 + row;
        add_caption(page, _(field_rows[row].caption), _(field_rows[row].tooltip), line);
        page->field[row] = attach(page, "–", "figures", 1, line, 2);
    }
}

static void lam_location_page_dispose(GObject *object)
{
    g_clear_pointer(&LAM_LOCATION_PAGE(object)->grid, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_location_page_parent_class)->dispose(object);
}

static void lam_location_page_class_init(LamLocationPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_location_page_dispose;
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "location");
}

static void lam_location_page_init(LamLocationPage *page)
{
    page->grid = gtk_grid_new();
    gtk_grid_set_row_spacing(GTK_GRID(page->grid), 4);
    gtk_grid_set_column_spacing(GTK_GRID(page->grid), 8);
    gtk_widget_set_valign(page->grid, GTK_ALIGN_START);
    gtk_widget_set_parent(page->grid, GTK_WIDGET(page));
    add_rows(page);
    gtk_widget_set_visible(page->grid, FALSE);
}
