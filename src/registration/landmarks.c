#include <lambdascope/landmarks.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/trilinear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

static void landmark_free(gpointer data)
{
    LamLandmark *landmark = data;
    g_free(landmark->name);
    g_free(landmark);
}

GPtrArray *lam_landmarks_new(void)
{
    return g_ptr_array_new_with_free_func(landmark_free);
}

LamLandmark *lam_landmarks_add(GPtrArray *landmarks, const LamLandmark *landmark)
{
    LamLandmark *copy = g_memdup2(landmark, sizeof *landmark);
    copy->name = g_strdup(landmark->name ? landmark->name : "");
    g_ptr_array_add(landmarks, copy);
    return copy;
}

GPtrArray *lam_landmarks_copy(const GPtrArray *landmarks)
{
    GPtrArray *copy = lam_landmarks_new();
    for (guint i = 0; i < landmarks->len; i++)
        lam_landmarks_add(copy, landmarks->pdata[i]);
    return copy;
}

static bool same_place(bool a_there, const LamVec3 *a, bool b_there, const LamVec3 *b)
{
    return a_there == b_there && (!a_there || memcmp(a, b, sizeof *a) == 0);
}

bool lam_landmarks_equal(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; a->len == b->len && i < a->len; i++) {
        const LamLandmark *x = a->pdata[i], *y = b->pdata[i];
        if (strcmp(x->name, y->name) != 0 ||
            !same_place(x->in_fixed, &x->fixed, y->in_fixed, &y->fixed) ||
            !same_place(x->in_moving, &x->moving, y->in_moving, &y->moving))
            return false;
    }
    return a->len == b->len;
}

/* ---- reading ---- */

static const char *const columns[7] = {"fixed_x",  "fixed_y",  "fixed_z", "moving_x",
                                       "moving_y", "moving_z", "name"};

static bool wrong(const char *path, int line, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read landmarks: %s, line %d: %s", path,
                line, why);
    lam_error_tidy(error);
    return false;
}

/* Three numbers, or none at all. */
static bool read_point(const GPtrArray *fields, const int column[3], LamVec3 *out, bool *there)
{
    int empty = 0;
    for (int c = 0; c < 3; c++) {
        const char *text = lam_csv_field(fields, column[c]);
        char *end = NULL;
        out->v[c] = text ? g_ascii_strtod(text, &end) : 0;
        empty += text == NULL;
        if (text && (*end != '\0' || !isfinite(out->v[c])))
            return false;
    }
    *there = empty == 0;
    return empty == 0 || empty == 3;
}

typedef struct {
    const char *path;
    int column[7];
    GPtrArray *out;
} Table;

static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    LamLandmark landmark = {.name = (char *)lam_csv_field(fields, t->column[6])};
    if (!read_point(fields, t->column, &landmark.fixed, &landmark.in_fixed) ||
        !read_point(fields, t->column + 3, &landmark.moving, &landmark.in_moving))
        return wrong(t->path, line, "six numbers are needed, or three for one scan", error);
    lam_landmarks_add(t->out, &landmark);
    return true;
}

/* The name alone may be missing. */
static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    lam_csv_find_all(fields, columns, 7, t->column);
    for (int c = 0; c < 6; c++)
        if (t->column[c] < 0)
            return wrong(t->path, line, "the first row must name fixed_x … moving_z", error);
    return true;
}

GPtrArray *lam_landmarks_parse(const char *text, const char *subject, GError **error)
{
    g_autoptr(GPtrArray) landmarks = lam_landmarks_new();
    if (!g_utf8_validate(text, -1, NULL)) {
        wrong(subject, 1, "not a text file", error);
        return NULL;
    }
    Table table = {.path = subject, .out = landmarks};
    if (!lam_csv_read(text, read_header, read_row, &table, error))
        return NULL;
    return landmarks->len > 0 || wrong(subject, 1, "no points in it", error)
               ? g_steal_pointer(&landmarks)
               : NULL;
}

GPtrArray *lam_landmarks_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read landmarks: %s", why->message);
        return NULL;
    }
    return lam_landmarks_parse(text, path, error);
}

/* ---- writing ---- */

static void add_point(GString *text, bool there, LamVec3 point)
{
    for (int c = 0; c < 3; c++) {
        char number[G_ASCII_DTOSTR_BUF_SIZE] = "";
        if (there)
            g_ascii_formatd(number, sizeof number, "%.4f", point.v[c] + 0.0);
        g_string_append_printf(text, "%s,", number);
    }
}

/* Line breaks have no place in a name. */
static char *quoted(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    g_strdelimit(doubled, "\r\n", ' ');
    return strpbrk(name, ",\"") ? g_strdup_printf("\"%s\"", doubled) : g_strdup(doubled);
}

char *lam_landmarks_text(const GPtrArray *landmarks)
{
    GString *text = g_string_new("fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z,name\n");
    for (guint i = 0; i < landmarks->len; i++) {
        const LamLandmark *landmark = landmarks->pdata[i];
        g_autofree char *name = quoted(landmark->name);
        add_point(text, landmark->in_fixed, landmark->fixed);
        add_point(text, landmark->in_moving, landmark->moving);
        g_string_append_printf(text, "%s\n", name);
    }
    return g_string_free(text, FALSE);
}

/* ---- errors ---- */

static LamVec3 displaced(const LamVolume *d, LamVec3 x)
{
    LamMat4 to_voxel;
    if (!d || !lam_mat4_invert(&d->grid.to_world, &to_voxel))
        return x;
    const int *n = d->grid.size;
    LamVec3 at = lam_mat4_apply(&to_voxel, x);
    LamTap i = lam_tap(at.v[0], n[0], 1), j = lam_tap(at.v[1], n[1], (size_t)n[0]);
    LamTap k = lam_tap(at.v[2], n[2], (size_t)n[0] * (size_t)n[1]);
    for (int c = 0; c < 3; c++)
        x.v[c] += lam_trilinear(lam_volume_channel(d, c), i, j, k);
    return x;
}

double lam_landmark_error_mm(const LamLandmark *landmark, const LamVolume *d, const LamMat4 *affine)
{
    if (!landmark->in_fixed || !landmark->in_moving)
        return NAN;
    LamVec3 y = lam_mat4_apply(affine, displaced(d, landmark->fixed));
    double square = 0;
    for (int c = 0; c < 3; c++)
        square += (y.v[c] - landmark->moving.v[c]) * (y.v[c] - landmark->moving.v[c]);
    return sqrt(square);
}

/* Of n >= 1 values in lam_order_doubles order: the value that 95 % do not exceed. */
static double percentile95(const double *values, int n)
{
    int at = (int)ceil(0.95 * n) - 1;
    return values[MAX(at, 0)];
}

LamLandmarkErrors lam_landmark_errors(const GPtrArray *landmarks, const LamVolume *d,
                                      const LamMat4 *affine, double *errors_mm)
{
    g_autofree double *known = g_new(double, MAX(landmarks->len, 1));
    double sum = 0, aligned = 0;
    int n = 0;
    for (guint i = 0; i < landmarks->len; i++) {
        double error = lam_landmark_error_mm(landmarks->pdata[i], d, affine);
        if (errors_mm)
            errors_mm[i] = error;
        if (isnan(error))
            continue;
        known[n++] = error;
        sum += error;
        aligned += lam_landmark_error_mm(landmarks->pdata[i], NULL, affine);
    }
    if (n == 0)
        return (LamLandmarkErrors){0, NAN, NAN, NAN, NAN};
    qsort(known, (size_t)n, sizeof known[0], lam_order_doubles);
    return (LamLandmarkErrors){n, sum / n, percentile95(known, n), known[n - 1], aligned / n};
}
