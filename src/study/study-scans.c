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

typedef struct {
    const char *folder;
    int column[COLUMNS];
    GPtrArray *scans;
} Table;

static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    lam_csv_find_all(fields, names, COLUMNS, t->column);
    if (t->column[NAME] >= 0 && t->column[CONTRAST] >= 0 && t->column[SCAN] >= 0)
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "the first row must name the columns name, contrast and scan");
    return false;
}

static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    const Table *t = table;
    LamStudyScan *scan = g_new0(LamStudyScan, 1);
    g_ptr_array_add(t->scans, scan);
    scan->person = g_strdup(lam_csv_field(fields, t->column[NAME]));
    scan->contrast = g_strdup(lam_csv_field(fields, t->column[CONTRAST]));
    scan->scan = lam_csv_path(fields, t->column[SCAN], t->folder);
    scan->labels = lam_csv_path(fields, t->column[LABELS], t->folder);
    if (scan->person != NULL && scan->contrast != NULL && scan->scan != NULL)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "line %d: name, contrast or scan is empty",
                line);
    return false;
}

static bool read_text(const char *text, const char *folder, GPtrArray *scans, GError **error)
{
    Table table = {.folder = folder, .scans = scans};
    if (!lam_csv_read(text, read_header, read_row, &table, error))
        return false;
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
    if (read_text(text, folder != NULL ? folder : own, scans, &why))
        return g_steal_pointer(&scans);
    g_propagate_prefixed_error(error, why, "cannot read scans: %s: ", path);
    return NULL;
}
