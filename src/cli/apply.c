/* lam apply: an image or a label map through a displacement field. */
#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <lambdascope/resample.h>
#include <math.h>

typedef struct {
    char *field, *input, *reference, *output;
    gboolean labels;
    int frame;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Samples an image at x + u(x) for each point x of the reference.",
        .description =
            "The field is what lam register --field writes: a pull-back displacement in mm\n"
            "(RAS), affine included, as 5-D NIfTI. It need not lie on the reference's grid.",
    };
    const GOptionEntry entries[] = {
        {"field", 'u', 0, G_OPTION_ARG_FILENAME, &o->field, "Displacement field", "FILE"},
        {"input", 'i', 0, G_OPTION_ARG_FILENAME, &o->input, "Image or label map to carry over",
         "FILE"},
        {"reference", 'r', 0, G_OPTION_ARG_FILENAME, &o->reference,
         "Scan whose grid the output gets (the fixed one)", "FILE"},
        {"labels", 'l', 0, G_OPTION_ARG_NONE, &o->labels,
         "The input is a label map: nearest neighbour, whole numbers", NULL},
        {"frame", 0, 0, G_OPTION_ARG_INT, &o->frame, "Frame of a 4-D input (default 0)", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "File to write", "FILE"},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    return lam_cli_require(o->field, "field", error) && lam_cli_require(o->input, "input", error) &&
           lam_cli_require(o->reference, "reference", error) &&
           lam_cli_require(o->output, "output", error);
}

static LamVolume *load_field(const char *path, GError **error)
{
    g_autoptr(LamVolume) field = lam_scan_load(path, 0, error);
    if (field == NULL || field->channels == 3)
        return g_steal_pointer(&field);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot use field: %s: a displacement field has three components (x,y,z,1,3)",
                path);
    return NULL;
}

/* int16 for labels that fit, else int32. */
static LamNiftiType label_type(const LamVolume *labels)
{
    size_t count = lam_grid_voxels(&labels->grid) * (size_t)labels->channels;
    for (size_t i = 0; i < count; i++)
        if (labels->data[i] < G_MININT16 || labels->data[i] > G_MAXINT16)
            return LAM_NIFTI_INT32;
    return LAM_NIFTI_INT16;
}

static bool check_labels(const LamVolume *input, const char *path, GError **error)
{
    size_t count = lam_grid_voxels(&input->grid) * (size_t)input->channels;
    for (size_t i = 0; i < count; i++)
        if (input->data[i] != rintf(input->data[i])) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot use label map: %s: it holds %g, which is not a whole number", path,
                        input->data[i]);
            return false;
        }
    return true;
}

static bool apply(const Options *o, GError **error)
{
    const char *inputs[] = {o->field, o->input, o->reference, NULL};
    if (!lam_cli_check_scan_output(o->output, inputs, error))
        return false;
    g_autoptr(LamVolume) field = load_field(o->field, error);
    g_autoptr(LamVolume) input = field != NULL ? lam_scan_load(o->input, o->frame, error) : NULL;
    g_autoptr(LamVolume) reference = input != NULL ? lam_scan_load(o->reference, 0, error) : NULL;
    if (reference == NULL || (o->labels && !check_labels(input, o->input, error)))
        return false;
    g_autoptr(LamVolume) output = lam_resample_field(
        input, &reference->grid, field, o->labels ? LAM_NEAREST : LAM_LINEAR, 0, error);
    if (output == NULL)
        return false;
    LamNiftiType type = o->labels ? label_type(output) : LAM_NIFTI_FLOAT32;
    return lam_nifti_save(output, o->output, type, "lam apply", error);
}

int lam_cli_apply(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    if (parse(&o, &argc, &argv, &error))
        apply(&o, &error);
    g_free(o.field);
    g_free(o.input);
    g_free(o.reference);
    g_free(o.output);
    return lam_cli_finish("apply", error);
}
