#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/same_file.h>
#include <lambdascope/mgh.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

static bool usage_error(GError **error, const char *what, const char *why)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s (see --help)", what, why);
    return false;
}

bool lam_cli_parse(const LamCliSyntax *syntax, const GOptionEntry *entries, int *argc, char ***argv,
                   GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(syntax->arguments);
    g_option_context_set_summary(context, syntax->summary);
    g_autofree char *foot = g_strdup_printf("%s%s" LAM_CLI_NOTICE,
                                            syntax->description != NULL ? syntax->description : "",
                                            syntax->description != NULL ? "\n\n" : "");
    g_option_context_set_description(context, foot);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    if (*argc - 1 > syntax->positional)
        return usage_error(error, (*argv)[syntax->positional + 1], "one argument too many");
    if (*argc - 1 < syntax->positional - syntax->optional)
        return usage_error(error, syntax->arguments, "missing");
    return true;
}

bool lam_cli_require(const char *value, const char *option, GError **error)
{
    if (value != NULL)
        return true;
    g_autofree char *name = g_strdup_printf("--%s", option);
    return usage_error(error, name, "missing");
}

int lam_cli_finish(const char *name, const GError *error)
{
    if (error == NULL)
        return LAM_EXIT_OK;
    g_autofree char *line = g_strdelimit(g_strdup(error->message), "\r\n", ' ');
    fprintf(stderr, "lam %s: %s\n", name, line);
    return error->domain == G_OPTION_ERROR ? LAM_EXIT_USAGE : LAM_EXIT_FAILED;
}

/* ---- progress ---- */

static void show_progress(double fraction, const char *stage, void *user)
{
    fprintf(stderr, "\r\033[K%3.0f %%  %s", 100 * fraction, stage != NULL ? stage : "");
}

LamProgress lam_cli_progress(void)
{
    return (LamProgress){.report = isatty(STDERR_FILENO) ? show_progress : NULL, .to = 1};
}

void lam_cli_progress_done(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

/* ---- files ---- */

static bool refuse_output(const char *output, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot write: %s: %s", output, why);
    return false;
}

bool lam_cli_check_output(const char *output, const char *const *inputs, GError **error)
{
    if (output == NULL)
        return true;
    g_autofree char *folder = g_path_get_dirname(output);
    const char *why = NULL;
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        why = "its folder does not exist";
    else if (g_file_test(output, G_FILE_TEST_IS_DIR))
        why = "it is a folder";
    for (; why == NULL && *inputs != NULL; inputs++)
        if (lam_same_file(output, *inputs))
            why = "it is one of the inputs";
    return why == NULL || refuse_output(output, why, error);
}

bool lam_cli_check_scan_output(const char *output, const char *const *inputs, GError **error)
{
    if (output == NULL)
        return true;
    g_autofree char *name = g_ascii_strdown(output, -1);
    if (!g_str_has_suffix(name, ".nii") && !g_str_has_suffix(name, ".nii.gz"))
        return refuse_output(output, "the name must end in .nii or .nii.gz", error);
    return lam_cli_check_output(output, inputs, error);
}

bool lam_cli_check_image_output(const char *output, const char *const *inputs, GError **error)
{
    if (output != NULL && lam_is_mgh_name(output))
        return lam_cli_check_output(output, inputs, error);
    return lam_cli_check_scan_output(output, inputs, error);
}

bool lam_cli_check_distinct(const char *a, const char *b, GError **error)
{
    if (a == NULL || b == NULL)
        return true;
    g_autofree char *x = g_canonicalize_filename(a, NULL), *y = g_canonicalize_filename(b, NULL);
    if (!g_str_equal(x, y) && !lam_same_file(a, b))
        return true;
    return refuse_output(b, "it is named for two outputs", error);
}

/* ---- values ---- */

GArray *lam_cli_parse_lambdas(const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autoptr(GArray) lambdas = g_array_new(FALSE, FALSE, sizeof(double));
    for (char **part = parts; *part != NULL; part++) {
        char *end;
        double value = g_ascii_strtod(g_strstrip(*part), &end);
        if (end == *part || *end != '\0' || !(value >= 0 && value <= 1)) {
            usage_error(error, "--lambda", "numbers from 0 to 1, separated by commas, are needed");
            return NULL;
        }
        g_array_append_val(lambdas, value);
    }
    if (lambdas->len == 0) {
        usage_error(error, "--lambda", "at least one number is needed");
        return NULL;
    }
    return g_steal_pointer(&lambdas);
}

/* ---- JSON ---- */

void lam_cli_json_number(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    if (isfinite(value))
        json_builder_add_double_value(json, value);
    else
        json_builder_add_null_value(json);
}

void lam_cli_json_integer(JsonBuilder *json, const char *name, gint64 value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, value);
}

void lam_cli_json_string(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    if (value == NULL) {
        json_builder_add_null_value(json);
        return;
    }
    g_autofree char *text = g_utf8_make_valid(value, -1); /* a path may be anything */
    json_builder_add_string_value(json, text);
}

void lam_cli_json_matrix(JsonBuilder *json, const char *name, const LamMat4 *matrix)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
    for (int i = 0; i < 4; i++) {
        json_builder_begin_array(json);
        for (int j = 0; j < 4; j++)
            json_builder_add_double_value(json, matrix->m[i][j]);
        json_builder_end_array(json);
    }
    json_builder_end_array(json);
}

void lam_cli_json_statistics(JsonBuilder *json, const LamFieldStatistics *s)
{
    lam_cli_json_number(json, "displacement_mean_mm", s->mean_mm);
    lam_cli_json_number(json, "displacement_p95_mm", s->p95_mm);
    lam_cli_json_number(json, "displacement_max_mm", s->max_mm);
    lam_cli_json_number(json, "jacobian_min", s->min_jacobian);
    lam_cli_json_number(json, "jacobian_max", s->max_jacobian);
    lam_cli_json_number(json, "fold_percent", s->fold_percent);
    lam_cli_json_number(json, "digital_fold_percent", s->digital_fold_percent);
    lam_cli_json_number(json, "ndv_percent", s->ndv_percent);
    lam_cli_json_number(json, "sd_log_jacobian", s->sd_log_jacobian);
}

void lam_cli_json_print(JsonBuilder *json)
{
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, TRUE);
    puts(text);
}
