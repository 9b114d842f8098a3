/* lam template as a program: what it writes, and what it refuses. */
#include "fixture.h"
#include "../registration/template-fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/nifti.h>
#include <lambdascope/model.h>
#include <lambdascope/sharpness.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *folder, *model, *image, *labels, *mean;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-cli-template-XXXXXX", NULL);
    f->model = g_build_filename(f->folder, "model.safetensors", NULL);
    f->image = g_build_filename(f->folder, "image.nii.gz", NULL);
    f->labels = g_build_filename(f->folder, "labels.nii.gz", NULL);
    f->mean = g_build_filename(f->folder, "mean.nii.gz", NULL);
    template_fixture_write(f->model, true, 1);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    lam_cli_remove_folder(f->folder);
    g_free(f->folder);
    g_free(f->model);
    g_free(f->image);
    g_free(f->labels);
    g_free(f->mean);
}

static LamVolume *load(const char *path)
{
    GError *error = NULL;
    LamVolume *volume = lam_nifti_load(path, 0, &error);
    g_assert_no_error(error);
    return volume;
}

static void test_export(Fixture *f, gconstpointer data)
{
    LamCliRun run = lam_cli_run("template", "export", "-M", f->model, "--age", "70", "--sex=f",
                                "--spacing", "2", "-o", f->image, "--labels", f->labels,
                                "--mean-displacement", f->mean, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "age=70 sex=F"));
    g_assert_null(strstr(run.out, "extrapolated"));
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) image = load(f->image);
    g_autoptr(LamVolume) labels = load(f->labels);
    g_assert_cmpint(image->grid.size[1], ==, 48);
    g_assert_cmpfloat_with_epsilon(lam_grid_centre_mm(&image->grid).v[2], 10, 1e-3);
    g_assert_true(lam_grid_equal(&image->grid, &labels->grid, 1e-3));
    size_t middle = ((size_t)16 * 48 + 24) * 32 + 16;
    g_assert_cmpfloat((double)labels->data[middle], ==, 51);
    g_assert_cmpfloat((double)labels->data[0], ==, 0);
    g_assert_cmpfloat((double)image->data[0], ==, 0);
    g_assert_true(image->data[middle] > 0.4f && image->data[middle] < 0.7f);
    g_autoptr(LamVolume) mean = load(f->mean);
    g_assert_cmpint(mean->channels, ==, 3);
}

static void test_extrapolation(Fixture *f, gconstpointer data)
{
    LamCliRun run = lam_cli_run("template", "export", "-M", f->model, "--age", "95", "--sex", "M",
                                "-o", f->image, NULL);
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "extrapolated  age 95: trained on 20 to 80"));
    lam_cli_run_clear(&run);
}

static void test_curve(Fixture *f, gconstpointer data)
{
    LamCliRun run = lam_cli_run("template", "curve", "-M", f->model, "--sex", "M", NULL);
    g_assert_cmpint(run.status, ==, 0);
    g_auto(GStrv) lines = g_strsplit(run.out, "\n", -1);
    g_assert_cmpstr(lines[0], ==, "age,ventricle");
    g_assert_true(g_str_has_prefix(lines[1], "20,"));
    g_assert_true(g_str_has_prefix(lines[13], "80,"));
    /* 56 voxels of 8 mm of a probability of 1 / (1 + exp(-4)), 712 of 1 / (1 + exp(4)) */
    double ml = 0.512 * (56 / (1 + exp(-4)) + 712 / (1 + exp(4)));
    g_assert_cmpfloat_with_epsilon(g_ascii_strtod(lines[1] + 3, NULL), ml, 0.2);
    lam_cli_run_clear(&run);
}

static void test_refuses(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *extra[6], *word;
        int status;
    } bad[] = {
        {{"--sex", "F"}, "--age: missing: trained on 20 to 80", 2},
        {{"--age", "30"}, "--sex: missing: F or M", 2},
        {{"--age", "old", "--sex", "F"}, "must be a number", 2},
        {{"--age", "nan", "--sex", "F"}, "must be a number", 2},
        {{"--age", "30", "--sex", "X"}, "must be F or M", 2},
        {{"--age", "30", "--sex", "F", "--iq", "100"}, "it has age, sex", 2},
        {{"--age", "30", "--sex"}, "--sex", 2},
        {{"--age", "30", "--sex", "F", "--spacing", "0.01"}, "0.25", 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *all[14] = {"template", "export", "-M", f->model, "-o", f->image};
        memcpy(all + 6, bad[i].extra, sizeof bad[i].extra);
        LamCliRun run = lam_cli_run_array(all);
        lam_cli_assert_failed(&run, bad[i].status, bad[i].word);
        lam_cli_run_clear(&run);
        g_assert_false(g_file_test(f->image, G_FILE_TEST_EXISTS));
    }
    LamCliRun run = lam_cli_run("template", "export", "-M", f->model, "--age", "30", "--sex", "F",
                                "-o", f->model, NULL);
    lam_cli_assert_failed(&run, 1, "nii");
    lam_cli_run_clear(&run);
    run = lam_cli_run("template", "grow", NULL);
    lam_cli_assert_failed(&run, 2, "no such part");
    lam_cli_run_clear(&run);
    run = lam_cli_run("template", NULL);
    lam_cli_assert_failed(&run, 2, "missing");
    lam_cli_run_clear(&run);
}

static void test_figure_refuses(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *extra[4], *word;
        int status;
    } bad[] = {
        {{NULL}, "--sex: missing: F or M", 2},
        {{"--sex", "F", "--columns", "0"}, "1 to 24 columns", 1},
        {{"--sex", "F", "--outline", "nose"}, "nose: the template has no such structure", 2},
        {{"--sex", "F", "--along", "sex"}, "sex", 1},
        {{"--each", "age"}, "no such attribute of two words", 2},
        {{"--each", "sex", "--to", "900"}, "says nothing so far outside", 1},
    };
    g_autofree char *picture = g_build_filename(f->folder, "ages.png", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *all[11] = {"template", "figure", "-M", f->model, "-o", picture};
        memcpy(all + 6, bad[i].extra, sizeof bad[i].extra);
        LamCliRun run = lam_cli_run_array(all);
        lam_cli_assert_failed(&run, bad[i].status, bad[i].word);
        lam_cli_run_clear(&run);
        g_assert_false(g_file_test(picture, G_FILE_TEST_EXISTS));
    }
}

/* ---- without training ---- */

/* A slice of a synthetic brain. */
static char *write_slice(const Fixture *f, const char *seed)
{
    g_autofree char *folder = g_build_filename(f->folder, seed, NULL);
    LamCliRun run = lam_cli_run("synth", "slices", "-s", seed, "-o", folder, NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    return g_build_filename(folder, "fixed.nii.gz", NULL);
}

/* Registered before it is averaged, the mean is sharper. */
static void test_build(Fixture *f, gconstpointer data)
{
    g_autofree char *a = write_slice(f, "1"), *b = write_slice(f, "2");
    double sharpness[2];
    for (int rounds = 0; rounds < 2; rounds++) {
        LamCliRun run = lam_cli_run("template", "build", a, b, "-o", f->image, "--rounds",
                                    rounds ? "1" : "0", "--seconds", "0", NULL);
        g_assert_cmpstr(run.err, ==, "");
        g_assert_cmpint(run.status, ==, 0);
        lam_cli_run_clear(&run);
        g_autoptr(LamVolume) image = load(f->image);
        g_assert_cmpint(image->grid.size[0], ==, 128);
        g_assert_cmpint(image->grid.size[2], ==, 1);
        sharpness[rounds] = lam_sharpness(image);
    }
    g_assert_cmpfloat(sharpness[1], >, 1.02 * sharpness[0]);
}

static void test_sharpness(Fixture *f, gconstpointer data)
{
    g_autofree char *a = write_slice(f, "1");
    LamCliRun run = lam_cli_run("template", "sharpness", a, a, NULL);
    g_assert_cmpint(run.status, ==, 0);
    g_auto(GStrv) lines = g_strsplit(run.out, "\n", -1);
    g_assert_true(g_str_has_suffix(lines[2], "  1.000"));
    lam_cli_run_clear(&run);
    run = lam_cli_run("template", "sharpness", a, "--spacing", "0.5", NULL);
    lam_cli_assert_failed(&run, 1, "its voxels are larger");
    lam_cli_run_clear(&run);
    run = lam_cli_run("template", "sharpness", NULL);
    lam_cli_assert_failed(&run, 2, "SCAN");
    lam_cli_run_clear(&run);
}

static void test_build_refuses(Fixture *f, gconstpointer data)
{
    g_autofree char *a = write_slice(f, "1"), *b = write_slice(f, "2");
    const struct {
        const char *arguments[8], *word;
        int status;
    } bad[] = {{{"template", "build", a, "-o", f->image}, "SCAN", 2},
               {{"template", "build", a, b}, "--output", 2},
               {{"template", "build", a, b, "-o", a}, "one of the inputs", 1},
               {{"template", "build", a, b, "-o", f->image, "--method=magic"}, "classical", 2},
               {{"template", "build", a, b, "-o", f->image, "--rounds=21"}, "rounds", 1},
               {{"template", "build", a, b, "-o", f->image, "--spacing=0"}, "spacing", 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *all[9] = {NULL};
        memcpy(all, bad[i].arguments, sizeof bad[i].arguments);
        LamCliRun run = lam_cli_run_array(all);
        lam_cli_assert_failed(&run, bad[i].status, bad[i].word);
        lam_cli_run_clear(&run);
    }
}

/* A folder of models in which the demo finds this one. */
static void test_film(Fixture *f, gconstpointer data)
{
    g_autofree char *demo = g_build_filename(f->folder, "template-age-sex.safetensors", NULL);
    g_autofree char *films = g_build_filename(f->folder, "films", NULL);
    g_autofree char *film = g_build_filename(films, "age.png", NULL);
    g_mkdir(films, 0777);
    g_assert_cmpint(g_rename(f->model, demo), ==, 0);
    g_setenv("LAM_MODELS", f->folder, TRUE);
    LamCliRun run = lam_cli_run("movie", "--demo", "template", "--seconds", "1", "--once", "--rate",
                                "4", "--size", "320x160", "-o", film, NULL);
    g_unsetenv("LAM_MODELS");
    lam_cli_assert_filmed(&run, films);
    lam_cli_run_clear(&run);
    lam_cli_remove_folder(films);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {{"export", test_export},
                 {"extrapolation", test_extrapolation},
                 {"curve", test_curve},
                 {"refuses", test_refuses},
                 {"figure-refuses", test_figure_refuses},
                 {"build", test_build},
                 {"build-refuses", test_build_refuses},
                 {"sharpness", test_sharpness},
                 {"film", test_film}};
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *name = g_strconcat("/template/", tests[i].name, NULL);
        g_test_add(name, Fixture, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
