#include "models-window.h"

#include "card-text.h"

#include <glib/gi18n.h>
#include <lambdascope/model.h>

struct _LamModelsWindow {
    GtkWindow parent;
    GtkListBox *list;
    GtkTextView *card;
    GtkButton *use_button;
    GCancellable *reading;
};

enum { CHOSEN, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamModelsWindow, lam_models_window, GTK_TYPE_WINDOW)

static const char *name_of(GtkListBoxRow *row)
{
    return row ? g_object_get_data(G_OBJECT(row), "name") : NULL;
}

/* ---- the card ---- */

static void read_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    char *text = NULL;
    GError *error = NULL;
    if (g_file_get_contents(data, &text, NULL, &error))
        g_task_return_pointer(task, text, g_free);
    else
        g_task_return_error(task, error);
}

static void read_done(GObject *source, GAsyncResult *result, gpointer user)
{
    LamModelsWindow *window = LAM_MODELS_WINDOW(source);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_task_propagate_pointer(G_TASK(result), &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !window->reading)
        return; /* another is being read, or the window is gone */
    lam_card_text_show(gtk_text_view_get_buffer(window->card),
                       text ? text : _("There is no card beside this model."));
}

static void stop_reading(LamModelsWindow *window)
{
    if (window->reading)
        g_cancellable_cancel(window->reading);
    g_clear_object(&window->reading);
}

static void selected(GtkListBox *list, GtkListBoxRow *row, LamModelsWindow *window)
{
    stop_reading(window);
    gtk_widget_set_sensitive(GTK_WIDGET(window->use_button), row != NULL);
    if (!row)
        return;
    window->reading = g_cancellable_new();
    g_autoptr(GTask) task = g_task_new(window, window->reading, read_done, NULL);
    g_task_set_task_data(task, g_strdup(g_object_get_data(G_OBJECT(row), "card")), g_free);
    g_task_run_in_thread(task, read_thread);
}

/* ---- choosing ---- */

static void use(LamModelsWindow *window)
{
    g_autofree char *name = g_strdup(name_of(gtk_list_box_get_selected_row(window->list)));
    if (name)
        g_signal_emit(window, signals[CHOSEN], 0, name);
    gtk_window_destroy(GTK_WINDOW(window));
}

static void use_clicked(GtkButton *button, LamModelsWindow *window)
{
    use(window);
}

static void activated(GtkListBox *list, GtkListBoxRow *row, LamModelsWindow *window)
{
    use(window);
}

/* ---- the list ---- */

static GtkWidget *line(const char *text, const char *style)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 30);
    if (style)
        gtk_widget_add_css_class(label, style);
    return label;
}

static char *details_of(const LamModelEntry *entry)
{
    return entry->size[2] == 1
               ? g_strdup_printf(_("%s · slices %d×%d, %g mm"), entry->name, entry->size[0],
                                 entry->size[1], entry->spacing_mm)
               : g_strdup_printf(_("%s · %d×%d×%d, %g mm"), entry->name, entry->size[0],
                                 entry->size[1], entry->size[2], entry->spacing_mm);
}

static GtkListBoxRow *row_for(const LamModelEntry *entry)
{
    GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    g_autofree char *details = details_of(entry);
    g_autofree char *stem = lam_model_stem(entry->path);
    gtk_box_append(GTK_BOX(box), line(entry->title, NULL));
    gtk_box_append(GTK_BOX(box), line(details, "quiet"));
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), box);
    g_object_set_data_full(G_OBJECT(row), "name", g_strdup(entry->name), g_free);
    g_object_set_data_full(G_OBJECT(row), "card", g_strconcat(stem, ".md", NULL), g_free);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL, entry->title,
                                   -1);
    return GTK_LIST_BOX_ROW(row);
}

LamModelsWindow *lam_models_window_new(GtkWindow *parent, const GPtrArray *models,
                                       const char *current)
{
    LamModelsWindow *window = g_object_new(LAM_TYPE_MODELS_WINDOW, "transient-for", parent, "modal",
                                           TRUE, "destroy-with-parent", TRUE, NULL);
    for (guint i = 0; i < models->len; i++) {
        const LamModelEntry *entry = models->pdata[i];
        GtkListBoxRow *row = row_for(entry);
        gtk_list_box_append(window->list, GTK_WIDGET(row));
        if (i == 0 || g_strcmp0(entry->name, current) == 0)
            gtk_list_box_select_row(window->list, row);
    }
    return window;
}

static void lam_models_window_dispose(GObject *object)
{
    stop_reading(LAM_MODELS_WINDOW(object));
    G_OBJECT_CLASS(lam_models_window_parent_class)->dispose(object);
}

static void lam_models_window_class_init(LamModelsWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_models_window_dispose;
    signals[CHOSEN] = g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/models-window.ui");
    gtk_widget_class_bind_template_child(widget_class, LamModelsWindow, list);
    gtk_widget_class_bind_template_child(widget_class, LamModelsWindow, card);
    gtk_widget_class_bind_template_child(widget_class, LamModelsWindow, use_button);
    gtk_widget_class_bind_template_callback(widget_class, selected);
    gtk_widget_class_bind_template_callback(widget_class, activated);
    gtk_widget_class_bind_template_callback(widget_class, use_clicked);
    gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void lam_models_window_init(LamModelsWindow *window)
{
    gtk_widget_init_template(GTK_WIDGET(window));
    gtk_widget_add_css_class(GTK_WIDGET(window), "lambdascope");
}
