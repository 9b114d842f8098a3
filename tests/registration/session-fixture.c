#include "session-fixture.h"

#include "naive.h"

#include <math.h>
#include <string.h>

static void scale(LamParameters *p, const char *part, double factor)
{
    for (int i = 0; i < lam_parameters_count(p); i++)
        for (size_t k = 0; strstr(lam_parameters_name(p, i), part) && k < lam_parameters_size(p, i);
             k++)
            lam_parameters_values(p)[lam_parameters_offset(p, i) + k] *= (float)factor;
}

/* What of a model the tests vary. */
typedef struct {
    int size[3], steps;
    bool uncertain, hyper_labels;
} Mode;

static SessionModel model_of(Mode mode, double strength)
{
    LamUnetConfig config = {.size = {mode.size[0], mode.size[1], mode.size[2]},
                            .spacing_mm = 4,
                            .n_encoder = 3,
                            .encoder = {16, 16, 16},
                            .n_decoder = 2,
                            .decoder = {16, 16},
                            .n_final = 1,
                            .final = {16},
                            .n_hidden = 2,
                            .hidden = {8, 8},
                            .generated = LAM_GENERATED_DECODER,
                            .skip = LAM_SKIP_ADD,
                            .integration_steps = mode.steps,
                            .uncertain = mode.uncertain,
                            .hyper_labels = mode.hyper_labels};
    SessionModel m = {.parameters = lam_parameters_new()};
    g_assert_true(lam_unet_config_check(&config, NULL));
    lam_unet_declare(&config, m.parameters);
    g_assert_true(lam_parameters_allocate(m.parameters, false, NULL));
    lam_parameters_initialise(m.parameters, 7);
    scale(m.parameters, "flow.weight", 8e2 * strength);
    scale(m.parameters, ".matrix", 4);
    m.model = lam_model_wrap(&config, m.parameters);
    return m;
}

SessionModel session_model(double strength)
{
    return session_model_of_mode(strength, 5, false, false);
}

SessionModel session_model_of_mode(double strength, int steps, bool uncertain, bool hyper_labels)
{
    return model_of((Mode){{16, 16, 12}, steps, uncertain, hyper_labels}, strength);
}

SessionModel session_slice_model(double strength)
{
    return model_of((Mode){{16, 16, 1}, 5, false, false}, strength);
}

void session_model_clear(SessionModel *model)
{
    lam_model_unref(model->model);
    lam_parameters_free(model->parameters);
}

static double object(int which, LamVec3 x)
{
    static const double blobs[2][4][5] = {
        /* x, y, z, width, height */
        {{0, 0, 0, 11, 120}, {9, 6, -4, 5, 60}, {-8, 7, 5, 4, -70}, {2, -12, 4, 6, 70}},
        {{1, -1, 1, 12, 115}, {7, 8, -5, 6, 60}, {-9, 5, 6, 4, -75}, {3, -10, 2, 5, 80}},
    };
    double sum = -12;
    for (int b = 0; b < 4; b++) {
        const double *blob = blobs[which][b];
        double squares = 0;
        for (int a = 0; a < 3; a++)
            squares += (x.v[a] - blob[a]) * (x.v[a] - blob[a]);
        sum += blob[4] * exp(-squares / (2 * blob[3] * blob[3]));
    }
    return fmax(sum, 0);
}

LamVolume *session_scan(const LamGrid *grid, int which, LamVec3 shift_mm)
{
    LamVolume *scan = lam_volume_new(grid, 1, NULL);
    float *to = scan->data;
    FOR_VOXELS(*grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
        for (int a = 0; a < 3; a++)
            x.v[a] -= shift_mm.v[a];
        *to++ = (float)object(which, x);
    }
    return scan;
}

LamGrid session_grid(void)
{
    return lam_grid_centred((int[]){24, 22, 20}, 2.5, (LamVec3){{0, 0, 0}});
}

LamMat4 session_affine(void)
{
    LamMat4 turn = lam_mat4_rotation(0.05, -0.08, 0.1), size = lam_mat4_scaling(1.05, 0.98, 1.02);
    LamMat4 both = lam_mat4_multiply(&size, &turn), shift = lam_mat4_translation(2, -1, 1.5);
    return lam_mat4_multiply(&shift, &both);
}

LamSession *session_open(const SessionModel *model, LamVolume *fixed, LamVolume *moving,
                         const LamMat4 *affine)
{
    GError *error = NULL;
    LamSession *session = lam_session_new(model->model, fixed, moving, affine, 1, NULL, &error);
    g_assert_no_error(error);
    return session;
}

void session_pair_open(SessionPair *pair, bool symmetric)
{
    GError *error = NULL;
    LamGrid grid = session_grid();
    LamMat4 affine = session_affine();
    pair->model = session_model(1);
    pair->fixed = session_scan(&grid, 0, (LamVec3){{0}});
    pair->moving = session_scan(&grid, 1, (LamVec3){{0}});
    LamSessionOptions options = {.model = pair->model.model,
                                 .fixed = pair->fixed,
                                 .moving = pair->moving,
                                 .affine = &affine,
                                 .symmetric = symmetric};
    pair->session = lam_session_open(&options, NULL, &error);
    g_assert_no_error(error);
}

void session_pair_close(SessionPair *pair)
{
    lam_session_free(pair->session);
    lam_volume_unref(pair->fixed);
    lam_volume_unref(pair->moving);
    session_model_clear(&pair->model);
}

LamSnapshot *session_at(LamSession *session, double lambda)
{
    GError *error = NULL;
    LamSnapshot *snapshot = lam_session_set_lambda(session, lambda, true, &error);
    g_assert_no_error(error);
    return snapshot;
}

double session_distance(const LamVolume *a, const LamVolume *b)
{
    double worst = 0;
    size_t n = lam_grid_voxels(&a->grid) * (size_t)a->channels;
    g_assert_cmpint(a->channels, ==, b->channels);
    g_assert_cmpuint(lam_grid_voxels(&a->grid), ==, lam_grid_voxels(&b->grid));
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs((double)a->data[i] - (double)b->data[i]));
    return worst;
}
