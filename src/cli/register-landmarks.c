/* Pairs of points from a CSV. */
#include "register.h"

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <math.h>

static const char *const names[6] = {"fixed_x",  "fixed_y",  "fixed_z",
                                     "moving_x", "moving_y", "moving_z"};

static bool wrong(const char *path, int line, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read landmarks: %s, line %d: %s", path,
                line, why);
    return false;
}

static bool read_row(const GPtrArray *fields, const int column[6], double out[6])
{
    for (int c = 0; c < 6; c++) {
        const char *text = lam_csv_field(fields, column[c]);
        char *end = NULL;
        out[c] = text != NULL ? g_ascii_strtod(text, &end) : NAN;
        if (text == NULL || *end != '\0' || !isfinite(out[c]))
            return false;
    }
    return true;
}

static bool read_lines(const char *path, char **lines, GArray *fixed, GArray *moving,
                       GError **error)
{
    int column[6] = {-1, -1, -1, -1, -1, -1};
    for (int i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) == '\0' || *lines[i] == '#')
            continue;
        g_autoptr(GPtrArray) fields = lam_csv_split(lines[i]);
        double v[6];
        if (column[0] < 0) {
            for (int c = 0; c < 6; c++)
                if ((column[c] = lam_csv_find(fields, names[c])) < 0)
                    return wrong(path, i + 1, "the first row must name fixed_x … moving_z", error);
        } else if (!read_row(fields, column, v)) {
            return wrong(path, i + 1, "six numbers are needed", error);
        } else {
            LamVec3 f = {{v[0], v[1], v[2]}}, m = {{v[3], v[4], v[5]}};
            g_array_append_val(fixed, f);
            g_array_append_val(moving, m);
        }
    }
    return fixed->len > 0 || wrong(path, 1, "no points in it", error);
}

bool lam_register_load_landmarks(const char *path, GArray **fixed, GArray **moving, GError **error)
{
    g_autofree char *text = NULL;
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read landmarks: ");
        return false;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    *fixed = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    *moving = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    return read_lines(path, lines, *fixed, *moving, error);
}
