#include "golden.h"

#include <math.h>
#include <string.h>

LamSafetensors *golden_load(const char *name)
{
    GError *error = NULL;
    g_autofree char *base = g_strconcat(name, ".safetensors", NULL);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, base, NULL);
    LamSafetensors *file = lam_safetensors_load(path, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", base, lam_safetensors_metadata(file, "origin"));
    return file;
}

const LamNamedTensor *golden_tensor(const LamSafetensors *file, const char *group, const char *name)
{
    g_autofree char *full = g_strdup_printf("%s/%s", group, name);
    const LamNamedTensor *tensor = lam_safetensors_find(file, full);
    if (tensor == NULL)
        g_error("the fixture holds no %s", full);
    return tensor;
}

Golden golden_case(const LamSafetensors *file, const char *name)
{
    return (Golden){file, name, lam_graph_new(NULL, true), g_ptr_array_new(), g_ptr_array_new()};
}

static LamShape shape_of(const LamNamedTensor *t)
{
    if (t->ndim != 4)
        return (LamShape){(int)t->count, 1, 1, 1};
    return (LamShape){(int)t->shape[0], (int)t->shape[1], (int)t->shape[2], (int)t->shape[3]};
}

LamNode *golden_variable(Golden *golden, const char *argument)
{
    const LamNamedTensor *tensor = golden_tensor(golden->file, golden->name, argument);
    LamNode *node = lam_graph_variable(golden->graph, argument, shape_of(tensor));
    g_ptr_array_add(golden->variables, node);
    g_ptr_array_add(golden->arguments, (char *)argument);
    return node;
}

static void fill(LamNode *node, const LamNamedTensor *tensor)
{
    g_assert_cmpuint(lam_node_count(node), ==, tensor->count);
    memcpy(lam_node_value(node), tensor->data, tensor->count * sizeof(float));
}

void golden_compare(const char *group, const char *what, const float *ours, const float *expected,
                    size_t n, double tolerance)
{
    double worst = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = fabs((double)ours[i] - (double)expected[i]);
        worst = difference <= worst ? worst : difference; /* NaN stays */
        squares += (double)expected[i] * (double)expected[i];
    }
    double relative = worst / sqrt(squares / (double)n);
    g_test_message("%s: %s: %zu values, %.1e", group, what, n, relative);
    if (!(relative <= tolerance))
        g_error("%s: %s differs by %g of its root mean square, allowed %g", group, what, relative,
                tolerance);
}

static void compare_node(const Golden *golden, const char *name, LamNode *node, const float *ours,
                         double tolerance)
{
    const LamNamedTensor *tensor = golden_tensor(golden->file, golden->name, name);
    g_assert_cmpuint(lam_node_count(node), ==, tensor->count);
    golden_compare(golden->name, name, ours, tensor->data, tensor->count, tolerance);
}

void golden_check(Golden *golden, LamNode *y, double tolerance)
{
    GError *error = NULL;
    LamNode *loss = y, *target = NULL;
    g_assert_nonnull(y);
    if (lam_node_count(y) > 1) {
        y = lam_op_to_plain(golden->graph, y);
        target = lam_graph_input(golden->graph, "target", lam_node_shape(y));
        loss = lam_op_mse(golden->graph, y, target, 1);
    }
    lam_graph_finalise(golden->graph, &error);
    g_assert_no_error(error);
    if (target != NULL)
        fill(target, golden_tensor(golden->file, golden->name, "target"));
    for (guint i = 0; i < golden->variables->len; i++)
        fill(golden->variables->pdata[i],
             golden_tensor(golden->file, golden->name, golden->arguments->pdata[i]));
    lam_graph_forward(golden->graph, loss, NULL);
    lam_graph_backward(golden->graph, loss);
    compare_node(golden, "y", y, lam_node_value(y), tolerance);
    for (guint i = 0; i < golden->variables->len; i++) {
        LamNode *node = golden->variables->pdata[i];
        g_autofree char *name = g_strconcat(golden->arguments->pdata[i], ".grad", NULL);
        compare_node(golden, name, node, lam_node_gradient(node), tolerance);
    }
    lam_graph_free(golden->graph);
    g_ptr_array_unref(golden->variables);
    g_ptr_array_unref(golden->arguments);
}
