/* A report's figures, for other programs. Names of members are part of the format: they only ever get more. */
#include "blocks.h"

#include <json-glib/json-glib.h>
#include <lambdascope/lambda_scale.h>

#include <math.h>

static void add_text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    if (value)
        json_builder_add_string_value(json, value);
    else
        json_builder_add_null_value(json);
}

/* null where there is no figure. */
static void add_number(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    if (isfinite(value))
        json_builder_add_double_value(json, value);
    else
        json_builder_add_null_value(json);
}

static void begin(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
}

static void add_scan(JsonBuilder *json, const char *name, const LamReportScan *scan)
{
    LamVec3 mm = lam_grid_spacing_mm(&scan->grid);
    begin(json, name);
    add_text(json, "name", scan->name);
    add_text(json, "sha256", scan->sha256);
    json_builder_set_member_name(json, "size_voxels");
    json_builder_begin_array(json);
    for (int i = 0; i < 3; i++)
        json_builder_add_int_value(json, scan->grid.size[i]);
    json_builder_end_array(json);
    json_builder_set_member_name(json, "spacing_mm");
    json_builder_begin_array(json);
    for (int i = 0; i < 3; i++)
        json_builder_add_double_value(json, mm.v[i]);
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void add_matrix(JsonBuilder *json, const char *name, const LamMat4 *matrix)
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

static void add_provenance(JsonBuilder *json, const LamReport *report)
{
    add_number(json, "lambda", report->measures.lambda);
    add_number(json, "gamma", lam_lambda_gamma(report->measures.lambda));
    add_text(json, "lambda_chosen", lam_lambda_chosen_name(report->chosen));
    add_text(json, "method", report->method);
    begin(json, "model");
    add_text(json, "title", report->model_title);
    add_text(json, "hash", report->model_hash);
    json_builder_end_object(json);
    add_scan(json, "fixed", &report->fixed);
    add_scan(json, "moving", &report->moving);
    add_matrix(json, "affine_fixed_to_moving_mm_ras", &report->affine);
    add_text(json, "affine_source", report->affine_source);
    add_text(json, "convention",
             "pull-back displacement, mm, RAS, on the fixed scan: warped(x) = "
             "moving(A(x + d(x)))");
}

static void add_measures(JsonBuilder *json, const LamReport *report)
{
    const LamMeasures *m = &report->measures;
    const LamFieldStatistics *s = &m->field;
    begin(json, "measures");
    add_number(json, "correlation_before", report->correlation_before);
    add_number(json, "correlation_after", report->correlation_after);
    add_number(json, "similarity", m->similarity);
    add_number(json, "fold_percent", s->fold_percent);
    add_number(json, "digital_fold_percent", s->digital_fold_percent);
    add_number(json, "ndv_percent", s->ndv_percent);
    add_number(json, "sd_log_jacobian", s->sd_log_jacobian);
    add_number(json, "jacobian_min", s->min_jacobian);
    add_number(json, "jacobian_max", s->max_jacobian);
    add_number(json, "displacement_mean_mm", s->mean_mm);
    add_number(json, "displacement_p95_mm", s->p95_mm);
    add_number(json, "displacement_max_mm", s->max_mm);
    add_number(json, "roughness", m->roughness);
    if (m->labels.count > 0) {
        add_number(json, "mean_dice_before", report->aligned.mean.dice);
        add_number(json, "mean_dice", m->labels.mean.dice);
        add_number(json, "mean_hd95_before_mm", report->aligned.mean.hd95_mm);
        add_number(json, "mean_hd95_mm", m->labels.mean.hd95_mm);
    }
    json_builder_end_object(json);
}

static void add_label(JsonBuilder *json, const char *name, const LamLabelMeasure *before,
                      const LamLabelMeasure *after)
{
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "label");
    json_builder_add_int_value(json, after->label);
    add_text(json, "name", name);
    add_number(json, "dice_before", before->dice);
    add_number(json, "dice", after->dice);
    add_number(json, "hd95_before_mm", before->hd95_mm);
    add_number(json, "hd95_mm", after->hd95_mm);
    add_number(json, "volume_change_percent", after->change_percent);
    add_number(json, "fixed_ml", after->fixed_ml);
    add_number(json, "moving_ml", after->moving_ml);
    add_number(json, "warped_ml", after->warped_ml);
    json_builder_end_object(json);
}

static void add_labels(JsonBuilder *json, const LamReport *report)
{
    const LamLabelMeasures *labels = &report->measures.labels;
    json_builder_set_member_name(json, "labels");
    json_builder_begin_array(json);
    for (int i = 0; i < labels->count; i++)
        add_label(json, report->label_names->pdata[i], &report->aligned.label[i],
                  &labels->label[i]);
    json_builder_end_array(json);
}

static void add_region(JsonBuilder *json, const LamReportRegion *region)
{
    json_builder_begin_object(json);
    add_text(json, "name", region->name);
    add_text(json, "kind", lam_region_kind_name(region->kind));
    add_text(json, "labels", region->labels);
    add_number(json, "lambda", region->lambda);
    add_number(json, "factor", region->follows ? region->factor : NAN);
    add_number(json, "border_mm", region->border_mm);
    json_builder_end_object(json);
}

static void add_regions(JsonBuilder *json, const LamReport *report)
{
    json_builder_set_member_name(json, "regions");
    json_builder_begin_array(json);
    for (guint i = 0; i < report->regions->len; i++)
        add_region(json, report->regions->pdata[i]);
    json_builder_end_array(json);
}

char *lam_report_json(const LamReport *report, const char *file_name)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autofree char *name = g_utf8_make_valid(file_name, -1);
    json_builder_begin_object(json);
    add_text(json, "format", LAM_REPORT_FORMAT);
    json_builder_set_member_name(json, "version");
    json_builder_add_int_value(json, 1);
    add_text(json, "program", "lambdascope " LAM_VERSION);
    add_text(json, "notice", LAM_REPORT_NOTICE);
    add_text(json, "date", report->date);
    add_text(json, "report", name);
    add_text(json, "rating", lam_rating_name(report->rating));
    add_text(json, "notes", report->notes);
    add_provenance(json, report);
    add_measures(json, report);
    add_regions(json, report);
    add_labels(json, report);
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, TRUE);
    return g_strconcat(text, "\n", NULL);
}
