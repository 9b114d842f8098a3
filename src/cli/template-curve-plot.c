/* The figure of lam template curve. */
#include "template-curve.h"

#include <lambdascope/plot.h>

enum { BLUE, ORANGE, GREEN, PINK };

/* Whether somebody has the words (sex, say) that the template was asked for. */
static bool has_words(const LamCliVolumes *v, const double *values)
{
    for (int i = 0; i < v->config->n_attributes; i++)
        if (v->config->attribute[i].word[0][0] != '\0' && values[i] != v->values[i])
            return false;
    return true;
}

static void add_people(LamPlotPanel *panel, const LamCliVolumes *v, int structure, bool alike)
{
    const LamTemplatePopulation *p = v->population;
    g_autofree double *x = g_new(double, p->n);
    g_autofree double *y = g_new(double, p->n);
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        const double *values = p->values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES;
        if (has_words(v, values) != alike)
            continue;
        x[n] = values[v->curve->along];
        y[n++] = p->ml[i * p->structures + structure];
    }
    LamPlotSeries series = {
        .x = x, .y = y, .n = n, .style = LAM_PLOT_POINTS, .colour = alike ? GREEN : PINK};
    if (n > 0)
        lam_plot_add_series(panel, &series);
}

static void add_structure(LamPlot *plot, const LamCliVolumes *v, int structure)
{
    const LamTemplateCurve *curve = v->curve;
    const LamTemplateAgreement *a = v->agreement[structure];
    LamPlotAxis x = {.title = v->config->attribute[curve->along].name}, y = {.title = "ml"};
    LamPlotPanel *panel = lam_plot_add_panel(plot, v->config->structure[structure].name, &x, &y);
    g_autofree double *ml = g_new(double, curve->n);
    for (int i = 0; i < curve->n; i++)
        ml[i] = curve->ml[i * curve->structures + structure];
    if (a != NULL) {
        LamPlotSeries trend = {.x = curve->at,
                               .y = a->expected,
                               .low = a->low,
                               .high = a->high,
                               .n = curve->n,
                               .colour = ORANGE};
        lam_plot_add_series(panel, &trend);
        add_people(panel, v, structure, true);
        add_people(panel, v, structure, false);
    }
    lam_plot_add_series(panel, &(LamPlotSeries){.x = curve->at, .y = ml, .n = curve->n});
}

static char *title_of(const LamCliVolumes *v)
{
    GString *words = g_string_new(NULL);
    for (int i = 0; i < v->config->n_attributes; i++) {
        const LamAttribute *a = &v->config->attribute[i];
        if (a->word[0][0] != '\0')
            g_string_append_printf(words, "%s ", a->word[v->values[i] > 0.5]);
    }
    g_autofree char *said = g_string_free(words, FALSE);
    return g_strdup_printf("blue: the template, %s· green: people, %s· pink: all others · orange: "
                           "regression and its 95 %% band",
                           said, said);
}

bool lam_cli_volumes_plot(const LamCliVolumes *v, const char *path, GError **error)
{
    g_autofree char *title = v->population != NULL ? title_of(v) : NULL;
    g_autoptr(LamPlot) plot = lam_plot_new(title);
    for (int k = 1; k < v->config->n_structures; k++)
        add_structure(plot, v, k);
    return lam_plot_save(plot, path, error);
}
