/* lam synth figures and slices, and what follows with a model for slices. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/figures.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

#define USAGE 2

static char *folder, *pair, *models;

static char *in(const char *where, const char *name)
{
    return g_build_filename(where, name, NULL);
}

static void succeed(LamCliRun run)
{
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
}

static void refuse(LamCliRun run, int status, const char *word)
{
    lam_cli_assert_failed(&run, status, word);
    lam_cli_run_clear(&run);
}

static LamVolume *load(const char *where, const char *name)
{
    GError *error = NULL;
    g_autofree char *path = in(where, name);
    LamVolume *volume = lam_nifti_load(path, 0, &error);
    g_assert_no_error(error);
    return volume;
}

static void test_figures(void)
{
    g_autofree char *all = in(folder, "all"), *csv = in(all, "pairs.csv"), *text = NULL;
    succeed(lam_cli_run("synth", "figures", "--kind", "all", "--seed", "2", "--size", "64x48",
                        "--spacing", "2", "-o", all, NULL));
    g_assert_cmpuint(lam_cli_count_files(all), ==, 4 * LAM_FIGURE_KINDS + 1);
    g_assert_true(g_file_get_contents(csv, &text, NULL, NULL));
    g_assert_nonnull(
        strstr(text, "\ndigit-3_fixed.nii.gz,digit-3_moving.nii.gz,digit-3_fixed_labels"));
    g_autoptr(LamVolume) image = load(all, "face_fixed.nii.gz");
    g_autoptr(LamVolume) labels = load(all, "face_moving_labels.nii.gz");
    float most = 0;
    for (size_t i = 0; i < 64 * 48; i++)
        most = fmaxf(most, labels->data[i]);
    g_assert_cmpfloat(most, ==, 3);
    g_assert_cmpint(image->grid.size[0], ==, 64);
    g_assert_cmpint(image->grid.size[1], ==, 48);
    g_assert_cmpint(image->grid.size[2], ==, 1);
}

/* The pair alone is that of all, two seeds are two pairs. */
static void test_seed(void)
{
    g_autofree char *one = in(folder, "one"), *two = in(folder, "two");
    g_autofree char *whole = in(folder, "whole");
    succeed(lam_cli_run("synth", "figures", "-k", "digit-7", "--size", "64x64", "-o", one, NULL));
    succeed(lam_cli_run("synth", "figures", "-k", "digit-7", "-s", "2", "--size", "64x64", "-o",
                        two, NULL));
    succeed(lam_cli_run("synth", "figures", "-k", "all", "--size", "64x64", "-o", whole, NULL));
    g_autoptr(LamVolume) a = load(one, "moving.nii.gz");
    g_autoptr(LamVolume) b = load(two, "moving.nii.gz");
    g_autoptr(LamVolume) c = load(whole, "digit-7_moving.nii.gz");
    g_autoptr(LamVolume) d = load(one, "fixed.nii.gz");
    size_t bytes = 64 * 64 * sizeof(float);
    g_assert_cmpint(memcmp(a->data, c->data, bytes), ==, 0);
    g_assert_cmpint(memcmp(a->data, b->data, bytes), !=, 0);
    g_assert_cmpint(memcmp(a->data, d->data, bytes), !=, 0);
}

static void test_brains(void)
{
    g_autoptr(LamVolume) labels = load(pair, "fixed_labels.nii.gz");
    bool lateral_ventricle = false, thalamus = false;
    for (size_t i = 0; i < lam_grid_voxels(&labels->grid); i++) {
        lateral_ventricle |= labels->data[i] == 52;
        thalamus |= labels->data[i] == 60;
    }
    g_assert_true(lateral_ventricle && thalamus);
}

static void test_bad_synth(void)
{
    g_autofree char *out = in(folder, "never"), *file = in(pair, "pairs.csv");
    refuse(lam_cli_run("synth", "figures", "-o", out, NULL), USAGE, "--kind");
    refuse(lam_cli_run("synth", "figures", "-k", "digit-x", "-o", out, NULL), USAGE, "digit-9");
    refuse(lam_cli_run("synth", "figures", "-k", "ring", NULL), USAGE, "--output");
    refuse(lam_cli_run("synth", "figures", "-k", "ring", "--size", "8x8", "-o", out, NULL), USAGE,
           "--size");
    refuse(lam_cli_run("synth", "figures", "-k", "ring", "--size", "64x64x64", "-o", out, NULL),
           USAGE, "--size");
    refuse(lam_cli_run("synth", "slices", "--size", "9999x64", "-o", out, NULL), USAGE, "--size");
    refuse(lam_cli_run("synth", "slices", "--spacing", "0", "-o", out, NULL), USAGE, "--spacing");
    refuse(lam_cli_run("synth", "slices", "--kind", "ring", "-o", out, NULL), USAGE, "kind");
    refuse(lam_cli_run("synth", "slices", "-o", file, NULL), 1, "pairs.csv");
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
}

/* Without a name, the model is slices-2d; a wrong one is refused by name and reason. */
static void test_register(void)
{
    g_autofree char *fixed = in(pair, "fixed.nii.gz"), *moving = in(pair, "moving.nii.gz");
    g_autofree char *warped = in(folder, "warped.nii.gz"),
                    *model = in(models, "brain-t1.safetensors");
    g_autofree char *flat = in(models, "slices-2d.safetensors"), *report = in(folder, "r.json");
    g_autofree char *text = NULL, *picture = in(folder, "never.png");
    succeed(lam_cli_run("register", "-f", fixed, "-m", moving, "--warped", warped, "--report",
                        report, NULL));
    g_autoptr(LamVolume) volume = load(folder, "warped.nii.gz");
    g_autoptr(LamVolume) expected = load(pair, "fixed.nii.gz");
    g_assert_true(lam_grid_equal(&volume->grid, &expected->grid, 1e-4));
    g_assert_true(g_file_get_contents(report, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "untrained slice model"));
    refuse(
        lam_cli_run("register", "-f", fixed, "-m", moving, "-M", model, "--warped", warped, NULL),
        1, "this is a single slice");
    refuse(lam_cli_run("render", "-f", fixed, "-m", moving, "-M", model, "-l", "0.3", "-o", picture,
                       NULL),
           1, "this is a single slice");
    g_autofree char *deep = in(folder, "deep"), *volume_fixed = in(deep, "fixed.nii.gz");
    succeed(lam_cli_run("synth", "phantom", "--spacing", "4", "-o", deep, NULL));
    refuse(lam_cli_run("register", "-f", volume_fixed, "-m", volume_fixed, "-M", flat, "--warped",
                       warped, NULL),
           1, "the model is for single slices");
}

static void test_evaluate(void)
{
    g_autofree char *csv = in(pair, "pairs.csv"), *scan = in(pair, "fixed.nii.gz");
    LamCliRun run = lam_cli_run("evaluate", csv, "--lambda", "0.5", "--json", NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_nonnull(strstr(run.out, "slices-2d"));
    lam_cli_run_clear(&run);
    run = lam_cli_run("info", "--prepare", scan, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_nonnull(strstr(run.out, "untrained slice model"));
    lam_cli_run_clear(&run);
}

/* A sweep of λ as pictures; where nothing can draw, that is said. */
static void test_movie(void)
{
    g_autofree char *fixed = in(pair, "fixed.nii.gz"), *moving = in(pair, "moving.nii.gz");
    g_autofree char *films = in(folder, "films"), *film = in(films, "sweep.png");
    g_mkdir(films, 0777);
    LamCliRun run =
        lam_cli_run("movie", "-f", fixed, "-m", moving, "--play", "lambda", "--seconds", "1",
                    "--once", "--rate", "4", "--size", "320x160", "-o", film, NULL);
    lam_cli_assert_filmed(&run, films);
    lam_cli_run_clear(&run);
    refuse(lam_cli_run("movie", "-f", fixed, "-m", moving, "--play", "slices", "-o", film, NULL), 1,
           "a single slice has no slices to play");
    refuse(lam_cli_run("movie", "-f", fixed, "-m", moving, "-o", "film.avi", NULL), 1,
           "must end in .webm, .gif or .png");
}

/* slices-2d and, as a model for volumes, brain-t1. */
static void write_models(void)
{
    g_autofree char *flat = in(models, "slices-2d.safetensors");
    g_autofree char *deep = in(models, "brain-t1.safetensors");
    GError *error = NULL;
    g_mkdir(models, 0777);
    lam_cli_write_model(deep, &error);
    g_assert_no_error(error);
    lam_cli_write_slice_model(flat, &error);
    g_assert_no_error(error);
    g_setenv("LAM_MODELS", models, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("lam-slices-XXXXXX", NULL);
    pair = in(folder, "pair");
    models = in(folder, "models");
    write_models();
    succeed(
        lam_cli_run("synth", "slices", "--size", "128x128", "--spacing", "2", "-o", pair, NULL));
    g_test_add_func("/slices/figures", test_figures);
    g_test_add_func("/slices/seed", test_seed);
    g_test_add_func("/slices/brains", test_brains);
    g_test_add_func("/slices/bad-synth", test_bad_synth);
    g_test_add_func("/slices/register", test_register);
    g_test_add_func("/slices/evaluate", test_evaluate);
    g_test_add_func("/slices/movie", test_movie);
    int status = g_test_run();
    lam_cli_remove_folder(folder);
    return status;
}
