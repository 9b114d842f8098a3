/* People whose heads are the template's own, larger or smaller: what is found of them is known. */
#include "../registration/template-fixture.h"
#include "../registration/template-people-fixture.h"
#include "template-centre.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/template_people.h>
#include <math.h>
#include <string.h>

typedef struct {
    char *folder;
    LamModel *model;
} Fixture;

static const TemplatePerson people[] = {
    {"anna", 30, 'F', 1}, {"bert", 31, 'M', 1.1}, {"cora", 75, 'F', 0.9}};

static void remove_all(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    g_rmdir(folder);
}

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-people-XXXXXX", NULL);
    f->model = template_fixture_model(true);
    template_people_write(f->model, f->folder, people, G_N_ELEMENTS(people));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    remove_all(f->folder);
    g_free(f->folder);
    lam_model_unref(f->model);
}

static LamTemplatePeopleOptions options_for(const Fixture *f)
{
    return (LamTemplatePeopleOptions){.folder = f->folder,
                                      .scans = "*_t1.nii",
                                      .labels = "*_labels.nii",
                                      .subjects = "subjects.csv",
                                      .lambda = 0.3};
}

static LamTemplatePeople *measure(const Fixture *f, const char *scans)
{
    GError *error = NULL;
    LamTemplatePeopleOptions options = options_for(f);
    options.scans = scans;
    if (strcmp(scans, "*_t1.nii") != 0)
        options.labels = NULL;
    LamTemplatePeople *measured = lam_template_people_measure(f->model, &options, NULL, &error);
    g_assert_no_error(error);
    return measured;
}

/* ml of the one structure in a person's own label map. */
static double own_ml(const Fixture *f, const TemplatePerson *person)
{
    g_autoptr(LamTemplate) template = lam_template_new(f->model, NULL);
    lam_template_set(template, (double[]){person->age, person->sex == 'M'}, NULL);
    g_autoptr(LamVolume) labels = lam_template_labels(template, 2, NULL);
    double count = 0;
    for (size_t i = 0; i < lam_grid_voxels(&labels->grid); i++)
        count += labels->data[i] == 51;
    return 8e-3 * count;
}

/* Mean absolute difference of two volumes of one grid. */
static double mean_difference(const LamVolume *a, const LamVolume *b)
{
    size_t n = lam_grid_voxels(&a->grid);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs((double)(a->data[i] - b->data[i]));
    return sum / (double)n;
}

/* Heads have their size, volumes do not depend on it. */
static void test_volumes(Fixture *f, gconstpointer data)
{
    g_autoptr(LamTemplatePeople) measured = measure(f, "*_t1.nii");
    g_assert_cmpint(measured->n, ==, 3);
    g_assert_cmpint(measured->structures, ==, 2);
    double weights = 0;
    for (int i = 0; i < measured->n; i++) {
        const LamTemplatePerson *p = &measured->person[i];
        g_assert_cmpstr(p->person, ==, people[i].name);
        g_assert_cmpfloat(p->values[0], ==, people[i].age);
        g_assert_cmpfloat(p->values[1], ==, people[i].sex == 'M');
        double head = pow(people[i].scale, 3);
        /* the affine of balls of a few voxels is no better */
        g_assert_cmpfloat_with_epsilon(p->head / head, 1, 0.1);
        g_assert_cmpfloat_with_epsilon(p->ml[1] * p->head, own_ml(f, &people[i]) * head, 1e-3);
        weights += p->weight;
    }
    g_assert_cmpfloat_with_epsilon(weights, 1, 1e-9);
    const LamVolume *mean = measured->aligned[LAM_PEOPLE_EVEN];
    size_t middle = ((size_t)8 * 24 + 12) * 16 + 8;
    g_assert_cmpfloat((double)mean->data[middle], >, 0.1);
    g_assert_cmpfloat((double)mean->data[0], ==, 0);
    const LamVolume *registered = measured->registered[LAM_PEOPLE_EVEN];
    g_assert_cmpfloat((double)registered->data[middle], >, 0.1);
    g_assert_cmpfloat(mean_difference(registered, mean), >, 1e-5);
    /* the two of about one age count together as much as the old one */
    g_assert_cmpfloat_with_epsilon(measured->person[2].weight, 0.5, 0.02);
}

static double most_apart(const LamVolume *a, const LamVolume *b, const LamVolume *c)
{
    size_t n = lam_grid_voxels(&a->grid) * (size_t)a->channels;
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)(a->data[i] - 0.5f * (b->data[i] + c->data[i]))));
    return most;
}

/* The mean over two of them is the mean of each one's, who is written twice here; and measured again it is the
 * same to the bit. */
static void test_mean(Fixture *f, gconstpointer data)
{
    static const TemplatePerson doubled[] = {{"dora", 30, 'F', 1},      {"dora2", 30, 'F', 1},
                                             {"egon", 70, 'M', 1},      {"egon2", 70, 'M', 1},
                                             {"pair-dora", 30, 'F', 1}, {"pair-egon", 70, 'M', 1}};
    template_people_write(f->model, f->folder, doubled, G_N_ELEMENTS(doubled));
    g_autoptr(LamTemplatePeople) dora = measure(f, "dora*_t1.nii");
    g_autoptr(LamTemplatePeople) egon = measure(f, "egon*_t1.nii");
    g_autoptr(LamTemplatePeople) both = measure(f, "pair-*_t1.nii");
    const LamVolume *mean = both->displacement[LAM_PEOPLE_ALIKE];
    double apart = most_apart(mean, dora->displacement[LAM_PEOPLE_ALIKE],
                              egon->displacement[LAM_PEOPLE_ALIKE]);
    g_autoptr(LamTemplatePeople) again = measure(f, "pair-*_t1.nii");
    g_assert_cmpmem(mean->data, 3 * lam_grid_voxels(&mean->grid) * sizeof(float),
                    again->displacement[LAM_PEOPLE_ALIKE]->data,
                    3 * lam_grid_voxels(&mean->grid) * sizeof(float));
    g_assert_cmpint(mean->channels, ==, 3);
    g_assert_cmpint(mean->grid.size[1], ==, 24);
    g_assert_cmpfloat(apart, <, 1e-4);
    g_assert_cmpfloat(dora->person[0].mean_mm, >, 1e-3);
    /* of one alone, the mean's length is between the middle and the far end */
    g_assert_cmpfloat(dora->centre[0].median_mm, <, 1.3 * dora->person[0].mean_mm);
    g_assert_cmpfloat(dora->centre[0].ninetieth_mm, >, dora->person[0].mean_mm);
    /* in squares, no affine part is longer than what it is part of */
    g_assert_cmpfloat(dora->shape[0].median_mm, >, 0);
    g_assert_cmpfloat(dora->shape[0].ninetieth_mm, <, 1.2 * dora->centre[0].ninetieth_mm);
}

/* ---- the affine part ---- */

/* A ball, or a disc in a slice, and a movement, turn and growth of all with a wave of `height` mm on top. */
static LamVolume *moved(const LamGrid *grid, double height)
{
    LamVolume *d = lam_volume_new(grid, 3, NULL);
    size_t n = lam_grid_voxels(grid), i = 0;
    for (int z = 0; z < grid->size[2]; z++)
        for (int y = 0; y < grid->size[1]; y++)
            for (int x = 0; x < grid->size[0]; x++, i++) {
                d->data[i] = (float)(1 + 0.05 * y - 0.02 * x + height * sin(x * G_PI));
                d->data[n + i] = (float)(-2 - 0.05 * x + height * cos(x * G_PI));
                d->data[2 * n + i] = (float)(0.5 + 0.03 * z);
            }
    return d;
}

static LamVolume *ball(const LamGrid *grid)
{
    LamVolume *picture = lam_volume_new(grid, 1, NULL);
    size_t i = 0;
    for (int z = 0; z < grid->size[2]; z++)
        for (int y = 0; y < grid->size[1]; y++)
            for (int x = 0; x < grid->size[0]; x++, i++)
                picture->data[i] = hypot(hypot(x - 12, y - 11), z - grid->size[2] / 2) < 9;
    return picture;
}

static void test_affine_part(Fixture *f, gconstpointer data)
{
    for (int depth = 1; depth < 24; depth += 20) {
        LamGrid grid = lam_grid_centred((int[3]){25, 23, depth}, 2, (LamVec3){{5, -3, 0}});
        g_autoptr(LamVolume) picture = ball(&grid), affine = moved(&grid, 0),
                             wave = moved(&grid, 0.1);
        g_autoptr(LamVolume) nothing = lam_template_without_affine(affine, picture, NULL);
        g_autoptr(LamVolume) rest = lam_template_without_affine(wave, picture, NULL);
        LamPeopleCentre left, whole;
        g_assert_true(lam_template_centre(nothing, picture, &left, NULL));
        g_assert_cmpfloat(left.ninetieth_mm, <, 1e-5);
        g_assert_true(lam_template_centre(wave, picture, &whole, NULL));
        g_assert_true(lam_template_centre(rest, picture, &left, NULL));
        g_assert_cmpfloat(whole.median_mm, >, 1);
        g_assert_cmpfloat_with_epsilon(left.median_mm, 0.1, 0.02);
    }
    LamGrid point = lam_grid_centred((int[3]){2, 2, 1}, 2, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) few = lam_volume_new(&point, 1, NULL), d = lam_volume_new(&point, 3, NULL);
    g_autoptr(GError) error = NULL;
    few->data[0] = few->data[1] = 1;
    g_assert_null(lam_template_without_affine(d, few, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

/* ---- what is refused ---- */

static void expect(const Fixture *f, const LamTemplatePeopleOptions *options, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_template_people_measure(f->model, options, NULL, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" expected in: %s", word, error->message);
}

static void test_refuses(Fixture *f, gconstpointer data)
{
    g_autofree char *table = g_build_filename(f->folder, "subjects.csv", NULL);
    LamTemplatePeopleOptions options = options_for(f);
    options.scans = "anna_t1.nii";
    expect(f, &options, "fewer than two scans");
    options = options_for(f);
    options.labels = "anna_labels.nii";
    expect(f, &options, "one label map for each scan");
    options = options_for(f);
    options.subjects = NULL;
    expect(f, &options, "a table of subjects is needed");
    options = options_for(f);
    options.subjects = "nobody.csv";
    expect(f, &options, "nobody.csv");
    options = options_for(f);
    g_assert_true(g_file_set_contents(table, "id,age,sex\nanna,30,F\nbert,old,M\n", -1, NULL));
    expect(f, &options, "line 3");
    g_assert_true(g_file_set_contents(table, "id,age,sex\nanna,30,F\nbert,31,M\n", -1, NULL));
    expect(f, &options, "no row for");
    g_assert_true(
        g_file_set_contents(table, "id,age,sex\nanna,30,F\nbert,31,M\ncora,900,F\n", -1, NULL));
    expect(f, &options, "says nothing so far outside");
    g_assert_true(g_file_set_contents(table, "scan,age,sex\nghost.nii,30,F\n", -1, NULL));
    expect(f, &options, "there is no scan");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {{"volumes", test_volumes},
                 {"mean", test_mean},
                 {"affine-part", test_affine_part},
                 {"refuses", test_refuses}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *name = g_strconcat("/template-people/", tests[i].name, NULL);
        g_test_add(name, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
