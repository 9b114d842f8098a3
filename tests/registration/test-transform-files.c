/* Transform files of all conventions: what we write, read back, on grids of all kinds; names, and what is
 * missing. */
#include "transform-fixture.h"

static void round_trip(const char *name, LamConvention convention, const LamGrid *f,
                       const LamGrid *m, bool affine_only)
{
    LamTransformFileOptions options = {.convention = convention, .fixed = f, .moving = m};
    g_autofree char *path = in_folder(name);
    g_autoptr(GError) error = NULL;
    g_autoptr(LamTransform) before = wavy(f, affine_only);
    g_assert_true(lam_transform_save(before, path, &options, &error));
    g_assert_no_error(error);
    g_autoptr(LamTransform) after = lam_transform_load(path, &options, &error);
    g_assert_no_error(error);
    bool exact = lam_transform_is_affine(after, NULL); /* matrices are text or double */
    assert_same(before, after, f, exact ? 1e-9 : 1e-3);
}

static void test_round_trips(void)
{
    const LamGrid grids[] = {fixed, moving, oblique_grid(6, 5, 7, 3), oblique_grid(5, 6, 4, -3),
                             oblique_grid(7, 6, 1, -2)};
    static const LamConvention all[] = {LAM_CONVENTION_LAMBDASCOPE, LAM_CONVENTION_ITK,
                                        LAM_CONVENTION_FSL, LAM_CONVENTION_FREESURFER,
                                        LAM_CONVENTION_VOXEL};
    static const struct {
        const char *name;
        LamConvention convention;
    } matrices[] = {{"r.txt", LAM_CONVENTION_ITK},   {"r.tfm", LAM_CONVENTION_ITK},
                    {"r.mat", LAM_CONVENTION_ITK},   {"r.mat", LAM_CONVENTION_FSL},
                    {"r.txt", LAM_CONVENTION_FSL},   {"r.lta", LAM_CONVENTION_FREESURFER},
                    {"r.txt", LAM_CONVENTION_VOXEL}, {"r.safetensors", LAM_CONVENTION_AUTO}};
    for (size_t g = 0; g < G_N_ELEMENTS(grids); g++) {
        const LamGrid *f = &grids[g], *m = &grids[(g + 1) % G_N_ELEMENTS(grids)];
        for (size_t c = 0; c < G_N_ELEMENTS(all); c++) {
            round_trip("r.nii.gz", all[c], f, m, false);
            round_trip("r.nii", all[c], f, m, true);
        }
        round_trip("r.mgz", LAM_CONVENTION_FREESURFER, f, m, false);
        round_trip("r.safetensors", LAM_CONVENTION_LAMBDASCOPE, f, m, false);
        for (size_t i = 0; i < G_N_ELEMENTS(matrices); i++)
            round_trip(matrices[i].name, matrices[i].convention, f, m, true);
    }
}

static void assert_not_saved(LamTransform *transform, const char *name,
                             const LamTransformFileOptions *options, const char *word)
{
    g_autofree char *path = in_folder(name);
    g_autoptr(GError) error = NULL;
    g_assert_false(lam_transform_save(transform, path, options, &error));
    assert_error(error, name, word);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_saving_refused(void)
{
    g_autoptr(LamTransform) affine = wavy(&fixed, true);
    g_autoptr(LamTransform) field = wavy(&fixed, false);
    LamTransformFileOptions none = {0}, itk = options_for(LAM_CONVENTION_ITK),
                            fsl = {.convention = LAM_CONVENTION_FSL, .fixed = &fixed};
    assert_not_saved(affine, "save.txt", &none, "--to");
    assert_not_saved(affine, "save.mat", &none, "--to");
    assert_not_saved(affine, "save.png", &none, "must end in");
    assert_not_saved(affine, "save.lta", &itk, "itk convention");
    assert_not_saved(affine, "save.lta", &none, "--fixed");
    assert_not_saved(affine, "save.nii.gz", &none, "--fixed");
    assert_not_saved(affine, "save.mat", &fsl, "--moving");
    assert_not_saved(field, "save.nii.gz", &fsl, "--moving");
    assert_not_saved(field, "save.tfm", &itk, "not affine");
    assert_not_saved(affine, "none/n.tfm", &itk, "cannot write");
}

static void test_loading_refused(void)
{
    static const char *const bad[][2] = {
        {"", "empty"},
        {"\x89HDF\r\n", "HDF5"},
        {"MNI Transform File\n", ".xfm"},
        {"(Transform \"AffineTransform\")\n", "elastix"},
        {"hello", "no transform file"},
        {"\xff\xfe\x80", "no transform file"},
        {"1 2 3", "3 numbers"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused("odd.txt", bad[i][0], LAM_CONVENTION_AUTO, bad[i][1]);
    g_autofree char *large = g_strnfill((1 << 20) + 1, ' ');
    assert_refused("large.txt", large, LAM_CONVENTION_AUTO, "1 MiB");
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_transform_load("/dev/zero", NULL, &error));
    assert_error(error, "/dev/zero", "regular");
    g_clear_error(&error);
    g_assert_null(lam_transform_load("nowhere.tfm", NULL, &error));
    assert_error(error, "nowhere.tfm", "No such file");
}

static void test_names_of_conventions(void)
{
    LamConvention c;
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_convention_parse("FreeSurfer", &c, NULL) && c == LAM_CONVENTION_FREESURFER);
    g_assert_false(lam_convention_parse("spm", &c, &error));
    assert_error(error, "spm", "itk");
}

int main(int argc, char **argv)
{
    transform_fixture_init(&argc, &argv);
    g_test_add_func("/transform-files/round-trips", test_round_trips);
    g_test_add_func("/transform-files/saving-refused", test_saving_refused);
    g_test_add_func("/transform-files/loading-refused", test_loading_refused);
    g_test_add_func("/transform-files/names-of-conventions", test_names_of_conventions);
    return transform_fixture_run();
}
