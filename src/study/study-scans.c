/* The table of scans of the same people in several contrasts. */
#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <lambdascope/study_self.h>

enum { NAME, CONTRAST, SCAN, LABELS, COLUMNS };

static const char *const names[COLUMNS] = {"name", "contrast", "scan", "labels"};

static void scan_free(void *p)
{
    LamStudyScan *scan = p;
    g_free(scan->person);
    g_free(scan->contrast);
    g_free(scan->scan);
    g_free(scan->labels);
    g_free(scan);
}

static char *resolved(const GPtrArray *fields, int column, const char *folder)
{
    const char *path = lam_csv_field(fields, column);
    if (path == NULL)
        return NULL;
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

static bool read_header(const GPtrArray *fields, int column[COLUMNS], GError **error)
{
    for (int c = 0; c < COLUMNS; c++)
        column[c] = lam_csv_find(fields, names[c]);
    if (column[NAME] >= 0 && column[CONTRAST] >= 0 && column[SCAN] >= 0)
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "the first row must name the columns name, contrast and scan");
    return false;
}

static bool read_line(const char *line, int number, int column[COLUMNS], const char *folder,
                      GPtrArray *scans, GError **error)
{
    g_autoptr(GPtrArray) fields = lam_csv_split(line);
    if (column[NAME] < 0)
        return read_header(fields, column, error);
    LamStudyScan *scan = g_new0(LamStudyScan, 1);
    g_ptr_array_add(scans, scan);
    scan->person = g_strdup(lam_csv_field(fields, column[NAME]));
    scan->contrast = g_strdup(lam_csv_field(fields, column[CONTRAST]));
    scan->scan = resolved(fields, column[SCAN], folder);
    scan->labels = resolved(fields, column[LABELS], folder);
    if (scan->person != NULL && scan->contrast != NULL && scan->scan != NULL)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "line %d: name, contrast or scan is empty",
                number);
    return false;
}

static bool read_lines(char *text, const char *folder, GPtrArray *scans, GError **error)
{
    int column[COLUMNS] = {-1, -1, -1, -1};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        const char *line = g_strstrip(lines[i]);
        if (*line != '\0' && *line != '#' && !read_line(line, i + 1, column, folder, scans, error))
            return false;
    }
    if (scans->len == 0)
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FORMAT, "no scans in it");
    return scans->len > 0;
}

GPtrArray *lam_study_scans_load(const char *path, const char *folder, GError **error)
{
    g_autofree char *text = NULL, *own = g_path_get_dirname(path);
    g_autoptr(GPtrArray) scans = g_ptr_array_new_with_free_func(scan_free);
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read scans: ");
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read scans: %s: not a text file",
                    path);
        return NULL;
    }
    if (read_lines(text, folder != NULL ? folder : own, scans, &why))
        return g_steal_pointer(&scans);
    g_propagate_prefixed_error(error, why, "cannot read scans: %s: ", path);
    return NULL;
}
