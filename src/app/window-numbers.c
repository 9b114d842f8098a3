/* The figures of the pair and of its labels: measured once λ rests and while their page is seen. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/same_file.h>

/* ---- measuring ---- */

static void show_actions(LamWindow *window)
{
    bool known = lam_numbers_page_measures(window->numbers) != NULL;
    lam_window_set_action_enabled(window, "copy-numbers", known);
    lam_window_set_action_enabled(window, "export-numbers", known);
}

static void measured(const LamMeasured *measured, const GError *error, gpointer user)
{
    LamWindow *window = user;
    if (measured)
        lam_numbers_page_show(window->numbers, measured, lam_window_label_name, window);
    else
        lam_numbers_page_set_error(window->numbers, error->message);
    show_actions(window);
}

/* What λ gave when it came to rest is measured when its figures are wanted. */
static void measure(LamWindow *window)
{
    if (!window->rested || !gtk_widget_get_mapped(GTK_WIDGET(window->numbers)) ||
        lam_numbers_page_measures(window->numbers))
        return;
    LamLabels *labels[LAM_SIDES] = {lam_document_labels(window->document, LAM_SIDE_FIXED),
                                    lam_document_labels(window->document, LAM_SIDE_MOVING)};
    LamMeasureRequest request = {.snapshot = window->rested};
    if (labels[0] && labels[1]) {
        request.fixed_labels = labels[LAM_SIDE_FIXED]->map;
        request.moving_labels = labels[LAM_SIDE_MOVING]->map;
    }
    lam_measurer_request(window->measurer, &request);
}

void lam_window_numbers_rest(LamWindow *window, LamSnapshot *snapshot)
{
    g_clear_pointer(&window->rested, lam_snapshot_unref);
    window->rested = lam_snapshot_ref(snapshot);
    lam_numbers_page_set_stale(window->numbers);
    measure(window);
}

void lam_window_numbers_expect(LamWindow *window)
{
    lam_measurer_cancel(window->measurer);
    g_clear_pointer(&window->rested, lam_snapshot_unref);
    lam_numbers_page_set_stale(window->numbers);
    show_actions(window);
}

void lam_window_numbers_forget(LamWindow *window)
{
    lam_measurer_cancel(window->measurer);
    if (window->rested)
        lam_numbers_page_set_stale(window->numbers);
    show_actions(window);
    measure(window);
}

void lam_window_numbers_clear(LamWindow *window)
{
    lam_measurer_cancel(window->measurer);
    g_clear_pointer(&window->rested, lam_snapshot_unref);
    lam_numbers_page_clear(window->numbers);
    show_actions(window);
}

static void page_mapped(GtkWidget *page, LamWindow *window)
{
    measure(window);
}

/* ---- taking them away ---- */

static char *table_text(LamWindow *window, char separator)
{
    const LamMeasures *measures = lam_numbers_page_measures(window->numbers);
    return measures->labels.count > 0
               ? lam_measures_label_table(measures, separator, lam_window_label_name, window)
               : lam_measures_figure_table(measures, separator);
}

static void copy_numbers(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!lam_numbers_page_measures(window->numbers))
        return;
    g_autofree char *text = table_text(window, '\t');
    gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(window)), text);
}

static void export_numbers(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const LamMeasures *measures = lam_numbers_page_measures(window->numbers);
    if (!measures)
        return;
    g_autofree char *name = g_strdup_printf("lambda-%.3f_numbers.csv", measures->lambda);
    lam_window_save_text(window, _("Save the numbers"), name, table_text(window, ','));
}

void lam_window_add_numbers(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "copy-numbers", .activate = copy_numbers},
        {.name = "export-numbers", .activate = export_numbers},
    };
    window->measurer = lam_measurer_new(measured, window);
    window->numbers = g_object_new(LAM_TYPE_NUMBERS_PAGE, NULL);
    g_signal_connect_object(window->numbers, "map", G_CALLBACK(page_mapped), window,
                            G_CONNECT_AFTER);
    lam_panel_add(window->panel, "numbers", _("Numbers"), GTK_WIDGET(window->numbers));
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    show_actions(window);
}

void lam_window_dispose_numbers(LamWindow *window)
{
    g_clear_pointer(&window->measurer, lam_measurer_free);
    g_clear_pointer(&window->rested, lam_snapshot_unref);
}
