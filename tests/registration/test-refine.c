/* Refinement of a pair, from the network and from zero: what it reaches, what its extra terms do, its
 * clock, what it refuses. */
#include "naive.h"
#include "refine-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

/* ---- what it reaches ---- */

static void test_from_network(RefineFixture *f, gconstpointer data)
{
    g_autoptr(LamSnapshot) start = session_at(f->session, 0.1);
    LamRefineOptions options = refine_quick(0.1, 30);
    LamRefineReport report;
    g_autoptr(LamSnapshot) end = refine_run(f->session, start, &options, &report);
    g_assert_cmpfloat(report.after.loss, <, report.before.loss - 0.02);
    g_assert_cmpfloat(report.after.similarity, >, report.before.similarity + 0.02);
    g_assert_cmpfloat(end->similarity, >, start->similarity);
    g_assert_cmpfloat(end->statistics.fold_percent, ==, 0);
    g_assert_cmpint(report.iterations, ==, 60);
    g_assert_false(report.out_of_time);
    g_assert_true(isnan(report.after.label_dice) && isnan(report.after.landmark_mm));
    g_assert_cmpfloat(end->lambda, ==, 0.1);
    g_assert_cmpuint(end->document, ==, 7);
    g_assert_cmpuint(end->generation, >, start->generation);
    g_assert_cmpfloat(lam_grid_spacing_mm(&end->field->grid).v[0], ==, 4);
    g_assert_true(lam_grid_equal(&end->field->grid, &end->velocity->grid, 0));
}

/* The snapshot is like any other: its transform and the exports say the same. */
static void test_snapshot(RefineFixture *f, gconstpointer data)
{
    LamRefineOptions options = refine_quick(0.1, 10);
    g_autoptr(LamSnapshot) s = refine_run(f->session, NULL, &options, NULL);
    g_autoptr(LamTransform) transform = lam_snapshot_transform(s);
    g_autoptr(LamVolume) field =
        lam_transform_to_field(transform, &lam_session_fixed(f->session)->grid, NULL);
    g_autoptr(LamVolume) exported = lam_session_export_field(f->session, s, NULL);
    g_assert_cmpfloat(session_distance(field, exported), <, 1e-3);
    g_assert_cmpfloat(s->statistics.max_mm, >, 0.5);
}

static void test_deterministic(RefineFixture *f, gconstpointer data)
{
    LamRefineOptions options = refine_quick(0.2, 8);
    g_autoptr(LamSnapshot) start = session_at(f->session, 0.2);
    g_autoptr(LamSnapshot) a = refine_run(f->session, start, &options, NULL);
    options.seconds = 3600; /* a limit that is not reached changes nothing */
    g_autoptr(LamSnapshot) b = refine_run(f->session, start, &options, NULL);
    size_t bytes = 3 * lam_grid_voxels(&a->velocity->grid) * sizeof(float);
    g_assert_cmpmem(a->velocity->data, bytes, b->velocity->data, bytes);
}

/* A ball with texture everywhere. */
static LamVolume *textured(const LamGrid *grid)
{
    LamVolume *scan = lam_volume_new(grid, 1, NULL);
    float *to = scan->data;
    FOR_VOXELS(*grid, i, j, k)
    {
        const double *x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}}).v;
        double inside = 1 / (1 + exp(hypot(hypot(x[0], x[1]), x[2]) - 19));
        double waves = sin(x[0] / 3) * cos(x[1] / 3.5) + sin(x[2] / 3.2 + x[0] / 6);
        *to++ = (float)(inside * (100 + 30 * waves));
    }
    return scan;
}

/* The fixed scan is the moving one, deformed by a known field: found from zero, without a network. */
static LamVec3 wave(LamVec3 x)
{
    return (LamVec3){{3 * sin(x.v[1] / 9), 2.5 * cos(x.v[2] / 8), 2 * sin(x.v[0] / 10)}};
}

/* Mean distance between the map and x + wave(x) where the object is. */
static double mean_error(const LamSnapshot *s, const LamVolume *fixed)
{
    g_autoptr(LamTransform) transform =
        s != NULL ? lam_snapshot_transform(s) : lam_transform_new_identity();
    double sum = 0, n = 0;
    FOR_VOXELS(fixed->grid, i, j, k)
    {
        if (naive_voxel(fixed, 0, i, j, k) < 20)
            continue;
        LamVec3 x = lam_mat4_apply(&fixed->grid.to_world, (LamVec3){{i, j, k}}), w = wave(x);
        LamVec3 y = lam_transform_point(transform, x);
        double squares = 0;
        for (int a = 0; a < 3; a++)
            squares += pow(y.v[a] - x.v[a] - w.v[a], 2);
        sum += sqrt(squares);
        n++;
    }
    return sum / n;
}

/* inverted: the moving scan's bright is dark. */
static void find_known(const RefineFixture *f, LamSimilarity similarity, double lambda,
                       bool inverted, double *before, double *after)
{
    LamMat4 identity = lam_mat4_identity();
    g_autoptr(LamVolume) field = lam_volume_new(&f->moving->grid, 3, NULL);
    size_t n = lam_grid_voxels(&field->grid), at = 0;
    FOR_VOXELS(field->grid, i, j, k)
    {
        LamVec3 w = wave(lam_mat4_apply(&field->grid.to_world, (LamVec3){{i, j, k}}));
        for (size_t a = 0; a < 3; a++)
            field->data[a * n + at] = (float)w.v[a];
        at++;
    }
    g_autoptr(LamVolume) moving = textured(&f->moving->grid);
    g_autoptr(LamVolume) fixed =
        lam_resample_field(moving, &f->fixed->grid, field, LAM_LINEAR, 0, NULL);
    for (size_t i = 0; inverted && i < lam_grid_voxels(&moving->grid); i++)
        moving->data[i] = moving->data[i] > 20 ? 220 - moving->data[i] : moving->data[i];
    g_autoptr(LamSession) session = refine_open(NULL, fixed, moving, &identity, false);
    LamRefineOptions options = lam_refine_options_classical(lambda);
    LamRefineReport report;
    options.similarity = similarity;
    options.seconds = 0;
    options.n_levels = 2;
    options.levels[0] = (LamRefineLevel){2.5, 5, 40};
    options.levels[1] = (LamRefineLevel){2.5, 2.5, 40};
    g_autoptr(LamSnapshot) s = refine_run(session, NULL, &options, &report);
    *before = mean_error(NULL, fixed);
    *after = mean_error(s, fixed);
    g_test_message("mean error %.2f mm, then %.2f mm; similarity %.3f, then %.3f", *before, *after,
                   report.before.similarity, report.after.similarity);
    g_assert_cmpfloat(report.after.similarity, >, report.before.similarity);
    g_assert_cmpfloat(s->statistics.fold_percent, ==, 0);
}

static void test_known(RefineFixture *f, gconstpointer data)
{
    double before, after;
    find_known(f, LAM_SIMILARITY_NCC, 0.5, false, &before, &after);
    g_assert_cmpfloat(after, <, 0.6 * before);
}

static void test_mse(RefineFixture *f, gconstpointer data)
{
    double before, after;
    find_known(f, LAM_SIMILARITY_MSE, 0.5, false, &before, &after);
    g_assert_cmpfloat(after, <, 0.7 * before);
}

/* Whatever is bright. */
static void test_nmi(RefineFixture *f, gconstpointer data)
{
    double before, after;
    for (int inverted = 0; inverted < 2; inverted++) {
        find_known(f, LAM_SIMILARITY_NMI, 0.2, inverted, &before, &after);
        g_assert_cmpfloat(after, <, 0.85 * before);
    }
}

/* λ = 1: nothing but smoothness counts. */
static void test_lambda_one(RefineFixture *f, gconstpointer data)
{
    LamRefineOptions options = refine_quick(1, 10);
    LamRefineReport report;
    g_autoptr(LamSnapshot) s = refine_run(f->session, NULL, &options, &report);
    g_assert_cmpfloat(s->statistics.max_mm, ==, 0);
    g_assert_cmpfloat(report.after.loss, ==, 0);
    g_autoptr(LamSnapshot) start = session_at(f->session, 1);
    lam_snapshot_unref(refine_run(f->session, start, &options, &report));
    g_assert_cmpfloat(report.after.roughness, <, 0.8 * report.before.roughness);
}

/* ---- labels, landmarks, masks ---- */

/* 5 in a ball, 9 in a smaller one beside it, 0 elsewhere. */
static LamVolume *balls(const LamGrid *grid, LamVec3 shift_mm, int first)
{
    LamVolume *map = lam_volume_new(grid, 1, NULL);
    float *to = map->data;
    FOR_VOXELS(*grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
        double a = 0, b = 0;
        for (int c = 0; c < 3; c++) {
            a += pow(x.v[c] - shift_mm.v[c] - (c == 0 ? -5 : 0), 2);
            b += pow(x.v[c] - shift_mm.v[c] - (c == 0 ? 12 : 0), 2);
        }
        *to++ = (float)(a < 81 ? first : b < 36 ? first + 4 : 0);
    }
    return map;
}

/* The scans agree already; the labels alone say that the moving one lies 4 mm further along y. */
static void test_labels(RefineFixture *f, gconstpointer data)
{
    LamMat4 identity = lam_mat4_identity();
    g_autoptr(LamVolume) a = balls(&f->fixed->grid, (LamVec3){{0}}, 5);
    g_autoptr(LamVolume) b = balls(&f->fixed->grid, (LamVec3){{0, 4, 0}}, 5);
    g_autoptr(LamSession) session = refine_open(NULL, f->fixed, f->fixed, &identity, false);
    LamRefineOptions options = refine_quick(0.5, 40);
    LamRefineReport report;
    options.fixed_labels = a;
    options.moving_labels = b;
    options.label_weight = 5;
    g_autoptr(LamSnapshot) s = refine_run(session, NULL, &options, &report);
    g_autoptr(LamTransform) transform = lam_snapshot_transform(s);
    LamVec3 y = lam_transform_point(transform, (LamVec3){{-5, 0, 0}});
    g_test_message("Dice %.3f, then %.3f; y %.2f", report.before.label_dice,
                   report.after.label_dice, y.v[1]);
    g_assert_cmpfloat(report.after.label_dice, >, report.before.label_dice + 0.1);
    g_assert_cmpfloat(y.v[1], >, 2);
    g_assert_cmpfloat(fabs(y.v[0] + 5), <, 1.5);
    /* only the one that is listed */
    const int wanted[] = {9, 77};
    options.labels = wanted;
    options.n_labels = 2;
    g_autoptr(LamSnapshot) one = refine_run(session, NULL, &options, &report);
    g_autoptr(LamTransform) other = lam_snapshot_transform(one);
    LamVec3 big = lam_transform_point(other, (LamVec3){{-12, 0, 0}});
    LamVec3 small = lam_transform_point(other, (LamVec3){{12, 0, 0}});
    g_assert_cmpfloat(small.v[1], >, big.v[1] + 1);
}

static void test_landmarks(RefineFixture *f, gconstpointer data)
{
    LamMat4 affine = lam_mat4_translation(0, 0, 2);
    g_autoptr(LamSession) session = refine_open(NULL, f->fixed, f->fixed, &affine, false);
    const LamVec3 fixed[] = {{{-6, 0, 0}}, {{7, 5, -3}}};
    const LamVec3 moving[] = {{{-6, 4, 2}}, {{4, 5, -1}}};
    LamRefineOptions options = refine_quick(0.3, 40);
    LamRefineReport report;
    options.fixed_points = fixed;
    options.moving_points = moving;
    options.n_points = 2;
    g_autoptr(LamSnapshot) s = refine_run(session, NULL, &options, &report);
    g_autoptr(LamTransform) transform = lam_snapshot_transform(s);
    double squares = 0;
    for (int i = 0; i < 2; i++) {
        LamVec3 y = lam_transform_point(transform, fixed[i]);
        for (int a = 0; a < 3; a++)
            squares += pow(y.v[a] - moving[i].v[a], 2) / 2;
    }
    g_assert_cmpfloat_with_epsilon(report.before.landmark_mm, sqrt(12.5), 1e-3);
    g_assert_cmpfloat(report.after.landmark_mm, <, 1.5);
    g_assert_cmpfloat_with_epsilon(sqrt(squares), report.after.landmark_mm, 0.1);
}

/* Where the mask is 0, nothing pulls. */
static void test_mask(RefineFixture *f, gconstpointer data)
{
    g_autoptr(LamVolume) mask = lam_volume_new(&f->fixed->grid, 1, NULL);
    FOR_VOXELS(mask->grid, i, j, k)
    {
        size_t at =
            ((size_t)k * (size_t)mask->grid.size[1] + (size_t)j) * (size_t)mask->grid.size[0] +
            (size_t)i;
        mask->data[at] = i < mask->grid.size[0] / 2 ? 1 : 0;
    }
    LamRefineOptions options = refine_quick(0.3, 20);
    options.fixed_mask = mask;
    g_autoptr(LamSnapshot) s = refine_run(f->session, NULL, &options, NULL);
    g_autoptr(LamTransform) transform = lam_snapshot_transform(s);
    double near = 0, far = 0;
    for (int y = -12; y <= 12; y += 4)
        for (int z = -12; z <= 12; z += 4) {
            const LamVec3 left = {{-8, y, z}}, right = {{26, y, z}};
            LamVec3 a = lam_transform_point(transform, left);
            LamVec3 b = lam_transform_point(transform, right);
            for (int c = 0; c < 3; c++) {
                near += fabs(a.v[c] - left.v[c]);
                far += fabs(b.v[c] - right.v[c]);
            }
        }
    g_assert_cmpfloat(near, >, 1.5 * far);
    memset(mask->data, 0, lam_grid_voxels(&mask->grid) * sizeof(float));
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_session_refine(f->session, NULL, &options, NULL, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "mask is empty"));
}

/* ---- the clock ---- */

static void test_budget(RefineFixture *f, gconstpointer data)
{
    LamRefineOptions options = refine_quick(0.1, 100000);
    LamRefineReport report;
    options.seconds = 1;
    lam_snapshot_unref(refine_run(f->session, NULL, &options, &report));
    g_test_message("%d iterations in %.2f s", report.iterations, report.seconds);
    g_assert_true(report.out_of_time);
    g_assert_cmpint(report.iterations, >, 0);
    /* an iteration takes milliseconds here; the rest is for a busy machine */
    g_assert_cmpfloat(report.seconds, <, 3);
    g_assert_cmpfloat(report.after.loss, <, report.before.loss);
    options.seconds = 1e-6; /* none at all: the start comes back */
    g_autoptr(LamSnapshot) none = refine_run(f->session, NULL, &options, &report);
    g_assert_cmpint(report.iterations, ==, 0);
    g_assert_cmpfloat(none->statistics.max_mm, ==, 0);
}

static void cancel_later(double fraction, const char *stage, void *user)
{
    if (fraction > 0.2)
        g_cancellable_cancel(user);
}

static void test_cancel(RefineFixture *f, gconstpointer data)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LamProgress progress = {
        .report = cancel_later, .user = cancellable, .cancellable = cancellable};
    LamRefineOptions options = refine_quick(0.1, 50);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_session_refine(f->session, NULL, &options, NULL, &progress, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
    g_autoptr(LamSnapshot) after = session_at(f->session, 0.1); /* the session lives on */
    g_assert_nonnull(after);
}

/* ---- what it refuses ---- */

static void refused(LamSession *session, const LamRefineOptions *options, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_session_refine(session, NULL, options, NULL, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    if (strstr(error->message, why) == NULL)
        g_error("'%s' does not say '%s'", error->message, why);
}

static void test_refused(RefineFixture *f, gconstpointer data)
{
    static const double lambdas[] = {-0.01, 1.01, NAN, INFINITY};
    LamRefineOptions good = refine_quick(0.5, 1), o = good;
    for (size_t i = 0; i < G_N_ELEMENTS(lambdas); i++) {
        o.lambda = lambdas[i];
        refused(f->session, &o, "between 0 and 1");
    }
    o = good;
    o.n_levels = 0;
    refused(f->session, &o, "levels");
    o = good;
    o.levels[1].field_mm = 0.01;
    refused(f->session, &o, "spacings");
    o = good;
    o.levels[0].iterations = -1;
    refused(f->session, &o, "iterations");
    o = good;
    o.seconds = NAN;
    refused(f->session, &o, "seconds");
    o = good;
    o.similarity = LAM_SIMILARITY_NONE;
    refused(f->session, &o, "similarity");
    o.similarity = LAM_SIMILARITY_NMI;
    o.fixed_mask = f->fixed;
    refused(f->session, &o, "mask");
    o = good;
    o.landmark_weight = -1;
    refused(f->session, &o, "weights");
    const LamVec3 here = {{0, 0, 0}}, away = {{0, 500, 0}}, nowhere = {{NAN, 0, 0}};
    o = good;
    o.n_points = 1;
    o.fixed_points = &away;
    o.moving_points = &here;
    refused(f->session, &o, "outside the box");
    o.fixed_points = &here;
    o.moving_points = &nowhere;
    refused(f->session, &o, "no number");
    g_autoptr(LamVolume) a = balls(&f->fixed->grid, (LamVec3){{0}}, 5);
    g_autoptr(LamVolume) b = balls(&f->fixed->grid, (LamVec3){{0}}, 50);
    o = good;
    o.fixed_labels = a;
    refused(f->session, &o, "missing");
    o.moving_labels = b;
    refused(f->session, &o, "no label in common");
    o.moving_labels =
        f->moving; /* a scan: not many values are whole and the same, but it is none */
    const int other[] = {1000};
    o.labels = other;
    o.n_labels = 1;
    refused(f->session, &o, "no label in common");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(RefineFixture *, gconstpointer);
    } tests[] = {
        {"from-network", test_from_network},
        {"snapshot", test_snapshot},
        {"deterministic", test_deterministic},
        {"known-deformation", test_known},
        {"mse", test_mse},
        {"nmi", test_nmi},
        {"lambda-one", test_lambda_one},
        {"labels", test_labels},
        {"landmarks", test_landmarks},
        {"mask", test_mask},
        {"budget", test_budget},
        {"cancel", test_cancel},
        {"refused", test_refused},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/refine/%s", tests[i].name);
        g_test_add(path, RefineFixture, NULL, refine_set_up, tests[i].test, refine_tear_down);
    }
    return g_test_run();
}
