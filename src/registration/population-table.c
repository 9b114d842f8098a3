/* The people's table, as lam template people writes it. */
#include <lambdascope/template_population.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <math.h>

typedef struct {
    const LamTemplateConfig *config;
    const char *path;
    int attribute[LAM_TEMPLATE_MAX_ATTRIBUTES], structure[LAM_TEMPLATE_MAX_STRUCTURES], person;
    GHashTable *known;   /* person -> row + 1 */
    GArray *values, *ml; /* double */
    GArray *scans;       /* int: of each row */
} Table;

void lam_template_population_free(LamTemplatePopulation *population)
{
    if (population == NULL)
        return;
    g_free(population->values);
    g_free(population->ml);
    g_free(population);
}

/* line 0: of the file as a whole. */
static bool wrong(const Table *t, int line, const char *why, GError **error)
{
    g_autofree char *where = line > 0 ? g_strdup_printf(", line %d", line) : g_strdup("");
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot read people: %s%s: %s", t->path,
                where, why);
    return false;
}

static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    int structures = 0;
    t->person = lam_csv_find(fields, "person");
    for (int i = 0; i < t->config->n_attributes; i++) {
        g_autofree char *why =
            g_strdup_printf("there is no column \"%s\"", t->config->attribute[i].name);
        t->attribute[i] = lam_csv_find(fields, t->config->attribute[i].name);
        if (t->attribute[i] < 0)
            return wrong(t, line, why, error);
    }
    for (int k = 1; k < t->config->n_structures; k++) {
        t->structure[k] = lam_csv_find(fields, t->config->structure[k].name);
        structures += t->structure[k] >= 0;
    }
    return structures > 0 || wrong(t, line, "no column is one of the template's structures", error);
}

/* NaN where there is none. */
static bool read_volume(const Table *t, const GPtrArray *fields, int column, int line, double *ml,
                        GError **error)
{
    const char *text = lam_csv_field(fields, column);
    char *end = NULL;
    *ml = text != NULL ? g_ascii_strtod(text, &end) : NAN;
    if (text == NULL || (*end == '\0' && isfinite(*ml) && *ml >= 0))
        return true;
    g_autofree char *why = g_strdup_printf("a volume in ml is needed, not “%s”", text);
    return wrong(t, line, why, error);
}

/* The row of the one whom the line is about; a new one if it is the first. */
static guint row_of(Table *t, const GPtrArray *fields)
{
    const char *person = lam_csv_field(fields, t->person);
    guint row = person != NULL ? GPOINTER_TO_UINT(g_hash_table_lookup(t->known, person)) : 0;
    if (row > 0)
        return row - 1;
    g_array_set_size(t->scans, t->scans->len + 1);
    g_array_set_size(t->values, t->scans->len * LAM_TEMPLATE_MAX_ATTRIBUTES);
    g_array_set_size(t->ml, t->scans->len * (guint)t->config->n_structures);
    if (person != NULL)
        g_hash_table_insert(t->known, g_strdup(person), GUINT_TO_POINTER(t->scans->len));
    return t->scans->len - 1;
}

static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    guint row = row_of(t, fields);
    int *scans = &g_array_index(t->scans, int, row);
    double *values = &g_array_index(t->values, double, row *LAM_TEMPLATE_MAX_ATTRIBUTES);
    double *ml = &g_array_index(t->ml, double, row *(guint)t->config->n_structures);
    for (int i = 0; i < t->config->n_attributes; i++) {
        const char *text = lam_csv_field(fields, t->attribute[i]);
        g_autoptr(GError) why = NULL;
        double value;
        if (!lam_attribute_parse(&t->config->attribute[i], text, &value, &why))
            return wrong(t, line, why->message, error);
        values[i] += (value - values[i]) / (*scans + 1);
    }
    ml[0] = NAN;
    for (int k = 1; k < t->config->n_structures; k++) {
        double volume;
        if (!read_volume(t, fields, t->structure[k], line, &volume, error))
            return false;
        ml[k] += (volume - ml[k]) / (*scans + 1);
    }
    (*scans)++;
    return true;
}

static bool read_rows(Table *t, const char *text, GError **error)
{
    return lam_csv_read(text, read_header, read_row, t, error) &&
           (t->scans->len > 0 || wrong(t, 0, "nobody is in it", error));
}

static LamTemplatePopulation *read_text(Table *t, const char *text, GError **error)
{
    LamTemplatePopulation *population = NULL;
    t->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    t->values = g_array_new(FALSE, TRUE, sizeof(double));
    t->ml = g_array_new(FALSE, TRUE, sizeof(double));
    t->scans = g_array_new(FALSE, TRUE, sizeof(int));
    if (read_rows(t, text, error)) {
        population = g_new0(LamTemplatePopulation, 1);
        population->n = (int)t->scans->len;
        population->structures = t->config->n_structures;
        population->values = g_memdup2(t->values->data, t->values->len * sizeof(double));
        population->ml = g_memdup2(t->ml->data, t->ml->len * sizeof(double));
    }
    g_hash_table_unref(t->known);
    g_array_unref(t->values);
    g_array_unref(t->ml);
    g_array_unref(t->scans);
    return population;
}

LamTemplatePopulation *lam_template_population_load(const LamTemplateConfig *config,
                                                    const char *path, GError **error)
{
    g_autofree char *text = NULL;
    Table t = {.config = config, .path = path};
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read people: %s", why->message);
        g_error_free(why);
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        wrong(&t, 0, "not a text file", error);
        return NULL;
    }
    return read_text(&t, text, error);
}

#define PEOPLE_ENDING ".people.csv"

LamTemplatePopulation *lam_template_population_of(const LamModel *model, GError **error)
{
    const char *path = lam_model_path(model);
    if (path == NULL || !g_str_has_suffix(path, LAM_MODEL_ENDING))
        return NULL;
    g_autofree char *stem = lam_model_stem(path);
    g_autofree char *people = g_strconcat(stem, PEOPLE_ENDING, NULL);
    if (!g_file_test(people, G_FILE_TEST_EXISTS))
        return NULL;
    return lam_template_population_load(lam_model_template(model), people, error);
}
