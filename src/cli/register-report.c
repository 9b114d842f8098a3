#include "register-report.h"

#include <lambdascope/checksum.h>
#include <lambdascope/error.h>
#include <math.h>
#include <stdio.h>

static bool is_linear(const LamRegisterRun *run)
{
    return run->choice.options.method == LAM_METHOD_LINEAR;
}

static void print_summary(const LamRegisterRun *run)
{
    const LamRegistrationResult *r = &run->result;
    if (isnan(r->before)) /* no voxel of both in one place, as between scanners */
        printf("correlation  as loaded none, linear %.3f", r->aligned);
    else
        printf("correlation  as loaded %.3f, linear %.3f", r->before, r->aligned);
    if (!is_linear(run)) {
        printf(", warped %.3f\n", r->after);
        printf("deformation  λ %g, mean %.1f mm, largest %.1f mm, folds %.4f %%, SD log|J| %.3f\n",
               run->choice.options.lambda, r->statistics.mean_mm, r->statistics.max_mm,
               r->statistics.fold_percent, r->statistics.sd_log_jacobian);
    } else {
        putchar('\n');
    }
    printf("seconds      load %.1f, linear %.1f, deformation %.1f, write %.1f\n", run->load_s,
           r->linear_s, r->deformable_s, run->write_s);
}

/* The file that was read, and what it holds; a folder has no checksum. */
static void json_input(JsonBuilder *json, const char *name, const LamVolume *scan)
{
    if (scan == NULL)
        return;
    g_autofree char *sum = scan->path != NULL ? lam_checksum_file(scan->path, NULL) : NULL;
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
    lam_cli_json_string(json, "file", scan->path);
    lam_cli_json_string(json, "sha256", sum);
    lam_cli_json_string(json, "note", scan->note);
    json_builder_end_object(json);
}

static void json_model(JsonBuilder *json, const LamModel *model)
{
    if (model == NULL)
        return;
    json_builder_set_member_name(json, "model");
    json_builder_begin_object(json);
    lam_cli_json_string(json, "title", lam_model_title(model));
    lam_cli_json_string(json, "hash", lam_model_hash(model));
    json_builder_end_object(json);
}

static void json_matrix(JsonBuilder *json, const char *name, const LamMat4 *matrix)
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

static void json_deformation(JsonBuilder *json, const LamRegisterRun *run)
{
    const LamFieldStatistics *s = &run->result.statistics;
    lam_cli_json_number(json, "lambda", run->choice.options.lambda);
    lam_cli_json_number(json, "correlation_warped", run->result.after);
    lam_cli_json_number(json, "displacement_mean_mm", s->mean_mm);
    lam_cli_json_number(json, "displacement_p95_mm", s->p95_mm);
    lam_cli_json_number(json, "displacement_max_mm", s->max_mm);
    lam_cli_json_number(json, "fold_percent", s->fold_percent);
    lam_cli_json_number(json, "sd_log_jacobian", s->sd_log_jacobian);
}

static void json_choice(JsonBuilder *json, const LamRegisterArguments *a)
{
    lam_cli_json_string(json, "transform", a->kind != NULL ? a->kind : "deformable");
    lam_cli_json_string(json, "method", a->method != NULL ? a->method : "network");
    lam_cli_json_string(json, "measure", a->measure != NULL ? a->measure : "auto");
}

static JsonNode *report_of(const LamRegisterArguments *a, const LamRegisterRun *run)
{
    const LamRegistrationResult *r = &run->result;
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format_iso8601(now);
    json_builder_begin_object(json);
    lam_cli_json_string(json, "program", "lam register " LAM_VERSION);
    lam_cli_json_string(json, "notice", LAM_CLI_NOTICE);
    lam_cli_json_string(json, "date", date);
    json_input(json, "fixed", run->fixed);
    json_input(json, "moving", run->moving);
    json_input(json, "fixed_mask", run->fixed_mask);
    json_input(json, "moving_mask", run->moving_mask);
    json_model(json, run->model);
    json_choice(json, a);
    json_matrix(json, "linear_fixed_to_moving_mm_ras", &r->matrix);
    lam_cli_json_number(json, "correlation_loaded", r->before);
    lam_cli_json_number(json, "correlation_linear", r->aligned);
    if (!is_linear(run))
        json_deformation(json, run);
    lam_cli_json_number(json, "seconds_load", run->load_s);
    lam_cli_json_number(json, "seconds_linear", r->linear_s);
    lam_cli_json_number(json, "seconds_deformation", r->deformable_s);
    lam_cli_json_number(json, "seconds_write", run->write_s);
    json_builder_end_object(json);
    return json_builder_get_root(json);
}

bool lam_register_report(const LamRegisterArguments *a, const LamRegisterRun *run, GError **error)
{
    if (!a->json)
        print_summary(run);
    if (!a->json && a->report == NULL)
        return true;
    g_autoptr(JsonNode) report = report_of(a, run);
    g_autofree char *text = json_to_string(report, TRUE);
    if (a->json)
        puts(text);
    GError *why = NULL;
    if (a->report == NULL || g_file_set_contents(a->report, text, -1, &why))
        return true;
    g_propagate_prefixed_error(error, why, "cannot write report: ");
    return false;
}
