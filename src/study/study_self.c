#include <lambdascope/study_self.h>

#include "self-truth.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <lambdascope/refine.h>
#include <lambdascope/scan.h>
#include <lambdascope/score.h>
#include <lambdascope/study_method.h>
#include <math.h>

#define ATLAS_LAMBDA 0.1

enum { ERROR_MEAN, ERROR_P95, SUBCORTICAL, CORTICAL, FOLDS, MEASURES };

static const char *const measure_columns[MEASURES] = {
    "error_mean_mm", "error_p95_mm", "dice_subcortical", "dice_cortical", "fold_percent"};
static const char *const measure_titles[MEASURES] = {
    "error, mean [mm]", "error, 95 % [mm]", "Dice, subcortical", "Dice, cortical", "folds [%]"};

typedef struct {
    const LamStudyScan *scan; /* the moving one */
    int seed;
    guint method;
    double value[MEASURES];
} Row;

typedef struct {
    const LamStudySelfOptions *options;
    LamStudyMethod *undeformed; /* method 0 */
    GArray *rows;
} Study;

/* What all of one person's registrations share. */
typedef struct {
    const char *name;
    LamVolume *fixed, *labels; /* labels NULL: none */
} Person;

static bool same(const char *a, const char *b)
{
    return g_ascii_strcasecmp(a, b) == 0;
}

static guint count_methods(const Study *s)
{
    return 1 + s->options->methods->len;
}

static const LamStudyMethod *method_at(const Study *s, guint m)
{
    return m == 0 ? s->undeformed : s->options->methods->pdata[m - 1];
}

/* ---- people ---- */

static const LamStudyScan *find_fixed(const LamStudySelfOptions *o, const char *person)
{
    for (guint i = 0; i < o->scans->len; i++) {
        const LamStudyScan *scan = o->scans->pdata[i];
        if (same(scan->person, person) && same(scan->contrast, o->fixed_contrast))
            return scan;
    }
    return NULL;
}

/* Any row of the person may name the labels: all are aligned. */
static const char *find_labels(const LamStudySelfOptions *o, const char *person)
{
    for (guint i = 0; i < o->scans->len; i++) {
        const LamStudyScan *scan = o->scans->pdata[i];
        if (scan->labels != NULL && same(scan->person, person))
            return scan->labels;
    }
    return NULL;
}

/* The atlas's labels on the person's scan, by classical registration. */
static LamVolume *labels_from_atlas(const LamStudySelfOptions *o, LamVolume *fixed,
                                    const LamProgress *progress, GError **error)
{
    LamSessionOptions options = {.fixed = fixed, .moving = o->atlas};
    LamRefineOptions refine = lam_refine_options_classical(ATLAS_LAMBDA);
    refine.seconds = 0; /* the same on every machine */
    g_autoptr(LamSession) session = lam_session_open(&options, progress, error);
    g_autoptr(LamSnapshot) snapshot =
        session != NULL ? lam_session_refine(session, NULL, &refine, NULL, progress, error) : NULL;
    g_autoptr(LamVolume) total =
        snapshot != NULL ? lam_session_export_field(session, snapshot, error) : NULL;
    if (total == NULL)
        return NULL;
    return lam_resample_field(o->atlas_labels, &fixed->grid, total, LAM_NEAREST, 0, error);
}

static bool person_load(Person *p, const LamStudySelfOptions *o, const char *name,
                        const LamProgress *progress, GError **error)
{
    const char *labels = find_labels(o, name);
    p->name = name;
    p->fixed = lam_scan_load(find_fixed(o, name)->scan, 0, error);
    if (p->fixed == NULL)
        return false;
    if (labels == NULL && o->atlas == NULL)
        return true;
    p->labels = labels != NULL ? lam_scan_load(labels, 0, error)
                               : labels_from_atlas(o, p->fixed, progress, error);
    return p->labels != NULL;
}

static void person_clear(Person *p)
{
    g_clear_pointer(&p->fixed, lam_volume_unref);
    g_clear_pointer(&p->labels, lam_volume_unref);
}

/* ---- measuring ---- */

static LamVolume *deformed(const LamVolume *scan, const LamSelfTruth *truth,
                           LamInterpolation interpolation, GError **error)
{
    return lam_resample_field(scan, &scan->grid, truth->forward, interpolation, 0, error);
}

static bool measure(const LamStudyMethod *method, const Person *p, const LamSelfTruth *truth,
                    LamVolume *moving, const LamVolume *moving_labels, Row *row,
                    const LamProgress *progress, GError **error)
{
    g_auto(LamStudyRegistration) r = {0};
    LamMat4 identity = lam_mat4_identity();
    LamScore score = {.subcortical = NAN, .cortical = NAN};
    if (!lam_study_method_register(method, p->fixed, moving, &identity, &r, progress, error) ||
        !lam_self_truth_error(truth, r.snapshot != NULL ? r.snapshot->field : NULL,
                              &row->value[ERROR_MEAN], &row->value[ERROR_P95], error) ||
        (p->labels != NULL && !lam_score(r.session, r.snapshot, p->labels, moving_labels,
                                         &p->fixed->grid, &score, error)))
        return false;
    row->value[SUBCORTICAL] = score.subcortical;
    row->value[CORTICAL] = score.cortical;
    row->value[FOLDS] = r.snapshot != NULL ? r.snapshot->statistics.fold_percent : NAN;
    lam_score_clear(&score);
    return true;
}

/* One contrast under one deformation. */
static bool measure_scan(const Study *s, const Person *p, const LamSelfTruth *truth,
                         const LamStudyScan *scan, int seed, const LamProgress *progress,
                         GError **error)
{
    g_autoptr(LamVolume) whole = lam_scan_load(scan->scan, 0, error);
    g_autoptr(LamVolume) moving = whole != NULL ? deformed(whole, truth, LAM_LINEAR, error) : NULL;
    g_autoptr(LamVolume) labels = NULL;
    if (moving != NULL && p->labels != NULL)
        labels = deformed(p->labels, truth, LAM_NEAREST, error);
    if (moving == NULL || (p->labels != NULL && labels == NULL))
        return false;
    for (guint m = 0; m < count_methods(s); m++) {
        Row row = {.scan = scan, .seed = seed, .method = m};
        LamProgress part =
            lam_progress_part(progress, (double)m / count_methods(s), (m + 1.0) / count_methods(s));
        if (lam_progress_cancelled(progress, error) ||
            !measure(method_at(s, m), p, truth, moving, labels, &row, &part, error))
            return false;
        g_array_append_val(s->rows, row);
    }
    return true;
}

static bool measure_seed(const Study *s, const Person *p, int seed, const LamProgress *progress,
                         GError **error)
{
    g_auto(LamSelfTruth) truth = {0};
    guint n = s->options->scans->len;
    if (!lam_self_truth_draw(p->fixed, s->options->warp_mm, (guint32)seed, &truth, error))
        return false;
    for (guint i = 0; i < n; i++) {
        const LamStudyScan *scan = s->options->scans->pdata[i];
        LamProgress part = lam_progress_part(progress, (double)i / n, (i + 1.0) / n);
        if (same(scan->person, p->name) && !measure_scan(s, p, &truth, scan, seed, &part, error))
            return false;
    }
    return true;
}

static bool measure_person(const Study *s, const char *name, const LamProgress *progress,
                           GError **error)
{
    Person p = {0};
    LamProgress opening = lam_progress_part(progress, 0, 0.1);
    int n = s->options->seeds;
    bool ok = person_load(&p, s->options, name, &opening, error);
    for (int seed = 1; ok && seed <= n; seed++) {
        LamProgress part =
            lam_progress_part(progress, 0.1 + 0.9 * (seed - 1) / n, 0.1 + 0.9 * seed / n);
        ok = measure_seed(s, &p, seed, &part, error);
    }
    person_clear(&p);
    return ok;
}

/* ---- telling ---- */

static void add_once(GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (same(names->pdata[i], name))
            return;
    g_ptr_array_add(names, (char *)name);
}

/* In the order of the table; borrowed. */
static GPtrArray *contrasts_of(const LamStudySelfOptions *o)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < o->scans->len; i++)
        add_once(names, ((const LamStudyScan *)o->scans->pdata[i])->contrast);
    return names;
}

static double mean_of(const Study *s, const char *contrast, guint method, int measure)
{
    double sum = 0;
    int n = 0;
    for (guint i = 0; i < s->rows->len; i++) {
        const Row *row = &g_array_index(s->rows, Row, i);
        if (row->method == method && same(row->scan->contrast, contrast) &&
            isfinite(row->value[measure])) {
            sum += row->value[measure];
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}

static void add_measures(LamStudyTable *table, const double value[MEASURES])
{
    for (int k = 0; k < MEASURES; k++)
        lam_study_table_add_number(table, value[k], k == FOLDS ? 5 : 4);
}

static LamStudyTable *table_of(const Study *s)
{
    const char *columns[6 + MEASURES] = {"person", "contrast", "seed", "method", "lambda"};
    for (int k = 0; k < MEASURES; k++)
        columns[5 + k] = measure_columns[k];
    LamStudyTable *table = lam_study_table_new(columns);
    for (guint i = 0; i < s->rows->len; i++) {
        const Row *row = &g_array_index(s->rows, Row, i);
        const LamStudyMethod *method = method_at(s, row->method);
        lam_study_table_add_text(table, row->scan->person);
        lam_study_table_add_text(table, row->scan->contrast);
        lam_study_table_add_number(table, row->seed, 0);
        lam_study_table_add_text(table, method->name);
        lam_study_table_add_number(table, row->method > 0 ? method->lambda : NAN, 3);
        add_measures(table, row->value);
    }
    return table;
}

static LamStudyTable *summary_of(const Study *s, const GPtrArray *contrasts)
{
    const char *columns[3 + MEASURES] = {"contrast", "method"};
    for (int k = 0; k < MEASURES; k++)
        columns[2 + k] = measure_titles[k];
    LamStudyTable *table = lam_study_table_new(columns);
    for (guint c = 0; c < contrasts->len; c++)
        for (guint m = 0; m < count_methods(s); m++) {
            double value[MEASURES];
            for (int k = 0; k < MEASURES; k++)
                value[k] = mean_of(s, contrasts->pdata[c], m, k);
            lam_study_table_add_text(table, contrasts->pdata[c]);
            lam_study_table_add_text(table, method_at(s, m)->name);
            add_measures(table, value);
        }
    return table;
}

/* Beside each other within a contrast's place. */
static void add_points(const Study *s, LamPlotPanel *panel, const GPtrArray *contrasts,
                       guint method, int measure)
{
    g_autofree double *x = g_new(double, contrasts->len), *y = g_new(double, contrasts->len);
    double shift = 0.6 * ((method + 0.5) / count_methods(s) - 0.5);
    bool any = false;
    for (guint c = 0; c < contrasts->len; c++) {
        x[c] = c + shift;
        y[c] = mean_of(s, contrasts->pdata[c], method, measure);
        any |= isfinite(y[c]);
    }
    LamPlotSeries series = {.name = method_at(s, method)->name,
                            .x = x,
                            .y = y,
                            .n = (int)contrasts->len,
                            .style = LAM_PLOT_POINTS,
                            .colour = (int)method};
    if (any)
        lam_plot_add_series(panel, &series);
}

static bool has_values(const Study *s, int measure)
{
    for (guint i = 0; i < s->rows->len; i++)
        if (isfinite(g_array_index(s->rows, Row, i).value[measure]))
            return true;
    return false;
}

static LamPlot *plot_of(const Study *s, const GPtrArray *contrasts)
{
    LamPlot *plot = lam_plot_new("One anatomy under known deformations");
    g_autofree LamPlotTick *ticks = g_new(LamPlotTick, contrasts->len);
    for (guint c = 0; c < contrasts->len; c++)
        ticks[c] = (LamPlotTick){c, contrasts->pdata[c]};
    LamPlotAxis x = {.title = "contrast of the moving scan",
                     .from = -0.5,
                     .to = contrasts->len - 0.5,
                     .ticks = ticks,
                     .n_ticks = (int)contrasts->len};
    for (int k = ERROR_MEAN; k <= CORTICAL; k++) {
        LamPlotAxis y = {.title = measure_titles[k]};
        if (!has_values(s, k))
            continue;
        LamPlotPanel *panel = lam_plot_add_panel(plot, NULL, &x, &y);
        for (guint m = 0; m < count_methods(s); m++)
            add_points(s, panel, contrasts, m, k);
    }
    return plot;
}

/* ---- the study ---- */

static bool check(const LamStudySelfOptions *o, const GPtrArray *people, GError **error)
{
    g_autofree char *why = NULL;
    if (o->seeds < 1)
        why = g_strdup("deformations: at least one is needed");
    else if (!(o->warp_mm > 0 && o->warp_mm <= 20))
        why = g_strdup("deformation: above 0 to 20 mm is possible");
    for (guint i = 0; why == NULL && i < people->len; i++)
        if (find_fixed(o, people->pdata[i]) == NULL)
            why = g_strdup_printf("%s: no scan of contrast %s", (char *)people->pdata[i],
                                  o->fixed_contrast);
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot study contrasts: %s", why);
    return why == NULL;
}

static bool measure_all(const Study *s, const GPtrArray *people, const LamProgress *progress,
                        GError **error)
{
    for (guint i = 0; i < people->len; i++) {
        LamProgress part =
            lam_progress_part(progress, (double)i / people->len, (i + 1.0) / people->len);
        if (!measure_person(s, people->pdata[i], &part, error))
            return false;
    }
    return true;
}

LamStudyResult *lam_study_self(const LamStudySelfOptions *options, const LamProgress *progress,
                               GError **error)
{
    g_autoptr(GPtrArray) people = g_ptr_array_new();
    for (guint i = 0; i < options->scans->len; i++)
        add_once(people, ((const LamStudyScan *)options->scans->pdata[i])->person);
    if (!check(options, people, error))
        return NULL;
    g_autoptr(LamStudyMethod) undeformed = lam_study_method_new_undeformed("identity");
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_autoptr(GPtrArray) contrasts = contrasts_of(options);
    Study s = {.options = options, .undeformed = undeformed, .rows = rows};
    if (!measure_all(&s, people, progress, error))
        return NULL;
    return lam_study_result_new(table_of(&s), summary_of(&s, contrasts), plot_of(&s, contrasts));
}
