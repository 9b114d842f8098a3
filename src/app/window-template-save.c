/* Saving what a template shows, with the model and the attributes in the header. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/same_file.h>
#include <lambdascope/scan.h>

#define MOST_SMALL 255 /* that fits into UINT8 */

/* What is written, on a thread of its own. */
typedef struct {
    LamTemplatePicture *picture;
    LamModel *model;
    bool labels;
    char *path;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    lam_template_picture_unref(job->picture);
    lam_model_unref(job->model);
    g_free(job->path);
    g_free(job);
}

static LamNiftiType type_of(const Job *job)
{
    const LamLabels *labels = job->picture->labels;
    if (!job->labels)
        return LAM_NIFTI_FLOAT32;
    return labels->label[labels->count - 1] > MOST_SMALL ? LAM_NIFTI_INT32 : LAM_NIFTI_UINT8;
}

static bool write_file(const Job *job, GError **error)
{
    const LamTemplatePicture *picture = job->picture;
    if (lam_same_file(lam_model_path(job->model), job->path)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    _("cannot save: %s: it is the template’s own model"), job->path);
        return false;
    }
    g_autofree char *about = lam_template_provenance(job->model, picture->values);
    return lam_scan_save(job->labels ? picture->labels->map : picture->image, job->path,
                         type_of(job), about, error);
}

static void save_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    if (write_file(data, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    const Job *job = g_task_get_task_data(G_TASK(result));
    g_task_propagate_boolean(G_TASK(result), &error);
    lam_window_end_saving(window, job->path, error, _("The template could not be saved"));
}

/* "fixed", "moving-labels": which side, and what of it. */
static LamSide side_of(const char *what)
{
    return g_str_has_prefix(what, "fixed") ? LAM_SIDE_FIXED : LAM_SIDE_MOVING;
}

static bool of_labels(const char *what)
{
    return g_str_has_suffix(what, "-labels");
}

static void save(LamWindow *window, const char *what, const char *path)
{
    LamTemplateView *view = lam_document_template(window->document, side_of(what));
    if (!view)
        return;
    Job *job = g_new0(Job, 1);
    job->picture = lam_template_picture_ref(view->picture);
    job->model = lam_model_ref(lam_document_template_model(window->document, side_of(what)));
    job->labels = of_labels(what);
    job->path = g_strdup(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(_("Saving %s"), name);
    lam_window_begin_job(window, text);
    g_autoptr(GTask) task = g_task_new(NULL, NULL, saved, g_object_ref(window));
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, save_thread);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    const char *what = g_object_get_data(G_OBJECT(dialog), "what");
    g_autofree char *path = lam_window_chosen_path(
        window, dialog, window->document && !window->job ? response : GTK_RESPONSE_CANCEL,
        _("The template could not be saved"));
    if (path)
        save(window, what, path);
}

static char *proposed_name(LamWindow *window, const char *what)
{
    bool fixed = side_of(what) == LAM_SIDE_FIXED;
    g_autofree char *title = g_strdup(fixed ? lam_document_fixed_name(window->document)
                                            : lam_document_moving_name(window->document));
    g_strdelimit(title, " /#", '-');
    return g_strdup_printf("template_%s%s.nii.gz", title, of_labels(what) ? "_labels" : "");
}

/* Why not, where nothing could be saved. */
static bool can_save(LamWindow *window, const char *what)
{
    const LamTemplateView *view = lam_document_template(window->document, side_of(what));
    const char *why = !view ? _("That side is a scan.")
                      : of_labels(what) && !view->picture->labels
                          ? _("The template was learned without structures.")
                          : NULL;
    if (why)
        lam_window_show_error(window, _("The template could not be saved"), why);
    return !why;
}

static void save_template(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const char *what = g_variant_get_string(value, NULL);
    if (window->chooser || !window->document || !can_save(window, what))
        return;
    g_autofree char *name = proposed_name(window, what);
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        of_labels(what) ? _("Save the labels of the template") : _("Save the template"),
        GTK_WINDOW(window), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data_full(G_OBJECT(native), "what", g_strdup(what), g_free);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_add_template_saving(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "save-template", .parameter_type = "s", .activate = save_template}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}
