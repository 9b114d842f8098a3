/* lam segment with the model that is shipped, on the phantom, whose structures are known. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/label_names.h>
#include <lambdascope/labels.h>
#include <lambdascope/scan.h>
#include <string.h>

static LamCliFixture *f;

static char *in(const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

static double dice(const LamVolume *a, int of_a, const LamVolume *b, int of_b)
{
    size_t both = 0, sum = 0;
    for (size_t i = 0; i < lam_grid_voxels(&a->grid); i++) {
        bool x = lam_label_of(a->data[i]) == of_a, y = lam_label_of(b->data[i]) == of_b;
        both += x && y;
        sum += (size_t)x + (size_t)y;
    }
    return 2.0 * (double)both / (double)MAX(sum, 1);
}

/* Ventricles and thalami lie where the phantom has them, each on its side; volumes and names are told. */
static void test_phantom(void)
{
    static const int same[][2] = {{4, 52}, {43, 51}, {10, 60}, {49, 59}};
    g_autofree char *map = in("map.nii.gz"), *table = in("names.csv"),
                    *truth = g_build_filename(f->pair, "fixed_labels.nii.gz", NULL);
    LamCliRun run = lam_cli_run("segment", f->fixed, "-o", map, "--names", table, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, " ml  left thalamus\n"));
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) labels = lam_scan_load(map, 0, NULL);
    g_autoptr(LamVolume) wanted = lam_scan_load(truth, 0, NULL);
    g_assert_true(lam_grid_equal(&labels->grid, &wanted->grid, 1e-4));
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
        g_assert_cmpfloat(dice(labels, same[i][0], wanted, same[i][1]), >, 0.4);
    g_autoptr(LamLabelNames) names = lam_label_names_load(table, NULL);
    g_assert_cmpstr(lam_label_names_find(names, 43), ==, "right lateral ventricle");
    g_autoptr(LamLabels) used = lam_labels_load(map, wanted, NULL);
    g_assert_nonnull(used);
}

static void test_box(void)
{
    g_autofree char *map = in("box.nii.gz");
    LamCliRun run = lam_cli_run("segment", f->fixed, "-o", map, "--spacing", "1.5", NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) labels = lam_scan_load(map, 0, NULL);
    g_assert_cmpfloat_with_epsilon(lam_grid_spacing_mm(&labels->grid).v[0], 1.5, 1e-4);
    g_assert_cmpint(labels->grid.size[1], ==, 128);
}

/* Against itself every Dice is 1; where a table says that the truth's thalami are none, they are not counted. */
static void test_truth(void)
{
    g_autofree char *map = in("self.nii.gz"), *table = in("table.csv");
    LamCliRun run = lam_cli_run("segment", f->fixed, "-o", map, NULL);
    lam_cli_run_clear(&run);
    g_assert_true(g_file_set_contents(
        table, "value,structure_value,structure\n10,0,none\n4,4,a\n43,4,a\n", -1, NULL));
    run = lam_cli_run("segment", f->fixed, "--truth", map, NULL);
    g_assert_nonnull(strstr(run.out, "Dice 1.000, volume × 1.00  left thalamus\n"));
    g_assert_nonnull(strstr(run.out, "structures 1.0000\n"));
    lam_cli_run_clear(&run);
    run = lam_cli_run("segment", f->fixed, "--truth", map, "--structures", table, NULL);
    g_assert_nonnull(strstr(run.out, " ml  left thalamus\n"));
    g_assert_nonnull(strstr(run.out, "mean Dice of 1 structures 0."));
    lam_cli_run_clear(&run);
}

/* The scan with dark for bright, but black around it. */
static void invert(const char *from, const char *to)
{
    g_autoptr(LamVolume) scan = lam_scan_load(from, 0, NULL);
    float top = 0;
    for (size_t i = 0; i < lam_grid_voxels(&scan->grid); i++)
        top = MAX(top, scan->data[i]);
    for (size_t i = 0; i < lam_grid_voxels(&scan->grid); i++)
        scan->data[i] = scan->data[i] > 0.05F * top ? 1.1F * top - scan->data[i] : 0;
    g_assert_true(lam_scan_save(scan, to, LAM_NIFTI_FLOAT32, "inverted", NULL));
}

/* Two scans that are alike, but no T1, are not for the model that is taken where none is named. */
static void test_no_t1(void)
{
    g_autofree char *fixed = in("dark.nii.gz"), *moving = in("dark-moving.nii.gz"),
                    *warped = in("warped.nii.gz");
    static const char words[] = "no T1, the contrast that the model knows";
    invert(f->fixed, fixed);
    invert(f->moving, moving);
    const struct {
        const char *fixed, *moving, *option;
        bool told;
    } cases[] = {{f->fixed, f->moving, NULL, false},
                 {fixed, moving, NULL, true},
                 {fixed, moving, "--model=brain-t1", false}, /* it was meant */
                 {fixed, moving, "--transform=affine", false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        LamCliRun run = lam_cli_run("register", "--fixed", cases[i].fixed, "--moving",
                                    cases[i].moving, "--warped", warped, cases[i].option, NULL);
        g_test_message("%s", run.err);
        g_assert_cmpint(run.status, ==, 0);
        g_assert_cmpint(strstr(run.err, words) != NULL, ==, cases[i].told);
        lam_cli_run_clear(&run);
    }
}

static void test_refused(void)
{
    g_autofree char *map = in("never.nii.gz");
    const struct {
        const char *arguments[8];
        int status;
        const char *word;
    } cases[] = {
        {{"segment"}, 2, "SCAN"},
        {{"segment", "nowhere.nii.gz", "-o", map}, 1, "nowhere.nii.gz"},
        {{"segment", f->fixed, "-o", "x.png"}, 1, "x.png"},
        {{"segment", f->fixed, "-o", f->fixed}, 1, "fixed"},
        {{"segment", f->fixed, "-M", f->model, "-o", map}, 1, "not trained to"},
        {{"segment", f->fixed, "-M", "none-such", "-o", map}, 1, "none-such"},
        {{"segment", f->fixed, "-o", map, "--spacing=99"}, 1, "spacing of 99 mm"},
        {{"segment", f->fixed, "--truth", "nowhere.nii"}, 1, "nowhere.nii"},
        {{"segment", f->fixed, "--structures", "nowhere.csv"}, 1, "nowhere.csv"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        LamCliRun run = lam_cli_run_array(cases[i].arguments);
        g_test_message("%s", run.err);
        lam_cli_assert_failed(&run, cases[i].status, cases[i].word);
        lam_cli_run_clear(&run);
        g_assert_false(g_file_test(map, G_FILE_TEST_EXISTS));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    f = lam_cli_fixture_new();
    g_test_add_func("/segment/phantom", test_phantom);
    g_test_add_func("/segment/no-t1", test_no_t1);
    g_test_add_func("/segment/box", test_box);
    g_test_add_func("/segment/truth", test_truth);
    g_test_add_func("/segment/refused", test_refused);
    int status = g_test_run();
    lam_cli_fixture_free(f);
    return status;
}
