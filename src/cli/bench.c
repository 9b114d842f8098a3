/* lam bench: how fast the engine is here, as ratios to what the machine's sgemm reaches in the same run. */
#include "cli.h"
#include "yardstick.h"

#include <lambdascope/error.h>
#include <lambdascope/phantom.h>
#include <lambdascope/scene.h>
#include <lambdascope/session.h>
#include <lambdascope/threads.h>
#include <lambdascope/trainer.h>
#include <stdio.h>

#define WARM_UP       3
#define TICKS_A_ROUND 10 /* of the yardstick */
#define STEPS_ROUNDS  3
#define DEFAULT_TICKS 60
#define DEFAULT_STEPS 10
#define MAX_REPEATS   100000

typedef struct {
    char *model, *precision;
    int repeats;
    gboolean json;
} Options;

typedef struct {
    const char *key, *words;
    double value;
    const char *text; /* instead of the value */
} Figure;

static void print_figures(const Options *options, const Figure *figures, int n)
{
    if (!options->json) {
        for (int i = 0; i < n; i++)
            if (figures[i].text != NULL)
                printf("%-44s %10s\n", figures[i].words, figures[i].text);
            else
                printf("%-44s %10.3f\n", figures[i].words, figures[i].value);
        return;
    }
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    for (int i = 0; i < n; i++)
        if (figures[i].text != NULL)
            lam_cli_json_string(builder, figures[i].key, figures[i].text);
        else
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

/* All that the viewer's worker does between a new λ and the upload. */
static bool move_slider(LamSession *session, double lambda, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, lambda, false, error);
    g_autoptr(LamTexels) texels =
        snapshot != NULL ? lam_texels_new_field(snapshot->field, snapshot->jacobian, error) : NULL;
    return texels != NULL;
}

/* A model whose convolutions all stay as λ moves has nothing to time. */
static LamYardstick *yardstick_for(LamSession *session, GError **error)
{
    if (session == NULL)
        return NULL;
    if (lam_session_unet(session)->hyper != NULL)
        return lam_yardstick_new(error);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot time the slider: the model: it does not depend on λ");
    return NULL;
}

static double conv_seconds(LamSession *session)
{
    double forward, backward;
    lam_graph_seconds(lam_session_graph(session), "conv", &forward, &backward);
    return forward;
}

/* A sweep of λ as a slider gives it, with the yardstick's rounds between; neither the first ticks nor
 * the one after a round, which has emptied the caches, counts. */
static bool time_ticks(LamSession *session, LamYardstick *yardstick, int n, double *tick_ms,
                       double *conv_ms, GError **error)
{
    for (int i = -WARM_UP; i < n; i++) {
        if (i > 0 && i % TICKS_A_ROUND == 0) {
            lam_yardstick_round(yardstick);
            if (!move_slider(session, 0.5, error))
                return false;
        }
        double conv = conv_seconds(session), lambda = (i + WARM_UP + 0.5) / (n + WARM_UP);
        gint64 start = g_get_monotonic_time();
        if (!move_slider(session, lambda, error))
            return false;
        if (i < 0)
            continue;
        tick_ms[i] = 1e-3 * (double)(g_get_monotonic_time() - start);
        conv_ms[i] = 1e3 * (conv_seconds(session) - conv);
    }
    return true;
}

static bool tick(const Options *options, GError **error)
{
    int n = options->repeats;
    g_autoptr(LamSession) session = phantom_session(options, error);
    g_autoptr(LamYardstick) yardstick = yardstick_for(session, error);
    g_autofree double *tick_ms = g_new(double, n), *conv_ms = g_new(double, n);
    if (yardstick == NULL || !time_ticks(session, yardstick, n, tick_ms, conv_ms, error))
        return false;
    double macs =
        lam_graph_convolution_macs(lam_session_graph(session), lam_session_unet(session)->hyper);
    double conv_ms_median = lam_percentile(conv_ms, n, 0.5);
    double conv = 2e-6 * macs / conv_ms_median, peak = lam_yardstick_sgemm_gflops(yardstick);
    const Figure figures[] = {
        {"tick_ms_median", "slider tick, median (ms)", lam_percentile(tick_ms, n, 0.5)},
        {"tick_ms_p95", "slider tick, 95th percentile (ms)", lam_percentile(tick_ms, n, 0.95)},
        {"conv_ms_median", "of it λ-dependent convolutions (ms)", conv_ms_median},
        {"conv_gflops", "λ-dependent convolutions (GFLOP/s)", conv},
        {"sgemm_gflops", "sgemm in this run (GFLOP/s)", peak},
        {"sgemm_library", "sgemm of", 0, lam_yardstick_sgemm_library(yardstick)},
        {"sgemm_share", "convolutions / sgemm", conv / peak},
        {"threads", "threads", lam_threads()},
    };
    print_figures(options, figures, G_N_ELEMENTS(figures));
    return true;
}

static const char *const precisions[] = {
    [LAM_PRECISION_F32] = "f32", [LAM_PRECISION_BF16] = "bf16"};

/* Forward, backward, update of the reference model; batch 1, images of noise. */
static bool step(const Options *options, GError **error)
{
    g_autofree double *ms = g_new(double, options->repeats);
    LamStepTimes times = {.repeats = options->repeats, .total_ms = ms};
    if (g_strcmp0(options->precision, precisions[LAM_PRECISION_BF16]) == 0)
        times.precision = LAM_PRECISION_BF16;
    if (!lam_time_training_step(&times, error))
        return false;
    g_autoptr(LamYardstick) yardstick = lam_yardstick_new(error);
    if (yardstick == NULL)
        return false;
    for (int i = 1; i < STEPS_ROUNDS; i++)
        lam_yardstick_round(yardstick);
    double peak = lam_yardstick_sgemm_gflops(yardstick);
    const Figure figures[] = {
        {"step_ms_median", "training step, median (ms)", lam_percentile(ms, options->repeats, 0.5)},
        {"step_ms_p95", "training step, 95th percentile (ms)",
         lam_percentile(ms, options->repeats, 0.95)},
        {"forward_ms", "forward (ms, mean)", times.forward_ms},
        {"backward_ms", "backward (ms, mean)", times.backward_ms},
        {"update_ms", "update (ms, mean)", times.update_ms},
        {"precision", "operands of convolutions", 0, precisions[times.precision]},
        {"conv_gflops", "convolutions, forward and backward (GFLOP/s)", times.conv_gflops},
        {"sgemm_gflops", "sgemm in this run (GFLOP/s)", peak},
        {"sgemm_library", "sgemm of", 0, lam_yardstick_sgemm_library(yardstick)},
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
            "Measures the slider's tick (λ set to field ready for upload) or a training step, and\n"
            "what the fastest sgemm reaches in the same run.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"json", 'j', 0, G_OPTION_ARG_NONE, &o->json, "One JSON object on standard output", NULL},
        {"repeats", 'n', 0, G_OPTION_ARG_INT, &o->repeats,
         "How often (default: 60 ticks, 10 steps)", "N"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model of the tick", "NAME|FILE"},
        {"precision", 0, 0, G_OPTION_ARG_STRING, &o->precision,
         "What the step's convolutions multiply (default: f32); f32 without AVX512_BF16",
         "f32|bf16"},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    bool known = o->precision == NULL || g_str_equal(o->precision, "f32") ||
                 g_str_equal(o->precision, "bf16");
    if (known && o->repeats >= 0 && o->repeats <= MAX_REPEATS)
        return true;
    if (known)
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--repeats must be between 1 and %d", MAX_REPEATS);
    else
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--precision %s: must be f32 or bf16", o->precision);
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
    g_free(o.precision);
    return lam_cli_finish("bench", error);
}
