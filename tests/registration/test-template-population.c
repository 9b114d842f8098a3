/* People's volumes beside a template's: the table, the regression against its formula, what is said of the curve. */
#include "template-fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/template_population.h>
#include <math.h>
#include <string.h>

typedef struct {
    LamModel *model;
    const LamTemplateConfig *config; /* age 20 to 80, sex (F, M); the structure "ventricle" */
    char *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    int fd = g_file_open_tmp("lam-population-XXXXXX.csv", &f->path, NULL);
    g_assert_true(g_close(fd, NULL));
    f->model = template_fixture_model(true);
    f->config = lam_model_template(f->model);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_unlink(f->path);
    g_free(f->path);
    lam_model_unref(f->model);
}

static LamTemplatePopulation *load(const Fixture *f, const char *text, GError **error)
{
    g_assert_true(g_file_set_contents(f->path, text, -1, NULL));
    return lam_template_population_load(f->config, f->path, error);
}

static LamTemplatePopulation *load_well(const Fixture *f, const char *text)
{
    GError *error = NULL;
    LamTemplatePopulation *population = load(f, text, &error);
    g_assert_no_error(error);
    return population;
}

/* Two scans of one person are one row, their mean; columns of other names do not matter. */
static void test_table(Fixture *f, gconstpointer data)
{
    g_autoptr(LamTemplatePopulation) p =
        load_well(f, "scan,person,age,sex,head,ventricle\na,ann,30,F,1,10\nb,ben,40,M,1,20\n# "
                     "x\nc,ann,32,F,1,14\n"
                     "d,dan,50,M,1,\n");
    g_assert_cmpint(p->n, ==, 3);
    g_assert_cmpfloat(p->values[0], ==, 31);
    g_assert_cmpfloat(p->ml[1], ==, 12);
    g_assert_cmpfloat(p->values[LAM_TEMPLATE_MAX_ATTRIBUTES + 1], ==, 1);
    g_assert_true(isnan(p->ml[2 * 2 + 1]));
}

static LamTemplateTrend fit(const Fixture *f, const LamTemplatePopulation *p, int degree)
{
    GError *error = NULL;
    LamTemplateTrend trend;
    lam_template_trend_fit(p, f->config, 0, 1, degree, &trend, &error);
    g_assert_no_error(error);
    return trend;
}

/* The textbook's band of a line: t s sqrt(1 / n + (x - mean)^2 / Sxx). */
static void test_line(Fixture *f, gconstpointer data)
{
    g_autoptr(LamTemplatePopulation) p =
        load_well(f, "age,sex,ventricle\n20,F,10\n30,F,13\n40,F,13\n60,F,20\n75,F,21\n");
    LamTemplateTrend trend = fit(f, p, 1);
    double half, x[LAM_TEMPLATE_MAX_ATTRIBUTES] = {80};
    /* by hand: mean 45, Sxx 2000, Sxy 420, Syy 93.2 */
    double slope = 420.0 / 2000, s = sqrt((93.2 - 420.0 * slope) / 3);
    g_assert_cmpfloat_with_epsilon(lam_template_trend_at(&trend, x, &half), 15.4 + 35 * slope,
                                   1e-9);
    g_assert_cmpfloat_with_epsilon(half, 3.182446 * s * sqrt(0.2 + 35 * 35 / 2000.0), 1e-5);
}

/* Sex adds its own; age bends. */
static void test_parabola(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) text = g_string_new("age,sex,ventricle\n");
    for (int i = 0; i < 9; i++)
        g_string_append_printf(text, "%d,%s,%.9f\n", 20 + 7 * i, i % 3 ? "F" : "M",
                               5 + 0.01 * pow(20 + 7 * i - 30, 2) + (i % 3 ? 0 : 2));
    g_autoptr(LamTemplatePopulation) p = load_well(f, text->str);
    LamTemplateTrend trend = fit(f, p, 2);
    double half, woman[LAM_TEMPLATE_MAX_ATTRIBUTES] = {70, 0},
                 man[LAM_TEMPLATE_MAX_ATTRIBUTES] = {70, 1};
    g_assert_cmpfloat_with_epsilon(lam_template_trend_at(&trend, woman, &half), 21, 1e-6);
    g_assert_cmpfloat_with_epsilon(half, 0, 1e-6);
    g_assert_cmpfloat_with_epsilon(lam_template_trend_at(&trend, man, NULL), 23, 1e-6);
}

/* Four points of a curve, of "none" and of the structure. */
static void test_agreement(Fixture *f, gconstpointer data)
{
    g_autoptr(LamTemplatePopulation) p =
        load_well(f, "age,sex,ventricle\n20,F,10.1\n30,F,10.9\n40,F,12.1\n50,F,12.9\n60,F,14\n");
    LamTemplateTrend trend = fit(f, p, 1);
    double at[] = {20, 30, 40, 50}, ml[] = {0, 10, 0, 11, 0, 18, 0, 19}, values[] = {0, 0};
    LamTemplateCurve curve = {0, 4, 2, at, ml};
    g_autoptr(LamTemplateAgreement) a = lam_template_agreement_new(&curve, &trend, 1, values);
    g_assert_cmpint(a->direction, ==, 1);
    g_assert_cmpint(a->inside, ==, 2);
    g_assert_true(a->is_inside[1]);
    g_assert_false(a->is_inside[2]);
    g_assert_cmpfloat_with_epsilon(a->expected[2], 12, 0.1);
    g_autofree char *text = lam_template_agreement_text(a, &curve, 1);
    g_assert_cmpstr(
        text, ==,
        "rises throughout, 10 to 19 ml; within the band at 2 of 4 points, not at 40 to 50");
    ml[3] = 9;
    g_autoptr(LamTemplateAgreement) bent = lam_template_agreement_new(&curve, &trend, 1, values);
    g_assert_cmpint(bent->direction, ==, 0);
    for (int i = 0; i < 4; i++)
        ml[2 * i + 1] = 10.0 - 1e-3 * i;
    g_autoptr(LamTemplateAgreement) falls = lam_template_agreement_new(&curve, &trend, 1, values);
    g_assert_cmpint(falls->direction, ==, -1);
}

static void refuse_fit(const Fixture *f, const char *text, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamTemplatePopulation) p = load_well(f, text);
    LamTemplateTrend trend;
    g_assert_false(lam_template_trend_fit(p, f->config, 0, 1, 2, &trend, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" expected in: %s", word, error->message);
}

static void test_refuses(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *text, *word;
    } bad[] = {{"sex,ventricle\nF,10\n", "no column \"age\""},
               {"age,sex,cortex\n20,F,10\n", "no column is one of the template's structures"},
               {"age,sex,ventricle\n20,F,10\nold,F,10\n", "line 3"},
               {"age,sex,ventricle\n20,F,many\n", "not “many”"},
               {"age,sex,ventricle\n20,F,-1\n", "not “-1”"},
               {"age,sex,ventricle\n20,X,10\n", "must be F or M"},
               {"age,sex,ventricle\n", "nobody"},
               {"", "nobody"},
               {"\xff\xfe", "not a text file"}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(f, bad[i].text, &error));
        g_assert_nonnull(strstr(error->message, f->path));
        if (strstr(error->message, bad[i].word) == NULL)
            g_error("\"%s\" expected in: %s", bad[i].word, error->message);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_template_population_load(f->config, "/nowhere/people.csv", &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/people.csv"));
    refuse_fit(f, "age,sex,ventricle\n20,F,10\n20,F,11\n20,M,12\n20,F,9\n", "20 for all 4 people");
    refuse_fit(f, "age,sex,ventricle\n20,F,10\n", "20 for all 1 people");
    refuse_fit(f, "age,sex,ventricle\n20,F,10\n30,F,11\n40,F,12\n", "too few");
    refuse_fit(f, "age,sex,ventricle\n20,F,1\n30,F,1\n20,F,2\n30,F,2\n", "follow from each other");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {{"table", test_table},
                 {"line", test_line},
                 {"parabola", test_parabola},
                 {"agreement", test_agreement},
                 {"refuses", test_refuses}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *name = g_strconcat("/template-population/", tests[i].name, NULL);
        g_test_add(name, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
