/* lam report: pictures and figures of one registration, in one file. */
#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/report.h>
#include <lambdascope/scan.h>
#include <lambdascope/transform_file.h>

#include <math.h>
#include <stdio.h>

#define DEFAULT_LAMBDA 0.3

typedef struct {
    char *output, *lambda, *model, *transform, *fixed_labels, *moving_labels, *label_names, *chosen,
        *rating, *notes;
    gboolean names, neurological;

    const char *fixed, *moving;
    double lambda_value; /* NaN: not told */
    LamLambdaChosen chosen_value;
    LamRating rating_value;
} Options;

/* What a report is made from, and owned. */
typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamLabelNames *names;
    LamModel *model;
    LamAffine fit;
    LamSnapshot *snapshot;
} Inputs;

static void options_clear(Options *o)
{
    char *strings[] = {o->output,        o->lambda,      o->model,  o->transform, o->fixed_labels,
                       o->moving_labels, o->label_names, o->chosen, o->rating,    o->notes};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
}

static void inputs_clear(Inputs *in)
{
    LamVolume *volumes[] = {in->fixed, in->moving, in->fixed_labels, in->moving_labels};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        lam_volume_unref(volumes[i]);
    g_clear_pointer(&in->names, lam_label_names_free);
    g_clear_pointer(&in->model, lam_model_unref);
    g_clear_pointer(&in->snapshot, lam_snapshot_unref);
}

/* ---- options ---- */

static bool misuse(GError **error, const char *message)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s (see --help)", message);
    return false;
}

static bool check_lambda(Options *o, GError **error)
{
    o->lambda_value = o->transform ? NAN : DEFAULT_LAMBDA;
    if (o->lambda) {
        g_autoptr(GArray) one = lam_cli_parse_lambdas(o->lambda, error);
        if (!one)
            return false;
        if (one->len != 1)
            return misuse(error, "--lambda: one number is needed");
        o->lambda_value = g_array_index(one, double, 0);
    }
    o->chosen_value = o->lambda ? LAM_CHOSEN_MANUALLY : LAM_CHOSEN_PRESET;
    if (o->chosen && !lam_lambda_chosen_parse(o->chosen, &o->chosen_value))
        return misuse(error, "--chosen: manual, preset, evidence or unknown is needed");
    return true;
}

static bool check(Options *o, GError **error)
{
    if (!lam_cli_require(o->output, "output", error) || !check_lambda(o, error))
        return false;
    if (o->rating && !lam_rating_parse(o->rating, &o->rating_value))
        return misuse(error, "--rating: pass, borderline, fail or none is needed");
    if (!o->fixed_labels != !o->moving_labels)
        return misuse(error, "--fixed-labels and --moving-labels: both or neither is needed");
    if (o->label_names && !o->fixed_labels)
        return misuse(error, "--label-names: --fixed-labels is needed");
    if (o->transform && o->model)
        return misuse(error, "--transform: no model is used");
    return lam_report_check_name(o->output, error);
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "FIXED MOVING",
        .summary = "Writes a report on a registration: slices before and after, the grid, volume "
                   "change, figures and\nhow it was made; as HTML with its pictures inside or as "
                   "PDF, with a CSV and a JSON beside it.\nNeeds neither a display nor a graphics "
                   "card.",
        .description = "No name of a file stands in the report unless --names is given, and never "
                       "a folder.",
        .positional = 2,
    };
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Report: .html or .pdf", "FILE"},
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &o->lambda,
         "0 (fits the image) to 1 (stays smooth); default 0.3", "L"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"transform", 't', 0, G_OPTION_ARG_FILENAME, &o->transform,
         "Report on this transform; --lambda then says what it was made with", "FILE"},
        {"fixed-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->fixed_labels,
         "Label map of the fixed scan", "FILE"},
        {"moving-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->moving_labels,
         "Label map of the moving scan", "FILE"},
        {"label-names", 0, 0, G_OPTION_ARG_FILENAME, &o->label_names,
         "CSV with the columns value and name", "CSV"},
        {"chosen", 0, 0, G_OPTION_ARG_STRING, &o->chosen,
         "How λ was chosen: manual, preset, evidence, unknown", "HOW"},
        {"rating", 'r', 0, G_OPTION_ARG_STRING, &o->rating, "pass, borderline, fail or none",
         "RATING"},
        {"notes", 'n', 0, G_OPTION_ARG_STRING, &o->notes, "A remark", "TEXT"},
        {"names", 0, 0, G_OPTION_ARG_NONE, &o->names, "Names of the files may stand in it", NULL},
        {"neurological", 0, 0, G_OPTION_ARG_NONE, &o->neurological,
         "Patient's left on the left (default: on the right)", NULL},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    o->fixed = (*argv)[1];
    o->moving = (*argv)[2];
    return check(o, error);
}

static bool check_outputs(const Options *o, GError **error)
{
    const char *inputs[] = {o->fixed, o->moving, NULL, NULL, NULL, NULL, NULL};
    const char *const more[] = {o->transform, o->fixed_labels, o->moving_labels, o->label_names};
    int n = 2;
    for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
        if (more[i])
            inputs[n++] = more[i];
    g_auto(GStrv) files = lam_report_files(o->output);
    for (char **file = files; *file; file++)
        if (!lam_cli_check_output(*file, inputs, error))
            return false;
    return true;
}

/* ---- from files to the report ---- */

static bool load(const Options *o, Inputs *in, GError **error)
{
    const struct {
        const char *path;
        LamVolume **to;
    } scans[] = {{o->fixed, &in->fixed},
                 {o->moving, &in->moving},
                 {o->fixed_labels, &in->fixed_labels},
                 {o->moving_labels, &in->moving_labels}};
    for (size_t i = 0; i < G_N_ELEMENTS(scans); i++) {
        if (scans[i].path && !(*scans[i].to = lam_scan_load(scans[i].path, 0, error)))
            return false;
    }
    if (o->label_names)
        in->names = lam_label_names_load(o->label_names, error);
    return !o->label_names || in->names;
}

static bool ask_network(const Options *o, Inputs *in, const LamProgress *progress, GError **error)
{
    in->model = lam_cli_load_model(o->model, in->fixed, error);
    if (!in->model)
        return false;
    g_autoptr(LamSession) session =
        lam_session_new(in->model, in->fixed, in->moving, NULL, 1, progress, error);
    if (!session)
        return false;
    in->fit = *lam_session_affine_fit(session);
    in->snapshot = lam_session_set_lambda(session, o->lambda_value, true, error);
    return in->snapshot != NULL;
}

static bool load_transform(const Options *o, Inputs *in, GError **error)
{
    LamMat4 fixed_fsl = lam_fsl_from_voxel(in->fixed), moving_fsl = lam_fsl_from_voxel(in->moving);
    const LamTransformFileOptions spaces = {.fixed = &in->fixed->grid,
                                            .moving = &in->moving->grid,
                                            .fixed_fsl = &fixed_fsl,
                                            .moving_fsl = &moving_fsl};
    g_autoptr(LamTransform) transform = lam_transform_load(o->transform, &spaces, error);
    in->snapshot = transform ? lam_snapshot_of_transform(transform, &in->fixed->grid, error) : NULL;
    if (!in->snapshot)
        return false;
    in->snapshot->lambda = o->lambda_value;
    in->fit.agreement = NAN;
    return true;
}

static bool write_report(const Options *o, const Inputs *in, const LamProgress *progress,
                         GError **error)
{
    const LamReportSource source = {
        .fixed = in->fixed,
        .moving = in->moving,
        .fixed_labels = in->fixed_labels,
        .moving_labels = in->moving_labels,
        .label_names = in->names,
        .snapshot = in->snapshot,
        .fit = &in->fit,
        .model = in->model,
        .chosen = o->chosen_value,
        .rating = o->rating_value,
        .notes = o->notes,
        .with_names = o->names,
        .neurological = o->neurological,
    };
    g_autoptr(LamReport) report = lam_report_new(&source, progress, error);
    return report && lam_report_save(report, o->output, error);
}

static bool run(const Options *o, Inputs *in, GError **error)
{
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    LamProgress registers = lam_progress_part(&progress, 0, 0.5);
    LamProgress reports = lam_progress_part(&progress, 0.5, 1);
    bool ok =
        check_outputs(o, error) && load(o, in, error) &&
        (o->transform ? load_transform(o, in, error) : ask_network(o, in, &registers, error)) &&
        write_report(o, in, &reports, error);
    lam_cli_progress_done();
    return ok;
}

int lam_cli_report(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options options = {0};
    Inputs inputs = {0};
    if (parse(&options, &argc, &argv, &error))
        run(&options, &inputs, &error);
    inputs_clear(&inputs);
    options_clear(&options);
    return lam_cli_finish("report", error);
}
