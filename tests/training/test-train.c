/* A small 2-D HyperMorph, trained from nothing on drawn discs: what λ must do, it does. */
#include "discs.h"

#include <lambdascope/ops.h>
#include <lambdascope/score.h>
#include <string.h>

/* The loss's own dissimilarity, of the fixed image and the exported warp. */
static double dissimilarity(const LamVolume *fixed, const LamVolume *warped)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamGraph) graph = lam_graph_new(NULL, false);
    LamShape shape = {1, 1, DISC_SIZE, DISC_SIZE};
    LamNode *a = lam_graph_input(graph, "fixed", shape),
            *b = lam_graph_input(graph, "warped", shape);
    LamNode *loss = lam_op_ncc(graph, a, b, 7);
    g_assert_true(lam_graph_finalise(graph, &error));
    memcpy(lam_node_value(a), fixed->data, DISC_SIZE * DISC_SIZE * sizeof(float));
    memcpy(lam_node_value(b), warped->data, DISC_SIZE * DISC_SIZE * sizeof(float));
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
        g_autoptr(LamVolume) fixed = disc_scan(pair), moving = disc_scan(pair + 3);
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
    char *folder = disc_folder_new();
    g_autofree char *recipe = disc_recipe_for(folder, 2500);
    disc_train(folder, recipe, "run", false, 0, &error);
    g_assert_no_error(error);
    g_autofree char *best = g_build_filename(folder, "run", "best.safetensors", NULL);
    g_autoptr(LamModel) model = lam_model_load(best, &error);
    g_assert_no_error(error);
    check_lambda(model);
    disc_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/training/lambda", test_lambda);
    return g_test_run();
}
