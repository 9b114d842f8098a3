/* One file under several names. */
#include <lambdascope/same_file.h>

#include <glib/gstdio.h>
#include <unistd.h>

static void test_names(void)
{
    g_autofree char *folder = g_dir_make_tmp("lam-same-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "scan.nii", NULL);
    g_autofree char *symbolic = g_build_filename(folder, "symbolic", NULL);
    g_autofree char *hard = g_build_filename(folder, "hard", NULL);
    g_autofree char *copy = g_build_filename(folder, "copy.nii", NULL);
    g_autofree char *missing = g_build_filename(folder, "missing", NULL);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_true(g_file_set_contents(copy, "x", 1, NULL));
    g_assert_cmpint(symlink(file, symbolic), ==, 0);
    g_assert_cmpint(link(file, hard), ==, 0);
    g_autofree char *dotted = g_build_filename(folder, ".", "scan.nii", NULL);
    g_assert_true(lam_same_file(file, file));
    g_assert_true(lam_same_file(file, dotted));
    g_assert_true(lam_same_file(symbolic, file));
    g_assert_true(lam_same_file(file, hard));
    g_assert_false(lam_same_file(file, copy));
    g_assert_false(lam_same_file(file, missing));
    g_assert_false(lam_same_file(missing, missing));
    const char *const made[] = {hard, symbolic, copy, file};
    for (size_t i = 0; i < G_N_ELEMENTS(made); i++)
        g_unlink(made[i]);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/same-file/names", test_names);
    return g_test_run();
}
