/* Sessions: what the window shows as a file, and a file shown again. What is missing is asked for first
 * (window-missing.c); then the pair is opened as any other, and found as it was left. */
#include "session-file.h"
#include "window-private.h"

#include "export.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* ---- what is shown, as a workspace ---- */

/* NULL: there is none, or a demo brought it. */
static const char *labels_path(LamWindow *window, LamSide side)
{
    const LamLabels *labels = lam_document_labels(window->document, side);
    return labels ? labels->map->path : NULL;
}

static void put_files(LamWindow *window, LamWorkspace *to)
{
    lam_workspace_set_file(to, LAM_WORKSPACE_FIXED_LABELS, labels_path(window, LAM_SIDE_FIXED));
    lam_workspace_set_file(to, LAM_WORKSPACE_MOVING_LABELS, labels_path(window, LAM_SIDE_MOVING));
    lam_workspace_set_file(to, LAM_WORKSPACE_FIXED, lam_document_fixed_path(window->document));
    lam_workspace_set_file(to, LAM_WORKSPACE_MOVING, lam_document_moving_path(window->document));
    lam_workspace_set_file(to, LAM_WORKSPACE_LABEL_NAMES, window->label_names_path);
}

static LamWorkspace *gather(LamWindow *window)
{
    LamWorkspace *to = lam_workspace_new();
    const LamScene *scene = lam_canvas_scene(window->canvas);
    bool folded = !gtk_widget_get_visible(GTK_WIDGET(window->panel));
    put_files(window, to);
    to->model_name = lam_window_model_name(window);
    to->model_hash = g_strdup(lam_model_hash(lam_document_model(window->document)));
    to->lambda = lam_lambda_control_get_lambda(window->lambda_control);
    to->lambda_chosen = g_strdup(lam_lambda_chosen_name(lam_window_lambda_chosen(window)));
    to->held_lambda = window->held ? window->held->lambda : NAN;
    to->view = lam_view_settings_of(scene);
    to->landmarks = window->landmarks->len ? lam_landmarks_text(window->landmarks) : NULL;
    to->regions = window->regions->len ? lam_region_specs_text(window->regions, NULL) : NULL;
    for (int side = 0; side < LAM_SIDES; side++)
        to->attributes[side] = lam_window_attributes_text(window, side);
    to->cursor_mm = scene->cursor_mm;
    to->pan_mm = scene->pan_mm;
    to->zoom = scene->zoom;
    to->panel = folded ? NULL : g_strdup(lam_panel_shown(window->panel));
    return to;
}

static void show_panel(LamWindow *window, const char *page)
{
    if (page)
        lam_panel_show(window->panel, page);
    g_action_group_change_action_state(G_ACTION_GROUP(window), "panel",
                                       g_variant_new_boolean(page != NULL));
}

/* They have been checked with the file. */
static void show_landmarks(LamWindow *window, const char *text)
{
    GPtrArray *landmarks = text ? lam_landmarks_parse(text, "landmarks", NULL) : NULL;
    if (landmarks)
        lam_window_set_landmarks(window, landmarks);
}

/* What it does not tell was chosen by eye. */
static void show_choice(LamWindow *window, const char *name)
{
    LamLambdaChosen chosen;
    if (name && lam_lambda_chosen_parse(name, &chosen))
        lam_window_note_choice(window, chosen);
}

static void show_as(LamWindow *window, const LamWorkspace *from)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    lam_view_settings_apply(&from->view, scene);
    scene->cursor_mm = from->cursor_mm;
    scene->pan_mm = from->pan_mm;
    scene->zoom = from->zoom;
    lam_window_show_settings(window);
    show_panel(window, from->panel);
    show_landmarks(window, from->landmarks);
    lam_window_want_regions(window, from->regions);
    if (isnan(from->held_lambda))
        lam_lambda_control_set_lambda(window->lambda_control, from->lambda);
    else
        lam_window_hold_then(window, from->held_lambda, from->lambda);
    show_choice(window, from->lambda_chosen);
}

/* ---- its name and what has changed ---- */

static bool has_changed(LamWindow *window)
{
    const LamState *saved = &window->session_state, *now = &window->noted;
    return saved->lambda != now->lambda ||
           memcmp(saved->attributes, now->attributes, sizeof now->attributes) != 0 ||
           lam_view_settings_compare(&saved->view, &now->view) != LAM_SETTINGS_SAME;
}

char *lam_window_session_name(LamWindow *window)
{
    if (!window->session_path)
        return NULL;
    g_autofree char *name = g_path_get_basename(window->session_path);
    return g_strconcat(name, has_changed(window) ? " *" : "", NULL);
}

static void take_session(LamWindow *window, const char *path, const LamState *state)
{
    g_free(window->session_path);
    window->session_path = g_strdup(path);
    window->session_state = *state;
    lam_window_add_recent_session(path);
    lam_window_show_names(window);
}

/* ---- opening ---- */

static void add_notice(GString *to, const char *format, const char *name)
{
    if (to->len > 0)
        g_string_append(to, " · ");
    g_string_append_printf(to, format, name);
}

static char *notice_of(const LamSessionFile *file)
{
    GString *text = g_string_new(NULL);
    const LamWorkspace *workspace = file->workspace;
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        if (file->states[i] != LAM_FILE_CHANGED)
            continue;
        g_autofree char *name = g_path_get_basename(workspace->files[i].path);
        add_notice(text, _("%s is not as it was when the session was saved"), name);
    }
    if (file->model_missing)
        add_notice(text, _("the model %s is not here: another is used"), workspace->model_name);
    return g_string_free(text, text->len == 0);
}

void lam_window_open_found_session(LamWindow *window, LamSessionFile *file)
{
    const LamWorkspace *workspace = file->workspace;
    g_clear_pointer(&window->restoring, lam_session_file_free);
    window->restoring = file;
    lam_window_want_labels(window, workspace->files[LAM_WORKSPACE_FIXED_LABELS].path,
                           workspace->files[LAM_WORKSPACE_MOVING_LABELS].path,
                           workspace->files[LAM_WORKSPACE_LABEL_NAMES].path);
    g_free(window->model_name);
    window->model_name = file->model_missing ? NULL : g_strdup(workspace->model_name);
    lam_window_start_opening(window, workspace->files[LAM_WORKSPACE_FIXED].path,
                             workspace->files[LAM_WORKSPACE_MOVING].path, true);
}

static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSessionFile) file = lam_session_file_finish(result, &error);
    bool current = window->reading && g_task_get_cancellable(G_TASK(result)) == window->reading;
    if (!current)
        return; /* overtaken, or the window is gone */
    g_clear_object(&window->reading);
    if (file)
        lam_window_find_missing(window, g_steal_pointer(&file));
    else
        lam_window_show_error(window, _("The session could not be opened"), error->message);
}

static void begin_reading(LamWindow *window)
{
    if (window->reading)
        g_cancellable_cancel(window->reading);
    g_clear_object(&window->reading);
    window->reading = g_cancellable_new();
}

void lam_window_open_session(LamWindow *window, const char *path)
{
    begin_reading(window);
    lam_session_file_open_async(path, window->reading, opened, g_object_ref(window));
}

void lam_window_check_session(LamWindow *window, LamSessionFile *file)
{
    begin_reading(window);
    lam_session_file_check_async(file, window->reading, opened, g_object_ref(window));
}

/* ---- once the pair is there ---- */

static void note_other_model(LamWindow *window, const LamSessionFile *file)
{
    const char *saved = file->workspace->model_hash;
    const char *now = lam_model_hash(lam_document_model(window->document));
    if (file->model_missing || g_strcmp0(saved, now) == 0 || !saved)
        return;
    g_autofree char *before = g_steal_pointer(&window->session_notice);
    GString *text = g_string_new(before);
    add_notice(text, _("the model %s is another than when the session was saved"),
               file->workspace->model_name ? file->workspace->model_name : "");
    window->session_notice = g_string_free(text, FALSE);
}

void lam_window_restore_view(LamWindow *window)
{
    g_clear_pointer(&window->session_notice, g_free);
    g_clear_pointer(&window->session_path, g_free);
    if (!window->restoring)
        return;
    window->session_notice = notice_of(window->restoring);
    note_other_model(window, window->restoring);
    show_as(window, window->restoring->workspace);
}

void lam_window_restored(LamWindow *window)
{
    g_autoptr(LamSessionFile) file = g_steal_pointer(&window->restoring);
    if (!file)
        return;
    LamState state = window->noted;
    state.lambda = file->workspace->lambda;
    take_session(window, file->path, &state);
}

void lam_window_forget_restoring(LamWindow *window)
{
    g_clear_pointer(&window->restoring, lam_session_file_free);
}

/* ---- saving ---- */

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    bool ok = lam_session_file_save_finish(result, &error);
    g_application_release(g_application_get_default());
    if (!window->document)
        return; /* the window is gone */
    if (!ok) {
        lam_window_show_error(window, _("The session could not be saved"), error->message);
        return;
    }
    const LamWorkspace *workspace = lam_session_file_saved(result);
    LamState state = window->noted;
    state.lambda = workspace->lambda;
    state.view = workspace->view;
    const char *path = lam_session_file_saved_path(result);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(_("Saved %s"), name);
    take_session(window, path, &state);
    lam_readout_set_message(window->readout, text);
}

static void save_to(LamWindow *window, const char *path)
{
    g_application_hold(g_application_get_default());
    lam_session_file_save_async(gather(window), path, saved, g_object_ref(window));
}

static void choose_target(LamWindow *window, const char *name);

/* A name without the ending is asked for again with it, so that no other file is written over unasked. */
static void target_chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, window->document ? response : GTK_RESPONSE_CANCEL,
                               _("The session could not be saved"));
    if (!path)
        return;
    if (g_str_has_suffix(path, LAM_WORKSPACE_ENDING)) {
        save_to(window, path);
    } else {
        g_autofree char *name = g_path_get_basename(path);
        g_autofree char *full = g_strconcat(name, LAM_WORKSPACE_ENDING, NULL);
        choose_target(window, full);
    }
}

static void choose_target(LamWindow *window, const char *name)
{
    if (window->chooser)
        return;
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_("Save the session"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    lam_window_start_in_folder_of(
        GTK_FILE_CHOOSER(native),
        window->session_path ? window->session_path : lam_document_moving_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_signal_connect_object(native, "response", G_CALLBACK(target_chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

/* ---- actions ---- */

static void save_session_as(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!window->document)
        return;
    g_autofree char *stem = lam_export_stem(lam_document_fixed_name(window->document),
                                            lam_document_moving_name(window->document));
    g_autofree char *name = g_strconcat(stem, LAM_WORKSPACE_ENDING, NULL);
    choose_target(window, name);
}

static void save_session(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (window->document && window->session_path)
        save_to(window, window->session_path);
    else
        save_session_as(action, value, user);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, response, _("The session could not be opened"));
    if (path)
        lam_window_open_session(window, path);
}

static void open_session(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (window->chooser)
        return;
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_("Open a session"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    g_autoptr(GtkFileFilter) sessions = gtk_file_filter_new();
    gtk_file_filter_set_name(sessions, _("Sessions"));
    gtk_file_filter_add_suffix(sessions, LAM_WORKSPACE_ENDING + 1);
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(native), sessions);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native), window->session_path);
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_add_session_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "open-session", .activate = open_session},
        {.name = "save-session", .activate = save_session},
        {.name = "save-session-as", .activate = save_session_as},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    lam_window_set_action_enabled(window, "save-session", false);
    lam_window_set_action_enabled(window, "save-session-as", false);
}

void lam_window_dispose_session(LamWindow *window)
{
    if (window->reading)
        g_cancellable_cancel(window->reading);
    g_clear_object(&window->reading);
    g_clear_pointer(&window->restoring, lam_session_file_free);
    g_clear_pointer(&window->session_path, g_free);
    g_clear_pointer(&window->session_notice, g_free);
}
