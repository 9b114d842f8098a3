/* lam template curve: volumes of structures against an attribute that is a number. */
#include "template-curve.h"

#include "template.h"

#include <lambdascope/plot.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEPS 13 /* of the range: five years from 20 to 80 */

typedef struct {
    char *model, *attribute, *people, *trend, *plot;
    double from, to; /* NaN: not given */
    LamCliAttributes attributes;
} Options;

static const char *const own[] = {"model", "along", "from", "to", "people", "trend", "plot", NULL};

static bool is_linear(const Options *o)
{
    return g_strcmp0(o->trend, "linear") == 0;
}

static bool check(const Options *o, GError **error)
{
    bool known = o->trend == NULL || is_linear(o) || strcmp(o->trend, "quadratic") == 0;
    if (known)
        return o->plot == NULL || lam_plot_check(o->plot, error);
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--trend: must be linear or quadratic (see --help)");
    return false;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Prints the volumes of a template's structures against an attribute, in ml, as\n"
                   "a table: lam template curve --sex F",
        .description =
            "Volumes are of the mean brain: the scans were aligned affinely first, so that the\n"
            "size of a head has no part in them. With the table of lam template people there are\n"
            "the people's own volumes beside them: a regression along the attribute, with all\n"
            "other attributes as further terms, and its 95 % confidence band.",
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model with a template (default " LAM_CLI_TEMPLATE ")", "NAME|FILE"},
        {"along", 0, 0, G_OPTION_ARG_STRING, &o->attribute,
         "The attribute (default: the first that is a number)", "NAME"},
        {"from", 0, 0, G_OPTION_ARG_DOUBLE, &o->from, "Where it begins (default: as trained on)",
         "VALUE"},
        {"to", 0, 0, G_OPTION_ARG_DOUBLE, &o->to, "Where it ends", "VALUE"},
        {"people", 0, 0, G_OPTION_ARG_FILENAME, &o->people,
         "Compare with people: what lam template people wrote", "CSV"},
        {"trend", 0, 0, G_OPTION_ARG_STRING, &o->trend, "Of people: quadratic (default) or linear",
         "NAME"},
        {"plot", 'p', 0, G_OPTION_ARG_FILENAME, &o->plot, "Draw it, too, as SVG or PNG", "FILE"},
        {NULL},
    };
    return lam_cli_attributes_take(&o->attributes, own, argc, argv, error) &&
           lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

/* ---- what is printed ---- */

static void print_header(const LamCliVolumes *v)
{
    printf("%s", v->config->attribute[v->curve->along].name);
    for (int k = 1; k < v->config->n_structures; k++) {
        const char *name = v->config->structure[k].name;
        printf(",%s", name);
        if (v->agreement[k] != NULL)
            printf(",%s of people,%s low,%s high", name, name, name);
    }
    putchar('\n');
}

static void print_table(const LamCliVolumes *v)
{
    const LamTemplateCurve *curve = v->curve;
    print_header(v);
    for (int i = 0; i < curve->n; i++) {
        printf("%g", curve->at[i]);
        for (int k = 1; k < v->config->n_structures; k++) {
            const LamTemplateAgreement *a = v->agreement[k];
            printf(",%.3f", curve->ml[i * curve->structures + k]);
            if (a != NULL)
                printf(",%.3f,%.3f,%.3f", a->expected[i], a->low[i], a->high[i]);
        }
        putchar('\n');
    }
}

/* As comments, which readers of the table pass over. */
static void print_agreement(const LamCliVolumes *v)
{
    for (int k = 1; k < v->config->n_structures; k++) {
        if (v->agreement[k] == NULL)
            continue;
        g_autofree char *text = lam_template_agreement_text(v->agreement[k], v->curve, k);
        printf("# %s: %s\n", v->config->structure[k].name, text);
    }
}

static void warn_of_extrapolation(const LamCliVolumes *v)
{
    double at[LAM_TEMPLATE_MAX_ATTRIBUTES];
    const double ends[] = {v->curve->at[0], v->curve->at[v->curve->n - 1]};
    memcpy(at, v->values, sizeof at);
    for (int i = 0; i < 2; i++) {
        at[v->curve->along] = ends[i];
        g_autofree char *beyond = lam_template_extrapolation(v->config, at);
        if (beyond != NULL)
            printf("# extrapolated: %s\n", beyond);
    }
}

/* ---- all of it ---- */

static bool compare(const Options *o, LamCliVolumes *v, GError **error)
{
    if (o->people == NULL)
        return true;
    v->population = lam_template_population_load(v->config, o->people, error);
    for (int k = 1; v->population != NULL && k < v->config->n_structures; k++) {
        LamTemplateTrend trend;
        bool known = false;
        for (int i = 0; i < v->population->n; i++)
            known |= isfinite(v->population->ml[i * v->population->structures + k]);
        if (!known)
            continue;
        if (!lam_template_trend_fit(v->population, v->config, v->curve->along, k,
                                    is_linear(o) ? 1 : 2, &trend, error))
            return false;
        v->agreement[k] = lam_template_agreement_new(v->curve, &trend, k, v->values);
    }
    return v->population != NULL;
}

static LamTemplateCurve *measure(const Options *o, LamTemplate *template, int along, double *values,
                                 GError **error)
{
    const LamTemplateConfig *config = lam_template_config(template);
    const LamAttribute *a = &config->attribute[along];
    double from = isnan(o->from) ? a->low : o->from, to = isnan(o->to) ? a->high : o->to;
    if (!(from < to)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--from: %g must be below --to, %g (see --help)", from, to);
        return NULL;
    }
    for (int i = 0; i < 2; i++) {
        values[along] = i == 0 ? from : to;
        if (!lam_template_check(config, values, error))
            return NULL;
    }
    return lam_template_curve_new(template, along, values, from, to, STEPS, NULL, error);
}

static bool show(const Options *o, LamCliVolumes *v, GError **error)
{
    if (!compare(o, v, error))
        return false;
    print_table(v);
    warn_of_extrapolation(v);
    print_agreement(v);
    return o->plot == NULL || lam_cli_volumes_plot(v, o->plot, error);
}

static void volumes_clear(LamCliVolumes *v)
{
    for (int k = 0; k < LAM_TEMPLATE_MAX_STRUCTURES; k++)
        lam_template_agreement_free(v->agreement[k]);
    lam_template_population_free(v->population);
    lam_template_curve_free(v->curve);
}

static bool run(const Options *o, GError **error)
{
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES] = {0};
    g_autofree char *path = lam_model_find(o->model != NULL ? o->model : LAM_CLI_TEMPLATE, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    g_autoptr(LamTemplate) template = model != NULL ? lam_template_new(model, error) : NULL;
    if (template == NULL)
        return false;
    const LamTemplateConfig *config = lam_template_config(template);
    int along = lam_template_find_number(config, o->attribute, error);
    if (along < 0 || !lam_cli_attributes_resolve(&o->attributes, config, along, values, error))
        return false;
    LamCliVolumes v = {.config = config, .values = values};
    v.curve = measure(o, template, along, values, error);
    bool ok = v.curve != NULL && show(o, &v, error);
    volumes_clear(&v);
    return ok;
}

int lam_cli_template_curve(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.from = NAN, .to = NAN};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_attributes_clear(&o.attributes);
    g_free(o.model);
    g_free(o.attribute);
    g_free(o.people);
    g_free(o.trend);
    g_free(o.plot);
    return lam_cli_finish("template curve", error);
}
