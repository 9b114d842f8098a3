#include "qc-window.h"

#include "error-dialog.h"
#include "qc-keys.h"
#include "qc-loader.h"
#include "qc-store.h"
#include "qc-views.h"

#include <glib/gi18n.h>
#include <lambdascope/report.h>

#include <math.h>

struct _LamQcWindow {
    GtkApplicationWindow parent;
    GtkWidget *foot;
    GtkLabel *title_label, *subtitle_label, *facts;
    GtkListBox *list;
    LamQcViews *views;
    GtkEntry *notes;
    GtkToggleButton *pass, *borderline, *fail;

    LamQcStore *store; /* NULL until the folder has been read */
    LamQcLoader *loader;
    int at;       /* the result that is shown */
    char *noted;  /* its notes, as far as they are saved; NULL: none is shown yet */
    guint held;   /* the key that is down; 0: none */
    bool filling; /* the buttons follow the result */
};

G_DEFINE_FINAL_TYPE(LamQcWindow, lam_qc_window, GTK_TYPE_APPLICATION_WINDOW)

static const LamResult *result_of(const LamQcWindow *window)
{
    return lam_qc_store_get(window->store, window->at);
}

static void show_views(LamQcWindow *window)
{
    const char *error;
    GPtrArray *views = lam_qc_loader_views(window->loader, window->at, &error);
    lam_qc_views_show(window->views, views, error);
}

static void loaded(int i, gpointer user)
{
    show_views(user);
}

/* ---- the result ---- */

static void show_facts(LamQcWindow *window)
{
    const LamResult *r = result_of(window);
    g_autoptr(GString) text = g_string_new(NULL);
    if (isfinite(r->lambda))
        g_string_append_printf(text, _("λ %.3f     "), r->lambda);
    if (isfinite(r->similarity))
        g_string_append_printf(text, _("similarity %.3f     "), r->similarity);
    if (isfinite(r->fold_percent))
        g_string_append_printf(text, _("folds %.4f %%     "), r->fold_percent);
    if (isfinite(r->sd_log_jacobian))
        g_string_append_printf(text, _("SD log|J| %.3f     "), r->sd_log_jacobian);
    if (isfinite(r->mean_mm))
        g_string_append_printf(text, _("moved %.1f mm on average"), r->mean_mm);
    gtk_label_set_label(window->facts, text->str);
}

static void show_rating(LamQcWindow *window)
{
    const LamResult *r = result_of(window);
    window->filling = true;
    gtk_toggle_button_set_active(window->pass, r->rating == LAM_RATING_PASS);
    gtk_toggle_button_set_active(window->borderline, r->rating == LAM_RATING_BORDERLINE);
    gtk_toggle_button_set_active(window->fail, r->rating == LAM_RATING_FAIL);
    window->filling = false;
}

static void show_notes(LamQcWindow *window)
{
    const char *notes = result_of(window)->notes;
    g_free(window->noted);
    window->noted = g_strdup(notes ? notes : "");
    gtk_editable_set_text(GTK_EDITABLE(window->notes), window->noted);
}

static void rate(LamQcWindow *window, LamRating rating)
{
    g_free(window->noted);
    window->noted = g_strdup(gtk_editable_get_text(GTK_EDITABLE(window->notes)));
    lam_qc_store_rate(window->store, window->at, rating, window->noted);
}

/* Notes that were typed are saved, whatever is done next. */
static void notes_done(LamQcWindow *window)
{
    const char *now = gtk_editable_get_text(GTK_EDITABLE(window->notes));
    if (window->store && !window->filling && window->noted && g_strcmp0(now, window->noted) != 0)
        rate(window, result_of(window)->rating);
}

static void show_count(LamQcWindow *window)
{
    g_autofree char *text = g_strdup_printf(_("%d of %d rated"), lam_qc_store_rated(window->store),
                                            lam_qc_store_count(window->store));
    gtk_label_set_label(window->subtitle_label, text);
}

static void scroll_to(LamQcWindow *window, GtkListBoxRow *row)
{
    GtkAdjustment *adjustment = gtk_list_box_get_adjustment(window->list);
    double x, y, height = gtk_widget_get_height(GTK_WIDGET(row));
    if (adjustment &&
        gtk_widget_translate_coordinates(GTK_WIDGET(row), GTK_WIDGET(window->list), 0, 0, &x, &y))
        gtk_adjustment_clamp_page(adjustment, y, y + height);
}

static void go_to(LamQcWindow *window, int i)
{
    int n = lam_qc_store_count(window->store);
    notes_done(window);
    window->at = CLAMP(i, 0, n - 1);
    const LamResult *next =
        window->at + 1 < n ? lam_qc_store_get(window->store, window->at + 1) : NULL;
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(window->list, window->at);
    lam_qc_loader_want(window->loader, window->at, result_of(window), next);
    window->filling = true;
    gtk_list_box_select_row(window->list, row);
    window->filling = false;
    scroll_to(window, row);
    show_facts(window);
    show_rating(window);
    show_notes(window);
    show_views(window);
}

static void row_selected(GtkListBox *list, GtkListBoxRow *row, LamQcWindow *window)
{
    if (row && !window->filling && window->store)
        go_to(window, gtk_list_box_row_get_index(row));
}

/* ---- rating ---- */

static const char *const marks[LAM_RATING_COUNT] = {"·", "✓", "~", "✗"};

static void show_row(LamQcWindow *window, int i)
{
    const LamResult *r = lam_qc_store_get(window->store, i);
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(window->list, i);
    GtkWidget *mark = gtk_widget_get_first_child(gtk_list_box_row_get_child(row));
    g_autofree char *told = g_strdup_printf("%s: %s", r->name, lam_rating_title(r->rating));
    gtk_label_set_label(GTK_LABEL(mark), marks[r->rating]);
    gtk_label_set_label(GTK_LABEL(gtk_widget_get_next_sibling(mark)), r->name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(row), told);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL, told, -1);
}

static void changed(int i, bool undone, const GError *error, gpointer user)
{
    LamQcWindow *window = user;
    if (error) {
        show_rating(window);
        lam_error_dialog_show(GTK_WINDOW(window), _("The rating could not be saved"),
                              error->message);
        return;
    }
    if (i < 0)
        return;
    show_row(window, i);
    show_count(window);
    if (undone)
        go_to(window, i);
    else if (i == window->at)
        show_rating(window);
}

static void notes_entered(GtkEntry *entry, LamQcWindow *window)
{
    notes_done(window);
    gtk_widget_grab_focus(GTK_WIDGET(window->list));
}

static void rate_and_go_on(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamQcWindow *window = user;
    LamRating rating;
    if (!window->store || !lam_rating_parse(g_variant_get_string(value, NULL), &rating))
        return;
    rate(window, rating);
    gtk_widget_grab_focus(GTK_WIDGET(window->list));
    if (rating != LAM_RATING_NONE)
        go_to(window, window->at + 1);
}

static void rating_toggled(GtkToggleButton *button, LamQcWindow *window)
{
    if (window->filling || !window->store)
        return;
    const char *name = button == window->pass         ? "pass"
                       : button == window->borderline ? "borderline"
                                                      : "fail";
    g_action_group_activate_action(
        G_ACTION_GROUP(window), "rate",
        g_variant_new_string(gtk_toggle_button_get_active(button) ? name : "none"));
}

/* ---- keys ---- */

static void step(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamQcWindow *window = user;
    if (window->store)
        go_to(window, window->at + g_variant_get_int32(value));
}

static void next_unrated(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamQcWindow *window = user;
    int i = window->store ? lam_qc_store_unrated(window->store, window->at + 1) : -1;
    if (i >= 0)
        go_to(window, i);
}

static void undo(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamQcWindow *window = user;
    if (window->store)
        lam_qc_store_undo(window->store);
}

static void step_view(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_qc_views_step(LAM_QC_WINDOW(user)->views, g_variant_get_int32(value));
}

static void open_report(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamQcWindow *window = user;
    const char *report = window->store ? result_of(window)->report : NULL;
    g_autofree char *uri = report ? g_filename_to_uri(report, NULL, NULL) : NULL;
    if (uri)
        gtk_show_uri(GTK_WINDOW(window), uri, GDK_CURRENT_TIME);
}

static bool is_typing(LamQcWindow *window)
{
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(window));
    return focus && gtk_widget_is_ancestor(focus, GTK_WIDGET(window->notes));
}

static gboolean key_pressed(GtkEventControllerKey *keys, guint key, guint code,
                            GdkModifierType state, LamQcWindow *window)
{
    GVariant *value;
    if (is_typing(window) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
        return GDK_EVENT_PROPAGATE;
    if (key == GDK_KEY_space) {
        lam_qc_views_blink(window->views, true);
        return GDK_EVENT_STOP;
    }
    const char *action = lam_qc_key_action(key, &value);
    if (!action)
        return GDK_EVENT_PROPAGATE;
    if (key == window->held && g_str_equal(action, "rate")) { /* nothing is rated unseen */
        g_variant_unref(g_variant_ref_sink(value));
        return GDK_EVENT_STOP;
    }
    window->held = key;
    g_action_group_activate_action(G_ACTION_GROUP(window), action, value);
    return GDK_EVENT_STOP;
}

static void key_released(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
                         LamQcWindow *window)
{
    window->held = 0;
    if (key == GDK_KEY_space)
        lam_qc_views_blink(window->views, false);
}

/* ---- opening ---- */

static void add_rows(LamQcWindow *window)
{
    for (int i = 0; i < lam_qc_store_count(window->store); i++) {
        GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
        GtkWidget *mark = gtk_label_new(NULL), *name = gtk_label_new(NULL);
        gtk_label_set_width_chars(GTK_LABEL(mark), 2);
        gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_MIDDLE);
        gtk_box_append(GTK_BOX(box), mark);
        gtk_box_append(GTK_BOX(box), name);
        gtk_list_box_append(window->list, box);
        show_row(window, i);
    }
}

static void list_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    LamResultList *list = lam_result_list_open(data, &error);
    if (list)
        g_task_return_pointer(task, list, (GDestroyNotify)lam_result_list_free);
    else
        g_task_return_error(task, error);
}

static void have_list(GObject *source, GAsyncResult *result, gpointer user)
{
    LamQcWindow *window = LAM_QC_WINDOW(source);
    g_autoptr(GError) error = NULL;
    LamResultList *list = g_task_propagate_pointer(G_TASK(result), &error);
    if (!window->loader) {
        lam_result_list_free(list); /* the window is gone */
        return;
    }
    if (!list) {
        lam_qc_views_show(window->views, NULL, error->message);
        return;
    }
    window->store = lam_qc_store_new(list, changed, window);
    add_rows(window);
    show_count(window);
    gtk_widget_set_sensitive(window->foot, TRUE);
    gtk_widget_grab_focus(GTK_WIDGET(window->list));
    go_to(window, MAX(lam_qc_store_unrated(window->store, 0), 0));
}

LamQcWindow *lam_qc_window_new(GtkApplication *application, const char *folder)
{
    LamQcWindow *window = g_object_new(LAM_TYPE_QC_WINDOW, "application", application, NULL);
    g_autofree char *name = g_path_get_basename(folder);
    g_autofree char *title = g_strdup_printf(_("%s – Lambdascope quality control"), name);
    gtk_window_set_title(GTK_WINDOW(window), title);
    gtk_label_set_label(window->title_label, name);
    g_autoptr(GTask) task = g_task_new(window, NULL, have_list, NULL);
    g_task_set_task_data(task, g_strdup(folder), g_free);
    g_task_run_in_thread(task, list_thread);
    return window;
}

/* ---- the window itself ---- */

static void lam_qc_window_dispose(GObject *object)
{
    LamQcWindow *window = LAM_QC_WINDOW(object);
    if (window->store)
        notes_done(window);
    g_clear_pointer(&window->store, lam_qc_store_free);
    g_clear_pointer(&window->noted, g_free);
    g_clear_pointer(&window->loader, lam_qc_loader_free);
    G_OBJECT_CLASS(lam_qc_window_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *klass)
{
    gtk_widget_class_bind_template_child(klass, LamQcWindow, foot);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, title_label);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, subtitle_label);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, facts);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, list);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, views);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, notes);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, pass);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, borderline);
    gtk_widget_class_bind_template_child(klass, LamQcWindow, fail);
    gtk_widget_class_bind_template_callback(klass, row_selected);
    gtk_widget_class_bind_template_callback(klass, rating_toggled);
    gtk_widget_class_bind_template_callback(klass, notes_entered);
    gtk_widget_class_bind_template_callback(klass, notes_done);
    gtk_widget_class_bind_template_callback(klass, key_pressed);
    gtk_widget_class_bind_template_callback(klass, key_released);
}

static void lam_qc_window_class_init(LamQcWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_qc_window_dispose;
    g_type_ensure(LAM_TYPE_QC_VIEWS);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/lambdascope/Lambdascope/qc-window.ui");
    bind_children(widget_class);
}

static void lam_qc_window_init(LamQcWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "rate", .parameter_type = "s", .activate = rate_and_go_on},
        {.name = "step", .parameter_type = "i", .activate = step},
        {.name = "view", .parameter_type = "i", .activate = step_view},
        {.name = "undo", .activate = undo},
        {.name = "unrated", .activate = next_unrated},
        {.name = "open-report", .activate = open_report},
    };
    gtk_widget_init_template(GTK_WIDGET(window));
    gtk_widget_add_css_class(GTK_WIDGET(window), "lambdascope");
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    window->loader = lam_qc_loader_new(loaded, window);
}
