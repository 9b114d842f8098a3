/* Templates that move: people whose displacements are known, and the whole way through files. */
#include "../registration/template-fixture.h"
#include "../registration/template-people-fixture.h"

#include "template-move.h"
#include "template-shares.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/template_refit.h>
#include <math.h>
#include <string.h>

#define PEOPLE 4

static const double values[PEOPLE * LAM_TEMPLATE_MAX_ATTRIBUTES] = {
    [0] = 20,
    [LAM_TEMPLATE_MAX_ATTRIBUTES] = 80,
    [2 * LAM_TEMPLATE_MAX_ATTRIBUTES] = 20,
    [2 * LAM_TEMPLATE_MAX_ATTRIBUTES + 1] = 1,
    [3 * LAM_TEMPLATE_MAX_ATTRIBUTES] = 80,
    [3 * LAM_TEMPLATE_MAX_ATTRIBUTES + 1] = 1};

/* ---- shares ---- */

/* What is left over is orthogonal to all terms, with the weights: the normal equations. */
static void test_shares(void)
{
    g_autoptr(LamModel) model = template_fixture_model(false);
    const LamTemplateConfig *config = lam_model_template(model);
    double v[6 * LAM_TEMPLATE_MAX_ATTRIBUTES] = {0}, shares[3 * 6], beta[3] = {0}, terms[6][3];
    const double weights[] = {0.1, 0.3, 0.05, 0.25, 0.2, 0.1}, y[] = {3, -1, 4, 1, -5, 9};
    for (int i = 0; i < 6; i++) {
        v[i * LAM_TEMPLATE_MAX_ATTRIBUTES] = 20 + 11 * i;
        v[i * LAM_TEMPLATE_MAX_ATTRIBUTES + 1] = i % 2;
        lam_template_terms(config, v + i * LAM_TEMPLATE_MAX_ATTRIBUTES, terms[i]);
    }
    g_assert_cmpfloat(terms[0][1], ==, -1);
    g_assert_true(lam_template_shares(config, v, weights, 6, shares, NULL));
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 6; i++)
            beta[k] += shares[k * 6 + i] * y[i];
    for (int k = 0; k < 3; k++) {
        double left = 0;
        for (int i = 0; i < 6; i++)
            left += weights[i] * terms[i][k] *
                    (y[i] - beta[0] - beta[1] * terms[i][1] - beta[2] * terms[i][2]);
        g_assert_cmpfloat_with_epsilon(left, 0, 1e-12);
    }
    LamTemplateConfig none = *config;
    none.n_attributes = 0;
    g_assert_true(lam_template_shares(&none, v, weights, 6, shares, NULL));
    g_assert_cmpfloat_with_epsilon(shares[3], 0.25, 1e-12);
}

/* ---- moving ---- */

typedef struct {
    LamModel *model;
    LamTemplateMove *move;
    double shares[3 * PEOPLE];
    LamVolume *d[PEOPLE];
} Fixture;

/* What is female is male, so that a template at two ages is all there is. */
static void forget_sex(LamModel *model)
{
    LamParameters *p = lam_model_parameters(model);
    for (int i = 0; i < lam_parameters_count(p); i++)
        if (g_str_has_prefix(lam_parameters_name(p, i), "template.1."))
            memset(lam_parameters_values(p) + lam_parameters_offset(p, i), 0,
                   lam_parameters_size(p, i) * sizeof(float));
}

static void set_up(Fixture *f, gconstpointer data)
{
    GError *error = NULL;
    const double weights[] = {0.25, 0.25, 0.25, 0.25};
    f->model = template_fixture_model(true);
    forget_sex(f->model);
    g_assert_true(lam_template_shares(lam_model_template(f->model), values, weights, PEOPLE,
                                      f->shares, &error));
    f->move = lam_template_move_new(f->model, values, f->shares, PEOPLE, &error);
    g_assert_no_error(error);
    for (int i = 0; i < PEOPLE; i++)
        f->d[i] = lam_volume_new(lam_template_move_grid(f->move), 3, &error);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    for (int i = 0; i < PEOPLE; i++)
        lam_volume_unref(f->d[i]);
    lam_template_move_free(f->move);
    lam_model_unref(f->model);
}

static const double *of_person(int i)
{
    return values + i * LAM_TEMPLATE_MAX_ATTRIBUTES;
}

static LamVolume *picture(const Fixture *f, int i)
{
    GError *error = NULL;
    LamVolume *out = lam_template_move_picture(f->move, of_person(i), &error);
    g_assert_no_error(error);
    return out;
}

/* So many mm along x for the old, as many back for the young. */
static void spread(Fixture *f, float mm)
{
    size_t n = lam_grid_voxels(lam_template_move_grid(f->move));
    for (int i = 0; i < PEOPLE; i++)
        for (size_t v = 0; v < n; v++)
            f->d[i]->data[v] = i % 2 ? mm : -mm;
}

static const float *base_of(const Fixture *f)
{
    LamParameters *p = lam_model_parameters(f->model);
    for (int i = 0; i < lam_parameters_count(p); i++)
        if (g_str_equal(lam_parameters_name(p, i), LAM_TEMPLATE_PICTURE))
            return lam_parameters_values(p) + lam_parameters_offset(p, i);
    g_assert_not_reached();
}

/* Pictures are those of before, so many voxels further along x, where there is no background. */
static void assert_shifted(const Fixture *f, const LamVolume *now, const LamVolume *before,
                           int voxels)
{
    const float *base = base_of(f);
    int w = now->grid.size[0];
    for (size_t v = 0; v < lam_grid_voxels(&now->grid); v++) {
        int from = (int)(v % (size_t)w) - voxels;
        if (from < 0 || from >= w) /* from beyond the box: not known */
            continue;
        float wanted = before->data[(size_t)((int)v - voxels)];
        if (base[v] == 0)
            wanted = 0;
        g_assert_cmpfloat_with_epsilon((double)now->data[v], (double)wanted, 3e-3);
    }
}

/* The old are 8 mm from their template, the young 8 mm on its other side: it goes there, at once or in halves. */
static void test_known(Fixture *f, gconstpointer steps)
{
    GError *error = NULL;
    int n = GPOINTER_TO_INT(steps);
    g_autoptr(LamVolume) young = picture(f, 0), old = picture(f, 1);
    spread(f, 8 / (float)n);
    g_autoptr(LamVolume) middle = lam_template_move_explained(f->move, f->d, 0, &error);
    g_autoptr(LamVolume) along = lam_template_move_explained(f->move, f->d, 1, &error);
    g_assert_cmpfloat_with_epsilon((double)middle->data[77], 0, 1e-5);
    g_assert_cmpfloat_with_epsilon((double)along->data[77], 8.0 / n, 1e-5);
    for (int k = 0; k < n; k++)
        g_assert_true(lam_template_move(f->move, f->d, 1, &error));
    g_autoptr(LamVolume) young_now = picture(f, 0), old_now = picture(f, 3);
    assert_shifted(f, young_now, young, -2);
    assert_shifted(f, old_now, old, 2);
}

/* Along the middle row of the structure's scores: where they are best. */
static double middle_of_scores(const Fixture *f, const double *at)
{
    GError *error = NULL;
    g_autoptr(GHashTable) about = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autofree char *folder = g_dir_make_tmp("lam-move-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "moved.safetensors", NULL);
    LamParameters *p = lam_template_move_parameters(f->move);
    lam_template_config_write(lam_template_move_config(f->move), about);
    lam_model_save(lam_model_config(f->model), p, lam_parameters_values(p), about, path,
                   LAM_STORE_F32, &error);
    g_assert_no_error(error);
    g_autoptr(LamModel) model = lam_model_load(path, &error);
    g_assert_no_error(error);
    g_autoptr(LamTemplate) template = lam_template_new(model, &error);
    lam_template_set(template, at, &error);
    g_autoptr(LamVolume) p1 = lam_template_probability(template, 1, &error);
    double sum = 0, moment = 0;
    for (size_t v = 0; v < lam_grid_voxels(&p1->grid); v++) {
        sum += (double)p1->data[v];
        moment += (double)p1->data[v] * (double)(v % (size_t)p1->grid.size[0]);
    }
    g_unlink(path);
    g_rmdir(folder);
    return moment / sum;
}

/* Structures go with the picture. */
static void test_structures(Fixture *f, gconstpointer data)
{
    GError *error = NULL;
    double young = middle_of_scores(f, of_person(0)), old = middle_of_scores(f, of_person(1));
    spread(f, 8); /* a voxel of the scores */
    g_assert_true(lam_template_move(f->move, f->d, 1, &error));
    g_assert_cmpfloat_with_epsilon(middle_of_scores(f, of_person(0)), young - 1, 0.3);
    g_assert_cmpfloat_with_epsilon(middle_of_scores(f, of_person(1)), old + 1, 0.3);
}

/* ---- the whole way ---- */

static const TemplatePerson people[] = {{"anna", 30, 'F', 1},
                                        {"bert", 31, 'M', 1.1},
                                        {"cora", 75, 'F', 0.9},
                                        {"dirk", 60, 'M', 1},
                                        {"edda", 20, 'F', 1}};

typedef struct {
    char *folder, *path;
    LamModel *model;
} Files;

static void files_up(Files *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-refit-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "refitted.safetensors", NULL);
    f->model = template_fixture_model(true);
    template_people_write(f->model, f->folder, people, G_N_ELEMENTS(people));
}

static void files_down(Files *f, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_remove(path);
    }
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
    lam_model_unref(f->model);
}

static LamTemplateRefitOptions options_for(const Files *f, int rounds)
{
    return (LamTemplateRefitOptions){.folder = f->folder,
                                     .scans = "*_t1.nii",
                                     .subjects = "subjects.csv",
                                     .lambda = 0.3,
                                     .rounds = rounds};
}

static LamVolume *refitted(const Files *f, int rounds, LamTemplateRefitRound *told)
{
    GError *error = NULL;
    LamTemplateRefitOptions options = options_for(f, rounds);
    g_assert_true(lam_template_refit(f->model, &options, f->path, told, NULL, &error));
    g_assert_no_error(error);
    g_autoptr(LamModel) model = lam_model_load(f->path, &error);
    g_assert_no_error(error);
    g_assert_true(lam_model_template(model)->slopes);
    g_assert_cmpstr(lam_model_title(model), ==, "A test's template");
    g_autoptr(LamTemplate) template = lam_template_new(model, &error);
    lam_template_set(template, (double[]){62, 1}, NULL);
    return lam_template_image(template, 0, &error);
}

static double most_apart(const LamVolume *a, const LamVolume *b)
{
    double most = 0;
    for (size_t v = 0; v < lam_grid_voxels(&a->grid); v++)
        most = fmax(most, fabs((double)(a->data[v] - b->data[v])));
    return most;
}

/* No rounds change nothing; some change it, twice the same way. */
static void test_file(Files *f, gconstpointer data)
{
    LamTemplateRefitRound told[4], again[4];
    g_autoptr(LamTemplate) template = lam_template_new(f->model, NULL);
    lam_template_set(template, (double[]){62, 1}, NULL);
    g_autoptr(LamVolume) before = lam_template_image(template, 0, NULL);
    g_autoptr(LamVolume) same = refitted(f, 0, told);
    g_assert_cmpfloat(most_apart(before, same), <, 2e-3); /* stored as f16 */
    g_autoptr(LamVolume) one = refitted(f, 3, told);
    g_autoptr(LamVolume) two = refitted(f, 3, again);
    g_assert_cmpfloat(most_apart(before, one), >, 0.01);
    g_assert_cmpfloat(most_apart(one, two), ==, 0);
    for (int k = 0; k < 4; k++) {
        g_assert_cmpfloat(told[k].even.ninetieth_mm, ==, again[k].even.ninetieth_mm);
        g_assert_cmpfloat(told[k].longest.ninetieth_mm, >, 0);
        g_assert_cmpfloat(told[k].sharpness, >, 0);
    }
}

static void expect(const Files *f, const LamTemplateRefitOptions *options, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(lam_template_refit(f->model, options, f->path, NULL, NULL, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" expected in: %s", word, error->message);
    g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

static void test_refuses(Files *f, gconstpointer data)
{
    LamTemplateRefitOptions options = options_for(f, 51);
    expect(f, &options, "within 0 and 50");
    options = options_for(f, 1);
    options.lambda = NAN;
    expect(f, &options, "within 0 and 1");
    options = options_for(f, 1);
    options.subjects = NULL;
    expect(f, &options, "a table of subjects is needed");
    options = options_for(f, 1);
    options.scans = "[ab]*_t1.nii";
    expect(f, &options, "2"); /* people for three terms */
}

static void add_known(const char *name, int steps, void (*run)(Fixture *, gconstpointer))
{
    g_test_add(name, Fixture, GINT_TO_POINTER(steps), set_up, run, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-refit/shares", test_shares);
    add_known("/template-refit/known", 1, test_known);
    add_known("/template-refit/known/in-halves", 2, test_known);
    add_known("/template-refit/structures", 1, test_structures);
    g_test_add("/template-refit/file", Files, NULL, files_up, test_file, files_down);
    g_test_add("/template-refit/refuses", Files, NULL, files_up, test_refuses, files_down);
    return g_test_run();
}
