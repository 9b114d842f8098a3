/* Networks that see how alike the structures of two scans are nearby. */
#include "net.h"

#include <string.h>

/* Features on the slices' own grid, or on twice their spacing, whose parts are told apart. */
static Net with_correlation(const char *channels, bool parts)
{
    const char *const keys[] = {"features_encoder",
                                "16,16,16",
                                "features_decoder",
                                parts ? "16,16" : "16,16,16",
                                "structures",
                                "5",
                                "structure_parts",
                                parts ? "true" : "false",
                                "correlation",
                                channels,
                                NULL};
    return net_slices(keys);
}

static size_t velocity_floats(const Net *net)
{
    return lam_node_count(net->unet.velocity);
}

/* Rows a and b of a matrix of 16 columns, or of a vector (columns 1). */
static void swap_rows(float *matrix, int a, int b, int columns)
{
    for (int i = 0; i < columns; i++) {
        float kept = matrix[a * columns + i];
        matrix[a * columns + i] = matrix[b * columns + i];
        matrix[b * columns + i] = kept;
    }
}

static void swap_structures(Net *net, int a, int b, bool parts)
{
    int scores = lam_unet_scores(&net->config);
    swap_rows(lam_parameters_find(net->parameters, "structures.weight"), a, b, 16);
    swap_rows(lam_parameters_find(net->parameters, "structures.bias"), a, b, 1);
    for (int p = 0; parts && p < 4; p++) {
        float *weight = lam_parameters_find(net->parameters, "structure_parts.weight");
        float *bias = lam_parameters_find(net->parameters, "structure_parts.bias");
        swap_rows(weight, p * scores + a, p * scores + b, 16);
        swap_rows(bias, p * scores + a, p * scores + b, 1);
    }
}

/* Where it sees nothing else, which structure is alike makes no difference, but where it lies does. */
static void test_any_structure(gconstpointer data)
{
    bool parts = GPOINTER_TO_INT(data) != 0;
    Net net = with_correlation("16", parts);
    size_t n = velocity_floats(&net);
    net_fill(&net, "encoder.0.weight", 0);
    if (parts)
        net_fill(&net, "parts.weight", 0);
    g_autofree float *still = net_velocity(&net, 0, 0.5), *shifted = net_velocity(&net, 3, 0.5);
    swap_structures(&net, 1, 4, parts);
    lam_graph_touch(net.graph, NULL);
    g_autofree float *swapped = net_velocity(&net, 3, 0.5);
    double moved = net_largest(shifted, still, n);
    g_test_message("shifted %g, structures exchanged %g", moved, net_largest(swapped, shifted, n));
    g_assert_cmpfloat(moved, >, 0);
    g_assert_cmpfloat(net_largest(swapped, shifted, n), <, 1e-3 * moved);
    net_clear(&net);
}

/* Weights of a network without it, taken over: nothing changes as long as the new layers say nothing. */
static void test_goes_on(gconstpointer data)
{
    bool parts = GPOINTER_TO_INT(data) != 0;
    Net before = with_correlation("0", parts), after = with_correlation("16", parts);
    g_assert_cmpint(lam_parameters_copy(after.parameters, before.parameters), ==,
                    lam_parameters_count(before.parameters));
    net_fill(&after, "correlation.look.weight", 0);
    g_autofree float *a = net_velocity(&before, 2, 0.3), *b = net_velocity(&after, 2, 0.3);
    g_assert_cmpmem(a, velocity_floats(&before) * sizeof(float), b,
                    velocity_floats(&after) * sizeof(float));
    net_clear(&before);
    net_clear(&after);
}

/* One that sees the scans alone, and one that is told nothing of structures yet: the same field, as the second
 * goes on from the first; then one that hears. */
static void test_beside_scans(void)
{
    static const char *const levels[] = {"encoder", "16,16,16", NULL};
    static const char *const structures[] = {"encoder",
                                             "16,16,16",
                                             "features_encoder",
                                             "16,16,16",
                                             "features_decoder",
                                             "16,16",
                                             "structures",
                                             "5",
                                             "structure_parts",
                                             "true",
                                             "correlation",
                                             "16",
                                             "scans",
                                             "true",
                                             NULL};
    Net before = net_slices(levels), after = net_slices(structures);
    size_t n = velocity_floats(&before);
    g_assert_cmpint(lam_parameters_copy(after.parameters, before.parameters), ==,
                    lam_parameters_count(before.parameters));
    g_autofree float *first = net_velocity(&before, 2, 0.3), *heard = net_velocity(&after, 2, 0.3);
    g_assert_cmpfloat(net_largest(heard, first, n), >, 0);
    static const char *const tellers[] = {"whole.weight", "parts.weight",
                                          "correlation.look.weight"};
    for (size_t i = 0; i < G_N_ELEMENTS(tellers); i++)
        net_fill(&after, tellers[i], 0);
    lam_graph_touch(after.graph, NULL);
    g_autofree float *unheard = net_velocity(&after, 2, 0.3);
    g_assert_cmpmem(first, n * sizeof(float), unheard, velocity_floats(&after) * sizeof(float));
    net_clear(&before);
    net_clear(&after);
}

/* With λ alone nothing of it is computed again. */
static void test_looks_once(void)
{
    Net net = with_correlation("16", true), plain = with_correlation("0", true);
    g_assert_cmpint(net_moved_by_lambda(&net), ==, net_moved_by_lambda(&plain));
    net_clear(&net);
    net_clear(&plain);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/correlation/any-structure/whole", GINT_TO_POINTER(0),
                         test_any_structure);
    g_test_add_data_func("/correlation/any-structure/parts", GINT_TO_POINTER(1),
                         test_any_structure);
    g_test_add_data_func("/correlation/goes-on/whole", GINT_TO_POINTER(0), test_goes_on);
    g_test_add_data_func("/correlation/goes-on/parts", GINT_TO_POINTER(1), test_goes_on);
    g_test_add_func("/correlation/beside-scans", test_beside_scans);
    g_test_add_func("/correlation/looks-once", test_looks_once);
    return g_test_run();
}
