/* What a probabilistic network does not know, by samples of its velocity. */
#include "session-private.h"

#include <lambdascope/error.h>
#include <lambdascope/ops.h>

#include <math.h>
#include <string.h>

/* From the mean and the log variance to a displacement, apart from the network. */
typedef struct {
    LamGraph *graph;
    LamNode *mean, *log_variance, *noise, *displacement;
    GRand *rand;
} Sampler;

static void sampler_clear(Sampler *s)
{
    lam_graph_free(s->graph);
    g_clear_pointer(&s->rand, g_rand_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sampler, sampler_clear)

static bool check(LamSession *session, int samples, GError **error)
{
    const LamUnet *unet = lam_session_unet(session);
    const char *why = NULL;
    if (unet->log_variance == NULL)
        why = "the model: it is not a probabilistic one (uncertain)";
    else if (lam_session_is_symmetric(session))
        why = "the session: it is symmetric, and the network knows each way apart";
    else if (samples < 2 || samples > LAM_UNCERTAINTY_MAX_SAMPLES)
        why = "the samples: there must be 2 to 10000";
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot compute the uncertainty: %s",
                    why);
    return why == NULL;
}

static void copy(LamNode *to, LamNode *from)
{
    memcpy(lam_node_value(to), lam_node_value(from), lam_node_count(to) * sizeof(float));
}

static bool sampler_init(Sampler *s, const LamUnet *unet, int steps, guint32 seed, GError **error)
{
    LamShape shape = lam_node_shape(unet->velocity);
    s->rand = g_rand_new_with_seed(seed);
    s->graph = lam_graph_new(NULL, false);
    s->mean = lam_graph_input(s->graph, "mean", shape);
    s->log_variance = lam_graph_input(s->graph, "log variance", shape);
    s->noise = lam_graph_input(s->graph, "noise", shape);
    LamNode *sample = lam_op_gaussian_sample(s->graph, s->mean, s->log_variance, s->noise);
    s->displacement = steps > 0 ? lam_op_integrate(s->graph, sample, steps) : sample;
    if (!lam_graph_finalise(s->graph, error))
        return false;
    copy(s->mean, unet->velocity);
    copy(s->log_variance, unet->log_variance);
    return true;
}

/* Mean 0, standard deviation 1 (Box and Muller 1958). */
static float normal(GRand *rand)
{
    double u = 1 - g_rand_double(rand), v = g_rand_double(rand);
    return (float)(sqrt(-2 * log(u)) * cos(2 * G_PI * v));
}

/* The next sample. Of a single slice nothing is known across it, nor asked. */
static const float *draw(Sampler *s)
{
    LamShape shape = lam_node_shape(s->noise);
    float *noise = lam_node_value(s->noise);
    size_t count = lam_node_count(s->noise), drawn = shape.d > 1 ? count : count / 3 * 2;
    memset(noise, 0, count * sizeof(float));
    for (size_t i = 0; i < drawn; i++)
        noise[i] = normal(s->rand);
    lam_graph_touch(s->graph, s->noise);
    lam_graph_forward(s->graph, s->displacement, NULL);
    return lam_node_value(s->displacement);
}

/* The n-th sample into the mean and the summed squares of deviations (Welford 1962). */
static void accumulate(const LamVolume *u, int n, LamVolume *mean, LamVolume *squares)
{
    size_t voxels = lam_grid_voxels(&u->grid);
#pragma omp parallel for
    for (size_t i = 0; i < voxels; i++)
        for (size_t k = i; k < 3 * voxels; k += voxels) {
            float before = u->data[k] - mean->data[k];
            mean->data[k] += before / (float)n;
            squares->data[i] += before * (u->data[k] - mean->data[k]);
        }
}

static LamVolume *spread(const LamSession *session, Sampler *sampler, int samples, GError **error)
{
    g_autoptr(LamVolume) mean = NULL, squares = NULL;
    for (int n = 1; n <= samples; n++) {
        g_autoptr(LamVolume) u = lam_session_vectors_mm(session, draw(sampler), error);
        if (u != NULL && n == 1) {
            mean = lam_volume_new(&u->grid, 3, error);
            squares = mean != NULL ? lam_volume_new(&u->grid, 1, error) : NULL;
        }
        if (u == NULL || squares == NULL)
            return NULL;
        accumulate(u, n, mean, squares);
    }
    for (size_t i = 0; i < lam_grid_voxels(&squares->grid); i++)
        squares->data[i] = sqrtf(squares->data[i] / (float)(samples - 1));
    return g_steal_pointer(&squares);
}

LamVolume *lam_session_uncertainty(LamSession *session, double lambda, int samples, guint32 seed,
                                   GError **error)
{
    const LamUnet *unet = lam_session_unet(session);
    g_auto(Sampler) sampler = {0};
    if (!lam_session_put_lambda(session, lambda, error) || !check(session, samples, error))
        return NULL;
    lam_graph_forward(lam_session_graph(session), unet->velocity, NULL);
    lam_graph_forward(lam_session_graph(session), unet->log_variance, NULL);
    int steps = lam_session_integration_steps(session);
    if (!sampler_init(&sampler, unet, steps, seed, error))
        return NULL;
    return spread(session, &sampler, samples, error);
}
