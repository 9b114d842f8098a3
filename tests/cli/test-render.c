/* lam render with outlines of labels. */
#include "fixture.h"

#include <string.h>

#define USAGE 2

static LamCliFixture *f;

static char *in_pair(const char *name)
{
    return g_build_filename(f->pair, name, NULL);
}

static LamCliRun render(const char *output, const char *fixed_labels, const char *contours)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    const char *const always[] = {"render", "-f",  f->fixed, "-m",      f->moving, "-M",  f->model,
                                  "-l",     "0.5", "-s",     "300x140", "-o",      output};
    for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
        g_ptr_array_add(arguments, (gpointer)always[i]);
    if (fixed_labels) {
        g_ptr_array_add(arguments, "--fixed-labels");
        g_ptr_array_add(arguments, (gpointer)fixed_labels);
    }
    if (contours) {
        g_ptr_array_add(arguments, "--contours");
        g_ptr_array_add(arguments, (gpointer)contours);
    }
    g_ptr_array_add(arguments, NULL);
    return lam_cli_run_array((const char *const *)arguments->pdata);
}

static void refuse(LamCliRun run, int status, const char *word)
{
    lam_cli_assert_failed(&run, status, word);
    lam_cli_run_clear(&run);
}

static void test_refused(void)
{
    g_autofree char *out = g_build_filename(f->folder, "never.png", NULL);
    g_autofree char *labels = in_pair("fixed_labels.nii.gz");
    refuse(render(out, f->fixed, NULL), 1, "is it a scan?");
    refuse(render(out, labels, "51,x"), USAGE, "--contours");
    refuse(render(out, labels, "-3"), USAGE, "--contours");
    refuse(render(out, NULL, "51"), USAGE, "--fixed-labels");
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
}

static char *picture(const char *name, const char *fixed_labels, const char *contours, gsize *size)
{
    g_autofree char *out = g_build_filename(f->folder, name, NULL);
    LamCliRun run = render(out, fixed_labels, contours);
    char *bytes = NULL;
    if (strstr(run.err, "cannot draw") != NULL)
        g_test_skip(run.err);
    else
        g_assert_cmpint(run.status, ==, 0);
    g_file_get_contents(out, &bytes, size, NULL);
    lam_cli_run_clear(&run);
    return bytes;
}

/* All, some and no outlines are three pictures. */
static void test_drawn(void)
{
    g_autofree char *labels = in_pair("fixed_labels.nii.gz");
    gsize n[3];
    g_autofree char *none = picture("none.png", NULL, NULL, &n[0]);
    if (none == NULL)
        return;
    g_autofree char *all = picture("all.png", labels, NULL, &n[1]);
    g_autofree char *some = picture("some.png", labels, "51, 52", &n[2]);
    g_assert_false(n[0] == n[1] && memcmp(none, all, n[0]) == 0);
    g_assert_false(n[1] == n[2] && memcmp(all, some, n[1]) == 0);
    g_assert_false(n[0] == n[2] && memcmp(none, some, n[0]) == 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    f = lam_cli_fixture_new();
    g_test_add_func("/render/labels/refused", test_refused);
    g_test_add_func("/render/labels/drawn", test_drawn);
    int failed = g_test_run();
    lam_cli_fixture_free(f);
    return failed;
}
