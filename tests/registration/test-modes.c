/* Sessions with networks of displacements, of uncertain velocities and of two hyperparameters. */
#include "naive.h"
#include "refine-fixture.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

typedef struct {
    SessionModel model;
    LamVolume *fixed, *moving;
    LamMat4 affine;
    LamSession *session;
} Modes;

static void modes_init(Modes *m, SessionModel model)
{
    LamGrid grid = session_grid();
    m->model = model;
    m->fixed = session_scan(&grid, 0, (LamVec3){{0}});
    m->moving = session_scan(&grid, 1, (LamVec3){{0}});
    m->affine = session_affine();
    m->session = session_open(&m->model, m->fixed, m->moving, &m->affine);
}

static void modes_clear(Modes *m)
{
    lam_session_free(m->session);
    lam_volume_unref(m->fixed);
    lam_volume_unref(m->moving);
    session_model_clear(&m->model);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Modes, modes_clear)

static void expect(GError **error, const char *word)
{
    g_assert_error(*error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    if (strstr((*error)->message, word) == NULL)
        g_error("'%s' expected in: %s", word, (*error)->message);
    g_clear_error(error);
}

/* ---- displacements ---- */

static void test_displacement(void)
{
    g_auto(Modes) m;
    modes_init(&m, session_model_of_mode(0.5, 0, false, false));
    g_autoptr(LamSnapshot) s = session_at(m.session, 0.3);
    g_assert_null(s->velocity);
    const float *flow = lam_node_value(lam_session_unet(m.session)->velocity);
    for (size_t i = 0; i < 3 * lam_grid_voxels(&s->field->grid); i++)
        g_assert_cmpfloat_with_epsilon(s->field->data[i], 8 * flow[i], 1e-5);
    g_autoptr(LamTransform) transform = lam_snapshot_transform(s);
    g_assert_cmpint(transform->count, ==, 2);
    g_assert_null(transform->step[0].velocity);
    g_autoptr(LamVolume) field = lam_transform_to_field(transform, &m.fixed->grid, NULL);
    g_autoptr(LamVolume) exported = lam_session_export_field(m.session, s, NULL);
    g_assert_cmpfloat(session_distance(field, exported), <, 1e-3);
}

static void test_displacement_refined(void)
{
    g_auto(Modes) m;
    modes_init(&m, session_model_of_mode(0.3, 0, false, false));
    g_autoptr(LamSnapshot) start = session_at(m.session, 0.1);
    LamRefineOptions options = refine_quick(0.1, 0);
    LamRefineReport report;
    options.n_levels = 1;
    options.levels[0] = (LamRefineLevel){4, 8, 0}; /* the field's own grid: nothing is lost */
    g_autoptr(LamSnapshot) same = refine_run(m.session, start, &options, NULL);
    g_assert_nonnull(same->velocity);
    g_assert_cmpfloat(start->statistics.max_mm, >, 1);
    g_assert_cmpfloat(session_distance(same->field, start->field), <, 0.05);
    options = refine_quick(0.1, 20);
    g_autoptr(LamSnapshot) end = refine_run(m.session, start, &options, &report);
    g_assert_cmpfloat(report.after.loss, <, report.before.loss - 0.02);
    g_assert_cmpfloat(end->similarity, >, start->similarity);
}

static void test_displacement_symmetric(void)
{
    g_auto(Modes) m;
    GError *error = NULL;
    modes_init(&m, session_model_of_mode(1, 0, false, false));
    LamSessionOptions options = {.model = m.model.model,
                                 .fixed = m.fixed,
                                 .moving = m.moving,
                                 .affine = &m.affine,
                                 .symmetric = true};
    g_assert_null(lam_session_open(&options, NULL, &error));
    expect(&error, "displacements, not velocities");
}

/* ---- the share of labels ---- */

static void test_label_share(void)
{
    g_auto(Modes) m;
    GError *error = NULL;
    modes_init(&m, session_model_of_mode(1, 5, false, true));
    g_autoptr(LamSnapshot) first = session_at(m.session, 0.4);
    const LamUnet *unet = lam_session_unet(m.session);
    g_assert_cmpfloat(lam_node_value(unet->hyper)[2], ==, 0.5f);
    g_assert_true(lam_session_set_label_share(m.session, 1, &error));
    g_autoptr(LamSnapshot) all = session_at(m.session, 0.4);
    g_assert_cmpfloat(lam_node_value(unet->hyper)[2], ==, 1);
    g_assert_cmpfloat(lam_node_value(unet->hyper)[0], ==, 0.4f);
    g_assert_cmpfloat(session_distance(first->field, all->field), >, 0.01);
    static const double bad[] = {-0.01, 1.01, NAN, INFINITY};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(lam_session_set_label_share(m.session, bad[i], &error));
        expect(&error, "between 0 and 1");
    }
    g_autoptr(LamSnapshot) still = session_at(m.session, 0.4);
    g_assert_cmpfloat(session_distance(still->field, all->field), ==, 0);
    g_assert_true(lam_session_set_label_share(m.session, 0.5, &error));
    g_autoptr(LamSnapshot) again = session_at(m.session, 0.4);
    g_assert_cmpfloat(session_distance(again->field, first->field), ==, 0);
}

static void test_no_label_share(void)
{
    g_auto(Modes) m;
    GError *error = NULL;
    modes_init(&m, session_model(1));
    g_assert_false(lam_session_set_label_share(m.session, 0.5, &error));
    expect(&error, "no such input");
    g_autoptr(LamSession) bare = refine_open(NULL, m.fixed, m.moving, &m.affine, false);
    g_assert_false(lam_session_set_label_share(bare, 0.5, &error));
    expect(&error, "no network");
}

/* ---- uncertainty ---- */

/* The log variance, the same everywhere. */
static void set_log_variance(Modes *m, float value)
{
    LamParameters *p = m->model.parameters;
    for (int i = 0; i < lam_parameters_count(p); i++)
        for (size_t k = 0; strstr(lam_parameters_name(p, i), "log_variance.") != NULL &&
                           k < lam_parameters_size(p, i);
             k++)
            lam_parameters_values(p)[lam_parameters_offset(p, i) + k] =
                g_str_has_suffix(lam_parameters_name(p, i), "bias") ? value : 0;
    lam_graph_touch(lam_session_graph(m->session), NULL);
}

static LamVolume *uncertainty(Modes *m, int samples, guint32 seed)
{
    GError *error = NULL;
    LamVolume *u = lam_session_uncertainty(m->session, 0.3, samples, seed, &error);
    g_assert_no_error(error);
    g_assert_cmpint(u->channels, ==, 1);
    return u;
}

static double mean_of(const LamVolume *v)
{
    double sum = 0;
    size_t n = lam_grid_voxels(&v->grid);
    for (size_t i = 0; i < n; i++)
        sum += (double)v->data[i];
    return sum / (double)n;
}

static void test_uncertainty(void)
{
    g_auto(Modes) m;
    modes_init(&m, session_model_of_mode(0.5, 5, true, false));
    g_autoptr(LamSnapshot) s = session_at(m.session, 0.3);
    static const float log_variance[] = {-200, -10, -6, -3};
    double before = -1;
    for (size_t i = 0; i < G_N_ELEMENTS(log_variance); i++) {
        set_log_variance(&m, log_variance[i]);
        g_autoptr(LamVolume) u = uncertainty(&m, 16, 1);
        g_assert_true(lam_grid_equal(&u->grid, &s->field->grid, 0));
        double mean = mean_of(u);
        g_test_message("log variance %g: %.4g mm", (double)log_variance[i], mean);
        g_assert_cmpfloat(mean, >, before);
        if (i == 0)
            g_assert_cmpfloat(mean, ==, 0);
        before = mean;
    }
    set_log_variance(&m, -6);
    g_autoptr(LamVolume) first = uncertainty(&m, 8, 1), same = uncertainty(&m, 8, 1),
                         other = uncertainty(&m, 8, 2);
    g_assert_cmpfloat(session_distance(first, same), ==, 0);
    g_assert_cmpfloat(session_distance(first, other), >, 0);
    g_autoptr(LamSnapshot) after = session_at(m.session, 0.3); /* the mean is what it was */
    g_assert_cmpfloat(session_distance(after->field, s->field), ==, 0);
}

/* Without integration the spread is that of the velocity itself: sqrt(3) times 8 mm times its deviation. */
static void test_uncertainty_known(void)
{
    g_auto(Modes) m;
    modes_init(&m, session_model_of_mode(0.5, 0, true, false));
    set_log_variance(&m, -4);
    g_autoptr(LamVolume) u = uncertainty(&m, 400, 3);
    double squares = 0;
    size_t n = lam_grid_voxels(&u->grid);
    for (size_t i = 0; i < n; i++)
        squares += pow((double)u->data[i], 2) / (double)n;
    g_assert_cmpfloat_with_epsilon(sqrt(squares), sqrt(3) * 8 * exp(-2), 0.01);
}

static void test_uncertainty_refused(void)
{
    g_auto(Modes) m, certain;
    GError *error = NULL;
    modes_init(&m, session_model_of_mode(1, 5, true, false));
    modes_init(&certain, session_model(1));
    g_assert_null(lam_session_uncertainty(certain.session, 0.5, 8, 1, &error));
    expect(&error, "probabilistic");
    g_assert_null(lam_session_uncertainty(m.session, 1.5, 8, 1, &error));
    expect(&error, "between 0 and 1");
    static const int bad[] = {-1, 0, 1, LAM_UNCERTAINTY_MAX_SAMPLES + 1};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_null(lam_session_uncertainty(m.session, 0.5, bad[i], 1, &error));
        expect(&error, "samples");
    }
    g_autoptr(LamSession) both = refine_open(m.model.model, m.fixed, m.moving, &m.affine, true);
    g_assert_null(lam_session_uncertainty(both, 0.5, 8, 1, &error));
    expect(&error, "symmetric");
    g_autoptr(LamSession) bare = refine_open(NULL, m.fixed, m.moving, &m.affine, false);
    g_assert_null(lam_session_uncertainty(bare, 0.5, 8, 1, &error));
    expect(&error, "no network");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/modes/displacement", test_displacement);
    g_test_add_func("/modes/displacement/refined", test_displacement_refined);
    g_test_add_func("/modes/displacement/symmetric", test_displacement_symmetric);
    g_test_add_func("/modes/label-share", test_label_share);
    g_test_add_func("/modes/label-share/none", test_no_label_share);
    g_test_add_func("/modes/uncertainty", test_uncertainty);
    g_test_add_func("/modes/uncertainty/known", test_uncertainty_known);
    g_test_add_func("/modes/uncertainty/refused", test_uncertainty_refused);
    return g_test_run();
}
