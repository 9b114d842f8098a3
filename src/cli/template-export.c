/* lam template export: the picture, and the structures, at chosen attributes. */
#include "template.h"

#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <stdio.h>
#include <string.h>

#define MOST_VALUE 255 /* that fits into UINT8 */

typedef struct {
    char *model, *output, *labels, *mean;
    double spacing_mm;
    LamCliAttributes attributes;
} Options;

static const char *const own[] = {"model",   "output", "labels", "mean-displacement",
                                  "spacing", NULL};

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Writes the template of a model as a scan, for example\n"
                   "lam template export --age 70 --sex F --spacing 1 -o template.nii.gz",
        .description =
            "Attributes are options of their own names; lam info MODEL lists them. A value "
            "outside\n"
            "of what the template was trained on is taken, and told. The scan is skull-stripped;\n"
            "its world is the mean pose of the scans that it was learned from.",
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model with a template (default " LAM_CLI_TEMPLATE ")", "NAME|FILE"},
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, &o->spacing_mm,
         "Size of a voxel (default: the model's)", "MM"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Scan to write", "FILE"},
        {"labels", 'l', 0, G_OPTION_ARG_FILENAME, &o->labels, "Label map to write", "FILE"},
        {"mean-displacement", 0, 0, G_OPTION_ARG_FILENAME, &o->mean,
         "Field to write: how far the template is from the mean of its people", "FILE"},
        {NULL},
    };
    return lam_cli_attributes_take(&o->attributes, own, argc, argv, error) &&
           lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->output, "output", error);
}

static bool check_outputs(const Options *o, const char *model, GError **error)
{
    const char *inputs[] = {model, NULL};
    return lam_cli_check_image_output(o->output, inputs, error) &&
           lam_cli_check_image_output(o->labels, inputs, error) &&
           lam_cli_check_scan_output(o->mean, inputs, error) &&
           lam_cli_check_distinct(o->output, o->labels, error) &&
           lam_cli_check_distinct(o->output, o->mean, error) &&
           lam_cli_check_distinct(o->labels, o->mean, error);
}

static LamNiftiType type_for(const LamTemplateConfig *config)
{
    for (int k = 0; k < config->n_structures; k++)
        if (config->structure[k].value > MOST_VALUE)
            return LAM_NIFTI_INT32;
    return LAM_NIFTI_UINT8;
}

static bool write_all(const Options *o, LamTemplate *template, const char *about, GError **error)
{
    g_autoptr(LamVolume) image = lam_template_image(template, o->spacing_mm, error);
    if (image == NULL || !lam_scan_save(image, o->output, LAM_NIFTI_FLOAT32, about, error))
        return false;
    g_autoptr(LamVolume) labels =
        o->labels != NULL ? lam_template_labels(template, o->spacing_mm, error) : NULL;
    LamNiftiType type = type_for(lam_template_config(template));
    if (o->labels != NULL &&
        (labels == NULL || !lam_scan_save(labels, o->labels, type, about, error)))
        return false;
    g_autoptr(LamVolume) mean =
        o->mean != NULL ? lam_template_mean_displacement(template, error) : NULL;
    return o->mean == NULL ||
           (mean != NULL && lam_nifti_save(mean, o->mean, LAM_NIFTI_FLOAT32, about, error));
}

static bool export(const Options *o, GError **error)
{
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES] = {0};
    g_autofree char *path = lam_model_find(o->model != NULL ? o->model : LAM_CLI_TEMPLATE, error);
    if (path == NULL || !check_outputs(o, path, error))
        return false;
    g_autoptr(LamModel) model = lam_model_load(path, error);
    g_autoptr(LamTemplate) template = model != NULL ? lam_template_new(model, error) : NULL;
    if (template == NULL)
        return false;
    const LamTemplateConfig *config = lam_template_config(template);
    if (!lam_cli_attributes_resolve(&o->attributes, config, -1, values, error) ||
        !lam_template_set(template, values, error))
        return false;
    g_autofree char *beyond = lam_template_extrapolation(config, values);
    g_autofree char *text = lam_template_text(config, values);
    g_autofree char *about = lam_template_provenance(model, values);
    if (!write_all(o, template, about, error))
        return false;
    printf("template      %s%s%s\n", lam_model_title(model), *text != '\0' ? ", " : "", text);
    if (beyond != NULL)
        printf("extrapolated  %s\n", beyond);
    return true;
}

int lam_cli_template_export(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    if (parse(&o, &argc, &argv, &error))
        export(&o, &error);
    lam_cli_attributes_clear(&o.attributes);
    g_free(o.model);
    g_free(o.output);
    g_free(o.labels);
    g_free(o.mean);
    return lam_cli_finish("template export", error);
}
