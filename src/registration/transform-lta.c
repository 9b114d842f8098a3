/* FreeSurfer's LTA: one matrix from source (moving) to destination (fixed), between voxels (type 0) or
 * between scanner RAS (type 1), and the geometry of both volumes. Their vox2ras has the directions times
 * the voxel sizes as columns and takes the point size/2 to cras. */
#include "transform-formats.h"

#include <math.h>
#include <string.h>

enum { VOX_TO_VOX = 0, RAS_TO_RAS = 1 };

typedef struct {
    bool seen, valid;
    double size[3], spacing[3], axis[3][3], centre[3];
} VolumeInfo;

typedef struct {
    double type, count, values[16];
    int rows; /* of the matrix that have been read; -1: it has not begun */
    VolumeInfo info[2];
    VolumeInfo *current; /* the section that the lines belong to; NULL: none */
} Lta;

/* ---- reading ---- */

bool lam_lta_recognise(const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, MIN(length, 4096));
    const char *type = strstr(copy, "type"), *count = strstr(copy, "nxforms");
    return type != NULL && count != NULL && type < count;
}

static bool read_info(VolumeInfo *info, const char *key, const char *value, GError **error)
{
    double valid = 0;
    struct {
        const char *key;
        double *out;
        int n;
    } fields[] = {
        {"valid", &valid, 1},       {"volume", info->size, 3},  {"voxelsize", info->spacing, 3},
        {"xras", info->axis[0], 3}, {"yras", info->axis[1], 3}, {"zras", info->axis[2], 3},
        {"cras", info->centre, 3}};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(key, fields[i].key) == 0) {
            if (!lam_text_exactly(value, key, fields[i].out, fields[i].n, error))
                return false;
            if (i == 0)
                info->valid = valid == 1;
            return true;
        }
    return true; /* filename and whatever else there may be */
}

static bool read_pair(Lta *lta, const char *key, const char *value, GError **error)
{
    if (lta->current != NULL)
        return read_info(lta->current, key, value, error);
    if (strcmp(key, "type") == 0)
        return lam_text_exactly(value, key, &lta->type, 1, error);
    if (strcmp(key, "nxforms") == 0)
        return lam_text_exactly(value, key, &lta->count, 1, error);
    return true; /* mean, sigma: of no use here */
}

static bool read_line(Lta *lta, char *line, GError **error)
{
    if (lta->rows >= 0 && lta->rows < 4) {
        lta->rows++;
        return lam_text_exactly(line, "a row of the matrix", lta->values + 4 * (lta->rows - 1), 4,
                                error);
    }
    for (int i = 0; i < 2; i++)
        if (g_str_has_prefix(line, i == 0 ? "src volume info" : "dst volume info")) {
            lta->current = &lta->info[i];
            lta->current->seen = true;
            return true;
        }
    char *value = strchr(line, '=');
    if (value != NULL) {
        *value++ = '\0';
        return read_pair(lta, g_strstrip(line), value, error);
    }
    if (lta->rows < 0 && g_str_has_prefix(line, "1 4 4"))
        lta->rows = 0;
    return true; /* subject, fscale */
}

static bool read_lines(Lta *lta, char *text, GError **error)
{
    for (char *line = text, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *remark = strchr(line, '#');
        if (remark != NULL)
            *remark = '\0';
        g_strstrip(line);
        if (*line != '\0' && !read_line(lta, line, error))
            return false;
    }
    if (lta->type < 0 || lta->count < 0)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "it is not an LTA file");
    if (lta->count != 1)
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED, "it holds %g matrices, one is read",
                                 lta->count);
    return lta->rows == 4 ||
           lam_transform_why(error, LAM_ERROR_FORMAT, "the file is cut short: no matrix of 4 x 4");
}

static LamMat4 vox2ras(const VolumeInfo *info)
{
    LamMat4 m = lam_mat4_identity();
    for (int r = 0; r < 3; r++) {
        m.m[r][3] = info->centre[r];
        for (int a = 0; a < 3; a++) {
            m.m[r][a] = info->axis[a][r] * info->spacing[a];
            m.m[r][3] -= m.m[r][a] * info->size[a] / 2;
        }
    }
    return m;
}

/* Of the file itself, else of the scan given. */
static bool find_space(const VolumeInfo *info, const LamGrid *given, bool moving, LamMat4 *matrix,
                       GError **error)
{
    if (info->seen && info->valid) {
        *matrix = vox2ras(info);
        return lam_matrix_check(matrix, error);
    }
    if (given != NULL) {
        *matrix = given->to_world;
        return true;
    }
    return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                             "it does not tell the geometry of its %s volume: the %s scan is "
                             "needed (--%s)",
                             moving ? "source" : "destination", moving ? "moving" : "fixed",
                             moving ? "moving" : "fixed");
}

bool lam_lta_parse(const char *text, gsize length, const LamTransformFileOptions *options,
                   LamMat4 *matrix, GError **error)
{
    g_autofree char *copy = g_strndup(text, length);
    Lta lta = {.type = -1, .count = -1, .rows = -1};
    if (!read_lines(&lta, copy, error))
        return false;
    memcpy(matrix->m, lta.values, sizeof lta.values);
    if (!lam_matrix_check(matrix, error))
        return false;
    if (lta.type == RAS_TO_RAS)
        return true;
    if (lta.type != VOX_TO_VOX)
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "an LTA of type %g is not read; 0 (voxels) and 1 (RAS) are",
                                 lta.type);
    LamMat4 source, destination, to_voxel;
    if (!find_space(&lta.info[0], options->moving, true, &source, error) ||
        !find_space(&lta.info[1], options->fixed, false, &destination, error))
        return false;
    lam_mat4_invert(&source, &to_voxel);
    *matrix = lam_mat4_multiply(matrix, &to_voxel);
    *matrix = lam_mat4_multiply(&destination, matrix);
    return lam_matrix_check(matrix, error);
}

/* ---- writing ---- */

static void append_line(GString *text, const char *key, const double *values)
{
    g_string_append_printf(text, "%-9s = ", key);
    lam_text_append_many(text, values, 3);
    g_string_append_c(text, '\n');
}

static void append_info(GString *text, const char *which, const LamGrid *grid)
{
    static const char *const names[] = {"xras", "yras", "zras"};
    LamVec3 spacing = lam_grid_spacing_mm(grid), middle;
    g_string_append_printf(text,
                           "%s volume info\nvalid = 1  # volume info valid\nfilename = %s\n"
                           "volume = %d %d %d\n",
                           which, which, grid->size[0], grid->size[1], grid->size[2]);
    append_line(text, "voxelsize", spacing.v);
    for (int a = 0; a < 3; a++) {
        double axis[3];
        for (int r = 0; r < 3; r++)
            axis[r] = grid->to_world.m[r][a] / spacing.v[a];
        append_line(text, names[a], axis);
        middle.v[a] = grid->size[a] / 2.0;
    }
    append_line(text, "cras", lam_mat4_apply(&grid->to_world, middle).v);
}

char *lam_lta_format(const LamMat4 *matrix, const LamGrid *moving, const LamGrid *fixed)
{
    GString *text = g_string_new("type      = 1 # LINEAR_RAS_TO_RAS\nnxforms   = 1\n"
                                 "mean      = 0 0 0\nsigma     = 1\n1 4 4\n");
    for (int i = 0; i < 4; i++) {
        lam_text_append_many(text, matrix->m[i], 4);
        g_string_append_c(text, '\n');
    }
    append_info(text, "src", moving);
    append_info(text, "dst", fixed);
    return g_string_free(text, FALSE);
}
