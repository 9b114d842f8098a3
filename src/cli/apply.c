/* lam apply: an image or a label map through a chain of transforms, with one interpolation. */
#include "chain.h"
#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <string.h>

typedef struct {
    LamCliChain chain;
    char *input, *reference, *output, *interpolation;
    gboolean labels, modulate;
    double outside;
    int frame;
    LamInterpolation how;
} Options;

static bool usage(GError **error, const char *why)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s (see --help)", why);
    return false;
}

/* What was asked for, in words, into o->how. */
static bool choose_interpolation(Options *o, GError **error)
{
    static const char *const names[] = {[LAM_LINEAR] = "linear",
                                        [LAM_NEAREST] = "nearest",
                                        [LAM_CUBIC] = "cubic",
                                        [LAM_LABELS] = "labels"};
    if (o->interpolation == NULL) {
        o->how = o->labels ? LAM_LABELS : LAM_LINEAR;
        return true;
    }
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(o->interpolation, names[i]) == 0) {
            o->how = (LamInterpolation)i;
            if (o->labels && o->how != LAM_LABELS && o->how != LAM_NEAREST)
                return usage(error, "--labels: only labels and nearest go with it");
            return true;
        }
    return usage(error, "--interpolation: linear, nearest, cubic or labels is needed");
}

static bool check(Options *o, GError **error)
{
    if (!lam_cli_chain_check(&o->chain, error) || !lam_cli_require(o->input, "input", error) ||
        !lam_cli_require(o->reference, "reference", error) ||
        !lam_cli_require(o->output, "output", error) || !choose_interpolation(o, error))
        return false;
    o->labels |= o->how == LAM_LABELS;
    if (o->labels && o->modulate)
        return usage(error, "--modulate: labels have no intensity");
    if (!isfinite(o->outside) || (o->labels && o->outside != rint(o->outside)))
        return usage(error, "--outside: a number is needed, a whole one for labels");
    return true;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Samples an image at T(x) for each point x of the reference.",
        .description =
            "T takes points of the fixed scan (the reference) to points of the moving one (the\n"
            "input). Of several transforms the first acts first: with -t A -t B, A leads from the\n"
            "reference to a scan in between, B from there to the input. The image is interpolated\n"
            "once, however long the chain. lam register --field writes such a transform. With\n"
            "--inverse the reference is the moving scan and the input the fixed one.\n\n"
            "cubic is a B-spline through the voxels and may overshoot. labels gives each voxel "
            "the\n"
            "label that has most of the linear weight around it, background included; of equals\n"
            "the least. The output holds float32, or whole numbers for labels.",
    };
    const GOptionEntry entries[] = {
        LAM_CLI_CHAIN_FILES(&o->chain),
        {"input", 'i', 0, G_OPTION_ARG_FILENAME, &o->input, "Image or label map to carry over",
         "FILE"},
        {"reference", 'r', 0, G_OPTION_ARG_FILENAME, &o->reference,
         "Scan whose grid the output gets (the fixed one)", "FILE"},
        LAM_CLI_CHAIN_COURSE(&o->chain),
        {"interpolation", 'n', 0, G_OPTION_ARG_STRING, &o->interpolation,
         "linear (default), nearest, cubic or labels", "HOW"},
        {"labels", 'l', 0, G_OPTION_ARG_NONE, &o->labels,
         "The input is a label map: the same as --interpolation labels", NULL},
        {"modulate", 0, 0, G_OPTION_ARG_NONE, &o->modulate,
         "Multiply by the change of volume, so that sums over the image are kept", NULL},
        {"outside", 0, 0, G_OPTION_ARG_DOUBLE, &o->outside,
         "Value where the input ends (default 0)", "VALUE"},
        {"frame", 0, 0, G_OPTION_ARG_INT, &o->frame, "Frame of a 4-D input (default 0)", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "File to write", "FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
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
                        (double)input->data[i]);
            return false;
        }
    return true;
}

static bool apply(const Options *o, GError **error)
{
    g_autofree const char **inputs = lam_cli_chain_inputs(&o->chain, o->input, o->reference);
    if (!lam_cli_check_image_output(o->output, inputs, error))
        return false;
    g_autoptr(LamVolume) input = lam_scan_load(o->input, o->frame, error);
    g_autoptr(LamVolume) reference = input != NULL ? lam_scan_load(o->reference, 0, error) : NULL;
    if (reference == NULL || (o->labels && !check_labels(input, o->input, error)))
        return false;
    LamCliSpace from = lam_cli_space_of(reference), onto = lam_cli_space_of(input);
    g_autoptr(LamTransform) transform = lam_cli_chain_load(&o->chain, &from, &onto, error);
    if (transform == NULL ||
        !lam_cli_chain_check_space("apply", transform, &reference->grid, o->reference, error))
        return false;
    g_autoptr(LamVolume) output = lam_transform_resample(transform, input, &reference->grid, o->how,
                                                         (float)o->outside, error);
    if (output == NULL || (o->modulate && !lam_transform_modulate(transform, output, error)))
        return false;
    LamNiftiType type = o->labels ? label_type(output) : LAM_NIFTI_FLOAT32;
    return lam_scan_save(output, o->output, type, "lam apply", error);
}

int lam_cli_apply(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.chain = LAM_CLI_CHAIN_NEW};
    if (parse(&o, &argc, &argv, &error))
        apply(&o, &error);
    lam_cli_chain_clear(&o.chain);
    char *strings[] = {o.input, o.reference, o.output, o.interpolation};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("apply", error);
}
