/* The architecture as text and the graph it becomes. */
#include "net.h"

#include <lambdascope/error.h>
#include <lambdascope/ops.h>
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
        config.integration_steps = i % 4 ? 3 * i % 13 : 0;
        config.uncertain = i / 2 % 2 == 1;
        config.hyper_labels = i > 2 && i != 4;
        config.n_features_encoder = i > 3 ? 3 : 0;
        config.n_features_decoder = i > 3 ? 2 : 0;
        for (int k = 0; k < 3; k++)
            config.features_encoder[k] = config.features_decoder[k] = 16 * (k + 1);
        config.structures = i > 4 ? 12 : 0;
        config.structure_parts = i > 4;
        config.n_structure_fine = i > 5 ? 2 : 0;
        config.structure_fine[0] = config.structure_fine[1] = 8 + i;
        config.correlation = i > 4 ? 8 * i : 0;
        config.hidden_slope = i % 3 * 0.1;
        bool passes = config.generated != LAM_GENERATED_NONE && !config.uncertain;
        config.first_lambda = passes && !config.hyper_labels ? 0.1 * i : 0;
        if (i > 3) /* five levels, of which the registration has what the features leave */
            config.n_encoder = config.n_decoder = 4;
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
        {"integration_steps", "-1"},
        {"integration_steps", "13"},
        {"integration_steps", "7,7"},
        {"integration_steps", "7.5"},
        {"uncertain", ""},
        {"uncertain", "1"},
        {"uncertain", "TRUE"},
        {"hyper_labels", "yes"},
        {"hyper_labels", "true "},
        {"hyper_classes", "1"},
        {"hyper_classes", "17"},
        {"hyper_classes", "many"},
        {"features_encoder", "16"},
        {"structures", "3"},
        {"structures", "many"},
        {"structure_parts", "true"},
        {"structure_parts", "2"},
        {"structure_fine", "16"},
        {"structure_fine", "many"},
        {"hidden_slope", "-0.1"},
        {"hidden_slope", "1"},
        {"hidden_slope", "nan"},
        {"hidden_slope", "leaky"},
        {"first_lambda", "1"},
        {"first_lambda", "many"},
        {"correlation", "16"}, /* of no structures */
        {"correlation", "2000"},
        {"correlation", "many"},
        {"scans", "true"}, /* beside what? */
        {"scans", "all"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_refused(wrong[i][0], wrong[i][1], wrong[i][0]);
    static const char *const keys[] = {"size",      "spacing_mm", "encoder",
                                       "decoder",   "final",      "hidden",
                                       "generated", "skip",       "integration_steps"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        assert_refused(keys[i], NULL, keys[i]);
    assert_refused("architecture", "resnet", "resnet");
    assert_refused("architecture", "hypermorph-unet-7",
                   "its architecture is hypermorph-unet-7; this version knows hypermorph-unet-1 to "
                   "hypermorph-unet-6");
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

static LamUnetConfig with_keys(const char *const (*keys)[2], size_t n)
{
    LamUnetConfig config = lam_unet_config_default();
    for (size_t i = 0; i < n; i++)
        g_assert_true(lam_unet_config_set(&config, keys[i][0], keys[i][1], NULL));
    return config;
}

/* What the registration sees of the features, and on which grid. */
static void test_features(void)
{
    g_autoptr(GError) error = NULL;
    static const char *const keys[][2] = {{"features_encoder", "16,32,64"},
                                          {"features_decoder", "64,32"},
                                          {"structures", "5"},
                                          {"encoder", "32,64"},
                                          {"decoder", "64"}};
    LamUnetConfig config = with_keys(keys, G_N_ELEMENTS(keys));
    g_assert_true(lam_unet_config_check(&config, NULL));
    g_assert_cmpint(lam_unet_field_factor(&config), ==, 4);
    LamUnetConfig wide = config;
    wide.features_decoder[1] = 24; /* well, while the registration sees only the structures */
    g_assert_true(lam_unet_config_check(&wide, NULL));
    g_assert_cmpint(lam_unet_scores(&wide), ==, 16);
    wide.structures = 0;
    g_assert_cmpint(lam_unet_scores(&wide), ==, 0);
    g_assert_false(lam_unet_config_check(&wide, &error));
    g_assert_nonnull(strstr(error->message, "features_decoder"));
    g_clear_error(&error);
    wide = config;
    wide.size[0] = 84; /* fits the features' two halvings, but not the registration's third */
    wide.n_encoder = 3;
    wide.encoder[2] = 64;
    g_assert_false(lam_unet_config_check(&wide, &error));
    g_assert_nonnull(strstr(error->message, "size"));
    g_clear_error(&error);
    wide = config;
    wide.structures = 6;
    g_assert_false(lam_unet_config_equal(&wide, &config));
    wide = config;
    wide.structure_parts = true;
    g_assert_true(lam_unet_config_check(&wide, NULL));
    g_assert_false(lam_unet_config_equal(&wide, &config));
    wide.structures = 0;
    g_assert_false(lam_unet_config_check(&wide, &error));
    g_assert_nonnull(strstr(error->message, "structure_parts"));
    g_clear_error(&error);
    wide = config;
    wide.structure_parts = true; /* of voxels that are the scans' */
    wide.n_features_decoder = wide.n_features_encoder;
    wide.features_decoder[2] = 16;
    g_assert_false(lam_unet_config_check(&wide, &error));
    g_assert_nonnull(strstr(error->message, "structure_parts"));
    g_clear_error(&error);
    wide = config;
    wide.n_structure_fine = 1; /* of what? */
    wide.structure_fine[0] = 16;
    g_assert_false(lam_unet_config_check(&wide, &error));
    g_assert_nonnull(strstr(error->message, "structure_fine"));
    wide.structure_parts = true;
    g_assert_true(lam_unet_config_check(&wide, NULL));
    wide.structure_fine[0] = 0;
    g_assert_false(lam_unet_config_check(&wide, NULL));
    wide = config;
    wide.features_encoder[1] = 16;
    g_assert_false(lam_unet_config_equal(&wide, &config));
}

/* A registration that sees scans begins on their grid. */
static void test_scans(void)
{
    g_autoptr(GError) error = NULL;
    static const char *const keys[][2] = {{"features_encoder", "16,32,64"},
                                          {"features_decoder", "64,32"},
                                          {"structures", "5"},
                                          {"encoder", "16,32,64"},
                                          {"decoder", "64"},
                                          {"scans", "true"}};
    LamUnetConfig config = with_keys(keys, G_N_ELEMENTS(keys));
    g_assert_true(lam_unet_config_check(&config, NULL));
    g_assert_cmpint(lam_unet_field_factor(&config), ==, 4);
    LamUnetConfig without = config;
    without.scans = false;
    g_assert_cmpint(lam_unet_field_factor(&without), ==, 8);
    g_assert_false(lam_unet_config_equal(&without, &config));
    LamUnetConfig other = config;
    other.n_encoder = other.n_decoder = 1; /* no level as coarse as the features */
    g_assert_false(lam_unet_config_check(&other, NULL));
    other = config;
    other.n_features_decoder = 1; /* of voxels that only the last level has */
    other.features_decoder[0] = 64;
    g_assert_true(lam_unet_config_check(&other, NULL));
    other.n_encoder = 2;
    g_assert_false(lam_unet_config_check(&other, &error));
    g_assert_nonnull(strstr(error->message, "scans"));
}

/* Structures from features, and a registration beneath them, on a small grid. */
static LamUnetConfig small_features(void)
{
    static const char *const keys[][2] = {
        {"size", "16,16,8"},           {"features_encoder", "8,16,16"},
        {"features_decoder", "16,16"}, {"structures", "5"},
        {"encoder", "16,16"},          {"decoder", "16,16"}};
    return with_keys(keys, G_N_ELEMENTS(keys));
}

/* The same scan twice gives the same scores twice, and they do not depend on λ. */
static void test_shared_features(gconstpointer parts)
{
    LamUnetConfig config = small_features();
    config.structure_parts = parts != NULL;
    config.n_structure_fine = parts != NULL && g_str_equal(parts, "fine") ? 2 : 0;
    config.structure_fine[0] = 8;
    config.structure_fine[1] = 12;
    g_assert_true(lam_unet_config_check(&config, NULL));
    Net net = net_of(&config, false);
    LamGraph *graph = net.graph;
    LamUnet unet = net.unet;
    LamShape s = lam_node_shape(unet.fixed_structures);
    int n = parts != NULL ? 2 : 1;
    g_assert_true(s.c == 16 && s.w == 8 * n && s.h == 8 * n && s.d == 4 * n);
    g_assert_false(lam_node_depends_on(unet.fixed_structures, unet.hyper));
    g_assert_false(lam_node_depends_on(unet.fixed_structures, unet.moving));
    g_assert_true(lam_node_depends_on(unet.displacement, unet.moving));
    for (size_t i = 0; i < lam_node_count(unet.fixed); i++)
        lam_node_value(unet.fixed)[i] = lam_node_value(unet.moving)[i] = (float)(i % 7);
    lam_unet_set_lambda(&unet, graph, 0.5);
    lam_graph_forward(graph, NULL, NULL);
    double largest = 0;
    for (size_t i = 0; i < lam_node_count(unet.fixed_structures); i++) {
        g_assert_cmpfloat(lam_node_value(unet.fixed_structures)[i], ==,
                          lam_node_value(unet.moving_structures)[i]);
        largest = fmax(largest, fabs((double)lam_node_value(unet.fixed_structures)[i]));
    }
    g_assert_cmpfloat(largest, >, 0);
    net_clear(&net);
}

/* The velocity of a network of images that differ, with the weights of `from`, if any, of which so many tensors are
 * wider now; freed by the caller. */
static float *velocity_of(const LamUnetConfig *config, LamParameters *parameters,
                          const LamParameters *from, int wider, size_t *count)
{
    lam_unet_declare(config, parameters);
    g_assert_true(lam_parameters_allocate(parameters, false, NULL));
    lam_parameters_initialise(parameters, 3);
    if (from != NULL) {
        g_assert_cmpint(lam_parameters_copy(parameters, from), ==,
                        lam_parameters_count(from) - wider);
        g_assert_cmpint(lam_parameters_widen(parameters, from, 9), ==, wider);
    }
    g_autoptr(LamGraph) graph = lam_graph_new(parameters, false);
    LamUnet unet = lam_unet_build(config, graph, parameters);
    g_assert_true(lam_graph_finalise(graph, NULL));
    for (size_t i = 0; i < lam_node_count(unet.fixed); i++) {
        lam_node_value(unet.fixed)[i] = (float)(i % 7);
        lam_node_value(unet.moving)[i] = (float)(i % 5);
    }
    lam_unet_set_lambda(&unet, graph, 0.5);
    lam_graph_forward(graph, NULL, NULL);
    *count = lam_node_count(unet.velocity);
    return g_memdup2(lam_node_value(unet.velocity), *count * sizeof(float));
}

/* Training of a network with more may start from one without: it is disturbed little. */
static void goes_on(const LamUnetConfig *less, const LamUnetConfig *more)
{
    size_t count = 0, same = 0;
    g_autoptr(LamParameters) first = lam_parameters_new(), then = lam_parameters_new();
    g_autofree float *before = velocity_of(less, first, NULL, 0, &count);
    g_autofree float *after = velocity_of(more, then, first, 0, &same);
    g_assert_cmpuint(count, ==, same);
    double length = 0, change = 0;
    for (size_t i = 0; i < count; i++) {
        length += (double)before[i] * (double)before[i];
        change += ((double)after[i] - (double)before[i]) * ((double)after[i] - (double)before[i]);
    }
    g_test_message("velocity changed by %g of its length", sqrt(change / length));
    g_assert_cmpfloat(change, >, 0);
    g_assert_cmpfloat(sqrt(change / length), <, 0.05);
}

static void test_parts_go_on(void)
{
    LamUnetConfig whole = small_features(), parts = whole, fine;
    parts.structure_parts = true;
    fine = parts;
    fine.n_structure_fine = 1;
    fine.structure_fine[0] = 16;
    goes_on(&whole, &parts);
    goes_on(&parts, &fine);
}

/* Of the values of a tensor, the share that is not 0. */
static double used(LamParameters *parameters, const char *name, size_t from, size_t to)
{
    const float *values = lam_parameters_find(parameters, name);
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        n += values[i] != 0;
    return (double)n / (double)(to - from);
}

/* A wider encoder gives what the narrower one gave: new channels are there, and nothing listens to them yet. What is
 * generated stays as it was drawn. */
static void test_wider(void)
{
    LamUnetConfig narrow = small_features(), wide, deep;
    narrow.structure_parts = true;
    narrow.skip = LAM_SKIP_ADD;
    wide = deep = narrow;
    wide.encoder[0] = 24;
    deep.decoder[1] = 24;
    size_t count = 0, same = 0;
    g_autoptr(LamParameters) first = lam_parameters_new(), then = lam_parameters_new();
    g_autofree float *before = velocity_of(&narrow, first, NULL, 0, &count);
    g_autofree float *after = velocity_of(&wide, then, first, 5, &same);
    g_assert_cmpuint(count, ==, same);
    for (size_t i = 0; i < count; i++)
        g_assert_cmpfloat_with_epsilon(after[i], before[i], 1e-6);
    size_t per_output = 27 * 2 * (size_t)lam_unet_scores(&narrow), old = 16 * per_output;
    g_assert_cmpfloat(used(then, "parts.weight", old, old + 8 * per_output), >, 0.99);
    g_assert_cmpfloat(used(then, "encoder.1.weight", 0, 27 * 16), >, 0.99);
    g_assert_cmpfloat(used(then, "encoder.1.weight", 27 * 16, 27 * 24), ==, 0);
    g_autoptr(LamParameters) other = lam_parameters_new();
    lam_unet_declare(&deep, other);
    g_assert_true(lam_parameters_allocate(other, false, NULL));
    lam_parameters_initialise(other, 3);
    g_autofree float *drawn = g_memdup2(lam_parameters_find(other, "hyper.decoder.1.weight.bias"),
                                        27 * 16 * sizeof(float));
    lam_parameters_widen(other, first, 9);
    g_assert_cmpmem(drawn, 27 * 16 * sizeof(float),
                    lam_parameters_find(other, "hyper.decoder.1.weight.bias"),
                    27 * 16 * sizeof(float));
}

/* A model that names none of the modes is what it always was, and a model without them names none. */
static void test_modes_left_out(void)
{
    LamUnetConfig config = lam_unet_config_default(), back;
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    config.uncertain = config.hyper_labels = false;
    lam_unet_config_write(&config, file);
    g_assert_null(lam_safetensors_metadata(file, "uncertain"));
    g_assert_null(lam_safetensors_metadata(file, "hyper_labels"));
    g_assert_true(lam_unet_config_read(&back, file, NULL));
    g_assert_false(back.uncertain || back.hyper_labels);
    lam_safetensors_set_metadata(file, "uncertain", "false");
    g_assert_true(lam_unet_config_read(&back, file, NULL));
    g_assert_true(lam_unet_config_equal(&back, &config));
    lam_safetensors_set_metadata(file, "uncertain", "true");
    g_assert_true(lam_unet_config_read(&back, file, NULL));
    g_assert_false(lam_unet_config_equal(&back, &config));
}

/* Programs from before a key refuse what has it by its name; files from before the name are read. */
static void test_architecture_counts(void)
{
    LamUnetConfig config = small_features(), back;
    g_autoptr(LamSafetensors) whole = lam_safetensors_new(), parts = lam_safetensors_new();
    lam_unet_config_write(&config, whole);
    g_assert_cmpstr(lam_safetensors_metadata(whole, "architecture"), ==, "hypermorph-unet-1");
    config.structure_parts = true;
    lam_unet_config_write(&config, parts);
    g_assert_cmpstr(lam_safetensors_metadata(parts, "architecture"), ==, "hypermorph-unet-2");
    g_assert_true(lam_unet_config_read(&back, parts, NULL));
    g_assert_true(lam_unet_config_equal(&back, &config));
    lam_safetensors_set_metadata(parts, "architecture", "hypermorph-unet-1");
    g_assert_true(lam_unet_config_read(&back, parts, NULL));
    g_assert_true(lam_unet_config_equal(&back, &config));
    LamUnetConfig leaks = config, passes = config, correlates = config, sees = config;
    g_assert_true(lam_unet_config_set(&leaks, "hidden_slope", "0.1", NULL));
    g_assert_true(lam_unet_config_set(&passes, "first_lambda", "0.1", NULL));
    g_assert_true(lam_unet_config_set(&correlates, "correlation", "16", NULL));
    g_assert_true(lam_unet_config_set(&sees, "scans", "true", NULL));
    g_assert_false(lam_unet_config_equal(&correlates, &config) ||
                   lam_unet_config_equal(&leaks, &config) ||
                   lam_unet_config_equal(&passes, &config));
    const struct {
        const LamUnetConfig *config;
        const char *name;
    } newer[] = {{&leaks, "hypermorph-unet-3"},
                 {&correlates, "hypermorph-unet-4"},
                 {&sees, "hypermorph-unet-5"},
                 {&passes, "hypermorph-unet-6"}};
    for (size_t i = 0; i < G_N_ELEMENTS(newer); i++) {
        g_autoptr(LamSafetensors) file = lam_safetensors_new();
        lam_unet_config_write(newer[i].config, file);
        g_assert_cmpstr(lam_safetensors_metadata(file, "architecture"), ==, newer[i].name);
    }
}

static void test_labels_need_hypernetwork(void)
{
    g_autoptr(GError) error = NULL;
    LamUnetConfig config = lam_unet_config_default();
    config.hyper_labels = true;
    g_assert_true(lam_unet_config_check(&config, NULL));
    config.generated = LAM_GENERATED_NONE;
    g_assert_false(lam_unet_config_check(&config, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "hyper_labels"));
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
    g_assert_true(lam_unet_config_set(&config, "uncertain", "true", NULL));
    g_assert_true(config.uncertain);
    g_assert_true(lam_unet_config_set(&config, "hyper_labels", "true", NULL));
    g_assert_true(lam_unet_config_set(&config, "hyper_labels", "false", NULL));
    g_assert_false(config.hyper_labels);
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

/* ---- the modes ---- */

static Net net_new(int steps, bool uncertain, bool hyper_labels, bool sampling)
{
    LamUnetConfig config = lam_unet_config_default();
    config.size[0] = config.size[1] = config.size[2] = 16;
    config.integration_steps = steps;
    config.uncertain = uncertain;
    config.hyper_labels = hyper_labels;
    Net net = net_of(&config, sampling);
    for (size_t i = 0; i < lam_node_count(net.unet.fixed); i++) {
        lam_node_value(net.unet.fixed)[i] = (float)(i % 7) / 7;
        lam_node_value(net.unet.moving)[i] = (float)(i % 5) / 5;
    }
    lam_unet_set_hyper(&net.unet, net.graph, 0.25, 0.5);
    lam_graph_forward(net.graph, net.unet.displacement, NULL);
    return net;
}

static void test_displacement(void)
{
    Net net = net_new(0, false, false, false);
    g_assert_true(net.unet.displacement == net.unet.velocity);
    g_assert_null(net.unet.log_variance);
    double squares = 0;
    for (size_t i = 0; i < lam_node_count(net.unet.displacement); i++)
        squares += pow(lam_node_value(net.unet.displacement)[i], 2);
    g_assert_cmpfloat(squares, >, 0);
    net_clear(&net);
}

/* The displacement is that of the mean, as without the variance, which only itself computes. */
static void test_uncertain(void)
{
    Net plain = net_new(5, false, false, false), net = net_new(5, true, false, false);
    size_t n = lam_node_count(net.unet.displacement);
    g_assert_cmpint(lam_parameters_count(net.parameters), ==,
                    lam_parameters_count(plain.parameters) + 2);
    g_assert_null(net.unet.noise);
    g_assert_cmpmem(lam_node_value(net.unet.displacement), n * sizeof(float),
                    lam_node_value(plain.unet.displacement), n * sizeof(float));
    /* convolution and to-plain */
    g_assert_cmpint(lam_graph_forward(net.graph, net.unet.log_variance, NULL), ==, 2);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon(lam_node_value(net.unet.log_variance)[i], -6, 1e-4);
    net_clear(&plain);
    net_clear(&net);
}

static void test_sampling(void)
{
    Net plain = net_new(5, false, false, true), net = net_new(0, true, false, true);
    g_assert_null(plain.unet.noise);
    float *noise = lam_node_value(net.unet.noise);
    size_t n = lam_node_count(net.unet.noise);
    for (size_t i = 0; i < n; i++)
        noise[i] = (float)(i % 3) - 1;
    lam_graph_touch(net.graph, net.unet.noise);
    g_assert_cmpint(lam_graph_forward(net.graph, net.unet.displacement, NULL), ==, 1);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon(lam_node_value(net.unet.displacement)[i],
                                       lam_node_value(net.unet.velocity)[i] + exp(-3) * noise[i],
                                       1e-5);
    net_clear(&plain);
    net_clear(&net);
}

static void test_two_hyperparameters(void)
{
    static const float wanted[2][4] = {{0.25f, 0.75f, 0.125f, 0.875f},
                                       {0.5f, 0.5f, 0.125f, 0.875f}};
    Net net = net_new(0, false, true, false), one = net_new(0, false, false, false);
    size_t n = lam_node_count(net.unet.displacement);
    g_assert_cmpint(lam_node_shape(one.unet.hyper).c, ==, 2);
    g_autofree float *before = g_memdup2(lam_node_value(net.unet.displacement), n * sizeof(float));
    lam_unet_set_hyper(&net.unet, net.graph, 0.25, 0.125);
    g_assert_cmpmem(lam_node_value(net.unet.hyper), sizeof wanted[0], wanted[0], sizeof wanted[0]);
    lam_graph_forward(net.graph, net.unet.displacement, NULL);
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabsf(before[i] - lam_node_value(net.unet.displacement)[i]));
    g_assert_cmpfloat(most, >, 0);
    lam_unet_set_lambda(&net.unet, net.graph, 0.5);
    g_assert_cmpmem(lam_node_value(net.unet.hyper), sizeof wanted[1], wanted[1], sizeof wanted[1]);
    g_assert_cmpfloat(lam_node_value(net.unet.label_share)[0], ==, 0.125f);
    net_clear(&net);
    net_clear(&one);
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
    g_test_add_func("/unet/modes-left-out", test_modes_left_out);
    g_test_add_func("/unet/architecture-counts", test_architecture_counts);
    g_test_add_func("/unet/labels-need-hypernetwork", test_labels_need_hypernetwork);
    g_test_add_func("/unet/displacement", test_displacement);
    g_test_add_func("/unet/features", test_features);
    g_test_add_func("/unet/scans", test_scans);
    g_test_add_data_func("/unet/features/shared", NULL, test_shared_features);
    g_test_add_data_func("/unet/features/shared/parts", "parts", test_shared_features);
    g_test_add_data_func("/unet/features/shared/fine", "fine", test_shared_features);
    g_test_add_func("/unet/features/parts-go-on", test_parts_go_on);
    g_test_add_func("/unet/wider", test_wider);
    g_test_add_func("/unet/uncertain", test_uncertain);
    g_test_add_func("/unet/sampling", test_sampling);
    g_test_add_func("/unet/two-hyperparameters", test_two_hyperparameters);
    g_test_add_func("/unet/set", test_set);
    g_test_add_func("/unet/shapes", test_shapes);
    g_test_add_func("/unet/parameter-names", test_parameter_names);
    return g_test_run();
}
