/* Pairs of landmarks: placed by keys, buttons or with Shift in two views, dragged, named, undone; their error is
 * that of the field which is shown, at each λ. */
#include "window-private.h"

#include <glib/gi18n.h>

/* ---- undo: the whole list before and after, which is short ---- */

typedef struct {
    LamWindow *window;
    GPtrArray *before, *after;
    bool drag; /* of one mark: what goes on is one step */
} Change;

static void show(LamWindow *window);

static void go_to(LamWindow *window, const GPtrArray *landmarks)
{
    g_ptr_array_unref(window->landmarks);
    window->landmarks = lam_landmarks_copy(landmarks);
    window->landmark = MIN(window->landmark, (int)landmarks->len - 1);
    show(window);
}

static void apply(gpointer data)
{
    go_to(((Change *)data)->window, ((Change *)data)->after);
}

static void revert(gpointer data)
{
    go_to(((Change *)data)->window, ((Change *)data)->before);
}

static void change_free(gpointer data)
{
    Change *change = data;
    g_ptr_array_unref(change->before);
    g_ptr_array_unref(change->after);
    g_free(change);
}

static bool absorb(gpointer data, gconstpointer newer)
{
    Change *change = data;
    const Change *next = newer;
    if (!next->drag)
        return false;
    g_ptr_array_unref(change->after);
    change->after = g_ptr_array_ref(next->after);
    return true;
}

/* The list may have been changed; takes what it was. False if it has not. */
static bool note(LamWindow *window, GPtrArray *before, bool drag, const char *name)
{
    show(window);
    if (lam_landmarks_equal(before, window->landmarks)) {
        g_ptr_array_unref(before);
        return false;
    }
    Change *change = g_new(Change, 1);
    *change = (Change){window, before, lam_landmarks_copy(window->landmarks), drag};
    LamUndoStep step = {name, apply, revert, change, change_free, absorb};
    lam_undo_push(window->undo, &step);
    return true;
}

/* ---- shown ---- */

static void show_errors(LamWindow *window)
{
    guint n = window->landmarks->len;
    if (!window->snapshot || n == 0)
        return;
    g_autofree double *errors_mm = g_new(double, n);
    LamLandmarkErrors errors = lam_landmark_errors(window->landmarks, window->snapshot->field,
                                                   &window->snapshot->affine, errors_mm);
    lam_landmarks_page_show_errors(window->landmarks_page, &errors, errors_mm);
}

static void show_marks(LamWindow *window)
{
    guint n = window->landmarks->len;
    g_autofree LamSceneMark *marks = g_new0(LamSceneMark, MAX(n, 1));
    LamScene *scene = lam_canvas_scene(window->canvas);
    LamMat4 back;
    bool possible = lam_mat4_invert(&scene->affine, &back);
    for (guint i = 0; i < n; i++) {
        const LamLandmark *landmark = window->landmarks->pdata[i];
        marks[i] = (LamSceneMark){.fixed = landmark->fixed,
                                  .moving = possible ? lam_mat4_apply(&back, landmark->moving)
                                                     : landmark->moving,
                                  .in_fixed = landmark->in_fixed,
                                  .in_moving = landmark->in_moving && possible,
                                  .chosen = (int)i == window->landmark,
                                  .number = (int)i + 1};
    }
    lam_scene_set_marks(scene, marks, (int)n);
    lam_canvas_changed(window->canvas);
}

static void enable_actions(LamWindow *window)
{
    bool any = window->landmarks->len > 0, pair = window->document != NULL;
    lam_window_set_action_enabled(window, "add-landmark", pair);
    lam_window_set_action_enabled(window, "match-landmark", pair);
    lam_window_set_action_enabled(window, "open-landmarks", pair);
    lam_window_set_action_enabled(window, "save-landmarks", any);
    lam_window_set_action_enabled(window, "clear-landmarks", any);
    lam_window_set_action_enabled(window, "delete-landmark", any && window->landmark >= 0);
}

static void show(LamWindow *window)
{
    lam_landmarks_page_show(window->landmarks_page, window->landmarks, window->landmark);
    show_marks(window);
    show_errors(window);
    enable_actions(window);
}

void lam_window_landmarks_follow(LamWindow *window)
{
    show_errors(window);
}

void lam_window_set_landmarks(LamWindow *window, GPtrArray *landmarks)
{
    g_ptr_array_unref(window->landmarks);
    window->landmarks = landmarks;
    window->landmark = -1;
    show(window);
}

/* ---- placing ---- */

static void show_page(LamWindow *window)
{
    lam_panel_show(window->panel, "landmarks");
    g_action_group_change_action_state(G_ACTION_GROUP(window), "panel",
                                       g_variant_new_boolean(TRUE));
}

static LamLandmark *chosen_of(LamWindow *window)
{
    bool there = window->landmark >= 0 && window->landmark < (int)window->landmarks->len;
    return there ? window->landmarks->pdata[window->landmark] : NULL;
}

/* The pair that a new point belongs to: the chosen one if it lacks it, else a new one. */
static LamLandmark *pair_for(LamWindow *window, bool moving)
{
    LamLandmark *chosen = chosen_of(window);
    if (chosen && !(moving ? chosen->in_moving : chosen->in_fixed))
        return chosen;
    window->landmark = (int)window->landmarks->len;
    g_autofree char *name = g_strdup_printf(_("Point %d"), window->landmark + 1);
    return lam_landmarks_add(window->landmarks, &(LamLandmark){.name = name});
}

/* point: fixed world. */
static void put(LamWindow *window, LamLandmark *landmark, bool moving, LamVec3 point)
{
    const LamScene *scene = lam_canvas_scene(window->canvas);
    if (moving) {
        landmark->moving = lam_mat4_apply(&scene->affine, point);
        landmark->in_moving = true;
    } else {
        landmark->fixed = point;
        landmark->in_fixed = true;
    }
}

static void place(LamWindow *window, bool moving, LamVec3 point)
{
    GPtrArray *before = lam_landmarks_copy(window->landmarks);
    put(window, pair_for(window, moving), moving, point);
    note(window, before, false, _("Landmark Placed"));
}

static void add(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    show_page(window);
    place(window, false, lam_canvas_scene(window->canvas)->cursor_mm);
}

static void match(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    show_page(window);
    place(window, true, lam_canvas_scene(window->canvas)->cursor_mm);
}

static void marked(LamCanvas *canvas, int index, int pane, gpointer point, gboolean goes_on,
                   LamWindow *window)
{
    bool moving = pane == LAM_PANE_MOVING;
    if (index < 0) {
        show_page(window);
        place(window, moving, *(const LamVec3 *)point);
    } else if (index < (int)window->landmarks->len) {
        GPtrArray *before = lam_landmarks_copy(window->landmarks);
        bool same_step = goes_on && window->landmark_moved;
        put(window, window->landmarks->pdata[index], moving, *(const LamVec3 *)point);
        window->landmark_moved = note(window, before, same_step, _("Landmark Moved")) || same_step;
    }
}

/* ---- choosing, naming, deleting ---- */

static void mark_chosen(LamCanvas *canvas, int index, LamWindow *window)
{
    window->landmark = index;
    show(window);
}

static void row_chosen(LamLandmarksPage *page, int index, LamWindow *window)
{
    window->landmark = index;
    const LamLandmark *landmark = chosen_of(window);
    if (landmark && landmark->in_fixed)
        lam_canvas_scene(window->canvas)->cursor_mm = landmark->fixed;
    show(window);
}

static void renamed(LamLandmarksPage *page, int index, const char *name, LamWindow *window)
{
    if (index >= (int)window->landmarks->len)
        return;
    GPtrArray *before = lam_landmarks_copy(window->landmarks);
    LamLandmark *landmark = window->landmarks->pdata[index];
    g_free(landmark->name);
    landmark->name = g_strdup(name);
    note(window, before, false, _("Landmark Named"));
}

static void delete_one(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!chosen_of(window))
        return;
    GPtrArray *before = lam_landmarks_copy(window->landmarks);
    g_ptr_array_remove_index(window->landmarks, (guint)window->landmark);
    window->landmark = MIN(window->landmark, (int)window->landmarks->len - 1);
    note(window, before, false, _("Landmark Deleted"));
}

static void delete_all(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    GPtrArray *before = window->landmarks;
    window->landmarks = lam_landmarks_new();
    window->landmark = -1;
    note(window, before, false, _("Landmarks Deleted"));
}

/* ---- files ---- */

static void save_file(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    lam_window_save_text(window, _("Save the landmarks"), "landmarks.csv",
                         lam_landmarks_text(window->landmarks));
}

static void read_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    GPtrArray *landmarks = lam_landmarks_load(data, &error);
    if (landmarks)
        g_task_return_pointer(task, landmarks, (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_return_error(task, error);
}

/* The window is kept alive by the task. */
static void read_done(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) landmarks = g_task_propagate_pointer(G_TASK(result), &error);
    if (!window->document)
        return; /* the window is gone */
    if (!landmarks) {
        lam_window_show_error(window, _("The landmarks could not be opened"), error->message);
        return;
    }
    GPtrArray *before = window->landmarks;
    window->landmarks = g_steal_pointer(&landmarks);
    window->landmark = -1;
    show_page(window);
    note(window, before, false, _("Landmarks Opened"));
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    char *path =
        lam_window_chosen_path(window, dialog, response, _("The landmarks could not be opened"));
    if (!path)
        return;
    g_autoptr(GTask) task = g_task_new(window, NULL, read_done, NULL);
    g_task_set_task_data(task, path, g_free);
    g_task_run_in_thread(task, read_thread);
}

static void open_file(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (window->chooser)
        return;
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_("Open landmarks"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_moving_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_add_landmarks(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "add-landmark", .activate = add},
        {.name = "match-landmark", .activate = match},
        {.name = "delete-landmark", .activate = delete_one},
        {.name = "clear-landmarks", .activate = delete_all},
        {.name = "open-landmarks", .activate = open_file},
        {.name = "save-landmarks", .activate = save_file},
    };
    window->landmarks = lam_landmarks_new();
    window->landmark = -1;
    window->landmarks_page = g_object_new(LAM_TYPE_LANDMARKS_PAGE, NULL);
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(window->landmarks_page, "chosen", G_CALLBACK(row_chosen), window, 0);
    g_signal_connect_object(window->landmarks_page, "renamed", G_CALLBACK(renamed), window, 0);
    g_signal_connect_object(window->canvas, "marked", G_CALLBACK(marked), window, 0);
    g_signal_connect_object(window->canvas, "mark-chosen", G_CALLBACK(mark_chosen), window, 0);
    lam_panel_add(window->panel, "landmarks", _("Landmarks"), GTK_WIDGET(window->landmarks_page));
    enable_actions(window);
}

void lam_window_dispose_landmarks(LamWindow *window)
{
    g_clear_pointer(&window->landmarks, g_ptr_array_unref);
}
