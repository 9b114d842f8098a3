/* One pair, many λ: what is computed when, what the numbers mean, what is exported, what is refused. */
#include "naive.h"
#include "session-fixture.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

typedef struct {
    SessionModel model;
    LamVolume *fixed, *moving;
    LamMat4 affine;
    LamSession *session;
} Fixture;

static void set_up(Fixture *f, gconstpointer strength)
{
    LamGrid fixed = session_grid(), moving = naive_oblique(26, 21, 19, 2.1, 2.5, 2.9, 2);
    f->model = session_model(GPOINTER_TO_INT(strength));
    f->fixed = session_scan(&fixed, 0, (LamVec3){{0}});
    f->moving = session_scan(&moving, 1, (LamVec3){{0}});
    f->affine = session_affine();
    f->session = session_open(&f->model, f->fixed, f->moving, &f->affine);
}

static void tear_down(Fixture *f, gconstpointer strength)
{
    lam_session_free(f->session);
    lam_volume_unref(f->fixed);
    lam_volume_unref(f->moving);
    session_model_clear(&f->model);
}

/* ---- λ -------------------------------------------------------------------------------------- */

/* The same λ gives the same bits, whatever was asked before, and in another session. */
static void test_deterministic(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSession) other = session_open(&f->model, f->fixed, f->moving, &f->affine);
    g_autoptr(LamSnapshot) first = session_at(f->session, 0.3);
    g_autoptr(LamSnapshot) between = session_at(f->session, 0.8);
    g_autoptr(LamSnapshot) again = session_at(f->session, 0.3);
    g_autoptr(LamSnapshot) elsewhere = session_at(other, 0.3);
    size_t bytes = 3 * lam_grid_voxels(&first->field->grid) * sizeof(float);
    g_assert_cmpmem(first->field->data, bytes, again->field->data, bytes);
    g_assert_cmpmem(first->field->data, bytes, elsewhere->field->data, bytes);
    g_assert_cmpfloat(first->similarity, ==, again->similarity);
    g_assert_cmpfloat(session_distance(first->field, between->field), >, 0.05);
    g_assert_cmpuint(again->generation, ==, first->generation + 2);
    g_assert_cmpuint(again->document, ==, 1);
    g_assert_cmpfloat(again->lambda, ==, 0.3);
}

/* The encoder's results are kept: with the images overwritten behind its back, a session still answers
 * from them. Only once the image is touched does the poison come through. */
static void test_encoder_rests(Fixture *f, gconstpointer data)
{
    LamGraph *graph = lam_session_graph(f->session);
    const LamUnet *unet = lam_session_unet(f->session);
    g_autoptr(LamSnapshot) before = session_at(f->session, 0.7);
    double encoded[2], after[2];
    lam_graph_seconds(graph, "concat", &encoded[0], &encoded[1]); /* of the pair: encoder's first */
    for (size_t i = 0; i < lam_node_count(unet->fixed); i++)
        lam_node_value(unet->fixed)[i] = lam_node_value(unet->moving)[i] = 1e3f;
    g_autoptr(LamSnapshot) between = session_at(f->session, 0.2);
    g_autoptr(LamSnapshot) again = session_at(f->session, 0.7);
    lam_graph_seconds(graph, "concat", &after[0], &after[1]);
    g_assert_cmpfloat(encoded[0], ==, after[0]);
    size_t bytes = 3 * lam_grid_voxels(&before->field->grid) * sizeof(float);
    g_assert_cmpmem(before->field->data, bytes, again->field->data, bytes);
    g_assert_cmpfloat(session_distance(before->field, between->field), >, 0.05);
    lam_graph_touch(graph, unet->fixed);
    g_autoptr(LamSnapshot) poisoned = session_at(f->session, 0.7);
    g_assert_cmpfloat(session_distance(before->field, poisoned->field), >, 0.1);
}

/* Ops that run for a new λ: in the encoder and the skips there is none. */
static void test_ops_per_lambda(Fixture *f, gconstpointer data)
{
    LamGraph *graph = lam_session_graph(f->session);
    const LamUnet *unet = lam_session_unet(f->session);
    LamNode *displacement = unet->displacement;
    lam_snapshot_unref(session_at(f->session, 0.1));
    g_assert_cmpint(lam_graph_forward(graph, displacement, NULL), ==, 0);
    lam_unet_set_lambda(unet, graph, 0.6);
    /* 2 dense and 2 activations; 3 generated convolutions with 2 heads each; upsampling, flow,
     * to-plain, integration */
    g_assert_cmpint(lam_graph_forward(graph, displacement, NULL), ==, 4 + 3 * 3 + 4);
    lam_graph_touch(graph, unet->fixed);
    /* concat, 3 of the encoder, 1 skip, and all of the above that is not the hypernetwork's */
    g_assert_cmpint(lam_graph_forward(graph, displacement, NULL), ==, 5 + 3 + 4);
}

static void test_refused(Fixture *f, gconstpointer data)
{
    static const double bad[] = {-1e-9, 1.0000001, -1, 2, NAN, INFINITY, -INFINITY};
    g_autoptr(LamSnapshot) before = session_at(f->session, 0.5);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_session_set_lambda(f->session, bad[i], true, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "between 0 and 1"));
    }
    g_autoptr(LamSnapshot) zero = session_at(f->session, 0);
    g_autoptr(LamSnapshot) one = session_at(f->session, 1);
    g_autoptr(LamSnapshot) after = session_at(f->session, 0.5); /* and the session lives on */
    g_assert_cmpfloat(session_distance(before->field, after->field), ==, 0);
    g_assert_cmpfloat(session_distance(zero->field, one->field), >, 0.1);
}

/* ---- space ---- */

/* World position of the box's corner: the voxel faces' end, not a voxel's centre. */
static LamVec3 corner(const LamGrid *grid, int which)
{
    LamVec3 p;
    for (int a = 0; a < 3; a++)
        p.v[a] = which >> a & 1 ? grid->size[a] - 0.5 : -0.5;
    return lam_mat4_apply(&grid->to_world, p);
}

/* The model grid is centred on the fixed brain; the field fills the same box with coarser voxels; its mm
 * are the network's voxels times their size. */
static void test_space(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSnapshot) s = session_at(f->session, 0.5);
    const LamGrid *model = lam_session_model_grid(f->session), *field = &s->field->grid;
    LamVec3 centre = lam_grid_centre_mm(model), brain = lam_volume_brain_centre_mm(f->fixed);
    for (int a = 0; a < 3; a++) {
        g_assert_cmpfloat_with_epsilon(centre.v[a], brain.v[a], 1e-9);
        g_assert_cmpfloat_with_epsilon(lam_grid_spacing_mm(model).v[a], 4, 1e-9);
        g_assert_cmpfloat_with_epsilon(lam_grid_spacing_mm(field).v[a], 8, 1e-9);
        for (int which = 0; which < 8; which++)
            g_assert_cmpfloat_with_epsilon(corner(model, which).v[a], corner(field, which).v[a],
                                           1e-9);
    }
    const float *u = lam_node_value(lam_session_unet(f->session)->displacement);
    for (size_t i = 0; i < 3 * lam_grid_voxels(field); i++)
        g_assert_cmpfloat_with_epsilon(s->field->data[i], 8 * u[i], 1e-5);
}

/* ---- export --------------------------------------------------------------------------------- */

/* d at a world point: linear, clamped at the edges of its grid. */
static LamVec3 naive_displacement(const LamVolume *d, LamVec3 x)
{
    LamMat4 inverse;
    g_assert_true(lam_mat4_invert(&d->grid.to_world, &inverse));
    LamVec3 p = lam_mat4_apply(&inverse, x), u;
    for (int a = 0; a < 3; a++)
        p.v[a] = CLAMP(p.v[a], 0, d->grid.size[a] - 1);
    for (int c = 0; c < 3; c++)
        u.v[c] = naive_linear(d, c, p);
    return u;
}

/* A(x + d(x)): where the picture at x comes from. */
static LamVec3 naive_source(const LamSnapshot *snapshot, LamVec3 x)
{
    LamVec3 d = naive_displacement(snapshot->field, x);
    for (int a = 0; a < 3; a++)
        x.v[a] += d.v[a];
    return lam_mat4_apply(&snapshot->affine, x);
}

/* u(x) = A(x + d(x)) - x on the fixed scan's own grid, and warped(x) = moving(x + u(x)) by a single
 * interpolation of the moving scan as it was loaded. */
static void test_export(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSnapshot) s = session_at(f->session, 0.35);
    g_autoptr(LamVolume) u = lam_session_export_field(f->session, s, NULL);
    g_autoptr(LamVolume) warped = lam_session_export_warped(f->session, s, NULL);
    g_assert_true(lam_grid_equal(&u->grid, &f->fixed->grid, 0));
    g_assert_true(lam_grid_equal(&warped->grid, &f->fixed->grid, 0));
    g_assert_cmpint(u->channels, ==, 3);
    g_assert_cmpfloat(lam_mat4_distance(&s->affine, &f->affine), ==, 0);
    int inside = 0;
    FOR_VOXELS(u->grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&u->grid.to_world, (LamVec3){{i, j, k}});
        LamVec3 source = naive_source(s, x), told = x;
        for (int c = 0; c < 3; c++) {
            told.v[c] += naive_voxel(u, c, i, j, k);
            g_assert_cmpfloat_with_epsilon(told.v[c], source.v[c], 1e-4);
        }
        double expected = naive_sample(f->moving, 0, told, LAM_LINEAR, 0);
        g_assert_cmpfloat_with_epsilon(naive_voxel(warped, 0, i, j, k), expected, 2e-3);
        inside += expected > 10;
    }
    g_assert_cmpint(inside, >, 500);
}

/* lam apply has the file only: the same picture from the exported field. */
static void test_apply(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSnapshot) s = session_at(f->session, 0.6);
    g_autoptr(LamVolume) u = lam_session_export_field(f->session, s, NULL);
    g_autoptr(LamVolume) warped = lam_session_export_warped(f->session, s, NULL);
    g_autoptr(LamVolume) applied =
        lam_resample_field(f->moving, &f->fixed->grid, u, LAM_LINEAR, 0, NULL);
    g_assert_cmpfloat(session_distance(warped, applied), ==, 0);
}

/* ---- statistics ----------------------------------------------------------------------------- */

/* d(x + d)/dx at a voxel of an axis-aligned grid: central differences, one-sided at the faces. */
static double naive_jacobian(const LamVolume *d, int i, int j, int k)
{
    LamMat4 jacobian = lam_mat4_identity();
    for (int a = 0; a < 3; a++) {
        int up[3] = {i, j, k}, down[3] = {i, j, k};
        up[a] = MIN(up[a] + 1, d->grid.size[a] - 1);
        down[a] = MAX(down[a] - 1, 0);
        double mm = (up[a] - down[a]) * d->grid.to_world.m[a][a];
        for (int c = 0; c < 3; c++)
            jacobian.m[c][a] += (naive_voxel(d, c, up[0], up[1], up[2]) -
                                 naive_voxel(d, c, down[0], down[1], down[2])) /
                                mm;
    }
    return lam_mat4_det3(&jacobian);
}

static void check_jacobian(const LamSnapshot *s)
{
    const LamVolume *d = s->field;
    double n = (double)lam_grid_voxels(&d->grid), folds = 0, sum = 0, squares = 0;
    double low = INFINITY, high = -INFINITY;
    FOR_VOXELS(d->grid, i, j, k)
    {
        double det = naive_jacobian(d, i, j, k), l = log(det);
        low = fmin(low, det);
        high = fmax(high, det);
        folds += det <= 0;
        sum += det > 0 ? l : 0;
        squares += det > 0 ? l * l : 0;
    }
    double mean = sum / (n - folds);
    g_test_message("folds %g %%, |J| %g to %g", 100 * folds / n, low, high);
    g_assert_cmpfloat_with_epsilon(s->statistics.fold_percent, 100 * folds / n, 1e-9);
    g_assert_cmpfloat_with_epsilon(s->statistics.sd_log_jacobian,
                                   sqrt(squares / (n - folds) - mean * mean), 1e-4);
    g_assert_cmpfloat_with_epsilon(s->statistics.min_jacobian, low, 1e-4);
    g_assert_cmpfloat_with_epsilon(s->statistics.max_jacobian, high, 1e-4);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_magnitudes(const LamSnapshot *s)
{
    const LamVolume *d = s->field;
    size_t n = lam_grid_voxels(&d->grid);
    g_autofree double *mm = g_new0(double, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < 3; c++)
            mm[i] += (double)lam_volume_channel(d, c)[i] * (double)lam_volume_channel(d, c)[i];
        sum += mm[i] = sqrt(mm[i]);
    }
    qsort(mm, n, sizeof *mm, by_size);
    g_assert_cmpfloat_with_epsilon(s->statistics.mean_mm, sum / (double)n, 1e-5);
    g_assert_cmpfloat_with_epsilon(s->statistics.max_mm, mm[n - 1], 1e-5);
    size_t at = (size_t)ceil(0.95 * (double)n) - 1;
    g_assert_cmpfloat_with_epsilon(s->statistics.p95_mm, mm[at], mm[n - 1] / 4096);
}

/* data = strength of the field: once without folds, once with. */
static void test_statistics(Fixture *f, gconstpointer strength)
{
    g_autoptr(LamSnapshot) s = session_at(f->session, 0.25);
    check_jacobian(s);
    check_magnitudes(s);
    g_assert_cmpint(s->statistics.fold_percent > 0, ==, GPOINTER_TO_INT(strength) > 1);
}

/* Pearson correlation over voxels where either is above zero, of the fixed picture that the network
 * sees and the moving scan, prepared alike, at A(x + d(x)). */
static void test_similarity(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSnapshot) s = session_at(f->session, 0.55);
    g_autoptr(LamVolume) moving = lam_volume_prepare(f->moving, 4, NULL);
    const LamGrid *grid = lam_session_model_grid(f->session);
    const float *fixed = lam_node_value(lam_session_unet(f->session)->fixed);
    double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    FOR_VOXELS(*grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
        double p = (double)*fixed++;
        double q = naive_sample(moving, 0, naive_source(s, x), LAM_LINEAR, 0);
        if (p <= 0 && q <= 0)
            continue;
        n++, a += p, b += q, aa += p * p, bb += q * q, ab += p * q;
    }
    double expected = (ab - a * b / n) / sqrt((aa - a * a / n) * (bb - b * b / n));
    g_test_message("similarity %g over %g voxels", expected, n);
    g_assert_cmpfloat_with_epsilon(s->similarity, expected, 1e-4);
    g_autoptr(LamSnapshot) quick = lam_session_set_lambda(f->session, 0.55, false, NULL);
    g_assert_true(isnan(quick->similarity)); /* not asked for */
}

/* ---- opening -------------------------------------------------------------------------------- */

/* Cancels when the work is at least so far. */
typedef struct {
    GCancellable *cancellable;
    double at, last;
} Stop;

static void stop_at(double fraction, const char *stage, void *user)
{
    Stop *stop = user;
    g_assert_cmpfloat(fraction, >=, stop->last);
    g_assert_cmpfloat(fraction, <=, 1);
    g_assert_nonnull(stage);
    stop->last = fraction;
    if (fraction >= stop->at)
        g_cancellable_cancel(stop->cancellable);
}

/* Cancelled before, during the affine, in preparing and in encoding: no session, and it says why. */
static void test_cancel(Fixture *f, gconstpointer data)
{
    static const double at[] = {-1, 0.1, 0.5, 0.72, 0.85};
    for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        g_autoptr(GError) error = NULL;
        Stop stop = {cancellable, at[i], 0};
        LamProgress progress = {.report = stop_at, .user = &stop, .cancellable = cancellable};
        if (at[i] < 0)
            g_cancellable_cancel(cancellable);
        const LamMat4 *affine = at[i] < 0.7 ? NULL : &f->affine;
        g_assert_null(
            lam_session_new(f->model.model, f->fixed, f->moving, affine, 2, &progress, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
        g_assert_cmpfloat(stop.last, <, 1);
    }
}

static void test_progress(Fixture *f, gconstpointer data)
{
    Stop stop = {NULL, 2, 0};
    LamProgress progress = {.report = stop_at, .user = &stop};
    g_autoptr(LamSession) session =
        lam_session_new(f->model.model, f->fixed, f->moving, NULL, 2, &progress, NULL);
    g_assert_nonnull(session);
    g_assert_cmpfloat(stop.last, ==, 1);
    g_assert_true(isnan(lam_session_affine_fit(f->session)->agreement)); /* given, not computed */
    g_assert_false(isnan(lam_session_affine_fit(session)->agreement));
}

static void test_flat_scans(Fixture *f, gconstpointer data)
{
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) flat = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < 4; i++) {
        g_autoptr(GError) error = NULL;
        LamVolume *fixed = i % 2 ? flat : f->fixed, *moving = i % 2 ? f->moving : flat;
        g_assert_null(lam_session_new(f->model.model, fixed, moving, i / 2 ? NULL : &f->affine, 2,
                                      NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    }
}

#define ADD(name, strength, function)                                                              \
    g_test_add("/session/" name, Fixture, GINT_TO_POINTER(strength), set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("deterministic", 1, test_deterministic);
    ADD("encoder-rests", 1, test_encoder_rests);
    ADD("ops-per-lambda", 1, test_ops_per_lambda);
    ADD("refused", 1, test_refused);
    ADD("space", 1, test_space);
    ADD("export", 1, test_export);
    ADD("apply", 1, test_apply);
    ADD("statistics/smooth", 1, test_statistics);
    ADD("statistics/folded", 4, test_statistics);
    ADD("similarity", 1, test_similarity);
    ADD("cancel", 1, test_cancel);
    ADD("progress", 1, test_progress);
    ADD("flat-scans", 1, test_flat_scans);
    return g_test_run();
}
