/* From a scan to a label map, by what a registration network knows of it. */
#include <lambdascope/structures.h>

#include "structure-choose.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/resample.h>
#include <lambdascope/unet.h>
#include <math.h>
#include <string.h>

#define LEAST_SPACING_MM 0.25
#define MOST_SPACING_MM  20

static bool check_spacing(double spacing_mm, GError **error)
{
    if (spacing_mm == 0 || (spacing_mm >= LEAST_SPACING_MM && spacing_mm <= MOST_SPACING_MM))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot tell structures: spacing of %g mm: must be within %g and %g", spacing_mm,
                LEAST_SPACING_MM, (double)MOST_SPACING_MM);
    return false;
}

static bool check_brain(const LamModel *model, const LamVolume *scan, GError **error)
{
    if (lam_model_config(model)->size[2] > 1 && scan->grid.size[2] > 1)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot tell structures: %s: it is a slice",
                scan->path != NULL ? scan->path : "the scan");
    return false;
}

/* ---- the network ---- */

typedef struct {
    LamGraph *graph;
    LamUnet unet;
} Network;

static void network_clear(Network *network)
{
    lam_graph_free(network->graph);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Network, network_clear)

/* Only what one scan's structures need is computed. */
static bool open_network(Network *network, const LamModel *model, GError **error)
{
    LamParameters *parameters = lam_model_parameters(model);
    network->graph = lam_graph_new(parameters, false);
    network->unet = lam_unet_build(lam_model_config(model), network->graph, parameters);
    lam_graph_keep(network->graph, network->unet.fixed_structures);
    return lam_graph_finalise(network->graph, error);
}

static bool show_scan(Network *network, const LamModel *model, const LamVolume *scan,
                      const LamGrid *grid, GError **error)
{
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, lam_model_spacing_mm(model), error);
    g_autoptr(LamVolume) seen =
        prepared != NULL ? lam_resample(prepared, grid, NULL, LAM_LINEAR, 0, error) : NULL;
    if (seen == NULL)
        return false;
    memcpy(lam_node_value(network->unet.fixed), seen->data, lam_grid_voxels(grid) * sizeof(float));
    lam_graph_touch(network->graph, network->unet.fixed);
    return true;
}

/* ---- probabilities ---- */

static const float no_bias[256] = {0};

/* [voxel][structures], none of them first; free with lam_free. */
static float *probabilities(const Network *network, size_t structures, GError **error)
{
    LamShape shape = lam_node_shape(network->unet.fixed_structures);
    size_t voxels = (size_t)shape.d * (size_t)shape.h * (size_t)shape.w;
    const float *score = lam_node_value(network->unet.fixed_structures);
    float *p = lam_alloc_floats(voxels * structures, "probabilities", error);
    if (p != NULL)
        lam_structure_soften(score, no_bias, voxels, (int)structures, p);
    return p;
}

/* ---- the map ---- */

static LamGrid box(const LamModel *model, double spacing_mm, LamVec3 centre)
{
    int size[3];
    double own = lam_model_spacing_mm(model);
    lam_model_size(model, size);
    for (int a = 0; a < 3; a++)
        size[a] = size[a] > 1 ? MAX(1, (int)lrint(size[a] * own / spacing_mm)) : 1;
    return lam_grid_centred(size, spacing_mm, centre);
}

static LamVolume *choose(const Network *network, const LamModel *model, GPtrArray *structures,
                         const LamGrid *grid, LamVec3 centre, GError **error)
{
    size_t count = structures->len + 1;
    LamShape shape = lam_node_shape(network->unet.fixed_structures);
    int size[3], value[256] = {0};
    for (guint i = 0; i < structures->len; i++)
        value[i + 1] = ((const LamStructure *)structures->pdata[i])->value;
    lam_model_size(model, size);
    LamGrid from = box(model, lam_model_spacing_mm(model) * size[0] / shape.w, centre);
    g_autoptr(LamVolume) labels = lam_volume_new(grid, 1, error);
    float *p = labels != NULL ? probabilities(network, count, error) : NULL;
    bool ok = p != NULL && lam_structure_choose(p, (int)count, value, &from, labels, error);
    lam_free(p);
    return ok ? g_steal_pointer(&labels) : NULL;
}

static LamVolume *estimate(LamModel *model, GPtrArray *structures, const LamVolume *scan,
                           double spacing_mm, const LamProgress *progress, GError **error)
{
    g_auto(Network) network = {0};
    LamVec3 centre = lam_volume_brain_centre_mm(scan);
    LamGrid seen = box(model, lam_model_spacing_mm(model), centre);
    LamGrid grid = box(model, spacing_mm, centre);
    lam_progress_report(progress, 0.1, NULL);
    if (!open_network(&network, model, error) || !show_scan(&network, model, scan, &seen, error) ||
        lam_progress_cancelled(progress, error))
        return NULL;
    lam_progress_report(progress, 0.3, NULL);
    lam_graph_forward(network.graph, network.unet.fixed_structures,
                      progress != NULL ? progress->cancellable : NULL);
    if (lam_progress_cancelled(progress, error))
        return NULL;
    lam_progress_report(progress, 0.8, NULL);
    return choose(&network, model, structures, &grid, centre, error);
}

LamVolume *lam_structures_estimate(LamModel *model, const LamVolume *scan, double spacing_mm,
                                   const LamProgress *progress, GError **error)
{
    g_autoptr(GPtrArray) structures = lam_structures_of(model, error);
    if (structures == NULL || !check_spacing(spacing_mm, error) || !check_brain(model, scan, error))
        return NULL;
    double fine = spacing_mm > 0 ? spacing_mm : 0.5 * lam_model_spacing_mm(model);
    g_autoptr(LamVolume) labels = estimate(model, structures, scan, fine, progress, error);
    if (labels == NULL || spacing_mm > 0)
        return g_steal_pointer(&labels);
    return lam_resample(labels, &scan->grid, NULL, LAM_NEAREST, 0, error);
}
