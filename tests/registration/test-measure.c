/* Figures of known shapes under known deformations. */
#include <lambdascope/error.h>
#include <lambdascope/measure.h>
#include <lambdascope/metrics.h>
#include <math.h>
#include <string.h>

/* 2 x 2 x 2.5 mm: 0.01 ml a voxel. */
static LamGrid make_grid(void)
{
    LamGrid grid = {{40, 36, 30}, lam_mat4_scaling(2, 2, 2.5)};
    for (int a = 0; a < 3; a++)
        grid.to_world.m[a][3] = -20.0 * (a + 1);
    return grid;
}

/* Writes a box of a label: voxels from <= i < to. */
static void draw(LamVolume *map, int label, const int from[3], const int to[3])
{
    const int *n = map->grid.size;
    for (int k = from[2]; k < to[2]; k++)
        for (int j = from[1]; j < to[1]; j++)
            for (int i = from[0]; i < to[0]; i++)
                map->data[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i] =
                    (float)label;
}

static LamVolume *constant_field(const LamGrid *grid, LamVec3 d)
{
    LamVolume *field = lam_volume_new(grid, 3, NULL);
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < lam_grid_voxels(grid); i++)
            lam_volume_channel(field, c)[i] = (float)d.v[c];
    return field;
}

typedef struct {
    LamVolume *fixed, *moving;
} Maps;

/* Label 5, 1000 voxels, lies 4 voxels further along i in the moving map; 9 is in the fixed map alone, 12
 * in the moving one. */
static Maps make_maps(void)
{
    LamGrid grid = make_grid();
    Maps m = {lam_volume_new(&grid, 1, NULL), lam_volume_new(&grid, 1, NULL)};
    draw(m.fixed, 5, (int[]){10, 10, 10}, (int[]){20, 20, 20});
    draw(m.moving, 5, (int[]){14, 10, 10}, (int[]){24, 20, 20});
    draw(m.fixed, 9, (int[]){2, 2, 2}, (int[]){4, 4, 4});
    draw(m.moving, 12, (int[]){30, 2, 2}, (int[]){32, 4, 4});
    return m;
}

static void maps_clear(Maps *m)
{
    lam_volume_unref(m->fixed);
    lam_volume_unref(m->moving);
}

static void test_shift(void)
{
    Maps m = make_maps();
    LamMat4 identity = lam_mat4_identity(), back = lam_mat4_translation(8, 0, 0);
    LamMat4 half = lam_mat4_translation(4, 0, 0);
    g_autoptr(LamVolume) d = constant_field(&m.fixed->grid, (LamVec3){{4, 0, 0}});
    LamLabelMeasures before, aligned, warped;
    g_assert_true(lam_measure_labels(m.fixed, m.moving, NULL, &identity, NULL, &before, NULL));
    g_assert_true(lam_measure_labels(m.fixed, m.moving, NULL, &back, NULL, &aligned, NULL));
    g_assert_true(lam_measure_labels(m.fixed, m.moving, d, &half, NULL, &warped, NULL));
    g_assert_cmpint(before.count, ==, 3);
    g_assert_cmpint(before.label[0].label, ==, 5);
    g_assert_cmpfloat_with_epsilon(before.label[0].dice, 0.6, 1e-12);
    g_assert_cmpfloat_with_epsilon(before.label[0].hd95_mm, 8, 1e-6);
    for (int way = 0; way < 2; way++) {
        const LamLabelMeasure *five = way == 0 ? aligned.label : warped.label;
        g_assert_cmpfloat(five->dice, ==, 1);
        g_assert_cmpfloat(five->hd95_mm, ==, 0);
        g_assert_cmpfloat_with_epsilon(five->fixed_ml, 10, 1e-9);
        g_assert_cmpfloat_with_epsilon(five->moving_ml, 10, 1e-9);
        g_assert_cmpfloat_with_epsilon(five->warped_ml, 10, 1e-9);
        g_assert_cmpfloat_with_epsilon(five->change_percent, 0, 1e-9);
    }
    lam_label_measures_clear(&before);
    lam_label_measures_clear(&aligned);
    lam_label_measures_clear(&warped);
    maps_clear(&m);
}

/* The quick measures are those of the slow ones, without distances. */
static void test_overlap(void)
{
    Maps m = make_maps();
    LamMat4 identity = lam_mat4_identity();
    LamLabelMeasures all, quick;
    g_assert_true(lam_measure_labels(m.fixed, m.moving, NULL, &identity, NULL, &all, NULL));
    g_assert_true(
        lam_measure_labels_overlap(m.fixed, m.moving, NULL, &identity, NULL, &quick, NULL));
    g_assert_cmpint(quick.count, ==, all.count);
    g_assert_cmpfloat(quick.label[0].dice, ==, all.label[0].dice);
    g_assert_cmpfloat(quick.label[0].warped_ml, ==, all.label[0].warped_ml);
    g_assert_cmpfloat(quick.mean.dice, ==, all.mean.dice);
    g_assert_true(isnan(quick.label[0].hd95_mm) && isnan(quick.mean.hd95_mm));
    lam_label_measures_clear(&all);
    lam_label_measures_clear(&quick);
    maps_clear(&m);
}

static void test_one_sided(void)
{
    Maps m = make_maps();
    LamMat4 identity = lam_mat4_identity();
    LamLabelMeasures out;
    g_assert_true(lam_measure_labels(m.fixed, m.moving, NULL, &identity, NULL, &out, NULL));
    const LamLabelMeasure *nine = &out.label[1], *twelve = &out.label[2];
    g_assert_cmpint(nine->label, ==, 9);
    g_assert_true(isnan(nine->dice) && isnan(nine->hd95_mm) && isnan(nine->change_percent));
    g_assert_cmpfloat_with_epsilon(nine->fixed_ml, 0.08, 1e-9);
    g_assert_cmpfloat(nine->moving_ml, ==, 0);
    g_assert_true(isnan(twelve->dice));
    g_assert_cmpfloat(twelve->change_percent, ==, 0);
    g_assert_cmpfloat_with_epsilon(out.mean.dice, 0.6, 1e-12); /* of label 5 alone */
    g_assert_cmpfloat_with_epsilon(out.mean.moving_ml, 10.08 / 3, 1e-9);
    lam_label_measures_clear(&out);
    maps_clear(&m);
}

/* The affine doubles the box along k, about its own middle. */
static void test_growth(void)
{
    LamGrid grid = make_grid();
    g_autoptr(LamVolume) map = lam_volume_new(&grid, 1, NULL);
    draw(map, 3, (int[]){10, 10, 12}, (int[]){20, 20, 18});
    double middle = lam_mat4_apply(&grid.to_world, (LamVec3){{0, 0, 14.5}}).v[2];
    LamMat4 affine = lam_mat4_scaling(1, 1, 0.5);
    affine.m[2][3] = middle / 2;
    LamLabelMeasures out;
    g_assert_true(lam_measure_labels(map, map, NULL, &affine, NULL, &out, NULL));
    g_assert_cmpfloat_with_epsilon(out.label[0].warped_ml, 12, 1e-9);
    g_assert_cmpfloat_with_epsilon(out.label[0].change_percent, 100, 1e-9);
    g_assert_cmpfloat_with_epsilon(out.label[0].dice, 2.0 / 3, 1e-12);
    lam_label_measures_clear(&out);
}

/* The maps need not share a grid. */
static void test_other_grid(void)
{
    LamGrid grid = make_grid(), fine = {{80, 72, 60}, grid.to_world};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            fine.to_world.m[b][a] /= 2;
    g_autoptr(LamVolume) fixed = lam_volume_new(&grid, 1, NULL);
    g_autoptr(LamVolume) moving = lam_volume_new(&fine, 1, NULL);
    draw(fixed, 7, (int[]){10, 10, 10}, (int[]){20, 20, 20});
    draw(moving, 7, (int[]){20, 20, 20}, (int[]){40, 40, 40});
    LamMat4 identity = lam_mat4_identity();
    LamLabelMeasures out;
    g_assert_true(lam_measure_labels(fixed, moving, NULL, &identity, NULL, &out, NULL));
    g_assert_cmpfloat(out.label[0].dice, ==, 1);
    g_assert_cmpfloat_with_epsilon(out.label[0].moving_ml, 10, 1e-9);
    lam_label_measures_clear(&out);
}

static void test_pair(void)
{
    LamGrid grid = make_grid();
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++) /* a tenth of a voxel per voxel along i */
        field->data[i] = 0.2f * (float)(i % (size_t)grid.size[0]);
    LamSnapshot snapshot = {.lambda = 0.25, .similarity = 0.9, .field = field};
    snapshot.affine = lam_mat4_identity();
    g_assert_true(lam_field_statistics(field, &snapshot.statistics, NULL, NULL));
    LamMeasures out;
    g_assert_true(lam_measure(&snapshot, NULL, NULL, NULL, &out, NULL));
    g_assert_cmpfloat(out.lambda, ==, 0.25);
    g_assert_cmpfloat(out.similarity, ==, 0.9);
    g_assert_cmpfloat_with_epsilon(out.roughness, 0.01 / 9, 1e-6); /* one of nine derivatives */
    g_assert_cmpfloat_with_epsilon(out.field.max_mm, 0.2 * 39, 1e-5);
    g_assert_cmpfloat_with_epsilon(out.field.mean_mm, 0.1 * 39, 1e-5);
    g_assert_cmpint(out.labels.count, ==, 0);
    lam_measures_clear(&out);
}

static void test_refused(void)
{
    Maps m = make_maps();
    LamMat4 identity = lam_mat4_identity();
    LamLabelMeasures out;
    g_autoptr(GError) stopped = NULL;
    g_autoptr(GError) many = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LamProgress progress = {.cancellable = cancellable};
    g_cancellable_cancel(cancellable);
    g_assert_false(
        lam_measure_labels(m.fixed, m.moving, NULL, &identity, &progress, &out, &stopped));
    g_assert_error(stopped, LAM_ERROR, LAM_ERROR_CANCELLED);
    for (size_t i = 0; i < lam_grid_voxels(&m.fixed->grid); i++)
        m.fixed->data[i] = (float)i; /* a scan, not a label map */
    m.fixed->path = g_strdup("scan.nii");
    g_assert_false(lam_measure_labels(m.fixed, m.moving, NULL, &identity, NULL, &out, &many));
    g_assert_error(many, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(many->message, "scan.nii"));
    maps_clear(&m);
}

/* A stop between two labels leaves no half table. */
static void test_hausdorff_stops(void)
{
    Maps m = make_maps();
    double out;
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LamProgress progress = {.cancellable = cancellable};
    g_cancellable_cancel(cancellable);
    g_assert_false(lam_hausdorff95(m.fixed, m.moving, (int[]){5}, 1, &out, &progress, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
    maps_clear(&m);
}

static const char *name(int label, gpointer user)
{
    return label == 4 ? "ventricle, \"left\"" : NULL;
}

static void test_tables(void)
{
    LamLabelMeasure rows[] = {{4, 0.5, 1.25, 10, 20, 15, -25}, {70, NAN, NAN, 3, 0, 0, NAN}};
    LamMeasures m = {.lambda = 0.3,
                     .similarity = NAN,
                     .roughness = 0.125,
                     .labels = {2, rows, {0, 0.5, 1.25, 6.5, 10, 7.5, -25}}};
    g_autofree char *csv = lam_measures_label_table(&m, ',', name, NULL);
    g_autofree char *tsv = lam_measures_label_table(&m, '\t', name, NULL);
    g_autofree char *figures = lam_measures_figure_table(&m, ',');
    g_assert_cmpstr(
        csv, ==,
        "lambda,label,name,dice,hd95_mm,volume_change_percent,fixed_ml,moving_ml,warped_ml\n"
        "0.3,4,\"ventricle, \"\"left\"\"\",0.5000,1.250,-25.00,10.0000,20.0000,15.0000\n"
        "0.3,70,,,,,3.0000,0.0000,0.0000\n"
        "0.3,,mean,0.5000,1.250,-25.00,6.5000,10.0000,7.5000\n");
    g_assert_true(g_str_has_prefix(tsv, "lambda\tlabel\tname\tdice\t"));
    g_assert_nonnull(strstr(tsv, "4\tventricle, \"left\"\t0.5000\t"));
    g_assert_true(g_str_has_prefix(figures, "measure,value\nlambda,0.3\nsimilarity,\n"));
    g_assert_nonnull(strstr(figures, "\nroughness,0.125\nmean_dice,0.5\n"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/measure/shift", test_shift);
    g_test_add_func("/measure/overlap", test_overlap);
    g_test_add_func("/measure/one-sided", test_one_sided);
    g_test_add_func("/measure/growth", test_growth);
    g_test_add_func("/measure/other-grid", test_other_grid);
    g_test_add_func("/measure/pair", test_pair);
    g_test_add_func("/measure/refused", test_refused);
    g_test_add_func("/measure/hausdorff-stops", test_hausdorff_stops);
    g_test_add_func("/measure/tables", test_tables);
    return g_test_run();
}
