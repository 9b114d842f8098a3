/* What drawing samples costs a training run: steps on samples drawn ahead, by turns with steps on one
 * sample that stays. */
#include "cli.h"

#include "dataset.h"
#include "sample-queue.h"
#include "train-graph.h"

#include <lambdascope/adam.h>
#include <lambdascope/threads.h>
#include <stdio.h>
#include <time.h>

#define ROUNDS 5

typedef struct {
    LamRecipe *recipe;
    LamDataset *dataset;
    LamParameters *parameters;
    LamAdam *adam;
    LamTrainGraph network;
    LamSampleGrid grid;
    LamSample *still;
    guint64 drawn;
    double seconds[2], waited_s; /* still, drawn */
} Bench;

static void bench_clear(Bench *b)
{
    lam_train_graph_clear(&b->network);
    lam_sample_free(b->still);
    lam_adam_free(b->adam);
    lam_parameters_free(b->parameters);
    lam_dataset_free(b->dataset);
    lam_recipe_free(b->recipe);
}

typedef struct {
    int repeats, pairs; /* pairs 0: steps */
    gboolean coarse;
    char *cache;
} Options;

static bool prepare(Bench *b, const char *recipe, const char *data, const Options *o,
                    GError **error)
{
    b->recipe = lam_recipe_load(recipe, error);
    b->dataset = b->recipe != NULL ? lam_dataset_new(b->recipe, data, o->cache, NULL, error) : NULL;
    if (b->dataset == NULL)
        return false;
    b->parameters = lam_parameters_new();
    lam_unet_declare(&b->recipe->network, b->parameters);
    if (!lam_parameters_allocate(b->parameters, true, error))
        return false;
    lam_parameters_initialise(b->parameters, 1);
    b->adam = lam_adam_new(b->parameters, error);
    b->grid = lam_sample_grid(b->recipe, o->coarse);
    b->still = lam_sample_new(b->recipe, &b->grid, error);
    /* as hard as they become */
    b->drawn = (guint64)b->recipe->ramp;
    return b->adam != NULL && b->still != NULL &&
           lam_train_graph_build(&b->network, b->recipe, &b->grid,
                                 lam_dataset_labelling(b->dataset), NULL, b->parameters, error) &&
           lam_dataset_draw(b->dataset, b->drawn, b->still, error);
}

static void step(Bench *b, const LamSample *sample)
{
    lam_train_graph_forward(&b->network, sample);
    lam_parameters_zero_gradients(b->parameters);
    lam_train_graph_backward(&b->network);
    lam_adam_step(b->adam, 1e-6, 1);
}

static double thread_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Processor time does not tell what else the machine does, as wall time would. */
static bool draw_pairs(Bench *b, int n, double *seconds, GError **error)
{
    lam_threads_set_own(1);
    double start = thread_seconds();
    for (int i = 0; i < n; i++)
        if (!lam_dataset_draw(b->dataset, b->drawn + (guint64)i, b->still, error))
            return false;
    *seconds = thread_seconds() - start;
    lam_threads_set(0);
    return true;
}

static void steps_on_one(Bench *b, int n)
{
    gint64 start = g_get_monotonic_time();
    for (int i = 0; i < n; i++)
        step(b, b->still);
    b->seconds[0] += 1e-6 * (double)(g_get_monotonic_time() - start);
}

/* The first sample fills the queue and is not timed. */
static bool steps_on_drawn(Bench *b, int n, GError **error)
{
    g_autoptr(LamSampleQueue) queue =
        lam_sample_queue_new(b->dataset, b->recipe, &b->grid, b->drawn, error);
    gint64 start = 0;
    double first = 0;
    for (int i = -1; queue != NULL && i < n; i++) {
        LamSample *sample = lam_sample_queue_take(queue, i < 0 ? &first : &b->waited_s, error);
        if (sample == NULL)
            return false;
        step(b, sample);
        lam_sample_queue_give(queue, sample);
        if (i < 0)
            start = g_get_monotonic_time();
    }
    b->seconds[1] += 1e-6 * (double)(g_get_monotonic_time() - start);
    b->drawn += (guint64)n + 1;
    return queue != NULL;
}

static bool take_steps(Bench *b, int repeats, JsonBuilder *json, GError **error)
{
    int n = ROUNDS * repeats;
    step(b, b->still);
    for (int round = 0; round < ROUNDS; round++) {
        steps_on_one(b, repeats);
        if (!steps_on_drawn(b, repeats, error))
            return false;
    }
    lam_cli_json_number(json, "step_ms_without_drawing", 1e3 * b->seconds[0] / n);
    lam_cli_json_number(json, "step_ms", 1e3 * b->seconds[1] / n);
    lam_cli_json_number(json, "waited_ms", 1e3 * b->waited_s / n);
    lam_cli_json_number(json, "drawing_share", 1 - b->seconds[0] / b->seconds[1]);
    return true;
}

static bool draw_only(Bench *b, int pairs, JsonBuilder *json, GError **error)
{
    double seconds = 0;
    if (!draw_pairs(b, pairs, &seconds, error))
        return false;
    lam_cli_json_number(json, "pair_core_ms", 1e3 * seconds / pairs);
    return true;
}

static bool run(const char *recipe, const char *data, const Options *o, GError **error)
{
    Bench b = {0};
    lam_threads_set(0);
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    bool ok = prepare(&b, recipe, data, o, error) &&
              (o->pairs > 0 ? draw_only(&b, MIN(o->pairs, 100000), json, error)
                            : take_steps(&b, CLAMP(o->repeats, 1, 1000), json, error));
    json_builder_end_object(json);
    if (ok)
        lam_cli_json_print(json);
    bench_clear(&b);
    return ok;
}

int main(int argc, char **argv)
{
    Options o = {.repeats = 5};
    g_autoptr(GError) error = NULL;
    const LamCliSyntax syntax = {
        .arguments = "RECIPE DATA",
        .summary = "Training steps of a recipe on samples drawn ahead, and on one sample that "
                   "stays, by turns.\ndrawing_share: of a step's wall time.",
        .positional = 2};
    const GOptionEntry entries[] = {
        {"repeats", 'n', 0, G_OPTION_ARG_INT, &o.repeats, "Steps a round, of 5 each (default: 5)",
         "N"},
        {"pairs", 0, 0, G_OPTION_ARG_INT, &o.pairs, "Only draw so many pairs, on one thread", "N"},
        {"coarse", 0, 0, G_OPTION_ARG_NONE, &o.coarse, "On the grid of twice the spacing", NULL},
        {"affines", 0, 0, G_OPTION_ARG_FILENAME, &o.cache,
         "File that keeps the affines of the data", "FILE"},
        {NULL},
    };
    if (lam_cli_parse(&syntax, entries, &argc, &argv, &error))
        run(argv[1], argv[2], &o, &error);
    g_free(o.cache);
    return lam_cli_finish("synthesis", error);
}
