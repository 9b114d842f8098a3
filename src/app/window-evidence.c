/* λ found on labelled pairs (lam tune): loaded, shown with what it rests on, applied. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/checksum.h>
#include <lambdascope/evidence.h>

#define RESPONSE_STRUCTURES 1
#define LIST_HEIGHT         320

/* What a thread reads. */
typedef struct {
    char *path, *model_path, *model_name;
    LamEvidence *evidence;
    char *objection; /* why it must not be used; NULL: nothing speaks against it */
} Reading;

static void reading_free(gpointer data)
{
    Reading *reading = data;
    g_free(reading->path);
    g_free(reading->model_path);
    g_free(reading->model_name);
    g_clear_pointer(&reading->evidence, lam_evidence_free);
    g_free(reading->objection);
    g_free(reading);
}

static void read_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Reading *reading = data;
    g_autoptr(GError) against = NULL;
    GError *error = NULL;
    reading->evidence = lam_evidence_load(reading->path, &error);
    if (!reading->evidence) {
        g_task_return_error(task, error);
        return;
    }
    g_autofree char *sha256 =
        reading->model_path ? lam_checksum_file(reading->model_path, NULL) : NULL;
    if (!lam_evidence_check_model(reading->evidence, reading->model_name, sha256, &against))
        reading->objection = g_strdup(against->message);
    g_task_return_boolean(task, TRUE);
}

/* ---- using it ---- */

static bool has_label(const LamLabels *labels, int label)
{
    for (int i = 0; labels && i < labels->count; i++)
        if (labels->label[i] == label)
            return true;
    return false;
}

/* A region for each structure that the fixed scan's label map has. */
static GPtrArray *regions_of(LamWindow *window, const LamEvidence *evidence)
{
    GPtrArray *specs = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    const LamLabels *labels = lam_document_labels(window->document, LAM_SIDE_FIXED);
    for (int i = 0; i < evidence->n_structures; i++) {
        const LamEvidenceStructure *structure = &evidence->structures[i];
        if (!has_label(labels, structure->label))
            continue;
        g_autofree char *number = g_strdup_printf(_("label %d"), structure->label);
        LamRegionSpec *spec = lam_region_spec_new(structure->name ? structure->name : number,
                                                  lam_region_colour((int)specs->len));
        spec->source = LAM_REGION_OF_LABELS;
        spec->labels = g_array_new(FALSE, FALSE, sizeof(int));
        g_array_append_val(spec->labels, structure->label);
        spec->settings->follows = false;
        spec->settings->lambda = structure->optimum.lambda;
        g_ptr_array_add(specs, spec);
    }
    return specs;
}

static void answered(GtkDialog *dialog, int response, LamWindow *window)
{
    const Reading *reading = g_object_get_data(G_OBJECT(dialog), "reading");
    if (window->document && (response == GTK_RESPONSE_ACCEPT || response == RESPONSE_STRUCTURES)) {
        lam_lambda_control_set_lambda(window->lambda_control, reading->evidence->all.lambda);
        lam_window_note_choice(window, LAM_CHOSEN_EVIDENCE);
    }
    if (window->document && response == RESPONSE_STRUCTURES) {
        g_autoptr(GPtrArray) specs = regions_of(window, reading->evidence);
        g_autofree char *text = lam_region_specs_text(specs, NULL);
        lam_window_put_regions(window, text);
    }
    gtk_window_destroy(GTK_WINDOW(dialog));
}

/* ---- showing it ---- */

static void add_line(GtkBox *box, const char *text, const char *style)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_widget_set_can_focus(label, FALSE);
    if (style)
        gtk_widget_add_css_class(label, style);
    gtk_box_append(box, label);
}

static GtkWidget *list_of(const LamEvidence *evidence)
{
    GtkWidget *scrolled = gtk_scrolled_window_new();
    GtkBox *list = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 2));
    for (int i = 0; i < evidence->n_structures; i++) {
        g_autofree char *line = lam_evidence_describe(evidence, &evidence->structures[i]);
        add_line(list, line, NULL);
    }
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), GTK_WIDGET(list));
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scrolled), LIST_HEIGHT);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    return scrolled;
}

static void fill(GtkBox *box, const Reading *reading)
{
    const LamEvidence *evidence = reading->evidence;
    g_autofree char *all = lam_evidence_describe(evidence, NULL);
    gtk_widget_add_css_class(GTK_WIDGET(box), "evidence");
    gtk_orientable_set_orientation(GTK_ORIENTABLE(box), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(box, 8);
    gtk_widget_set_margin_top(GTK_WIDGET(box), 16);
    gtk_widget_set_margin_bottom(GTK_WIDGET(box), 16);
    gtk_widget_set_margin_start(GTK_WIDGET(box), 16);
    gtk_widget_set_margin_end(GTK_WIDGET(box), 16);
    if (reading->objection)
        add_line(box, reading->objection, "notice");
    add_line(box, all, "heading");
    gtk_box_append(box, list_of(evidence));
    add_line(
        box,
        _("In brackets: where 19 of 20 draws lie when the subjects are drawn again. Where such "
          "intervals overlap, the structures are not known to differ."),
        "quiet");
}

static void show(LamWindow *window, Reading *reading)
{
    GtkWidget *dialog = gtk_dialog_new_with_buttons(
        reading->evidence->name, GTK_WINDOW(window),
        GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR, _("_Cancel"),
        GTK_RESPONSE_CANCEL, _("λ per _Structure"), RESPONSE_STRUCTURES, _("_Use λ"),
        GTK_RESPONSE_ACCEPT, NULL);
    g_autoptr(GPtrArray) specs = regions_of(window, reading->evidence);
    bool usable = !reading->objection;
    gtk_window_set_default_size(GTK_WINDOW(dialog), 560, -1);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT, usable);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog), RESPONSE_STRUCTURES,
                                      usable && specs->len > 0);
    fill(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), reading);
    g_object_set_data_full(G_OBJECT(dialog), "reading", reading, reading_free);
    g_signal_connect(dialog, "response", G_CALLBACK(answered), window);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* ---- asking for it ---- */

static void read_done(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    g_autoptr(GError) error = NULL;
    Reading *reading = user;
    bool ok = g_task_propagate_boolean(G_TASK(result), &error);
    if (ok && window->document) {
        show(window, reading);
        return;
    }
    if (!ok && window->document)
        lam_window_show_error(window, _("The evidence could not be opened"), error->message);
    reading_free(reading);
}

/* As evidence names models: the file's name without its ending. */
static char *name_of_model(const char *path)
{
    g_autofree char *base = g_path_get_basename(path ? path : "");
    return lam_model_stem(base);
}

static void read_file(LamWindow *window, const char *path)
{
    Reading *reading = g_new0(Reading, 1);
    const LamModel *model = lam_document_model(window->document);
    reading->path = g_strdup(path);
    reading->model_path = g_strdup(lam_model_path(model));
    reading->model_name = name_of_model(reading->model_path);
    g_autoptr(GTask) task = g_task_new(window, NULL, read_done, reading);
    g_task_set_task_data(task, reading, NULL);
    g_task_run_in_thread(task, read_thread);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, window->document ? response : GTK_RESPONSE_CANCEL,
                               _("The evidence could not be opened"));
    if (path)
        read_file(window, path);
}

static void open_evidence(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (window->chooser || !window->document)
        return;
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_("Choose evidence on λ"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_add_evidence(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "open-evidence", .activate = open_evidence}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}
