#include "landmarks-page.h"

#include <glib/gi18n.h>
#include <math.h>

struct _LamLandmarksPage {
    GtkWidget parent;
    GtkWidget *box, *hint, *table;
    GtkLabel *summary;
    GtkListBox *list;
    GPtrArray *errors; /* GtkLabel *, borrowed, one per row */
    GPtrArray *shown;  /* LamLandmark *: what the rows are of */
    bool updating;
};

enum { CHOSEN, RENAMED, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamLandmarksPage, lam_landmarks_page, GTK_TYPE_WIDGET)

/* ---- rows ---- */

static void name_edited(GtkEditableLabel *label, GParamSpec *pspec, LamLandmarksPage *page)
{
    if (gtk_editable_label_get_editing(label) || page->updating)
        return;
    int row = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(label), "row"));
    g_signal_emit(page, signals[RENAMED], 0, row, gtk_editable_get_text(GTK_EDITABLE(label)));
}

static GtkWidget *name_label(LamLandmarksPage *page, const LamLandmark *landmark, int row)
{
    GtkWidget *name = gtk_editable_label_new(landmark->name);
    g_autofree char *spoken = g_strdup_printf(_("Name of landmark %d"), row + 1);
    gtk_widget_set_hexpand(name, TRUE);
    gtk_editable_set_width_chars(GTK_EDITABLE(name), 8);
    g_object_set_data(G_OBJECT(name), "row", GINT_TO_POINTER(row));
    gtk_accessible_update_property(GTK_ACCESSIBLE(name), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    g_signal_connect(name, "notify::editing", G_CALLBACK(name_edited), page);
    return name;
}

static GtkWidget *row_for(LamLandmarksPage *page, const LamLandmark *landmark, int row)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 10);
    GtkWidget *error = gtk_label_new(NULL), *number = gtk_label_new(NULL);
    g_autofree char *text = g_strdup_printf("%d", row + 1);
    gtk_label_set_label(GTK_LABEL(number), text);
    gtk_label_set_width_chars(GTK_LABEL(number), 3);
    gtk_widget_add_css_class(number, "quiet");
    gtk_widget_add_css_class(error, "figures");
    gtk_box_append(GTK_BOX(box), number);
    gtk_box_append(GTK_BOX(box), name_label(page, landmark, row));
    gtk_box_append(GTK_BOX(box), error);
    g_ptr_array_add(page->errors, error);
    return box;
}

static void clear_rows(LamLandmarksPage *page)
{
    GtkListBoxRow *row;
    while ((row = gtk_list_box_get_row_at_index(page->list, 0)))
        gtk_list_box_remove(page->list, GTK_WIDGET(row));
    g_ptr_array_set_size(page->errors, 0);
}

static void show_rows(LamLandmarksPage *page)
{
    clear_rows(page);
    for (guint i = 0; i < page->shown->len; i++)
        gtk_list_box_append(page->list, row_for(page, page->shown->pdata[i], (int)i));
    gtk_widget_set_visible(page->hint, page->shown->len == 0);
    gtk_widget_set_visible(page->table, page->shown->len > 0);
}

/* Rows stay where only places have changed, so that a drag costs no layout. */
static bool same_names(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; a->len == b->len && i < a->len; i++)
        if (g_strcmp0(((LamLandmark *)a->pdata[i])->name, ((LamLandmark *)b->pdata[i])->name) != 0)
            return false;
    return a->len == b->len;
}

void lam_landmarks_page_show(LamLandmarksPage *page, const GPtrArray *landmarks, int chosen)
{
    bool same = same_names(page->shown, landmarks);
    page->updating = true;
    g_ptr_array_unref(page->shown);
    page->shown = lam_landmarks_copy(landmarks);
    if (!same)
        show_rows(page);
    GtkListBoxRow *row = chosen < 0 ? NULL : gtk_list_box_get_row_at_index(page->list, chosen);
    gtk_list_box_select_row(page->list, row);
    page->updating = false;
}

/* ---- errors ---- */

static const char *lacking(const LamLandmark *landmark)
{
    return landmark->in_fixed ? _("not in moving") : _("not in fixed");
}

void lam_landmarks_page_show_errors(LamLandmarksPage *page, const LamLandmarkErrors *errors,
                                    const double *errors_mm)
{
    for (guint i = 0; i < page->errors->len; i++) {
        g_autofree char *text = isnan(errors_mm[i]) ? g_strdup(lacking(page->shown->pdata[i]))
                                                    : g_strdup_printf("%.2f mm", errors_mm[i]);
        gtk_label_set_label(page->errors->pdata[i], text);
    }
    g_autofree char *summary =
        errors->pairs > 0
            ? g_strdup_printf(_("TRE %.2f mm, at most %.2f; by the affine %.2f"), errors->mean_mm,
                              errors->largest_mm, errors->aligned_mean_mm)
            : g_strdup(_("No pair is placed in both scans yet"));
    gtk_label_set_label(page->summary, summary);
}

/* ---- the page ---- */

static void row_selected(GtkListBox *list, GtkListBoxRow *row, LamLandmarksPage *page)
{
    if (row && !page->updating)
        g_signal_emit(page, signals[CHOSEN], 0, gtk_list_box_row_get_index(row));
}

static void lam_landmarks_page_dispose(GObject *object)
{
    LamLandmarksPage *page = LAM_LANDMARKS_PAGE(object);
    page->updating = true;
    g_clear_pointer(&page->box, gtk_widget_unparent);
    g_clear_pointer(&page->errors, g_ptr_array_unref);
    g_clear_pointer(&page->shown, g_ptr_array_unref);
    G_OBJECT_CLASS(lam_landmarks_page_parent_class)->dispose(object);
}

static void lam_landmarks_page_class_init(LamLandmarksPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_landmarks_page_dispose;
    signals[CHOSEN] = g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
    signals[RENAMED] = g_signal_new("renamed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/landmarks-page.ui");
    gtk_widget_class_bind_template_child(widget_class, LamLandmarksPage, box);
    gtk_widget_class_bind_template_child(widget_class, LamLandmarksPage, hint);
    gtk_widget_class_bind_template_child(widget_class, LamLandmarksPage, table);
    gtk_widget_class_bind_template_child(widget_class, LamLandmarksPage, summary);
    gtk_widget_class_bind_template_child(widget_class, LamLandmarksPage, list);
    gtk_widget_class_bind_template_callback(widget_class, row_selected);
    gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Delete, 0, "win.delete-landmark",
                                        NULL);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "landmarks");
}

static void lam_landmarks_page_init(LamLandmarksPage *page)
{
    page->errors = g_ptr_array_new();
    page->shown = lam_landmarks_new();
    gtk_widget_init_template(GTK_WIDGET(page));
}
