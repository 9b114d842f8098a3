/* A pair, prepared and encoded once; session-lambda.c does what each λ costs. */
#include "session-private.h"

#include "slice-grid.h"

#include <lambdascope/align.h>
#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/resample.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

#define FLAT_SIZE       256 /* the grid of a slice without a network */
#define FLAT_SPACING_MM 1

void lam_session_free(LamSession *session)
{
    if (session == NULL)
        return;
    LamVolume *volumes[] = {session->fixed, session->moving, session->fixed_model,
                            session->moving_prepared};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        if (volumes[i] != NULL)
            lam_volume_unref(volumes[i]);
    lam_graph_free(session->graph);
    lam_graph_free(session->back);
    lam_graph_free(session->integrator);
    if (session->model != NULL)
        lam_model_unref(session->model);
    g_free(session);
}

/* The grid of 2^n times coarser voxels over the same box. */
static LamGrid coarser(const LamGrid *grid, const int size[3])
{
    LamGrid out = *grid;
    for (int a = 0; a < 3; a++) {
        double factor = (double)grid->size[a] / size[a];
        out.size[a] = size[a];
        for (int r = 0; r < 3; r++) {
            out.to_world.m[r][3] += 0.5 * (factor - 1) * grid->to_world.m[r][a];
            out.to_world.m[r][a] *= factor;
        }
    }
    return out;
}

static bool align(LamSession *session, const LamSessionOptions *options,
                  const LamProgress *progress, GError **error)
{
    if (options->affine != NULL) {
        session->affine = *options->affine;
        session->fit = lam_affine_given(options->affine);
        return true;
    }
    LamProgress part = lam_progress_part(progress, 0.0, 0.7);
    if (options->fit != NULL)
        session->fit = *options->fit;
    else if (!lam_align(session->fixed, session->moving, NULL, &part, &session->fit, error))
        return false;
    session->affine = session->fit.matrix;
    return true;
}

/* Axis-aligned; for slices in their plane, whose normal is the fixed slice's, turned by `turn`. */
static LamGrid grid_around(const LamSession *session, const LamMat4 *turn, LamVec3 centre)
{
    const LamUnetConfig *config = &session->config;
    if (config->size[2] > 1)
        return lam_grid_centred(config->size, config->spacing_mm, centre);
    LamGrid slice = session->fixed->grid;
    slice.to_world = lam_mat4_multiply(turn, &slice.to_world);
    return lam_slice_grid(config->size, config->spacing_mm, lam_slice_normal(&slice), centre);
}

/* The model grid of a symmetric session, as seen from the fixed world. */
static bool place_halfway(LamSession *session, GError **error)
{
    LamMat4 root, back;
    if (!lam_mat4_sqrt(&session->affine, &root) || !lam_mat4_invert(&root, &back)) {
        g_set_error(
            error, LAM_ERROR, LAM_ERROR_ARGUMENT,
            "cannot register symmetrically: the affine: it mirrors or turns by about half a "
            "circle, and has no half-way");
        return false;
    }
    LamVec3 a = lam_mat4_apply(&root, lam_volume_brain_centre_mm(session->fixed));
    LamVec3 b = lam_mat4_apply(&back, lam_volume_brain_centre_mm(session->moving));
    for (int i = 0; i < 3; i++)
        a.v[i] = 0.5 * (a.v[i] + b.v[i]);
    session->model_grid = grid_around(session, &root, a);
    session->model_grid.to_world = lam_mat4_multiply(&back, &session->model_grid.to_world);
    return true;
}

static bool place(LamSession *session, GError **error)
{
    LamMat4 identity = lam_mat4_identity();
    int field_size[3];
    lam_unet_field_size(&session->config, field_size);
    session->fixed_grid =
        grid_around(session, &identity, lam_volume_brain_centre_mm(session->fixed));
    session->model_grid = session->fixed_grid;
    if (session->symmetric && !place_halfway(session, error))
        return false;
    session->field_grid = coarser(&session->model_grid, field_size);
    return true;
}

/* A scan as the network sees it. */
static LamVolume *prepared_fixed(const LamSession *session, LamVolume *scan, GError **error)
{
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, session->config.spacing_mm, error);
    return prepared != NULL
               ? lam_resample(prepared, &session->model_grid, NULL, LAM_LINEAR, 0, error)
               : NULL;
}

static LamVolume *moving_on_grid(const LamSession *session, const LamVolume *prepared,
                                 GError **error)
{
    return lam_resample(prepared, &session->model_grid, &session->affine, LAM_LINEAR, 0, error);
}

/* Both scans. */
static bool prepare(LamSession *session, const LamProgress *progress, GError **error)
{
    lam_progress_report(progress, 0.72, "preparing");
    session->fixed_model = prepared_fixed(session, session->fixed, error);
    if (session->fixed_model == NULL || lam_progress_cancelled(progress, error))
        return false;
    session->moving_prepared =
        lam_volume_prepare(session->moving, session->config.spacing_mm, error);
    return session->moving_prepared != NULL && !lam_progress_cancelled(progress, error);
}

static void put(LamGraph *graph, LamNode *input, const LamVolume *scan)
{
    memcpy(lam_node_value(input), scan->data, lam_grid_voxels(&scan->grid) * sizeof(float));
    lam_graph_touch(graph, input);
}

/* What is asked for at some λ: by sessions, and by those who look into them. */
static void keep(LamGraph *graph, const LamUnet *unet)
{
    lam_graph_keep(graph, unet->velocity);
    lam_graph_keep(graph, unet->log_variance);
    lam_graph_keep(graph, unet->displacement);
    lam_graph_keep(graph, unet->features);
}

/* One network over the pair, from `moving` to `fixed`, both on the model grid. */
static bool encode_one(LamSession *session, const LamVolume *fixed, const LamVolume *moving,
                       LamGraph **graph, LamUnet *unet, const LamProgress *progress, GError **error)
{
    LamParameters *parameters = lam_model_parameters(session->model);
    *graph = lam_graph_new(parameters, false);
    *unet = lam_unet_build(&session->config, *graph, parameters);
    keep(*graph, unet);
    if (!lam_graph_finalise(*graph, error))
        return false;
    put(*graph, unet->fixed, fixed);
    put(*graph, unet->moving, moving);
    lam_unet_set_hyper(unet, *graph, 0.5, session->label_share);
    GCancellable *cancellable = progress != NULL ? progress->cancellable : NULL;
    lam_graph_forward(*graph, unet->displacement, cancellable);
    return !lam_progress_cancelled(progress, error);
}

static bool encode(LamSession *session, const LamProgress *progress, GError **error)
{
    if (session->model == NULL)
        return true;
    lam_progress_report(progress, 0.85, "encoding");
    const LamVolume *fixed = session->fixed_model;
    g_autoptr(LamVolume) moving = moving_on_grid(session, session->moving_prepared, error);
    return moving != NULL &&
           encode_one(session, fixed, moving, &session->graph, &session->unet, progress, error) &&
           (!session->symmetric || encode_one(session, moving, fixed, &session->back,
                                              &session->unet_back, progress, error));
}

static void replace(LamVolume **volume, LamVolume *by)
{
    lam_volume_unref(*volume);
    *volume = lam_volume_ref(by);
}

static void exchange_fixed(LamSession *session, LamVolume *scan, LamVolume *on_grid)
{
    replace(&session->fixed, scan);
    replace(&session->fixed_model, on_grid);
    if (session->graph != NULL)
        put(session->graph, session->unet.fixed, on_grid);
    if (session->back != NULL)
        put(session->back, session->unet_back.moving, on_grid);
}

static void exchange_moving(LamSession *session, LamVolume *scan, LamVolume *prepared,
                            const LamVolume *on_grid)
{
    replace(&session->moving, scan);
    replace(&session->moving_prepared, prepared);
    if (session->graph != NULL)
        put(session->graph, session->unet.moving, on_grid);
    if (session->back != NULL)
        put(session->back, session->unet_back.fixed, on_grid);
}

bool lam_session_exchange(LamSession *session, LamVolume *fixed, LamVolume *moving, GError **error)
{
    g_autoptr(LamVolume) fixed_model = NULL, prepared = NULL, on_grid = NULL;
    if (fixed != NULL && (fixed_model = prepared_fixed(session, fixed, error)) == NULL)
        return false;
    if (moving != NULL) {
        prepared = lam_volume_prepare(moving, session->config.spacing_mm, error);
        on_grid = prepared != NULL ? moving_on_grid(session, prepared, error) : NULL;
        if (on_grid == NULL)
            return false;
        exchange_moving(session, moving, prepared, on_grid);
    }
    if (fixed != NULL)
        exchange_fixed(session, fixed, fixed_model);
    session->exchanges++;
    return true;
}

static bool check_symmetric(const LamSession *session, GError **error)
{
    if (!session->symmetric || session->config.integration_steps > 0)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot register symmetrically: the model: it gives displacements, not velocities");
    return false;
}

static LamUnetConfig config_for(const LamSessionOptions *options)
{
    if (options->model != NULL)
        return *lam_model_config(options->model);
    LamUnetConfig config = lam_unet_config_default();
    if (lam_grid_is_slice(&options->fixed->grid)) {
        config.size[0] = config.size[1] = FLAT_SIZE;
        config.size[2] = 1;
        config.spacing_mm = FLAT_SPACING_MM;
    }
    return config;
}

LamSession *lam_session_open(const LamSessionOptions *options, const LamProgress *progress,
                             GError **error)
{
    if (options->model != NULL &&
        !lam_model_check_pair(options->model, options->fixed, options->moving, error))
        return NULL;
    g_autoptr(LamSession) session = g_new0(LamSession, 1);
    lam_threads_set(0);
    session->model = options->model != NULL ? lam_model_ref(options->model) : NULL;
    session->config = config_for(options);
    session->fixed = lam_volume_ref(options->fixed);
    session->moving = lam_volume_ref(options->moving);
    session->symmetric = options->symmetric;
    session->label_share = options->model != NULL ? lam_model_label_share(options->model) : 0;
    session->document = options->document;
    if (!check_symmetric(session, error) || !align(session, options, progress, error) ||
        !place(session, error) || !prepare(session, progress, error) ||
        !encode(session, progress, error))
        return NULL;
    lam_progress_report(progress, 1, "ready");
    return g_steal_pointer(&session);
}

LamSession *lam_session_new(LamModel *model, LamVolume *fixed, LamVolume *moving,
                            const LamMat4 *affine, guint64 document, const LamProgress *progress,
                            GError **error)
{
    LamSessionOptions options = {
        .model = model, .fixed = fixed, .moving = moving, .affine = affine, .document = document};
    return lam_session_open(&options, progress, error);
}

/* A network for slices has a third component, too, that nothing depends on: out of the plane nothing
 * moves. */
LamVolume *lam_session_vectors_mm(const LamSession *session, const float *u, GError **error)
{
    LamVolume *field = lam_volume_new(&session->field_grid, 3, error);
    if (field == NULL)
        return NULL;
    size_t n = lam_grid_voxels(&field->grid);
    const LamMat4 *to_world = &session->field_grid.to_world;
    double across = session->field_grid.size[2] > 1;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        LamVec3 v = {{(double)u[i], (double)u[n + i], across * (double)u[2 * n + i]}};
        v = lam_mat4_apply_vector(to_world, v);
        for (size_t a = 0; a < 3; a++)
            field->data[a * n + i] = (float)v.v[a];
    }
    return field;
}

const LamMat4 *lam_session_affine(const LamSession *session)
{
    return &session->affine;
}

const LamAffine *lam_session_affine_fit(const LamSession *session)
{
    return &session->fit;
}

LamVolume *lam_session_fixed(const LamSession *session)
{
    return session->fixed;
}

LamVolume *lam_session_moving(const LamSession *session)
{
    return session->moving;
}

bool lam_session_is_symmetric(const LamSession *session)
{
    return session->symmetric;
}

int lam_session_integration_steps(const LamSession *session)
{
    return session->config.integration_steps;
}

LamGraph *lam_session_graph(const LamSession *session)
{
    return session->graph;
}

const LamUnet *lam_session_unet(const LamSession *session)
{
    return &session->unet;
}

const LamGrid *lam_session_model_grid(const LamSession *session)
{
    return &session->model_grid;
}

const LamGrid *lam_session_fixed_grid(const LamSession *session)
{
    return &session->fixed_grid;
}

LamVolume *lam_session_export_field(const LamSession *session, const LamSnapshot *snapshot,
                                    GError **error)
{
    return lam_field_compose_affine(snapshot->field, &session->affine, &session->fixed->grid,
                                    error);
}

LamVolume *lam_session_export_warped(const LamSession *session, const LamSnapshot *snapshot,
                                     GError **error)
{
    g_autoptr(LamVolume) field = lam_session_export_field(session, snapshot, error);
    if (field == NULL)
        return NULL;
    return lam_resample_field(session->moving, &session->fixed->grid, field, LAM_LINEAR, 0, error);
}
