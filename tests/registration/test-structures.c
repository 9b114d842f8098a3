/* A label map of a scan by a network: against the network asked directly, and what is refused. */
#include "session-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/label_names.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <lambdascope/structures.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define NAMES   "4:left ventricle;17:left hippocampus;300:something else"
#define SPACING 1.3
#define NEAR    1e-4 /* of two probabilities: either may be taken */

static const char *folder;

static LamUnetConfig network(void)
{
    LamUnetConfig config = lam_unet_config_default();
    static const char *const keys[][2] = {
        {"size", "16,16,8"},           {"spacing_mm", "4"},  {"features_encoder", "8,16,16"},
        {"features_decoder", "16,16"}, {"structures", "3"},  {"structure_parts", "true"},
        {"structure_fine", "8"},       {"encoder", "16,16"}, {"decoder", "16,16"}};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_true(lam_unet_config_set(&config, keys[i][0], keys[i][1], NULL));
    return config;
}

/* names: of its structures, expects: what scans; NULL: it does not say. */
static LamModel *model_for(LamUnetConfig config, const char *names, const char *expects)
{
    GError *error = NULL;
    g_autofree char *path = g_build_filename(folder, "model.safetensors", NULL);
    g_autoptr(GHashTable) about = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(LamParameters) p = lam_parameters_new();
    lam_unet_declare(&config, p);
    lam_parameters_allocate(p, false, &error);
    lam_parameters_initialise(p, 5);
    for (int i = 0; i < lam_parameters_count(p); i++)
        for (size_t k = 0; strstr(lam_parameters_name(p, i), "structure") != NULL &&
                           k < lam_parameters_size(p, i);
             k++)
            lam_parameters_values(p)[lam_parameters_offset(p, i) + k] *= 30;
    if (names != NULL)
        g_hash_table_insert(about, (gpointer)LAM_STRUCTURES_KEY, (gpointer)names);
    if (expects != NULL)
        g_hash_table_insert(about, (gpointer) "expects", (gpointer)expects);
    lam_model_save(&config, p, lam_parameters_values(p), about, path, LAM_STORE_F32, &error);
    LamModel *model = lam_model_load(path, &error);
    g_assert_no_error(error);
    g_unlink(path);
    return model;
}

static LamModel *model_with(LamUnetConfig config, const char *names)
{
    return model_for(config, names, NULL);
}

/* Of any scan: not those of a model that has seen one contrast of stripped brains. */
static void test_choice(void)
{
    LamUnetConfig plain = lam_unet_config_default();
    const struct {
        LamUnetConfig config;
        const char *expects;
        bool tells;
    } cases[] = {{network(), "any", true}, {network(), "brain", false}, {plain, "any", false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LamModel) model = model_for(cases[i].config, NAMES, cases[i].expects);
        g_assert_cmpint(lam_model_tells_structures(model), ==, cases[i].tells);
    }
}

/* Probability of each of `count` on the parts' grid, one volume. */
static LamVolume *asked_directly(LamModel *model, const LamVolume *scan, int count)
{
    const LamUnetConfig *c = lam_model_config(model);
    LamVec3 centre = lam_volume_brain_centre_mm(scan);
    LamGrid grid = lam_grid_centred(c->size, c->spacing_mm, centre);
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, c->spacing_mm, NULL);
    g_autoptr(LamVolume) seen = lam_resample(prepared, &grid, NULL, LAM_LINEAR, 0, NULL);
    g_autoptr(LamGraph) graph = lam_graph_new(lam_model_parameters(model), false);
    LamUnet unet = lam_unet_build(c, graph, lam_model_parameters(model));
    g_assert_true(lam_graph_finalise(graph, NULL));
    memcpy(lam_node_value(unet.fixed), seen->data, lam_grid_voxels(&grid) * sizeof(float));
    lam_graph_touch(graph, unet.fixed);
    lam_graph_forward(graph, unet.fixed_structures, NULL);
    const float *score = lam_node_value(unet.fixed_structures);
    LamVolume *out = lam_volume_new(&grid, count, NULL);
    size_t n = lam_grid_voxels(&grid);
    g_assert_cmpint(lam_node_shape(unet.fixed_structures).w, ==, c->size[0]);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < count; k++)
            sum += exp((double)score[(size_t)k * n + i]);
        for (int k = 0; k < count; k++)
            out->data[(size_t)k * n + i] = (float)(exp((double)score[(size_t)k * n + i]) / sum);
    }
    return out;
}

static void test_naive(void)
{
    static const float value[] = {0, 4, 17, 300};
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) scan = session_scan(&grid, 0, (LamVec3){{0, 0, 0}});
    g_autoptr(LamModel) model = model_with(network(), NAMES);
    g_autoptr(LamVolume) labels = lam_structures_estimate(model, scan, SPACING, NULL, NULL);
    g_assert_nonnull(labels);
    g_assert_cmpfloat_with_epsilon(lam_grid_spacing_mm(&labels->grid).v[1], SPACING, 1e-9);
    g_autoptr(LamVolume) asked = asked_directly(model, scan, 4);
    g_autoptr(LamVolume) p = lam_volume_new(&labels->grid, 4, NULL);
    size_t n = lam_grid_voxels(&labels->grid), seen[4] = {0};
    for (int k = 0; k < 4; k++) { /* beyond the outer voxels' middles the values go on */
        g_autoptr(LamVolume) one = lam_volume_new(&asked->grid, 1, NULL);
        size_t m = lam_grid_voxels(&asked->grid);
        memcpy(one->data, asked->data + (size_t)k * m, m * sizeof(float));
        g_autoptr(LamVolume) at = lam_resample(one, &labels->grid, NULL, LAM_LINEAR, NAN, NULL);
        memcpy(p->data + (size_t)k * n, at->data, n * sizeof(float));
    }
    for (size_t i = 0; i < n; i++) {
        int taken = 0;
        for (int k = 0; k < 4; k++)
            taken = labels->data[i] == value[k] ? k : taken;
        seen[taken]++;
        g_assert_true(labels->data[i] == value[taken]);
        for (int k = 0; k < 4; k++)
            g_assert_false(p->data[(size_t)k * n + i] > p->data[(size_t)taken * n + i] + NEAR);
    }
    int several = 0;
    for (int k = 0; k < 4; k++)
        several += seen[k] > 100;
    g_assert_cmpint(several, >=, 2);
}

/* On the scan's own grid: what the finer box says there. */
static void test_own_grid(void)
{
    LamGrid grid = session_grid();
    g_autoptr(LamVolume) scan = session_scan(&grid, 1, (LamVec3){{3, 0, -2}});
    g_autoptr(LamModel) model = model_with(network(), NAMES);
    g_autoptr(LamVolume) own = lam_structures_estimate(model, scan, 0, NULL, NULL);
    g_autoptr(LamVolume) fine = lam_structures_estimate(model, scan, 2, NULL, NULL);
    g_assert_true(lam_grid_equal(&own->grid, &scan->grid, 1e-9));
    g_autoptr(LamVolume) there = lam_resample(fine, &scan->grid, NULL, LAM_NEAREST, 0, NULL);
    g_assert_cmpmem(own->data, lam_grid_voxels(&grid) * sizeof(float), there->data,
                    lam_grid_voxels(&grid) * sizeof(float));
}

/* What is written can be read: values beyond a byte, names. */
static void test_files(void)
{
    GError *error = NULL;
    LamGrid grid = session_grid();
    g_autofree char *map = g_build_filename(folder, "map.nii.gz", NULL),
                    *table = g_build_filename(folder, "names.csv", NULL);
    g_autoptr(LamVolume) labels = lam_volume_new(&grid, 1, NULL);
    g_autoptr(LamModel) model = model_with(network(), NAMES);
    labels->data[7] = 300;
    lam_structures_save(model, labels, map, &error);
    g_assert_no_error(error);
    lam_structures_save_names(model, table, &error);
    g_assert_no_error(error);
    g_autoptr(LamVolume) back = lam_scan_load(map, 0, NULL);
    g_assert_cmpfloat(back->data[7], ==, 300);
    g_autoptr(LamLabelNames) names = lam_label_names_load(table, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(lam_label_names_find(names, 17), ==, "left hippocampus");
    g_assert_null(lam_label_names_find(names, 5));
    g_unlink(map);
    g_unlink(table);
}

static void test_told(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    lam_structures_tell(text, 4, "left ventricle");
    lam_structures_tell(text, 17, "left: hippo;campus");
    lam_structures_tell(text, 300, NULL);
    g_assert_cmpstr(text->str, ==, "4:left ventricle;17:left  hippo campus;300:300");
    g_autoptr(LamModel) model = model_with(network(), text->str);
    g_autoptr(GPtrArray) structures = lam_structures_of(model, NULL);
    g_assert_cmpuint(structures->len, ==, 3);
    g_assert_cmpint(((LamStructure *)structures->pdata[2])->value, ==, 300);
    g_assert_cmpstr(((LamStructure *)structures->pdata[0])->name, ==, "left ventricle");
}

static void test_refused(void)
{
    static const char *const wrong[] = {
        NULL, "4:a;17:b", "4:a;17:b;300:", "4:a;17:b;c", "4:a;-1:b;5:c", ""};
    LamGrid grid = session_grid(), slice = grid;
    slice.size[2] = 1;
    g_autoptr(LamVolume) scan = session_scan(&grid, 0, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) flat = session_scan(&slice, 0, (LamVec3){{0, 0, 0}});
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LamModel) model = model_with(network(), wrong[i]);
        g_assert_null(lam_structures_estimate(model, scan, 0, NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_MODEL);
        g_assert_nonnull(strstr(error->message, "must name 3 structures"));
    }
    g_autoptr(LamModel) model = model_with(network(), NAMES);
    g_autoptr(LamModel) without = model_with(lam_unet_config_default(), NULL);
    g_autoptr(GCancellable) cancelled = g_cancellable_new();
    LamProgress progress = {.cancellable = cancelled};
    g_cancellable_cancel(cancelled);
    const struct {
        LamModel *model;
        LamVolume *scan;
        double spacing_mm;
        const LamProgress *progress;
        const char *message;
    } cases[] = {{without, scan, 0, NULL, "was not trained to"},
                 {model, flat, 0, NULL, "it is a slice"},
                 {model, scan, 0.1, NULL, "spacing of 0.1 mm: must be within"},
                 {model, scan, NAN, NULL, "spacing of nan mm"},
                 {model, scan, 0, &progress, "stopped"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_structures_estimate(cases[i].model, cases[i].scan, cases[i].spacing_mm,
                                              cases[i].progress, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i].message));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *made = g_dir_make_tmp("lam-structures-XXXXXX", NULL);
    folder = made;
    g_test_add_func("/structures/choice", test_choice);
    g_test_add_func("/structures/naive", test_naive);
    g_test_add_func("/structures/own-grid", test_own_grid);
    g_test_add_func("/structures/files", test_files);
    g_test_add_func("/structures/told", test_told);
    g_test_add_func("/structures/refused", test_refused);
    int status = g_test_run();
    g_rmdir(folder);
    return status;
}
