/* Studies of contrast and of features, on small scans and a network of random weights: their figures
 * against what the library says when it is asked directly. */
#include "self-truth.h"
#include "session-fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/nifti.h>
#include <lambdascope/pairs.h>
#include <lambdascope/remap.h>
#include <lambdascope/resample.h>
#include <lambdascope/score.h>
#include <lambdascope/study_contrast.h>
#include <lambdascope/study_features.h>
#include <lambdascope/study_method.h>
#include <lambdascope/study_self.h>
#include <math.h>
#include <string.h>

#define LAMBDA 0.3

typedef struct {
    SessionModel model;
    LamVolume *fixed, *moving, *labels;
    char *folder, *fixed_path, *moving_path, *labels_path;
    GPtrArray *methods;
} Fixture;

static char *save(const Fixture *f, const LamVolume *volume, const char *name)
{
    char *path = g_build_filename(f->folder, name, NULL);
    g_assert_true(lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, NULL, NULL));
    return path;
}

/* 4 where the scan is bright, 11 where it is not. */
static LamVolume *labels_of(const LamVolume *scan)
{
    LamVolume *labels = lam_volume_new(&scan->grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&scan->grid); i++)
        labels->data[i] = scan->data[i] > 60 ? 4 : scan->data[i] > 0 ? 11 : 0;
    return labels;
}

static void set_up(Fixture *f, gconstpointer data)
{
    LamGrid grid = session_grid();
    f->model = session_model(1);
    f->fixed = session_scan(&grid, 0, (LamVec3){{0}});
    f->moving = session_scan(&grid, 0, (LamVec3){{3, -2, 1}});
    f->labels = labels_of(f->fixed);
    f->folder = g_dir_make_tmp("lam-study-XXXXXX", NULL);
    f->fixed_path = save(f, f->fixed, "fixed.nii");
    f->moving_path = save(f, f->moving, "moving.nii");
    f->labels_path = save(f, f->labels, "labels.nii");
    f->methods = g_ptr_array_new_with_free_func((GDestroyNotify)lam_study_method_free);
    g_ptr_array_add(f->methods, lam_study_method_new_network(f->model.model, LAMBDA));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    char *paths[] = {f->fixed_path, f->moving_path, f->labels_path};
    for (int i = 0; i < 3; i++) {
        g_unlink(paths[i]);
        g_free(paths[i]);
    }
    g_rmdir(f->folder);
    g_free(f->folder);
    g_ptr_array_unref(f->methods);
    lam_volume_unref(f->fixed);
    lam_volume_unref(f->moving);
    lam_volume_unref(f->labels);
    session_model_clear(&f->model);
}

static double number(const LamStudyTable *table, guint row, const char *column)
{
    const char *cell = lam_study_table_cell(table, row, column);
    g_assert_nonnull(cell);
    return *cell != '\0' ? g_ascii_strtod(cell, NULL) : (double)NAN;
}

/* ---- contrast ---- */

static double dice_at(const Fixture *f, double t)
{
    g_autoptr(LamVolume) moving = lam_remap_contrast(f->moving, t, NULL);
    LamAffine affine;
    LamScore score;
    g_assert_true(lam_affine_register(f->fixed, f->moving, NULL, NULL, &affine, NULL));
    g_autoptr(LamSession) session = session_open(&f->model, f->fixed, moving, &affine.matrix);
    g_autoptr(LamSnapshot) snapshot = session_at(session, LAMBDA);
    g_assert_true(
        lam_score(session, snapshot, f->labels, f->labels, &f->fixed->grid, &score, NULL));
    double dice = score.subcortical;
    lam_score_clear(&score);
    return dice;
}

static void contrast(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamPair pair = {f->fixed_path, f->moving_path, f->labels_path, f->labels_path};
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    g_ptr_array_add(pairs, &pair);
    LamStudyContrastOptions options = {.pairs = pairs, .methods = f->methods, .steps = 3};
    g_autoptr(LamStudyResult) result = lam_study_contrast(&options, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lam_study_table_rows(result->table), ==, 6);
    for (guint step = 0; step < 3; step++) {
        g_assert_cmpstr(lam_study_table_cell(result->table, 2 * step, "method"), ==, "affine");
        g_assert_cmpstr(lam_study_table_cell(result->table, 2 * step, "dice_subcortical"), ==,
                        lam_study_table_cell(result->table, 0, "dice_subcortical"));
        g_assert_cmpfloat(number(result->table, 2 * step + 1, "t"), ==, 0.5 * step);
        g_assert_cmpfloat_with_epsilon(number(result->table, 2 * step + 1, "dice_subcortical"),
                                       dice_at(f, 0.5 * step), 1e-4);
    }
    /* this network does see contrast */
    g_assert_cmpstr(lam_study_table_cell(result->table, 1, "dice_subcortical"), !=,
                    lam_study_table_cell(result->table, 5, "dice_subcortical"));
}

static void contrast_refused(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamPair bare = {f->fixed_path, f->moving_path};
    LamPair unknown = {f->fixed_path, f->moving_path, f->labels_path, f->labels_path};
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    LamStudyContrastOptions options = {.pairs = pairs, .methods = f->methods, .steps = 3};
    g_assert_null(lam_study_contrast(&options, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_ptr_array_add(pairs, &bare);
    g_assert_null(lam_study_contrast(&options, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    for (size_t i = 0; i < lam_grid_voxels(&f->labels->grid); i++)
        f->labels->data[i] = 3; /* a value of neither group */
    g_free(f->labels_path);
    unknown.fixed_labels = unknown.moving_labels = f->labels_path =
        save(f, f->labels, "labels.nii");
    pairs->pdata[0] = &unknown;
    g_assert_null(lam_study_contrast(&options, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, f->labels_path));
}

/* ---- the known deformation ---- */

static void truth(Fixture *f, gconstpointer data)
{
    g_auto(LamSelfTruth) truth = {0};
    double mean, p95, none_mean, none_p95, length = 0, miss = 0;
    g_assert_true(lam_self_truth_draw(f->fixed, 3, 1, &truth, NULL));
    g_assert_true(lam_self_truth_error(&truth, truth.truth, &mean, &p95, NULL));
    g_assert_cmpfloat(p95, <, 1e-4);
    g_assert_true(lam_self_truth_error(&truth, NULL, &none_mean, &none_p95, NULL));
    const LamGrid *lattice = &truth.truth->grid;
    size_t n = lam_grid_voxels(lattice), counted = 0;
    for (int i = 0; i < (int)n; i++) {
        if (!truth.inside[i])
            continue;
        LamVec3 voxel = {{i % lattice->size[0], i / lattice->size[0] % lattice->size[1],
                          i / (lattice->size[0] * lattice->size[1])}};
        LamVec3 x = lam_mat4_apply(&lattice->to_world, voxel), y = x;
        for (size_t c = 0; c < 3; c++)
            y.v[c] += (double)truth.truth->data[c * n + (size_t)i];
        LamGrid one = lam_grid_centred((int[]){1, 1, 1}, 1, y);
        g_autoptr(LamVolume) w = lam_resample_clamped(truth.forward, &one, NULL);
        for (int c = 0; c < 3; c++) /* w(x + u(x)) = -u(x) */
            miss = fmax(miss, fabs(y.v[c] + (double)w->data[c] - x.v[c]));
        length += sqrt(pow(y.v[0] - x.v[0], 2) + pow(y.v[1] - x.v[1], 2) + pow(y.v[2] - x.v[2], 2));
        counted++;
    }
    g_assert_cmpuint(counted, ==, truth.n_inside);
    g_assert_cmpfloat(miss, <, 0.05);
    g_assert_cmpfloat_with_epsilon(none_mean, length / (double)counted, 1e-3);
    g_assert_cmpfloat(none_mean, >, 1);
    g_assert_cmpfloat(none_p95, >, none_mean);
}

static void seeds_differ(Fixture *f, gconstpointer data)
{
    g_auto(LamSelfTruth) a = {0}, b = {0}, c = {0};
    double same, other, p95;
    g_assert_true(lam_self_truth_draw(f->fixed, 3, 1, &a, NULL));
    g_assert_true(lam_self_truth_draw(f->fixed, 3, 1, &b, NULL));
    g_assert_true(lam_self_truth_draw(f->fixed, 3, 2, &c, NULL));
    g_assert_true(lam_self_truth_error(&a, b.truth, &same, &p95, NULL));
    g_assert_true(lam_self_truth_error(&a, c.truth, &other, &p95, NULL));
    g_assert_cmpfloat(same, <, 1e-4);
    g_assert_cmpfloat(other, >, 0.5);
}

static void self(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_auto(LamSelfTruth) truth = {0};
    double mean, p95;
    LamStudyScan t1 = {"one", "T1", f->fixed_path, f->labels_path};
    LamStudyScan t2 = {"one", "T2", f->fixed_path, NULL};
    g_autoptr(GPtrArray) scans = g_ptr_array_new();
    g_ptr_array_add(scans, &t1);
    g_ptr_array_add(scans, &t2);
    LamStudySelfOptions options = {
        .scans = scans, .methods = f->methods, .fixed_contrast = "t1", .seeds = 2, .warp_mm = 3};
    g_autoptr(LamStudyResult) result = lam_study_self(&options, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lam_study_table_rows(result->table), ==, 8); /* seed, contrast, method */
    g_assert_true(lam_self_truth_draw(f->fixed, 3, 2, &truth, NULL));
    g_assert_true(lam_self_truth_error(&truth, NULL, &mean, &p95, NULL));
    g_assert_cmpstr(lam_study_table_cell(result->table, 4, "method"), ==, "identity");
    g_assert_cmpstr(lam_study_table_cell(result->table, 4, "seed"), ==, "2");
    g_assert_cmpfloat_with_epsilon(number(result->table, 4, "error_mean_mm"), mean, 1e-4);
    g_assert_cmpfloat_with_epsilon(number(result->table, 4, "error_p95_mm"), p95, 1e-4);
    g_assert_cmpfloat(number(result->table, 4, "dice_subcortical"), <, 1);
    g_assert_cmpfloat(number(result->table, 4, "dice_subcortical"), >, 0.2);
    /* both contrasts are one file here: the same answer */
    g_assert_cmpstr(lam_study_table_cell(result->table, 5, "error_mean_mm"), ==,
                    lam_study_table_cell(result->table, 7, "error_mean_mm"));
    options.fixed_contrast = "FLAIR";
    g_assert_null(lam_study_self(&options, NULL, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "one"));
}

/* ---- features ---- */

/* One channel of the session's features, out of its blocks, and where the fixed scan is above zero. */
static void read_channel(const Fixture *f, LamVolume *moving, const LamMat4 *affine, int channel,
                         GArray *out)
{
    g_autoptr(LamSession) session = session_open(&f->model, f->fixed, moving, affine);
    g_autoptr(LamSnapshot) snapshot = session_at(session, LAMBDA);
    g_autoptr(LamVolume) mask =
        lam_resample(f->fixed, &snapshot->field->grid, NULL, LAM_NEAREST, 0, NULL);
    LamNode *node = lam_session_unet(session)->features;
    size_t n = lam_grid_voxels(&mask->grid), block = (size_t)lam_channel_block();
    g_assert_cmpint(lam_node_layout(node), ==, LAM_BLOCKED);
    g_assert_cmpint(lam_node_shape(node).c, ==, 16);
    g_assert_cmpuint(lam_node_count(node), ==, 16 * n);
    for (size_t i = 0; i < n; i++)
        if (mask->data[i] > 0)
            g_array_append_val(
                out,
                lam_node_value(
                    node)[((size_t)channel / block * n + i) * block + (size_t)channel % block]);
}

static double correlation_of(const GArray *a, const GArray *b)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (guint i = 0; i < a->len; i++) {
        ma += (double)g_array_index(a, float, i) / a->len;
        mb += (double)g_array_index(b, float, i) / b->len;
    }
    for (guint i = 0; i < a->len; i++) {
        double x = (double)g_array_index(a, float, i) - ma;
        double y = (double)g_array_index(b, float, i) - mb;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    return ab / sqrt(aa * bb);
}

static LamStudyResult *run_features(const Fixture *f, LamVolume *b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) models = g_ptr_array_new();
    g_ptr_array_add(models, f->model.model);
    LamStudyFeaturesOptions options = {f->fixed, f->moving, b, "A", "B", models, LAMBDA};
    LamStudyResult *result = lam_study_features(&options, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lam_study_table_rows(result->table), ==, 16);
    return result;
}

static void features(Fixture *f, gconstpointer data)
{
    g_autoptr(LamVolume) other = lam_remap_contrast(f->moving, 1, NULL);
    g_autoptr(LamStudyResult) result = run_features(f, other);
    LamAffine affine;
    int shown = 0;
    g_assert_true(lam_affine_register(f->fixed, f->moving, NULL, NULL, &affine, NULL));
    for (int c = 0; c < 16; c++) {
        g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(float));
        g_autoptr(GArray) b = g_array_new(FALSE, FALSE, sizeof(float));
        read_channel(f, f->moving, &affine.matrix, c, a);
        read_channel(f, other, &affine.matrix, c, b);
        double expected = correlation_of(a, b);
        g_assert_cmpfloat_with_epsilon(number(result->table, (guint)c, "correlation"), expected,
                                       1e-3);
        g_assert_cmpfloat(number(result->table, (guint)c, "normalised_rms"), >, 0.001);
        shown += g_str_equal(lam_study_table_cell(result->table, (guint)c, "shown"), "yes");
    }
    g_assert_cmpint(shown, ==, 8);
}

static void features_of_one_contrast(Fixture *f, gconstpointer data)
{
    g_autoptr(LamStudyResult) result = run_features(f, f->moving);
    for (guint c = 0; c < 16; c++) {
        g_assert_cmpfloat(number(result->table, c, "correlation"), ==, 1);
        g_assert_cmpfloat(number(result->table, c, "normalised_rms"), ==, 0);
    }
}

/* ---- methods and tables ---- */

static void unknown_similarity(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_study_method_new_classical("colour", 0.1, 0, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "colour"));
}

static void scans_table(Fixture *f, gconstpointer data)
{
    g_autofree char *path = g_build_filename(f->folder, "scans.csv", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(
        path, "# people\ncontrast,name,scan,labels\nT1,p,a.nii,/l.nii\nT2,p,/b.nii,\n", -1, NULL));
    g_autoptr(GPtrArray) scans = lam_study_scans_load(path, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(scans->len, ==, 2);
    const LamStudyScan *first = scans->pdata[0], *second = scans->pdata[1];
    g_autofree char *full = g_build_filename(f->folder, "a.nii", NULL);
    g_assert_cmpstr(first->scan, ==, full);
    g_assert_cmpstr(first->labels, ==, "/l.nii");
    g_assert_cmpstr(second->contrast, ==, "T2");
    g_assert_cmpstr(second->scan, ==, "/b.nii");
    g_assert_null(second->labels);
    static const char *const bad[] = {"", "name,scan\np,a\n", "name,contrast,scan\np,,a\n", "\xff"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_true(g_file_set_contents(path, bad[i], -1, NULL));
        g_assert_null(lam_study_scans_load(path, NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
        g_assert_nonnull(strstr(error->message, path));
        g_clear_error(&error);
    }
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
    ADD("/study/contrast", contrast);
    ADD("/study/contrast-refused", contrast_refused);
    ADD("/study/truth", truth);
    ADD("/study/seeds-differ", seeds_differ);
    ADD("/study/self", self);
    ADD("/study/features", features);
    ADD("/study/features-of-one-contrast", features_of_one_contrast);
    ADD("/study/unknown-similarity", unknown_similarity);
    ADD("/study/scans-table", scans_table);
    return g_test_run();
}
