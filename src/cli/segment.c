/* lam segment: a label map of a scan, as a network that tells structures apart takes it to be. */
#include "chain.h"
#include "cli.h"

#include <lambdascope/scan.h>
#include <lambdascope/label_table.h>
#include <lambdascope/metrics.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/resample.h>
#include <lambdascope/structures.h>
#include <stdio.h>

typedef struct {
    char *model, *output, *names, *truth, *structures;
    double spacing_mm;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "SCAN",
        .summary = "Estimates a label map of a scan, of any contrast, and prints the volumes.",
        .description =
            "By the part of a registration network that tells structures apart, on its grid of\n"
            "2 mm: for outlines and regions, not for measurements. Values are FreeSurfer's. The\n"
            "overlap of two such maps is no evidence of how well their scans are registered: the\n"
            "network that registers them sees the same.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Label map to write", "FILE"},
        {"names", 'n', 0, G_OPTION_ARG_FILENAME, &o->names,
         "Table of values and names to write (CSV)", "FILE"},
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, &o->spacing_mm,
         "Write a box around the brain in voxels of this size (default: the scan's grid)", "MM"},
        {"truth", 't', 0, G_OPTION_ARG_FILENAME, &o->truth,
         "Label map of the scan to compare with: Dice of each structure", "FILE"},
        {"structures", 's', 0, G_OPTION_ARG_FILENAME, &o->structures,
         "What its values are for the model (value,structure_value; default: the same)", "CSV"},
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model that tells structures apart (default " LAM_CONTRASTS_MODEL ")", "NAME|FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error);
}

static bool check_outputs(const Options *o, const char *scan, GError **error)
{
    const char *inputs[] = {scan, o->truth, NULL};
    return lam_cli_check_image_output(o->output, inputs, error) &&
           lam_cli_check_output(o->names, inputs, error) &&
           lam_cli_check_distinct(o->output, o->names, error);
}

/* ---- what is printed ---- */

/* Of each structure the volume and, with a truth, Dice and how its volume compares; their mean where the truth has
 * the structure. */
static void print_structures(GPtrArray *structures, const LamVolume *labels, const LamVolume *truth)
{
    LamVec3 mm = lam_grid_spacing_mm(&labels->grid);
    double ml = 1e-3 * mm.v[0] * mm.v[1] * mm.v[2], sum = 0;
    int n = (int)structures->len, counted = 0;
    g_autofree int *value = g_new(int, n);
    g_autofree size_t *here = g_new0(size_t, n), *there = g_new0(size_t, n);
    g_autofree double *dice = g_new0(double, n);
    for (int i = 0; i < n; i++)
        value[i] = ((const LamStructure *)structures->pdata[i])->value;
    lam_label_voxels(labels, value, n, here);
    if (truth != NULL) {
        lam_label_voxels(truth, value, n, there);
        lam_dice_many(labels, truth, value, n, dice);
    }
    for (int i = 0; i < n; i++) {
        printf("%5d  %8.2f ml  ", value[i], ml * (double)here[i]);
        if (there[i] > 0) {
            printf("Dice %.3f, volume × %.2f  ", dice[i], (double)here[i] / (double)there[i]);
            sum += dice[i];
            counted++;
        }
        puts(((const LamStructure *)structures->pdata[i])->name);
    }
    if (counted > 0)
        printf("mean Dice of %d structures %.4f\n", counted, sum / counted);
}

/* ---- */

/* What is asked for, before anything is computed. */
static bool load(const Options *o, const char *path, LamVolume **scan, LamVolume **truth,
                 LamLabelTable **table, GError **error)
{
    return check_outputs(o, path, error) && (*scan = lam_scan_load(path, 0, error)) != NULL &&
           lam_cli_load_optional(o->truth, truth, error) &&
           (o->structures == NULL || (*table = lam_label_table_load(o->structures, error)) != NULL);
}

static LamVolume *estimate(LamModel *model, const LamVolume *scan, double spacing_mm,
                           GError **error)
{
    LamProgress progress = lam_cli_progress();
    LamVolume *labels = lam_structures_estimate(model, scan, spacing_mm, &progress, error);
    lam_cli_progress_done();
    return labels;
}

static bool tell(const LamModel *model, const LamVolume *labels, const LamVolume *truth,
                 const LamLabelTable *table, GError **error)
{
    g_autoptr(GPtrArray) structures = lam_structures_of(model, error);
    g_autoptr(LamVolume) there =
        truth != NULL ? lam_resample(truth, &labels->grid, NULL, LAM_NEAREST, 0, error) : NULL;
    if (structures == NULL || (truth != NULL && there == NULL))
        return false;
    if (there != NULL && table != NULL)
        lam_label_table_apply(table, there);
    print_structures(structures, labels, there);
    return true;
}

static bool segment(const Options *o, const char *path, GError **error)
{
    g_autoptr(LamVolume) scan = NULL;
    g_autoptr(LamVolume) truth = NULL;
    g_autoptr(LamLabelTable) table = NULL;
    if (!load(o, path, &scan, &truth, &table, error))
        return false;
    g_autofree char *found =
        lam_model_find(o->model != NULL ? o->model : LAM_CONTRASTS_MODEL, error);
    g_autoptr(LamModel) model = found != NULL ? lam_model_load(found, error) : NULL;
    g_autoptr(LamVolume) labels =
        model != NULL ? estimate(model, scan, o->spacing_mm, error) : NULL;
    return labels != NULL &&
           (o->output == NULL || lam_structures_save(model, labels, o->output, error)) &&
           (o->names == NULL || lam_structures_save_names(model, o->names, error)) &&
           tell(model, labels, truth, table, error);
}

int lam_cli_segment(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    if (parse(&o, &argc, &argv, &error))
        segment(&o, argv[1], &error);
    g_free(o.model);
    g_free(o.output);
    g_free(o.names);
    g_free(o.truth);
    g_free(o.structures);
    return lam_cli_finish("segment", error);
}
