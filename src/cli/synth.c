/* lam synth: what can be made, and the pair of brains of our own making. */
#include "cli.h"

#include "synth-pairs.h"
#include "synth-scans.h"

#include <errno.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/phantom.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    LamPhantomOptions phantom;
    int seed;
    char *output;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "phantom",
        .summary = "Makes a pair of T1-like brains from a seed, with label maps and the true "
                   "deformation.\nlam synth figures --help and lam synth slices --help tell of "
                   "pairs of single slices,\nlam synth brains --help and lam synth shapes --help "
                   "of what trains networks.",
        .description =
            "Files written: fixed, moving, fixed_labels, moving_labels, truth (.nii.gz) and\n"
            "pairs.csv for lam evaluate. The truth is a pull-back displacement in mm (RAS):\n"
            "fixed(x) = moving(x + u(x)). Label values are those of the OASIS maps.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"seed", 's', 0, G_OPTION_ARG_INT, &o->seed, "Which anatomy (default 1)", "N"},
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, &o->phantom.spacing_mm,
         "Size of a voxel, 0.8 to 4 (default 1)", "MM"},
        {"deformation", 'd', 0, G_OPTION_ARG_DOUBLE, &o->phantom.deformation_mm,
         "Largest displacement, about, 0 to 15 (default 9)", "MM"},
        {"noise", 0, 0, G_OPTION_ARG_DOUBLE, &o->phantom.noise,
         "Noise relative to white matter, 0 to 0.2 (default 0.02)", "SD"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Folder to write into (made if absent)", "DIR"},
        {NULL},
    };
    o->phantom = lam_phantom_defaults();
    o->seed = (int)o->phantom.seed;
    if (!lam_cli_parse(&syntax, entries, argc, argv, error) ||
        !lam_cli_require(o->output, "output", error))
        return false;
    o->phantom.seed = (guint32)o->seed;
    if (strcmp((*argv)[1], "phantom") == 0)
        return true;
    g_set_error(
        error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s: 'phantom', 'figures', 'slices', 'brains' and 'shapes' can be made (see --help)",
        (*argv)[1]);
    return false;
}

static bool save(const Options *o, const LamVolume *volume, const char *name, LamNiftiType type,
                 GError **error)
{
    g_autofree char *path = g_build_filename(o->output, name, NULL);
    g_autofree char *text = g_strdup_printf("lam synth phantom --seed %d", o->seed);
    return lam_nifti_save(volume, path, type, text, error);
}

static bool save_all(const Options *o, const LamPhantom *p, GError **error)
{
    static const char pairs[] =
        "fixed,moving,fixed_labels,moving_labels\n"
        "fixed.nii.gz,moving.nii.gz,fixed_labels.nii.gz,moving_labels.nii.gz\n";
    g_autofree char *csv = g_build_filename(o->output, "pairs.csv", NULL);
    return save(o, p->fixed, "fixed.nii.gz", LAM_NIFTI_INT16, error) &&
           save(o, p->moving, "moving.nii.gz", LAM_NIFTI_INT16, error) &&
           save(o, p->fixed_labels, "fixed_labels.nii.gz", LAM_NIFTI_INT16, error) &&
           save(o, p->moving_labels, "moving_labels.nii.gz", LAM_NIFTI_INT16, error) &&
           save(o, p->truth, "truth.nii.gz", LAM_NIFTI_FLOAT32, error) &&
           g_file_set_contents(csv, pairs, -1, error);
}

static bool make(const Options *o, GError **error)
{
    LamPhantom phantom = {0};
    if (g_mkdir_with_parents(o->output, 0777) != 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot make folder: %s: %s", o->output,
                    g_strerror(errno));
        return false;
    }
    bool ok = lam_phantom_make(&o->phantom, &phantom, error) && save_all(o, &phantom, error);
    if (ok)
        printf("%s: fixed, moving, labels and truth, %d×%d×%d voxels of %g mm, seed %d\n",
               o->output, phantom.fixed->grid.size[0], phantom.fixed->grid.size[1],
               phantom.fixed->grid.size[2], o->phantom.spacing_mm, o->seed);
    lam_phantom_clear(&phantom);
    return ok;
}

int lam_cli_synth(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "brains") == 0 || strcmp(argv[1], "shapes") == 0))
        return lam_cli_synth_scans(argc, argv, strcmp(argv[1], "shapes") == 0);
    if (argc > 1 && (strcmp(argv[1], "figures") == 0 || strcmp(argv[1], "slices") == 0))
        return lam_cli_synth_pairs(argc, argv, strcmp(argv[1], "slices") == 0);
    g_autoptr(GError) error = NULL;
    Options options = {0};
    if (parse(&options, &argc, &argv, &error))
        make(&options, &error);
    g_free(options.output);
    return lam_cli_finish("synth", error);
}
