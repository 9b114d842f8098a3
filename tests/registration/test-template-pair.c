/* A template at two sets of attributes as a pair, and against a scan: what changes, what stays, what is refused. */
#include "template-fixture.h"

#include "session-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/template_curve.h>
#include <lambdascope/template_pair.h>
#include <math.h>
#include <string.h>

static LamTemplatePair *open_pair(LamTemplatePairOptions options)
{
    GError *error = NULL;
    options.document = 5;
    LamTemplatePair *pair = lam_template_pair_new(&options, NULL, &error);
    g_assert_no_error(error);
    return pair;
}

static LamTemplatePair *open_both(LamModel *model)
{
    return open_pair((LamTemplatePairOptions){.templates = {model, model}});
}

static LamSnapshot *field_of(LamTemplatePair *pair)
{
    return session_at(lam_template_pair_session(pair), 0.3);
}

static void set(LamTemplatePair *pair, int side, double age, double sex)
{
    GError *error = NULL;
    lam_template_pair_set(pair, side, (double[]){age, sex}, &error);
    g_assert_no_error(error);
}

static void test_begins(void)
{
    g_autoptr(LamModel) model = template_fixture_model(true);
    g_autoptr(LamTemplatePair) pair = open_both(model);
    const LamTemplatePicture *fixed = lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_FIXED);
    const LamTemplatePicture *moving = lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_MOVING);
    LamSession *session = lam_template_pair_session(pair);
    g_assert_cmpfloat(fixed->values[0], ==, 80);
    g_assert_cmpfloat(moving->values[0], ==, 20);
    g_assert_true(lam_session_fixed(session) == fixed->image);
    g_assert_true(lam_session_moving(session) == moving->image);
    g_assert_cmpfloat(session_distance(fixed->image, moving->image), >, 1e-3);
    LamMat4 none = lam_mat4_identity();
    g_assert_cmpmem(lam_session_affine(session), sizeof none, &none, sizeof none);
    g_assert_cmpint(fixed->labels->count, ==, 1);
    g_assert_cmpint(fixed->labels->label[0], ==, 51);
    g_autoptr(LamSnapshot) snapshot = field_of(pair);
    g_assert_cmpuint(snapshot->document, ==, 5);
}

/* Changed in place, it is what a new pair would be. */
static void test_change(void)
{
    g_autoptr(LamModel) model = template_fixture_model(true);
    g_autoptr(LamTemplatePair) pair = open_both(model);
    g_autoptr(LamSnapshot) before = field_of(pair);
    set(pair, LAM_TEMPLATE_PAIR_FIXED, 65, 1);
    set(pair, LAM_TEMPLATE_PAIR_MOVING, 40, 0);
    g_autoptr(LamSnapshot) after = field_of(pair);
    g_assert_cmpfloat(session_distance(before->field, after->field), >, 1e-4);
    set(pair, LAM_TEMPLATE_PAIR_FIXED, 80, 0);
    set(pair, LAM_TEMPLATE_PAIR_MOVING, 20, 0);
    g_autoptr(LamSnapshot) back = field_of(pair);
    g_assert_cmpfloat(session_distance(before->field, back->field), <, 1e-4);
}

static void test_scan(void)
{
    GError *error = NULL;
    g_autoptr(LamModel) model = template_fixture_model(true);
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) scan = session_scan(&grid, 1, (LamVec3){{0, 0, 0}});
    LamMat4 affine = session_affine();
    g_autoptr(LamTemplatePair) pair = open_pair((LamTemplatePairOptions){
        .templates = {model, NULL}, .scans = {NULL, scan}, .affine = &affine});
    const LamTemplatePicture *fixed = lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_FIXED);
    g_assert_cmpfloat(fixed->values[0], ==, 50);
    g_assert_null(lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_MOVING));
    set(pair, LAM_TEMPLATE_PAIR_FIXED, 30, 0);
    g_autoptr(LamSnapshot) snapshot = field_of(pair);
    g_assert_cmpmem(&snapshot->affine, sizeof affine, &affine, sizeof affine);
    g_assert_false(
        lam_template_pair_set(pair, LAM_TEMPLATE_PAIR_MOVING, (double[]){30, 0}, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "moving image: it is a scan"));
    g_clear_error(&error);
}

/* Nothing changes, and the message says what is wrong. */
static void refuse(LamTemplatePair *pair, double age, double sex, const char *why)
{
    g_autoptr(GError) error = NULL;
    LamTemplatePicture *was = lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_FIXED);
    g_assert_false(
        lam_template_pair_set(pair, LAM_TEMPLATE_PAIR_FIXED, (double[]){age, sex}, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    if (strstr(error->message, why) == NULL)
        g_error("“%s” does not say “%s”", error->message, why);
    g_assert_true(lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_FIXED) == was);
}

static void test_refused(void)
{
    g_autoptr(LamModel) model = template_fixture_model(true);
    g_autoptr(LamTemplatePair) pair = open_both(model);
    refuse(pair, NAN, 0, "age: must be a number");
    refuse(pair, 50, INFINITY, "sex: must be a number");
    refuse(pair, 500, 0, "age 500: it was trained on 20 to 80");
    refuse(pair, -41, 0, "age -41");
    refuse(pair, 50, 0.5, "sex: must be F (0) or M (1)");
    set(pair, LAM_TEMPLATE_PAIR_FIXED, 95, 0); /* an extrapolation is told, not refused */
}

static void test_not_a_template(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(SessionModel) plain = session_model(1);
    LamTemplatePairOptions options = {.templates = {plain.model, plain.model}};
    g_assert_null(lam_template_pair_new(&options, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "it has none"));
    g_clear_error(&error);
    g_assert_null(lam_template_pair_new(&(LamTemplatePairOptions){0}, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

static void test_without_structures(void)
{
    GError *error = NULL;
    g_autoptr(LamModel) model = template_fixture_model(false);
    g_autoptr(LamTemplatePair) pair = open_both(model);
    g_assert_null(lam_template_pair_picture(pair, 0)->labels);
    g_autoptr(LamTemplate) template = lam_template_new(model, &error);
    g_assert_null(lam_template_curve_new(template, 0, (double[]){0, 0}, 20, 80, 3, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

static void test_words(void)
{
    g_autoptr(LamModel) model = template_fixture_model(true);
    const LamTemplateConfig *config = lam_model_template(model);
    const double values[] = {70, 1};
    g_autofree char *text = lam_template_text(config, values);
    g_autofree char *title = lam_template_title(config, values);
    g_autofree char *about = lam_template_provenance(model, values);
    g_assert_cmpstr(text, ==, "age=70 sex=M");
    g_assert_cmpstr(title, ==, "age 70 M");
    g_assert_true(g_str_has_prefix(about, "lam template "));
    g_assert_true(g_str_has_suffix(about, " age=70 sex=M"));
    g_assert_cmpuint(strlen(about), <=, 79);
    double back[] = {1, 0};
    GError *error = NULL;
    g_assert_true(lam_template_parse(config, text, back, NULL));
    g_assert_cmpmem(back, sizeof back, values, sizeof values);
    g_assert_true(lam_template_parse(config, "age=30", back, NULL));
    g_assert_cmpfloat(back[1], ==, 1);
    const char *const bad[] = {"iq=3", "age", "age=old", "sex=X"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(lam_template_parse(config, bad[i], back, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, bad[i]));
        g_clear_error(&error);
    }
}

static void test_curve(void)
{
    GError *error = NULL;
    double ml[2];
    g_autoptr(LamModel) model = template_fixture_model(true);
    g_autoptr(LamTemplate) template = lam_template_new(model, &error);
    g_autoptr(LamTemplateCurve) curve =
        lam_template_curve_new(template, 0, (double[]){NAN, 1}, 10, 90, 5, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(curve->at[1], ==, 30);
    lam_template_set(template, (double[]){30, 1}, NULL);
    lam_template_volumes(template, ml, NULL);
    g_assert_cmpfloat(lam_template_curve_at(curve, 1, 30), ==, ml[1]);
    double middle = 0.5 * (curve->ml[1 * 2 + 1] + curve->ml[2 * 2 + 1]);
    g_assert_cmpfloat_with_epsilon(lam_template_curve_at(curve, 1, 40), middle, 1e-9);
    g_assert_cmpfloat(lam_template_curve_at(curve, 1, 1000), ==, curve->ml[4 * 2 + 1]);
    g_assert_cmpint(lam_template_find_number(lam_model_template(model), "AGE", NULL), ==, 0);
    g_assert_cmpint(lam_template_find_number(lam_model_template(model), "sex", &error), ==, -1);
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-pair/begins", test_begins);
    g_test_add_func("/template-pair/change", test_change);
    g_test_add_func("/template-pair/scan", test_scan);
    g_test_add_func("/template-pair/refused", test_refused);
    g_test_add_func("/template-pair/not-a-template", test_not_a_template);
    g_test_add_func("/template-pair/without-structures", test_without_structures);
    g_test_add_func("/template-pair/words", test_words);
    g_test_add_func("/template-pair/curve", test_curve);
    return g_test_run();
}
