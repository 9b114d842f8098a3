#include <lambdascope/study_hyper.h>

#include "training-private.h"

#include <lambdascope/error.h>
#include <math.h>

#define SAME     1e-9 /* λ that are taken as one */
#define TRAINING 0.9  /* of the progress */

typedef struct {
    const LamStudyHyperOptions *options;
    LamLabelledPairs *pairs;
    LamStudyRun hyper, *singles; /* as many as λ */
    LamMeanScore *curve;         /* of the HyperMorph, by λ */
    int n_curve;
    LamMeanScore *points; /* of the single models */
} Study;

static void study_clear(Study *s)
{
    lam_labelled_pairs_free(s->pairs);
    lam_study_run_clear(&s->hyper);
    for (int i = 0; s->singles != NULL && i < s->options->n_lambdas; i++)
        lam_study_run_clear(&s->singles[i]);
    g_free(s->singles);
    g_free(s->curve);
    g_free(s->points);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Study, study_clear)

/* ---- what is asked ---- */

static bool check(const LamStudyHyperOptions *o, GError **error)
{
    if (o->n_lambdas < 1 || o->curve < 2)
        return lam_study_refuse(error,
                                "at least one λ of a single model and two of the curve are needed");
    if (!(o->budget > 0 && o->budget <= 1000))
        return lam_study_refuse(error, "the budget must be above 0 and at most 1000");
    for (int i = 0; i < o->n_lambdas; i++) {
        if (!(o->lambdas[i] >= 0 && o->lambdas[i] <= 1))
            return lam_study_refuse(error, "λ must be within 0 and 1");
        for (int k = 0; k < i; k++)
            if (fabs(o->lambdas[i] - o->lambdas[k]) < SAME)
                return lam_study_refuse(error, "a λ is named twice");
    }
    return true;
}

static int ascending(const void *a, const void *b)
{
    double x = ((const LamMeanScore *)a)->lambda, y = ((const LamMeanScore *)b)->lambda;
    return (x > y) - (x < y);
}

/* The λ of the curve, and those of the single models. */
static void place_scores(Study *s)
{
    const LamStudyHyperOptions *o = s->options;
    s->points = g_new0(LamMeanScore, o->n_lambdas);
    s->curve = g_new0(LamMeanScore, o->curve + o->n_lambdas);
    for (int i = 0; i < o->curve; i++)
        s->curve[s->n_curve++].lambda = i / (o->curve - 1.0);
    for (int i = 0; i < o->n_lambdas; i++) {
        bool there = false;
        s->points[i].lambda = o->lambdas[i];
        for (int k = 0; k < o->curve; k++)
            there = there || fabs(s->curve[k].lambda - o->lambdas[i]) < SAME;
        if (!there)
            s->curve[s->n_curve++].lambda = o->lambdas[i];
    }
    qsort(s->curve, (size_t)s->n_curve, sizeof *s->curve, ascending);
}

/* ---- training ---- */

static bool train_hyper(Study *s, const LamProgress *progress, GError **error)
{
    g_autoptr(GKeyFile) recipe = lam_study_recipe(&s->options->training, s->options->budget, error);
    if (recipe == NULL)
        return false;
    g_key_file_remove_key(recipe, "training", "lambda", NULL);
    return lam_study_train(&s->options->training, "hyper", recipe, &s->hyper, progress, error);
}

static bool train_single(Study *s, int i, const LamProgress *progress, GError **error)
{
    double lambda = s->options->lambdas[i];
    g_autofree char *name = g_strdup_printf("single-%g", lambda);
    g_autoptr(GKeyFile) recipe = lam_study_recipe(&s->options->training, 1, error);
    if (recipe == NULL)
        return false;
    g_key_file_set_string(recipe, "network", "generated", "none");
    g_key_file_set_double(recipe, "training", "lambda", lambda);
    return lam_study_train(&s->options->training, name, recipe, &s->singles[i], progress, error);
}

static bool train_all(Study *s, const LamProgress *progress, GError **error)
{
    int n = s->options->n_lambdas;
    double whole = s->options->budget + n, from = s->options->budget / whole;
    LamProgress part = lam_progress_part(progress, 0, TRAINING * from);
    if (!train_hyper(s, &part, error))
        return false;
    s->singles = g_new0(LamStudyRun, n);
    for (int i = 0; i < n; i++) {
        part = lam_progress_part(progress, TRAINING * (from + i / whole),
                                 TRAINING * (from + (i + 1) / whole));
        if (!train_single(s, i, &part, error))
            return false;
    }
    return true;
}

/* ---- measuring ---- */

static bool score(Study *s, LamModel *model, LamMeanScore *scores, int n,
                  const LamProgress *progress, GError **error)
{
    LamScoredMethod method = {.method = LAM_METHOD_NETWORK, .model = model};
    return lam_labelled_pairs_score(s->pairs, &method, scores, n, progress, error);
}

static bool score_all(Study *s, const LamProgress *progress, GError **error)
{
    int n = s->options->n_lambdas;
    place_scores(s);
    LamProgress part = lam_progress_part(progress, TRAINING, 0.5 + TRAINING / 2);
    if (!score(s, s->hyper.model, s->curve, s->n_curve, &part, error))
        return false;
    for (int i = 0; i < n; i++) {
        double from = 0.5 + TRAINING / 2, step = (1 - from) / n;
        part = lam_progress_part(progress, from + i * step, from + (i + 1) * step);
        if (!score(s, s->singles[i].model, &s->points[i], 1, &part, error))
            return false;
    }
    return true;
}

/* ---- what came out ---- */

static const LamMeanScore *on_curve(const Study *s, double lambda)
{
    int k = 0;
    while (k < s->n_curve - 1 && fabs(s->curve[k].lambda - lambda) >= SAME)
        k++;
    return &s->curve[k];
}

static LamStudyHyperFindings findings_of(const Study *s)
{
    LamStudyHyperFindings f = {0};
    double all = 0;
    int n = s->options->n_lambdas;
    for (int i = 0; i < n; i++) {
        const LamMeanScore *p = &s->points[i], *h = on_curve(s, p->lambda);
        f.subcortical = fmax(f.subcortical, fabs(h->subcortical - p->subcortical));
        f.cortical = fmax(f.cortical, fabs(h->cortical - p->cortical));
        all += s->singles[i].seconds;
    }
    f.time_of_one = s->hyper.seconds / (all / n);
    f.time_of_all = s->hyper.seconds / all;
    f.step_of_one = f.time_of_one * s->singles[0].steps / s->hyper.steps;
    return f;
}

static void add_row(LamStudyTable *table, const char *name, const LamStudyRun *run,
                    const LamMeanScore *score)
{
    lam_study_table_add_text(table, name);
    lam_study_table_add_number(table, score->lambda, 3);
    lam_study_table_add_number(table, run->steps, 0);
    lam_study_table_add_number(table, run->seconds, 1);
    lam_study_table_add_number(table, score->subcortical, 4);
    lam_study_table_add_number(table, score->cortical, 4);
    lam_study_table_add_number(table, score->roughness, 5);
    lam_study_table_add_number(table, score->fold_percent, 5);
    lam_study_table_add_number(table, score->sd_log_jacobian, 4);
}

static LamStudyTable *table_of(const Study *s)
{
    static const char *const columns[] = {
        "model",    "lambda",    "training_steps", "training_seconds", "subcortical",
        "cortical", "roughness", "fold_percent",   "sd_log_jacobian",  NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (int k = 0; k < s->n_curve; k++)
        add_row(table, "hyper", &s->hyper, &s->curve[k]);
    for (int i = 0; i < s->options->n_lambdas; i++)
        add_row(table, "single", &s->singles[i], &s->points[i]);
    return table;
}

/* Both models side by side, at each λ that has a single one. */
static LamStudyTable *summary_of(const Study *s)
{
    static const char *const columns[] = {"λ",        "subcortical: one λ",
                                          "hyper",    "cortical: one λ",
                                          "hyper ",   "roughness: one λ",
                                          "hyper  ",  "folds %: one λ",
                                          "hyper   ", NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (int i = 0; i < s->options->n_lambdas; i++) {
        const LamMeanScore *p = &s->points[i], *h = on_curve(s, p->lambda);
        lam_study_table_add_number(table, p->lambda, 3);
        lam_study_table_add_number(table, p->subcortical, 4);
        lam_study_table_add_number(table, h->subcortical, 4);
        lam_study_table_add_number(table, p->cortical, 4);
        lam_study_table_add_number(table, h->cortical, 4);
        lam_study_table_add_number(table, p->roughness, 4);
        lam_study_table_add_number(table, h->roughness, 4);
        lam_study_table_add_number(table, p->fold_percent, 4);
        lam_study_table_add_number(table, h->fold_percent, 4);
    }
    return table;
}

/* One figure of all scores, `at` bytes into each. */
static double *values_of(const LamMeanScore *scores, int n, size_t at)
{
    double *values = g_new(double, n);
    for (int i = 0; i < n; i++)
        values[i] = lam_mean_score_figure(&scores[i], at);
    return values;
}

static void add_scores(LamPlotPanel *panel, const LamMeanScore *scores, int n, size_t at,
                       const LamPlotSeries *look)
{
    g_autofree double *x = values_of(scores, n, offsetof(LamMeanScore, lambda));
    g_autofree double *y = values_of(scores, n, at);
    LamPlotSeries series = *look;
    series.x = x;
    series.y = y;
    series.n = n;
    lam_plot_add_series(panel, &series);
}

static LamPlot *plot_of(const Study *s)
{
    static const struct {
        const char *title;
        size_t at;
    } panels[] = {{"Dice, subcortical", offsetof(LamMeanScore, subcortical)},
                  {"Dice, cortical", offsetof(LamMeanScore, cortical)},
                  {"Roughness", offsetof(LamMeanScore, roughness)},
                  {"Folds, % of voxels", offsetof(LamMeanScore, fold_percent)}};
    const LamPlotAxis axis = {.title = "λ", .from = 0, .to = 1};
    const LamPlotSeries line = {.name = "one HyperMorph", .style = LAM_PLOT_LINE, .colour = 0};
    const LamPlotSeries dots = {.name = "trained for one λ", .style = LAM_PLOT_POINTS, .colour = 7};
    LamPlot *plot = lam_plot_new("One HyperMorph and models of one λ each");
    for (size_t i = 0; i < G_N_ELEMENTS(panels); i++) {
        LamPlotPanel *panel = lam_plot_add_panel(plot, panels[i].title, &axis, NULL);
        add_scores(panel, s->points, s->options->n_lambdas, panels[i].at, &dots);
        add_scores(panel, s->curve, s->n_curve, panels[i].at, &line);
    }
    return plot;
}

LamStudyResult *lam_study_hyper(const LamStudyHyperOptions *options,
                                LamStudyHyperFindings *findings, const LamProgress *progress,
                                GError **error)
{
    g_auto(Study) s = {.options = options};
    if (!check(options, error))
        return NULL;
    s.pairs = lam_study_pairs(&options->training, error);
    if (s.pairs == NULL || !train_all(&s, progress, error) || !score_all(&s, progress, error))
        return NULL;
    *findings = findings_of(&s);
    return lam_study_result_new(table_of(&s), summary_of(&s), plot_of(&s));
}
