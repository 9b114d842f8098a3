#include "histogram-page.h"

#include <glib/gi18n.h>

#define FARTHEST 1e9

/* A scan's part of the page. */
typedef struct {
    LamHistogramView *view;
    GtkSpinButton *low, *high;
} Part;

struct _LamHistogramPage {
    GtkWidget parent;
    GtkWidget *box;
    Part parts[2];
    bool updating;
};

enum { LEVELS, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamHistogramPage, lam_histogram_page, GTK_TYPE_WIDGET)

static int which_of(LamHistogramPage *page, gpointer widget)
{
    const Part *second = &page->parts[1];
    return widget == second->view || widget == second->low || widget == second->high;
}

static void set_spins(LamHistogramPage *page, int which, LamLevels levels)
{
    page->updating = true;
    gtk_spin_button_set_value(page->parts[which].low, levels.low);
    gtk_spin_button_set_value(page->parts[which].high, levels.high);
    page->updating = false;
}

static void dragged(LamHistogramView *view, double low, double high, LamHistogramPage *page)
{
    int which = which_of(page, view);
    set_spins(page, which, (LamLevels){low, high});
    g_signal_emit(page, signals[LEVELS], 0, which, low, high);
}

static void typed(GtkSpinButton *spin, LamHistogramPage *page)
{
    if (page->updating)
        return;
    int which = which_of(page, spin);
    double low = gtk_spin_button_get_value(page->parts[which].low);
    double high = gtk_spin_button_get_value(page->parts[which].high);
    if (!(low < high))
        return; /* half way to another window */
    lam_histogram_view_set_levels(page->parts[which].view, (LamLevels){low, high});
    g_signal_emit(page, signals[LEVELS], 0, which, low, high);
}

void lam_histogram_page_show(LamHistogramPage *page, int which, LamHistogram *histogram)
{
    double step = histogram ? (histogram->highest - histogram->lowest) / 200 : 1;
    int digits = step < 0.01 ? 4 : step < 1 ? 2 : 0;
    GtkSpinButton *spins[] = {page->parts[which].low, page->parts[which].high};
    page->updating = true;
    for (int i = 0; i < 2; i++) {
        gtk_spin_button_set_increments(spins[i], step, 10 * step);
        gtk_spin_button_set_digits(spins[i], (guint)digits);
    }
    page->updating = false;
    lam_histogram_view_show(page->parts[which].view, histogram);
}

void lam_histogram_page_set_levels(LamHistogramPage *page, const LamLevels levels[2])
{
    for (int i = 0; i < 2; i++) {
        lam_histogram_view_set_levels(page->parts[i].view, levels[i]);
        set_spins(page, i, levels[i]);
    }
}

/* ---- the page ---- */

static GtkSpinButton *add_spin(LamHistogramPage *page, GtkWidget *row, const char *caption,
                               const char *spoken)
{
    GtkWidget *label = gtk_label_new(caption);
    GtkWidget *spin = gtk_spin_button_new_with_range(-FARTHEST, FARTHEST, 1);
    gtk_widget_add_css_class(label, "quiet");
    gtk_editable_set_width_chars(GTK_EDITABLE(spin), 6);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(spin), 6);
    gtk_accessible_update_property(GTK_ACCESSIBLE(spin), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    g_signal_connect(spin, "value-changed", G_CALLBACK(typed), page);
    gtk_box_append(GTK_BOX(row), label);
    gtk_box_append(GTK_BOX(row), spin);
    return GTK_SPIN_BUTTON(spin);
}

static void add_part(LamHistogramPage *page, int which)
{
    static const struct {
        const char *title, *low, *high, *spoken;
    } texts[2] = {{N_("Fixed"), N_("Fixed: shown as black"), N_("Fixed: shown as white"),
                   N_("Histogram of the fixed scan")},
                  {N_("Warped"), N_("Moving: shown as black"), N_("Moving: shown as white"),
                   N_("Histogram of the warped scan")}};
    GtkWidget *title = gtk_label_new(_(texts[which].title));
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    Part *part = &page->parts[which];
    part->view = g_object_new(LAM_TYPE_HISTOGRAM_VIEW, NULL);
    gtk_label_set_xalign(GTK_LABEL(title), 0);
    gtk_widget_add_css_class(title, "heading");
    gtk_accessible_update_property(GTK_ACCESSIBLE(part->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _(texts[which].spoken), -1);
    g_signal_connect(part->view, "levels", G_CALLBACK(dragged), page);
    part->low = add_spin(page, row, _("black"), _(texts[which].low));
    part->high = add_spin(page, row, _("white"), _(texts[which].high));
    gtk_box_append(GTK_BOX(page->box), title);
    gtk_box_append(GTK_BOX(page->box), GTK_WIDGET(part->view));
    gtk_box_append(GTK_BOX(page->box), row);
}

static void lam_histogram_page_dispose(GObject *object)
{
    g_clear_pointer(&LAM_HISTOGRAM_PAGE(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_histogram_page_parent_class)->dispose(object);
}

static void lam_histogram_page_class_init(LamHistogramPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_histogram_page_dispose;
    signals[LEVELS] =
        g_signal_new("levels", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "histograms");
}

static void lam_histogram_page_init(LamHistogramPage *page)
{
    page->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    gtk_widget_set_parent(page->box, GTK_WIDGET(page));
    for (int i = 0; i < 2; i++)
        add_part(page, i);
}
