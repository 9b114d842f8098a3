/* lam register: two scans in, the warped one and the whole displacement out. */
#include "cli.h"

#include <lambdascope/affine.h>
#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <lambdascope/resample.h>
#include <lambdascope/session.h>
#include <math.h>
#include <stdio.h>

typedef struct {
    char *fixed, *moving, *warped, *field, *model;
    double lambda;
    gboolean affine_only;
} Options;

/* What is written, and what the summary tells. */
typedef struct {
    LamVolume *fixed, *moving;
    LamVolume *warped, *field;
    double before, aligned, after; /* correlations on the fixed grid */
    LamFieldStatistics statistics; /* of the deformable part; unused with --affine-only */
    double load_s, prepare_s, lambda_s, export_s, write_s;
} Result;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Aligns the moving scan with the fixed one: affine, then the network at λ.",
        .description =
            "The field is the whole pull-back displacement in mm (RAS), affine included, on the\n"
            "fixed scan's grid: warped(x) = moving(x + u(x)). lam apply takes it.",
    };
    const GOptionEntry entries[] = {
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Scan that stays", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Scan that is deformed", "FILE"},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda,
         "0 (fits the image) to 1 (stays smooth)", "L"},
        {"warped", 'w', 0, G_OPTION_ARG_FILENAME, &o->warped, "Warped image to write", "FILE"},
        {"field", 'u', 0, G_OPTION_ARG_FILENAME, &o->field, "Displacement field to write", "FILE"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"affine-only", 'a', 0, G_OPTION_ARG_NONE, &o->affine_only, "No network: the affine alone",
         NULL},
        {NULL},
    };
    o->lambda = NAN;
    if (!lam_cli_parse(&syntax, entries, argc, argv, error) ||
        !lam_cli_require(o->fixed, "fixed", error) || !lam_cli_require(o->moving, "moving", error))
        return false;
    if (o->warped == NULL && o->field == NULL)
        return lam_cli_require(NULL, "warped or --field", error);
    if (o->affine_only || (o->lambda >= 0 && o->lambda <= 1))
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--lambda: a number from 0 to 1 is needed (see --help)");
    return false;
}

static double seconds_since(gint64 start)
{
    return (double)(g_get_monotonic_time() - start) / 1e6;
}

/* Correlation with the fixed scan; matrix NULL: the moving scan as it lies. */
static double correlation_through(const Result *r, const LamMat4 *matrix)
{
    g_autoptr(LamVolume) moved =
        lam_resample(r->moving, &r->fixed->grid, matrix, LAM_LINEAR, 0, NULL);
    if (moved == NULL)
        return NAN;
    return lam_correlation(r->fixed->data, moved->data, lam_grid_voxels(&r->fixed->grid));
}

static bool run_affine(Result *r, const LamProgress *progress, LamMat4 *affine, GError **error)
{
    gint64 start = g_get_monotonic_time();
    LamAffine fit;
    if (!lam_affine_register(r->fixed, r->moving, NULL, progress, &fit, error))
        return false;
    *affine = fit.matrix;
    r->prepare_s = seconds_since(start);
    start = g_get_monotonic_time();
    r->field = lam_field_compose_affine(NULL, affine, &r->fixed->grid, error);
    if (r->field != NULL)
        r->warped = lam_resample(r->moving, &r->fixed->grid, affine, LAM_LINEAR, 0, error);
    r->export_s = seconds_since(start);
    return r->warped != NULL;
}

static bool run_network(const Options *o, Result *r, LamModel *model, const LamProgress *progress,
                        LamMat4 *affine, GError **error)
{
    gint64 start = g_get_monotonic_time();
    g_autoptr(LamSession) session =
        lam_session_new(model, r->fixed, r->moving, NULL, 1, progress, error);
    if (session == NULL)
        return false;
    *affine = *lam_session_affine(session);
    r->prepare_s = seconds_since(start);
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, o->lambda, false, error);
    if (snapshot == NULL)
        return false;
    r->statistics = snapshot->statistics;
    r->lambda_s = snapshot->milliseconds / 1000;
    start = g_get_monotonic_time();
    r->field = lam_session_export_field(session, snapshot, error);
    if (r->field != NULL)
        r->warped = lam_session_export_warped(session, snapshot, error);
    r->export_s = seconds_since(start);
    return r->warped != NULL;
}

static bool load(const Options *o, Result *r, LamModel **model, GError **error)
{
    gint64 start = g_get_monotonic_time();
    if (!o->affine_only) {
        g_autofree char *path = lam_model_find(o->model, error);
        *model = path != NULL ? lam_model_load(path, error) : NULL;
        if (*model == NULL)
            return false;
    }
    r->fixed = lam_scan_load(o->fixed, 0, error);
    if (r->fixed != NULL)
        r->moving = lam_scan_load(o->moving, 0, error);
    r->load_s = seconds_since(start);
    return r->moving != NULL;
}

static bool write_files(const Options *o, Result *r, GError **error)
{
    gint64 start = g_get_monotonic_time();
    g_autofree char *text = o->affine_only ? g_strdup("lam register --affine-only")
                                           : g_strdup_printf("lam register --lambda %g", o->lambda);
    bool ok =
        o->warped == NULL || lam_nifti_save(r->warped, o->warped, LAM_NIFTI_FLOAT32, text, error);
    ok = ok &&
         (o->field == NULL || lam_nifti_save(r->field, o->field, LAM_NIFTI_FLOAT32, text, error));
    r->write_s = seconds_since(start);
    return ok;
}

static void print_summary(const Options *o, const Result *r)
{
    if (isnan(r->before)) /* no voxel of both in one place, as between scanners */
        printf("correlation  as loaded none, affine %.3f", r->aligned);
    else
        printf("correlation  as loaded %.3f, affine %.3f", r->before, r->aligned);
    if (!o->affine_only) {
        printf(", warped %.3f\n", r->after);
        printf("deformation  λ %g, mean %.1f mm, largest %.1f mm, folds %.4f %%, SD log|J| %.3f\n",
               o->lambda, r->statistics.mean_mm, r->statistics.max_mm, r->statistics.fold_percent,
               r->statistics.sd_log_jacobian);
    } else {
        putchar('\n');
    }
    printf("seconds      load %.1f, %s %.1f, λ %.2f, export %.1f, write %.1f\n", r->load_s,
           o->affine_only ? "affine" : "prepare", r->prepare_s, r->lambda_s, r->export_s,
           r->write_s);
}

static bool run(const Options *o, Result *r, GError **error)
{
    const char *inputs[] = {o->fixed, o->moving, NULL};
    g_autoptr(LamModel) model = NULL;
    LamProgress progress = lam_cli_progress();
    LamMat4 affine;
    if (!lam_cli_check_scan_output(o->warped, inputs, error) ||
        !lam_cli_check_scan_output(o->field, inputs, error) ||
        !lam_cli_check_distinct(o->warped, o->field, error) || !load(o, r, &model, error))
        return false;
    bool ok = o->affine_only ? run_affine(r, &progress, &affine, error)
                             : run_network(o, r, model, &progress, &affine, error);
    lam_cli_progress_done();
    if (!ok || !write_files(o, r, error))
        return false;
    r->before = correlation_through(r, NULL);
    r->aligned = correlation_through(r, &affine);
    r->after = lam_correlation(r->fixed->data, r->warped->data, lam_grid_voxels(&r->fixed->grid));
    print_summary(o, r);
    return true;
}

static void result_clear(Result *r)
{
    lam_volume_unref(r->fixed);
    lam_volume_unref(r->moving);
    lam_volume_unref(r->warped);
    lam_volume_unref(r->field);
}

int lam_cli_register(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    Result result = {0};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &result, &error);
    result_clear(&result);
    char *strings[] = {o.fixed, o.moving, o.warped, o.field, o.model};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("register", error);
}
