/* An evaluation as one JSON object. */
#include "evaluate.h"

#include "cli.h"

#include <lambdascope/pairs.h>
#include <math.h>

static void add_means(JsonBuilder *json, const LamEvaluation *e, guint row)
{
    for (const LamEvaluateFigure *f = lam_evaluate_figures; f->key != NULL; f++)
        if (lam_evaluation_has(e, row, f))
            lam_cli_json_number(json, f->key, lam_evaluation_mean(e, row, f).mean);
}

/* The same figures pair by pair: each key an array in the order of "pairs". */
static void add_values(JsonBuilder *json, const LamEvaluation *e, guint row)
{
    json_builder_set_member_name(json, "per_pair");
    json_builder_begin_object(json);
    for (const LamEvaluateFigure *f = lam_evaluate_figures; f->key != NULL; f++) {
        if (!lam_evaluation_has(e, row, f))
            continue;
        json_builder_set_member_name(json, f->key);
        json_builder_begin_array(json);
        for (guint pair = 0; pair < e->pairs->len; pair++) {
            double value = lam_evaluate_figure_of(lam_evaluation_score(e, row, pair), f);
            if (isfinite(value))
                json_builder_add_double_value(json, value);
            else
                json_builder_add_null_value(json);
        }
        json_builder_end_array(json);
    }
    json_builder_end_object(json);
}

static void add_structures(JsonBuilder *json, const LamEvaluation *e, guint row, const char *key,
                           LamEvaluateMean (*mean)(const LamEvaluation *, guint, int))
{
    g_autoptr(GArray) labels = lam_evaluation_structures(e);
    json_builder_set_member_name(json, key);
    json_builder_begin_object(json);
    for (guint i = 0; i < labels->len; i++) {
        int label = g_array_index(labels, int, i);
        g_autofree char *name = g_strdup_printf("%d", label);
        lam_cli_json_number(json, name, mean(e, row, label).mean);
    }
    json_builder_end_object(json);
}

/* lambda: NaN of the affine. */
static void add_row(JsonBuilder *json, const LamEvaluation *e, guint row, double lambda)
{
    json_builder_begin_object(json);
    if (!isnan(lambda))
        lam_cli_json_number(json, "lambda", lambda);
    add_means(json, e, row);
    add_values(json, e, row);
    if (e->options->per_structure)
        add_structures(json, e, row, "dice_per_structure", lam_evaluation_mean_dice);
    if (e->options->per_structure && e->options->hd95)
        add_structures(json, e, row, "hd95_mm_per_structure", lam_evaluation_mean_hd95);
    json_builder_end_object(json);
}

static void add_subject(JsonBuilder *json, const LamEvaluation *e, guint subject)
{
    const LamEvaluateSubject *s = &g_array_index(e->subjects, LamEvaluateSubject, subject);
    const GArray *lambdas = e->options->lambdas;
    json_builder_begin_object(json);
    lam_cli_json_string(json, "model", s->path);
    lam_cli_json_string(json, "method", lam_evaluate_method_name(s->method));
    lam_cli_json_number(json, "label_share", s->label_share);
    json_builder_set_member_name(json, "lambdas");
    json_builder_begin_array(json);
    for (guint i = 0; i < lambdas->len; i++)
        add_row(json, e, lam_evaluation_row(e, subject, i), g_array_index(lambdas, double, i));
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void add_pairs(JsonBuilder *json, const LamEvaluation *e)
{
    json_builder_set_member_name(json, "pairs");
    json_builder_begin_array(json);
    for (guint i = 0; i < e->pairs->len; i++) {
        const LamPair *pair = e->pairs->pdata[i];
        json_builder_begin_object(json);
        lam_cli_json_string(json, "fixed", pair->fixed);
        lam_cli_json_string(json, "moving", pair->moving);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void add_names(JsonBuilder *json, const LamEvaluation *e)
{
    g_autoptr(GArray) labels = lam_evaluation_structures(e);
    if (e->names == NULL)
        return;
    json_builder_set_member_name(json, "structure_names");
    json_builder_begin_object(json);
    for (guint i = 0; i < labels->len; i++) {
        int label = g_array_index(labels, int, i);
        g_autofree char *key = g_strdup_printf("%d", label);
        lam_cli_json_string(json, key, lam_label_names_find(e->names, label));
    }
    json_builder_end_object(json);
}

void lam_evaluation_print_json(const LamEvaluation *e)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    lam_cli_json_string(json, "grid", e->options->fixed_grid ? "fixed" : "model");
    json_builder_set_member_name(json, "symmetric");
    json_builder_add_boolean_value(json, e->options->symmetric);
    static const char *const similarities[] = {"ncc", "nmi", "mse"};
    lam_cli_json_string(json, "similarity",
                        e->options->choose_similarity ? "auto"
                                                      : similarities[e->options->similarity]);
    lam_cli_json_string(json, "roughness_definition", lam_evaluate_roughness_definition);
    lam_cli_json_string(json, "fold_definitions", lam_evaluate_fold_definitions);
    add_pairs(json, e);
    add_names(json, e);
    json_builder_set_member_name(json, "affine");
    add_row(json, e, 0, NAN);
    json_builder_set_member_name(json, "results");
    json_builder_begin_array(json);
    for (guint i = 0; i < e->subjects->len; i++)
        add_subject(json, e, i);
    json_builder_end_array(json);
    json_builder_end_object(json);
    lam_cli_json_print(json);
}
