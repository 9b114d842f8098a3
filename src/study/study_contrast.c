#include <lambdascope/study_contrast.h>

#include <lambdascope/error.h>
#include <lambdascope/pairs.h>
#include <lambdascope/remap.h>
#include <lambdascope/scan.h>
#include <lambdascope/score.h>
#include <lambdascope/study_method.h>
#include <math.h>

enum { SUBCORTICAL, CORTICAL, FOLDS, SD_LOG_J, MEASURES };

typedef struct {
    double value[MEASURES];
} Measured;

/* Column 0 of the methods is the linear part. */
typedef struct {
    const LamStudyContrastOptions *options;
    LamStudyMethod *linear;
    Measured *measured; /* [pairs, steps, 1 + methods] */
} Study;

/* A pair as it is read, with the linear part. */
typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamAffine affine;
} Pair;

static double t_of(const Study *s, int step)
{
    return step / (s->options->steps - 1.0);
}

static guint count_methods(const Study *s)
{
    return 1 + s->options->methods->len;
}

static const LamStudyMethod *method_at(const Study *s, guint m)
{
    return m == 0 ? s->linear : s->options->methods->pdata[m - 1];
}

static Measured *measured_at(const Study *s, guint pair, int step, guint method)
{
    return &s->measured[(pair * (guint)s->options->steps + (guint)step) * count_methods(s) +
                        method];
}

/* ---- measuring ---- */

static void pair_clear(Pair *pair)
{
    LamVolume **volumes[] = {&pair->fixed, &pair->moving, &pair->fixed_labels,
                             &pair->moving_labels};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        g_clear_pointer(volumes[i], lam_volume_unref);
}

static bool pair_load(Pair *pair, const LamPair *from, const LamProgress *progress, GError **error)
{
    const char *paths[] = {from->fixed, from->moving, from->fixed_labels, from->moving_labels};
    LamVolume **volumes[] = {&pair->fixed, &pair->moving, &pair->fixed_labels,
                             &pair->moving_labels};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        if ((*volumes[i] = lam_scan_load(paths[i], 0, error)) == NULL)
            return false;
    return lam_affine_register(pair->fixed, pair->moving, NULL, progress, &pair->affine, error);
}

static bool measure(const LamStudyMethod *method, const Pair *pair, LamVolume *moving,
                    Measured *out, const LamProgress *progress, GError **error)
{
    g_auto(LamStudyRegistration) r = {0};
    LamScore score = {0};
    if (!lam_study_method_register(method, pair->fixed, moving, &pair->affine.matrix, &r, progress,
                                   error) ||
        !lam_score(r.session, r.snapshot, pair->fixed_labels, pair->moving_labels,
                   &pair->fixed->grid, &score, error))
        return false;
    *out =
        (Measured){{score.subcortical, score.cortical, score.fold_percent, score.sd_log_jacobian}};
    if (r.snapshot == NULL)
        out->value[FOLDS] = out->value[SD_LOG_J] = NAN;
    lam_score_clear(&score);
    return true;
}

/* Said before hours are spent. */
static bool check_structures(const Measured *linear, const Pair *pair, GError **error)
{
    if (isfinite(linear->value[SUBCORTICAL]) || isfinite(linear->value[CORTICAL]))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot study contrast: %s, %s: no structure that is known by its value is in both "
                "(see score.h)",
                pair->fixed_labels->path, pair->moving_labels->path);
    return false;
}

/* Labels and the linear part do not change with contrast: they are measured at the first step alone. */
static bool measure_step(const Study *s, guint index, const Pair *pair, int step,
                         const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) moving = lam_remap_contrast(pair->moving, t_of(s, step), error);
    guint n = count_methods(s);
    if (moving == NULL)
        return false;
    for (guint m = 0; m < n; m++) {
        LamProgress part = lam_progress_part(progress, (double)m / n, (m + 1.0) / n);
        Measured *out = measured_at(s, index, step, m);
        if (lam_progress_cancelled(progress, error))
            return false;
        if (m == 0 && step > 0)
            *out = *measured_at(s, index, 0, 0);
        else if (!measure(method_at(s, m), pair, moving, out, &part, error) ||
                 (m == 0 && !check_structures(out, pair, error)))
            return false;
    }
    return true;
}

static bool measure_pair(const Study *s, guint index, const LamProgress *progress, GError **error)
{
    Pair pair = {0};
    LamProgress opening = lam_progress_part(progress, 0, 0.1);
    bool ok = pair_load(&pair, s->options->pairs->pdata[index], &opening, error);
    for (int step = 0; ok && step < s->options->steps; step++) {
        double n = s->options->steps;
        LamProgress part =
            lam_progress_part(progress, 0.1 + 0.9 * step / n, 0.1 + 0.9 * (step + 1) / n);
        ok = measure_step(s, index, &pair, step, &part, error);
    }
    pair_clear(&pair);
    return ok;
}

static bool measure_all(const Study *s, const LamProgress *progress, GError **error)
{
    guint n = s->options->pairs->len;
    for (guint i = 0; i < n; i++) {
        LamProgress part = lam_progress_part(progress, (double)i / n, (i + 1.0) / n);
        if (!measure_pair(s, i, &part, error))
            return false;
    }
    return true;
}

/* ---- telling ---- */

/* Over the pairs where there is a value. */
static double mean_of(const Study *s, int step, guint method, int measure)
{
    double sum = 0;
    int n = 0;
    for (guint i = 0; i < s->options->pairs->len; i++) {
        double value = measured_at(s, i, step, method)->value[measure];
        if (isfinite(value)) {
            sum += value;
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}

static char *pair_name(const LamPair *pair)
{
    g_autofree char *fixed = g_path_get_basename(pair->fixed);
    g_autofree char *moving = g_path_get_basename(pair->moving);
    return pair->name != NULL ? g_strdup(pair->name) : g_strdup_printf("%s - %s", fixed, moving);
}

static LamStudyTable *table_of(const Study *s)
{
    static const char *const columns[] = {"pair",
                                          "t",
                                          "method",
                                          "lambda",
                                          "dice_subcortical",
                                          "dice_cortical",
                                          "fold_percent",
                                          "sd_log_jacobian",
                                          NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (guint i = 0; i < s->options->pairs->len; i++) {
        g_autofree char *name = pair_name(s->options->pairs->pdata[i]);
        for (int step = 0; step < s->options->steps; step++)
            for (guint m = 0; m < count_methods(s); m++) {
                const Measured *measured = measured_at(s, i, step, m);
                lam_study_table_add_text(table, name);
                lam_study_table_add_number(table, t_of(s, step), 4);
                lam_study_table_add_text(table, method_at(s, m)->name);
                lam_study_table_add_number(table, m > 0 ? method_at(s, m)->lambda : NAN, 3);
                for (int k = 0; k < MEASURES; k++)
                    lam_study_table_add_number(table, measured->value[k], k == FOLDS ? 5 : 4);
            }
    }
    return table;
}

/* A row per method and Dice, a column per contrast. */
static LamStudyTable *summary_of(const Study *s)
{
    static const char *const dice[] = {"Dice, subcortical", "Dice, cortical"};
    g_autoptr(GStrvBuilder) columns = g_strv_builder_new();
    g_strv_builder_add_many(columns, "method", "measure", NULL);
    for (int step = 0; step < s->options->steps; step++) {
        g_autofree char *name = g_strdup_printf("t = %.3g", t_of(s, step));
        g_strv_builder_add(columns, name);
    }
    g_auto(GStrv) names = g_strv_builder_end(columns);
    LamStudyTable *table = lam_study_table_new((const char *const *)names);
    for (int k = SUBCORTICAL; k <= CORTICAL; k++)
        for (guint m = 0; m < count_methods(s); m++) {
            lam_study_table_add_text(table, method_at(s, m)->name);
            lam_study_table_add_text(table, dice[k]);
            for (int step = 0; step < s->options->steps; step++)
                lam_study_table_add_number(table, mean_of(s, step, m, k), 3);
        }
    return table;
}

static void add_curve(const Study *s, LamPlotPanel *panel, guint method, int measure)
{
    int n = s->options->steps;
    g_autofree double *t = g_new(double, n), *dice = g_new(double, n);
    bool any = false;
    for (int step = 0; step < n; step++) {
        t[step] = t_of(s, step);
        dice[step] = mean_of(s, step, method, measure);
        any |= isfinite(dice[step]);
    }
    LamPlotSeries series = {.name = method_at(s, method)->name,
                            .x = t,
                            .y = dice,
                            .n = n,
                            .style = method == 0 ? LAM_PLOT_LINE : LAM_PLOT_BOTH,
                            .colour = (int)method};
    if (any)
        lam_plot_add_series(panel, &series);
}

static LamPlot *plot_of(const Study *s)
{
    static const char *const titles[] = {"subcortical structures", "cortical structures"};
    LamPlot *plot = lam_plot_new("The contrast of the moving scan changes");
    LamPlotAxis x = {.title = "t: the scan as it is … inverted", .from = 0, .to = 1};
    LamPlotAxis y = {.title = "Dice"};
    for (int k = SUBCORTICAL; k <= CORTICAL; k++) {
        if (!isfinite(mean_of(s, 0, 0, k)))
            continue;
        LamPlotPanel *panel = lam_plot_add_panel(plot, titles[k], &x, &y);
        for (guint m = 0; m < count_methods(s); m++)
            add_curve(s, panel, m, k);
    }
    return plot;
}

static bool check(const LamStudyContrastOptions *options, GError **error)
{
    const char *why = options->pairs->len == 0 ? "there is no pair"
                      : options->steps < 2     ? "at least two contrasts are needed"
                                               : NULL;
    for (guint i = 0; i < options->pairs->len; i++) {
        const LamPair *pair = options->pairs->pdata[i];
        if (pair->fixed_labels == NULL || pair->moving_labels == NULL)
            why = "fixed_labels and moving_labels are needed in each row";
    }
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot study contrast: the pairs: %s",
                    why);
    return why == NULL;
}

LamStudyResult *lam_study_contrast(const LamStudyContrastOptions *options,
                                   const LamProgress *progress, GError **error)
{
    if (!check(options, error))
        return NULL;
    g_autoptr(LamStudyMethod) linear = lam_study_method_new_undeformed("affine");
    Study s = {.options = options, .linear = linear};
    g_autofree Measured *measured =
        g_new0(Measured, options->pairs->len * (guint)options->steps * count_methods(&s));
    s.measured = measured;
    if (!measure_all(&s, progress, error))
        return NULL;
    return lam_study_result_new(table_of(&s), summary_of(&s), plot_of(&s));
}
