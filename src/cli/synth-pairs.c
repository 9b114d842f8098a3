/* Pairs of single slices: digits and shapes, or slices through two phantoms. */
#include "synth-pairs.h"

#include <errno.h>
#include <lambdascope/error.h>
#include <lambdascope/figures.h>
#include <lambdascope/nifti.h>
#include <lambdascope/phantom.h>
#include <stdio.h>
#include <string.h>

/* Through the middle of the phantoms' brains, at the height of ventricles and deep nuclei. */
static const LamVec3 slice_centre_mm = {{0, -17, 8}};

typedef struct {
    bool slices;
    char *kind, *size, *output;
    int seed;
    double spacing_mm;

    LamFigureKind first, last; /* kinds to draw */
    LamGrid grid;
} Options;

typedef struct {
    LamVolume *volume[4]; /* in the order of `names` */
} Pair;

static const char *const names[] = {"fixed", "moving", "fixed_labels", "moving_labels"};

static void pair_clear(Pair *pair)
{
    for (int i = 0; i < 4; i++)
        g_clear_pointer(&pair->volume[i], lam_volume_unref);
}

/* ---- options ---- */

static bool misuse(GError **error, const char *message)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return false;
}

static bool parse_size(const char *text, int size[3])
{
    char rest;
    size[2] = 1;
    return sscanf(text, "%dx%d%c", &size[0], &size[1], &rest) == 2 && size[0] >= 16 &&
           size[0] <= 512 && size[1] >= 16 && size[1] <= 512;
}

static bool parse_kind(Options *o, GError **error)
{
    o->first = 0;
    o->last = LAM_FIGURE_KINDS - 1;
    if (o->slices || strcmp(o->kind, "all") == 0)
        return true;
    if (lam_figure_parse(o->kind, &o->first)) {
        o->last = o->first;
        return true;
    }
    g_autoptr(GString) known = g_string_new("all");
    for (int i = 0; i < LAM_FIGURE_KINDS; i++)
        g_string_append_printf(known, ", %s", lam_figure_name((LamFigureKind)i));
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--kind: %s: one of %s is needed",
                o->kind, known->str);
    return false;
}

static bool check(Options *o, GError **error)
{
    int size[3];
    if (!lam_cli_require(o->output, "output", error) ||
        (!o->slices && !lam_cli_require(o->kind, "kind", error)) || !parse_kind(o, error))
        return false;
    if (!parse_size(o->size != NULL ? o->size : "256x256", size))
        return misuse(error, "--size: 2 numbers from 16 to 512 as 256x256");
    if (!(o->spacing_mm >= 0.2 && o->spacing_mm <= 10))
        return misuse(error, "--spacing: from 0.2 to 10");
    LamVec3 origin = {{0, 0, 0}};
    o->grid = lam_grid_centred(size, o->spacing_mm, o->slices ? slice_centre_mm : origin);
    return true;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = o->slices ? "slices" : "figures",
        .summary = o->slices
                       ? "Makes a pair of axial slices through two generated brains, through the\n"
                         "ventricles and deep nuclei."
                       : "Makes a pair of pictures of one digit or shape, each by another hand.",
        .description =
            "Files written: fixed, moving, fixed_labels, moving_labels (.nii.gz, one slice) and\n"
            "pairs.csv for lam evaluate. With --kind all the names begin with the kind.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"seed", 's', 0, G_OPTION_ARG_INT, &o->seed, "Which pair (default 1)", "N"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o->size, "Pixels (default 256x256)", "WxH"},
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, &o->spacing_mm, "Size of a pixel (default 1)", "MM"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Folder to write into (made if absent)", "DIR"},
        {o->slices ? NULL : "kind", 'k', 0, G_OPTION_ARG_STRING, &o->kind,
         "digit-0 … digit-9, ring, c, star, blob, cross, heart, crescent, target, face; all",
         "KIND"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

/* ---- making ---- */

static bool allocate(const Options *o, Pair *pair, GError **error)
{
    for (int i = 0; i < 4; i++) {
        pair->volume[i] = lam_volume_new(&o->grid, 1, error);
        if (pair->volume[i] == NULL)
            return false;
    }
    return true;
}

static bool make_figures(const Options *o, LamFigureKind kind, Pair *pair, GError **error)
{
    if (!allocate(o, pair, error))
        return false;
    size_t n = lam_grid_voxels(&o->grid);
    g_autofree guint8 *labels = g_malloc(n);
    for (int which = 0; which < 2; which++) {
        guint32 seeds[] = {(guint32)o->seed, (guint32)kind, (guint32)which};
        GRand *rand = g_rand_new_with_seed_array(seeds, 3);
        lam_figure_draw(kind, &o->grid, rand, pair->volume[which]->data, labels);
        g_rand_free(rand);
        for (size_t i = 0; i < n; i++)
            pair->volume[2 + which]->data[i] = labels[i];
    }
    return true;
}

/* Fixed and moving are the brains of this seed and of the next. */
static bool make_slices(const Options *o, Pair *pair, GError **error)
{
    if (!allocate(o, pair, error))
        return false;
    for (int which = 0; which < 2; which++) {
        LamPhantomOptions options = lam_phantom_defaults();
        options.seed = (guint32)o->seed + (guint32)which;
        if (!lam_phantom_scan(&options, pair->volume[which], pair->volume[2 + which], error))
            return false;
    }
    return true;
}

/* ---- files ---- */

static char *file_name(const char *prefix, int which)
{
    return g_strdup_printf("%s%s.nii.gz", prefix, names[which]);
}

static bool save(const Options *o, const Pair *pair, const char *prefix, GString *csv,
                 GError **error)
{
    g_autofree char *text =
        g_strdup_printf("lam synth %s --seed %d", o->slices ? "slices" : "figures", o->seed);
    for (int i = 0; i < 4; i++) {
        g_autofree char *name = file_name(prefix, i);
        g_autofree char *path = g_build_filename(o->output, name, NULL);
        LamNiftiType type = i < 2 && !o->slices ? LAM_NIFTI_FLOAT32 : LAM_NIFTI_INT16;
        if (!lam_nifti_save(pair->volume[i], path, type, text, error))
            return false;
        g_string_append_printf(csv, "%s%c", name, i < 3 ? ',' : '\n');
    }
    return true;
}

static bool make_one(const Options *o, LamFigureKind kind, GString *csv, GError **error)
{
    bool several = !o->slices && o->first != o->last;
    g_autofree char *prefix =
        several ? g_strdup_printf("%s_", lam_figure_name(kind)) : g_strdup("");
    Pair pair = {0};
    bool ok = (o->slices ? make_slices(o, &pair, error) : make_figures(o, kind, &pair, error)) &&
              save(o, &pair, prefix, csv, error);
    pair_clear(&pair);
    return ok;
}

static bool make(const Options *o, GError **error)
{
    if (g_mkdir_with_parents(o->output, 0777) != 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot make folder: %s: %s", o->output,
                    g_strerror(errno));
        return false;
    }
    g_autoptr(GString) csv = g_string_new("fixed,moving,fixed_labels,moving_labels\n");
    g_autofree char *path = g_build_filename(o->output, "pairs.csv", NULL);
    int pairs = o->slices ? 1 : (int)(o->last - o->first) + 1;
    for (int i = 0; i < pairs; i++)
        if (!make_one(o, (LamFigureKind)((int)o->first + i), csv, error))
            return false;
    if (!g_file_set_contents(path, csv->str, -1, error))
        return false;
    printf("%s: %d %s with labels, %d×%d pixels of %g mm, seed %d\n", o->output, pairs,
           pairs == 1 ? "pair" : "pairs", o->grid.size[0], o->grid.size[1], o->spacing_mm, o->seed);
    return true;
}

int lam_cli_synth_pairs(int argc, char **argv, bool slices)
{
    g_autoptr(GError) error = NULL;
    Options o = {.slices = slices, .seed = 1, .spacing_mm = 1};
    if (parse(&o, &argc, &argv, &error))
        make(&o, &error);
    g_free(o.kind);
    g_free(o.size);
    g_free(o.output);
    return lam_cli_finish("synth", error);
}
