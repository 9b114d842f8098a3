#include "refine-level.h"

#include <lambdascope/error.h>
#include <lambdascope/loss.h>
#include <lambdascope/ops.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <string.h>

#define SQUARINGS    5
#define FOLD_WEIGHT  1.0f
#define FOLD_MARGIN  0.1f
#define RATE_MM      0.4 /* longest step of a component, before smoothing */
#define SMOOTHING_MM 2.0 /* standard deviation of the Gaussian over a step */
#define BETA1        0.9
#define BETA2        0.999
#define EPSILON      1e-8

struct LamRefineGraph {
    LamGrid image_grid, field_grid;
    double label_weight, landmark_weight;
    LamGraph *graph;
    LamNode *fixed, *moving, *weight, *lambda, *velocity;
    LamNode *fixed_labels, *moving_labels, *points, *targets; /* NULL without the term */
    LamLoss base;
    LamNode *labels, *landmarks, *loss;
    float *first, *second; /* moments of Adam */
    LamVolume *step;
    int steps;
};

void lam_refine_graph_free(LamRefineGraph *g)
{
    if (g == NULL)
        return;
    lam_graph_free(g->graph);
    g_free(g->first);
    g_free(g->second);
    lam_volume_unref(g->step);
    g_free(g);
}

/* The grid of about the given spacing over the same box; a slice stays one. */
static LamGrid grid_over(const LamGrid *box, double spacing_mm)
{
    LamGrid out = *box;
    LamVec3 had = lam_grid_spacing_mm(box);
    for (int a = 0; a < 3; a++) {
        if (box->size[a] == 1)
            continue;
        out.size[a] = MAX(1, (int)lrint(box->size[a] * had.v[a] / spacing_mm));
        double factor = (double)box->size[a] / out.size[a];
        for (int r = 0; r < 3; r++) {
            out.to_world.m[r][3] += 0.5 * (factor - 1) * box->to_world.m[r][a];
            out.to_world.m[r][a] *= factor;
        }
    }
    return out;
}

/* ---- the graph ---- */

static LamShape shape_of(const LamGrid *grid, int channels)
{
    return (LamShape){channels, grid->size[2], grid->size[1], grid->size[0]};
}

static double spacing_mm(const LamGrid *grid)
{
    if (grid->size[2] == 1) /* how thick a slice is does not matter */
        return lam_grid_spacing_mm(grid).v[0];
    return cbrt(fabs(lam_mat4_det3(&grid->to_world)));
}

/* What the roughness weighs, so that a λ gives fields about as rough as with NCC; measured on brains
 * (docs/registration.md). */
static double smoothness(LamSimilarity similarity)
{
    if (similarity == LAM_SIMILARITY_NMI)
        return 2.2;
    return similarity == LAM_SIMILARITY_MSE ? 3.7 : LAM_LOSS_SMOOTHNESS;
}

static void build(LamRefineGraph *g, const LamRefineOptions *o, const LamRefineLabels *labels)
{
    LamShape image = shape_of(&g->image_grid, 1);
    g->graph = lam_graph_new(NULL, true);
    g->fixed = lam_graph_input(g->graph, "fixed", image);
    g->moving = lam_graph_input(g->graph, "moving", image);
    g->lambda = lam_graph_input(g->graph, "lambda", (LamShape){1, 1, 1, 1});
    g->velocity = lam_graph_variable(g->graph, "velocity", shape_of(&g->field_grid, 3));
    if (o->fixed_mask != NULL)
        g->weight = lam_graph_input(g->graph, "weight", image);
    LamNode *d = lam_op_integrate(g->graph, g->velocity, SQUARINGS);
    LamLossOptions terms = lam_loss_options_default();
    terms.similarity = o->similarity;
    terms.smoothness = smoothness(o->similarity);
    LamLossInputs inputs = {.fixed = g->fixed,
                            .moving = g->moving,
                            .weight = g->weight,
                            .lambda = g->lambda,
                            .displacement = d};
    g->base = lam_loss_build(g->graph, &inputs, &terms);
    LamNode *folds = lam_op_folds(g->graph, d, FOLD_MARGIN);
    g->loss = lam_op_sum(g->graph, g->base.loss, folds, FOLD_WEIGHT);
    if (labels->n > 0) {
        g->fixed_labels = lam_graph_input(g->graph, "fixed labels", image);
        g->moving_labels = lam_graph_input(g->graph, "moving labels", image);
        g->labels = lam_op_label_dice(g->graph, g->fixed_labels, g->moving_labels, g->base.full,
                                      labels->n, 0);
        g->loss = lam_op_sum(g->graph, g->loss, g->labels, (float)o->label_weight);
    }
    if (o->n_points > 0) {
        LamShape points = {3, 1, 1, o->n_points};
        g->points = lam_graph_input(g->graph, "points", points);
        g->targets = lam_graph_input(g->graph, "targets", points);
        LamNode *at = lam_op_sample(g->graph, d, g->points);
        /* the mean is over three components each */
        float sigma = (float)(sqrt(1.0 / 3) / spacing_mm(&g->field_grid));
        g->landmarks = lam_op_mse(g->graph, at, g->targets, sigma);
        g->loss = lam_op_sum(g->graph, g->loss, g->landmarks, (float)o->landmark_weight);
    }
}

/* ---- its inputs ---- */

static bool put(LamNode *node, LamVolume *volume)
{
    if (volume == NULL)
        return false;
    memcpy(lam_node_value(node), volume->data, lam_node_count(node) * sizeof(float));
    lam_volume_unref(volume);
    return true;
}

static bool put_scan(LamNode *node, const LamVolume *scan, const LamGrid *grid,
                     const LamMat4 *affine, double image_mm, GError **error)
{
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, image_mm, error);
    return prepared != NULL &&
           put(node, lam_resample(prepared, grid, affine, LAM_LINEAR, 0, error));
}

static bool put_mask(LamRefineGraph *g, const LamVolume *mask, GError **error)
{
    double total = 0;
    if (mask == NULL)
        return true;
    if (!put(g->weight, lam_resample(mask, &g->image_grid, NULL, LAM_LINEAR, 0, error)))
        return false;
    float *weight = lam_node_value(g->weight);
    for (size_t i = 0; i < lam_node_count(g->weight); i++) {
        weight[i] = weight[i] > 0 ? weight[i] : 0;
        total += (double)weight[i];
    }
    if (total > 0 && isfinite(total))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot refine: %s: the mask is empty where the fixed scan is",
                mask->path != NULL ? mask->path : "the mask");
    return false;
}

static bool put_labels(LamRefineGraph *g, const LamRefineOptions *o, const LamRefineLabels *labels,
                       const LamMat4 *affine, GError **error)
{
    return labels->n == 0 ||
           (put(g->fixed_labels,
                lam_refine_labels_on(labels, o->fixed_labels, &g->image_grid, NULL, error)) &&
            put(g->moving_labels,
                lam_refine_labels_on(labels, o->moving_labels, &g->image_grid, affine, error)));
}

/* Where each fixed point is to go, before the affine, in voxels of the field grid. */
static bool put_points(LamRefineGraph *g, const LamRefineOptions *o, const LamMat4 *affine,
                       GError **error)
{
    LamMat4 to_voxel, back;
    size_t n = (size_t)o->n_points;
    if (n == 0)
        return true;
    if (!lam_mat4_invert(&g->field_grid.to_world, &to_voxel) || !lam_mat4_invert(affine, &back)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot align landmarks: the affine: its matrix is singular");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        LamVec3 p = lam_mat4_apply(&to_voxel, o->fixed_points[i]);
        LamVec3 q = lam_mat4_apply(&to_voxel, lam_mat4_apply(&back, o->moving_points[i]));
        for (size_t a = 0; a < 3; a++) {
            lam_node_value(g->points)[a * n + i] = (float)p.v[a];
            lam_node_value(g->targets)[a * n + i] = (float)(q.v[a] - p.v[a]);
        }
    }
    return true;
}

static bool allocate(LamRefineGraph *g, GError **error)
{
    if (!lam_graph_finalise(g->graph, error))
        return false;
    g->step = lam_volume_new(&g->field_grid, 3, error);
    g->first = g_try_new0(float, lam_node_count(g->velocity));
    g->second = g_try_new0(float, lam_node_count(g->velocity));
    if (g->step != NULL && (g->first == NULL || g->second == NULL))
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY,
                    "cannot refine: the velocity: not enough memory");
    return g->step != NULL && g->first != NULL && g->second != NULL;
}

LamRefineGraph *lam_refine_graph_new(const LamSession *session, const LamRefineOptions *options,
                                     const LamRefineLabels *labels, const LamRefineLevel *level,
                                     GError **error)
{
    g_autoptr(LamRefineGraph) g = g_new0(LamRefineGraph, 1);
    const LamMat4 *affine = lam_session_affine(session);
    g->image_grid = grid_over(lam_session_model_grid(session), level->image_mm);
    g->field_grid = grid_over(lam_session_model_grid(session), level->field_mm);
    build(g, options, labels);
    if (!allocate(g, error) ||
        !put_scan(g->fixed, lam_session_fixed(session), &g->image_grid, NULL, level->image_mm,
                  error) ||
        !put_scan(g->moving, lam_session_moving(session), &g->image_grid, affine, level->image_mm,
                  error) ||
        !put_mask(g, options->fixed_mask, error) ||
        !put_labels(g, options, labels, affine, error) || !put_points(g, options, affine, error))
        return NULL;
    lam_node_value(g->lambda)[0] = (float)options->lambda;
    return g_steal_pointer(&g);
}

/* ---- the velocity ---- */

/* to[i] = matrix from[i] for the vectors of two fields of n voxels. */
static void turn(const LamMat4 *matrix, const float *from, float *to, size_t n)
{
#pragma omp parallel for
    for (size_t i = 0; i < n; i++) {
        LamVec3 v = {{(double)from[i], (double)from[n + i], (double)from[2 * n + i]}};
        v = lam_mat4_apply_vector(matrix, v);
        for (size_t a = 0; a < 3; a++)
            to[a * n + i] = (float)v.v[a];
    }
}

bool lam_refine_graph_set(LamRefineGraph *g, const LamVolume *velocity, GError **error)
{
    LamMat4 to_voxel;
    lam_graph_touch(g->graph, g->velocity);
    if (velocity == NULL) {
        memset(lam_node_value(g->velocity), 0, lam_node_count(g->velocity) * sizeof(float));
        return true;
    }
    if (!lam_mat4_invert(&g->field_grid.to_world, &to_voxel))
        g_return_val_if_reached(false);
    g_autoptr(LamVolume) here = lam_resample_clamped(velocity, &g->field_grid, error);
    if (here != NULL)
        turn(&to_voxel, here->data, lam_node_value(g->velocity), lam_grid_voxels(&g->field_grid));
    return here != NULL;
}

LamVolume *lam_refine_graph_velocity(const LamRefineGraph *g, GError **error)
{
    LamVolume *out = lam_volume_new(&g->field_grid, 3, error);
    if (out != NULL)
        turn(&g->field_grid.to_world, lam_node_value(g->velocity), out->data,
             lam_grid_voxels(&g->field_grid));
    return out;
}

LamRefineTerms lam_refine_graph_terms(LamRefineGraph *g)
{
    lam_graph_forward(g->graph, g->loss, NULL);
    LamRefineTerms t = {.loss = (double)lam_node_value(g->loss)[0],
                        .similarity = -(double)lam_node_value(g->base.similarity)[0],
                        .roughness = (double)lam_node_value(g->base.roughness)[0],
                        .label_dice = NAN,
                        .landmark_mm = NAN};
    if (g->labels != NULL)
        t.label_dice = 1 - (double)lam_node_value(g->labels)[0];
    if (g->landmarks != NULL)
        t.landmark_mm = sqrt((double)lam_node_value(g->landmarks)[0]);
    return t;
}

/* ---- downhill ---- */

/* Adam's step from the gradient, into g->step. */
static void propose(LamRefineGraph *g, double rate)
{
    const float *gradient = lam_node_gradient(g->velocity);
    float *to = g->step->data;
    double unbias1 = 1 / (1 - pow(BETA1, g->steps)), unbias2 = 1 / (1 - pow(BETA2, g->steps));
    size_t n = lam_node_count(g->velocity);
    const float scale = (float)(rate * unbias1), root = (float)sqrt(unbias2);
#pragma omp parallel for
    for (size_t i = 0; i < n; i++) {
        float x = gradient[i];
        g->first[i] = (float)BETA1 * g->first[i] + (float)(1 - BETA1) * x;
        g->second[i] = (float)BETA2 * g->second[i] + (float)(1 - BETA2) * x * x;
        to[i] = scale * g->first[i] / (root * sqrtf(g->second[i]) + (float)EPSILON);
    }
}

static bool descend(LamRefineGraph *g, double share, GError **error)
{
    double spacing = spacing_mm(&g->field_grid);
    g->steps++;
    propose(g, share * RATE_MM / spacing);
    g_autoptr(LamVolume) smooth = lam_volume_smooth(g->step, SMOOTHING_MM, error);
    if (smooth == NULL)
        return false;
    float *v = lam_node_value(g->velocity);
    size_t n = lam_node_count(g->velocity);
    if (g->field_grid.size[2] == 1) /* no gradient out of the slice, but Adam amplifies rounding */
        n = n / 3 * 2;
    for (size_t i = 0; i < n; i++)
        v[i] -= smooth->data[i];
    lam_graph_touch(g->graph, g->velocity);
    return true;
}

bool lam_refine_graph_step(LamRefineGraph *g, double share, const LamProgress *progress,
                           GError **error)
{
    lam_graph_forward(g->graph, g->loss, progress != NULL ? progress->cancellable : NULL);
    if (lam_progress_cancelled(progress, error))
        return false;
    if (!isfinite(lam_node_value(g->loss)[0])) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "cannot refine: the loss: it is not finite any more");
        return false;
    }
    lam_graph_backward(g->graph, g->loss);
    return descend(g, share, error);
}
