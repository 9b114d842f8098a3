/* λ from evidence, on tables whose answer is known. */
#include <lambdascope/tune.h>
#include <math.h>

#define PAIRS  12
#define LABELS 2

/* All ordered pairs of 4 subjects. Dice of label k in pair p is a parabola over the places, highest at
 * top(p, k). */
static LamTuneTable *table_new(double (*top)(int fixed, int moving, int k))
{
    LamTuneTable *t = g_new0(LamTuneTable, 1);
    *t = (LamTuneTable){.n_pairs = PAIRS, .n_subjects = 4, .n_labels = LABELS};
    t->labels = g_memdup2((int[]){47, 51}, 2 * sizeof(int));
    t->subject = g_new(int, 2 * PAIRS);
    t->dice = g_new(double, PAIRS *LABELS *LAM_CURVE_POINTS);
    t->fold_percent = g_new0(double, PAIRS *LAM_CURVE_POINTS);
    t->roughness = g_new0(double, PAIRS *LAM_CURVE_POINTS);
    for (int p = 0; p < PAIRS; p++) {
        int fixed = p / 3, moving = (fixed + 1 + p % 3) % 4;
        t->subject[2 * p] = fixed;
        t->subject[2 * p + 1] = moving;
        for (int k = 0; k < LABELS; k++)
            for (int l = 0; l < LAM_CURVE_POINTS; l++)
                t->dice[(p * LABELS + k) * LAM_CURVE_POINTS + l] =
                    0.8 - 1e-3 * pow(l - top(fixed, moving, k), 2);
    }
    return t;
}

static double same_for_all(int fixed, int moving, int k)
{
    return k == 0 ? 8 : 20;
}

static double by_subject(int fixed, int moving, int k)
{
    return 10 + fixed + moving + 4 * k;
}

static void test_same(void)
{
    g_autoptr(LamTuneTable) t = table_new(same_for_all);
    LamOptimum one = lam_tune_optimum(t, 0, 200, 1), all = lam_tune_optimum(t, -1, 200, 1);
    g_assert_cmpfloat(one.lambda, ==, lam_curve_lambda(8));
    g_assert_cmpfloat(one.from, ==, one.lambda); /* no pair says otherwise */
    g_assert_cmpfloat(one.to, ==, one.lambda);
    g_assert_cmpfloat_with_epsilon(one.dice, 0.8, 1e-12);
    g_assert_cmpfloat(all.lambda, ==, lam_curve_lambda(14)); /* between 8 and 20 */
}

static void test_interval(void)
{
    g_autoptr(LamTuneTable) t = table_new(by_subject);
    LamOptimum one = lam_tune_optimum(t, 0, 1000, 1), again = lam_tune_optimum(t, 0, 1000, 1);
    g_assert_cmpfloat(one.lambda, ==, lam_curve_lambda(13)); /* 10 + 2 · mean of 0..3 */
    g_assert_cmpfloat(one.from, <, one.lambda);
    g_assert_cmpfloat(one.to, >, one.lambda);
    g_assert_cmpfloat(one.from, >=, lam_curve_lambda(11)); /* a pair's extremes */
    g_assert_cmpfloat(one.to, <=, lam_curve_lambda(15));
    g_assert_cmpfloat(one.from, ==, again.from);
}

static double by_moving(int fixed, int moving, int k)
{
    (void)fixed;
    return 10 + moving + 4 * k;
}

/* One fixed scan of all pairs is a template: the moving ones alone are drawn, and any of them may be. */
static void test_template(void)
{
    g_autoptr(LamTuneTable) t = table_new(by_moving);
    t->n_pairs = 4;
    for (int p = 0; p < 4; p++) {
        t->subject[2 * p] = -1;
        t->subject[2 * p + 1] = p;
        for (int l = 0; l < LAM_CURVE_POINTS; l++)
            t->dice[p * LABELS * LAM_CURVE_POINTS + l] =
                0.8 - 1e-3 * pow(l - by_moving(0, p, 0), 2);
    }
    LamOptimum one = lam_tune_optimum(t, 0, 2000, 1);
    g_assert_cmpfloat(one.from, >=, lam_curve_lambda(10));
    g_assert_cmpfloat(one.from, <,
                      lam_curve_lambda(11)); /* of one in 256 draws, four times the first */
    g_assert_cmpfloat(one.to, <=, lam_curve_lambda(13));
    LamTuneGain gain = lam_tune_gain(t, 100, 1);
    g_assert_true(gain.subjects_apart); /* the template is not shared */
}

/* Two subjects tell nothing of others. */
static void test_two_subjects(void)
{
    g_autoptr(LamTuneTable) t = table_new(same_for_all);
    t->n_pairs = 1;
    t->n_subjects = 2;
    LamOptimum one = lam_tune_optimum(t, 0, 100, 1);
    g_assert_cmpfloat(one.lambda, ==, lam_curve_lambda(8));
    g_assert_cmpfloat(one.from, ==, 0);
    g_assert_cmpfloat(one.to, ==, 1);
    g_assert_true(isnan(lam_tune_gain(t, 100, 1).gain));
}

/* A label that few pairs have, and one that none has. */
static void test_absent(void)
{
    g_autoptr(LamTuneTable) t = table_new(same_for_all);
    for (int p = 0; p < PAIRS; p++)
        for (int l = 0; l < LAM_CURVE_POINTS; l++) {
            t->dice[(p * LABELS + 1) * LAM_CURVE_POINTS + l] = NAN;
            if (p > 0)
                t->dice[p * LABELS * LAM_CURVE_POINTS + l] = NAN;
        }
    g_assert_cmpfloat(lam_tune_optimum(t, 0, 100, 1).lambda, ==, lam_curve_lambda(8));
    g_assert_true(isnan(lam_tune_optimum(t, 1, 100, 1).lambda));
}

/* One λ for both costs 6^2 in each parabola; a λ for each costs nothing. */
static void test_gain(void)
{
    g_autoptr(LamTuneTable) t = table_new(same_for_all);
    LamTuneGain gain = lam_tune_gain(t, 200, 1);
    g_assert_true(gain.subjects_apart);
    g_assert_cmpint(gain.n_pairs, ==, PAIRS);
    g_assert_cmpfloat_with_epsilon(gain.gain, 0.036, 1e-9);
    g_assert_cmpfloat_with_epsilon(gain.from, 0.036, 1e-9);
    g_assert_cmpfloat_with_epsilon(gain.each, 0.8, 1e-9);
}

/* What was chosen on others may be wrong here: nothing is gained from noise. */
static double by_pair(int fixed, int moving, int k)
{
    return (fixed * 7 + moving * 3 + k * 11) % 17 + 8;
}

static void test_no_gain(void)
{
    g_autoptr(LamTuneTable) t = table_new(by_pair);
    LamTuneGain gain = lam_tune_gain(t, 200, 1);
    g_assert_cmpfloat(gain.from, <=, gain.gain);
    g_assert_cmpfloat(gain.to, >=, gain.gain);
    g_assert_cmpfloat(gain.gain, <, 0.01);
}

static const char *name_of(int label, gpointer user)
{
    return label == 47 ? "hippocampus" : NULL;
}

static void test_preset(void)
{
    g_autoptr(LamTuneTable) t = table_new(same_for_all);
    g_autoptr(LamEvidence) preset =
        lam_tune_evidence(t, "all", "task", "model", "00ff", name_of, NULL, 100, 1);
    g_assert_cmpint(preset->n_structures, ==, 2);
    g_assert_cmpstr(preset->structures[0].name, ==, "hippocampus");
    g_assert_null(preset->structures[1].name);
    g_assert_cmpfloat(preset->structures[1].optimum.lambda, ==, lam_curve_lambda(20));
    g_assert_cmpint(preset->n_points, ==, LAM_CURVE_POINTS);
    g_assert_cmpfloat_with_epsilon(preset->dice[14], 0.8 - 0.036, 1e-9);
    LamTuneTask task = {t, preset, lam_tune_gain(t, 100, 1)};
    g_autoptr(LamStudyResult) result = lam_tune_result(&task, 1);
    g_assert_cmpuint(lam_study_table_rows(result->table), ==, 3);
    g_assert_cmpstr(lam_study_table_cell(result->table, 1, "structure"), ==, "hippocampus");
    g_assert_cmpstr(lam_study_table_cell(result->summary, 0, "gain"), ==, "0.0360");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tune/same", test_same);
    g_test_add_func("/tune/interval", test_interval);
    g_test_add_func("/tune/template", test_template);
    g_test_add_func("/tune/two-subjects", test_two_subjects);
    g_test_add_func("/tune/absent", test_absent);
    g_test_add_func("/tune/gain", test_gain);
    g_test_add_func("/tune/no-gain", test_no_gain);
    g_test_add_func("/tune/preset", test_preset);
    return g_test_run();
}
