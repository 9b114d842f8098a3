/* lam points: a table of points through a transform. */
#include "chain.h"
#include "cli.h"

#include <lambdascope/error.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    LamCliChain chain;
    char *input, *output, *fixed, *moving;
    gboolean lps, voxel;
} Options;

/* The table as text; cells keep their quotes and spaces, so that what is not x, y or z stays as it was. */
typedef struct {
    char *header;    /* first row */
    GPtrArray *rows; /* GPtrArray of cells each */
    int column[3];
    GArray *points; /* LamVec3, as written in the file */
} Table;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Takes points of the fixed scan to where they lie in the moving scan; with\n"
                   "--inverse, points of the moving scan to where they lie in the fixed one.",
        .description =
            "The table is CSV with a header row naming the columns x, y and z, in mm (RAS); other\n"
            "columns are kept. Images go the other way: lam apply fetches, for each point of the\n"
            "fixed scan, the moving scan's value, so it uses this map as it is.",
    };
    const GOptionEntry entries[] = {
        LAM_CLI_CHAIN_FILES(&o->chain),
        {"input", 'i', 0, G_OPTION_ARG_FILENAME, &o->input, "Table of points", "FILE"},
        LAM_CLI_CHAIN_COURSE(&o->chain),
        {"lps", 0, 0, G_OPTION_ARG_NONE, &o->lps,
         "x and y have the opposite sign, as in ITK and DICOM, in both tables", NULL},
        {"voxel", 0, 0, G_OPTION_ARG_NONE, &o->voxel,
         "x, y, z count voxels from 0, of the scan the points lie in; needs --fixed and --moving",
         NULL},
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Fixed scan", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Moving scan", "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Table to write (default: standard output)", "FILE"},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error) ||
        !lam_cli_chain_check(&o->chain, error) || !lam_cli_require(o->input, "input", error))
        return false;
    if (o->voxel && (!lam_cli_require(o->fixed, "fixed", error) ||
                     !lam_cli_require(o->moving, "moving", error)))
        return false;
    if (!o->voxel || !o->lps)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--lps: voxels have no such axes (see --help)");
    return false;
}

/* ---- reading ---- */

/* Cells of a line, verbatim; commas within double quotes do not part. */
static GPtrArray *split(const char *line)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    const char *start = line;
    bool quoted = false;
    for (const char *p = line;; p++) {
        quoted ^= *p == '"';
        if (*p == '\0' || (*p == ',' && !quoted)) {
            g_ptr_array_add(cells, g_strndup(start, (gsize)(p - start)));
            start = p + 1;
        }
        if (*p == '\0')
            return cells;
    }
}

/* The cell without quotes and spaces around; owned. */
static char *bare(const char *cell)
{
    char *text = g_strstrip(g_strdup(cell));
    size_t n = strlen(text);
    if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
        text[n - 1] = '\0';
        memmove(text, text + 1, n - 1);
    }
    return g_strstrip(text);
}

static bool read_header(Table *table, const char *line, GError **error)
{
    static const char *const names[] = {"x", "y", "z"};
    g_autoptr(GPtrArray) cells = split(line);
    table->header = g_strdup(line);
    for (int a = 0; a < 3; a++) {
        table->column[a] = -1;
        for (guint i = 0; i < cells->len; i++) {
            g_autofree char *name = bare(cells->pdata[i]);
            if (table->column[a] < 0 && g_ascii_strcasecmp(name, names[a]) == 0)
                table->column[a] = (int)i;
        }
        if (table->column[a] < 0) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "the first row must name the columns x, y and z; %s is missing", names[a]);
            return false;
        }
    }
    return true;
}

static bool read_row(Table *table, const char *line, int number, GError **error)
{
    GPtrArray *cells = split(line);
    LamVec3 point;
    g_ptr_array_add(table->rows, cells);
    for (int a = 0; a < 3; a++) {
        bool there = table->column[a] < (int)cells->len;
        g_autofree char *text = there ? bare(cells->pdata[table->column[a]]) : g_strdup("");
        char *end;
        point.v[a] = g_ascii_strtod(text, &end);
        if (end == text || *end != '\0' || !isfinite(point.v[a])) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "line %d: '%.40s' is no number for %c",
                        number, text, "xyz"[a]);
            return false;
        }
    }
    g_array_append_val(table->points, point);
    return true;
}

static void table_clear(Table *table)
{
    g_free(table->header);
    g_ptr_array_unref(table->rows);
    g_array_unref(table->points);
}

static bool table_read(Table *table, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read points: ");
        return false;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read points: %s: not a text file",
                    path);
        return false;
    }
    char *start = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text; /* byte-order mark */
    g_auto(GStrv) lines = g_strsplit(start, "\n", -1);
    for (int i = 0; lines[i] != NULL && why == NULL; i++) {
        char *line = g_strchomp(lines[i]);
        if (*line == '\0')
            continue;
        if (table->header == NULL)
            read_header(table, line, &why);
        else
            read_row(table, line, i + 1, &why);
    }
    if (why == NULL && table->header == NULL)
        g_set_error(&why, LAM_ERROR, LAM_ERROR_FORMAT, "it is empty");
    if (why == NULL)
        return true;
    g_propagate_prefixed_error(error, why, "cannot read points: %s: ", path);
    return false;
}

/* ---- mapping ---- */

/* From the file's numbers to world RAS (forth) or back. */
static void change_axes(const Options *o, const LamGrid *grid, bool forth, GArray *points)
{
    LamMat4 matrix = lam_mat4_identity();
    if (o->lps)
        matrix = lam_mat4_scaling(-1, -1, 1);
    else if (o->voxel && forth)
        matrix = grid->to_world;
    else if (o->voxel)
        lam_mat4_invert(&grid->to_world, &matrix);
    for (guint i = 0; i < points->len; i++) {
        LamVec3 *p = &g_array_index(points, LamVec3, i);
        *p = lam_mat4_apply(&matrix, *p);
    }
}

static bool map_points(const Options *o, GArray *points, GError **error)
{
    g_autoptr(LamVolume) fixed = NULL;
    g_autoptr(LamVolume) moving = NULL;
    if (!lam_cli_load_optional(o->fixed, &fixed, error) ||
        !lam_cli_load_optional(o->moving, &moving, error))
        return false;
    LamCliSpace from = lam_cli_space_of(o->chain.inverse ? moving : fixed);
    LamCliSpace onto = lam_cli_space_of(o->chain.inverse ? fixed : moving);
    g_autoptr(LamTransform) transform = lam_cli_chain_load(&o->chain, &from, &onto, error);
    if (transform == NULL)
        return false;
    change_axes(o, from.grid, true, points);
    if (!lam_transform_points(transform, (LamVec3 *)(void *)points->data, points->len, error))
        return false;
    change_axes(o, onto.grid, false, points);
    return true;
}

/* ---- writing ---- */

static char *table_text(const Table *table)
{
    GString *out = g_string_new(table->header);
    g_string_append_c(out, '\n');
    for (guint r = 0; r < table->rows->len; r++) {
        GPtrArray *cells = table->rows->pdata[r];
        LamVec3 p = g_array_index(table->points, LamVec3, r);
        for (int a = 0; a < 3; a++) {
            g_free(cells->pdata[table->column[a]]);
            cells->pdata[table->column[a]] = g_strdup_printf("%.5f", p.v[a] + 0.0);
        }
        for (guint c = 0; c < cells->len; c++)
            g_string_append_printf(out, "%s%s", c > 0 ? "," : "", (char *)cells->pdata[c]);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static bool table_write(const Table *table, const char *path, GError **error)
{
    g_autofree char *text = table_text(table);
    g_autoptr(GError) cause = NULL;
    if (path == NULL) {
        fputs(text, stdout);
        return true;
    }
    if (g_file_set_contents(path, text, -1, &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write points: %s: %s", path,
                cause->message);
    return false;
}

static bool run(const Options *o, Table *table, GError **error)
{
    g_autofree const char **inputs = lam_cli_chain_inputs(&o->chain, o->fixed, o->moving);
    const char *table_input[] = {o->input, NULL};
    return lam_cli_check_output(o->output, inputs, error) &&
           lam_cli_check_output(o->output, table_input, error) &&
           table_read(table, o->input, error) && map_points(o, table->points, error) &&
           table_write(table, o->output, error);
}

int lam_cli_points(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.chain = LAM_CLI_CHAIN_NEW};
    Table table = {
        .rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref),
        .points = g_array_new(FALSE, FALSE, sizeof(LamVec3)),
    };
    if (parse(&o, &argc, &argv, &error))
        run(&o, &table, &error);
    table_clear(&table);
    lam_cli_chain_clear(&o.chain);
    char *strings[] = {o.input, o.output, o.fixed, o.moving};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("points", error);
}
