/* Names of results. */
#include <lambdascope/bids.h>

static void check(const char *fixed, const char *moving, const char *name, const char *folder,
                  const char *transform, const char *warped)
{
    LamResultNames names = lam_result_names(fixed, moving, name);
    g_assert_cmpstr(names.folder, ==, folder);
    g_assert_cmpstr(names.transform, ==, transform);
    g_assert_cmpstr(names.warped, ==, warped);
    lam_result_names_clear(&names);
}

static void test_bids(void)
{
    check("t/tpl-MNI152_T1w.nii.gz", "d/sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz", NULL,
          "sub-01/ses-2/anat", "sub-01_ses-2_from-T1w_to-MNI152_mode-image_xfm",
          "sub-01_ses-2_space-MNI152_T1w");
    check("sub-01_ses-1_T1w.nii.gz", "sub-01_ses-2_T1w.nii.gz", NULL, "sub-01/ses-2/anat",
          "sub-01_ses-2_from-ses2T1w_to-ses1T1w_mode-image_xfm", "sub-01_ses-2_space-ses1T1w_T1w");
    check("sub-02_T1w.nii", "sub-01_T2w.nii", NULL, "sub-01/anat",
          "sub-01_from-T2w_to-sub02T1w_mode-image_xfm", "sub-01_space-sub02T1w_T2w");
    check("/x/mni_icbm152 (1).nii.gz", "/y/func/sub-7_task-rest_bold.nii.gz", NULL, "sub-7/func",
          "sub-7_task-rest_from-bold_to-mniicbm1521_mode-image_xfm",
          "sub-7_task-rest_space-mniicbm1521_bold");
}

static void test_others(void)
{
    check("a/fixed.nii.gz", "b/moving.mgz", NULL, "moving_to_fixed", "transform", "warped");
    check("sub-01_T1w.nii", "sub-02_T1w.nii", "pair7", "pair7", "transform", "warped");
    check("f.nii", "sub-_T1w.nii", NULL, "sub-_T1w_to_f", "transform", "warped");
    check("f.nii", "sub-1_T1w_.nii", NULL, "sub-1_T1w__to_f", "transform", "warped");
    check("f.nii", "sub-01.nii", NULL, "sub-01_to_f", "transform", "warped");
}

static void test_stem(void)
{
    static const char *const cases[][2] = {{"/data/sub-01_T1w.nii.gz", "sub-01_T1w"},
                                           {"a.b.nii", "a.b"},
                                           {"HEAD.MGZ", "HEAD"},
                                           {"r16slice.jpg", "r16slice"},
                                           {"scan", "scan"},
                                           {".nii", ".nii"},
                                           {"Template 25.5 F", "Template 25.5 F"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *stem = lam_scan_stem(cases[i][0]);
        g_assert_cmpstr(stem, ==, cases[i][1]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bids/names", test_bids);
    g_test_add_func("/bids/other-names", test_others);
    g_test_add_func("/bids/stem", test_stem);
    return g_test_run();
}
