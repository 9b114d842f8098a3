/* lam bench: how fast the engine is here, as ratios to what the machine's sgemm reaches in the same run. */
#include "cli.h"

#include <cblas.h>
#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/phantom.h>
#include <lambdascope/session.h>
#include <lambdascope/threads.h>
#include <lambdascope/trainer.h>
#include <stdio.h>
#include <stdlib.h>

#define SGEMM_SIZE    1536
#define SGEMM_RUNS    6
#define WARM_UP       3
#define DEFAULT_TICKS 60
#define DEFAULT_STEPS 10
#define MAX_REPEATS   100000

typedef struct {
    char *model;
    int repeats;
    gboolean json;
} Options;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts; the value below which the share lies. */
static double percentile(double *values, int n, double share)
{
    qsort(values, (size_t)n, sizeof *values, ascending);
    return values[MIN(n - 1, (int)(share * n))];
}

/* Best of a few square products: the machine's peak as BLAS reaches it, in GFLOP/s. */
static double sgemm_gflops(GError **error)
{
    size_t n = SGEMM_SIZE;
    float *a = lam_alloc_floats(3 * n * n, "sgemm", error);
    double best = 0;
    if (a == NULL)
        return 0;
    for (size_t i = 0; i < 2 * n * n; i++)
        a[i] = (float)(i % 7) - 3;
    for (int run = 0; run < SGEMM_RUNS; run++) {
        gint64 start = g_get_monotonic_time();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)n, (int)n, 1, a, (int)n,
                    a + n * n, (int)n, 0, a + 2 * n * n, (int)n);
        double seconds = 1e-6 * (double)MAX(1, g_get_monotonic_time() - start);
        best = MAX(best, 2e-9 * (double)(n * n * n) / seconds);
    }
    lam_free(a);
    return best;
}

typedef struct {
    const char *key, *words;
    double value;
} Figure;

static void print_figures(const Options *options, const Figure *figures, int n)
{
    if (!options->json) {
        for (int i = 0; i < n; i++)
            printf("%-44s %10.3f\n", figures[i].words, figures[i].value);
        return;
    }
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    for (int i = 0; i < n; i++)
        lam_cli_json_number(builder, figures[i].key, figures[i].value);
    json_builder_end_object(builder);
    lam_cli_json_print(builder);
}

static LamSession *phantom_session(const Options *options, GError **error)
{
    g_autofree char *path = lam_model_find(options->model, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    if (model == NULL)
        return NULL;
    LamPhantomOptions how = lam_phantom_defaults();
    LamPhantom pair;
    how.spacing_mm = 2;
    if (!lam_phantom_make(&how, &pair, error))
        return NULL;
    LamMat4 identity = lam_mat4_identity();
    LamSession *session =
        lam_session_new(model, pair.fixed, pair.moving, &identity, 0, NULL, error);
    lam_phantom_clear(&pair);
    return session;
}

/* λ set -> new field, over a sweep of λ as a slider gives it. */
static bool tick(const Options *options, GError **error)
{
    double before, after, unused;
    g_autoptr(LamSession) session = phantom_session(options, error);
    if (session == NULL)
        return false;
    g_autofree double *ms = g_new(double, options->repeats);
    LamGraph *graph = lam_session_graph(session);
    for (int i = -WARM_UP; i < options->repeats; i++) {
        if (i == 0)
            lam_graph_seconds(graph, "conv", &before, &unused);
        double lambda = (i + WARM_UP + 0.5) / (options->repeats + WARM_UP);
        g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, lambda, false, error);
        if (snapshot == NULL)
            return false;
        if (i >= 0)
            ms[i] = snapshot->milliseconds;
    }
    lam_graph_seconds(graph, "conv", &after, &unused);
    double macs = lam_graph_convolution_macs(graph, lam_session_unet(session)->hyper);
    double conv = 2e-9 * macs * options->repeats / (after - before), peak = sgemm_gflops(error);
    if (peak == 0)
        return false;
    const Figure figures[] = {
        {"tick_ms_median", "slider tick, median (ms)", percentile(ms, options->repeats, 0.5)},
        {"tick_ms_p95", "slider tick, 95th percentile (ms)",
         percentile(ms, options->repeats, 0.95)},
        {"conv_gflops", "λ-dependent convolutions (GFLOP/s)", conv},
        {"sgemm_gflops", "sgemm in this run (GFLOP/s)", peak},
        {"sgemm_share", "convolutions / sgemm", conv / peak},
        {"threads", "threads", lam_threads()},
    };
    print_figures(options, figures, G_N_ELEMENTS(figures));
    return true;
}

/* Forward, backward, update of the reference model; batch 1, images of noise. */
static bool step(const Options *options, GError **error)
{
    g_autofree double *ms = g_new(double, options->repeats);
    LamStepTimes times = {.repeats = options->repeats, .total_ms = ms};
    if (!lam_time_training_step(&times, error))
        return false;
    double peak = sgemm_gflops(error);
    if (peak == 0)
        return false;
    const Figure figures[] = {
        {"step_ms_median", "training step, median (ms)", percentile(ms, options->repeats, 0.5)},
        {"step_ms_p95", "training step, 95th percentile (ms)",
         percentile(ms, options->repeats, 0.95)},
        {"forward_ms", "forward (ms, mean)", times.forward_ms},
        {"backward_ms", "backward (ms, mean)", times.backward_ms},
        {"update_ms", "update (ms, mean)", times.update_ms},
        {"conv_gflops", "convolutions, forward and backward (GFLOP/s)", times.conv_gflops},
        {"sgemm_gflops", "sgemm in this run (GFLOP/s)", peak},
        {"sgemm_share", "convolutions / sgemm", times.conv_gflops / peak},
        {"threads", "threads", lam_threads()},
    };
    print_figures(options, figures, G_N_ELEMENTS(figures));
    return true;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "tick|step",
        .summary =
            "Measures the slider's tick (λ set to field ready) or a training step, beside what\n"
            "sgemm reaches in the same run.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "One JSON object on standard output", NULL},
        {"repeats", 'n', 0, G_OPTION_ARG_INT, &o->repeats,
         "How often (default: 60 ticks, 10 steps)", "N"},
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &o->model, "Model of the tick", "NAME|FILE"},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    if (o->repeats >= 0 && o->repeats <= MAX_REPEATS)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--repeats must be between 1 and %d", MAX_REPEATS);
    return false;
}

static bool run(Options *o, const char *what, GError **error)
{
    bool is_tick = g_str_equal(what, "tick");
    if (!is_tick && !g_str_equal(what, "step")) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "%s: only tick and step can be measured", what);
        return false;
    }
    if (o->repeats == 0)
        o->repeats = is_tick ? DEFAULT_TICKS : DEFAULT_STEPS;
    lam_threads_set(0);
    return is_tick ? tick(o, error) : step(o, error);
}

int lam_cli_bench(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        run(&o, argv[1], &error);
    g_free(o.model);
    return lam_cli_finish("bench", error);
}
