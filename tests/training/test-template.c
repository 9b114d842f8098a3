/* A template learned from drawn discs whose eye grows with age: a run of seconds; and what cannot be
 * learned from, which one message each must tell. */
#include "discs.h"

#include "subjects.h"
#include "template-mean.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/model.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

#define SCANS        5
#define FLOW_WEIGHTS (3 * 16 * 9) /* of the last layer, 2-D */

static const char recipe_text[] =
    "[model]\ntitle=test template\n"
    "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\ndecoder=16,16\nfinal=16\n"
    "hidden=16,16\ngenerated=decoder\nskip=add\nintegration_steps=5\n"
    "[data]\nscans=eye-*.nii\nlabels=parts-*.nii\nalign=false\n"
    "[template]\nattributes=age;sex(F,M)\nsubjects=subjects.csv\nstructures=structures.csv\n"
    "decoder=8,8\nhidden=8\n"
    "[training]\nseed=3\nsteps=%d\nrate=2e-3\nrate_end=1e-4\nwarmup=10\n";

static double eye_radius(int scan)
{
    return 3.0 + scan;
}

static double age(int scan)
{
    return 20 + 15.0 * scan;
}

/* A bright disc with a dark eye, or its parts: 7 the disc, 9 the eye. */
static LamVolume *eye_scan(int scan, bool parts)
{
    LamGrid grid = lam_grid_centred((int[]){DISC_SIZE, DISC_SIZE, 1}, 1, (LamVec3){{0, 0, 0}});
    LamVolume *volume = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < DISC_SIZE * DISC_SIZE; i++) {
        double r = hypot(i % DISC_SIZE - 23.5, i / DISC_SIZE - 23.5);
        double hole = 1 / (1 + exp(1.5 * (r - eye_radius(scan))));
        double body = 1 / (1 + exp(1.5 * (r - 17)));
        volume->data[i] = parts ? (hole > 0.5   ? 9
                                   : body > 0.5 ? 7
                                                : 0)
                                : (float)(body * (1 - 0.7 * hole));
    }
    return volume;
}

typedef struct {
    char *folder, *recipe;
} Fixture;

static void write_text(const Fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void write_scan(const Fixture *f, int scan, bool parts)
{
    GError *error = NULL;
    g_autofree char *path =
        g_strdup_printf("%s/%s-%d.nii", f->folder, parts ? "parts" : "eye", scan);
    g_autoptr(LamVolume) volume = eye_scan(scan, parts);
    lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, NULL, &error);
    g_assert_no_error(error);
}

static void write_subjects(const Fixture *f)
{
    g_autoptr(GString) text = g_string_new("id,sex,age\n# a comment\n");
    for (int scan = 0; scan < SCANS; scan++)
        g_string_append_printf(text, "eye-%d,%s,%g\n", scan, scan % 2 ? "M" : "F", age(scan));
    g_string_append(text, "eye-77,F,99\n"); /* of somebody whose scan is not there */
    write_text(f, "subjects.csv", text->str);
}

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-template-XXXXXX", NULL);
    for (int scan = 0; scan < SCANS; scan++) {
        write_scan(f, scan, false);
        write_scan(f, scan, true);
    }
    write_subjects(f);
    write_text(f, "structures.csv", "value,structure_value,structure\n9,90,eye\n7,70,disc\n");
    g_autofree char *text = g_strdup_printf(recipe_text, 150);
    f->recipe = disc_recipe(f->folder, text);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    disc_folder_remove(f->folder);
    g_free(f->recipe);
}

/* ---- learning ---- */

static void train(const Fixture *f, const char *recipe, const char *run, bool resume, int stop)
{
    GError *error = NULL;
    disc_train(f->folder, recipe, run, resume, stop, &error);
    g_assert_no_error(error);
}

typedef struct {
    LamModel *model;
    LamGraph *graph;
    LamTemplateNet net;
} Learned;

static Learned load(const Fixture *f, const char *run)
{
    GError *error = NULL;
    g_autofree char *path = g_build_filename(f->folder, run, "best.safetensors", NULL);
    Learned l = {.model = lam_model_load(path, &error)};
    g_assert_no_error(error);
    g_assert_nonnull(lam_model_template(l.model));
    l.graph = lam_graph_new(lam_model_parameters(l.model), false);
    l.net = lam_template_net_build(lam_model_template(l.model), lam_model_config(l.model), l.graph,
                                   lam_model_parameters(l.model));
    lam_graph_finalise(l.graph, &error);
    g_assert_no_error(error);
    return l;
}

static void clear(Learned *l)
{
    lam_graph_free(l->graph);
    lam_model_unref(l->model);
}

/* Voxels of the scores' grid whose best score is this structure. */
static int area(Learned *l, double at, int structure)
{
    const LamTemplateConfig *c = lam_model_template(l->model);
    lam_template_net_set(&l->net, c, l->graph, (double[]){at, 0});
    lam_graph_forward(l->graph, NULL, NULL);
    size_t n = lam_node_count(l->net.scores) / (size_t)c->n_structures;
    const float *score = lam_node_value(l->net.scores);
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        int best = 0;
        for (int k = 1; k < c->n_structures; k++)
            best = score[(size_t)k * n + i] > score[(size_t)best * n + i] ? k : best;
        count += best == structure;
    }
    return count;
}

static void test_learns(Fixture *f, gconstpointer data)
{
    train(f, f->recipe, "run", false, 0);
    Learned l = load(f, "run");
    const LamTemplateConfig *c = lam_model_template(l.model);
    g_assert_cmpfloat(c->attribute[0].low, ==, age(0));
    g_assert_cmpfloat(c->attribute[0].high, ==, age(SCANS - 1));
    g_assert_cmpint(c->n_structures, ==, 3);
    g_assert_cmpint(c->structure[2].value, ==, 90);
    int young = area(&l, age(0), 2), middle = area(&l, age(2), 2), old = area(&l, age(4), 2);
    g_test_message("eye: %d, %d, %d voxels of 2 mm", young, middle, old);
    g_assert_cmpint(young, <, middle);
    g_assert_cmpint(middle, <, old);
    /* what is outside of all discs is exactly 0 */
    g_assert_cmpfloat((double)lam_node_value(l.net.picture)[0], ==, 0);
    clear(&l);
}

/* The checkpoint holds the template and its mean displacement. */
static void test_resumes(Fixture *f, gconstpointer data)
{
    g_autofree char *text = g_strdup_printf(recipe_text, 12);
    g_autofree char *recipe = disc_recipe(f->folder, text);
    train(f, recipe, "whole", false, 0);
    train(f, recipe, "broken", false, 5);
    train(f, recipe, "broken", true, 0);
    Learned a = load(f, "whole"), b = load(f, "broken");
    g_assert_cmpuint(lam_model_parameter_count(a.model), ==, lam_model_parameter_count(b.model));
    LamParameters *p = lam_model_parameters(a.model), *q = lam_model_parameters(b.model);
    g_assert_cmpmem(lam_parameters_values(p), lam_parameters_floats(p) * sizeof(float),
                    lam_parameters_values(q), lam_parameters_floats(q) * sizeof(float));
    clear(&a);
    clear(&b);
}

/* Of two models, whether the first values of a tensor are the same. */
static void assert_same(const LamParameters *a, const LamParameters *b, const char *name,
                        size_t count, bool same)
{
    const float *x = lam_parameters_find(a, name), *y = lam_parameters_find(b, name);
    g_assert_true(x != NULL && y != NULL);
    g_assert_true((memcmp(x, y, count * sizeof(float)) == 0) == same);
}

/* A later stage: the network learns on, the template, slopes and all, rests. */
static void test_rests(Fixture *f, gconstpointer data)
{
    g_autofree char *first = g_strdup_printf(recipe_text, 10);
    g_autofree char *recipe = disc_recipe(f->folder, first);
    train(f, recipe, "first", false, 0);
    g_autofree char *model = g_build_filename(f->folder, "first", "best.safetensors", NULL);
    g_autofree char *further = g_strdup_printf(
        "%s[template]\nslopes=true\n[training]\nlearns=registration\nstart=%s\n", first, model);
    g_autofree char *later = disc_recipe(f->folder, further);
    train(f, later, "second", false, 0);
    Learned a = load(f, "first"), b = load(f, "second");
    LamParameters *p = lam_model_parameters(a.model), *q = lam_model_parameters(b.model);
    assert_same(p, q, LAM_TEMPLATE_PICTURE, lam_node_count(a.net.picture), true);
    assert_same(p, q, LAM_TEMPLATE_SCORES, lam_node_count(a.net.scores), true);
    assert_same(p, q, "flow.weight", FLOW_WEIGHTS, false);
    const float *slope = lam_parameters_find(q, LAM_TEMPLATE_PICTURE_SLOPE);
    g_assert_nonnull(slope);
    for (size_t i = 0; i < 2 * lam_node_count(b.net.picture); i++)
        g_assert_cmpfloat(slope[i], ==, 0); /* the first run had none */
    g_assert_null(lam_parameters_find(p, LAM_TEMPLATE_PICTURE_SLOPE));
    clear(&a);
    clear(&b);
}

/* Without attributes and structures it is a picture alone. */
static void test_plain(Fixture *f, gconstpointer data)
{
    g_autofree char *text = g_strdup_printf(recipe_text, 5);
    char *group = strstr(text, "[template]"), *next = strstr(text, "[training]");
    g_autofree char *plain = g_strdup_printf("%.*s[template]\n%s", (int)(group - text), text, next);
    g_autofree char *recipe = disc_recipe(f->folder, plain);
    train(f, recipe, "plain", false, 0);
    Learned l = load(f, "plain");
    g_assert_null(l.net.attributes);
    g_assert_null(l.net.scores);
    clear(&l);
}

/* ---- what cannot be learned from ---- */

static void expect(const Fixture *f, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(disc_train(f->folder, f->recipe, "bad", false, 1, &error));
    g_assert_null(strchr(error->message, '\n'));
    for (; *words != NULL; words++)
        if (strstr(error->message, *words) == NULL)
            g_error("\"%s\" expected in: %s", *words, error->message);
}

#define EXPECT(f, ...) expect(f, (const char *const[]){__VA_ARGS__, NULL})

static void test_bad_tables(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *table, *word, *reason;
    } bad[] = {
        {"id,sex\neye-0,F\n", "age", "no column"},
        {"sex,age\nF,20\n", "line 1", "id or scan"},
        {"id,sex,age\neye-0,F,20\neye-1,F,old\n", "line 3", "must be a number"},
        {"id,sex,age\neye-0,F,20\neye-1,F,\n", "line 3", "must be a number"},
        {"id,sex,age\neye-0,x,20\n", "line 2", "must be F or M"},
        {"id,sex,age\neye-0,F,20\n", "eye-1.nii", "no row"},
        {"id,sex,age\neye-0,F,20\neye-0,F,21\n", "line 3", "twice"},
        {"id,sex,age\n,F,20\n", "line 2", "empty"},
        {"scan,sex,age\neye-99.nii,F,20\n", "eye-99.nii", "no scan"},
        {"id,sex,age\neye-0,F,20\neye-1,M,20\neye-2,F,20\neye-3,F,20\neye-4,F,20\n", "age",
         "the same for all 5"},
        {"", "subjects.csv", "no row"},
        {"\xff\xfe", "subjects.csv", "not a text file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        write_text(f, "subjects.csv", bad[i].table);
        EXPECT(f, "subjects.csv", bad[i].word, bad[i].reason);
    }
    g_autofree char *path = g_build_filename(f->folder, "subjects.csv", NULL);
    g_remove(path);
    EXPECT(f, "subjects.csv", "No such file");
}

static void test_one_subject(Fixture *f, gconstpointer data)
{
    for (int scan = 1; scan < SCANS; scan++) {
        g_autofree char *path = g_strdup_printf("%s/eye-%d.nii", f->folder, scan);
        g_remove(path);
    }
    EXPECT(f, "eye-*.nii", "fewer than two");
}

static void test_bad_structures(Fixture *f, gconstpointer data)
{
    write_text(f, "structures.csv", "value\n9\n");
    EXPECT(f, "structures.csv", "structure_value");
    write_text(f, "structures.csv", "value,structure_value\n9,0\n");
    EXPECT(f, "structures", "more than none");
}

static void test_bad_recipes(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *key, *reason;
    } bad[] = {{"[training]\ncoarse=0.5\n", "coarse"},
               {"[template]\nsides=2\n", "sides"},
               {"[template]\nattributes=age;age\n", "attributes"},
               {"[template]\ndecoder=8,8,8,8,8\n", "decoder"},
               {"[template]\nshape=1\n", "unknown key"},
               {"[loss]\nanatomy_weight=1\n", "anatomy_weight"},
               {"[network]\nuncertain=true\n", "uncertain"},
               {"[training]\nlearns=registration\n", "needs a start"},
               {"[training]\nlearns=structures\n", "goes with similarity=none"},
               {"[data]\nsource=shapes\n", "scans alone"}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = g_strdup_printf(recipe_text, 5);
        g_autofree char *both = g_strconcat(text, bad[i].key, NULL);
        g_autofree char *recipe = disc_recipe(f->folder, both);
        EXPECT(f, bad[i].reason);
    }
}

/* ---- parts ---- */

/* Ages that many people have are drawn no more often than others. */
static void test_even(void)
{
    enum { YOUNG = 20, ALL = 23 };
    LamTemplateConfig c = {.n_attributes = 1,
                           .attribute = {{.name = "age", .low = 20, .high = 80}}};
    double values[ALL * LAM_TEMPLATE_MAX_ATTRIBUTES] = {0}, weights[ALL], young = 0, sum = 0;
    for (int i = 0; i < ALL; i++)
        values[i * LAM_TEMPLATE_MAX_ATTRIBUTES] = i < YOUNG ? 20 : 20 + 20 * (i - YOUNG + 1);
    lam_subjects_even(&c, values, ALL, weights);
    for (int i = 0; i < ALL; i++) {
        sum += weights[i];
        young += i < YOUNG ? weights[i] : 0;
    }
    g_assert_cmpfloat_with_epsilon(sum, 1, 1e-12);
    g_assert_cmpfloat_with_epsilon(young, 0.25, 0.01);
}

/* Whatever scan they are told from, the ways to the template are on average none, in place and in size. */
static void test_mean_pose(void)
{
    const double weights[] = {0.5, 0.25, 0.25};
    LamMat4 maps[3] = {lam_mat4_identity(), lam_mat4_translation(8, 0, -4),
                       lam_mat4_scaling(1.2, 1.1, 1.3)};
    LamMat4 turn = lam_mat4_rotation(0.1, 0.2, -0.1);
    maps[2] = lam_mat4_multiply(&maps[2], &turn);
    g_assert_true(lam_template_mean_pose(maps, weights, 3));
    double volume = 0, shift = 0;
    for (int i = 0; i < 3; i++) {
        volume += weights[i] * log(lam_mat4_det3(&maps[i]));
        shift += weights[i] * maps[i].m[0][3];
    }
    g_assert_cmpfloat_with_epsilon(volume, 0, 1e-9);
    g_assert_cmpfloat_with_epsilon(shift, 0, 1e-9);
    maps[1] = lam_mat4_scaling(0, 1, 1);
    g_assert_false(lam_template_mean_pose(maps, weights, 3));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {{"learns", test_learns},
                 {"resumes", test_resumes},
                 {"rests", test_rests},
                 {"plain", test_plain},
                 {"bad-tables", test_bad_tables},
                 {"one-subject", test_one_subject},
                 {"bad-structures", test_bad_structures},
                 {"bad-recipes", test_bad_recipes}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *name = g_strconcat("/template/", tests[i].name, NULL);
        g_test_add(name, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
    g_test_add_func("/template/even", test_even);
    g_test_add_func("/template/mean-pose", test_mean_pose);
    return g_test_run();
}
