/* An evaluation as curves over λ, on the scale of the viewer's slider. */
#include "evaluate.h"

#include <lambdascope/lambda_scale.h>
#include <lambdascope/order.h>
#include <lambdascope/plot.h>
#include <math.h>

#define TICKS_MAX 9

static const struct {
    const char *key, *title;
} panels[] = {
    {"dice_subcortical", "Dice, subcortical"},        {"dice_cortical", "Dice, cortical"},
    {"fold_percent", "Folds, % of voxels"},           {"roughness", "Roughness"},
    {"hd95_subcortical_mm", "HD95, subcortical, mm"}, {"hd95_cortical_mm", "HD95, cortical, mm"},
};

static const LamEvaluateFigure *find_figure(const char *key)
{
    const LamEvaluateFigure *f = lam_evaluate_figures;
    while (!g_str_equal(f->key, key))
        f++;
    return f;
}

/* λ in the order of a line; indices into the options'. */
typedef struct {
    guint n;
    double *position; /* on the axis */
    guint *index;
    LamPlotTick *ticks;
    int n_ticks;
} Lambdas;

static Lambdas lambdas_new(const GArray *lambdas)
{
    Lambdas l = {.n = lambdas->len};
    g_autofree double *sorted = g_memdup2(lambdas->data, lambdas->len * sizeof(double));
    qsort(sorted, l.n, sizeof(double), lam_order_doubles);
    l.position = g_new(double, l.n);
    l.index = g_new0(guint, l.n);
    l.ticks = g_new(LamPlotTick, l.n);
    guint every = (l.n + TICKS_MAX - 1) / TICKS_MAX;
    for (guint i = 0; i < l.n; i++) {
        l.position[i] = lam_lambda_to_position(sorted[i]);
        while (g_array_index(lambdas, double, l.index[i]) != sorted[i])
            l.index[i]++;
        if (i % every == 0)
            l.ticks[l.n_ticks++] = (LamPlotTick){l.position[i], g_strdup_printf("%g", sorted[i])};
    }
    return l;
}

static void lambdas_clear(Lambdas *l)
{
    for (int i = 0; i < l->n_ticks; i++)
        g_free((char *)l->ticks[i].text);
    g_free(l->ticks);
    g_free(l->position);
    g_free(l->index);
}

static char *subject_name(const LamEvaluateSubject *s)
{
    return g_strdup_printf("%s%s%s", s->name, *s->name != '\0' ? ", " : "",
                           lam_evaluate_method_name(s->method));
}

static void add_subject(LamPlotPanel *panel, const LamEvaluation *e, guint subject,
                        const LamEvaluateFigure *figure, const Lambdas *l)
{
    g_autofree double *y = g_new(double, l->n);
    g_autofree char *name = subject_name(&g_array_index(e->subjects, LamEvaluateSubject, subject));
    bool shows = false;
    for (guint i = 0; i < l->n; i++) {
        guint row = lam_evaluation_row(e, subject, l->index[i]);
        y[i] = lam_evaluation_mean(e, row, figure).mean;
        shows |= isfinite(y[i]) != 0;
    }
    LamPlotSeries series = {.name = name,
                            .x = l->position,
                            .y = y,
                            .n = (int)l->n,
                            .style = LAM_PLOT_BOTH,
                            .colour = (int)subject};
    if (shows)
        lam_plot_add_series(panel, &series);
}

/* A figure that no pair has (labels without a cortex, say) has no panel. */
static bool figure_shows(const LamEvaluation *e, const LamEvaluateFigure *figure)
{
    bool shows = false;
    for (guint row = 1; row < lam_evaluation_rows(e); row++)
        shows |= lam_evaluation_has(e, row, figure) && lam_evaluation_mean(e, row, figure).n > 0;
    return shows;
}

static void add_panel(LamPlot *plot, const LamEvaluation *e, const char *title,
                      const LamEvaluateFigure *figure, const Lambdas *l)
{
    LamPlotAxis axis = {.title = "λ", .ticks = l->ticks, .n_ticks = l->n_ticks};
    if (!figure_shows(e, figure))
        return;
    LamPlotPanel *panel = lam_plot_add_panel(plot, title, &axis, NULL);
    for (guint i = 0; i < e->subjects->len; i++)
        add_subject(panel, e, i, figure, l);
    if (lam_evaluation_has(e, 0, figure)) {
        LamPlotLine affine = {lam_evaluation_mean(e, 0, figure).mean, false, "affine"};
        lam_plot_add_line(panel, &affine);
    }
}

bool lam_evaluation_save_plot(const LamEvaluation *e, const char *path, GError **error)
{
    g_autofree char *title =
        g_strdup_printf("Means over %u %s", e->pairs->len, e->pairs->len == 1 ? "pair" : "pairs");
    g_autoptr(LamPlot) plot = lam_plot_new(title);
    Lambdas lambdas = lambdas_new(e->options->lambdas);
    lam_plot_set_columns(plot, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(panels); i++)
        add_panel(plot, e, panels[i].title, find_figure(panels[i].key), &lambdas);
    lambdas_clear(&lambdas);
    return lam_plot_save(plot, path, error);
}
