/* lam template curve: volumes of structures against an attribute that is a number. */
#include "template.h"

#include <lambdascope/plot.h>
#include <lambdascope/template_curve.h>
#include <stdio.h>

#define STEPS 13 /* of the attribute's range: five years from 20 to 80 */

typedef struct {
    char *model, *attribute, *plot;
    LamCliAttributes attributes;
} Options;

static const char *const own[] = {"model", "along", "plot", NULL};

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Prints the volumes of a template's structures against an attribute, in ml, as\n"
                   "a table: lam template curve --sex F",
        .description =
            "Volumes are of the mean brain: the scans were aligned affinely first, so that the\n"
            "size of a head has no part in them.",
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model with a template (default " LAM_CLI_TEMPLATE ")", "NAME|FILE"},
        {"along", 0, 0, G_OPTION_ARG_STRING, &o->attribute,
         "The attribute (default: the first that is a number)", "NAME"},
        {"plot", 'p', 0, G_OPTION_ARG_FILENAME, &o->plot, "Draw it, too, as SVG or PNG", "FILE"},
        {NULL},
    };
    return lam_cli_attributes_take(&o->attributes, own, argc, argv, error) &&
           lam_cli_parse(&syntax, entries, argc, argv, error) &&
           (o->plot == NULL || lam_plot_check(o->plot, error));
}

static void print(const LamTemplateConfig *config, const LamTemplateCurve *curve)
{
    printf("%s", config->attribute[curve->along].name);
    for (int k = 1; k < config->n_structures; k++)
        printf(",%s", config->structure[k].name);
    putchar('\n');
    for (int i = 0; i < curve->n; i++) {
        printf("%g", curve->at[i]);
        for (int k = 1; k < config->n_structures; k++)
            printf(",%.3f", curve->ml[i * curve->structures + k]);
        putchar('\n');
    }
}

/* A panel each: volumes differ a hundredfold. */
static bool draw(const char *path, const LamTemplateConfig *config, const LamTemplateCurve *curve,
                 GError **error)
{
    g_autoptr(LamPlot) plot = lam_plot_new(NULL);
    LamPlotAxis x = {.title = config->attribute[curve->along].name}, y = {.title = "ml"};
    for (int k = 1; k < config->n_structures; k++) {
        double ml[STEPS];
        for (int i = 0; i < curve->n; i++)
            ml[i] = curve->ml[i * curve->structures + k];
        LamPlotPanel *panel = lam_plot_add_panel(plot, config->structure[k].name, &x, &y);
        lam_plot_add_series(panel, &(LamPlotSeries){.x = curve->at, .y = ml, .n = curve->n});
    }
    return lam_plot_save(plot, path, error);
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
    const LamAttribute *a = &config->attribute[along];
    g_autoptr(LamTemplateCurve) curve =
        lam_template_curve_new(template, along, values, a->low, a->high, STEPS, NULL, error);
    if (curve == NULL)
        return false;
    print(config, curve);
    return o->plot == NULL || draw(o->plot, config, curve, error);
}

int lam_cli_template_curve(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_attributes_clear(&o.attributes);
    g_free(o.model);
    g_free(o.attribute);
    g_free(o.plot);
    return lam_cli_finish("template curve", error);
}
