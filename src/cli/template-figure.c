/* lam template figure: a picture of the template along an attribute. */
#include "template.h"

#include <lambdascope/template_curve.h>
#include <lambdascope/template_figure.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *model, *attribute, *each, *outline, *output;
    double from, to; /* NaN: not given */
    int columns, width;
    LamCliAttributes attributes;
} Options;

static const char *const own[] = {"model", "along",   "from",  "to",     "columns",
                                  "each",  "outline", "width", "output", NULL};

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary =
            "Draws the template of a model at several values of an attribute, side by side:\n"
            "lam template figure --sex F --outline 'lateral ventricles' -o ages.png",
        .description = "Each column is an axial and a coronal slice through the middle of what is\n"
                       "outlined. Values that the template was not trained on are marked.",
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model with a template (default " LAM_CLI_TEMPLATE ")", "NAME|FILE"},
        {"along", 0, 0, G_OPTION_ARG_STRING, &o->attribute,
         "The attribute of the columns (default: the first that is a number)", "NAME"},
        {"from", 0, 0, G_OPTION_ARG_DOUBLE, &o->from, "Where it begins (default: as trained on)",
         "VALUE"},
        {"to", 0, 0, G_OPTION_ARG_DOUBLE, &o->to, "Where it ends", "VALUE"},
        {"columns", 'n', 0, G_OPTION_ARG_INT, &o->columns, "How many, 1 to 24 (default 7)", "N"},
        {"each", 0, 0, G_OPTION_ARG_STRING, &o->each,
         "Rows for both words of this attribute, as sex", "NAME"},
        {"outline", 0, 0, G_OPTION_ARG_STRING, &o->outline,
         "Structures to outline, by name or number", "NAME[,NAME…]"},
        {"width", 'w', 0, G_OPTION_ARG_INT, &o->width,
         "Of a column in pixels, 40 to 1000 (default 160)", "PIXELS"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Picture to write", "FILE.png"},
        {NULL},
    };
    return lam_cli_attributes_take(&o->attributes, own, argc, argv, error) &&
           lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->output, "output", error);
}

static bool wrong(GError **error, const char *option, const char *value, const char *why)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: %s: %s (see --help)",
                option, value, why);
    return false;
}

/* ---- structures ---- */

static int find_structure(const LamTemplateConfig *config, const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    bool is_number = end != text && *end == '\0';
    for (int k = 1; k < config->n_structures; k++)
        if (is_number ? config->structure[k].value == number
                      : g_ascii_strcasecmp(config->structure[k].name, text) == 0)
            return k;
    return -1;
}

/* Each once. */
static bool find_outlined(const Options *o, const LamTemplateConfig *config, int *outlined, int *n,
                          GError **error)
{
    bool known[LAM_TEMPLATE_MAX_STRUCTURES] = {false};
    g_auto(GStrv) parts = g_strsplit(o->outline != NULL ? o->outline : "", ",", -1);
    *n = 0;
    for (char **part = parts; *part != NULL; part++) {
        int k = find_structure(config, g_strstrip(*part));
        if (k < 0)
            return wrong(error, "outline", *part, "the template has no such structure");
        if (!known[k])
            outlined[(*n)++] = k;
        known[k] = true;
    }
    return true;
}

/* ---- rows ---- */

static int find_words(const LamTemplateConfig *config, const char *name, GError **error)
{
    for (int i = 0; i < config->n_attributes; i++)
        if (g_ascii_strcasecmp(config->attribute[i].name, name) == 0 &&
            config->attribute[i].word[0][0] != '\0')
            return i;
    wrong(error, "each", name, "the template has no such attribute of two words");
    return -1;
}

/* One set of values, or two that differ in the attribute of --each. */
static bool find_rows(Options *o, const LamTemplateConfig *config, int along,
                      double rows[2][LAM_TEMPLATE_MAX_ATTRIBUTES], int *n, GError **error)
{
    int each = o->each != NULL ? find_words(config, o->each, error) : -1;
    if (o->each != NULL && each < 0)
        return false;
    if (each >= 0) { /* counts as given */
        g_ptr_array_add(o->attributes.names, g_strdup(config->attribute[each].name));
        g_ptr_array_add(o->attributes.values, g_strdup(config->attribute[each].word[0]));
    }
    if (!lam_cli_attributes_resolve(&o->attributes, config, along, rows[0], error))
        return false;
    memcpy(rows[1], rows[0], sizeof rows[1]);
    if (each >= 0)
        rows[1][each] = 1;
    *n = each >= 0 ? 2 : 1;
    return true;
}

/* ---- all of it ---- */

static bool draw(Options *o, LamTemplate *template, GError **error)
{
    const LamTemplateConfig *config = lam_template_config(template);
    double values[2][LAM_TEMPLATE_MAX_ATTRIBUTES] = {{0}};
    const double *rows[] = {values[0], values[1]};
    int outlined[LAM_TEMPLATE_MAX_STRUCTURES];
    LamTemplateFigure figure = {
        .rows = rows, .outlined = outlined, .columns = o->columns, .tile_width = o->width};
    figure.along = lam_template_find_number(config, o->attribute, error);
    if (figure.along < 0 || !find_rows(o, config, figure.along, values, &figure.n_rows, error) ||
        !find_outlined(o, config, outlined, &figure.n_outlined, error))
        return false;
    const LamAttribute *a = &config->attribute[figure.along];
    figure.from = isnan(o->from) ? a->low : o->from;
    figure.to = isnan(o->to) ? a->high : o->to;
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    bool ok = lam_template_figure_save(template, &figure, o->output, &progress, error);
    lam_cli_progress_done();
    return ok;
}

static bool run(Options *o, GError **error)
{
    g_autofree char *path = lam_model_find(o->model != NULL ? o->model : LAM_CLI_TEMPLATE, error);
    const char *inputs[] = {path, NULL};
    if (path == NULL || !lam_cli_check_output(o->output, inputs, error))
        return false;
    g_autoptr(LamModel) model = lam_model_load(path, error);
    g_autoptr(LamTemplate) template = model != NULL ? lam_template_new(model, error) : NULL;
    return template != NULL && draw(o, template, error);
}

int lam_cli_template_figure(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.from = NAN, .to = NAN, .columns = 7, .width = 160};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_attributes_clear(&o.attributes);
    g_free(o.model);
    g_free(o.attribute);
    g_free(o.each);
    g_free(o.outline);
    g_free(o.output);
    return lam_cli_finish("template figure", error);
}
