/* lam jacobian: the change of volume as an image. */
#include "chain.h"
#include "cli.h"

#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <stdio.h>

typedef struct {
    LamCliChain chain;
    char *reference, *moving, *output;
    gboolean log, without_affine;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary =
            "Writes the Jacobian determinant of a transform: above 1 where the fixed scan's\n"
            "tissue is larger in the moving one, 0 and below where it folds.",
        .description =
            "Central differences on the reference's grid. The affine is part of the whole, unless\n"
            "--without-affine is given and it is a step of its own; in a field it cannot be told\n"
            "apart. Folds are also counted by tetrahedra (Liu et al. 2024), which misses none.",
    };
    const GOptionEntry entries[] = {
        LAM_CLI_CHAIN_FILES(&o->chain),
        {"reference", 'r', 0, G_OPTION_ARG_FILENAME, &o->reference,
         "Scan whose grid the map gets (default: the first field's)", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving,
         "Scan that the transform leads to, where a convention needs it", "FILE"},
        LAM_CLI_CHAIN_COURSE(&o->chain),
        {"log", 'l', 0, G_OPTION_ARG_NONE, &o->log,
         "Natural logarithm; 0.001 and below count as 0.001", NULL},
        {"without-affine", 0, 0, G_OPTION_ARG_NONE, &o->without_affine,
         "Leave out what affine steps change", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Image to write", "FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_chain_check(&o->chain, error) && lam_cli_require(o->output, "output", error);
}

static bool print_statistics(const LamTransform *transform, const LamGrid *grid, GError **error)
{
    LamFieldStatistics s;
    g_autoptr(LamVolume) field = lam_transform_to_field(transform, grid, error);
    if (field == NULL || !lam_field_statistics(field, &s, NULL, error))
        return false;
    printf("jacobian      %.3f to %.3f, SD log|J| %.4f\n"
           "folds         %.4f %% of voxels, by tetrahedra %.4f %%, %.5f %% of the volume\n",
           s.min_jacobian, s.max_jacobian, s.sd_log_jacobian, s.fold_percent,
           s.digital_fold_percent, s.ndv_percent);
    return true;
}

static bool jacobian(const Options *o, GError **error)
{
    g_autofree const char **inputs = lam_cli_chain_inputs(&o->chain, o->reference, o->moving);
    g_autoptr(LamVolume) reference = NULL;
    g_autoptr(LamVolume) moving = NULL;
    const LamJacobianOptions options = {.without_affine = o->without_affine, .log = o->log};
    if (!lam_cli_check_image_output(o->output, inputs, error) ||
        !lam_cli_load_optional(o->reference, &reference, error) ||
        !lam_cli_load_optional(o->moving, &moving, error))
        return false;
    LamCliSpace from = lam_cli_space_of(reference), onto = lam_cli_space_of(moving);
    g_autoptr(LamTransform) transform = lam_cli_chain_load(&o->chain, &from, &onto, error);
    if (transform == NULL)
        return false;
    const LamGrid *grid = from.grid != NULL ? from.grid : lam_cli_chain_own_grid(transform);
    if (grid == NULL)
        return lam_cli_require(NULL, "reference", error);
    if (!lam_cli_chain_check_space("jacobian", transform, grid,
                                   o->reference != NULL ? o->reference : "its grid", error))
        return false;
    g_autoptr(LamVolume) map = lam_transform_jacobian(transform, grid, &options, error);
    return map != NULL &&
           lam_scan_save(map, o->output, LAM_NIFTI_FLOAT32,
                         o->log ? "lam jacobian --log" : "lam jacobian", error) &&
           print_statistics(transform, grid, error);
}

int lam_cli_jacobian(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.chain = LAM_CLI_CHAIN_NEW};
    if (parse(&o, &argc, &argv, &error))
        jacobian(&o, &error);
    lam_cli_chain_clear(&o.chain);
    g_free(o.reference);
    g_free(o.moving);
    g_free(o.output);
    return lam_cli_finish("jacobian", error);
}
