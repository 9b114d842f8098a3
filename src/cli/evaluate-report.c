#include "evaluate-report.h"

#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/pairs.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

/* The figures of a score, in the order in which they are shown. */
static const struct {
    const char *key, *heading, *format;
    size_t offset;
    bool of_field; /* has no meaning for the affine alone */
} figures[] = {
    {"dice_subcortical", "Dice sub", "%9.4f", offsetof(LamScore, subcortical), false},
    {"dice_cortical", "cortex", "%9.4f", offsetof(LamScore, cortical), false},
    {"fold_percent", "folds %", "%9.5f", offsetof(LamScore, fold_percent), true},
    {"digital_fold_percent", "digital %", "%9.5f", offsetof(LamScore, digital_fold_percent), true},
    {"ndv_percent", "NDV %", "%9.6f", offsetof(LamScore, ndv_percent), true},
    {"sd_log_jacobian", "SD log|J|", "%9.4f", offsetof(LamScore, sd_log_jacobian), true},
    {"roughness", "roughness", "%9.5f", offsetof(LamScore, roughness), true},
    {"correlation", "corr.", "%9.4f", offsetof(LamScore, similarity), true},
    {"tick_ms", "tick ms", "%9.1f", offsetof(LamScore, milliseconds), true},
};

static const char roughness_definition[] =
    "mean over axes, components and grid points of the squared forward difference of d, in voxels "
    "of its grid";

static const char fold_definitions[] = "folds: |J| <= 0 by central differences; digital: by any "
                                       "tetrahedron at the voxel; NDV: volume of "
                                       "the tetrahedra turned over (Liu et al. 2024)";

static double figure(const LamScore *score, guint which)
{
    return *(const double *)((const char *)score + figures[which].offset);
}

/* Mean over the pairs that have the figure. */
static double mean_figure(const LamEvaluation *e, guint row, guint which)
{
    double sum = 0;
    int n = 0;
    for (guint pair = 0; pair < e->pairs->len; pair++) {
        double value = figure(lam_evaluation_score(e, row, pair), which);
        if (isfinite(value)) {
            sum += value;
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}

static double dice_of(const LamScore *score, int label)
{
    for (int i = 0; i < score->n_labels; i++)
        if (score->labels[i] == label)
            return score->dice[i];
    return NAN;
}

/* Mean Dice of one structure over the pairs in which it was scored. */
static double mean_dice(const LamEvaluation *e, guint row, int label, int *n)
{
    double sum = 0;
    *n = 0;
    for (guint pair = 0; pair < e->pairs->len; pair++) {
        double dice = dice_of(lam_evaluation_score(e, row, pair), label);
        if (!isnan(dice)) {
            sum += dice;
            ++*n;
        }
    }
    return *n > 0 ? sum / *n : NAN;
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Every structure of either group that some pair holds. */
static GArray *structures(const LamEvaluation *e)
{
    GArray *labels = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint pair = 0; pair < e->pairs->len; pair++) {
        const LamScore *score = lam_evaluation_score(e, 0, pair);
        for (int i = 0; i < score->n_labels; i++) {
            int label = score->labels[i];
            bool wanted = lam_label_is_subcortical(label) || lam_label_is_cortical(label);
            if (wanted && g_hash_table_add(seen, GINT_TO_POINTER(label)))
                g_array_append_val(labels, label);
        }
    }
    g_array_sort(labels, ascending);
    return labels;
}

static char *row_name(const LamEvaluation *e, guint row)
{
    return row == 0 ? g_strdup("affine")
                    : g_strdup_printf("%g", g_array_index(e->lambdas, double, row - 1));
}

/* ---- text ---- */

static void print_structures(const LamEvaluation *e)
{
    g_autoptr(GArray) labels = structures(e);
    int n;
    printf("\n%-9s", "label");
    for (guint row = 0; row <= e->lambdas->len; row++) {
        g_autofree char *name = row_name(e, row);
        printf(" %8s", name);
    }
    for (guint i = 0; i < labels->len; i++) {
        printf("\n%-9d", g_array_index(labels, int, i));
        for (guint row = 0; row <= e->lambdas->len; row++)
            printf(" %8.4f", mean_dice(e, row, g_array_index(labels, int, i), &n));
    }
    putchar('\n');
}

void lam_evaluation_print(const LamEvaluation *e, bool per_structure)
{
    printf("%-9s", "lambda");
    for (guint i = 0; i < G_N_ELEMENTS(figures); i++)
        printf(" %9s", figures[i].heading);
    putchar('\n');
    for (guint row = 0; row <= e->lambdas->len; row++) {
        g_autofree char *name = row_name(e, row);
        printf("%-9s", name);
        for (guint i = 0; i < G_N_ELEMENTS(figures); i++) {
            putchar(' ');
            if (row == 0 && figures[i].of_field)
                printf("%9s", "-");
            else
                printf(figures[i].format, mean_figure(e, row, i));
        }
        putchar('\n');
    }
    if (per_structure)
        print_structures(e);
    printf("\nmeans over %u %s on the %s grid; roughness: %s\n", e->pairs->len,
           e->pairs->len == 1 ? "pair" : "pairs", e->grid, roughness_definition);
    puts(fold_definitions);
}

/* ---- JSON ---- */

static void json_figures(JsonBuilder *json, const LamEvaluation *e, guint row)
{
    for (guint i = 0; i < G_N_ELEMENTS(figures); i++)
        if (row > 0 || !figures[i].of_field)
            lam_cli_json_number(json, figures[i].key, mean_figure(e, row, i));
}

/* The same figures pair by pair: each key an array in the order of "pairs". */
static void json_pair_figures(JsonBuilder *json, const LamEvaluation *e, guint row)
{
    json_builder_set_member_name(json, "per_pair");
    json_builder_begin_object(json);
    for (guint i = 0; i < G_N_ELEMENTS(figures); i++) {
        if (row == 0 && figures[i].of_field)
            continue;
        json_builder_set_member_name(json, figures[i].key);
        json_builder_begin_array(json);
        for (guint pair = 0; pair < e->pairs->len; pair++) {
            double value = figure(lam_evaluation_score(e, row, pair), i);
            if (isfinite(value))
                json_builder_add_double_value(json, value);
            else
                json_builder_add_null_value(json);
        }
        json_builder_end_array(json);
    }
    json_builder_end_object(json);
}

static void json_structures(JsonBuilder *json, const LamEvaluation *e, guint row)
{
    g_autoptr(GArray) labels = structures(e);
    int n;
    json_builder_set_member_name(json, "dice_per_structure");
    json_builder_begin_object(json);
    for (guint i = 0; i < labels->len; i++) {
        int label = g_array_index(labels, int, i);
        g_autofree char *name = g_strdup_printf("%d", label);
        lam_cli_json_number(json, name, mean_dice(e, row, label, &n));
    }
    json_builder_end_object(json);
}

static void json_row(JsonBuilder *json, const LamEvaluation *e, guint row, bool per_structure)
{
    json_builder_begin_object(json);
    if (row > 0)
        lam_cli_json_number(json, "lambda", g_array_index(e->lambdas, double, row - 1));
    json_figures(json, e, row);
    json_pair_figures(json, e, row);
    if (per_structure)
        json_structures(json, e, row);
    json_builder_end_object(json);
}

static void json_pairs(JsonBuilder *json, const LamEvaluation *e)
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

void lam_evaluation_print_json(const LamEvaluation *e, bool per_structure)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    lam_cli_json_string(json, "model", e->model_path);
    lam_cli_json_string(json, "grid", e->grid);
    lam_cli_json_string(json, "method", e->method);
    json_builder_set_member_name(json, "symmetric");
    json_builder_add_boolean_value(json, e->symmetric);
    lam_cli_json_number(json, "label_share", e->label_share);
    lam_cli_json_string(json, "roughness_definition", roughness_definition);
    lam_cli_json_string(json, "fold_definitions", fold_definitions);
    json_pairs(json, e);
    json_builder_set_member_name(json, "affine");
    json_row(json, e, 0, per_structure);
    json_builder_set_member_name(json, "lambdas");
    json_builder_begin_array(json);
    for (guint row = 1; row <= e->lambdas->len; row++)
        json_row(json, e, row, per_structure);
    json_builder_end_array(json);
    json_builder_end_object(json);
    lam_cli_json_print(json);
}

/* ---- CSV ---- */

static void csv_row(GString *out, const LamEvaluation *e, guint row, GArray *labels)
{
    g_autofree char *name = row_name(e, row);
    int n;
    for (guint i = 0; i < G_N_ELEMENTS(figures); i++)
        if (row > 0 || !figures[i].of_field)
            g_string_append_printf(out, "%s,%s,%.6g,%u\n", name, figures[i].key,
                                   mean_figure(e, row, i), e->pairs->len);
    for (guint i = 0; i < labels->len; i++) {
        int label = g_array_index(labels, int, i);
        double dice = mean_dice(e, row, label, &n);
        g_string_append_printf(out, "%s,dice_label_%d,%.6g,%d\n", name, label, dice, n);
    }
}

bool lam_evaluation_save_csv(const LamEvaluation *e, const char *path, GError **error)
{
    g_autoptr(GArray) labels = structures(e);
    g_autoptr(GString) out = g_string_new("lambda,figure,mean,pairs\n");
    g_autoptr(GError) cause = NULL;
    for (guint row = 0; row <= e->lambdas->len; row++)
        csv_row(out, e, row, labels);
    if (g_file_set_contents(path, out->str, (gssize)out->len, &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write table: %s: %s", path, cause->message);
    return false;
}
