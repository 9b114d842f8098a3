/* λ by class of tissue: what the study registers and measures, on networks that were never trained. */
#include "tissue-pair.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/study_tissue.h>
#include <math.h>
#include <string.h>

#define SIZE 32

typedef struct {
    LamUnetConfig config;
    LamParameters *parameters;
    LamModel *model;
} Net;

/* classes: 0: one λ. strength: of the displacement. */
static Net net_new(int classes, float strength)
{
    Net net = {.config = {.size = {SIZE, SIZE, 1},
                          .spacing_mm = 2,
                          .n_encoder = 2,
                          .encoder = {16, 16},
                          .n_decoder = 2,
                          .decoder = {16, 16},
                          .n_hidden = 1,
                          .hidden = {16},
                          .generated = LAM_GENERATED_DECODER,
                          .skip = LAM_SKIP_ADD,
                          .integration_steps = 5,
                          .hyper_classes = classes}};
    net.parameters = lam_parameters_new();
    lam_unet_declare(&net.config, net.parameters);
    g_assert_true(lam_parameters_allocate(net.parameters, false, NULL));
    lam_parameters_initialise(net.parameters, 3);
    for (int i = 0; i < lam_parameters_count(net.parameters); i++) {
        if (!g_str_equal(lam_parameters_name(net.parameters, i), "flow.weight"))
            continue;
        float *w = lam_parameters_values(net.parameters) + lam_parameters_offset(net.parameters, i);
        for (size_t k = 0; k < lam_parameters_size(net.parameters, i); k++)
            w[k] *= strength;
    }
    net.model = lam_model_wrap(&net.config, net.parameters);
    return net;
}

static void net_clear(Net *net)
{
    lam_model_unref(net->model);
    lam_parameters_free(net->parameters);
}

/* What a pair is made of: a square of class 1 (label 3) around which all is 0. */
static void save_part(const char *folder, const char *part, float inside)
{
    g_autofree char *path = g_strdup_printf("%s/sample-000_%s.nii.gz", folder, part);
    LamGrid grid = lam_grid_centred((int[]){SIZE, SIZE, 1}, 2, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) volume = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < SIZE * SIZE; i++)
        volume->data[i] = abs(i % SIZE - 16) < 7 && abs(i / SIZE - 14) < 6 ? inside : 0;
    g_assert_true(lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, NULL, NULL));
}

static const char *const parts[] = {"fixed", "moving", "fixed_labels", "moving_labels", "tissues"};

static LamTissuePair *pair_new(void)
{
    static const float inside[] = {0.8f, 0.6f, 3, 3, 1};
    g_autofree char *folder = g_dir_make_tmp("lam-tissue-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        save_part(folder, parts[i], inside[i]);
    g_autoptr(GError) error = NULL;
    LamTissuePair *pair = lam_tissue_pair_load(folder, 0, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *path = g_strdup_printf("%s/sample-000_%s.nii.gz", folder, parts[i]);
        g_remove(path);
    }
    g_rmdir(folder);
    return pair;
}

static LamTissueScore score(LamTissueBench *bench, LamTissuePair *pair, bool conditioned, bool keep,
                            double first, double second)
{
    const double lambdas[] = {first, second};
    lam_tissue_bench_register(bench, pair, conditioned, keep, lambdas);
    return lam_tissue_bench_score(bench, pair);
}

/* A field of next to nothing leaves equal labels as they are. */
static void test_still(void)
{
    Net one = net_new(0, 1), classes = net_new(2, 1);
    LamTissueBench *bench = lam_tissue_bench_new(one.model, classes.model, 4, NULL);
    LamTissuePair *pair = pair_new();
    for (int conditioned = 0; conditioned < 2; conditioned++) {
        LamTissueScore s = score(bench, pair, conditioned, true, 0.1, 0.9);
        g_assert_cmpfloat(s.mean, ==, 1);
        g_assert_cmpfloat(s.dice[1], ==, 1);
        g_assert_true(isnan(s.dice[0]));
        g_assert_cmpfloat(s.fold_percent, ==, 0);
        g_assert_cmpfloat(s.roughness[1], <, 1e-4);
    }
    lam_tissue_pair_free(pair);
    lam_tissue_bench_free(bench);
    net_clear(&one);
    net_clear(&classes);
}

/* Each class follows its own λ; kept velocities are those that are computed anew. */
static void test_composite(void)
{
    Net one = net_new(0, 3e3f), classes = net_new(2, 3e3f);
    LamTissueBench *bench = lam_tissue_bench_new(one.model, classes.model, 0, NULL);
    LamTissuePair *pair = pair_new();
    LamTissueScore low = score(bench, pair, false, true, 0, 0);
    LamTissueScore high = score(bench, pair, false, true, 1, 1);
    LamTissueScore mixed = score(bench, pair, false, true, 0, 1);
    LamTissueScore anew = score(bench, pair, false, false, 0, 1);
    g_test_message("roughness %g, %g; %g", low.roughness[1], high.roughness[1], mixed.roughness[1]);
    g_assert_cmpint(pair->n_cached, ==, 2);
    g_assert_cmpmem(&mixed.roughness, 2 * sizeof(double), &anew.roughness, 2 * sizeof(double));
    g_assert_cmpfloat(low.roughness[1], !=, high.roughness[1]);
    g_assert_cmpfloat(mixed.roughness[0], !=, low.roughness[0]);
    LamTissueScore a = score(bench, pair, true, true, 0, 1),
                   b = score(bench, pair, true, true, 1, 0);
    g_assert_cmpfloat(a.roughness[1], !=, b.roughness[1]);
    lam_tissue_pair_free(pair);
    lam_tissue_bench_free(bench);
    net_clear(&one);
    net_clear(&classes);
}

static void test_bad(void)
{
    Net one = net_new(0, 1);
    g_autoptr(GError) error = NULL, missing = NULL;
    g_assert_null(lam_tissue_bench_new(one.model, one.model, 2, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "one with classes of tissue and one without"));
    g_assert_null(lam_tissue_pair_load("/nonexistent", 0, &missing));
    g_assert_nonnull(strstr(missing->message, "sample-000_fixed.nii.gz"));
    net_clear(&one);
}

/* Refused before anything is trained. */
static void test_refused(void)
{
    g_autoptr(GError) few = NULL, none = NULL;
    g_autofree char *folder = g_dir_make_tmp("lam-tissue-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "recipe.ini", NULL);
    g_assert_true(g_file_set_contents(path, "[training]\nsteps=2\n", -1, NULL));
    LamStudyTissueOptions options = {.training = {.recipe = path, .data = ".", .output = folder},
                                     .choose = "a",
                                     .score = "b",
                                     .pairs = 1};
    g_assert_null(lam_study_tissue(&options, NULL, &few));
    g_assert_nonnull(strstr(few->message, "2 to 999 pairs"));
    options.pairs = 2;
    g_assert_null(lam_study_tissue(&options, NULL, &none));
    g_assert_nonnull(strstr(none->message, "no [tissues]"));
    g_remove(path);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tissue/still", test_still);
    g_test_add_func("/tissue/composite", test_composite);
    g_test_add_func("/tissue/bad", test_bad);
    g_test_add_func("/tissue/refused", test_refused);
    return g_test_run();
}
