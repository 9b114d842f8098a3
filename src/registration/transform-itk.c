/* ITK's transforms in its text format, and what their parameters mean. All act on LPS, mm, and take
 * points of the fixed image to the moving one: y = M (x - c) + c + t. Parameters as documented for each
 * class in the ITK Software Guide, book 2, chapter 3.9. */
#include "transform-formats.h"

#include <math.h>
#include <string.h>

/* ---- parameters ---- */

static void set_versor(const double *v, double scale, LamMat4 *m)
{
    double x = v[0], y = v[1], z = v[2], w = sqrt(fmax(0, 1 - x * x - y * y - z * z));
    LamMat4 r = {{{1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 0},
                  {2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w), 0},
                  {2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y), 0},
                  {0, 0, 0, 1}}};
    LamMat4 s = lam_mat4_scaling(scale, scale, scale);
    *m = lam_mat4_multiply(&s, &r);
}

static bool read_affine(const LamItkEntry *e, LamMat4 *m, const double **t, GError **error)
{
    for (int i = 0; i < 3; i++)
        memcpy(m->m[i], e->parameters + 3 * i, 3 * sizeof(double));
    *t = e->parameters + 9;
    return true;
}

/* Angles about x, y, z. The matrix is Rz Rx Ry, or Rz Ry Rx where a fourth fixed parameter says so. */
static bool read_euler(const LamItkEntry *e, LamMat4 *m, const double **t, GError **error)
{
    const double *p = e->parameters;
    LamMat4 x = lam_mat4_rotation(p[0], 0, 0), y = lam_mat4_rotation(0, p[1], 0),
            z = lam_mat4_rotation(0, 0, p[2]);
    bool zyx = e->n_fixed > 3 && e->fixed[3] != 0;
    LamMat4 first = zyx ? lam_mat4_multiply(&y, &x) : lam_mat4_multiply(&x, &y);
    *m = lam_mat4_multiply(&z, &first);
    *t = p + 3;
    return true;
}

static bool read_versor(const LamItkEntry *e, LamMat4 *m, const double **t, GError **error)
{
    const double *p = e->parameters;
    if (p[0] * p[0] + p[1] * p[1] + p[2] * p[2] > 1 + 1e-9)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "its versor is longer than 1");
    set_versor(p, e->n_parameters == 7 ? p[6] : 1, m);
    *t = p + 3;
    return true;
}

static bool read_translation(const LamItkEntry *e, LamMat4 *m, const double **t, GError **error)
{
    *t = e->n_parameters == 3 ? e->parameters : NULL;
    return true;
}

static const struct {
    const char *name;
    int n; /* parameters */
    bool (*read)(const LamItkEntry *entry, LamMat4 *linear, const double **translation,
                 GError **error);
} kinds[] = {
    {"AffineTransform", 12, read_affine},       {"MatrixOffsetTransformBase", 12, read_affine},
    {"Euler3DTransform", 6, read_euler},        {"VersorRigid3DTransform", 6, read_versor},
    {"Similarity3DTransform", 7, read_versor},  {"TranslationTransform", 3, read_translation},
    {"IdentityTransform", 0, read_translation},
};

/* "AffineTransform_double_3_3" is of kind AffineTransform. */
static bool is_kind(const char *type, const char *kind)
{
    size_t n = strlen(kind);
    return strncmp(type, kind, n) == 0 && type[n] == '_';
}

static bool check_type(const LamItkEntry *e, GError **error)
{
    if (g_str_has_suffix(e->type, "_double_3_3") || g_str_has_suffix(e->type, "_float_3_3"))
        return true;
    return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                             "%s is not a transform of three dimensions", e->type);
}

static bool entry_matrix(const LamItkEntry *e, LamMat4 *matrix, GError **error)
{
    size_t k = 0;
    if (!check_type(e, error))
        return false;
    while (k < G_N_ELEMENTS(kinds) && !is_kind(e->type, kinds[k].name))
        k++;
    if (k == G_N_ELEMENTS(kinds))
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "%s is not read; affine and rigid kinds are", e->type);
    if (e->n_parameters != kinds[k].n)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "%s has %d parameters, %d expected",
                                 e->type, e->n_parameters, kinds[k].n);
    const double *t = NULL;
    LamMat4 linear = lam_mat4_identity();
    if (!kinds[k].read(e, &linear, &t, error))
        return false;
    LamVec3 centre = {{0}};
    bool centred = kinds[k].n > 3 && e->n_fixed >= 3;
    if (centred)
        memcpy(centre.v, e->fixed, sizeof centre.v);
    LamVec3 turned = lam_mat4_apply_vector(&linear, centre);
    for (int i = 0; i < 3; i++)
        linear.m[i][3] = (t != NULL ? t[i] : 0) + centre.v[i] - turned.v[i];
    *matrix = linear;
    return lam_matrix_check(matrix, error);
}

bool lam_itk_matrix(const LamItkEntry *entries, int count, LamMat4 *matrix, GError **error)
{
    bool composite = count > 0 && is_kind(entries[0].type, "CompositeTransform");
    *matrix = lam_mat4_identity();
    if (count == 0)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "it holds no transform");
    if (!composite && count > 1)
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "it lists %d transforms that are not one CompositeTransform",
                                 count);
    for (int i = composite; i < count; i++) {
        LamMat4 part;
        if (!entry_matrix(&entries[i], &part, error))
            return false;
        *matrix = lam_mat4_multiply(matrix, &part); /* the last one acts first */
    }
    return lam_matrix_check(matrix, error);
}

/* ---- text ---- */

static bool read_line(const char *line, LamItkEntry *entries, int *count, GError **error)
{
    const char *value = strchr(line, ':');
    LamItkEntry *e = *count > 0 ? &entries[*count - 1] : NULL;
    if (value == NULL)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "a line without a colon");
    g_autofree char *name = g_strndup(line, (gsize)(value - line));
    value++;
    if (strcmp(name, "Transform") == 0) {
        if (*count == LAM_ITK_MOST)
            return lam_transform_why(error, LAM_ERROR_UNSUPPORTED, "more than %d transforms",
                                     LAM_ITK_MOST);
        g_strlcpy(entries[*count].type, value + strspn(value, " \t"), sizeof e->type);
        g_strchomp(entries[(*count)++].type);
        return true;
    }
    if (e == NULL)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "parameters without a transform");
    if (strcmp(name, "Parameters") == 0)
        return lam_text_numbers(value, e->parameters, 16, &e->n_parameters, error);
    if (strcmp(name, "FixedParameters") == 0)
        return lam_text_numbers(value, e->fixed, 16, &e->n_fixed, error);
    return lam_transform_why(error, LAM_ERROR_FORMAT,
                             "a line that is none of Transform, Parameters and FixedParameters");
}

bool lam_itk_text_parse(const char *text, gsize length, LamMat4 *matrix, GError **error)
{
    g_autofree char *copy = g_strndup(text, length);
    g_autofree LamItkEntry *entries = g_new0(LamItkEntry, LAM_ITK_MOST);
    int count = 0;
    for (char *line = copy, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        g_strstrip(line);
        if (*line != '\0' && *line != '#' && !read_line(line, entries, &count, error))
            return false;
    }
    return lam_itk_matrix(entries, count, matrix, error);
}

char *lam_itk_text_format(const LamMat4 *matrix, const char *description)
{
    GString *text = g_string_new("#Insight Transform File V1.0\n#Transform 0\n");
    if (description != NULL) {
        g_autofree char *line = g_strdelimit(g_strdup(description), "\r\n", ' ');
        g_string_append_printf(text, "# %s\n", line);
    }
    g_string_append(text, "Transform: AffineTransform_double_3_3\nParameters:");
    for (int i = 0; i < 3; i++) {
        g_string_append_c(text, ' ');
        lam_text_append_many(text, matrix->m[i], 3);
    }
    for (int i = 0; i < 3; i++) {
        g_string_append_c(text, ' ');
        lam_text_append(text, matrix->m[i][3]);
    }
    g_string_append(text, "\nFixedParameters: 0 0 0\n");
    return g_string_free(text, FALSE);
}
