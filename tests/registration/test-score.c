/* Scores of labelled pairs against counting by hand. */
#include "naive.h"
#include "session-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <lambdascope/score.h>
#include <math.h>
#include <string.h>

typedef struct {
    SessionModel model;
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamSession *session;
} Fixture;

/* Labels in slabs along z, so that each meets itself again in part: 3 belongs to neither group, 4, 36
 * and 62 are subcortical, 100 and 207 cortical; 44 and 150 exist on one side only. */
static void label(LamVolume *labels, bool fixed)
{
    static const int values[] = {3, 4, 36, 62, 100, 207};
    float *to = labels->data;
    FOR_VOXELS(labels->grid, i, j, k)
    {
        int slab = k / 3;
        *to = slab < 6 ? (float)values[slab] : fixed ? 44 : 150;
        *to = i < 4 + slab || j > 17 ? 0 : *to;
        to++;
    }
}

static void set_up(Fixture *f, gconstpointer data)
{
    LamGrid grid = session_grid();
    LamMat4 affine = lam_mat4_translation(5, -2.5, 0); /* whole voxels */
    f->model = session_model(1);
    f->fixed = session_scan(&grid, 0, (LamVec3){{0}});
    f->moving = session_scan(&grid, 1, (LamVec3){{0}});
    f->fixed_labels = lam_volume_new(&grid, 1, NULL);
    f->moving_labels = lam_volume_new(&grid, 1, NULL);
    label(f->fixed_labels, true);
    label(f->moving_labels, false);
    f->session = session_open(&f->model, f->fixed, f->moving, &affine);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    LamVolume *volumes[] = {f->fixed, f->moving, f->fixed_labels, f->moving_labels};
    lam_session_free(f->session);
    for (int i = 0; i < 4; i++)
        lam_volume_unref(volumes[i]);
    session_model_clear(&f->model);
}

/* NaN unless both have it. total: the whole displacement, NULL = the affine alone. */
static double naive_dice(const Fixture *f, const LamVolume *total, int value)
{
    double a = 0, b = 0, both = 0;
    FOR_VOXELS(f->fixed_labels->grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&f->fixed->grid.to_world, (LamVec3){{i, j, k}});
        LamVec3 y = lam_mat4_apply(lam_session_affine(f->session), x);
        for (int c = 0; c < 3 && total != NULL; c++)
            y.v[c] = x.v[c] + naive_voxel(total, c, i, j, k);
        bool in_a = naive_voxel(f->fixed_labels, 0, i, j, k) == value;
        bool in_b = naive_sample(f->moving_labels, 0, y, LAM_NEAREST, 0) == value;
        a += in_a;
        b += in_b;
        both += in_a && in_b;
    }
    return a > 0 && b > 0 ? 2 * both / (a + b) : NAN;
}

static void check(const Fixture *f, const LamScore *score, const LamVolume *total)
{
    static const int values[] = {3, 4, 36, 44, 62, 100, 150, 207};
    double dice[8];
    g_assert_cmpint(score->n_labels, ==, 8);
    for (int i = 0; i < 8; i++) {
        dice[i] = naive_dice(f, total, values[i]);
        g_assert_cmpint(score->labels[i], ==, values[i]);
        g_assert_cmpint(isnan(dice[i]), ==, isnan(score->dice[i]));
        if (!isnan(dice[i]))
            g_assert_cmpfloat_with_epsilon(score->dice[i], dice[i], 1e-12);
    }
    g_assert_true(isnan(score->dice[3]) && isnan(score->dice[6])); /* 44, 150 */
    g_assert_true(dice[1] > 0.2 && dice[1] < 0.95);
    g_assert_cmpfloat_with_epsilon(score->subcortical, (dice[1] + dice[2] + dice[4]) / 3, 1e-12);
    g_assert_cmpfloat_with_epsilon(score->cortical, (dice[5] + dice[7]) / 2, 1e-12);
}

static void test_affine(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamScore score;
    lam_score(f->session, NULL, f->fixed_labels, f->moving_labels, &f->fixed->grid, &score, &error);
    g_assert_no_error(error);
    check(f, &score, NULL);
    g_assert_true(isnan(score.similarity));
    lam_score_clear(&score);
}

/* Only when asked for; labels of one side have none. */
static void test_hd95(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamVolume) carried = lam_resample(
        f->moving_labels, &f->fixed->grid, lam_session_affine(f->session), LAM_NEAREST, 0, NULL);
    double wanted[8];
    LamScore score;
    lam_score(f->session, NULL, f->fixed_labels, f->moving_labels, &f->fixed->grid, &score, &error);
    g_assert_no_error(error);
    g_assert_null(score.hd95_mm);
    g_assert_true(isnan(score.subcortical_hd95_mm) && isnan(score.cortical_hd95_mm));
    lam_score_clear(&score);
    lam_score_with(f->session, NULL, f->fixed_labels, f->moving_labels, &f->fixed->grid,
                   LAM_SCORE_HD95, &score, &error);
    g_assert_no_error(error);
    check(f, &score, NULL);
    g_assert_true(lam_hausdorff95(f->fixed_labels, carried, score.labels, 8, wanted, NULL, NULL));
    for (int i = 0; i < 8; i++)
        g_assert_true(isnan(wanted[i]) ? isnan(score.hd95_mm[i]) : score.hd95_mm[i] == wanted[i]);
    g_assert_true(isnan(wanted[3]) && isnan(wanted[6])); /* 44, 150 */
    g_assert_cmpfloat(wanted[1], >, 1);
    g_assert_cmpfloat_with_epsilon(score.subcortical_hd95_mm,
                                   (wanted[1] + wanted[2] + wanted[4]) / 3, 1e-9);
    g_assert_cmpfloat_with_epsilon(score.cortical_hd95_mm, (wanted[5] + wanted[7]) / 2, 1e-9);
    lam_score_clear(&score);
}

/* Mean over axes of the mean squared forward difference, in voxels of the field. */
static double naive_roughness(const LamVolume *d)
{
    double total = 0;
    for (int a = 0; a < 3; a++) {
        double sum = 0;
        int n = 0;
        for (int c = 0; c < 3; c++)
            FOR_VOXELS(d->grid, i, j, k)
            {
                int next[3] = {i, j, k};
                if (++next[a] == d->grid.size[a])
                    continue;
                double step =
                    naive_voxel(d, c, next[0], next[1], next[2]) - naive_voxel(d, c, i, j, k);
                sum += step * step / (8 * 8);
                n++;
            }
        total += sum / n / 3;
    }
    return total;
}

static void test_field(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSnapshot) s = session_at(f->session, 0.4);
    g_autoptr(LamVolume) total = lam_session_export_field(f->session, s, NULL);
    LamScore score;
    lam_score(f->session, s, f->fixed_labels, f->moving_labels, &f->fixed->grid, &score, &error);
    g_assert_no_error(error);
    check(f, &score, total);
    g_assert_cmpfloat_with_epsilon(score.roughness, naive_roughness(s->field), 1e-6);
    g_assert_cmpfloat(score.roughness, >, 0.001);
    g_assert_cmpfloat(score.fold_percent, ==, s->statistics.fold_percent);
    g_assert_cmpfloat(score.sd_log_jacobian, ==, s->statistics.sd_log_jacobian);
    g_assert_cmpfloat(score.similarity, ==, s->similarity);
    lam_score_clear(&score);
}

/* Values that no int holds count as background. */
static void test_vast_values(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamScore score;
    f->fixed_labels->data[0] = 1e30f;
    f->fixed_labels->data[1] = -1e30f;
    f->moving_labels->data[2] = 4e9f;
    lam_score(f->session, NULL, f->fixed_labels, f->moving_labels, &f->fixed->grid, &score, &error);
    g_assert_no_error(error);
    check(f, &score, NULL);
    lam_score_clear(&score);
}

static void test_no_labels(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamScore score;
    for (size_t i = 0; i < lam_grid_voxels(&f->fixed->grid); i++)
        f->fixed_labels->data[i] = (float)i;
    g_assert_false(lam_score(f->session, NULL, f->fixed_labels, f->moving_labels, &f->fixed->grid,
                             &score, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "different values"));
    g_assert_null(score.labels);
}

static void test_groups(void)
{
    static const int subcortical[] = {4,  11, 31, 32, 35, 36, 37, 38, 39, 40, 41, 44, 45,
                                      47, 48, 51, 52, 55, 56, 57, 58, 59, 60, 61, 62};
    size_t n = 0;
    for (int l = -1; l < 300; l++) {
        bool expected = n < G_N_ELEMENTS(subcortical) && subcortical[n] == l;
        g_assert_cmpint(lam_label_is_subcortical(l), ==, expected);
        g_assert_cmpint(lam_label_is_cortical(l), ==, l >= 100);
        n += expected;
    }
    g_assert_cmpuint(n, ==, 25);
}

#define ADD(name, function) g_test_add("/score/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("affine", test_affine);
    ADD("field", test_field);
    ADD("hd95", test_hd95);
    ADD("vast-values", test_vast_values);
    ADD("no-labels", test_no_labels);
    g_test_add_func("/score/groups", test_groups);
    return g_test_run();
}
