/* lam curve: one pair over λ. */
#include "curve.h"

#include <lambdascope/error.h>
#include <lambdascope/plot.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <stdio.h>

typedef struct {
    char *fixed_labels, *moving_labels, *model, *output, *plot;
    double most_folds, most_strain; /* negative: not asked for */
    gboolean no_affine;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "FIXED MOVING",
        .summary = "Measures a pair at 33 λ, and says what is known of the best one.",
        .description = "With label maps of both scans the best λ is that of the highest mean "
                       "overlap, given as a\n"
                       "band: all λ around it that are not measurably worse. Without, there is no "
                       "best λ, only\n"
                       "limits to keep to, and the elbow of similarity against roughness.",
        .positional = 2,
    };
    const GOptionEntry entries[] = {
        {"fixed-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->fixed_labels, "Label map of FIXED",
         "FILE"},
        {"moving-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->moving_labels, "Label map of MOVING",
         "FILE"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"no-affine", 0, 0, G_OPTION_ARG_NONE, &o->no_affine, "The scans are aligned already",
         NULL},
        {"most-folds", 0, 0, G_OPTION_ARG_DOUBLE, &o->most_folds,
         "Also the least λ with no more folds than this", "PERCENT"},
        {"most-strain", 0, 0, G_OPTION_ARG_DOUBLE, &o->most_strain,
         "Also the least λ with no larger SD log|J| than this", "VALUE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Table to write", "CSV"},
        {"plot", 0, 0, G_OPTION_ARG_FILENAME, &o->plot, "Figure to write", "SVG|PNG"},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    if ((o->fixed_labels == NULL) == (o->moving_labels == NULL))
        return true;
    return lam_cli_require(NULL, o->fixed_labels == NULL ? "fixed-labels" : "moving-labels", error);
}

static LamSession *open_pair(const Options *o, char **paths, const LamProgress *progress,
                             GError **error)
{
    LamMat4 identity = lam_mat4_identity();
    g_autoptr(LamVolume) fixed = lam_scan_load(paths[0], 0, error);
    g_autoptr(LamVolume) moving = fixed != NULL ? lam_scan_load(paths[1], 0, error) : NULL;
    g_autoptr(LamModel) model = moving != NULL ? lam_cli_load_model(o->model, fixed, error) : NULL;
    return model != NULL ? lam_session_new(model, fixed, moving, o->no_affine ? &identity : NULL, 0,
                                           progress, error)
                         : NULL;
}

static LamCurveProbe *open_probe(const Options *o, LamSession *session, GError **error)
{
    if (o->fixed_labels == NULL)
        return lam_curve_probe_new(session, NULL, NULL, NULL, error);
    g_autoptr(LamVolume) fixed = lam_scan_load(o->fixed_labels, 0, error);
    g_autoptr(LamVolume) moving = fixed != NULL ? lam_scan_load(o->moving_labels, 0, error) : NULL;
    return moving != NULL ? lam_curve_probe_new(session, fixed, moving, NULL, error) : NULL;
}

static bool fill(LamCurve *curve, LamCurveProbe *probe, const LamProgress *progress, GError **error)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        lam_progress_report(progress, (double)i / LAM_CURVE_POINTS, "measuring");
        if (lam_progress_cancelled(progress, error) || !lam_curve_extend(curve, probe, error))
            return false;
    }
    return true;
}

static void add_number(GString *text, double value, const char *end)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (isfinite(value))
        g_string_append(text, g_ascii_formatd(buffer, sizeof buffer, "%.6g", value));
    g_string_append(text, end);
}

static bool save_table(const LamCurve *curve, const char *path, GError **error)
{
    g_autoptr(GString) text =
        g_string_new("lambda,dice,similarity,roughness,fold_percent,sd_log_jacobian\n");
    g_autoptr(GError) cause = NULL;
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        const LamCurveFigures *f = lam_curve_point(curve, i)->domain;
        add_number(text, lam_curve_lambda(i), ",");
        add_number(text, f->dice, ",");
        add_number(text, f->similarity, ",");
        add_number(text, f->roughness, ",");
        add_number(text, f->fold_percent, ",");
        add_number(text, f->sd_log_jacobian, "\n");
    }
    if (g_file_set_contents(path, text->str, (gssize)text->len, &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot save table: %s: %s", path, cause->message);
    return false;
}

static void print_limit(const char *what, double limit, double lambda)
{
    if (isnan(lambda))
        printf("%-12s no λ keeps to %g\n", what, limit);
    else
        printf("%-12s λ %.3f is the least that keeps to %g\n", what, lambda, limit);
}

/* The price of the curve, in moves of the slider. */
static void print_cost(const LamCurve *curve, LamSession *session)
{
    double whole = 0, tick = INFINITY;
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        whole += lam_curve_point(curve, i)->milliseconds;
    for (int i = 0; i < 9; i++) {
        gint64 began = g_get_monotonic_time();
        g_autoptr(LamSnapshot) snapshot =
            lam_session_set_lambda(session, 0.1 + 0.1 * i, true, NULL);
        tick = MIN(tick, 1e-3 * (double)(g_get_monotonic_time() - began));
    }
    printf("time         %.1f s for %d λ, as %.0f moves of the slider\n", 1e-3 * whole,
           LAM_CURVE_POINTS, whole / tick);
}

static void print_result(const Options *o, const LamCurve *curve)
{
    LamCurveBest best = lam_curve_best(curve, 0);
    double elbow = lam_curve_elbow(curve, 0);
    if (best.known)
        printf("best λ       %.3f, Dice %.4f; from %.3f to %.3f nothing is measurably better\n",
               best.lambda, best.dice, best.from, best.to);
    if (isfinite(elbow))
        printf("elbow        λ %.3f, of similarity against roughness\n", elbow);
    if (o->most_folds >= 0)
        print_limit("folds", o->most_folds, lam_curve_within_folds(curve, 0, o->most_folds));
    if (o->most_strain >= 0)
        print_limit("strain", o->most_strain, lam_curve_within_strain(curve, 0, o->most_strain));
}

static bool run(const Options *o, char **paths, GError **error)
{
    const char *const inputs[] = {paths[0], paths[1], o->fixed_labels, o->moving_labels, NULL};
    if (!lam_cli_check_output(o->output, inputs, error) ||
        (o->plot != NULL && !lam_plot_check(o->plot, error)))
        return false;
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    LamProgress opening = lam_progress_part(&progress, 0, 0.5);
    LamProgress measuring = lam_progress_part(&progress, 0.5, 1);
    g_autoptr(LamCurve) curve = lam_curve_new();
    g_autoptr(LamSession) session = open_pair(o, paths, &opening, error);
    g_autoptr(LamCurveProbe) probe = session != NULL ? open_probe(o, session, error) : NULL;
    bool ok = probe != NULL && fill(curve, probe, &measuring, error);
    lam_cli_progress_done();
    if (!ok)
        return false;
    print_result(o, curve);
    print_cost(curve, session);
    return (o->output == NULL || save_table(curve, o->output, error)) &&
           (o->plot == NULL || lam_cli_curve_plot(curve, o->plot, error));
}

int lam_cli_curve(int argc, char **argv)
{
    Options o = {.most_folds = -1, .most_strain = -1};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        run(&o, argv + 1, &error);
    char *strings[] = {o.fixed_labels, o.moving_labels, o.model, o.output, o.plot};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("curve", error);
}
