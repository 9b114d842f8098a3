#include <lambdascope/workspace.h>

#include "workspace-private.h"

#include <lambdascope/checksum.h>
#include <lambdascope/error.h>
#include <lambdascope/same_file.h>
#include <lambdascope/selection.h>

#include <math.h>
#include <string.h>

#define MAX_BYTES (1 << 20)

static const char *const role_names[LAM_WORKSPACE_FILES] = {
    [LAM_WORKSPACE_FIXED] = "fixed",
    [LAM_WORKSPACE_MOVING] = "moving",
    [LAM_WORKSPACE_FIXED_LABELS] = "fixed_labels",
    [LAM_WORKSPACE_MOVING_LABELS] = "moving_labels",
    [LAM_WORKSPACE_LABEL_NAMES] = "label_names",
};

const char *lam_workspace_role_name(LamWorkspaceRole role)
{
    return role_names[role];
}

LamWorkspace *lam_workspace_new(void)
{
    LamScene scene;
    LamWorkspace *workspace = g_new0(LamWorkspace, 1);
    lam_scene_init(&scene);
    workspace->lambda = 0.3;
    workspace->held_lambda = NAN;
    workspace->view = lam_view_settings_of(&scene);
    workspace->zoom = scene.zoom;
    lam_scene_clear(&scene);
    return workspace;
}

static void clear_file(LamWorkspaceFile *file)
{
    g_clear_pointer(&file->path, g_free);
    g_clear_pointer(&file->checksum, g_free);
}

void lam_workspace_free(LamWorkspace *workspace)
{
    if (!workspace)
        return;
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++)
        clear_file(&workspace->files[i]);
    g_free(workspace->demo);
    g_free(workspace->model_name);
    g_free(workspace->model_hash);
    g_free(workspace->lambda_chosen);
    g_free(workspace->landmarks);
    g_free(workspace->regions);
    g_free(workspace->attributes[0]);
    g_free(workspace->attributes[1]);
    g_free(workspace->panel);
    g_free(workspace);
}

void lam_workspace_set_file(LamWorkspace *workspace, LamWorkspaceRole role, const char *path)
{
    LamWorkspaceFile *file = &workspace->files[role];
    char *full = path ? g_canonicalize_filename(path, NULL) : NULL;
    clear_file(file);
    file->path = full;
}

/* ---- checksums ---- */

/* NULL without an error: a folder, which has none. */
static char *checksum_of(const char *path, GError **error)
{
    g_auto(LamSelection) selection = {0};
    lam_selection_parse(path, &selection);
    if (g_file_test(selection.path, G_FILE_TEST_IS_DIR))
        return NULL;
    return lam_checksum_file(selection.path, error);
}

bool lam_workspace_stamp(LamWorkspace *workspace, GError **error)
{
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        GError *why = NULL;
        LamWorkspaceFile *file = &workspace->files[i];
        g_clear_pointer(&file->checksum, g_free);
        if (file->path)
            file->checksum = checksum_of(file->path, &why);
        if (why) {
            g_propagate_error(error, why);
            return false;
        }
    }
    return true;
}

static bool is_there(const char *path)
{
    g_auto(LamSelection) selection = {0};
    lam_selection_parse(path, &selection);
    return g_file_test(selection.path, G_FILE_TEST_EXISTS);
}

void lam_workspace_find_again(LamWorkspace *workspace, LamWorkspaceRole role, const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);
    g_free(workspace->files[role].path);
    workspace->files[role].path = g_steal_pointer(&full);
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        LamWorkspaceFile *file = &workspace->files[i];
        if (!file->path || is_there(file->path))
            continue;
        g_autofree char *name = g_path_get_basename(file->path);
        g_autofree char *beside = g_build_filename(folder, name, NULL);
        if (!is_there(beside))
            continue;
        g_free(file->path);
        file->path = g_steal_pointer(&beside);
    }
}

LamFileState lam_workspace_check(const LamWorkspace *workspace, LamWorkspaceRole role)
{
    const LamWorkspaceFile *file = &workspace->files[role];
    if (!file->path)
        return LAM_FILE_SAME;
    if (!is_there(file->path))
        return LAM_FILE_MISSING;
    g_autofree char *now = file->checksum ? checksum_of(file->path, NULL) : NULL;
    return g_strcmp0(now, file->checksum) == 0 ? LAM_FILE_SAME : LAM_FILE_CHANGED;
}

/* ---- files ---- */

char *lam_path_from_folder(const char *path, const char *folder)
{
    g_auto(GStrv) to = g_strsplit(path, G_DIR_SEPARATOR_S, -1);
    g_auto(GStrv) from = g_strsplit(folder, G_DIR_SEPARATOR_S, -1);
    guint common = 0, depth = g_strv_length(from);
    while (to[common] && from[common] && g_str_equal(to[common], from[common]))
        common++;
    if (common < 2 || !to[common]) /* the first part is what stands before the root */
        return g_strdup(path);
    GString *out = g_string_new(NULL);
    for (guint i = common; i < depth; i++)
        g_string_append(out, ".." G_DIR_SEPARATOR_S);
    g_autofree char *rest = g_strjoinv(G_DIR_SEPARATOR_S, to + common);
    g_string_append(out, rest);
    return g_string_free(out, FALSE);
}

static char *folder_of(const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    return g_path_get_dirname(full);
}

/* Bytes of a file that is not absurdly long. */
static char *read_text(const char *path, gsize *length, GError **error)
{
    g_autoptr(GError) why = NULL;
    char *text = NULL;
    if (!g_file_get_contents(path, &text, length, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot open session: %s", why->message);
        return NULL;
    }
    if (*length <= MAX_BYTES)
        return text;
    g_free(text);
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                "cannot open session: %s: it is far longer than a session", path);
    return NULL;
}

LamWorkspace *lam_workspace_load(const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = read_text(path, &length, error);
    g_autofree char *folder = folder_of(path);
    if (!text)
        return NULL;
    LamWorkspace *workspace = lam_workspace_from_text(text, length, folder, error);
    if (!workspace) {
        g_prefix_error(error, "cannot open session: %s: ", path);
        lam_error_tidy(error);
    }
    return workspace;
}

static bool spares_files(const LamWorkspace *workspace, const char *path, GError **error)
{
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        if (workspace->files[i].path && lam_same_file(workspace->files[i].path, path)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot save session: %s: it is one of the files that are open", path);
            return false;
        }
    }
    return true;
}

bool lam_workspace_save(const LamWorkspace *workspace, const char *path, GError **error)
{
    if (!spares_files(workspace, path, error))
        return false;
    g_autofree char *folder = folder_of(path);
    g_autofree char *text = lam_workspace_to_text(workspace, folder);
    g_autoptr(GError) why = NULL;
    if (g_file_set_contents(path, text, -1, &why))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot save session: %s: %s", path, why->message);
    return false;
}
