/* Numbers and matrices as text, whatever the locale. */
#include "transform-formats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lam_transform_why(GError **error, LamError code, const char *why, ...)
{
    va_list args;
    va_start(args, why);
    g_autofree char *text = g_strdup_vprintf(why, args);
    va_end(args);
    g_autofree char *valid = g_utf8_make_valid(text, -1); /* it may quote the file */
    g_strdelimit(valid, "\r\n\t", ' ');
    g_set_error_literal(error, LAM_ERROR, code, valid);
    return false;
}

static bool not_a_number(const char *text, GError **error)
{
    g_autofree char *word = g_strndup(text, MIN(strcspn(text, " \t\r\n"), 20));
    return lam_transform_why(error, LAM_ERROR_FORMAT, "'%s' where a number should be", word);
}

bool lam_text_numbers(const char *text, double *out, int most, int *count, GError **error)
{
    for (*count = 0; *(text += strspn(text, " \t\r\n")) != '\0'; (*count)++) {
        char *end;
        double value = g_ascii_strtod(text, &end);
        if (end == text || (*end != '\0' && strchr(" \t\r\n", *end) == NULL))
            return not_a_number(text, error);
        if (!isfinite(value))
            return lam_transform_why(error, LAM_ERROR_FORMAT,
                                     "it holds a number that is not finite");
        if (*count == most)
            return lam_transform_why(error, LAM_ERROR_FORMAT, "more numbers than the expected %d",
                                     most);
        out[*count] = value;
        text = end;
    }
    return true;
}

bool lam_text_exactly(const char *text, const char *what, double *out, int n, GError **error)
{
    int count = 0;
    if (!lam_text_numbers(text, out, n, &count, error)) {
        g_prefix_error(error, "%s: ", what);
        return false;
    }
    return count == n || lam_transform_why(error, LAM_ERROR_FORMAT, "%s: %d numbers, %d expected",
                                           what, count, n);
}

void lam_text_append(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    for (int precision = 6; precision <= 17; precision++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", precision);
        g_ascii_formatd(digits, sizeof digits, format, value);
        if (g_ascii_strtod(digits, NULL) == value)
            break;
    }
    g_string_append(text, digits);
}

void lam_text_append_many(GString *text, const double *values, int n)
{
    for (int i = 0; i < n; i++) {
        if (i > 0)
            g_string_append_c(text, ' ');
        lam_text_append(text, values[i]);
    }
}

bool lam_matrix_check(const LamMat4 *matrix, GError **error)
{
    static const double last[4] = {0, 0, 0, 1};
    LamMat4 inverse;
    if (!lam_mat4_is_finite(matrix))
        return lam_transform_why(error, LAM_ERROR_FORMAT, "its matrix is not finite");
    if (memcmp(matrix->m[3], last, sizeof last) != 0)
        for (int j = 0; j < 4; j++)
            if (matrix->m[3][j] != last[j])
                return lam_transform_why(error, LAM_ERROR_FORMAT,
                                         "the last row of its matrix is not 0 0 0 1");
    if (!lam_mat4_invert(matrix, &inverse) || !lam_mat4_is_finite(&inverse))
        return lam_transform_why(error, LAM_ERROR_FORMAT, "its matrix cannot be inverted");
    return true;
}

bool lam_matrix_text_parse(const char *text, gsize length, LamMat4 *matrix, GError **error)
{
    g_autofree char *copy = g_strndup(text, length);
    double values[16];
    if (!lam_text_exactly(copy, "a matrix of 4 x 4", values, 16, error))
        return false;
    memcpy(matrix->m, values, sizeof values);
    return lam_matrix_check(matrix, error);
}

char *lam_matrix_text_format(const LamMat4 *matrix)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 4; i++) {
        lam_text_append_many(text, matrix->m[i], 4);
        g_string_append(text, "  \n"); /* as FLIRT does; some readers want the space */
    }
    return g_string_free(text, FALSE);
}
