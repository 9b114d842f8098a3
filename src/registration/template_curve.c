#include <lambdascope/template_curve.h>

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

int lam_template_find_number(const LamTemplateConfig *config, const char *name, GError **error)
{
    for (int i = 0; i < config->n_attributes; i++) {
        const LamAttribute *a = &config->attribute[i];
        bool number = a->word[0][0] == '\0';
        if (number && (name == NULL || g_ascii_strcasecmp(name, a->name) == 0))
            return i;
    }
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot draw the curve: %s: the template has no such attribute that is a number",
                name != NULL ? name : "attribute");
    return -1;
}

void lam_template_curve_free(LamTemplateCurve *curve)
{
    if (curve == NULL)
        return;
    g_free(curve->at);
    g_free(curve->ml);
    g_free(curve);
}

LamTemplateCurve *lam_template_curve_new(LamTemplate *template, int along, const double *values,
                                         double from, double to, int n, const LamProgress *progress,
                                         GError **error)
{
    const LamTemplateConfig *config = lam_template_config(template);
    size_t structures = (size_t)MAX(config->n_structures, 1);
    double at[LAM_TEMPLATE_MAX_ATTRIBUTES];
    g_autoptr(LamTemplateCurve) curve = g_new0(LamTemplateCurve, 1);
    *curve = (LamTemplateCurve){along, n, config->n_structures, g_new0(double, n),
                                g_new0(double, (size_t)n *structures)};
    memcpy(at, values, (size_t)config->n_attributes * sizeof *at);
    for (int i = 0; i < n; i++) {
        at[along] = curve->at[i] = from + (to - from) * i / (n - 1);
        lam_progress_report(progress, (double)i / n, NULL);
        if (lam_progress_cancelled(progress, error) || !lam_template_set(template, at, error) ||
            !lam_template_volumes(template, curve->ml + (size_t)i * structures, error))
            return NULL;
    }
    return g_steal_pointer(&curve);
}

double lam_template_curve_at(const LamTemplateCurve *curve, int structure, double value)
{
    double place = (value - curve->at[0]) / (curve->at[curve->n - 1] - curve->at[0]);
    place = CLAMP(place, 0, 1) * (curve->n - 1);
    int i = MIN((int)place, curve->n - 2);
    const double *ml = curve->ml + (size_t)i * (size_t)curve->structures + structure;
    return ml[0] + (place - i) * (ml[curve->structures] - ml[0]);
}
