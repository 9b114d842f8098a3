#include "dicom.h"

#include <lambdascope/nifti.h>

#include "voxel-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define PROGRAM    "dcm2niix"
#define LISTED_MAX 12

static void remove_files(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    if (dir != NULL)
        g_dir_close(dir);
}

/* ---- converting ---- */

/* path: what messages name; in: a folder, or a file that is to be read alone. */
static GSubprocess *start(const char *path, const char *in, const char *out, GError **error)
{
    g_autofree char *program = g_find_program_in_path(PROGRAM);
    g_autoptr(GError) reason = NULL;
    const char *alone = g_file_test(in, G_FILE_TEST_IS_DIR) ? "n" : "y";
    if (program == NULL) {
        lam_scan_fail(path, LAM_ERROR_UNSUPPORTED, error,
                      "DICOM is read through " PROGRAM ", which is not installed");
        return NULL;
    }
    GSubprocess *process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &reason, program, "-g",
        "i", "-b", "n", "-z", "n", "-f", "%s=%d", "-s", alone, "-o", out, in, NULL);
    if (process == NULL)
        lam_scan_fail(path, LAM_ERROR_IO, error, "%s", reason->message);
    return process;
}

/* What the program says goes into *output. */
static bool wait_for(GSubprocess *process, const char *path, GCancellable *cancellable,
                     char **output, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) bytes = NULL;
    if (g_subprocess_communicate(process, NULL, cancellable, &bytes, NULL, &reason)) {
        gsize n = 0;
        const char *text = g_bytes_get_data(bytes, &n);
        *output = g_utf8_make_valid(text != NULL ? text : "", (gssize)n);
        return true;
    }
    g_subprocess_force_exit(process);
    g_subprocess_wait(process, NULL, NULL);
    if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_CANCELLED, "cannot read scan: %s: cancelled", path);
        return false;
    }
    return lam_scan_fail(path, LAM_ERROR_IO, error, "%s", reason->message);
}

/* The first line that tells of an error. */
static char *complaint(const char *output)
{
    g_auto(GStrv) lines = g_strsplit_set(output, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (strstr(*line, "Error") != NULL)
            return g_strdup(*line);
    return g_strdup("no reason given");
}

static bool convert(const char *path, const char *in, const char *folder, GCancellable *cancellable,
                    GError **error)
{
    g_autoptr(GSubprocess) process = start(path, in, folder, error);
    g_autofree char *output = NULL;
    if (process == NULL || !wait_for(process, path, cancellable, &output, error))
        return false;
    if (strstr(output, "Unable to find any DICOM") != NULL)
        return lam_scan_fail(path, LAM_ERROR_FORMAT, error, "no DICOM images were found");
    if (!g_subprocess_get_if_exited(process))
        return lam_scan_fail(path, LAM_ERROR_FORMAT, error, PROGRAM " crashed on it");
    if (g_subprocess_get_exit_status(process) == 0)
        return true;
    g_autofree char *why = complaint(output);
    return lam_scan_fail(path, LAM_ERROR_FORMAT, error, PROGRAM " could not convert it (%s)", why);
}

/* ---- choosing ---- */

/* By series number, then by the rest of the name. */
static int compare_names(gconstpointer a, gconstpointer b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    gint64 m = g_ascii_strtoll(x, NULL, 10), n = g_ascii_strtoll(y, NULL, 10);
    return m != n ? (m > n) - (m < n) : strcmp(x, y);
}

/* Names of what was made; each is "NUMBER=DESCRIPTION.nii". */
static GPtrArray *list_series(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
        if (g_str_has_suffix(name, ".nii"))
            g_ptr_array_add(names, g_strdup(name));
    if (dir != NULL)
        g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    return names;
}

/* The name that the series of one file has been given; NULL if the file makes none. */
static char *name_of_file(const char *path, const char *in, const char *folder,
                          GCancellable *cancellable)
{
    char *name = NULL;
    if (convert(path, in, folder, cancellable, NULL)) {
        g_autoptr(GPtrArray) names = list_series(folder);
        name = names->len > 0 ? g_strdup(names->pdata[0]) : NULL;
    }
    remove_files(folder);
    return name;
}

/* The series of that name, or else the only one of its number; -1 if there is none. */
static int find_series(const GPtrArray *names, const char *name)
{
    size_t number = strcspn(name, "=") + 1;
    int found = -1, count = 0;
    for (guint i = 0; i < names->len; i++) {
        if (strcmp(names->pdata[i], name) == 0)
            return (int)i;
        if (strncmp(names->pdata[i], name, number) == 0) {
            found = (int)i;
            count++;
        }
    }
    return count == 1 ? found : -1;
}

static char *title_of(const char *name)
{
    char *title = g_utf8_make_valid(name, (gssize)(strlen(name) - strlen(".nii")));
    return g_strdelimit(title, "=", ' ');
}

static void append_series(GString *text, const char *folder, const char *name, guint number)
{
    g_autofree char *file = g_build_filename(folder, name, NULL);
    g_autofree char *title = title_of(name);
    g_autoptr(LamVolume) volume = lam_nifti_load(file, 0, NULL);
    g_string_append_printf(text, "%s#%u: %s", number > 0 ? ", " : "", number, title);
    if (volume == NULL)
        return;
    const int *n = volume->grid.size;
    g_string_append_printf(text, " (%d x %d x %d", n[0], n[1], n[2]);
    if (volume->frames > 1)
        g_string_append_printf(text, ", %d frames", volume->frames);
    g_string_append(text, ")");
}

static bool fail_choice(const char *path, const char *folder, const GPtrArray *names, int series,
                        GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < MIN(names->len, LISTED_MAX); i++)
        append_series(text, folder, names->pdata[i], i);
    if (names->len > LISTED_MAX)
        g_string_append(text, " ...");
    if (series >= 0)
        return lam_scan_fail(path, LAM_ERROR_ARGUMENT, error,
                             "series %d asked for, it holds %u: %s", series, names->len, text->str);
    return lam_scan_fail(path, LAM_ERROR_ARGUMENT, error,
                         "it holds %u series; choose one as FOLDER#N, or one of its files: %s",
                         names->len, text->str);
}

static LamVolume *load_series(const char *path, const char *folder, const GPtrArray *names,
                              int series, int frame, GError **error)
{
    const char *name = names->pdata[series];
    g_autofree char *file = g_build_filename(folder, name, NULL);
    g_autofree char *title = title_of(name);
    g_autoptr(GError) reason = NULL;
    LamVolume *volume = lam_nifti_load(file, frame, &reason);
    if (volume == NULL) { /* without the name of a file that is gone */
        const char *why = strstr(reason->message, name);
        lam_scan_fail(path, (LamError)reason->code, error, "series %d (%s)%s", series, title,
                      why != NULL ? why + strlen(name) : reason->message);
        return NULL;
    }
    g_autofree char *rest = volume->note;
    g_free(volume->path);
    g_free(volume->file_kind);
    volume->path = g_strdup(path);
    volume->file_kind = g_strdup("DICOM");
    volume->note =
        g_strdup_printf("DICOM series %d of %u (%s), converted by " PROGRAM "%s%s", series,
                        names->len, title, rest != NULL ? "; " : "", rest != NULL ? rest : "");
    return volume;
}

static LamVolume *load_from(const char *path, const char *folder, int series, int frame,
                            GCancellable *cancellable, GError **error)
{
    g_autofree char *in = g_canonicalize_filename(path, NULL), *own = NULL;
    if (!g_file_test(in, G_FILE_TEST_IS_DIR)) {
        own = series < 0 ? name_of_file(path, in, folder, cancellable) : NULL;
        char *parent = g_path_get_dirname(in);
        g_free(in);
        in = parent;
    }
    if (!convert(path, in, folder, cancellable, error))
        return NULL;
    g_autoptr(GPtrArray) names = list_series(folder);
    if (names->len == 0) {
        lam_scan_fail(path, LAM_ERROR_FORMAT, error, PROGRAM " made no scan of it");
        return NULL;
    }
    if (series < 0)
        series = names->len == 1 ? 0 : own != NULL ? find_series(names, own) : -1;
    if (series < 0 || (guint)series >= names->len) {
        fail_choice(path, folder, names, series, error);
        return NULL;
    }
    return load_series(path, folder, names, series, frame, error);
}

LamVolume *lam_dicom_load(const char *path, int series, int frame, GCancellable *cancellable,
                          GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *folder = g_dir_make_tmp("lambdascope-XXXXXX", &reason);
    if (folder == NULL) {
        lam_scan_fail(path, LAM_ERROR_IO, error, "%s", reason->message);
        return NULL;
    }
    LamVolume *volume = load_from(path, folder, series, frame, cancellable, error);
    remove_files(folder);
    g_rmdir(folder);
    return volume;
}
