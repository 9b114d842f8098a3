#include "label-chooser.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LamLabelChooser {
    GtkPopover parent;
    GtkSearchEntry *search;
    GtkListBox *list;
    GtkWidget *add;
};

G_DEFINE_FINAL_TYPE(LamLabelChooser, lam_label_chooser, GTK_TYPE_POPOVER)

static int label_of(gpointer row)
{
    return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(row), "label"));
}

static const char *name_of(gpointer row)
{
    return gtk_label_get_label(GTK_LABEL(gtk_list_box_row_get_child(row)));
}

static GtkWidget *row_new(int label, const char *name)
{
    GtkWidget *row = gtk_list_box_row_new();
    g_autofree char *number = g_strdup_printf("%d", label);
    GtkWidget *text = gtk_label_new(name ? name : number);
    gtk_label_set_xalign(GTK_LABEL(text), 0);
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), text);
    g_object_set_data(G_OBJECT(row), "label", GINT_TO_POINTER(label));
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   name ? name : number, -1);
    return row;
}

void lam_label_chooser_set_labels(LamLabelChooser *chooser, const int *labels, int n,
                                  LamLabelNamer namer, gpointer user)
{
    GtkWidget *row;
    while ((row = gtk_widget_get_first_child(GTK_WIDGET(chooser->list))))
        gtk_list_box_remove(chooser->list, row);
    for (int i = 0; i < n; i++)
        gtk_list_box_append(chooser->list, row_new(labels[i], namer(labels[i], user)));
}

static gboolean is_wanted(GtkListBoxRow *row, gpointer user)
{
    LamLabelChooser *chooser = user;
    g_autofree char *name = g_utf8_casefold(name_of(row), -1);
    g_autofree char *text =
        g_utf8_casefold(gtk_editable_get_text(GTK_EDITABLE(chooser->search)), -1);
    return strstr(name, text) != NULL;
}

static void search_changed(GtkSearchEntry *search, LamLabelChooser *chooser)
{
    gtk_list_box_invalidate_filter(chooser->list);
}

/* Escape: the entry takes it before the popover does. */
static void search_stopped(GtkSearchEntry *search, LamLabelChooser *chooser)
{
    gtk_popover_popdown(GTK_POPOVER(chooser));
}

static void selection_changed(GtkListBox *list, LamLabelChooser *chooser)
{
    g_autoptr(GList) rows = gtk_list_box_get_selected_rows(list);
    gtk_widget_set_sensitive(chooser->add, rows != NULL);
}

/* "Ventricle left", or "Ventricle left + 2". */
static void add_clicked(GtkButton *button, LamLabelChooser *chooser)
{
    g_autoptr(GList) rows = gtk_list_box_get_selected_rows(chooser->list);
    g_autoptr(GArray) labels = g_array_new(FALSE, FALSE, sizeof(int));
    if (!rows)
        return;
    for (GList *at = rows; at; at = at->next) {
        int label = label_of(at->data);
        g_array_append_val(labels, label);
    }
    g_autofree char *name = labels->len > 1
                                ? g_strdup_printf("%s + %u", name_of(rows->data), labels->len - 1)
                                : g_strdup(name_of(rows->data));
    gtk_popover_popdown(GTK_POPOVER(chooser));
    gtk_list_box_unselect_all(chooser->list);
    g_signal_emit_by_name(chooser, "chosen", name, labels);
}

static void lam_label_chooser_class_init(LamLabelChooserClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    g_signal_new("chosen", LAM_TYPE_LABEL_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_POINTER);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/label-chooser.ui");
    gtk_widget_class_bind_template_child(widget_class, LamLabelChooser, search);
    gtk_widget_class_bind_template_child(widget_class, LamLabelChooser, list);
    gtk_widget_class_bind_template_child(widget_class, LamLabelChooser, add);
    gtk_widget_class_bind_template_callback(widget_class, search_changed);
    gtk_widget_class_bind_template_callback(widget_class, search_stopped);
    gtk_widget_class_bind_template_callback(widget_class, selection_changed);
    gtk_widget_class_bind_template_callback(widget_class, add_clicked);
}

static void lam_label_chooser_init(LamLabelChooser *chooser)
{
    gtk_widget_init_template(GTK_WIDGET(chooser));
    gtk_list_box_set_filter_func(chooser->list, is_wanted, chooser, NULL);
}
