#include "subjects.h"

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <lambdascope/same_file.h>
#include <lambdascope/template.h>
#include <math.h>
#include <string.h>

#define WIDTH 0.1 /* of the range: over which ages count as one */

typedef struct {
    const char *path, *folder;
    char *const *scans;
    int n;
    const LamTemplateConfig *config;
    double *values;
    char **people;         /* NULL: not asked */
    int id, scan, subject; /* columns; -1: none */
    int column[LAM_TEMPLATE_MAX_ATTRIBUTES];
    bool *known; /* by scan */
} Table;

static bool wrong(const Table *t, int line, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* line 0: of the table as a whole. */
static bool wrong(const Table *t, int line, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *where = line > 0 ? g_strdup_printf(", line %d", line) : g_strdup("");
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot read subjects: %s%s: %s", t->path,
                where, why);
    return false;
}

static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    t->id = lam_csv_find(fields, "id");
    t->scan = lam_csv_find(fields, "scan");
    t->subject = lam_csv_find(fields, "subject");
    if (t->id < 0 && t->scan < 0)
        return wrong(t, line, error, "the first row must name a column id or scan");
    for (int i = 0; i < t->config->n_attributes; i++) {
        t->column[i] = lam_csv_find(fields, t->config->attribute[i].name);
        if (t->column[i] < 0)
            return wrong(t, line, error, "there is no column \"%s\"", t->config->attribute[i].name);
    }
    return true;
}

/* "1000" is the beginning of "1000_t1.nii.gz", not of "10003_t1.nii.gz". */
static bool begins(const char *path, const char *id)
{
    g_autofree char *name = g_path_get_basename(path);
    return g_str_has_prefix(name, id) && !g_ascii_isalnum(name[strlen(id)]);
}

/* Whether row and scan belong together; false and an error if the scan that is named is not there. */
static bool find_scans(const Table *t, const GPtrArray *fields, int line, bool *mine,
                       GError **error)
{
    const char *id = lam_csv_field(fields, t->id), *scan = lam_csv_field(fields, t->scan);
    if (t->scan < 0 ? id == NULL : scan == NULL)
        return wrong(t, line, error, "the column %s is empty", t->scan < 0 ? "id" : "scan");
    g_autofree char *path = scan != NULL ? g_build_filename(t->folder, scan, NULL) : NULL;
    if (path != NULL && !g_file_test(path, G_FILE_TEST_EXISTS))
        return wrong(t, line, error, "there is no scan %s", path);
    for (int i = 0; i < t->n; i++)
        mine[i] = path != NULL ? lam_same_file(path, t->scans[i]) : begins(t->scans[i], id);
    return true;
}

static bool read_values(const Table *t, const GPtrArray *fields, int line, double *values,
                        GError **error)
{
    for (int i = 0; i < t->config->n_attributes; i++) {
        GError *why = NULL;
        const char *text = lam_csv_field(fields, t->column[i]);
        if (lam_attribute_parse(&t->config->attribute[i], text, &values[i], &why))
            continue;
        wrong(t, line, error, "%s", why->message);
        g_error_free(why);
        return false;
    }
    return true;
}

static char *person_of(const Table *t, const GPtrArray *fields)
{
    const char *subject = lam_csv_field(fields, t->subject), *id = lam_csv_field(fields, t->id);
    return g_strdup(subject != NULL ? subject : id != NULL ? id : lam_csv_field(fields, t->scan));
}

/* Rows of people whose scans are not among these are not looked at further. */
static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    const Table *t = table;
    g_autofree bool *mine = g_new0(bool, t->n);
    if (!find_scans(t, fields, line, mine, error))
        return false;
    for (int i = 0; i < t->n; i++) {
        double *values = t->values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES;
        if (!mine[i])
            continue;
        if (t->known[i])
            return wrong(t, line, error, "%s stands twice", t->scans[i]);
        if (!read_values(t, fields, line, values, error))
            return false;
        if (t->people != NULL)
            t->people[i] = person_of(t, fields);
        t->known[i] = true;
    }
    return true;
}

static bool read_rows(Table *t, const char *text, GError **error)
{
    if (!lam_csv_read(text, read_header, read_row, t, error))
        return false;
    for (int i = 0; i < t->n; i++)
        if (!t->known[i])
            return wrong(t, 0, error, "there is no row for %s", t->scans[i]);
    return true;
}

bool lam_subjects_set_ranges(const char *table, const double *values, int n,
                             LamTemplateConfig *config, GError **error)
{
    const Table t = {.path = table};
    for (int k = 0; k < config->n_attributes; k++) {
        LamAttribute *a = &config->attribute[k];
        double low = INFINITY, high = -INFINITY;
        for (int i = 0; i < n; i++) {
            low = fmin(low, values[i * LAM_TEMPLATE_MAX_ATTRIBUTES + k]);
            high = fmax(high, values[i * LAM_TEMPLATE_MAX_ATTRIBUTES + k]);
        }
        if (!(low < high))
            return wrong(&t, 0, error,
                         "%s is the same for all %d scans: a template cannot follow it", a->name,
                         n);
        a->low = low;
        a->high = high;
    }
    return true;
}

bool lam_subjects_read(const char *table, const char *folder, char *const *scans, int n,
                       const LamTemplateConfig *config, double *values, char **people,
                       GError **error)
{
    g_autofree bool *known = g_new0(bool, n);
    g_autofree char *text = NULL;
    Table t = {table, folder, scans, n, config, values, people, -1, -1, -1, .known = known};
    GError *why = NULL;
    if (!g_file_get_contents(table, &text, NULL, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read subjects: %s", why->message);
        g_error_free(why);
        return false;
    }
    if (!g_utf8_validate(text, -1, NULL))
        return wrong(&t, 0, error, "not a text file");
    return read_rows(&t, text, error);
}

void lam_subjects_even(const LamTemplateConfig *config, const double *values, int n,
                       double *weights)
{
    int k = 0;
    while (k < config->n_attributes && config->attribute[k].word[0][0] != '\0')
        k++;
    double total = 0, width = 1;
    if (k < config->n_attributes)
        width = WIDTH * (config->attribute[k].high - config->attribute[k].low);
    for (int i = 0; i < n; i++) {
        double density = 0;
        for (int j = 0; j < n; j++) {
            double apart = k < config->n_attributes
                               ? values[i * LAM_TEMPLATE_MAX_ATTRIBUTES + k] -
                                     values[j * LAM_TEMPLATE_MAX_ATTRIBUTES + k]
                               : 0;
            density += exp(-0.5 * pow(apart / width, 2));
        }
        weights[i] = 1 / density;
        total += weights[i];
    }
    for (int i = 0; i < n; i++)
        weights[i] /= total;
}

/* ---- of a learned template ---- */

static bool check_values(const char *task, const LamTemplateConfig *config, char *const *scans,
                         int n, const double *values, GError **error)
{
    for (int i = 0; i < n; i++)
        if (!lam_template_check(config, values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES, error)) {
            g_prefix_error(error, "cannot %s: %s: ", task, scans[i]);
            return false;
        }
    return true;
}

bool lam_subjects_load(const char *task, const LamTemplateConfig *config, const char *folder,
                       const char *table, char *const *scans, int n, double *values, char **people,
                       double *weights, GError **error)
{
    if (config->n_attributes > 0 && table == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot %s: the template's attributes: a table of subjects is needed", task);
        return false;
    }
    g_autofree char *path = table == NULL || g_path_is_absolute(table) || folder == NULL
                                ? g_strdup(table)
                                : g_build_filename(folder, table, NULL);
    if ((config->n_attributes > 0 && !lam_subjects_read(path, folder != NULL ? folder : ".", scans,
                                                        n, config, values, people, error)) ||
        !check_values(task, config, scans, n, values, error))
        return false;
    lam_subjects_even(config, values, n, weights);
    return true;
}
