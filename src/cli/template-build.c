/* lam template build: a template of scans without training. */
#include "template.h"

#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <lambdascope/template_build.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_SCANS 10000

typedef struct {
    char *method, *model, *output;
    double lambda, seconds, spacing_mm;
    int rounds;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "SCAN SCAN…",
        .summary = "Builds a template without training: all scans are registered to the mean, "
                   "averaged\nthrough the result, and centred, again and again.",
        .description = "With --rounds 0 it is the mean of the affinely aligned scans.",
        .positional = MOST_SCANS,
        .optional = MOST_SCANS - 2,
    };
    const GOptionEntry entries[] = {
        {"method", 0, 0, G_OPTION_ARG_STRING, &o->method,
         "classical (default), or network: a trained one registers", "NAME"},
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model, "Network (default brain-t1)",
         "NAME|FILE"},
        {"lambda", 0, 0, G_OPTION_ARG_DOUBLE, &o->lambda, "λ of the registrations (default 0.3)",
         "λ"},
        {"rounds", 'r', 0, G_OPTION_ARG_INT, &o->rounds, "How often, 0 to 20 (default 4)", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o->seconds,
         "For each classical registration (default: until it has converged)", "S"},
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, &o->spacing_mm,
         "Size of a voxel of the template (default 2)", "MM"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Scan to write", "FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->output, "output", error);
}

static bool choose_method(const Options *o, LamTemplateBuildOptions *to, GError **error)
{
    bool network = g_strcmp0(o->method, "network") == 0;
    if (o->method != NULL && !network && strcmp(o->method, "classical") != 0) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--method: must be classical or network (see --help)");
        return false;
    }
    to->registration.method = network ? LAM_METHOD_NETWORK : LAM_METHOD_CLASSICAL;
    to->registration.lambda = o->lambda;
    to->registration.seconds = o->seconds;
    to->spacing_mm = o->spacing_mm;
    to->rounds = o->rounds;
    return true;
}

static void volume_free(void *p)
{
    lam_volume_unref(p);
}

static GPtrArray *load_scans(char **paths, int n, GError **error)
{
    g_autoptr(GPtrArray) scans = g_ptr_array_new_with_free_func(volume_free);
    for (int i = 0; i < n; i++) {
        LamVolume *scan = lam_scan_load(paths[i], 0, error);
        if (scan == NULL)
            return NULL;
        g_ptr_array_add(scans, scan);
    }
    return g_steal_pointer(&scans);
}

static void print_rounds(const LamTemplateRound *rounds, int count)
{
    puts("round  sharpness  times the mean's  mean displacement, 90 % below");
    for (int k = 0; k <= count; k++) {
        printf("%5d  %9.5f  %16.2f  ", k, rounds[k].sharpness,
               rounds[k].sharpness / rounds[0].sharpness);
        if (isfinite(rounds[k].displacement_mm))
            printf("%.3f mm\n", rounds[k].displacement_mm);
        else
            puts("–");
    }
}

static bool build(const Options *o, char **paths, int n, GError **error)
{
    LamTemplateBuildOptions options = lam_template_build_options_default();
    g_autoptr(LamModel) model = NULL;
    if (!choose_method(o, &options, error) ||
        !lam_cli_check_image_output(o->output, (const char *const *)paths, error))
        return false;
    g_autoptr(GPtrArray) scans = load_scans(paths, n, error);
    if (scans == NULL)
        return false;
    if (options.registration.method == LAM_METHOD_NETWORK) {
        model = lam_cli_load_model(o->model, scans->pdata[0], error);
        if (model == NULL)
            return false;
        options.registration.model = model;
    }
    LamTemplateRound rounds[LAM_TEMPLATE_MOST_ROUNDS + 1];
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    g_autoptr(LamVolume) template =
        lam_template_build((LamVolume **)scans->pdata, n, &options, rounds, &progress, error);
    lam_cli_progress_done();
    if (template == NULL ||
        !lam_scan_save(template, o->output, LAM_NIFTI_FLOAT32, "lam template build", error))
        return false;
    print_rounds(rounds, options.rounds);
    return true;
}

int lam_cli_template_build(int argc, char **argv)
{
    LamTemplateBuildOptions defaults = lam_template_build_options_default();
    Options o = {.lambda = defaults.registration.lambda,
                 .seconds = defaults.registration.seconds,
                 .spacing_mm = defaults.spacing_mm,
                 .rounds = defaults.rounds};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        build(&o, argv + 1, argc - 1, &error);
    g_free(o.method);
    g_free(o.model);
    g_free(o.output);
    return lam_cli_finish("template build", error);
}
