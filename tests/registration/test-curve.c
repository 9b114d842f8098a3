/* Curves over λ: what is measured, against naive references; in which order; what is said of the best. */
#include "naive.h"
#include "session-fixture.h"

#include <lambdascope/curve.h>
#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <string.h>

typedef struct {
    SessionPair pair;
    LamVolume *fixed_labels, *moving_labels;
} Fixture;

/* Shells of intensity as labels 3 and 8. */
static LamVolume *labels_of(const LamVolume *scan)
{
    LamVolume *labels = lam_volume_new(&scan->grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&scan->grid); i++)
        labels->data[i] = scan->data[i] > 90 ? 8 : scan->data[i] > 25 ? 3 : 0;
    return labels;
}

static void set_up(Fixture *f, gconstpointer symmetric)
{
    session_pair_open(&f->pair, symmetric != NULL);
    f->fixed_labels = labels_of(f->pair.fixed);
    f->moving_labels = labels_of(f->pair.moving);
}

static void tear_down(Fixture *f, gconstpointer symmetric)
{
    lam_volume_unref(f->fixed_labels);
    lam_volume_unref(f->moving_labels);
    session_pair_close(&f->pair);
}

static LamComposite *halves(Fixture *f)
{
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) mask = lam_volume_new(&grid, 1, NULL);
    float *at = mask->data;
    FOR_VOXELS(grid, i, j, k)
    {
        *at++ = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}}).v[0] < 0;
    }
    g_autoptr(LamRegion) left = lam_region_new("left", 0, mask);
    const LamRegion *regions[1] = {left};
    return lam_composite_new(f->pair.session, regions, 1, NULL, NULL);
}

/* Both label maps on the model grid. */
static void bring(Fixture *f, const LamSnapshot *snapshot, LamVolume *out[2])
{
    const LamGrid *grid = lam_session_model_grid(f->pair.session);
    g_autoptr(LamVolume) total =
        lam_field_compose_affine(snapshot->field, &snapshot->affine, grid, NULL);
    out[0] = lam_resample(f->fixed_labels, grid, NULL, LAM_NEAREST, 0, NULL);
    out[1] = lam_resample_field(f->moving_labels, grid, total, LAM_NEAREST, 0, NULL);
}

static void test_whole(Fixture *f, gconstpointer data)
{
    GError *error = NULL;
    g_autoptr(LamCurveProbe) probe =
        lam_curve_probe_new(f->pair.session, f->fixed_labels, f->moving_labels, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(LamCurvePoint) point = lam_curve_probe_at(probe, 0.3, &error);
    g_assert_no_error(error);
    g_autoptr(LamSnapshot) snapshot = session_at(f->pair.session, 0.3);
    LamVolume *maps[2];
    bring(f, snapshot, maps);
    double three = lam_dice(maps[0], maps[1], 3), eight = lam_dice(maps[0], maps[1], 8);
    int n;
    const int *labels = lam_curve_probe_labels(probe, &n);
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpint(labels[1], ==, 8);
    g_assert_cmpfloat_with_epsilon(point->label_dice[0], three, 1e-9);
    g_assert_cmpfloat_with_epsilon(point->label_dice[1], eight, 1e-9);
    g_assert_cmpfloat_with_epsilon(point->domain[0].dice, 0.5 * (three + eight), 1e-9);
    g_assert_cmpfloat_with_epsilon(point->domain[0].similarity, snapshot->similarity, 1e-5);
    g_assert_cmpfloat_with_epsilon(point->domain[0].roughness, lam_field_roughness(snapshot->field),
                                   1e-9);
    g_assert_cmpfloat(point->domain[0].sd_log_jacobian, ==, snapshot->statistics.sd_log_jacobian);
    g_assert_cmpint(point->n_domains, ==, 1);
    lam_volume_unref(maps[0]);
    lam_volume_unref(maps[1]);
}

static double naive_dice(LamVolume *maps[2], int label, bool left)
{
    double both = 0, sum = 0;
    size_t at = 0;
    FOR_VOXELS(maps[0]->grid, i, j, k)
    {
        bool here = lam_mat4_apply(&maps[0]->grid.to_world, (LamVec3){{i, j, k}}).v[0] < 0;
        bool a = maps[0]->data[at] == (float)label, b = maps[1]->data[at] == (float)label;
        at++;
        if (here != left)
            continue;
        both += a && b;
        sum += a + b;
    }
    return 2 * both / sum;
}

static void test_regions(Fixture *f, gconstpointer data)
{
    g_autoptr(LamComposite) regions = halves(f);
    g_autoptr(LamCurveProbe) probe =
        lam_curve_probe_new(f->pair.session, f->fixed_labels, f->moving_labels, regions, NULL);
    g_autoptr(LamCurvePoint) point = lam_curve_probe_at(probe, 0.2, NULL);
    g_autoptr(LamSnapshot) snapshot = session_at(f->pair.session, 0.2);
    LamVolume *maps[2];
    bring(f, snapshot, maps);
    g_assert_cmpint(point->n_domains, ==, 3);
    for (int d = 1; d < 3; d++) {
        double mean = 0.5 * (naive_dice(maps, 3, d == 1) + naive_dice(maps, 8, d == 1));
        g_assert_cmpfloat_with_epsilon(point->domain[d].dice, mean, data != NULL ? 0.03 : 0.015);
        g_assert_cmpfloat(point->domain[d].roughness, >, 0);
        g_assert_cmpfloat(point->domain[d].similarity, >, 0);
        g_assert_cmpfloat(point->domain[d].fold_percent, >=, 0);
    }
    /* the whole lies between its parts */
    double lo = fmin(point->domain[1].roughness, point->domain[2].roughness);
    double hi = fmax(point->domain[1].roughness, point->domain[2].roughness);
    g_assert_cmpfloat(point->domain[0].roughness, >, 0.95 * lo);
    g_assert_cmpfloat(point->domain[0].roughness, <, 1.05 * hi);
    lam_volume_unref(maps[0]);
    lam_volume_unref(maps[1]);
}

static void fill_ball(LamVolume *map, LamVec3 centre, double radius_mm)
{
    float *at = map->data;
    FOR_VOXELS(map->grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&map->grid.to_world, (LamVec3){{i, j, k}});
        double away =
            hypot(hypot(x.v[0] - centre.v[0], x.v[1] - centre.v[1]), x.v[2] - centre.v[2]);
        *at++ = away < radius_mm ? 3 : 0;
    }
}

/* A label that lies in one block: there is no Dice without it, and no difference can be told. */
static void test_label_in_block(Fixture *f, gconstpointer data)
{
    LamMat4 affine = session_affine();
    const LamVec3 centre = {{5, 5, 5}};
    fill_ball(f->fixed_labels, centre, 4);
    fill_ball(f->moving_labels, lam_mat4_apply(&affine, centre), 6);
    g_autoptr(LamCurveProbe) probe =
        lam_curve_probe_new(f->pair.session, f->fixed_labels, f->moving_labels, NULL, NULL);
    g_autoptr(LamCurve) curve = lam_curve_new();
    for (int i = 0; i < 9; i++)
        g_assert_true(lam_curve_extend(curve, probe, NULL));
    LamCurveBest best = lam_curve_best(curve, 0);
    g_assert_true(best.known);
    g_assert_cmpfloat(best.from, ==, 0);
    g_assert_cmpfloat(best.to, ==, 1);
}

static void test_without_labels(Fixture *f, gconstpointer data)
{
    g_autoptr(LamCurveProbe) probe = lam_curve_probe_new(f->pair.session, NULL, NULL, NULL, NULL);
    g_autoptr(LamCurve) curve = lam_curve_new();
    int n = 0;
    for (; lam_curve_next(curve) >= 0; n++)
        g_assert_true(lam_curve_extend(curve, probe, NULL));
    g_assert_cmpint(n, ==, LAM_CURVE_POINTS);
    g_assert_true(isnan(lam_curve_point(curve, 7)->domain[0].dice));
    g_assert_false(lam_curve_best(curve, 0).known);
    g_assert_true(lam_curve_extend(curve, probe, NULL)); /* nothing left: no error */
}

/* ---- made-up curves ---- */

/* A point of a domain that lies in the first `held` blocks. Each of them has its own share in Dice, and some more
 * of it is moved between them by `unrest`. */
static LamCurvePoint *made_up_in(int held, int place, double dice, double unrest)
{
    LamCurvePoint *point = lam_curve_point_new(lam_curve_lambda(place), 1, 0);
    point->domain[0].dice = dice;
    for (int b = 0; b < LAM_CURVE_BLOCKS; b++)
        point->without[b] =
            b < held ? dice + (1e-3 + unrest * (place - 16)) * (b % 2 ? 1 : -1) : dice;
    return point;
}

static LamCurvePoint *made_up(int place, double dice, double unrest)
{
    return made_up_in(LAM_CURVE_BLOCKS, place, dice, unrest);
}

static void test_order(void)
{
    g_autoptr(LamCurve) curve = lam_curve_new();
    bool seen[LAM_CURVE_POINTS] = {0};
    int order[LAM_CURVE_POINTS];
    for (int n = 0; n < LAM_CURVE_POINTS; n++) {
        int place = order[n] = lam_curve_next(curve);
        g_assert_false(seen[place]);
        seen[place] = true;
        /* flat, with a step at place 26 */
        lam_curve_add(curve, place, made_up(place, place < 26 ? 0.8 : 0.5, 0));
    }
    g_assert_cmpint(lam_curve_next(curve), ==, -1);
    for (int n = 0; n < 9; n++)
        g_assert_cmpint(order[n], ==, 4 * n);
    for (int n = 9; n < 13; n++) /* then around the step */
        g_assert_cmpint(ABS(order[n] - 26), <=, 4);
    g_assert_cmpfloat(lam_curve_lambda(0), ==, 0);
    g_assert_cmpfloat(lam_curve_lambda(16), ==, 0.5);
    g_assert_cmpfloat(lam_curve_lambda(32), ==, 1);
}

static LamCurve *parabola_in(int held, double unrest)
{
    LamCurve *curve = lam_curve_new();
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        lam_curve_add(curve, i, made_up_in(held, i, 0.8 - 1e-4 * pow(i - 12, 2), unrest));
    return curve;
}

static LamCurveBest best_of_parabola(double unrest)
{
    g_autoptr(LamCurve) curve = parabola_in(LAM_CURVE_BLOCKS, unrest);
    return lam_curve_best(curve, 0);
}

/* The standard error of two points s places apart is unrest s sqrt(63); the band ends where the parabola
 * falls below twice that. */
static void test_band(void)
{
    LamCurveBest sharp = best_of_parabola(0), blunt = best_of_parabola(3e-5);
    g_assert_true(sharp.known);
    g_assert_cmpfloat(sharp.lambda, ==, lam_curve_lambda(12));
    g_assert_cmpfloat(sharp.from, ==, sharp.lambda);
    g_assert_cmpfloat(sharp.to, ==, sharp.lambda);
    g_assert_cmpfloat_with_epsilon(blunt.dice, 0.8, 1e-12);
    /* 1e-4 s^2 <= 2 · 3e-5 · s · sqrt(63) while s <= 4.76 */
    g_assert_cmpfloat(blunt.from, ==, lam_curve_lambda(8));
    g_assert_cmpfloat(blunt.to, ==, lam_curve_lambda(16));
}

static void assert_all(const LamCurve *curve)
{
    LamCurveBest best = lam_curve_best(curve, 0);
    g_assert_true(best.known);
    g_assert_cmpfloat(best.lambda, ==, lam_curve_lambda(12));
    g_assert_cmpfloat(best.from, ==, 0);
    g_assert_cmpfloat(best.to, ==, 1);
}

/* Takes away what is known without one block, at every λ or at one only. */
static void forget(LamCurve *curve, int block, int place)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (place < 0 || i == place)
            lam_curve_point(curve, i)->without[block] = NAN;
}

/* One block holds all of the label: without it there is no Dice, and the others say nothing. */
static void test_one_block(void)
{
    g_autoptr(LamCurve) curve = parabola_in(1, 0);
    forget(curve, 0, -1);
    assert_all(curve);
}

/* However alike a few blocks are, they are no sample. */
static void test_few_blocks(void)
{
    g_autoptr(LamCurve) curve = parabola_in(7, 0);
    assert_all(curve);
    g_autoptr(LamCurve) enough = parabola_in(8, 0);
    g_assert_cmpfloat(lam_curve_best(enough, 0).from, ==, lam_curve_lambda(12));
}

/* With n blocks that hold something the standard error is unrest s sqrt(n - 1), whatever is empty beside them. */
static void test_empty_blocks(void)
{
    g_autoptr(LamCurve) curve = parabola_in(16, 6e-5);
    LamCurveBest best = lam_curve_best(curve, 0);
    /* 1e-4 s^2 <= 2 · 6e-5 · s · sqrt(15) while s <= 4.65 */
    g_assert_cmpfloat(best.from, ==, lam_curve_lambda(8));
    g_assert_cmpfloat(best.to, ==, lam_curve_lambda(16));
}

/* A block that leaves nothing at one of two λ is not counted for their difference; the others are. */
static void test_block_left_out(void)
{
    g_autoptr(LamCurve) curve = parabola_in(LAM_CURVE_BLOCKS, 3e-5);
    forget(curve, 5, 14);
    forget(curve, 6, 12);
    LamCurveBest best = lam_curve_best(curve, 0);
    g_assert_cmpfloat(best.from, ==, lam_curve_lambda(8));
    g_assert_cmpfloat(best.to, ==, lam_curve_lambda(16));
}

static void test_limits(void)
{
    g_autoptr(LamCurve) curve = lam_curve_new();
    g_assert_true(isnan(lam_curve_elbow(curve, 0)));
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        LamCurvePoint *point = made_up(i, NAN, 0);
        double t = (double)i / (LAM_CURVE_POINTS - 1);
        point->domain[0].fold_percent = fmax(0, 1 - 2 * t);
        point->domain[0].sd_log_jacobian = 1 - t;
        point->domain[0].roughness = exp(-4 * t);
        point->domain[0].similarity = t < 0.75 ? 0.9 : 0.9 - 2 * (t - 0.75);
        lam_curve_add(curve, i, point);
    }
    g_assert_cmpfloat(lam_curve_within_folds(curve, 0, 0.5), ==, lam_curve_lambda(8));
    g_assert_cmpfloat(lam_curve_within_folds(curve, 0, 0), ==, lam_curve_lambda(16));
    g_assert_cmpfloat(lam_curve_within_strain(curve, 0, 0.25), ==, lam_curve_lambda(24));
    g_assert_true(isnan(lam_curve_within_strain(curve, 0, -1)));
    g_assert_cmpfloat(lam_curve_elbow(curve, 0), ==, lam_curve_lambda(24));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(Fixture *, gconstpointer);
    } tests[] = {{"whole", test_whole},
                 {"regions", test_regions},
                 {"label-in-block", test_label_in_block},
                 {"without-labels", test_without_labels}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        for (int s = 0; s < 2; s++) {
            g_autofree char *path =
                g_strdup_printf("/curve/%s%s", tests[i].name, s ? "/symmetric" : "");
            g_test_add(path, Fixture, s ? "symmetric" : NULL, set_up, tests[i].test, tear_down);
        }
    g_test_add_func("/curve/order", test_order);
    g_test_add_func("/curve/band", test_band);
    g_test_add_func("/curve/one-block", test_one_block);
    g_test_add_func("/curve/few-blocks", test_few_blocks);
    g_test_add_func("/curve/empty-blocks", test_empty_blocks);
    g_test_add_func("/curve/block-left-out", test_block_left_out);
    g_test_add_func("/curve/limits", test_limits);
    return g_test_run();
}
