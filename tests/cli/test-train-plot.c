/* lam train --plot: curves out of the logs of a run, and what is said of damaged ones. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder, *run, *plot;

static void write_log(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(run, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_log(const char *name)
{
    g_autofree char *path = g_build_filename(run, name, NULL);
    g_unlink(path);
}

/* A column that no one knows, one that never had a value, and a last line that is not all there. */
static void write_steps(int rows)
{
    g_autoptr(GString) text =
        g_string_new("step,seconds,rate,lambda,similarity,roughness,loss,label_dice,novel\n");
    for (int i = 0; i < rows; i++)
        g_string_append_printf(text, "%d,%d.5,1e-4,0.3,-0.%d,0.01,-0.1,nan,%d\n", i + 1, 6 * i,
                               200 + i % 100, i % 7);
    g_string_append(text, "1000,6000.0,1e");
    write_log("steps.csv", text->str);
}

static void write_validation(void)
{
    write_log("validation.csv", "step,seconds,lambda,subcortical,cortical,fold_percent,"
                                "sd_log_jacobian,roughness\n"
                                "100,60.0,0.1,0.70,0.50,0.1,0.2,0.03\n"
                                "100,60.0,0.4,0.68,0.49,0.0,0.1,0.02\n"
                                "200,120.0,0.1,0.72,0.52,0.1,0.2,0.03\n"
                                "200,120.0,0.4,0.70,0.51,0.0,0.1,0.02\n");
}

static char *draw(void)
{
    char *svg = NULL;
    LamCliRun r = lam_cli_run("train", "--plot", run, "-o", plot, NULL);
    g_assert_cmpstr(r.err, ==, "");
    g_assert_cmpint(r.status, ==, 0);
    lam_cli_run_clear(&r);
    g_assert_true(g_file_get_contents(plot, &svg, NULL, NULL));
    return svg;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

static bool have_gnuplot(void)
{
    g_autofree char *program = g_find_program_in_path("gnuplot");
    if (program == NULL)
        g_test_skip("gnuplot is not installed");
    return program != NULL;
}

static void test_curves(void)
{
    if (!have_gnuplot())
        return;
    write_steps(300);
    write_validation();
    g_autofree char *svg = draw();
    g_assert_cmpint(count(svg, " in training, mean of 6 steps<"), ==, 4); /* not label_dice */
    g_assert_cmpint(count(svg, ">novel in training"), ==, 1);
    g_assert_cmpint(count(svg, " in validation<"), ==, 5);
    g_assert_cmpint(count(svg, ">Dice, subcortical in validation<"), ==, 1);
    g_assert_cmpint(count(svg, ">λ = 0.1<"), ==, 5);
    g_assert_cmpint(count(svg, ">λ = 0.4<"), ==, 5);
    g_assert_cmpint(count(svg, ">minutes<"), ==, 9);
}

static void test_one_log(void)
{
    if (!have_gnuplot())
        return;
    write_steps(3);
    remove_log("validation.csv");
    g_autofree char *steps = draw();
    g_assert_cmpint(count(steps, ">minutes<"), ==, 4);
    remove_log("steps.csv");
    write_validation();
    g_autofree char *validation = draw();
    g_assert_cmpint(count(validation, ">minutes<"), ==, 5);
}

static void refuse(const char *output, int status, const char *word)
{
    LamCliRun r = lam_cli_run("train", "--plot", run, "-o", output, NULL);
    lam_cli_assert_failed(&r, status, word);
    lam_cli_run_clear(&r);
}

static void test_refused(void)
{
    g_autofree char *text = g_build_filename(folder, "curves.txt", NULL);
    g_autofree char *nowhere = g_build_filename(folder, "no", "curves.svg", NULL);
    write_validation();
    refuse(text, 1, ".svg or .png");
    refuse(nowhere, 1, "folder does not exist");
    if (!have_gnuplot())
        return;
    write_log("steps.csv", "step,seconds,lambda,loss\n1,2,0.3,-0.1\n2,4,0.3\n");
    refuse(plot, 1, "steps.csv, line 3: 3 fields");
    write_log("steps.csv", "step,seconds,lambda,loss\n1,2,0.3,minus\n");
    refuse(plot, 1, "steps.csv, line 2: 'minus' is no number");
    write_log("steps.csv", "step,loss\n1,2\n");
    refuse(plot, 1, "steps.csv, line 1: the columns seconds and lambda are needed");
    write_log("steps.csv", "step,seconds,lambda,loss\n");
    remove_log("validation.csv");
    refuse(plot, 1, "no steps.csv and no validation.csv");
    remove_log("steps.csv");
    refuse(plot, 1, run);
}

static void test_usage(void)
{
    static const char *const wrong[][8] = {
        {"train", "--plot", "run"},
        {"train", "recipe.ini", "--plot", "run", "-o", "a.svg"},
        {"train", "--plot", "run", "-o", "a.svg", "--resume"},
        {"train", "-o", "run"},
        {"train", "recipe.ini", "-o", "run", "--samples", "-1"},
        {"train", "recipe.ini", "-o", "run", "--samples", "2", "--find-rate"},
        {"train", "recipe.ini", "-o", "run", "--find-rate", "--resume"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        LamCliRun r = lam_cli_run_array(wrong[i]);
        lam_cli_assert_failed(&r, 2, "");
        lam_cli_run_clear(&r);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cli/train-plot/curves", test_curves);
    g_test_add_func("/cli/train-plot/one-log", test_one_log);
    g_test_add_func("/cli/train-plot/refused", test_refused);
    g_test_add_func("/cli/train-plot/usage", test_usage);
    folder = g_dir_make_tmp("lam-train-plot-XXXXXX", NULL);
    run = g_build_filename(folder, "run", NULL);
    plot = g_build_filename(folder, "curves.svg", NULL);
    g_assert_cmpint(g_mkdir(run, 0700), ==, 0);
    int status = g_test_run();
    remove_log("steps.csv");
    remove_log("validation.csv");
    g_unlink(plot);
    g_assert_cmpint(g_rmdir(run), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    g_free(folder);
    g_free(run);
    g_free(plot);
    return status;
}
