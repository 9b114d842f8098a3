/* What a session names and is not there any more is asked for, one file after another. */
#include "session-file.h"
#include "window-private.h"

#include <glib/gi18n.h>

enum { RESPONSE_FIND = 1, RESPONSE_WITHOUT };

/* The session and which of its files is being asked for. */
typedef struct {
    LamWindow *window; /* borrowed: its dialogs go with it */
    LamSessionFile *file;
    LamWorkspaceRole role;
} Question;

static void free_question(gpointer data)
{
    Question *question = data;
    lam_session_file_free(question->file);
    g_free(question);
}

static const char *name_of(LamWorkspaceRole role)
{
    static const char *const names[LAM_WORKSPACE_FILES] = {
        [LAM_WORKSPACE_FIXED] = N_("the fixed scan"),
        [LAM_WORKSPACE_MOVING] = N_("the moving scan"),
        [LAM_WORKSPACE_FIXED_LABELS] = N_("the labels of the fixed scan"),
        [LAM_WORKSPACE_MOVING_LABELS] = N_("the labels of the moving scan"),
        [LAM_WORKSPACE_LABEL_NAMES] = N_("the names of the labels"),
    };
    return _(names[role]);
}

static void found(GtkNativeDialog *dialog, int response, Question *question)
{
    LamWindow *window = question->window;
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, response, _("The session could not be opened"));
    if (!path)
        return;
    LamSessionFile *session = g_steal_pointer(&question->file);
    lam_workspace_find_again(session->workspace, question->role, path);
    lam_window_check_session(window, session);
}

static void choose(Question *asked)
{
    LamWindow *window = asked->window;
    if (window->chooser)
        return;
    g_autofree char *title = g_strdup_printf(_("Find %s"), name_of(asked->role));
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        title, GTK_WINDOW(window), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    Question *question = g_memdup2(asked, sizeof *asked);
    asked->file = NULL;
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native), question->file->path);
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data_full(G_OBJECT(native), "question", question, free_question);
    g_signal_connect(native, "response", G_CALLBACK(found), question);
    gtk_native_dialog_show(window->chooser);
}

static void go_without(Question *question)
{
    LamSessionFile *file = g_steal_pointer(&question->file);
    lam_workspace_set_file(file->workspace, question->role, NULL);
    file->states[question->role] = LAM_FILE_SAME;
    lam_window_find_missing(question->window, file);
}

static void answered(GtkDialog *dialog, int response, Question *question)
{
    if (response == RESPONSE_FIND)
        choose(question);
    else if (response == RESPONSE_WITHOUT)
        go_without(question);
    gtk_window_destroy(GTK_WINDOW(dialog));
}

static void ask(LamWindow *window, LamSessionFile *file, LamWorkspaceRole role)
{
    GtkWidget *dialog = gtk_message_dialog_new(
        GTK_WINDOW(window), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Missing: %s"), name_of(role));
    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog),
                                             _("The session names %s, which is not there."),
                                             file->workspace->files[role].path);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
    if (role > LAM_WORKSPACE_MOVING)
        gtk_dialog_add_button(GTK_DIALOG(dialog), _("Open _Without"), RESPONSE_WITHOUT);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Find It…"), RESPONSE_FIND);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), RESPONSE_FIND);
    Question *question = g_new(Question, 1);
    *question = (Question){window, file, role};
    g_object_set_data_full(G_OBJECT(dialog), "question", question, free_question);
    g_signal_connect(dialog, "response", G_CALLBACK(answered), question);
    gtk_window_present(GTK_WINDOW(dialog));
}

void lam_window_find_missing(LamWindow *window, LamSessionFile *file)
{
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        if (file->states[i] == LAM_FILE_MISSING) {
            ask(window, file, (LamWorkspaceRole)i);
            return;
        }
    }
    lam_window_open_found_session(window, file);
}
