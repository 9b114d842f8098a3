/* A small 2-D HyperMorph, trained from nothing on drawn discs: what λ must do, it does. Also that a run
 * resumes exactly, and that bad recipes and data are refused. */
#include <glib/gstdio.h>
#include <lambdascope/nifti.h>
#include <lambdascope/ops.h>
#include <lambdascope/safetensors.h>
#include <lambdascope/score.h>
#include <lambdascope/session.h>
#include <lambdascope/trainer.h>
#include <math.h>
#include <string.h>

#define SIZE  48
#define SCANS 6

static const char recipe_text[] = "[model]\ntitle=test discs\n"
                                  "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\n"
                                  "decoder=16,16\nfinal=16\nhidden=16,16\ngenerated=decoder\n"
                                  "skip=add\nintegration_steps=5\n"
                                  "[data]\nscans=disc-*.nii\nalign=false\n"
                                  "[training]\nseed=3\nsteps=%d\nrate=2e-3\nrate_end=1e-4\n"
                                  "warmup=10\nwindow=7\nsmoothness=1\nlambda_ends=0.2\n";

/* A bright ellipse with a dark eye, soft edges; every scan its own shape. */
static float disc(int scan, double x, double y)
{
    double a = 15 + 2.5 * sin(1.0 + 2.1 * scan), b = 15 + 2.5 * cos(2.0 + 1.7 * scan);
    double cx = 24 + 2 * sin(0.3 + 3.1 * scan), cy = 24 + 2 * cos(1.1 + 2.7 * scan);
    double r = hypot((x - cx) / a, (y - cy) / b), eye = hypot(x - cx - 3, y - cy - 2);
    double body = 1 / (1 + exp(12 * (r - 1))), hole = 1 / (1 + exp(1.5 * (eye - 5 - scan % 3)));
    return (float)(body * (1 - 0.7 * hole));
}

static LamVolume *make_scan(int scan)
{
    LamGrid grid = lam_grid_centred((int[]){SIZE, SIZE, 1}, 1, (LamVec3){{0, 0, 0}});
    LamVolume *volume = lam_volume_new(&grid, 1, NULL);
    for (int j = 0; j < SIZE; j++)
        for (int i = 0; i < SIZE; i++)
            volume->data[j * SIZE + i] = disc(scan, i, j);
    return volume;
}

static char *make_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("lam-train-XXXXXX", &error);
    g_assert_no_error(error);
    for (int scan = 0; scan < SCANS; scan++) {
        g_autofree char *path = g_strdup_printf("%s/disc-%d.nii", folder, scan);
        g_autoptr(LamVolume) volume = make_scan(scan);
        g_assert_true(lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, NULL, &error));
    }
    return folder;
}

static void remove_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            remove_folder(path);
        else
            g_remove(path);
    }
    g_rmdir(folder);
}

static char *write_recipe(const char *folder, const char *text)
{
    char *path = g_build_filename(folder, "recipe.ini", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static bool run(const char *folder, const char *recipe, const char *output, bool resume,
                GError **error)
{
    g_autofree char *out = g_build_filename(folder, output, NULL);
    LamTrainOptions options = {.recipe = recipe, .data = folder, .output = out, .resume = resume};
    return lam_train(&options, NULL, error);
}

/* The loss's own dissimilarity, of the fixed image and the exported warp. */
static double dissimilarity(const LamVolume *fixed, const LamVolume *warped)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamGraph) graph = lam_graph_new(NULL, false);
    LamShape shape = {1, 1, SIZE, SIZE};
    LamNode *a = lam_graph_input(graph, "fixed", shape),
            *b = lam_graph_input(graph, "warped", shape);
    LamNode *loss = lam_op_ncc(graph, a, b, 7);
    g_assert_true(lam_graph_finalise(graph, &error));
    memcpy(lam_node_value(a), fixed->data, SIZE * SIZE * sizeof(float));
    memcpy(lam_node_value(b), warped->data, SIZE * SIZE * sizeof(float));
    lam_graph_forward(graph, loss, NULL);
    return lam_node_value(loss)[0];
}

static void measure(LamSession *session, double lambda, double *rough, double *unlike)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSnapshot) s = lam_session_set_lambda(session, lambda, false, &error);
    g_assert_no_error(error);
    LamVolume *fixed = lam_session_fixed(session), *moving = lam_session_moving(session);
    g_autoptr(LamVolume) warped = lam_session_export_warped(session, s, &error);
    LamScore score;
    g_assert_true(
        lam_score(session, s, fixed, moving, lam_session_model_grid(session), &score, &error));
    *rough += score.roughness;
    *unlike += dissimilarity(fixed, warped);
    lam_score_clear(&score);
}

static void check_lambda(LamModel *model)
{
    const double lambdas[] = {0.02, 0.5, 0.95};
    LamMat4 identity = lam_mat4_identity();
    double rough[3] = {0}, unlike[3] = {0}, before = 0;
    g_autoptr(GError) error = NULL;
    for (int pair = 0; pair < 3; pair++) {
        g_autoptr(LamVolume) fixed = make_scan(pair), moving = make_scan(pair + 3);
        g_autoptr(LamSession) session =
            lam_session_new(model, fixed, moving, &identity, 0, NULL, &error);
        g_assert_no_error(error);
        before += dissimilarity(fixed, moving);
        for (int k = 0; k < 3; k++)
            measure(session, lambdas[k], &rough[k], &unlike[k]);
    }
    g_test_message("roughness %g %g %g, dissimilarity %g %g %g, before %g", rough[0], rough[1],
                   rough[2], unlike[0], unlike[1], unlike[2], before);
    for (int k = 0; k < 2; k++) {
        g_assert_cmpfloat(rough[k], >, rough[k + 1]);
        g_assert_cmpfloat(unlike[k], <, unlike[k + 1]);
    }
    g_assert_cmpfloat(rough[0], >, 2 * rough[2]);
    g_assert_cmpfloat(unlike[0], <, before - 0.1);
}

static void test_lambda(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = make_folder();
    g_autofree char *text = g_strdup_printf(recipe_text, 2500);
    g_autofree char *recipe = write_recipe(folder, text);
    g_assert_true(run(folder, recipe, "run", false, &error));
    g_assert_no_error(error);
    g_autofree char *best = g_build_filename(folder, "run", "best.safetensors", NULL);
    g_autoptr(LamModel) model = lam_model_load(best, &error);
    g_assert_no_error(error);
    check_lambda(model);
    remove_folder(folder);
}

/* 30 steps at once, and 12 + 18 with a checkpoint between: the same weights, bit for bit. */
static void test_resume(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = make_folder();
    g_autofree char *text = g_strdup_printf(recipe_text, 30);
    g_autofree char *recipe = write_recipe(folder, text);
    g_assert_true(run(folder, recipe, "whole", false, &error));
    g_autofree char *half_folder = g_build_filename(folder, "halves", NULL);
    LamTrainOptions first = {
        .recipe = recipe, .data = folder, .output = half_folder, .stop_steps = 12};
    g_assert_true(lam_train(&first, NULL, &error));
    g_assert_true(run(folder, recipe, "halves", true, &error));
    g_assert_no_error(error);
    g_autofree char *a_path = g_build_filename(folder, "whole", "checkpoint.safetensors", NULL);
    g_autofree char *b_path = g_build_filename(folder, "halves", "checkpoint.safetensors", NULL);
    g_autoptr(LamSafetensors) a = lam_safetensors_load(a_path, &error);
    g_autoptr(LamSafetensors) b = lam_safetensors_load(b_path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lam_safetensors_count(a), ==, lam_safetensors_count(b));
    for (size_t i = 0; i < lam_safetensors_count(a); i++) {
        const LamNamedTensor *x = lam_safetensors_at(a, i);
        const LamNamedTensor *y = lam_safetensors_find(b, x->name);
        g_assert_cmpmem(x->data, x->count * 4, y->data, y->count * 4);
    }
    remove_folder(folder);
}

static void refuse(const char *folder, const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = write_recipe(folder, text);
    g_assert_false(run(folder, recipe, "refused", false, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, expected) == NULL)
        g_error("\"%s\" does not mention \"%s\"", error->message, expected);
}

static void test_refusals(void)
{
    g_autofree char *folder = make_folder();
    refuse(folder, "[training]\nsteps=3\n", "scans: missing");
    refuse(folder, "[data]\nscans=disc-*.nii\n[training]\nstep=3\n",
           "[training] step: unknown key");
    refuse(folder, "[data]\nscans=disc-*.nii\n[training]\nrate=-1\n", "rate");
    refuse(folder, "[data]\nscans=disc-*.nii\n[training]\nwindow=4\n", "odd");
    refuse(folder, "[data]\nscans=disc-*.nii\n[network]\nencoder=16,x\n", "encoder");
    refuse(folder, "[data]\nscans=disc-*.nii\n[network]\nsize=50,48,40\n", "divisible");
    refuse(folder, "[data]\nscans=nothing-*.nii\n", "fewer than two scans");
    refuse(folder, "no key file", "recipe.ini");
    remove_folder(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/training/lambda", test_lambda);
    g_test_add_func("/training/resume", test_resume);
    g_test_add_func("/training/refusals", test_refusals);
    return g_test_run();
}
