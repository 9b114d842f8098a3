#include "disc-runs.h"

#include <lambdascope/safetensors.h>
#include <math.h>

static void save_table(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "table.csv", NULL);
    g_assert_true(g_file_set_contents(path,
                                      "value,structure_value,structure,intensity_class\n"
                                      "0,0,background,0\n1,1,body,1\n2,2,hole,2\n",
                                      -1, NULL));
}

void disc_runs_up(DiscRuns *f, gconstpointer data)
{
    f->folder = disc_folder_new();
    for (int scan = 0; scan < DISC_SCANS; scan++)
        disc_save_labels(f->folder, scan, 1, 2);
    save_table(f->folder);
}

void disc_runs_down(DiscRuns *f, gconstpointer data)
{
    disc_folder_remove(f->folder);
}

void disc_runs_go(const DiscRuns *f, const char *text, const char *output, bool resume,
                  guint64 steps)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = disc_recipe(f->folder, text);
    disc_train(f->folder, recipe, output, resume, steps, &error);
    g_assert_no_error(error);
}

double disc_runs_column(const DiscRuns *f, const char *output, const char *name, int from, int to)
{
    g_autofree char *path = g_build_filename(f->folder, output, "steps.csv", NULL), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) names = g_strsplit(lines[0], ",", -1);
    int at = 0;
    while (names[at] != NULL && !g_str_equal(names[at], name))
        at++;
    g_assert_nonnull(names[at]);
    double total = 0;
    for (int i = from; i < to; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i + 1], ",", -1);
        g_assert_cmpuint(g_strv_length(cells), ==, g_strv_length(names));
        total += *cells[at] != '\0' ? g_ascii_strtod(cells[at], NULL) : (double)NAN;
    }
    return total / (to - from);
}

void disc_runs_same(const DiscRuns *f, const char *a_run, const char *b_run)
{
    g_autofree char *a_path = g_build_filename(f->folder, a_run, "checkpoint.safetensors", NULL);
    g_autofree char *b_path = g_build_filename(f->folder, b_run, "checkpoint.safetensors", NULL);
    g_autoptr(LamSafetensors) a = lam_safetensors_load(a_path, NULL);
    g_autoptr(LamSafetensors) b = lam_safetensors_load(b_path, NULL);
    g_assert_cmpuint(lam_safetensors_count(a), ==, lam_safetensors_count(b));
    for (size_t i = 0; i < lam_safetensors_count(a); i++) {
        const LamNamedTensor *x = lam_safetensors_at(a, i);
        const LamNamedTensor *y = lam_safetensors_find(b, x->name);
        g_assert_cmpmem(x->data, x->count * 4, y->data, y->count * 4);
    }
}

int disc_runs_main(int argc, char **argv, const DiscTest *tests, size_t n)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < n; i++)
        g_test_add(tests[i].name, DiscRuns, NULL, disc_runs_up, tests[i].run, disc_runs_down);
    return g_test_run();
}
