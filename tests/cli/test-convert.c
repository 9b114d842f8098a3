/* lam convert: files in, files out, and what it says when it cannot. The conventions themselves are tested
 * in tests/registration/test-transform-files.c and tests/interop. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/nifti.h>
#include <lambdascope/transform_file.h>
#include <math.h>
#include <string.h>

static LamCliFixture *fixture;
static char *truth;

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static void convert(const char *input, const char *from, const char *to, const char *output)
{
    LamCliRun run = lam_cli_run("convert", input, "--from", from, "--to", to, "-f", fixture->fixed,
                                "-m", fixture->moving, "-o", output, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpstr(run.out, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
}

static void assert_same_field(const char *path)
{
    g_autoptr(LamVolume) before = lam_nifti_load(truth, 0, NULL);
    g_autoptr(LamVolume) after = lam_nifti_load(path, 0, NULL);
    g_assert_true(lam_grid_equal(&before->grid, &after->grid, 1e-3));
    for (size_t i = 0; i < 3 * lam_grid_voxels(&before->grid); i++)
        g_assert_cmpfloat_with_epsilon(after->data[i], before->data[i], 1e-3f);
}

static void test_fields(void)
{
    static const char *const all[] = {"itk", "fsl", "freesurfer", "voxel", "lambdascope"};
    g_autofree char *between = in_folder("between.nii.gz");
    g_autofree char *back = in_folder("back.nii.gz");
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        convert(truth, "lambdascope", all[i], between);
        convert(between, all[i], "lambdascope", back);
        assert_same_field(back);
    }
}

static void test_by_name(void)
{
    g_autofree char *chain = in_folder("chain.safetensors");
    g_autofree char *back = in_folder("back.nii");
    LamCliRun run = lam_cli_run("convert", truth, "-o", chain, NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    run = lam_cli_run("convert", chain, "-o", back, NULL); /* its own grid */
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    assert_same_field(back);
}

static void test_affine(void)
{
    g_autofree char *tfm = in_folder("a.tfm");
    g_autofree char *flirt = in_folder("a.mat");
    g_autofree char *lta = in_folder("a.lta");
    g_autofree char *back = in_folder("b.tfm");
    LamMat4 matrix = lam_mat4_rotation(0.1, 0.2, 0.3), found;
    matrix.m[0][3] = 7;
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&matrix);
    g_assert_true(lam_transform_save(affine, tfm, NULL, NULL));
    convert(tfm, "itk", "fsl", flirt);
    convert(flirt, "fsl", "freesurfer", lta);
    convert(lta, "freesurfer", "itk", back);
    g_autoptr(LamTransform) after = lam_transform_load(back, NULL, NULL);
    g_assert_true(lam_transform_is_affine(after, &found));
    g_assert_cmpfloat(lam_mat4_distance(&found, &matrix), <, 1e-9);
}

static void test_refusals(void)
{
    g_autofree char *out = in_folder("refused.nii.gz");
    g_autofree char *lta = in_folder("refused.lta");
    g_autofree char *text = in_folder("refused.txt");
    const struct {
        const char *arguments[9];
        int status;
        const char *word;
    } cases[] = {
        {{"convert", truth, NULL}, 2, "--output"},
        {{"convert", "-o", out, NULL}, 2, "INPUT"},
        {{"convert", truth, "--to", "spm", "-o", out, NULL}, 2, "--to: no such convention: spm"},
        {{"convert", truth, "-o", truth, NULL}, 1, "one of the inputs"},
        {{"convert", truth, "-m", fixture->moving, "-o", fixture->moving, NULL}, 1, "inputs"},
        {{"convert", truth, "-o", lta, NULL}, 1, "not affine"},
        {{"convert", truth, "-o", text, NULL}, 1, "--to"},
        {{"convert", truth, "--to", "fsl", "-f", fixture->fixed, "-o", out, NULL}, 1, "--moving"},
        {{"convert", truth, "--from", "itk", "-o", out, NULL}, 1, "1006"},
        {{"convert", fixture->fixed, "-o", out, NULL}, 1, "three components"},
        {{"convert", fixture->model, "-o", out, NULL}, 1, "not a transform"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        LamCliRun run = lam_cli_run_array(cases[i].arguments);
        lam_cli_assert_failed(&run, cases[i].status, cases[i].word);
        lam_cli_run_clear(&run);
    }
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(lta, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    truth = g_build_filename(fixture->pair, "truth.nii.gz", NULL);
    g_test_add_func("/cli/convert/fields", test_fields);
    g_test_add_func("/cli/convert/by-name", test_by_name);
    g_test_add_func("/cli/convert/affine", test_affine);
    g_test_add_func("/cli/convert/refusals", test_refusals);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    g_free(truth);
    return status;
}
