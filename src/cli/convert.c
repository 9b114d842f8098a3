/* lam convert: a transform file in the convention of another program. */
#include "chain.h"
#include "cli.h"

#include <lambdascope/scan.h>
#include <lambdascope/transform_file.h>

typedef struct {
    char *from, *to, *fixed, *moving, *output;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "INPUT",
        .summary = "Writes a transform in the convention of another program.",
        .description =
            "Conventions and their files (docs/registration.md has the table):\n"
            "  lambdascope  .safetensors (the whole chain), .nii.gz (displacement, mm, RAS)\n"
            "  itk          .nii.gz (ITK, ANTs), .tfm or .txt, .mat (as 0GenericAffine.mat)\n"
            "  fsl          .nii.gz (FNIRT, relative), .mat (FLIRT: moving to fixed)\n"
            "  freesurfer   .nii.gz, .mgz (SynthMorph), .lta (moving to fixed)\n"
            "  voxel        .nii.gz (VoxelMorph), .txt (4 x 4, fixed to moving voxel)\n"
            "All but FLIRT's .mat and .lta take points of the fixed scan to the moving one.\n"
            "\n"
            "--fixed gives the grid of the field to write; one that is read has its own. fsl and\n"
            "voxel count from the corner of each scan: their fields need --moving as well, their\n"
            "matrices both scans. Writing an .lta needs both. Fields hold affine and deformation\n"
            "together; matrices can only hold what is affine.\n"
            "\n"
            "  lam convert u.nii.gz --to itk -o 1Warp.nii.gz\n"
            "  lam convert 0GenericAffine.mat --to fsl -f fixed.nii.gz -m moving.nii.gz -o a.mat",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &o->from,
         "Convention of INPUT; without it, what name and content tell", "C"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o->to,
         "Convention to write; without it, what the name tells", "C"},
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Scan that stays", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Scan that is deformed", "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "File to write", "FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_require(o->output, "output", error);
}

static bool convert(const char *input, const Options *o, LamConvention from, LamConvention to,
                    GError **error)
{
    g_autoptr(LamVolume) fixed = NULL;
    g_autoptr(LamVolume) moving = NULL;
    if (!lam_cli_load_optional(o->fixed, &fixed, error) ||
        !lam_cli_load_optional(o->moving, &moving, error))
        return false;
    LamCliSpace fixed_space = lam_cli_space_of(fixed), moving_space = lam_cli_space_of(moving);
    LamTransformFileOptions options = lam_cli_file_options(from, &fixed_space, &moving_space);
    options.description = "lam convert";
    g_autoptr(LamTransform) transform = lam_transform_load(input, &options, error);
    options.convention = to;
    return transform != NULL && lam_transform_save(transform, o->output, &options, error);
}

static bool parse_convention(const char *option, const char *name, LamConvention *convention,
                             GError **error)
{
    g_autoptr(GError) why = NULL;
    if (name == NULL || lam_convention_parse(name, convention, &why))
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", option, why->message);
    return false;
}

static bool run(const char *input, const Options *o, GError **error)
{
    const char *inputs[4] = {input};
    int n = 1;
    LamConvention from = LAM_CONVENTION_AUTO, to = LAM_CONVENTION_AUTO;
    if (o->fixed != NULL)
        inputs[n++] = o->fixed;
    if (o->moving != NULL)
        inputs[n++] = o->moving;
    return parse_convention("--from", o->from, &from, error) &&
           parse_convention("--to", o->to, &to, error) &&
           lam_transform_check_name(o->output, to, error) &&
           lam_cli_check_output(o->output, inputs, error) && convert(input, o, from, to, error);
}

int lam_cli_convert(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    if (parse(&o, &argc, &argv, &error))
        run(argv[1], &o, &error);
    char *strings[] = {o.from, o.to, o.fixed, o.moving, o.output};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("convert", error);
}
