/* Tables and figure of lam tune. */
#include <lambdascope/tune.h>

#include <lambdascope/lambda_scale.h>
#include <math.h>

static const double marked[] = {0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1};

static void add_row(LamStudyTable *table, const LamEvidence *preset, const char *label,
                    const char *name, const LamOptimum *o)
{
    lam_study_table_add_text(table, preset->task);
    lam_study_table_add_text(table, label);
    lam_study_table_add_text(table, name != NULL ? name : "");
    lam_study_table_add_number(table, o->lambda, 4);
    lam_study_table_add_number(table, o->from, 4);
    lam_study_table_add_number(table, o->to, 4);
    lam_study_table_add_number(table, o->dice, 4);
}

static LamStudyTable *full_table(const LamTuneTask *tasks, int n)
{
    static const char *const columns[] = {"task", "label", "structure", "lambda",
                                          "from", "to",    "dice",      NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (int t = 0; t < n; t++) {
        const LamEvidence *preset = tasks[t].preset;
        add_row(table, preset, "all", NULL, &preset->all);
        for (int k = 0; k < preset->n_structures; k++) {
            const LamEvidenceStructure *s = &preset->structures[k];
            g_autofree char *label = g_strdup_printf("%d", s->label);
            add_row(table, preset, label, s->name, &s->optimum);
        }
    }
    return table;
}

static void add_count(LamStudyTable *table, int count)
{
    lam_study_table_add_number(table, count, 0);
}

static LamStudyTable *summary(const LamTuneTask *tasks, int n)
{
    static const char *const columns[] = {"task", "pairs", "subjects",  "lambda",  "from", "to",
                                          "dice", "gain",  "gain from", "gain to", NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (int t = 0; t < n; t++) {
        const LamOptimum *o = &tasks[t].preset->all;
        const LamTuneGain *gain = &tasks[t].gain;
        lam_study_table_add_text(table, tasks[t].preset->task);
        add_count(table, tasks[t].table->n_pairs);
        add_count(table, tasks[t].table->n_subjects);
        lam_study_table_add_number(table, o->lambda, 3);
        lam_study_table_add_number(table, o->from, 3);
        lam_study_table_add_number(table, o->to, 3);
        lam_study_table_add_number(table, o->dice, 4);
        lam_study_table_add_number(table, gain->gain, 4);
        lam_study_table_add_number(table, gain->from, 4);
        lam_study_table_add_number(table, gain->to, 4);
    }
    return table;
}

/* λ on the slider's scale. */
static void scale_ticks(LamPlotTick ticks[G_N_ELEMENTS(marked)])
{
    static const char *const texts[] = {"0", ".02", ".1", ".3", ".5", ".7", ".9", ".98", "1"};
    for (size_t i = 0; i < G_N_ELEMENTS(marked); i++)
        ticks[i] = (LamPlotTick){lam_lambda_to_position(marked[i]), texts[i]};
}

static void add_curve(LamPlotPanel *panel, const LamEvidence *preset, int colour)
{
    g_autofree double *x = g_new(double, (size_t)preset->n_points);
    for (int i = 0; i < preset->n_points; i++)
        x[i] = lam_lambda_to_position(preset->lambda[i]);
    LamPlotSeries series = {.name = preset->task,
                            .x = x,
                            .y = preset->dice,
                            .n = preset->n_points,
                            .style = LAM_PLOT_LINE,
                            .colour = colour};
    lam_plot_add_series(panel, &series);
}

/* Structures along x, tasks beside each other, λ along y, with its interval if something is known of it. */
static void add_optima(LamPlotPanel *panel, const LamEvidence *preset, int task, int tasks)
{
    double beside = 0.6 * (task - 0.5 * (tasks - 1)) / tasks;
    int n = preset->n_structures;
    g_autofree double *values = g_new(double, 4 * (size_t)n);
    double *x = values, *y = x + n, *low = y + n, *high = low + n;
    for (int k = 0; k < n; k++) {
        const LamOptimum *o = &preset->structures[k].optimum;
        bool known = o->from > 0 || o->to < 1;
        x[k] = k + beside;
        y[k] = lam_lambda_to_position(o->lambda);
        low[k] = lam_lambda_to_position(known ? o->from : o->lambda);
        high[k] = lam_lambda_to_position(known ? o->to : o->lambda);
    }
    LamPlotSeries series = {.name = preset->task,
                            .x = x,
                            .y = y,
                            .low = low,
                            .high = high,
                            .n = n,
                            .style = LAM_PLOT_POINTS,
                            .colour = task};
    lam_plot_add_series(panel, &series);
}

static LamPlot *figure(const LamTuneTask *tasks, int n)
{
    LamPlotTick ticks[G_N_ELEMENTS(marked)];
    LamPlot *plot = lam_plot_new("λ from evidence");
    scale_ticks(ticks);
    LamPlotAxis lambda = {.title = "λ", .ticks = ticks, .n_ticks = G_N_ELEMENTS(ticks)};
    LamPlotAxis dice = {.title = "Dice"};
    lam_plot_set_columns(plot, 1);
    LamPlotPanel *curves =
        lam_plot_add_panel(plot, "Mean over structures and pairs", &lambda, &dice);
    for (int t = 0; t < n; t++)
        add_curve(curves, tasks[t].preset, t);
    const LamEvidence *first = tasks[0].preset;
    g_autofree LamPlotTick *names = g_new(LamPlotTick, (size_t)first->n_structures);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (int k = 0; k < first->n_structures; k++) {
        char *text = g_strdup_printf("%d", first->structures[k].label);
        g_ptr_array_add(texts, text);
        names[k] = (LamPlotTick){k, text};
    }
    LamPlotAxis labels = {.title = "Label", .ticks = names, .n_ticks = first->n_structures};
    LamPlotPanel *optima =
        lam_plot_add_panel(plot, "Best λ of each structure, with 95 % interval", &labels, &lambda);
    for (int t = 0; t < n; t++)
        add_optima(optima, tasks[t].preset, t, n);
    return plot;
}

LamStudyResult *lam_tune_result(const LamTuneTask *tasks, int n)
{
    return lam_study_result_new(full_table(tasks, n), summary(tasks, n), figure(tasks, n));
}
