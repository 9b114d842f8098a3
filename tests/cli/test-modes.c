/* lam with models of displacements, of uncertain velocities and of two hyperparameters. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

static LamCliFixture *fixture;
static char *displacement, *uncertain, *labels; /* models */

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static char *write_model(const char *name, int steps, bool is_uncertain, bool hyper_labels)
{
    GError *error = NULL;
    char *path = in_folder(name);
    lam_cli_write_model_of_mode(path, steps, is_uncertain, hyper_labels, &error);
    g_assert_no_error(error);
    return path;
}

static void assert_done(LamCliRun *run)
{
    if (run->status != 0)
        g_error("status %d: %s", run->status, run->err);
}

static JsonObject *parse_object(const char *text, JsonParser *parser)
{
    g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
    return json_node_get_object(json_parser_get_root(parser));
}

static LamCliRun register_with(const char *model, const char *option, const char *value,
                               const char *output, const char *path)
{
    return lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-l", "0.3", "-M",
                       model, "--json", option, value, output, path, NULL);
}

static void test_info(void)
{
    const char *models[] = {fixture->model, displacement, uncertain, labels};
    const char *words[] = {"4 squarings), for any λ\n", "displacement, not integrated",
                           "probabilistic", "share of labels"};
    for (int i = 0; i < 4; i++) {
        g_autoptr(JsonParser) parser = json_parser_new();
        LamCliRun text = lam_cli_run("info", models[i], NULL);
        LamCliRun json = lam_cli_run("info", "--json", models[i], NULL);
        assert_done(&text);
        assert_done(&json);
        for (int k = 0; k < 4; k++)
            g_assert_cmpint(strstr(text.out, words[k]) != NULL, ==, i == k);
        JsonObject *object = parse_object(json.out, parser);
        g_assert_cmpint(json_object_get_int_member(object, "integration_steps"), ==,
                        i == 1 ? 0 : 4);
        g_assert_cmpint(json_object_get_boolean_member(object, "uncertain"), ==, i == 2);
        g_assert_cmpint(json_object_get_boolean_member(object, "hyper_labels"), ==, i == 3);
        lam_cli_run_clear(&text);
        lam_cli_run_clear(&json);
    }
}

/* The map is a plain displacement, and can be refined. */
static void test_displacement(void)
{
    g_autofree char *field = in_folder("field.nii.gz"), *saved = in_folder("there.safetensors");
    LamCliRun run = register_with(displacement, "--field", field, "--save", saved);
    assert_done(&run);
    lam_cli_run_clear(&run);
    run = lam_cli_run("info", field, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    run = register_with(displacement, "--symmetric", "--field", field, NULL);
    lam_cli_assert_failed(&run, 1, "displacements, not velocities");
    lam_cli_run_clear(&run);
    run = lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-M", displacement,
                      "--method", "refine", "--seconds", "1", "--save", saved, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
}

/* One channel on the fixed scan's grid. */
static LamVolume *load_map(const char *path)
{
    LamVolume *map = lam_nifti_load(path, 0, NULL);
    g_autoptr(LamVolume) fixed = lam_nifti_load(fixture->fixed, 0, NULL);
    g_assert_true(lam_grid_equal(&map->grid, &fixed->grid, 1e-3));
    g_assert_cmpint(map->channels, ==, 1);
    return map;
}

static void test_uncertainty(void)
{
    g_autofree char *path = in_folder("uncertainty.nii.gz");
    LamCliRun run = register_with(uncertain, "--uncertainty", path, NULL, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) u = load_map(path);
    double sum = 0;
    size_t n = lam_grid_voxels(&u->grid);
    for (size_t i = 0; i < n; i++) {
        g_assert_cmpfloat(u->data[i], >, 0);
        sum += (double)u->data[i] / (double)n;
    }
    /* untrained: exp(-3) voxels of 8 mm along each axis, less what interpolation averages */
    g_assert_cmpfloat(sum, >, 0.3 * sqrt(3) * 8 * exp(-3));
    g_assert_cmpfloat(sum, <, 1.1 * sqrt(3) * 8 * exp(-3));
}

/* The derivative by log γ, beside the uncertainty, and how their ranks agree in the report. */
static void test_sensitivity(void)
{
    g_autofree char *path = in_folder("sensitivity.nii.gz"), *other = in_folder("beside.nii.gz");
    LamCliRun run =
        lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-M", uncertain,
                    "--sensitivity", path, "--uncertainty", other, "--json", NULL);
    g_assert_cmpstr(run.err, ==, "");
    const char *rank = strstr(run.out, "sensitivity_uncertainty_rank_correlation");
    g_assert_nonnull(rank);
    double value = g_ascii_strtod(strchr(rank, ':') + 1, NULL);
    g_assert_cmpfloat(fabs(value), <=, 1);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) s = load_map(path);
    double most = 0;
    for (size_t i = 0; i < lam_grid_voxels(&s->grid); i++) {
        g_assert_cmpfloat(s->data[i], >=, 0);
        most = fmax(most, (double)s->data[i]);
    }
    g_assert_cmpfloat(most, >, 0);
}

static void test_uncertainty_refused(void)
{
    g_autofree char *path = in_folder("none.nii.gz"), *odd = in_folder("none.png");
    LamCliRun run = register_with(fixture->model, "--uncertainty", path, NULL, NULL);
    lam_cli_assert_failed(&run, 1, "it is not a probabilistic model");
    g_assert_nonnull(strstr(run.err, fixture->model));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    lam_cli_run_clear(&run);
    run = register_with(uncertain, "--uncertainty", odd, NULL, NULL);
    lam_cli_assert_failed(&run, 1, odd);
    lam_cli_run_clear(&run);
    run = register_with(uncertain, "--uncertainty", fixture->fixed, NULL, NULL);
    lam_cli_assert_failed(&run, 1, fixture->fixed);
    lam_cli_run_clear(&run);
    run = register_with(uncertain, "--uncertainty", path, "--field", path);
    lam_cli_assert_failed(&run, 1, path);
    lam_cli_run_clear(&run);
}

/* Of a registration, or of the first result of an evaluation. */
static double share_of(LamCliRun *run)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    assert_done(run);
    JsonObject *object = parse_object(run->out, parser);
    if (json_object_has_member(object, "results"))
        object = json_array_get_object_element(json_object_get_array_member(object, "results"), 0);
    double share = json_object_get_double_member(object, "label_share");
    lam_cli_run_clear(run);
    return share;
}

static void test_label_share(void)
{
    g_autofree char *a = in_folder("a.nii.gz"), *b = in_folder("b.nii.gz");
    g_autofree char *pairs = g_build_filename(fixture->pair, "pairs.csv", NULL);
    LamCliRun run = register_with(labels, "--field", a, NULL, NULL);
    g_assert_cmpfloat(share_of(&run), ==, 0.5);
    run = register_with(labels, "--label-share", "1", "--field", b);
    g_assert_cmpfloat(share_of(&run), ==, 1);
    g_autoptr(LamVolume) first = lam_nifti_load(a, 0, NULL), second = lam_nifti_load(b, 0, NULL);
    g_assert_cmpint(
        memcmp(first->data, second->data, 3 * lam_grid_voxels(&first->grid) * sizeof(float)), !=,
        0);
    run = lam_cli_run("evaluate", pairs, "-l", "0.3", "-M", labels, "--label-share", "0.25",
                      "--json", NULL);
    g_assert_cmpfloat(share_of(&run), ==, 0.25);
}

static void test_label_share_refused(void)
{
    g_autofree char *path = in_folder("none.nii.gz");
    g_autofree char *pairs = g_build_filename(fixture->pair, "pairs.csv", NULL);
    LamCliRun run = register_with(fixture->model, "--label-share", "0.5", "--field", path);
    lam_cli_assert_failed(&run, 1, "it has no such input");
    g_assert_nonnull(strstr(run.err, fixture->model));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    lam_cli_run_clear(&run);
    run = lam_cli_run("evaluate", pairs, "-l", "0.3", "-M", fixture->model, "--label-share", "0.25",
                      NULL);
    lam_cli_assert_failed(&run, 1, fixture->model);
    lam_cli_run_clear(&run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    displacement = write_model("displacement.safetensors", 0, false, false);
    uncertain = write_model("uncertain.safetensors", 4, true, false);
    labels = write_model("labels.safetensors", 4, false, true);
    g_test_add_func("/modes/info", test_info);
    g_test_add_func("/modes/displacement", test_displacement);
    g_test_add_func("/modes/uncertainty", test_uncertainty);
    g_test_add_func("/modes/sensitivity", test_sensitivity);
    g_test_add_func("/modes/uncertainty/refused", test_uncertainty_refused);
    g_test_add_func("/modes/label-share", test_label_share);
    g_test_add_func("/modes/label-share/refused", test_label_share_refused);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    g_free(displacement);
    g_free(uncertain);
    g_free(labels);
    return status;
}
