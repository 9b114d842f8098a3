/* lam train --plot: what the trainer logged, over minutes. Columns in front of `lambda` say where a row
 * stands; each one behind it is a figure, whatever its name. */
#include "train-plot.h"

#include <lambdascope/error.h>
#include <lambdascope/number_table.h>
#include <lambdascope/plot.h>
#include <math.h>
#include <string.h>

#define WINDOWS    50  /* the running mean takes in this share of a run */
#define WINDOW_MAX 500 /* but no more steps */
#define POINTS_MAX 1000

static const struct {
    const char *column, *title;
} titles[] = {
    {"similarity", "Dissimilarity"},
    {"roughness", "Roughness"},
    {"loss", "Loss"},
    {"label_dice", "Dice of labels"},
    {"subcortical", "Dice, subcortical"},
    {"cortical", "Dice, cortical"},
    {"fold_percent", "Folds, % of voxels"},
    {"sd_log_jacobian", "SD of log |J|"},
};

static const char *title_of(const char *column)
{
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++)
        if (strcmp(titles[i].column, column) == 0)
            return titles[i].title;
    return column;
}

/* One log: where its figures begin. */
typedef struct {
    LamNumberTable *table; /* NULL: there is no such file, or no row in it */
    int seconds, lambda;
} Log;

static bool load_log(const char *run, const char *name, Log *log, GError **error)
{
    g_autofree char *path = g_build_filename(run, name, NULL);
    *log = (Log){0};
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(LamNumberTable) table = lam_number_table_load(path, error);
    if (table == NULL)
        return false;
    log->seconds = lam_number_table_find(table, "seconds");
    log->lambda = lam_number_table_find(table, "lambda");
    if (log->seconds < 0 || log->lambda < 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                    "cannot plot training: %s, line 1: the columns seconds and lambda are needed",
                    path);
        return false;
    }
    log->table = table->rows > 0 ? g_steal_pointer(&table) : NULL;
    return true;
}

/* ---- curves ---- */

typedef struct {
    double *x, *y;
    int n;
} Curve;

static Curve curve_new(int capacity)
{
    return (Curve){g_new(double, MAX(capacity, 1)), g_new(double, MAX(capacity, 1)), 0};
}

static void curve_clear(Curve *curve)
{
    g_free(curve->x);
    g_free(curve->y);
}

static bool shows(const Curve *curve)
{
    for (int i = 0; i < curve->n; i++)
        if (isfinite(curve->x[i]) && isfinite(curve->y[i]))
            return true;
    return false;
}

static void add(Curve *curve, double x, double y)
{
    curve->x[curve->n] = x;
    curve->y[curve->n++] = y;
}

static double minutes(const Log *log, int row)
{
    return lam_number_table_get(log->table, row, log->seconds) / 60;
}

static int window_of(const Log *log)
{
    return CLAMP(log->table->rows / WINDOWS, 1, WINDOW_MAX);
}

/* Means of blocks of one length around rows at equal distances; what is not finite does not count. */
static Curve running_mean(const Log *log, int column)
{
    const int rows = log->table->rows, window = window_of(log);
    const int stride = (rows + POINTS_MAX - 1) / POINTS_MAX;
    Curve curve = curve_new(rows / stride + 1);
    for (int row = 0; row < rows; row += stride) {
        double sum = 0;
        int n = 0, from = MAX(row - window / 2, 0), to = MIN(row - window / 2 + window, rows);
        for (int i = from; i < to; i++) {
            double value = lam_number_table_get(log->table, i, column);
            sum += isfinite(value) ? value : 0;
            n += isfinite(value);
        }
        add(&curve, minutes(log, row), n > 0 ? sum / n : NAN);
    }
    return curve;
}

static Curve at_lambda(const Log *log, int column, double lambda)
{
    Curve curve = curve_new(log->table->rows);
    for (int i = 0; i < log->table->rows; i++)
        if (lam_number_table_get(log->table, i, log->lambda) == lambda)
            add(&curve, minutes(log, i), lam_number_table_get(log->table, i, column));
    return curve;
}

/* Each λ once, in the order of the file. */
static GArray *lambdas_of(const Log *log)
{
    GArray *lambdas = g_array_new(FALSE, FALSE, sizeof(double));
    for (int i = 0; i < log->table->rows; i++) {
        double lambda = lam_number_table_get(log->table, i, log->lambda);
        bool known = isnan(lambda);
        for (guint k = 0; k < lambdas->len; k++)
            known |= g_array_index(lambdas, double, k) == lambda;
        if (!known)
            g_array_append_val(lambdas, lambda);
    }
    return lambdas;
}

/* ---- panels ---- */

static const LamPlotAxis time_axis = {.title = "minutes"};

/* The panel comes with its first curve: a figure that was never measured has none. */
static void add_curve(LamPlot *plot, LamPlotPanel **panel, const char *title, const Curve *curve,
                      LamPlotStyle style, int colour, const char *name)
{
    if (!shows(curve))
        return;
    if (*panel == NULL)
        *panel = lam_plot_add_panel(plot, title, &time_axis, NULL);
    LamPlotSeries series = {.name = name,
                            .x = curve->x,
                            .y = curve->y,
                            .n = curve->n,
                            .style = style,
                            .colour = colour};
    lam_plot_add_series(*panel, &series);
}

static void add_steps(LamPlot *plot, const Log *log)
{
    for (int column = log->lambda + 1; column < log->table->columns; column++) {
        LamPlotPanel *panel = NULL;
        Curve curve = running_mean(log, column);
        g_autofree char *title =
            g_strdup_printf("%s in training, mean of %d steps", title_of(log->table->names[column]),
                            window_of(log));
        add_curve(plot, &panel, title, &curve, LAM_PLOT_LINE, 0, NULL);
        curve_clear(&curve);
    }
}

static void add_validation(LamPlot *plot, const Log *log)
{
    g_autoptr(GArray) lambdas = lambdas_of(log);
    for (int column = log->lambda + 1; column < log->table->columns; column++) {
        LamPlotPanel *panel = NULL;
        g_autofree char *title =
            g_strdup_printf("%s in validation", title_of(log->table->names[column]));
        for (guint k = 0; k < lambdas->len; k++) {
            double lambda = g_array_index(lambdas, double, k);
            g_autofree char *name = g_strdup_printf("λ = %g", lambda);
            Curve curve = at_lambda(log, column, lambda);
            add_curve(plot, &panel, title, &curve, LAM_PLOT_BOTH, (int)k, name);
            curve_clear(&curve);
        }
    }
}

static bool draw(const char *run, const Log *steps, const Log *validation, const char *path,
                 GError **error)
{
    g_autofree char *name = g_path_get_basename(run);
    g_autoptr(LamPlot) plot = lam_plot_new(name);
    if (steps->table == NULL && validation->table == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                    "cannot plot training: %s: it holds no steps.csv and no validation.csv with "
                    "rows in them",
                    run);
        return false;
    }
    lam_plot_set_columns(plot, 3);
    if (validation->table != NULL)
        add_validation(plot, validation);
    if (steps->table != NULL)
        add_steps(plot, steps);
    return lam_plot_save(plot, path, error);
}

bool lam_train_plot(const char *run, const char *path, GError **error)
{
    Log steps = {0}, validation = {0};
    bool ok = lam_plot_check(path, error) && load_log(run, "steps.csv", &steps, error) &&
              load_log(run, "validation.csv", &validation, error) &&
              draw(run, &steps, &validation, path, error);
    lam_number_table_free(steps.table);
    lam_number_table_free(validation.table);
    return ok;
}
