/* PATH#N: what it selects, and names that only look like it. */
#include <lambdascope/same_file.h>
#include <lambdascope/selection.h>

#include <glib/gstdio.h>
#include <string.h>

static void expect(const char *folder, const char *text, const char *name, int count, int first,
                   int second)
{
    g_autofree char *path = g_build_filename(folder, text, NULL);
    g_autofree char *wanted = g_build_filename(folder, name, NULL);
    g_auto(LamSelection) selection = {0};
    lam_selection_parse(path, &selection);
    g_assert_cmpstr(selection.path, ==, wanted);
    g_assert_cmpint(selection.count, ==, count);
    g_assert_cmpint(selection.number[0], ==, first);
    g_assert_cmpint(selection.number[1], ==, second);
}

static void test_parts(void)
{
    g_autofree char *folder = g_dir_make_tmp("lam-selection-XXXXXX", NULL);
    static const char *const names[] = {"scan.nii", "scan.nii#2", "odd#1"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    }
    expect(folder, "scan.nii", "scan.nii", 0, 0, 0);
    expect(folder, "scan.nii#3", "scan.nii", 1, 3, 0);
    expect(folder, "scan.nii#3#14", "scan.nii", 2, 3, 14);
    expect(folder, "scan.nii#2", "scan.nii#2", 0, 0, 0); /* a file of that name */
    expect(folder, "scan.nii#2#5", "scan.nii#2", 1, 5, 0);
    expect(folder, "odd#1", "odd#1", 0, 0, 0);
    expect(folder, "missing.nii#3", "missing.nii#3", 0, 0, 0);
    expect(folder, "scan.nii#", "scan.nii#", 0, 0, 0);
    expect(folder, "scan.nii#-1", "scan.nii#-1", 0, 0, 0);
    expect(folder, "scan.nii#1x", "scan.nii#1x", 0, 0, 0);
    expect(folder, "scan.nii#999999999", "scan.nii#999999999", 0, 0, 0);
    expect(folder, "scan.nii#1#2#3", "scan.nii#1#2#3", 0, 0, 0);
    g_autofree char *whole = g_build_filename(folder, "scan.nii", NULL);
    g_autofree char *part = g_build_filename(folder, "scan.nii#7", NULL);
    g_assert_true(lam_same_file(whole, part));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/selection/parts", test_parts);
    return g_test_run();
}
