/* Scans that nobody took, from label maps or from nothing. */
#include "synth-scans.h"

#include <errno.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <lambdascope/synthesis.h>
#include <stdio.h>

typedef struct {
    bool shapes;
    char **maps; /* label maps, NULL-terminated */
    char *table, *output, *size;
    int seed, count, labels;
    double spacing_mm, scale_mm;
    LamGrid grid;
} Options;

static bool misuse(GError **error, const char *message)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return false;
}

static bool parse_size(const char *text, int size[3])
{
    char rest;
    int n = sscanf(text, "%dx%dx%d%c", &size[0], &size[1], &size[2], &rest);
    if (n == 2)
        size[2] = 1;
    bool ok = n == 2 || n == 3;
    for (int a = 0; ok && a < 3; a++)
        ok = size[a] >= (a < 2 ? 8 : 1) && size[a] <= 512;
    return ok;
}

static bool check(Options *o, GError **error)
{
    int size[3];
    if (!lam_cli_require(o->output, "output", error) ||
        (!o->shapes && (!lam_cli_require(o->table, "table", error) ||
                        !lam_cli_require(o->maps != NULL ? "" : NULL, "labels", error))))
        return false;
    if (!parse_size(o->size != NULL ? o->size : "80x96x80", size))
        return misuse(error, "--size: 2 or 3 numbers up to 512 as 80x96x80");
    if (!(o->spacing_mm >= 0.2 && o->spacing_mm <= 10))
        return misuse(error, "--spacing: from 0.2 to 10");
    if (o->count < 1 || o->count > 10000)
        return misuse(error, "--count: from 1 to 10000");
    if (o->labels < 2 || o->labels > 255 || !(o->scale_mm >= 1))
        return misuse(error, "--shapes: from 2 to 255; --scale: at least 1");
    o->grid = lam_grid_centred(size, o->spacing_mm, (LamVec3){{0, 0, 0}});
    return true;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = o->shapes ? "shapes" : "brains",
        .summary = "Makes scans of random contrast with their label maps: what trains a network\n"
                   "that does not depend on contrast.",
        .description =
            "Each sample is written as sample-NNN.nii.gz and sample-NNN_labels.nii.gz. The table\n"
            "of brains is a CSV with the columns value, structure_value, structure and\n"
            "intensity_class; labels of one class look alike.",
        .positional = 1,
    };
    const GOptionEntry common[] = {
        {"seed", 's', 0, G_OPTION_ARG_INT, &o->seed, "Which samples (default 1)", "N"},
        {"count", 'n', 0, G_OPTION_ARG_INT, &o->count, "How many (default 1)", "N"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o->size, "Voxels (default 80x96x80); 2-D: 96x96",
         "WxHxD"},
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, &o->spacing_mm, "Size of a voxel (default 2)", "MM"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Folder to write into (made if absent)", "DIR"},
    };
    const GOptionEntry brains[] = {
        {"labels", 'l', 0, G_OPTION_ARG_FILENAME_ARRAY, &o->maps,
         "Label map of a head; may be given several times", "FILE"},
        {"table", 0, 0, G_OPTION_ARG_FILENAME, &o->table, "What its values mean", "CSV"},
    };
    const GOptionEntry shapes[] = {
        {"shapes", 0, 0, G_OPTION_ARG_INT, &o->labels, "Number of labels (default 16)", "N"},
        {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &o->scale_mm, "Size of the shapes (default 32)", "MM"},
    };
    GOptionEntry entries[8] = {{NULL}};
    const GOptionEntry *own = o->shapes ? shapes : brains;
    for (int i = 0; i < 5; i++)
        entries[i] = common[i];
    for (int i = 0; i < 2; i++)
        entries[5 + i] = own[i];
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

static LamLabelMap *load_map(const Options *o, int sample, GError **error)
{
    const char *path = o->maps[sample % (int)g_strv_length(o->maps)];
    g_autoptr(LamLabelTable) table = lam_label_table_load(o->table, error);
    g_autoptr(LamVolume) labels = table != NULL ? lam_scan_load(path, 0, error) : NULL;
    return labels != NULL ? lam_label_map_new(labels, table, error) : NULL;
}

/* From the grid about the origin to the brain of the map. */
static LamMat4 placement_of(const LamLabelMap *map)
{
    LamVec3 c = lam_label_map_centre_mm(map);
    return lam_mat4_translation(c.v[0], c.v[1], c.v[2]);
}

static bool save(const Options *o, int sample, const LamVolume *volume, const char *suffix,
                 LamNiftiType type, GError **error)
{
    g_autofree char *name = g_strdup_printf("sample-%03d%s.nii.gz", sample + 1, suffix);
    g_autofree char *path = g_build_filename(o->output, name, NULL);
    g_autofree char *text = g_strdup_printf("lam synth --seed %d", o->seed);
    return lam_nifti_save(volume, path, type, text, error);
}

static bool make_one(const Options *o, int sample, GRand *rand, GError **error)
{
    g_autoptr(LamLabelMap) map =
        o->shapes ? lam_label_map_random(&o->grid, o->labels, o->scale_mm, rand, error)
                  : load_map(o, sample, error);
    g_autoptr(LamVolume) image = map != NULL ? lam_volume_new(&o->grid, 1, error) : NULL;
    g_autoptr(LamVolume) values = image != NULL ? lam_volume_new(&o->grid, 1, error) : NULL;
    if (values == NULL)
        return false;
    LamSynthesisOptions options = o->shapes ? lam_synthesis_shapes() : lam_synthesis_brains();
    LamMat4 placement = placement_of(map);
    size_t n = lam_grid_voxels(&o->grid);
    g_autofree guint8 *labels = g_malloc(n);
    if (!lam_synthesis_draw(map, &options, &o->grid, &placement, rand, image->data, labels, error))
        return false;
    for (size_t i = 0; i < n; i++)
        values->data[i] = (float)map->table->label[labels[i]].value;
    return save(o, sample, image, "", LAM_NIFTI_FLOAT32, error) &&
           save(o, sample, values, "_labels", LAM_NIFTI_INT16, error);
}

static bool make(const Options *o, GError **error)
{
    if (g_mkdir_with_parents(o->output, 0777) != 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot make folder: %s: %s", o->output,
                    g_strerror(errno));
        return false;
    }
    bool ok = true;
    for (int i = 0; ok && i < o->count; i++) {
        guint32 seeds[] = {(guint32)o->seed, (guint32)i};
        GRand *rand = g_rand_new_with_seed_array(seeds, 2);
        ok = make_one(o, i, rand, error);
        g_rand_free(rand);
    }
    if (ok)
        printf("%s: %d samples of %d×%d×%d voxels of %g mm\n", o->output, o->count, o->grid.size[0],
               o->grid.size[1], o->grid.size[2], o->spacing_mm);
    return ok;
}

int lam_cli_synth_scans(int argc, char **argv, bool shapes)
{
    g_autoptr(GError) error = NULL;
    Options o = {
        .shapes = shapes, .seed = 1, .count = 1, .labels = 16, .spacing_mm = 2, .scale_mm = 32};
    if (parse(&o, &argc, &argv, &error))
        make(&o, &error);
    g_strfreev(o.maps);
    g_free(o.table);
    g_free(o.output);
    g_free(o.size);
    return lam_cli_finish("synth", error);
}
