#include "session-file.h"

#include <lambdascope/landmarks.h>
#include <lambdascope/model.h>

void lam_session_file_free(LamSessionFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    lam_workspace_free(file->workspace);
    g_free(file);
}

static void free_file(gpointer file)
{
    lam_session_file_free(file);
}

/* ---- opening ---- */

static void check(LamSessionFile *file)
{
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++)
        file->states[i] = lam_workspace_check(file->workspace, (LamWorkspaceRole)i);
    g_autofree char *model =
        file->workspace->model_name ? lam_model_find(file->workspace->model_name, NULL) : NULL;
    file->model_missing = file->workspace->model_name && !model;
}

static bool check_landmarks(const LamSessionFile *file, GError **error)
{
    const char *text = file->workspace->landmarks;
    g_autoptr(GPtrArray) landmarks = text ? lam_landmarks_parse(text, file->path, error) : NULL;
    return !text || landmarks;
}

static void open_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    g_autoptr(LamSessionFile) file = g_new0(LamSessionFile, 1);
    file->path = g_strdup(data);
    file->workspace = lam_workspace_load(data, &error);
    if (!file->workspace) {
        g_task_return_error(task, error);
        return;
    }
    if (!check_landmarks(file, &error)) {
        g_task_return_error(task, error);
        return;
    }
    check(file);
    g_task_return_pointer(task, g_steal_pointer(&file), free_file);
}

void lam_session_file_open_async(const char *path, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, open_thread);
}

/* A cell, so that the task can give away what it was given. */
static void free_cell(gpointer data)
{
    LamSessionFile **cell = data;
    lam_session_file_free(*cell);
    g_free(cell);
}

static void check_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    LamSessionFile **cell = data;
    check(*cell);
    g_task_return_pointer(task, g_steal_pointer(cell), free_file);
}

void lam_session_file_check_async(LamSessionFile *file, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    LamSessionFile **cell = g_new(LamSessionFile *, 1);
    *cell = file;
    g_task_set_task_data(task, cell, free_cell);
    g_task_run_in_thread(task, check_thread);
}

LamSessionFile *lam_session_file_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* ---- saving ---- */

typedef struct {
    LamWorkspace *workspace;
    char *path;
} Saving;

static void free_saving(gpointer data)
{
    Saving *saving = data;
    lam_workspace_free(saving->workspace);
    g_free(saving->path);
    g_free(saving);
}

static void save_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Saving *saving = data;
    GError *error = NULL;
    if (lam_workspace_stamp(saving->workspace, &error) &&
        lam_workspace_save(saving->workspace, saving->path, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void lam_session_file_save_async(LamWorkspace *workspace, const char *path,
                                 GAsyncReadyCallback callback, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user);
    Saving *saving = g_new0(Saving, 1);
    *saving = (Saving){workspace, g_strdup(path)};
    g_task_set_task_data(task, saving, free_saving);
    g_task_run_in_thread(task, save_thread);
}

bool lam_session_file_save_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

const LamWorkspace *lam_session_file_saved(GAsyncResult *result)
{
    return ((const Saving *)g_task_get_task_data(G_TASK(result)))->workspace;
}

const char *lam_session_file_saved_path(GAsyncResult *result)
{
    return ((const Saving *)g_task_get_task_data(G_TASK(result)))->path;
}
