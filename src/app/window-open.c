/* Choosing and opening scans. The pair that is shown stays until another has been opened. */
#include "error-dialog.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>

typedef enum { ROLE_FIXED, ROLE_MOVING, ROLE_TEMPLATE, ROLE_FIXED_TEMPLATE } Role;

/* ---- opening ---- */

void lam_window_show_error(LamWindow *window, const char *headline, const char *message)
{
    lam_error_dialog_show(GTK_WINDOW(window), headline, message);
}

/* What is wanted next goes back to what is shown. */
static void forget_choice(LamWindow *window)
{
    g_clear_pointer(&window->chosen_fixed, g_free);
    g_clear_pointer(&window->chosen_moving, g_free);
    if (window->document) {
        window->chosen_fixed = g_strdup(lam_document_fixed_path(window->document));
        window->chosen_moving = g_strdup(lam_document_moving_path(window->document));
    }
}

static void show_choice(LamWindow *window)
{
    const char *known = window->chosen_fixed ? window->chosen_fixed : window->chosen_moving;
    bool half = !window->chosen_fixed != !window->chosen_moving;
    gtk_widget_set_visible(GTK_WIDGET(window->chosen_label), half);
    if (!half)
        return;
    g_autofree char *name = g_path_get_basename(known);
    g_autofree char *text =
        g_strdup_printf(window->chosen_fixed ? _("Fixed: %s. Now the moving scan.")
                                             : _("Moving: %s. Now the fixed scan."),
                        name);
    gtk_label_set_label(window->chosen_label, text);
}

static void show_opening(LamWindow *window, bool opening)
{
    gtk_widget_set_visible(window->progress_card, opening);
    gtk_widget_set_visible(window->cancel_button, TRUE);
    gtk_widget_set_visible(GTK_WIDGET(window->progress_bar), TRUE);
    lam_window_set_action_enabled(window, "cancel", opening);
    bool pair = window->chosen_fixed && window->chosen_moving;
    lam_window_set_action_enabled(window, "swap", pair && !opening);
    gtk_progress_bar_set_fraction(window->progress_bar, 0);
    gtk_label_set_label(window->progress_label, _("Opening"));
}

static void progressed(double fraction, const char *stage, gpointer user)
{
    LamWindow *window = user;
    if (!window->opening)
        return;
    gtk_progress_bar_set_fraction(window->progress_bar, CLAMP(fraction, 0, 1));
    if (stage)
        gtk_label_set_label(window->progress_label, stage);
}

/* The window is kept alive by the reference taken when opening began. */
static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(LamDocument) document = lam_document_open_finish(result, &error);
    bool current = window->opening && window->opening == g_task_get_cancellable(G_TASK(result));
    if (!current)
        return; /* overtaken by another pair, or the window is gone */
    g_clear_object(&window->opening);
    if (document)
        lam_window_show_document(window, document);
    else
        lam_window_forget_model(window);
    if (document)
        lam_window_set_up_demo(window);
    lam_window_forget_restoring(window);
    forget_choice(window);
    show_choice(window);
    show_opening(window, false);
    lam_window_show_model(window);
    if (error && !g_error_matches(error, LAM_ERROR, LAM_ERROR_CANCELLED) &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        lam_window_show_error(window, _("The pair could not be opened"), error->message);
}

void lam_window_start_opening(LamWindow *window, const char *fixed_path, const char *moving_path,
                              bool insist)
{
    LamDocumentSource source = {
        .demo = fixed_path ? NULL : window->wanted_demo,
        .fixed_path = fixed_path,
        .moving_path = moving_path,
        .model_name = window->model_name,
        .model = window->document ? lam_document_model(window->document) : NULL,
        .insist_on_model = insist && !window->model_preferred,
        .id = ++window->documents,
    };
    const char *const paths[] = {fixed_path, moving_path};
    for (int side = 0; side < LAM_SIDES; side++) {
        source.values[side] = lam_window_attributes_for(window, (LamSide)side, paths);
        source.attributes[side] =
            window->restoring ? window->restoring->workspace->attributes[side] : NULL;
    }
    if (window->opening)
        g_cancellable_cancel(window->opening);
    g_clear_object(&window->opening);
    window->opening = g_cancellable_new();
    show_choice(window);
    show_opening(window, true);
    lam_timing_open_started(window->timing);
    lam_document_open_async(&source, window->opening, progressed, window, opened,
                            g_object_ref(window));
}

void lam_window_reopen(LamWindow *window)
{
    const LamDocument *document = window->document;
    window->wanted_demo = lam_document_demo(document);
    lam_window_start_opening(window, lam_document_fixed_path(document),
                             lam_document_moving_path(document), true);
}

/* ---- choosing ---- */

static void choose(LamWindow *window, Role role);

static void set_choice(LamWindow *window, Role role, const char *path)
{
    char **slot = role == ROLE_FIXED ? &window->chosen_fixed : &window->chosen_moving;
    g_free(*slot);
    *slot = g_strdup(path);
}

/* A template alone is both, at two ages. */
static void complete_choice(LamWindow *window)
{
    if (!window->chosen_moving && lam_template_is_path(window->chosen_fixed))
        window->chosen_moving = g_strdup(window->chosen_fixed);
    else if (!window->chosen_fixed && lam_template_is_path(window->chosen_moving))
        window->chosen_fixed = g_strdup(window->chosen_moving);
}

/* Opens if both are known; else asks for the other. */
static void continue_choice(LamWindow *window)
{
    complete_choice(window);
    show_choice(window);
    if (window->chosen_fixed && window->chosen_moving)
        lam_window_start_opening(window, window->chosen_fixed, window->chosen_moving,
                                 !window->document);
    else
        choose(window, window->chosen_fixed ? ROLE_MOVING : ROLE_FIXED);
}

char *lam_window_chosen_path(LamWindow *window, GtkNativeDialog *dialog, int response,
                             const char *failure)
{
    g_autoptr(GtkNativeDialog) keep G_GNUC_UNUSED = g_steal_pointer(&window->chooser);
    if (response != GTK_RESPONSE_ACCEPT)
        return NULL;
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    char *path = file ? g_file_get_path(file) : NULL;
    bool writes =
        gtk_file_chooser_get_action(GTK_FILE_CHOOSER(dialog)) == GTK_FILE_CHOOSER_ACTION_SAVE;
    if (!path)
        lam_window_show_error(window, failure,
                              writes ? _("Only folders on this computer can be written to.")
                                     : _("Only files on this computer can be opened."));
    return path;
}

static void refuse_remote(LamWindow *window)
{
    lam_window_show_error(window, _("The scan could not be opened"),
                          _("Only files on this computer can be opened."));
}

/* The role of a template is both sides', or the fixed one's alone. */
static void set_chosen(LamWindow *window, Role role, const char *path)
{
    if (role == ROLE_TEMPLATE)
        set_choice(window, ROLE_MOVING, path);
    set_choice(window, role == ROLE_MOVING ? ROLE_MOVING : ROLE_FIXED, path);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    Role role = (Role)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(dialog), "role"));
    g_autoptr(GtkNativeDialog) keep G_GNUC_UNUSED = g_steal_pointer(&window->chooser);
    if (response != GTK_RESPONSE_ACCEPT)
        return;
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    g_autofree char *path = file ? g_file_get_path(file) : NULL;
    if (!path) {
        refuse_remote(window);
        return;
    }
    set_chosen(window, role, path);
    continue_choice(window);
}

void lam_window_add_scan_filters(GtkFileChooser *chooser)
{
    static const char *const endings[] = {"nii",    "nii.gz", "hdr", "img", "mgh", "mgz",
                                          "mgh.gz", "dcm",    "ima", "png", "jpg", "jpeg"};
    g_autoptr(GtkFileFilter) scans = gtk_file_filter_new();
    g_autoptr(GtkFileFilter) all = gtk_file_filter_new();
    gtk_file_filter_set_name(scans, _("Scans and pictures"));
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        gtk_file_filter_add_suffix(scans, endings[i]);
    gtk_file_filter_set_name(all, _("All files"));
    gtk_file_filter_add_pattern(all, "*");
    gtk_file_chooser_add_filter(chooser, scans);
    gtk_file_chooser_add_filter(chooser, all);
}

void lam_window_start_in_folder_of(GtkFileChooser *chooser, const char *path)
{
    if (!path)
        return;
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFile) folder = g_file_get_parent(file);
    if (folder)
        gtk_file_chooser_set_current_folder(chooser, folder, NULL);
}

static void add_filters(GtkFileChooser *chooser, Role role)
{
    g_autoptr(GtkFileFilter) templates = gtk_file_filter_new();
    gtk_file_filter_set_name(templates, _("Models with a template"));
    gtk_file_filter_add_suffix(templates, "safetensors");
    if (role >= ROLE_TEMPLATE)
        gtk_file_chooser_add_filter(chooser, templates);
    lam_window_add_scan_filters(chooser);
    if (role < ROLE_TEMPLATE)
        gtk_file_chooser_add_filter(chooser, templates);
}

static void choose(LamWindow *window, Role role)
{
    static const char *const titles[] = {
        [ROLE_FIXED] = N_("Choose the fixed scan"),
        [ROLE_MOVING] = N_("Choose the moving scan"),
        [ROLE_TEMPLATE] = N_("Choose a model with a template"),
        [ROLE_FIXED_TEMPLATE] = N_("Choose a model with a template"),
    };
    if (window->chooser)
        return;
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_(titles[role]), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    const char *known = window->chosen_fixed ? window->chosen_fixed : window->chosen_moving;
    add_filters(GTK_FILE_CHOOSER(native), role);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native), known);
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data(G_OBJECT(native), "role", GINT_TO_POINTER(role));
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_choose_template(LamWindow *window, bool fixed_alone)
{
    choose(window, fixed_alone ? ROLE_FIXED_TEMPLATE : ROLE_TEMPLATE);
}

/* ---- actions ---- */

static void open_fixed(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, ROLE_FIXED);
}

static void open_moving(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, ROLE_MOVING);
}

static void open_pair(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    forget_choice(window);
    show_choice(window);
    choose(window, ROLE_FIXED);
}

static void swap(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    char *fixed = window->chosen_fixed;
    window->chosen_fixed = window->chosen_moving;
    window->chosen_moving = fixed;
    window->swapping = true;
    continue_choice(window);
    window->swapping = false;
}

static void cancel(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    GCancellable *running = window->opening ? window->opening : window->job;
    if (running)
        g_cancellable_cancel(running);
    gtk_label_set_label(window->progress_label, _("Stopping"));
}

void lam_window_add_open_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "open-fixed", .activate = open_fixed},
        {.name = "open-moving", .activate = open_moving},
        {.name = "open-pair", .activate = open_pair},
        {.name = "swap", .activate = swap},
        {.name = "cancel", .activate = cancel},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    lam_window_set_action_enabled(window, "cancel", false);
    lam_window_set_action_enabled(window, "swap", false);
}

void lam_window_open(LamWindow *window, const char *fixed_path, const char *moving_path)
{
    if (fixed_path && g_str_has_suffix(fixed_path, LAM_WORKSPACE_ENDING)) {
        lam_window_open_session(window, fixed_path);
        return;
    }
    set_choice(window, ROLE_FIXED, fixed_path);
    set_choice(window, ROLE_MOVING, moving_path);
    continue_choice(window);
}

void lam_window_open_files(LamWindow *window, GFile **files, int count)
{
    g_autofree char *fixed = g_file_get_path(files[0]);
    g_autofree char *moving = count > 1 ? g_file_get_path(files[1]) : NULL;
    if (fixed && (moving || count == 1))
        lam_window_open(window, fixed, moving);
    else
        refuse_remote(window);
}

bool lam_window_is_empty(const LamWindow *window)
{
    return !window->document && !window->opening && !window->reading && !window->chosen_fixed &&
           !window->chosen_moving;
}

void lam_window_take_scans(LamWindow *window, const char *fixed_path, const char *moving_path)
{
    if (fixed_path)
        set_choice(window, ROLE_FIXED, fixed_path);
    if (moving_path)
        set_choice(window, ROLE_MOVING, moving_path);
    complete_choice(window);
    show_choice(window);
    if (window->chosen_fixed && window->chosen_moving)
        lam_window_start_opening(window, window->chosen_fixed, window->chosen_moving,
                                 !window->document);
}

void lam_window_dispose_opening(LamWindow *window)
{
    if (window->opening)
        g_cancellable_cancel(window->opening);
    g_clear_object(&window->opening);
    if (window->chooser)
        gtk_native_dialog_destroy(window->chooser);
    g_clear_object(&window->chooser);
    g_clear_pointer(&window->chosen_fixed, g_free);
    g_clear_pointer(&window->chosen_moving, g_free);
}
