/* What each λ costs: the network's velocity, its flow, and the figures of that. */
#include "session-private.h"

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/ops.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <string.h>

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

static LamSnapshot *snapshot_new(LamSession *session, double lambda)
{
    LamSnapshot *snapshot = g_new0(LamSnapshot, 1);
    g_atomic_ref_count_init(&snapshot->refs);
    snapshot->lambda = lambda;
    snapshot->affine = session->affine;
    snapshot->document = session->document;
    snapshot->generation = ++session->generation;
    snapshot->similarity = NAN;
    return snapshot;
}

static bool check_lambda(const LamSession *session, double lambda, GError **error)
{
    if (session->graph == NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot compute the deformation: the session: it has no network");
    else if (!(lambda >= 0 && lambda <= 1))
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot compute the deformation: λ = %g: must be between 0 and 1", lambda);
    else
        return true;
    return false;
}

bool lam_session_put_lambda(LamSession *session, double lambda, GError **error)
{
    if (!check_lambda(session, lambda, error))
        return false;
    lam_unet_set_hyper(&session->unet, session->graph, lambda, session->label_share);
    if (session->symmetric)
        lam_unet_set_hyper(&session->unet_back, session->back, lambda, session->label_share);
    return true;
}

bool lam_session_set_label_share(LamSession *session, double share, GError **error)
{
    if (session->model == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot set the label share: the session: it has no network");
        return false;
    }
    if (!lam_model_check_label_share(session->model, share, error))
        return false;
    session->label_share = share;
    return true;
}

/* Half the difference of both ways. */
static LamVolume *velocity_both_ways(LamSession *session, GError **error)
{
    lam_graph_forward(session->graph, session->unet.velocity, NULL);
    lam_graph_forward(session->back, session->unet_back.velocity, NULL);
    size_t n = lam_node_count(session->unet.velocity);
    g_autofree float *v = g_new(float, n);
    for (size_t i = 0; i < n; i++)
        v[i] = 0.5f * (lam_node_value(session->unet.velocity)[i] -
                       lam_node_value(session->unet_back.velocity)[i]);
    return lam_session_vectors_mm(session, v, error);
}

LamVolume *lam_session_velocity(LamSession *session, double lambda, GError **error)
{
    if (!lam_session_put_lambda(session, lambda, error))
        return NULL;
    if (session->config.integration_steps == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot compute the velocity: the model: it gives displacements");
        return NULL;
    }
    if (session->symmetric)
        return velocity_both_ways(session, error);
    lam_graph_forward(session->graph, session->unet.velocity, NULL);
    return lam_session_vectors_mm(session, lam_node_value(session->unet.velocity), error);
}

/* By the network itself, where it alone has been asked. */
static bool run_network(LamSession *session, LamSnapshot *snapshot, GError **error)
{
    lam_graph_forward(session->graph, session->unet.displacement, NULL);
    snapshot->field =
        lam_session_vectors_mm(session, lam_node_value(session->unet.displacement), error);
    if (snapshot->field == NULL || session->config.integration_steps == 0)
        return snapshot->field != NULL;
    snapshot->velocity =
        lam_session_vectors_mm(session, lam_node_value(session->unet.velocity), error);
    return snapshot->velocity != NULL;
}

/* The flow of a symmetric session is computed on the model grid: on the coarser one, exp(v) and exp(-v) are
 * too roughly each other's inverse. */
static bool flow_symmetric(LamSession *session, const LamVolume *coarse, LamSnapshot *snapshot,
                           GError **error)
{
    snapshot->velocity = lam_resample_clamped(coarse, &session->model_grid, error);
    if (snapshot->velocity != NULL)
        snapshot->field = lam_field_exponential(snapshot->velocity, 1, error);
    return snapshot->field != NULL;
}

static bool run_both_ways(LamSession *session, LamSnapshot *snapshot, GError **error)
{
    g_autoptr(LamVolume) coarse = velocity_both_ways(session, error);
    return coarse != NULL && flow_symmetric(session, coarse, snapshot, error);
}

static bool finish(LamSession *session, LamSnapshot *snapshot, bool with_similarity, gint64 began,
                   GError **error)
{
    snapshot->milliseconds = 1e-3 * (double)(g_get_monotonic_time() - began);
    return lam_field_statistics(snapshot->field, &snapshot->statistics, &snapshot->jacobian,
                                error) &&
           (!with_similarity || measure_similarity(session, snapshot, error));
}

LamSnapshot *lam_session_set_lambda(LamSession *session, double lambda, bool with_similarity,
                                    GError **error)
{
    gint64 began = g_get_monotonic_time();
    if (!lam_session_put_lambda(session, lambda, error))
        return NULL;
    g_autoptr(LamSnapshot) snapshot = snapshot_new(session, lambda);
    if (!(session->symmetric ? run_both_ways : run_network)(session, snapshot, error) ||
        !finish(session, snapshot, with_similarity, began, error))
        return NULL;
    return g_steal_pointer(&snapshot);
}

static bool make_integrator(LamSession *session, GError **error)
{
    if (session->integrator != NULL)
        return true;
    g_autoptr(LamGraph) graph = lam_graph_new(NULL, false);
    session->integrator_in =
        lam_graph_input(graph, "velocity", lam_node_shape(session->unet.velocity));
    session->integrator_out =
        lam_op_integrate(graph, session->integrator_in, session->config.integration_steps);
    if (!lam_graph_finalise(graph, error))
        return false;
    session->integrator = g_steal_pointer(&graph);
    return true;
}

/* The inverse of lam_session_vectors_mm. */
static bool put_velocity(const LamSession *session, const LamVolume *velocity, GError **error)
{
    LamMat4 to_voxel;
    size_t n = lam_grid_voxels(&session->field_grid);
    float *to = lam_node_value(session->integrator_in);
    if (!lam_mat4_invert(&session->field_grid.to_world, &to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot integrate the velocity: the field: its matrix is singular");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        LamVec3 v = {{(double)velocity->data[i], (double)velocity->data[n + i],
                      (double)velocity->data[2 * n + i]}};
        v = lam_mat4_apply_vector(&to_voxel, v);
        for (size_t a = 0; a < 3; a++)
            to[a * n + i] = (float)v.v[a];
    }
    lam_graph_touch(session->integrator, session->integrator_in);
    return true;
}

static bool flow(LamSession *session, const LamVolume *velocity, LamSnapshot *snapshot,
                 GError **error)
{
    if (!make_integrator(session, error) || !put_velocity(session, velocity, error))
        return false;
    lam_graph_forward(session->integrator, session->integrator_out, NULL);
    snapshot->velocity = lam_volume_ref((LamVolume *)velocity);
    snapshot->field =
        lam_session_vectors_mm(session, lam_node_value(session->integrator_out), error);
    return snapshot->field != NULL;
}

LamSnapshot *lam_session_integrate(LamSession *session, const LamVolume *velocity, double lambda,
                                   bool with_similarity, gint64 began, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = snapshot_new(session, lambda);
    if (!(session->symmetric ? flow_symmetric : flow)(session, velocity, snapshot, error) ||
        !finish(session, snapshot, with_similarity, began, error))
        return NULL;
    return g_steal_pointer(&snapshot);
}

LamSnapshot *lam_session_snapshot_of(LamSession *session, LamVolume *velocity, double lambda,
                                     gint64 began, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = snapshot_new(session, lambda);
    snapshot->velocity = lam_volume_ref(velocity);
    snapshot->field = lam_field_exponential(velocity, 1, error);
    if (snapshot->field == NULL || !finish(session, snapshot, true, began, error))
        return NULL;
    return g_steal_pointer(&snapshot);
}

LamTransform *lam_snapshot_transform(const LamSnapshot *snapshot)
{
    g_autoptr(LamTransform) deformation =
        snapshot->velocity != NULL
            ? lam_transform_new_flow_of(snapshot->velocity, snapshot->field, 1)
            : lam_transform_new_displacement(snapshot->field);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&snapshot->affine);
    return lam_transform_compose(deformation, affine);
}
