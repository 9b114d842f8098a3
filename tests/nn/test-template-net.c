/* The template as a part of a model: its description, its graph, its file. */
#include "rig.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/model.h>
#include <math.h>
#include <string.h>

static LamUnetConfig unet_config(int depth)
{
    return (LamUnetConfig){.size = {16, 24, depth},
                           .spacing_mm = 2,
                           .n_encoder = 2,
                           .encoder = {8, 8},
                           .n_decoder = 1,
                           .decoder = {8},
                           .n_hidden = 1,
                           .hidden = {4},
                           .generated = LAM_GENERATED_DECODER,
                           .skip = LAM_SKIP_ADD,
                           .integration_steps = 3};
}

static LamTemplateConfig template_config(void)
{
    LamTemplateConfig c = lam_template_config_default();
    GError *error = NULL;
    lam_template_config_set_attributes(&c, "age:20:80;sex(F,M)", &error);
    g_assert_no_error(error);
    lam_template_config_set_decoder(&c, "8,8", &error);
    g_assert_no_error(error);
    c.n_structures = 3;
    c.structure[0] = (LamTemplateStructure){"none", 0};
    c.structure[1] = (LamTemplateStructure){"lateral ventricles", 51};
    c.structure[2] = (LamTemplateStructure){"cortex", 100};
    c.centre_mm[1] = -12.25;
    return c;
}

typedef struct {
    LamUnetConfig unet;
    LamTemplateConfig config;
    LamParameters *parameters;
    LamGraph *graph;
    LamTemplateNet net;
    LamNode *loss;
} Net;

static void net_start(Net *n, int depth, int attributes, bool slopes)
{
    GError *error = NULL;
    *n = (Net){.unet = unet_config(depth), .config = template_config()};
    n->config.n_attributes = attributes;
    n->config.slopes = slopes;
    g_assert_true(lam_template_config_check(&n->config, &n->unet, &error));
    n->parameters = lam_parameters_new();
    lam_unet_declare(&n->unet, n->parameters);
    lam_template_net_declare(&n->config, &n->unet, 1, n->parameters);
    g_assert_true(lam_parameters_allocate(n->parameters, true, &error));
    lam_parameters_initialise(n->parameters, 1);
    n->graph = lam_graph_new(n->parameters, true);
    n->net = lam_template_net_build(&n->config, &n->unet, n->graph, n->parameters);
    n->loss = lam_op_sum(n->graph, lam_op_mean_square(n->graph, n->net.picture),
                         lam_op_mean_square(n->graph, n->net.scores), 1);
    g_assert_true(lam_graph_finalise(n->graph, &error));
}

static void net_init(Net *n, int depth, int attributes)
{
    net_start(n, depth, attributes, false);
}

static void net_clear(Net *n)
{
    lam_graph_free(n->graph);
    lam_parameters_free(n->parameters);
}

static int find(const LamParameters *p, const char *name)
{
    for (int i = 0; i < lam_parameters_count(p); i++)
        if (g_str_equal(lam_parameters_name(p, i), name))
            return i;
    g_error("no parameter %s", name);
}

static float *values_of(Net *n, const char *name, size_t *count)
{
    int index = find(n->parameters, name);
    *count = lam_parameters_size(n->parameters, index);
    return lam_parameters_values(n->parameters) + lam_parameters_offset(n->parameters, index);
}

/* A picture whose every second voxel is background, scores that differ. */
static void fill(Net *n)
{
    size_t voxels, scores;
    float *picture = values_of(n, LAM_TEMPLATE_PICTURE, &voxels);
    float *score = values_of(n, LAM_TEMPLATE_SCORES, &scores);
    for (size_t i = 0; i < voxels; i++)
        picture[i] = i % 2 ? 0.5f : 0;
    for (size_t i = 0; i < scores; i++)
        score[i] = (float)(i % 5) - 2;
    lam_graph_touch(n->graph, NULL);
}

static void evaluate(Net *n, double age, double sex)
{
    lam_template_net_set(&n->net, &n->config, n->graph, (double[]){age, sex});
    lam_graph_forward(n->graph, NULL, NULL);
}

/* At first the template is its parameters, whatever the attributes; background stays 0. */
static void test_start(gconstpointer depth)
{
    Net n;
    size_t count;
    net_init(&n, GPOINTER_TO_INT(depth), 2);
    fill(&n);
    evaluate(&n, 70, 1);
    const float *base = values_of(&n, LAM_TEMPLATE_PICTURE, &count);
    g_assert_cmpuint(lam_node_count(n.net.picture), ==, count);
    for (size_t i = 0; i < count; i++) {
        float seen = lam_node_value(n.net.picture)[i];
        g_assert_true(base[i] == 0 ? seen == 0 : fabsf(seen - base[i]) < 0.05f);
    }
    base = values_of(&n, LAM_TEMPLATE_SCORES, &count);
    g_assert_cmpfloat_with_epsilon((double)lam_node_value(n.net.scores)[7], (double)base[7], 0.05);
    net_clear(&n);
}

/* All of it is learned, and what is learned follows the attributes. */
static void test_learns(gconstpointer depth)
{
    Net n;
    size_t count;
    net_init(&n, GPOINTER_TO_INT(depth), 2);
    fill(&n);
    float *head = values_of(&n, "template.0.picture.offset.weight", &count);
    for (size_t i = 0; i < count; i++)
        head[i] = 0.01f * (float)((int)(i % 7) - 3);
    evaluate(&n, 70, 1);
    lam_parameters_zero_gradients(n.parameters);
    lam_graph_backward(n.graph, n.loss);
    const float *gradients = lam_parameters_gradients(n.parameters);
    for (int i = 0; i < lam_parameters_count(n.parameters); i++) {
        const char *name = lam_parameters_name(n.parameters, i);
        double length = 0;
        for (size_t k = 0; k < lam_parameters_size(n.parameters, i); k++)
            length += fabs((double)gradients[lam_parameters_offset(n.parameters, i) + k]);
        bool learned = g_str_has_prefix(name, "template.") && !g_str_equal(name, LAM_TEMPLATE_MEAN);
        g_assert_true(learned == (length > 0));
    }
    float old = lam_node_value(n.net.picture)[5];
    evaluate(&n, 20, 1);
    g_assert_cmpfloat((double)lam_node_value(n.net.picture)[5], !=, (double)old);
    net_clear(&n);
}

/* What age changes is the same for both sexes. */
static void test_sum_of_attributes(void)
{
    Net n;
    size_t count;
    double seen[4];
    net_init(&n, 8, 2);
    fill(&n);
    for (int k = 0; k < 2; k++) {
        g_autofree char *name = g_strdup_printf("template.%d.picture.offset.weight", k);
        float *head = values_of(&n, name, &count);
        for (size_t i = 0; i < count; i++)
            head[i] = 0.01f * (float)((int)(i % 7) - 3 + k);
    }
    for (int i = 0; i < 4; i++) {
        evaluate(&n, i % 2 ? 70 : 20, i / 2);
        seen[i] = (double)lam_node_value(n.net.picture)[5];
    }
    g_assert_cmpfloat(fabs(seen[1] - seen[0]), >, 1e-4);
    g_assert_cmpfloat(fabs(seen[2] - seen[0]), >, 1e-4);
    g_assert_cmpfloat_with_epsilon(seen[3] - seen[2], seen[1] - seen[0], 1e-5);
    net_clear(&n);
}

static float slope_of(size_t voxel, size_t attribute)
{
    return 0.01f * (float)((int)((3 * voxel + attribute) % 7) - 3);
}

/* Fills the slopes of a voxel parameter and expects that what was seen of it grew by their sum, where is tells. */
static void check_slopes(Net *n, const char *name, LamNode *node, bool (*is)(size_t), double age)
{
    size_t count, voxels = lam_node_count(node);
    g_autofree float *before = g_memdup2(lam_node_value(node), voxels * sizeof(float));
    float *slopes = values_of(n, name, &count);
    g_assert_cmpuint(count, ==, 2 * voxels);
    for (size_t i = 0; i < count; i++)
        slopes[i] = slope_of(i / 2, i % 2);
    lam_graph_touch(n->graph, NULL);
    evaluate(n, age, 1);
    for (size_t v = 0; v < voxels; v++) {
        double more = (age - 50) / 30 * (double)slope_of(v, 0) + (double)slope_of(v, 1);
        g_assert_cmpfloat_with_epsilon((double)lam_node_value(node)[v],
                                       (double)before[v] + (is(v) ? more : 0), 1e-5);
    }
}

static bool is_foreground(size_t voxel)
{
    return voxel % 2 == 1;
}

static bool is_any(size_t voxel)
{
    return true;
}

/* Slopes are added times the attributes, -1 to 1 over their ranges, and learned; background stays 0. */
static void test_slopes(gconstpointer depth)
{
    Net n;
    size_t count;
    net_start(&n, GPOINTER_TO_INT(depth), 2, true);
    fill(&n);
    evaluate(&n, 70, 1);
    check_slopes(&n, LAM_TEMPLATE_PICTURE_SLOPE, n.net.picture, is_foreground, 70);
    check_slopes(&n, LAM_TEMPLATE_SCORES_SLOPE, n.net.scores, is_any, 70);
    lam_parameters_zero_gradients(n.parameters);
    lam_graph_backward(n.graph, n.loss);
    const float *at =
        lam_parameters_gradients(n.parameters) +
        lam_parameters_offset(n.parameters, find(n.parameters, LAM_TEMPLATE_PICTURE_SLOPE));
    values_of(&n, LAM_TEMPLATE_PICTURE_SLOPE, &count);
    for (size_t i = 0; i < count; i++) {
        double value = (double)lam_node_value(n.net.picture)[i / 2] / (double)(count / 2);
        double wanted = 2 * value * (i % 2 ? 1 : 20.0 / 30);
        g_assert_cmpfloat_with_epsilon((double)at[i], is_foreground(i / 2) ? wanted : 0, 1e-7);
    }
    net_clear(&n);
}

/* Background has no gradient, so that no optimiser can move it. */
static void test_background(void)
{
    Net n;
    size_t count;
    net_init(&n, 8, 0);
    fill(&n);
    g_assert_null(n.net.attributes);
    lam_graph_forward(n.graph, NULL, NULL);
    lam_parameters_zero_gradients(n.parameters);
    lam_graph_backward(n.graph, n.loss);
    size_t offset = lam_parameters_offset(n.parameters, find(n.parameters, LAM_TEMPLATE_PICTURE));
    values_of(&n, LAM_TEMPLATE_PICTURE, &count);
    for (size_t i = 0; i < count; i++) {
        double slope = (double)lam_parameters_gradients(n.parameters)[offset + i];
        g_assert_true((slope != 0) == (i % 2 == 1));
    }
    net_clear(&n);
}

/* The factor on the template's rate leaves the network's alone. */
static void test_rate(void)
{
    LamUnetConfig unet = unet_config(8);
    LamTemplateConfig c = template_config();
    LamParameters *slow = lam_parameters_new(), *fast = lam_parameters_new();
    lam_unet_declare(&unet, slow);
    lam_unet_declare(&unet, fast);
    lam_template_net_declare(&c, &unet, 1, slow);
    lam_template_net_declare(&c, &unet, 8, fast);
    int picture = find(slow, LAM_TEMPLATE_PICTURE), flow = find(slow, "flow.weight");
    g_assert_cmpfloat(lam_parameters_rate_scale(fast, picture), ==,
                      8 * lam_parameters_rate_scale(slow, picture));
    g_assert_cmpfloat(lam_parameters_rate_scale(fast, flow), ==, 1);
    lam_parameters_free(slow);
    lam_parameters_free(fast);
}

static char *save(Net *n, GHashTable *metadata)
{
    GError *error = NULL;
    char *path = g_build_filename(g_get_tmp_dir(), "lam-template-test.safetensors", NULL);
    lam_model_save(&n->unet, n->parameters, lam_parameters_values(n->parameters), metadata, path,
                   LAM_STORE_F32, &error);
    g_assert_no_error(error);
    return path;
}

static void test_file(gconstpointer slopes)
{
    Net n;
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) about = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    net_start(&n, 8, 2, slopes != NULL);
    fill(&n);
    lam_template_config_write(&n.config, about);
    g_autofree char *path = save(&n, about);
    g_autoptr(LamModel) model = lam_model_load(path, &error);
    g_assert_no_error(error);
    const LamTemplateConfig *c = lam_model_template(model);
    g_assert_nonnull(c);
    g_assert_cmpint(c->n_attributes, ==, 2);
    g_assert_true(c->slopes == (slopes != NULL));
    g_assert_cmpstr(c->attribute[0].name, ==, "age");
    g_assert_cmpfloat(c->attribute[0].high, ==, 80);
    g_assert_cmpstr(c->attribute[1].word[1], ==, "M");
    g_assert_cmpint(c->n_structures, ==, 3);
    g_assert_cmpstr(c->structure[1].name, ==, "lateral ventricles");
    g_assert_cmpint(c->structure[1].value, ==, 51);
    g_assert_cmpfloat(c->centre_mm[1], ==, -12.25);
    g_assert_cmpint(c->decoder[1], ==, 8);
    g_remove(path);
    net_clear(&n);
}

/* A template whose description is missing or wrong is no model. */
static void test_bad_file(void)
{
    static const struct {
        const char *key, *text;
    } bad[] = {{NULL, NULL},
               {"template.attributes", "age:80:20"},
               {"template.attributes", "age:20"},
               {"template.attributes", "sex(F"},
               {"template.structures", "x:none"},
               {"template.structures", "0:none"},
               {"template.hidden", "-1"},
               {"template.decoder", "8,8,8,8"},
               {"template.decoder", ""},
               {"template.centre_mm", "0,0"},
               {"template.centre_mm", "0,0,nan"},
               {"template.slopes", "many"},
               {"template.slopes", "1"}}; /* of which the file has no tensors */
    Net n;
    net_init(&n, 8, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) about = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
        if (bad[i].key != NULL) {
            lam_template_config_write(&n.config, about);
            g_hash_table_insert(about, (gpointer)bad[i].key, g_strdup(bad[i].text));
        }
        g_autofree char *path = save(&n, about);
        g_assert_null(lam_model_load(path, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_MODEL);
        g_assert_nonnull(strstr(error->message, path));
        g_remove(path);
    }
    net_clear(&n);
}

static void test_attributes(void)
{
    static const char *const bad[] = {"sex(F)", "age;age", "sex(F,M",
                                      "a:1",    "(F,M)",   "a;b;c;d;e;f;g;h;i"};
    LamTemplateConfig c = template_config();
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        LamTemplateConfig other = c;
        g_assert_false(lam_template_config_set_attributes(&other, bad[i], &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    }
    double value = -1;
    g_assert_true(lam_attribute_parse(&c.attribute[0], "41.5", &value, NULL));
    g_assert_cmpfloat(value, ==, 41.5);
    g_assert_true(lam_attribute_parse(&c.attribute[1], "m", &value, NULL));
    g_assert_cmpfloat(value, ==, 1);
    for (int i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        const char *text = i == 0 ? "old" : i == 1 ? NULL : "X";
        g_assert_false(lam_attribute_parse(&c.attribute[i / 2], text, &value, &error));
        g_assert_nonnull(strstr(error->message, c.attribute[i / 2].name));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/template-net/start", GINT_TO_POINTER(8), test_start);
    g_test_add_data_func("/template-net/start/slice", GINT_TO_POINTER(1), test_start);
    g_test_add_data_func("/template-net/learns", GINT_TO_POINTER(8), test_learns);
    g_test_add_data_func("/template-net/learns/slice", GINT_TO_POINTER(1), test_learns);
    g_test_add_func("/template-net/sum-of-attributes", test_sum_of_attributes);
    g_test_add_func("/template-net/background", test_background);
    g_test_add_func("/template-net/rate", test_rate);
    g_test_add_data_func("/template-net/slopes", GINT_TO_POINTER(8), test_slopes);
    g_test_add_data_func("/template-net/slopes/slice", GINT_TO_POINTER(1), test_slopes);
    g_test_add_data_func("/template-net/file", NULL, test_file);
    g_test_add_data_func("/template-net/file/slopes", "with", test_file);
    g_test_add_func("/template-net/bad-file", test_bad_file);
    g_test_add_func("/template-net/attributes", test_attributes);
    return g_test_run();
}
