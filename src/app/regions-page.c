#include "regions-page.h"

#include "region-row.h"

#include <glib/gi18n.h>

struct _LamRegionsPage {
    GtkWidget parent;
    GtkWidget *box, *hint, *labels_button;
    GtkBox *list;
    GtkLabel *notices;
    LamLabelChooser *chooser;
    GPtrArray *rows; /* LamRegionRow, borrowed from the list */
};

G_DEFINE_FINAL_TYPE(LamRegionsPage, lam_regions_page, GTK_TYPE_WIDGET)

/* ---- rows ---- */

static void row_edited(LamRegionRow *row, gboolean steady, LamRegionsPage *page)
{
    g_signal_emit_by_name(page, "edited", steady);
}

static void row_removed(LamRegionRow *row, LamRegionsPage *page)
{
    guint index;
    if (g_ptr_array_find(page->rows, row, &index))
        g_signal_emit_by_name(page, "removed", (int)index);
}

/* All buttons that draw are released but one of `row`, which may be NULL. */
static void release_others(LamRegionsPage *page, LamRegionRow *row)
{
    for (guint i = 0; i < page->rows->len; i++)
        if (page->rows->pdata[i] != row) {
            lam_region_row_paint(page->rows->pdata[i], false);
            lam_region_row_outline(page->rows->pdata[i], false);
        }
}

static void row_brush(LamRegionRow *row, double radius_mm, LamRegionsPage *page)
{
    guint index = 0;
    if (radius_mm > 0)
        release_others(page, row);
    bool found = g_ptr_array_find(page->rows, row, &index);
    g_signal_emit_by_name(page, "brush", radius_mm > 0 && found ? (int)index : -1, radius_mm);
}

static void row_outline(LamRegionRow *row, gboolean on, LamRegionsPage *page)
{
    guint index = 0;
    if (on)
        release_others(page, row);
    bool found = g_ptr_array_find(page->rows, row, &index);
    g_signal_emit_by_name(page, "outline", on && found ? (int)index : -1);
}

static void add_row(LamRegionsPage *page)
{
    LamRegionRow *row = lam_region_row_new();
    g_signal_connect(row, "edited", G_CALLBACK(row_edited), page);
    g_signal_connect(row, "removed", G_CALLBACK(row_removed), page);
    g_signal_connect(row, "brush", G_CALLBACK(row_brush), page);
    g_signal_connect(row, "outline", G_CALLBACK(row_outline), page);
    gtk_box_append(page->list, GTK_WIDGET(row));
    g_ptr_array_add(page->rows, row);
}

static void drop_row(LamRegionsPage *page)
{
    release_others(page, NULL); /* rows go on with other regions */
    GtkWidget *row = g_ptr_array_steal_index(page->rows, page->rows->len - 1);
    gtk_box_remove(page->list, row);
}

void lam_regions_page_set_curves(LamRegionsPage *page, const LamCurve *curve, const int *domain,
                                 int n)
{
    bool known = curve && n == (int)page->rows->len;
    for (guint i = 0; i < page->rows->len; i++) {
        bool own = known && domain[i] >= 0;
        lam_region_row_set_curve(page->rows->pdata[i], own ? lam_curve_copy(curve) : NULL,
                                 own ? domain[i] : 0);
    }
}

void lam_regions_page_show(LamRegionsPage *page, const GPtrArray *specs, double rest)
{
    if (page->rows->len != specs->len)
        lam_regions_page_set_curves(page, NULL, NULL, 0);
    while (page->rows->len < specs->len)
        add_row(page);
    while (page->rows->len > specs->len)
        drop_row(page);
    for (guint i = 0; i < specs->len; i++)
        lam_region_row_show(page->rows->pdata[i], specs->pdata[i], rest);
    gtk_widget_set_visible(page->hint, specs->len == 0);
}

GPtrArray *lam_regions_page_specs(LamRegionsPage *page)
{
    GPtrArray *specs = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    for (guint i = 0; i < page->rows->len; i++)
        g_ptr_array_add(specs, lam_region_spec_copy(lam_region_row_spec(page->rows->pdata[i])));
    return specs;
}

/* ---- labels and notices ---- */

static void labels_chosen(LamLabelChooser *chooser, const char *name, GArray *labels,
                          LamRegionsPage *page)
{
    g_signal_emit_by_name(page, "labels-chosen", name, labels);
}

void lam_regions_page_set_labels(LamRegionsPage *page, const int *labels, int n,
                                 LamLabelNamer namer, gpointer user)
{
    lam_label_chooser_set_labels(page->chooser, labels, n, namer, user);
    gtk_widget_set_sensitive(page->labels_button, n > 0);
    gtk_widget_set_tooltip_text(
        page->labels_button,
        n > 0
            ? _("Structures of the fixed scan’s label map")
            : _("The fixed scan has no label map (Open → Fixed Labels, or Estimate Fixed Labels)"));
}

void lam_regions_page_paint(LamRegionsPage *page, int index)
{
    if (index >= 0 && index < (int)page->rows->len)
        lam_region_row_paint(page->rows->pdata[index], true);
}

void lam_regions_page_outline(LamRegionsPage *page, int index)
{
    if (index < 0)
        release_others(page, NULL);
    else if (index < (int)page->rows->len)
        lam_region_row_outline(page->rows->pdata[index], true);
}

void lam_regions_page_set_notices(LamRegionsPage *page, char **sentences, double least_jacobian)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; sentences && sentences[i]; i++)
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", sentences[i]);
    if (page->rows->len > 0 && !(least_jacobian > 0))
        g_string_append_printf(
            text,
            _("%sThe deformation folds: the least |J| is %.2f. Wider borders, or "
              "λs nearer to one another, prevent it at the seams."),
            text->len > 0 ? "\n" : "", least_jacobian);
    gtk_label_set_label(page->notices, text->str);
    gtk_widget_set_visible(GTK_WIDGET(page->notices), text->len > 0);
}

/* ---- the widget ---- */

static void lam_regions_page_dispose(GObject *object)
{
    g_clear_pointer(&LAM_REGIONS_PAGE(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_regions_page_parent_class)->dispose(object);
}

static void lam_regions_page_finalize(GObject *object)
{
    g_ptr_array_unref(LAM_REGIONS_PAGE(object)->rows);
    G_OBJECT_CLASS(lam_regions_page_parent_class)->finalize(object);
}

static void add_signals(void)
{
    g_signal_new("edited", LAM_TYPE_REGIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    g_signal_new("removed", LAM_TYPE_REGIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 1, G_TYPE_INT);
    g_signal_new("brush", LAM_TYPE_REGIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_DOUBLE);
    g_signal_new("outline", LAM_TYPE_REGIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 1, G_TYPE_INT);
    g_signal_new("labels-chosen", LAM_TYPE_REGIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_POINTER);
}

static void lam_regions_page_class_init(LamRegionsPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_regions_page_dispose;
    G_OBJECT_CLASS(klass)->finalize = lam_regions_page_finalize;
    add_signals();
    g_type_ensure(LAM_TYPE_LABEL_CHOOSER);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/regions-page.ui");
    gtk_widget_class_bind_template_child(widget_class, LamRegionsPage, box);
    gtk_widget_class_bind_template_child(widget_class, LamRegionsPage, hint);
    gtk_widget_class_bind_template_child(widget_class, LamRegionsPage, labels_button);
    gtk_widget_class_bind_template_child(widget_class, LamRegionsPage, list);
    gtk_widget_class_bind_template_child(widget_class, LamRegionsPage, notices);
    gtk_widget_class_bind_template_child(widget_class, LamRegionsPage, chooser);
    gtk_widget_class_bind_template_callback(widget_class, labels_chosen);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "regions");
}

static void lam_regions_page_init(LamRegionsPage *page)
{
    page->rows = g_ptr_array_new();
    gtk_widget_init_template(GTK_WIDGET(page));
}
