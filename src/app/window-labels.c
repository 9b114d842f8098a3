/* Label maps of the scans that are shown, and their names: choosing, reading, removing. */
#include "window-private.h"

#include <glib/gi18n.h>

/* What can be chosen. */
typedef enum { FILE_FIXED_LABELS, FILE_MOVING_LABELS, FILE_NAMES } Kind;

/* ---- reading ---- */

typedef struct {
    Kind kind;
    char *path;
    LamDocument *document; /* whose labels they are to be; NULL of names */
    bool estimated;        /* by a network */
} Reading;

/* A label map that has been read. */
typedef struct {
    LamLabels *labels;
    LamTexels *texels;
} Map;

static void map_free(gpointer data)
{
    Map *map = data;
    lam_labels_unref(map->labels);
    lam_texels_unref(map->texels);
    g_free(map);
}

static Map *read_map(const Reading *reading, GError **error)
{
    const LamVolume *scan = reading->kind == FILE_FIXED_LABELS
                                ? lam_document_fixed_volume(reading->document)
                                : lam_document_moving_volume(reading->document);
    g_autoptr(LamLabels) labels = lam_labels_load(reading->path, scan, error);
    LamTexels *texels = labels ? lam_texels_new_labels(labels, error) : NULL;
    if (!texels)
        return NULL;
    Map *map = g_new(Map, 1);
    *map = (Map){g_steal_pointer(&labels), texels};
    return map;
}

static void reading_free(gpointer data)
{
    Reading *reading = data;
    g_free(reading->path);
    g_clear_object(&reading->document);
    g_free(reading);
}

static void read_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Reading *reading = data;
    GError *error = NULL;
    bool names = reading->kind == FILE_NAMES;
    gpointer result =
        names ? (gpointer)lam_label_names_load(reading->path, &error) : read_map(reading, &error);
    if (result)
        g_task_return_pointer(task, result,
                              names ? (GDestroyNotify)lam_label_names_free : map_free);
    else
        g_task_return_error(task, error);
}

static void take_names(LamWindow *window, LamLabelNames *names, const char *path)
{
    g_clear_pointer(&window->label_names, lam_label_names_free);
    window->label_names = names;
    g_free(window->label_names_path);
    window->label_names_path = g_strdup(path);
}

/* What has been read, and what is missing. */
static void say(LamWindow *window, const Reading *reading, const LamLabels *labels)
{
    bool fixed = reading->kind == FILE_FIXED_LABELS;
    if (reading->estimated) {
        lam_readout_set_message(window->readout,
                                _("Labels estimated: for outlines and regions, not to measure by"));
        return;
    }
    LamSide other = fixed ? LAM_SIDE_MOVING : LAM_SIDE_FIXED;
    bool measured = lam_document_labels(window->document, other) != NULL;
    unsigned long n = (unsigned long)labels->count;
    const char *said =
        fixed ? ngettext("%d label of the fixed scan", "%d labels of the fixed scan", n)
              : ngettext("%d label of the moving scan", "%d labels of the moving scan", n);
    const char *wanted = fixed ? _("with those of the moving one their overlap is measured")
                               : _("with those of the fixed one their overlap is measured");
    g_autofree char *count = g_strdup_printf(said, labels->count);
    g_autofree char *text = measured ? g_strdup(count) : g_strdup_printf("%s; %s", count, wanted);
    lam_readout_set_message(window->readout, text);
}

static void have_read(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    const Reading *reading = g_task_get_task_data(G_TASK(result));
    bool names = reading->kind == FILE_NAMES;
    if (!window->worker || (!names && reading->document != window->document))
        return; /* the window is gone, or there is another pair */
    gpointer read = g_task_propagate_pointer(G_TASK(result), &error);
    if (read && names) {
        take_names(window, read, reading->path);
    } else if (read) {
        Map *map = read;
        lam_document_set_labels(window->document, (LamSide)reading->kind, map->labels, map->texels);
        say(window, reading, map->labels);
        map_free(map);
        lam_window_restart_curve(window);
    } else {
        lam_readout_set_message(window->readout, NULL);
        lam_window_show_error(window,
                              names ? _("The names of labels could not be read")
                                    : _("The label map could not be used"),
                              error->message);
    }
    lam_window_show_labels(window);
}

static void read_file(LamWindow *window, Kind kind, const char *path, bool estimated)
{
    Reading *reading = g_new0(Reading, 1);
    reading->kind = kind;
    reading->estimated = estimated;
    reading->path = g_strdup(path);
    if (kind != FILE_NAMES) {
        reading->document = g_object_ref(window->document);
        lam_readout_set_message(window->readout, _("Reading labels"));
    }
    g_autoptr(GTask) task = g_task_new(NULL, NULL, have_read, g_object_ref(window));
    g_task_set_task_data(task, reading, reading_free);
    g_task_run_in_thread(task, read_thread);
}

/* ---- choosing ---- */

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    Kind kind = (Kind)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(dialog), "kind"));
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, window->document ? response : GTK_RESPONSE_CANCEL,
                               _("The label map could not be used"));
    if (path)
        read_file(window, kind, path, false);
}

static void choose(LamWindow *window, Kind kind)
{
    if (window->chooser || !window->document)
        return;
    const char *const titles[] = {
        [FILE_FIXED_LABELS] = _("Choose the labels of the fixed scan"),
        [FILE_MOVING_LABELS] = _("Choose the labels of the moving scan"),
        [FILE_NAMES] = _("Choose the names of the labels"),
    };
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        titles[kind], GTK_WINDOW(window), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
    if (kind != FILE_NAMES)
        lam_window_add_scan_filters(GTK_FILE_CHOOSER(native));
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  kind == FILE_MOVING_LABELS
                                      ? lam_document_moving_path(window->document)
                                      : lam_document_fixed_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data(G_OBJECT(native), "kind", GINT_TO_POINTER(kind));
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

static void open_fixed_labels(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, FILE_FIXED_LABELS);
}

static void open_moving_labels(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, FILE_MOVING_LABELS);
}

static void open_names(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose(user, FILE_NAMES);
}

static void remove_labels(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    for (int side = 0; side < LAM_SIDES; side++)
        lam_document_set_labels(window->document, (LamSide)side, NULL, NULL);
    lam_window_restart_curve(window);
    lam_window_show_labels(window);
}

/* ---- for the rest of the window ---- */

const char *lam_window_label_name(int label, gpointer user)
{
    const LamWindow *window = user;
    const char *name = lam_label_names_find(window->label_names, label);
    return !name && window->document
               ? lam_label_names_find(lam_document_label_names(window->document), label)
               : name;
}

void lam_window_show_labels(LamWindow *window)
{
    bool pair = window->document != NULL;
    bool any = pair && (lam_document_labels(window->document, LAM_SIDE_FIXED) ||
                        lam_document_labels(window->document, LAM_SIDE_MOVING));
    const char *const opening[] = {"open-fixed-labels", "open-moving-labels", "open-label-names"};
    for (size_t i = 0; i < G_N_ELEMENTS(opening); i++)
        lam_window_set_action_enabled(window, opening[i], pair);
    lam_window_set_action_enabled(window, "remove-labels", any);
    lam_window_show_contours(window);
    lam_window_numbers_forget(window);
    lam_window_regions_labels(window);
}

void lam_window_labels_opened(LamWindow *window)
{
    lam_window_show_labels(window);
    for (int kind = 0; kind < FILE_NAMES; kind++) {
        g_autofree char *path = g_steal_pointer(&window->wanted_labels[kind]);
        if (path)
            read_file(window, (Kind)kind, path, false);
    }
}

void lam_window_read_labels(LamWindow *window, LamSide side, const char *path)
{
    read_file(window, (Kind)side, path, false);
}

void lam_window_read_estimate(LamWindow *window, const char *path, const char *names_path)
{
    read_file(window, FILE_NAMES, names_path, true);
    read_file(window, FILE_FIXED_LABELS, path, true);
}

void lam_window_want_labels(LamWindow *window, const char *fixed_path, const char *moving_path,
                            const char *names_path)
{
    const char *const paths[] = {fixed_path, moving_path};
    for (int side = 0; side < LAM_SIDES; side++) {
        g_free(window->wanted_labels[side]);
        window->wanted_labels[side] = g_strdup(paths[side]);
    }
    take_names(window, NULL, NULL);
    if (names_path)
        read_file(window, FILE_NAMES, names_path, false);
}

void lam_window_add_label_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "open-fixed-labels", .activate = open_fixed_labels},
        {.name = "open-moving-labels", .activate = open_moving_labels},
        {.name = "open-label-names", .activate = open_names},
        {.name = "remove-labels", .activate = remove_labels},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    lam_window_show_labels(window);
}

void lam_window_dispose_labels(LamWindow *window)
{
    take_names(window, NULL, NULL);
    for (int side = 0; side < LAM_SIDES; side++)
        g_clear_pointer(&window->wanted_labels[side], g_free);
}
