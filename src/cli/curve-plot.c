/* The curves of a pair as a figure. */
#include "curve.h"

#include <lambdascope/lambda_scale.h>
#include <lambdascope/plot.h>
#include <math.h>
#include <stddef.h>

static const struct {
    size_t at;
    const char *title;
} panels[] = {
    {offsetof(LamCurveFigures, dice), "Dice"},
    {offsetof(LamCurveFigures, similarity), "Similarity"},
    {offsetof(LamCurveFigures, roughness), "Roughness"},
    {offsetof(LamCurveFigures, fold_percent), "Folds, % of voxels"},
    {offsetof(LamCurveFigures, sd_log_jacobian), "SD log|J|"},
};

static const LamPlotTick ticks[] = {{-LAM_POSITION_STOP, "0"},
                                    {-2.197, ".1"},
                                    {-0.847, ".3"},
                                    {0, ".5"},
                                    {0.847, ".7"},
                                    {2.197, ".9"},
                                    {LAM_POSITION_STOP, "1"}};

static void add_panel(LamPlot *plot, const LamCurve *curve, const char *title, size_t at)
{
    double x[LAM_CURVE_POINTS], y[LAM_CURVE_POINTS];
    int n = 0;
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        const LamCurvePoint *point = lam_curve_point(curve, i);
        double value = point != NULL ? *(const double *)((const char *)point->domain + at) : NAN;
        if (!isfinite(value))
            continue;
        x[n] = (2.0 * i / (LAM_CURVE_POINTS - 1) - 1) * LAM_POSITION_STOP;
        y[n++] = value;
    }
    if (n == 0)
        return;
    LamPlotAxis axis = {.title = "λ", .ticks = ticks, .n_ticks = G_N_ELEMENTS(ticks)};
    LamPlotSeries series = {.x = x, .y = y, .n = n, .style = LAM_PLOT_BOTH};
    lam_plot_add_series(lam_plot_add_panel(plot, title, &axis, NULL), &series);
}

bool lam_cli_curve_plot(const LamCurve *curve, const char *path, GError **error)
{
    g_autoptr(LamPlot) plot = lam_plot_new(NULL);
    lam_plot_set_columns(plot, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(panels); i++)
        add_panel(plot, curve, panels[i].title, panels[i].at);
    return lam_plot_save(plot, path, error);
}
