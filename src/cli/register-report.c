#include "register-report.h"

#include "info-preparation.h"
#include "register-regions.h"

#include <lambdascope/checksum.h>
#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/rank.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <stdio.h>

static bool is_linear(const LamRegisterRun *run)
{
    return run->choice.options.method == LAM_METHOD_LINEAR;
}

static const char *measure_name(LamAffineMeasure measure)
{
    return measure == LAM_AFFINE_NMI ? "mutual information" : "correlation";
}

static void print_linear(const LamRegisterRun *run)
{
    const LamRegistrationResult *r = &run->result;
    if (run->choice.options.keep_initial)
        puts("linear       as given");
    else
        printf("linear       by %s, NMI %.3f, edges agree %.2f (chance 0, all 1)\n",
               measure_name(r->linear.measure), r->linear.nmi, r->linear.agreement);
    if (!isnan(r->linear.structures_mm))
        printf("             from where structures lie, whose middles are %.1f mm apart\n",
               r->linear.structures_mm);
    if (isnan(r->before)) /* no voxel of both in one place, as between scanners */
        printf("correlation  as loaded none, linear %.3f", r->aligned);
    else
        printf("correlation  as loaded %.3f, linear %.3f", r->before, r->aligned);
    if (is_linear(run))
        putchar('\n');
    else
        printf(", warped %.3f\n", r->after);
}

/* What the similarity of a refinement is called, by LamSimilarity. */
static const char *const similarity_names[] = {"local correlation", "mutual information",
                                               "minus the squared difference"};
static const char *const similarity_keys[] = {"local_correlation", "mutual_information",
                                              "minus_squared_difference"};

static void print_refinement(const LamRefineReport *r, LamSimilarity similarity)
{
    printf("refinement   %d iterations in %.1f s%s: loss %.4f to %.4f, %s %.4f to %.4f\n",
           r->iterations, r->seconds, r->out_of_time ? " (out of time)" : "", r->before.loss,
           r->after.loss, similarity_names[similarity], r->before.similarity, r->after.similarity);
    if (!isnan(r->after.label_dice))
        printf("labels       soft Dice %.3f to %.3f\n", r->before.label_dice, r->after.label_dice);
    if (!isnan(r->after.landmark_mm))
        printf("landmarks    %.2f to %.2f mm\n", r->before.landmark_mm, r->after.landmark_mm);
}

static void print_summary(const LamRegisterRun *run)
{
    const LamRegistrationResult *r = &run->result;
    const LamFieldStatistics *s = &r->statistics;
    print_linear(run);
    if (!is_linear(run)) {
        printf("deformation  λ %g, mean %.1f mm, largest %.1f mm, SD log|J| %.3f\n",
               run->choice.options.lambda, s->mean_mm, s->max_mm, s->sd_log_jacobian);
        printf("folds        %.4f %% of voxels by central differences, %.4f %% by tetrahedra "
               "(%.4f %% of the volume)\n",
               s->fold_percent, s->digital_fold_percent, s->ndv_percent);
    }
    lam_register_print_regions(run);
    if (r->refinement.iterations > 0)
        print_refinement(&r->refinement, r->similarity);
    if (run->inversion.points > 0)
        printf("inverse      solved to %.4f mm on average, at most %.2f mm\n",
               run->inversion.mean_mm, run->inversion.largest_mm);
    printf("seconds      load %.1f, linear %.1f, deformation %.1f, write %.1f\n", run->load_s,
           r->linear_s, r->deformable_s, run->write_s);
}

/* What the network sees of both scans, measured once for warnings and report. */
typedef struct {
    bool known; /* false without a network */
    LamCliPreparation preparation;
} Prepared;

static Prepared prepare(const LamVolume *scan, LamModel *model)
{
    Prepared p = {.known = false};
    p.known = model != NULL && lam_cli_prepare(scan, model, &p.preparation, NULL);
    return p;
}

/* The file that was read, and what it holds; a folder has no checksum. prepared: NULL for masks. */
static void json_input(JsonBuilder *json, const char *name, const LamVolume *scan,
                       const Prepared *prepared)
{
    if (scan == NULL)
        return;
    g_autofree char *sum = scan->path != NULL ? lam_checksum_file(scan->path, NULL) : NULL;
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
    lam_cli_json_string(json, "file", scan->path);
    lam_cli_json_string(json, "sha256", sum);
    lam_cli_json_string(json, "note", scan->note);
    if (prepared != NULL && prepared->known)
        lam_cli_json_preparation(json, scan, &prepared->preparation);
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

/* Of both maps, where the fixed scan is not background; NaN unless both are there. */
static double rank_of_maps(const LamRegisterRun *run)
{
    const LamVolume *a = run->result.sensitivity, *b = run->result.uncertainty;
    g_autoptr(LamVolume) scan =
        a != NULL && b != NULL ? lam_resample_clamped(run->fixed, &a->grid, NULL) : NULL;
    if (scan == NULL || !lam_grid_equal(&a->grid, &b->grid, 1e-6))
        return NAN;
    size_t voxels = lam_grid_voxels(&a->grid), n = 0;
    double least = lam_volume_foreground_level(run->fixed);
    g_autofree double *x = g_new(double, voxels), *y = g_new(double, voxels);
    for (size_t i = 0; i < voxels; i++) {
        if (!((double)scan->data[i] > least))
            continue;
        x[n] = (double)a->data[i];
        y[n++] = (double)b->data[i];
    }
    return lam_rank_correlation(x, y, n);
}

static void json_deformation(JsonBuilder *json, const LamRegisterRun *run)
{
    double share = run->choice.options.label_share;
    lam_cli_json_number(json, "lambda", run->choice.options.lambda);
    if (run->model != NULL && lam_model_config(run->model)->hyper_labels)
        lam_cli_json_number(json, "label_share",
                            share >= 0 ? share : lam_model_label_share(run->model));
    lam_cli_json_number(json, "correlation_warped", run->result.after);
    lam_cli_json_statistics(json, &run->result.statistics);
    if (run->result.sensitivity != NULL && run->result.uncertainty != NULL)
        lam_cli_json_number(json, "sensitivity_uncertainty_rank_correlation", rank_of_maps(run));
    lam_register_json_regions(json, run);
}

static void json_terms(JsonBuilder *json, const char *name, const LamRefineTerms *terms,
                       LamSimilarity similarity)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
    lam_cli_json_number(json, "loss", terms->loss);
    lam_cli_json_number(json, similarity_keys[similarity], terms->similarity);
    lam_cli_json_number(json, "roughness", terms->roughness);
    lam_cli_json_number(json, "label_dice", terms->label_dice);
    lam_cli_json_number(json, "landmark_mm", terms->landmark_mm);
    json_builder_end_object(json);
}

static void json_refinement(JsonBuilder *json, const LamRefineReport *report,
                            LamSimilarity similarity)
{
    json_builder_set_member_name(json, "refinement");
    json_builder_begin_object(json);
    lam_cli_json_integer(json, "iterations", report->iterations);
    lam_cli_json_number(json, "seconds", report->seconds);
    json_terms(json, "before", &report->before, similarity);
    json_terms(json, "after", &report->after, similarity);
    json_builder_end_object(json);
}

static void json_linear(JsonBuilder *json, const LamRegisterRun *run)
{
    const LamAffine *linear = &run->result.linear;
    bool given = run->choice.options.keep_initial;
    lam_cli_json_matrix(json, "linear_fixed_to_moving_mm_ras", &linear->matrix);
    lam_cli_json_string(json, "linear_by", given ? "given" : measure_name(linear->measure));
    lam_cli_json_number(json, "linear_nmi", linear->nmi);
    lam_cli_json_number(json, "linear_edge_agreement", linear->agreement);
    lam_cli_json_number(json, "linear_edge_polarity", linear->polarity);
    lam_cli_json_number(json, "linear_tissue_polarity", linear->tissue_polarity);
    lam_cli_json_number(json, "linear_structures_mm", linear->structures_mm);
    lam_cli_json_number(json, "linear_correlation", linear->correlation);
}

static void json_choice(JsonBuilder *json, const LamRegisterArguments *a)
{
    lam_cli_json_string(json, "transform", a->kind != NULL ? a->kind : "deformable");
    lam_cli_json_string(json, "method", a->method != NULL ? a->method : "network");
    lam_cli_json_string(json, "measure", a->measure != NULL ? a->measure : "auto");
    json_builder_set_member_name(json, "symmetric");
    json_builder_add_boolean_value(json, a->symmetric);
}

static JsonNode *report_of(const LamRegisterArguments *a, const LamRegisterRun *run,
                           const Prepared *fixed, const Prepared *moving)
{
    const LamRegistrationResult *r = &run->result;
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format_iso8601(now);
    json_builder_begin_object(json);
    lam_cli_json_string(json, "program", "lam register " LAM_VERSION);
    lam_cli_json_string(json, "notice", LAM_CLI_NOTICE);
    lam_cli_json_string(json, "date", date);
    json_input(json, "fixed", run->fixed, fixed);
    json_input(json, "moving", run->moving, moving);
    json_input(json, "fixed_mask", run->fixed_mask, NULL);
    json_input(json, "moving_mask", run->moving_mask, NULL);
    json_model(json, run->model);
    json_choice(json, a);
    json_linear(json, run);
    lam_cli_json_number(json, "correlation_loaded", r->before);
    lam_cli_json_number(json, "correlation_linear", r->aligned);
    if (!is_linear(run))
        json_deformation(json, run);
    if (r->refinement.iterations > 0)
        json_refinement(json, &r->refinement, r->similarity);
    lam_cli_json_number(json, "seconds_load", run->load_s);
    lam_cli_json_number(json, "seconds_linear", r->linear_s);
    lam_cli_json_number(json, "seconds_deformation", r->deformable_s);
    lam_cli_json_number(json, "seconds_write", run->write_s);
    json_builder_end_object(json);
    return json_builder_get_root(json);
}

/* What may surprise about an input, on stderr. */
static void print_warnings(const LamVolume *scan, const Prepared *prepared, guint silent)
{
    LamCliPreparation said = prepared->preparation;
    said.measured.warnings &= ~silent;
    if (prepared->known)
        lam_cli_print_warnings("register", scan, &said);
    else if (scan->frames > 1 && !scan->frame_chosen)
        fprintf(stderr, "lam register: %s: of several frames the first was taken\n",
                scan->path != NULL ? scan->path : "a scan");
}

/* The viewer takes the other model by itself; here a command does the same each time. */
static void print_contrasts(const LamRegisterArguments *a, const LamRegisterRun *run)
{
    bool found = a->measure == NULL || g_str_equal(a->measure, "auto");
    bool deforms = run->model != NULL && !is_linear(run) && !lam_grid_is_slice(&run->fixed->grid);
    if (!deforms || !lam_model_expects_brain(run->model))
        return;
    if (found && lam_affine_contrasts_differ(&run->result.linear)) {
        fprintf(stderr,
                "lam register: the scans look like two contrasts, of which the model knows one: "
                "--model " LAM_CONTRASTS_MODEL " is for any\n");
        return;
    }
    g_autofree char *other =
        a->model == NULL ? lam_model_find_for_weighting(run->fixed, NULL) : NULL;
    if (other != NULL)
        fprintf(stderr, "lam register: the fixed scan is no T1, the contrast that the model knows: "
                        "--model " LAM_CONTRASTS_MODEL " is for any\n");
}

bool lam_register_report(const LamRegisterArguments *a, const LamRegisterRun *run, GError **error)
{
    Prepared fixed = prepare(run->fixed, run->model), moving = prepare(run->moving, run->model);
    print_warnings(run->fixed, &fixed, 0);
    print_warnings(run->moving, &moving, LAM_WARN_OUTSIDE); /* the box is the fixed scan's */
    print_contrasts(a, run);
    lam_register_print_region_warnings(run);
    if (!a->json)
        print_summary(run);
    if (!a->json && a->report == NULL)
        return true;
    g_autoptr(JsonNode) report = report_of(a, run, &fixed, &moving);
    g_autofree char *text = json_to_string(report, TRUE);
    if (a->json)
        puts(text);
    GError *why = NULL;
    if (a->report == NULL || g_file_set_contents(a->report, text, -1, &why))
        return true;
    g_propagate_prefixed_error(error, why, "cannot write report: ");
    return false;
}
