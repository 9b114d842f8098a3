#include "readout.h"

#include <glib/gi18n.h>

#include <math.h>

struct _LamReadout {
    GtkWidget parent;
    GtkWidget *box, *figures;
    GtkLabel *folds, *similarity, *moved, *update, *message;
};

G_DEFINE_FINAL_TYPE(LamReadout, lam_readout, GTK_TYPE_WIDGET)

/* "caption figure" with the caption dimmed. */
static void set_figure(GtkLabel *label, const char *caption, const char *figure)
{
    g_autofree char *markup =
        g_markup_printf_escaped("<span alpha=\"62%%\">%s</span> %s", caption, figure);
    gtk_label_set_markup(label, markup);
}

static void set_class(GtkWidget *widget, const char *name, bool on)
{
    if (on)
        gtk_widget_add_css_class(widget, name);
    else
        gtk_widget_remove_css_class(widget, name);
}

void lam_readout_show(LamReadout *readout, const LamSnapshot *snapshot)
{
    g_autofree char *folds = g_strdup_printf("%.3f %%", snapshot->statistics.fold_percent);
    g_autofree char *update = g_strdup_printf("%.0f ms", snapshot->milliseconds);
    g_autofree char *moved =
        g_strdup_printf(_("%.1f mm on average, %.1f at most"), snapshot->statistics.mean_mm,
                        snapshot->statistics.max_mm);
    bool known = !isnan(snapshot->similarity);
    set_figure(readout->folds, _("Folds"), folds);
    set_figure(readout->moved, _("Moved"), moved);
    set_figure(readout->update, _("Update"), update);
    if (known) {
        g_autofree char *similarity = g_strdup_printf("%.3f", snapshot->similarity);
        set_figure(readout->similarity, _("Similarity"), similarity);
    }
    set_class(GTK_WIDGET(readout->similarity), "stale", !known);
    set_class(GTK_WIDGET(readout->folds), "folding", snapshot->statistics.fold_percent > 0);
    gtk_widget_set_visible(readout->figures, TRUE);
    lam_readout_set_stale(readout, false);
}

void lam_readout_set_stale(LamReadout *readout, bool stale)
{
    set_class(readout->figures, "stale", stale);
}

void lam_readout_set_message(LamReadout *readout, const char *message)
{
    gtk_label_set_label(readout->message, message ? message : "");
    gtk_widget_set_tooltip_text(GTK_WIDGET(readout->message), message); /* there is little room */
    gtk_widget_set_visible(GTK_WIDGET(readout->message), message != NULL);
}

void lam_readout_clear(LamReadout *readout)
{
    set_figure(readout->similarity, _("Similarity"), "–");
    gtk_widget_set_visible(readout->figures, FALSE);
    lam_readout_set_message(readout, NULL);
}

static void lam_readout_dispose(GObject *object)
{
    g_clear_pointer(&LAM_READOUT(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_readout_parent_class)->dispose(object);
}

static void lam_readout_class_init(LamReadoutClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_readout_dispose;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/lambdascope/Lambdascope/readout.ui");
    gtk_widget_class_bind_template_child(widget_class, LamReadout, box);
    gtk_widget_class_bind_template_child(widget_class, LamReadout, figures);
    gtk_widget_class_bind_template_child(widget_class, LamReadout, folds);
    gtk_widget_class_bind_template_child(widget_class, LamReadout, similarity);
    gtk_widget_class_bind_template_child(widget_class, LamReadout, moved);
    gtk_widget_class_bind_template_child(widget_class, LamReadout, update);
    gtk_widget_class_bind_template_child(widget_class, LamReadout, message);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "readout");
}

static void lam_readout_init(LamReadout *readout)
{
    gtk_widget_init_template(GTK_WIDGET(readout));
    lam_readout_clear(readout);
}
