#include <lambdascope/study_tissue.h>

#include "tissue-pair.h"
#include "training-private.h"

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/trainer.h>
#include <math.h>
#include <string.h>

#define TRAINING 0.8 /* of the progress */
#define SWEEPS   2   /* of the descent by coordinates */
#define BASE     0.2 /* λ of all classes, from where one is raised */
#define RAISED   0.8
#define DRAWS    2000 /* of the bootstrap */
#define TICKS    25   /* changes of a λ that are timed */

static const double candidates[] = {0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9};

typedef enum { ONE, COMPOSITE, CONDITIONED, WAYS } Way;
static const char *const way_names[] = {"one λ", "composite", "conditioned"};

typedef struct {
    double lambdas[LAM_UNET_MAX_CLASSES]; /* the best of the pairs to choose on */
    LamTissueScore *scores;               /* of each pair that is scored, at these */
    LamTissueScore base;                  /* means, all λ at BASE */
    double
        own[LAM_UNET_MAX_CLASSES]; /* roughness with a class's λ RAISED, over that before: in the */
    double rest[LAM_UNET_MAX_CLASSES]; /* class, and in all others together */
    double change_ms;                  /* median time of a change of one class's λ */
} Answer;

typedef struct {
    const LamStudyTissueOptions *options;
    char **names; /* of the classes */
    LamStudyRun one, classes;
    LamTissueBench *bench;
    int n; /* classes */
    GPtrArray *choose, *score;
    Answer answer[WAYS];
} Study;

static void study_clear(Study *s)
{
    lam_tissue_bench_free(s->bench);
    lam_study_run_clear(&s->one);
    lam_study_run_clear(&s->classes);
    g_clear_pointer(&s->choose, g_ptr_array_unref);
    g_clear_pointer(&s->score, g_ptr_array_unref);
    for (int way = 0; way < WAYS; way++)
        g_free(s->answer[way].scores);
    g_strfreev(s->names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Study, study_clear)

/* ---- networks and pairs ---- */

static void name_classes(Study *s, GKeyFile *recipe)
{
    g_auto(GStrv) keys = g_key_file_get_keys(recipe, "tissues", NULL, NULL);
    GPtrArray *names = g_ptr_array_new();
    g_ptr_array_add(names, g_strdup("rest"));
    for (int i = 0; keys != NULL && keys[i] != NULL; i++)
        if (!g_str_equal(keys[i], "blur_mm"))
            g_ptr_array_add(names, g_strdup(keys[i]));
    g_ptr_array_add(names, NULL);
    s->names = (char **)g_ptr_array_free(names, FALSE);
}

static bool train(Study *s, GKeyFile *recipe, const LamProgress *progress, GError **error)
{
    const LamStudyTraining *training = &s->options->training;
    g_autoptr(GKeyFile) plain = lam_study_recipe(training, 1, error);
    if (plain == NULL)
        return false;
    g_key_file_remove_group(plain, "tissues", NULL);
    LamProgress part = lam_progress_part(progress, 0, TRAINING / 2);
    if (!lam_study_train(training, "one", plain, &s->one, &part, error))
        return false;
    part = lam_progress_part(progress, TRAINING / 2, TRAINING);
    return lam_study_train(training, "tissues", recipe, &s->classes, &part, error);
}

/* Samples of other label maps than those of the training, drawn by its recipe without the easy start. */
static GPtrArray *draw_pairs(const Study *s, GKeyFile *recipe, const char *name, const char *maps,
                             GError **error)
{
    const LamStudyTraining *training = &s->options->training;
    g_autofree char *folder = g_build_filename(training->output, name, NULL);
    g_autofree char *path = g_strconcat(folder, ".ini", NULL);
    LamTrainOptions options = {.recipe = path, .data = training->data, .output = folder};
    g_autoptr(GPtrArray) pairs =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_tissue_pair_free);
    g_key_file_set_string(recipe, "data", "maps", maps);
    g_key_file_set_integer(recipe, "data", "ramp", 0);
    if (!g_key_file_save_to_file(recipe, path, error) ||
        !lam_train_write_samples(&options, s->options->pairs, NULL, error))
        return NULL;
    for (int i = 0; i < s->options->pairs; i++) {
        LamTissuePair *pair = lam_tissue_pair_load(folder, i, error);
        if (pair == NULL)
            return NULL;
        g_ptr_array_add(pairs, pair);
    }
    return g_steal_pointer(&pairs);
}

static bool prepare(Study *s, const LamProgress *progress, GError **error)
{
    const LamStudyTissueOptions *o = s->options;
    g_autoptr(GKeyFile) recipe = lam_study_recipe(&o->training, 1, error);
    if (o->pairs < 2 || o->pairs > 999)
        return lam_study_refuse(error, "2 to 999 pairs are needed");
    if (recipe == NULL)
        return false;
    if (!g_key_file_has_group(recipe, "tissues"))
        return lam_study_refuse(error, "the recipe has no [tissues]");
    name_classes(s, recipe);
    g_autoptr(GError) none = NULL;
    double blur_mm = g_key_file_get_double(recipe, "tissues", "blur_mm", &none);
    if (!train(s, recipe, progress, error))
        return false;
    s->bench =
        lam_tissue_bench_new(s->one.model, s->classes.model, none == NULL ? blur_mm : 2, error);
    if (s->bench == NULL)
        return false;
    s->n = lam_tissue_bench_classes(s->bench);
    s->choose = draw_pairs(s, recipe, "choose", o->choose, error);
    s->score = s->choose != NULL ? draw_pairs(s, recipe, "score", o->score, error) : NULL;
    return s->score != NULL;
}

/* ---- the best λ ---- */

static LamTissueScore score_pair(Study *s, Way way, LamTissuePair *pair, const double *lambdas)
{
    lam_tissue_bench_register(s->bench, pair, way == CONDITIONED, true, lambdas);
    return lam_tissue_bench_score(s->bench, pair);
}

static double mean_dice(Study *s, Way way, const double *lambdas)
{
    double sum = 0;
    for (guint i = 0; i < s->choose->len; i++)
        sum += score_pair(s, way, s->choose->pdata[i], lambdas).mean;
    return sum / s->choose->len;
}

/* Tries the candidates for classes [from, to) together. */
static void improve(Study *s, Way way, int from, int to, double *best)
{
    double *lambdas = s->answer[way].lambdas, kept = lambdas[from];
    for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++) {
        for (int k = from; k < to; k++)
            lambdas[k] = candidates[i];
        double dice = mean_dice(s, way, lambdas);
        if (dice > *best) {
            *best = dice;
            kept = candidates[i];
        }
    }
    for (int k = from; k < to; k++)
        lambdas[k] = kept;
}

/* The best λ for all, and from there by coordinates. */
static void choose_lambdas(Study *s, Way way)
{
    double best = -1;
    improve(s, way, 0, s->n, &best);
    for (int sweep = 0; sweep < SWEEPS && way != ONE; sweep++)
        for (int k = 0; k < s->n; k++)
            improve(s, way, k, k + 1, &best);
}

/* ---- measuring ---- */

/* Mean roughness of each class over the scored pairs. */
static LamTissueScore at_setting(Study *s, Way way, const double *lambdas)
{
    LamTissueScore mean = {0};
    for (guint i = 0; i < s->score->len; i++) {
        LamTissueScore one = score_pair(s, way, s->score->pdata[i], lambdas);
        mean.mean += one.mean / s->score->len;
        mean.fold_percent += one.fold_percent / s->score->len;
        for (int k = 0; k < s->n; k++)
            mean.roughness[k] += one.roughness[k] / s->score->len;
    }
    return mean;
}

/* Does a class follow its λ, and do the others stay? With one λ all are raised. */
static void measure_obedience(Study *s, Way way)
{
    Answer *a = &s->answer[way];
    double lambdas[LAM_UNET_MAX_CLASSES];
    for (int k = 0; k < s->n; k++)
        lambdas[k] = BASE;
    a->base = at_setting(s, way, lambdas);
    for (int raised = 0; raised < s->n; raised++) {
        double before = 0, after = 0;
        for (int k = 0; k < s->n; k++)
            lambdas[k] = k == raised || way == ONE ? RAISED : BASE;
        LamTissueScore now = at_setting(s, way, lambdas);
        for (int k = 0; k < s->n; k++) {
            before += k != raised ? a->base.roughness[k] : 0;
            after += k != raised ? now.roughness[k] : 0;
        }
        a->own[raised] = now.roughness[raised] / a->base.roughness[raised];
        a->rest[raised] = after / before;
    }
}

/* From a new λ of one class to the displacement. */
static void measure_time(Study *s, Way way)
{
    double ms[TICKS], lambdas[LAM_UNET_MAX_CLASSES];
    for (int k = 0; k < s->n; k++)
        lambdas[k] = BASE;
    score_pair(s, way, s->score->pdata[0], lambdas);
    for (int i = 0; i < TICKS; i++) {
        for (int k = 0; k < (way == ONE ? s->n : 1); k++)
            lambdas[k] = 0.301 + 0.01 * i + 0.003 * way; /* not yet kept */
        gint64 start = g_get_monotonic_time();
        lam_tissue_bench_register(s->bench, s->score->pdata[0], way == CONDITIONED, true, lambdas);
        ms[i] = (double)(g_get_monotonic_time() - start) / 1000;
    }
    qsort(ms, TICKS, sizeof *ms, lam_order_doubles);
    s->answer[way].change_ms = ms[TICKS / 2];
}

static bool measure(Study *s, const LamProgress *progress, GError **error)
{
    for (int way = 0; way < WAYS; way++) {
        Answer *a = &s->answer[way];
        lam_progress_report(progress, TRAINING + (1 - TRAINING) * way / WAYS, "measuring");
        if (lam_progress_cancelled(progress, error))
            return false;
        choose_lambdas(s, way);
        a->scores = g_new(LamTissueScore, s->score->len);
        for (guint i = 0; i < s->score->len; i++)
            a->scores[i] = score_pair(s, way, s->score->pdata[i], a->lambdas);
        measure_obedience(s, way);
        measure_time(s, way);
    }
    return true;
}

/* ---- what came out ---- */

/* Class k's Dice of one pair; k = classes: the mean of all structures. */
static double dice_of(const Study *s, Way way, guint pair, int k)
{
    const LamTissueScore *score = &s->answer[way].scores[pair];
    return k < s->n ? score->dice[k] : score->mean;
}

/* Means of values that are there; of all, or of a draw with replacement. */
static double mean_of(const double *values, guint n, GRand *rand)
{
    double sum = 0, count = 0;
    for (guint i = 0; i < n; i++) {
        double value = values[rand != NULL ? (guint)g_rand_int_range(rand, 0, (gint)n) : i];
        sum += isfinite(value) ? value : 0;
        count += isfinite(value);
    }
    return count > 0 ? sum / count : (double)NAN;
}

typedef struct {
    double mean, low, high; /* 95 %, from a bootstrap over pairs */
} Interval;

/* Of the Dice of one way, or of what it is above that of one λ. */
static Interval interval_of(const Study *s, Way way, int k, bool gain)
{
    guint n = s->score->len;
    g_autofree double *values = g_new(double, n), *draws = g_new(double, DRAWS);
    GRand *rand = g_rand_new_with_seed(1);
    for (guint i = 0; i < n; i++)
        values[i] = dice_of(s, way, i, k) - (gain ? dice_of(s, ONE, i, k) : 0);
    for (int i = 0; i < DRAWS; i++)
        draws[i] = mean_of(values, n, rand);
    g_rand_free(rand);
    qsort(draws, DRAWS, sizeof *draws, lam_order_doubles);
    return (Interval){mean_of(values, n, NULL), draws[DRAWS / 40], draws[DRAWS - 1 - DRAWS / 40]};
}

static double mean_folds(const Study *s, Way way)
{
    double sum = 0;
    for (guint i = 0; i < s->score->len; i++)
        sum += s->answer[way].scores[i].fold_percent / s->score->len;
    return sum;
}

static void add_interval(LamStudyTable *table, Interval i)
{
    lam_study_table_add_number(table, i.mean, 4);
    lam_study_table_add_number(table, i.low, 4);
    lam_study_table_add_number(table, i.high, 4);
}

static void add_class(LamStudyTable *table, const Study *s, Way way, int k)
{
    const Answer *a = &s->answer[way];
    bool one = k < s->n;
    lam_study_table_add_text(table, way_names[way]);
    lam_study_table_add_text(table, one ? s->names[k] : "all");
    lam_study_table_add_number(table, one ? a->lambdas[k] : (double)NAN, 2);
    add_interval(table, interval_of(s, way, k, false));
    add_interval(table, interval_of(s, way, k, true));
    lam_study_table_add_number(table, one ? a->base.roughness[k] : (double)NAN, 5);
    lam_study_table_add_number(table, one ? a->own[k] : (double)NAN, 3);
    lam_study_table_add_number(table, one ? a->rest[k] : (double)NAN, 3);
    lam_study_table_add_number(table, one ? (double)NAN : mean_folds(s, way), 4);
    lam_study_table_add_number(table, one ? (double)NAN : a->change_ms, 2);
}

static LamStudyTable *table_of(const Study *s)
{
    static const char *const columns[] = {"way",          "class",          "lambda", "dice",
                                          "dice_low",     "dice_high",      "gain",   "gain_low",
                                          "gain_high",    "roughness_base", "own",    "rest",
                                          "fold_percent", "change_ms",      NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (int way = 0; way < WAYS; way++)
        for (int k = 0; k <= s->n; k++)
            add_class(table, s, way, k);
    return table;
}

static void add_ways(LamPlotPanel *panel, const Study *s, bool dice)
{
    g_autofree double *x = g_new(double, s->n), *y = g_new(double, s->n);
    for (int series = dice ? ONE : 2 * COMPOSITE; series < (dice ? WAYS : 2 * WAYS); series++) {
        Way way = dice ? series : series / 2;
        bool rest = !dice && series % 2 == 1;
        const Answer *a = &s->answer[way];
        g_autofree char *name = dice ? g_strdup(way_names[way])
                                     : g_strconcat(way_names[way], rest ? ": others" : "", NULL);
        for (int k = 0; k < s->n; k++) {
            x[k] = k;
            y[k] = dice ? interval_of(s, way, k, false).mean : rest ? a->rest[k] : a->own[k];
        }
        lam_plot_add_series(panel, &(LamPlotSeries){.name = name,
                                                    .x = x,
                                                    .y = y,
                                                    .n = s->n,
                                                    .style = LAM_PLOT_POINTS,
                                                    .colour = series});
    }
}

static LamPlot *plot_of(const Study *s)
{
    g_autofree LamPlotTick *ticks = g_new0(LamPlotTick, s->n);
    for (int k = 0; k < s->n; k++)
        ticks[k] = (LamPlotTick){k, s->names[k]};
    const LamPlotAxis axis = {.from = -0.5, .to = s->n - 0.5, .ticks = ticks, .n_ticks = s->n};
    const LamPlotAxis ratio = {.title = "roughness after / before"};
    LamPlot *plot = lam_plot_new("A λ for each class of tissue: composite and conditioned network");
    lam_plot_set_columns(plot, 1);
    LamPlotPanel *dice = lam_plot_add_panel(plot, "Dice at each way's best λ", &axis, NULL);
    add_ways(dice, s, true);
    LamPlotPanel *obeys = lam_plot_add_panel(plot, "One class's λ from 0.2 to 0.8", &axis, &ratio);
    add_ways(obeys, s, false);
    return plot;
}

LamStudyResult *lam_study_tissue(const LamStudyTissueOptions *options, const LamProgress *progress,
                                 GError **error)
{
    g_auto(Study) s = {.options = options};
    if (!prepare(&s, progress, error) || !measure(&s, progress, error))
        return NULL;
    return lam_study_result_new(table_of(&s), NULL, plot_of(&s));
}
