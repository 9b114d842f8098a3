/* Pair in, field out: preparation once, then λ. */
#include <lambdascope/session.h>

#include <lambdascope/affine.h>
#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

struct LamSession {
    LamModel *model;
    LamVolume *fixed, *moving;  /* as loaded */
    LamVolume *fixed_model;     /* prepared, on the model grid */
    LamVolume *moving_prepared; /* prepared, on its own grid */
    LamMat4 affine;
    double correlation;
    LamGrid model_grid, field_grid;
    LamGraph *graph;
    LamUnet unet;
    guint64 document, generation;
};

LamSnapshot *lam_snapshot_ref(LamSnapshot *snapshot)
{
    g_atomic_ref_count_inc(&snapshot->refs);
    return snapshot;
}

void lam_snapshot_unref(LamSnapshot *snapshot)
{
    if (snapshot == NULL || !g_atomic_ref_count_dec(&snapshot->refs))
        return;
    g_clear_pointer(&snapshot->field, lam_volume_unref);
    g_clear_pointer(&snapshot->velocity, lam_volume_unref);
    g_clear_pointer(&snapshot->jacobian, lam_volume_unref);
    g_free(snapshot);
}

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

static bool align(LamSession *session, const LamMat4 *affine, const LamProgress *progress,
                  GError **error)
{
    session->correlation = NAN;
    if (affine != NULL) {
        session->affine = *affine;
        return true;
    }
    LamAffine result;
    LamProgress part = lam_progress_part(progress, 0.0, 0.7);
    if (!lam_affine_register(session->fixed, session->moving, NULL, &part, &result, error))
        return false;
    session->affine = result.matrix;
    session->correlation = result.correlation;
    return true;
}

/* Both scans as the network sees them. */
static bool prepare(LamSession *session, const LamProgress *progress, GError **error)
{
    const LamUnetConfig *config = lam_model_config(session->model);
    int field_size[3];
    lam_unet_field_size(config, field_size);
    session->model_grid = lam_grid_centred(config->size, config->spacing_mm,
                                           lam_volume_brain_centre_mm(session->fixed));
    session->field_grid = coarser(&session->model_grid, field_size);
    lam_progress_report(progress, 0.72, "preparing");
    g_autoptr(LamVolume) fixed = lam_volume_prepare(session->fixed, config->spacing_mm, error);
    if (fixed == NULL)
        return false;
    session->fixed_model = lam_resample(fixed, &session->model_grid, NULL, LAM_LINEAR, 0, error);
    if (session->fixed_model == NULL || lam_progress_cancelled(progress, error))
        return false;
    session->moving_prepared = lam_volume_prepare(session->moving, config->spacing_mm, error);
    return session->moving_prepared != NULL && !lam_progress_cancelled(progress, error);
}

static bool encode(LamSession *session, const LamProgress *progress, GError **error)
{
    lam_progress_report(progress, 0.85, "encoding");
    session->graph = lam_graph_new(lam_model_parameters(session->model), false);
    session->unet = lam_unet_build(lam_model_config(session->model), session->graph,
                                   lam_model_parameters(session->model));
    g_autoptr(LamVolume) moving = lam_resample(session->moving_prepared, &session->model_grid,
                                               &session->affine, LAM_LINEAR, 0, error);
    if (moving == NULL || !lam_graph_finalise(session->graph, error))
        return false;
    size_t bytes = lam_grid_voxels(&session->model_grid) * sizeof(float);
    memcpy(lam_node_value(session->unet.fixed), session->fixed_model->data, bytes);
    memcpy(lam_node_value(session->unet.moving), moving->data, bytes);
    lam_unet_set_lambda(&session->unet, session->graph, 0.5);
    GCancellable *cancellable = progress != NULL ? progress->cancellable : NULL;
    lam_graph_forward(session->graph, session->unet.displacement, cancellable);
    return !lam_progress_cancelled(progress, error);
}

LamSession *lam_session_new(LamModel *model, LamVolume *fixed, LamVolume *moving,
                            const LamMat4 *affine, guint64 document, const LamProgress *progress,
                            GError **error)
{
    g_autoptr(LamSession) session = g_new0(LamSession, 1);
    lam_threads_set(0);
    session->model = lam_model_ref(model);
    session->fixed = lam_volume_ref(fixed);
    session->moving = lam_volume_ref(moving);
    session->document = document;
    if (!align(session, affine, progress, error) || !prepare(session, progress, error) ||
        !encode(session, progress, error))
        return NULL;
    lam_progress_report(progress, 1, "ready");
    return g_steal_pointer(&session);
}

/* Network voxels of the field grid to mm: the grid is axis-aligned RAS, so a factor does it. */
static LamVolume *vectors_mm(const LamSession *session, LamNode *node, GError **error)
{
    LamVolume *field = lam_volume_new(&session->field_grid, 3, error);
    if (field == NULL)
        return NULL;
    size_t n = lam_grid_voxels(&field->grid);
    const float *u = lam_node_value(node);
    for (int a = 0; a < 3; a++) {
        float mm = (float)session->field_grid.to_world.m[a][a];
        for (size_t i = 0; i < n; i++)
            field->data[a * n + i] = u[a * n + i] * mm;
    }
    return field;
}

static bool measure_similarity(const LamSession *session, LamSnapshot *snapshot, GError **error)
{
    g_autoptr(LamVolume) total =
        lam_field_compose_affine(snapshot->field, &session->affine, &session->model_grid, error);
    if (total == NULL)
        return false;
    g_autoptr(LamVolume) warped = lam_resample_field(session->moving_prepared, &session->model_grid,
                                                     total, LAM_LINEAR, 0, error);
    if (warped == NULL)
        return false;
    snapshot->similarity = lam_correlation(session->fixed_model->data, warped->data,
                                           lam_grid_voxels(&session->model_grid));
    return true;
}

LamSnapshot *lam_session_set_lambda(LamSession *session, double lambda, bool with_similarity,
                                    GError **error)
{
    if (!(lambda >= 0 && lambda <= 1)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot compute the deformation: λ = %g: must be between 0 and 1", lambda);
        return NULL;
    }
    g_autoptr(LamSnapshot) snapshot = g_new0(LamSnapshot, 1);
    g_atomic_ref_count_init(&snapshot->refs);
    gint64 start = g_get_monotonic_time();
    snapshot->lambda = lambda;
    snapshot->affine = session->affine;
    snapshot->document = session->document;
    snapshot->generation = ++session->generation;
    snapshot->similarity = NAN;
    lam_unet_set_lambda(&session->unet, session->graph, snapshot->lambda);
    lam_graph_forward(session->graph, session->unet.displacement, NULL);
    snapshot->field = vectors_mm(session, session->unet.displacement, error);
    snapshot->velocity =
        snapshot->field != NULL ? vectors_mm(session, session->unet.velocity, error) : NULL;
    if (snapshot->velocity == NULL)
        return NULL;
    snapshot->milliseconds = 1e-3 * (double)(g_get_monotonic_time() - start);
    if (!lam_field_statistics(snapshot->field, &snapshot->statistics, &snapshot->jacobian, error) ||
        (with_similarity && !measure_similarity(session, snapshot, error)))
        return NULL;
    return g_steal_pointer(&snapshot);
}

LamTransform *lam_snapshot_transform(const LamSnapshot *snapshot)
{
    g_autoptr(LamTransform) flow =
        lam_transform_new_flow_of(snapshot->velocity, snapshot->field, 1);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&snapshot->affine);
    return lam_transform_compose(flow, affine);
}

const LamMat4 *lam_session_affine(const LamSession *session)
{
    return &session->affine;
}

double lam_session_affine_correlation(const LamSession *session)
{
    return session->correlation;
}

LamVolume *lam_session_fixed(const LamSession *session)
{
    return session->fixed;
}

LamVolume *lam_session_moving(const LamSession *session)
{
    return session->moving;
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
