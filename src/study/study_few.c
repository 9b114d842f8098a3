#include <lambdascope/study_few.h>

#include "training-private.h"

#include <lambdascope/error.h>
#include <math.h>

#define TRAINING 0.7 /* of the progress */

/* Of one number of scans. */
typedef struct {
    LamStudyRun run;
    LamMeanScore network, refined;
} Few;

typedef struct {
    const LamStudyFewOptions *options;
    LamLabelledPairs *pairs;
    Few *few; /* as many as numbers of scans */
    LamMeanScore linear, classical;
} Study;

static void study_clear(Study *s)
{
    lam_labelled_pairs_free(s->pairs);
    for (int i = 0; s->few != NULL && i < s->options->n_scans; i++)
        lam_study_run_clear(&s->few[i].run);
    g_free(s->few);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Study, study_clear)

static bool check(const LamStudyFewOptions *o, GError **error)
{
    if (o->n_scans < 1)
        return lam_study_refuse(error, "a number of scans is needed");
    for (int i = 0; i < o->n_scans; i++)
        if (o->scans[i] < 2 || (i > 0 && o->scans[i] <= o->scans[i - 1]))
            return lam_study_refuse(error, "numbers of scans must be 2 or more, and rise");
    if (!(o->lambda >= 0 && o->lambda <= 1))
        return lam_study_refuse(error, "λ must be within 0 and 1");
    return o->refine_seconds < 86400 || lam_study_refuse(error, "over a day for a pair");
}

/* ---- training ---- */

/* The largest set first: a folder with too few scans is told before hours are spent. */
static bool train_all(Study *s, const LamProgress *progress, GError **error)
{
    const LamStudyFewOptions *o = s->options;
    s->few = g_new0(Few, o->n_scans);
    for (int i = o->n_scans - 1, done = 0; i >= 0; i--, done++) {
        g_autofree char *name = g_strdup_printf("scans-%d", o->scans[i]);
        g_autoptr(GKeyFile) recipe = lam_study_recipe(&o->training, 1, error);
        LamProgress part = lam_progress_part(progress, TRAINING * done / o->n_scans,
                                             TRAINING * (done + 1) / o->n_scans);
        if (recipe == NULL)
            return false;
        g_key_file_set_integer(recipe, "data", "limit", o->scans[i]);
        g_key_file_set_double(recipe, "training", "lambda", o->lambda);
        if (!lam_study_train(&o->training, name, recipe, &s->few[i].run, &part, error))
            return false;
    }
    return true;
}

/* ---- measuring ---- */

static bool score(Study *s, LamMethod method, LamModel *model, LamMeanScore *out,
                  const LamProgress *progress, GError **error)
{
    LamScoredMethod how = {
        .method = method, .model = model, .refine_seconds = s->options->refine_seconds};
    out->lambda = s->options->lambda;
    return lam_labelled_pairs_score(s->pairs, &how, out, 1, progress, error);
}

static bool score_all(Study *s, const LamProgress *progress, GError **error)
{
    double step = (1 - TRAINING) / (s->options->n_scans + 1);
    LamProgress part = lam_progress_part(progress, TRAINING, TRAINING + step);
    if (!score(s, LAM_METHOD_LINEAR, NULL, &s->linear, NULL, error) ||
        !score(s, LAM_METHOD_CLASSICAL, NULL, &s->classical, &part, error))
        return false;
    for (int i = 0; i < s->options->n_scans; i++) {
        Few *few = &s->few[i];
        part = lam_progress_part(progress, TRAINING + (i + 1) * step, TRAINING + (i + 2) * step);
        if (!score(s, LAM_METHOD_NETWORK, few->run.model, &few->network, NULL, error) ||
            !score(s, LAM_METHOD_REFINE, few->run.model, &few->refined, &part, error))
            return false;
    }
    return true;
}

/* ---- what came out ---- */

/* run: NULL where there is no training; its cells are left empty. */
static void add_row(LamStudyTable *table, const char *method, int scans, const LamStudyRun *run,
                    const LamMeanScore *score)
{
    lam_study_table_add_text(table, method);
    lam_study_table_add_number(table, run != NULL ? scans : (double)NAN, 0);
    lam_study_table_add_number(table, run != NULL ? run->steps : (double)NAN, 0);
    lam_study_table_add_number(table, run != NULL ? run->seconds : (double)NAN, 1);
    lam_study_table_add_number(table, score->lambda, 3);
    lam_study_table_add_number(table, score->subcortical, 4);
    lam_study_table_add_number(table, score->cortical, 4);
    lam_study_table_add_number(table, score->roughness, 5);
    lam_study_table_add_number(table, score->fold_percent, 5);
    lam_study_table_add_number(table, score->seconds, 2);
}

static LamStudyTable *table_of(const Study *s)
{
    static const char *const columns[] = {
        "method",   "scans",     "training_steps", "training_seconds", "lambda", "subcortical",
        "cortical", "roughness", "fold_percent",   "seconds_per_pair", NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    add_row(table, "affine", 0, NULL, &s->linear);
    add_row(table, "classical", 0, NULL, &s->classical);
    for (int i = 0; i < s->options->n_scans; i++) {
        const Few *few = &s->few[i];
        add_row(table, "network", s->options->scans[i], &few->run, &few->network);
        add_row(table, "refined", s->options->scans[i], &few->run, &few->refined);
    }
    return table;
}

static void add_curves(LamPlotPanel *panel, const Study *s, size_t offset)
{
    int n = s->options->n_scans;
    g_autofree double *x = g_new(double, n), *network = g_new(double, n),
                      *refined = g_new(double, n);
    for (int i = 0; i < n; i++) {
        x[i] = s->options->scans[i];
        network[i] = lam_mean_score_figure(&s->few[i].network, offset);
        refined[i] = lam_mean_score_figure(&s->few[i].refined, offset);
    }
    const LamPlotSeries curves[] = {
        {.name = "network", .x = x, .y = network, .n = n, .style = LAM_PLOT_BOTH, .colour = 0},
        {.name = "network, then refined for the pair",
         .x = x,
         .y = refined,
         .n = n,
         .style = LAM_PLOT_BOTH,
         .colour = 1}};
    const LamPlotLine line = {.at = lam_mean_score_figure(&s->classical, offset),
                              .name = "without a network"};
    for (size_t i = 0; i < G_N_ELEMENTS(curves); i++)
        lam_plot_add_series(panel, &curves[i]);
    lam_plot_add_line(panel, &line);
}

static LamPlot *plot_of(const Study *s)
{
    static const struct {
        const char *title;
        size_t offset;
    } panels[] = {{"Dice, subcortical", offsetof(LamMeanScore, subcortical)},
                  {"Dice, cortical", offsetof(LamMeanScore, cortical)},
                  {"Folds, % of voxels", offsetof(LamMeanScore, fold_percent)}};
    const LamPlotAxis axis = {.title = "training scans"};
    g_autofree char *title = g_strdup_printf("Trained with few scans, λ = %g", s->options->lambda);
    LamPlot *plot = lam_plot_new(title);
    lam_plot_set_columns(plot, G_N_ELEMENTS(panels));
    for (size_t i = 0; i < G_N_ELEMENTS(panels); i++)
        add_curves(lam_plot_add_panel(plot, panels[i].title, &axis, NULL), s, panels[i].offset);
    return plot;
}

LamStudyResult *lam_study_few(const LamStudyFewOptions *options, const LamProgress *progress,
                              GError **error)
{
    g_auto(Study) s = {.options = options};
    if (!check(options, error))
        return NULL;
    s.pairs = lam_study_pairs(&options->training, error);
    if (s.pairs == NULL || !train_all(&s, progress, error) || !score_all(&s, progress, error))
        return NULL;
    return lam_study_result_new(table_of(&s), NULL, plot_of(&s));
}
