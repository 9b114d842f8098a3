/* The architecture as text and the graph it becomes. */
#include <lambdascope/error.h>
#include <lambdascope/ops.h>
#include <lambdascope/unet.h>
#include <math.h>
#include <string.h>

static void test_round_trip(void)
{
    GError *error = NULL;
    LamUnetConfig config = lam_unet_config_default(), back;
    g_assert_true(lam_unet_config_check(&config, &error));
    for (int i = 0; i < 6; i++) {
        config.generated = (LamGenerated)(i / 2);
        config.skip = (LamSkip)(i % 2);
        config.spacing_mm = 1 + 0.1 * i; /* not exact in binary */
        config.n_final = i % 3;
        config.final[1] = 8;
        config.size[2] = i % 2 ? 1 : 64;
        g_autoptr(LamSafetensors) file = lam_safetensors_new();
        lam_unet_config_write(&config, file);
        bool read = lam_unet_config_read(&back, file, &error);
        g_assert_no_error(error);
        g_assert_true(read && lam_unet_config_equal(&config, &back));
    }
}

/* One key of a good description replaced (value NULL: left out): must be refused as a model. */
static void assert_refused(const char *key, const char *value, const char *words)
{
    g_autoptr(GError) error = NULL;
    LamUnetConfig config = lam_unet_config_default(), back;
    g_autoptr(LamSafetensors) good = lam_safetensors_new();
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    lam_unet_config_write(&config, good);
    g_autofree const char **keys = lam_safetensors_metadata_keys(good);
    for (int i = 0; keys[i] != NULL; i++)
        if (!g_str_equal(keys[i], key))
            lam_safetensors_set_metadata(file, keys[i], lam_safetensors_metadata(good, keys[i]));
    if (value != NULL)
        lam_safetensors_set_metadata(file, key, value);
    if (lam_unet_config_read(&back, file, &error))
        g_error("%s = %s was taken", key, value);
    g_assert_error(error, LAM_ERROR, LAM_ERROR_MODEL);
    if (strstr(error->message, words) == NULL)
        g_error("'%s' expected in: %s", words, error->message);
}

static void test_refused(void)
{
    static const char *const wrong[][2] = {
        {"size", ""},
        {"size", "80,96"},
        {"size", "80,96,80,2"},
        {"size", "80,96,81"},
        {"size", "80,96,-80"},
        {"size", "80,96,1600"},
        {"size", "512,512,512"},
        {"size", "1,96,80"},
        {"size", "80,96,8e1"},
        {"spacing_mm", ""},
        {"spacing_mm", "2mm"},
        {"spacing_mm", "0"},
        {"spacing_mm", "nan"},
        {"spacing_mm", "inf"},
        {"encoder", ""},
        {"encoder", "16"},
        {"encoder", "16,0"},
        {"encoder", "16,32,32,32,32,32,32,32,32"},
        {"encoder", "16,,32"},
        {"encoder", "16,99999"},
        {"encoder", "16,99999999999999"},
        {"decoder", ""},
        {"decoder", "32,32,32,32,32,32"},
        {"final", "16,x"},
        {"hidden", ""},
        {"hidden", "0"},
        {"generated", "some"},
        {"generated", ""},
        {"skip", "addd"},
        {"integration_steps", "0"},
        {"integration_steps", "13"},
        {"integration_steps", "7,7"},
        {"integration_steps", "7.5"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_refused(wrong[i][0], wrong[i][1], wrong[i][0]);
    static const char *const keys[] = {"size",      "spacing_mm", "encoder",
                                       "decoder",   "final",      "hidden",
                                       "generated", "skip",       "integration_steps"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        assert_refused(keys[i], NULL, keys[i]);
    assert_refused("architecture", "resnet", "resnet");
    assert_refused("architecture", NULL, "architecture");
}

/* Feature maps are joined in whole channel blocks, of 16 on some processors. */
static void test_concat_widths(void)
{
    g_autoptr(GError) error = NULL;
    LamUnetConfig config = lam_unet_config_default();
    config.decoder[1] = 24;
    g_assert_true(lam_unet_config_check(&config, NULL));
    config.skip = LAM_SKIP_CONCAT;
    g_assert_false(lam_unet_config_check(&config, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

static void test_set(void)
{
    g_autoptr(GError) error = NULL;
    LamUnetConfig config = lam_unet_config_default();
    g_assert_true(lam_unet_config_set(&config, "encoder", "8; 16;24;", NULL));
    g_assert_cmpint(config.n_encoder, ==, 3);
    g_assert_cmpint(config.encoder[2], ==, 24);
    g_assert_true(lam_unet_config_set(&config, "final", "", NULL));
    g_assert_cmpint(config.n_final, ==, 0);
    g_assert_true(lam_unet_config_set(&config, "generated", "all", NULL));
    g_assert_cmpint(config.generated, ==, LAM_GENERATED_ALL);
    g_assert_false(lam_unet_config_set(&config, "colour", "red", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "colour"));
}

static void test_shapes(void)
{
    LamUnetConfig config = lam_unet_config_default();
    int size[3];
    lam_unet_field_size(&config, size);
    g_assert_cmpint(lam_unet_field_factor(&config), ==, 2);
    g_assert_true(size[0] == 40 && size[1] == 48 && size[2] == 40);
    config.size[2] = 1;
    lam_unet_field_size(&config, size);
    g_assert_true(size[0] == 40 && size[1] == 48 && size[2] == 1);
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    lam_unet_declare(&config, parameters);
    int n = lam_parameters_count(parameters);
    g_assert_true(lam_parameters_allocate(parameters, false, NULL));
    lam_parameters_initialise(parameters, 1);
    g_autoptr(LamGraph) graph = lam_graph_new(parameters, false);
    LamUnet unet = lam_unet_build(&config, graph, parameters);
    g_assert_true(lam_graph_finalise(graph, NULL));
    g_assert_cmpint(lam_parameters_count(parameters), ==, n);
    LamShape s = lam_node_shape(unet.displacement);
    g_assert_true(s.c == 3 && s.d == 1 && s.h == 48 && s.w == 40);
    lam_unet_set_lambda(&unet, graph, 0.25);
    lam_graph_forward(graph, NULL, NULL);
    g_assert_cmpfloat(lam_node_value(unet.lambda)[0], ==, 0.25f);
    g_assert_cmpfloat(lam_node_value(unet.hyper)[1], ==, 0.75f);
}

/* Every generated convolution has a head for its kernel and one for its bias, the others are plain. */
static void test_parameter_names(void)
{
    static const struct {
        LamGenerated generated;
        LamSkip skip;
        int tensors;
    } cases[] = {
        /* encoder 5 and decoder 4 + final 1 with biases, flow 2, skips 3, hidden 4, heads of four */
        {LAM_GENERATED_NONE, LAM_SKIP_CONCAT, 10 + 10 + 2},
        {LAM_GENERATED_NONE, LAM_SKIP_ADD, 10 + 10 + 2 + 3},
        {LAM_GENERATED_DECODER, LAM_SKIP_ADD, 10 + 2 + 3 + 8 + 5 * 4},
        {LAM_GENERATED_ALL, LAM_SKIP_CONCAT, 2 + 8 + 10 * 4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        LamUnetConfig config = lam_unet_config_default();
        config.generated = cases[i].generated;
        config.skip = cases[i].skip;
        g_autoptr(LamParameters) parameters = lam_parameters_new();
        lam_unet_declare(&config, parameters);
        g_assert_cmpint(lam_parameters_count(parameters), ==, cases[i].tensors);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unet/round-trip", test_round_trip);
    g_test_add_func("/unet/refused", test_refused);
    g_test_add_func("/unet/concat-widths", test_concat_widths);
    g_test_add_func("/unet/set", test_set);
    g_test_add_func("/unet/shapes", test_shapes);
    g_test_add_func("/unet/parameter-names", test_parameter_names);
    return g_test_run();
}
