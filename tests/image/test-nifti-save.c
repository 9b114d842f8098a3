/* What is written reads back, the header says it to others, and a failure leaves nothing behind. */
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>

#include "raw-nifti.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static LamGrid oblique_grid(void)
{
    LamGrid grid = {.size = {5, 7, 3}};
    LamMat4 turn = lam_mat4_rotation(0.3, -0.2, 0.5), scale = lam_mat4_scaling(-0.9, 1.1, 3);
    LamMat4 shift = lam_mat4_translation(-12.5, 33, 7);
    grid.to_world = lam_mat4_multiply(&turn, &scale);
    grid.to_world = lam_mat4_multiply(&shift, &grid.to_world);
    return grid;
}

static LamVolume *make(const LamGrid *grid, int channels, double factor, double offset)
{
    LamVolume *volume = lam_volume_new(grid, channels, NULL);
    size_t n = lam_grid_voxels(grid) * (size_t)channels;
    for (size_t i = 0; i < n; i++)
        volume->data[i] = (float)(factor * (double)((i * 37) % 101) + offset);
    return volume;
}

static void save(const LamVolume *volume, const char *path, LamNiftiType type)
{
    GError *error = NULL;
    g_assert_true(lam_nifti_save(volume, path, type, "made by a test", &error));
    g_assert_no_error(error);
}

static void check_round_trip(LamNiftiType type, int channels, const char *name, double factor,
                             double offset)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, name, NULL);
    LamGrid grid = oblique_grid();
    g_autoptr(LamVolume) volume = make(&grid, channels, factor, offset);
    save(volume, path, type);
    g_autoptr(LamVolume) back = lam_nifti_load(path, 0, NULL);
    g_assert_nonnull(back);
    g_assert_true(lam_grid_equal(&grid, &back->grid, 1e-5));
    g_assert_cmpint(back->channels, ==, channels);
    g_assert_cmpfloat(back->space_conflict_mm, <, 1e-4);
    g_assert_null(back->note);
    for (size_t i = 0; i < lam_grid_voxels(&grid) * (size_t)channels; i++)
        g_assert_cmpfloat((double)back->data[i], ==,
                          type == LAM_NIFTI_FLOAT32 ? (double)volume->data[i]
                                                    : rint((double)volume->data[i]));
    raw_folder_remove(folder);
}

static void test_round_trip(void)
{
    static const char *const names[] = {"a.nii", "b.nii.gz"};
    for (int i = 0; i < 2; i++) {
        check_round_trip(LAM_NIFTI_FLOAT32, 1, names[i], 0.37, -11.3);
        check_round_trip(LAM_NIFTI_INT16, 1, names[i], 300.4, -30000);
        check_round_trip(LAM_NIFTI_UINT8, 1, names[i], 2.54, 0.2);
        check_round_trip(LAM_NIFTI_INT32, 1, names[i], 1e5, -4e6);
        check_round_trip(LAM_NIFTI_FLOAT32, 3, names[i], 0.11, -3);
    }
}

static gint16 short_at(const char *bytes, size_t at)
{
    gint16 v;
    memcpy(&v, bytes + at, sizeof v);
    return v;
}

static double float_at(const char *bytes, size_t at)
{
    float v;
    memcpy(&v, bytes + at, sizeof v);
    return (double)v;
}

/* The fields at their published places. */
static void check_fields(const char *b, const LamGrid *grid)
{
    static const int dims[8] = {5, 5, 7, 3, 1, 3, 1, 1};
    for (size_t i = 0; i < 8; i++)
        g_assert_cmpint(short_at(b, 40 + 2 * i), ==, dims[i]);
    g_assert_cmpint(short_at(b, 0), ==, 348);
    g_assert_cmpint(short_at(b, 68), ==, 1006);
    g_assert_cmpint(short_at(b, 70), ==, 16);
    g_assert_cmpint(short_at(b, 72), ==, 32);
    g_assert_cmpfloat(float_at(b, 76), ==, -1); /* one axis is mirrored */
    g_assert_cmpfloat_with_epsilon(float_at(b, 80), 0.9, 1e-6);
    g_assert_cmpfloat_with_epsilon(float_at(b, 88), 3, 1e-6);
    g_assert_cmpfloat(float_at(b, 108), ==, 352);
    g_assert_cmpint(b[123], ==, 2);
    g_assert_cmpstr(b + 148, ==, "made by a test");
    g_assert_cmpint(short_at(b, 252), ==, 1);
    g_assert_cmpint(short_at(b, 254), ==, 1);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 4; j++)
            g_assert_cmpfloat_with_epsilon(float_at(b, 280 + 16 * i + 4 * j),
                                           grid->to_world.m[i][j], 1e-5);
    g_assert_cmpstr(b + 344, ==, "n+1");
}

static void test_header(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "a.nii", NULL);
    g_autofree char *bytes = NULL;
    gsize n = 0;
    LamGrid grid = oblique_grid();
    g_autoptr(LamVolume) field = make(&grid, 3, 0.1, 0);
    save(field, path, LAM_NIFTI_FLOAT32);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_assert_cmpuint(n, ==, 352 + 5 * 7 * 3 * 3 * 4);
    check_fields(bytes, &grid);
    raw_folder_remove(folder);
}

/* A sheared matrix fits no quaternion: the sform holds it, the qform comes near. */
static void test_shear(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "a.nii", NULL);
    LamGrid grid = oblique_grid();
    LamMat4 shear = lam_mat4_identity();
    shear.m[0][1] = 0.2;
    grid.to_world = lam_mat4_multiply(&shear, &grid.to_world);
    g_autoptr(LamVolume) volume = make(&grid, 1, 1, 0);
    save(volume, path, LAM_NIFTI_FLOAT32);
    g_autoptr(LamVolume) back = lam_nifti_load(path, 0, NULL);
    g_assert_true(lam_grid_equal(&grid, &back->grid, 1e-5));
    g_assert_cmpfloat(back->space_conflict_mm, >, 0.05);
    g_assert_cmpfloat(back->space_conflict_mm, <, 2);
    raw_folder_remove(folder);
}

/* A side beyond 32767 does not fit NIfTI-1. */
static void test_large_side(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "a.nii", NULL);
    LamGrid grid = {.size = {40000, 1, 2}, .to_world = lam_mat4_scaling(0.01, 1, 1)};
    g_autoptr(LamVolume) volume = make(&grid, 1, 1, 0);
    save(volume, path, LAM_NIFTI_INT16);
    g_autoptr(LamVolume) back = lam_nifti_load(path, 0, NULL);
    g_assert_nonnull(back);
    g_assert_cmpint(back->grid.size[0], ==, 40000);
    g_assert_cmpmem(volume->data, 80000 * 4, back->data, 80000 * 4);
    raw_folder_remove(folder);
}

static void expect(const LamVolume *volume, const char *path, LamNiftiType type, LamError code,
                   const char *reason)
{
    GError *error = NULL;
    g_assert_false(lam_nifti_save(volume, path, type, NULL, &error));
    g_assert_error(error, LAM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, path));
    if (strstr(error->message, reason) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, reason);
    g_clear_error(&error);
}

static int count_files(const char *folder)
{
    int n = 0;
    GDir *dir = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(dir) != NULL)
        n++;
    g_dir_close(dir);
    return n;
}

static void test_values_that_do_not_fit(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "a.nii", NULL);
    LamGrid grid = oblique_grid();
    g_autoptr(LamVolume) volume = lam_volume_new(&grid, 1, NULL);
    static const struct {
        LamNiftiType type;
        float value;
    } bad[] = {{LAM_NIFTI_UINT8, -1},    {LAM_NIFTI_UINT8, 255.6f}, {LAM_NIFTI_INT16, 32768},
               {LAM_NIFTI_INT16, -4e4f}, {LAM_NIFTI_INT32, 3e9f},   {LAM_NIFTI_INT32, NAN}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        volume->data[17] = bad[i].value;
        expect(volume, path, bad[i].type, LAM_ERROR_ARGUMENT, "does not fit");
    }
    g_assert_cmpint(count_files(folder), ==, 0);
    raw_folder_remove(folder);
}

static void test_unwritable(void)
{
    char *folder = raw_folder();
    g_autofree char *lost = g_build_filename(folder, "none", "a.nii", NULL);
    g_autofree char *name = g_build_filename(folder, "a.txt", NULL);
    g_autofree char *taken = g_build_filename(folder, "taken.nii", NULL);
    LamGrid grid = oblique_grid();
    g_autoptr(LamVolume) volume = make(&grid, 1, 1, 0);
    expect(volume, lost, LAM_NIFTI_FLOAT32, LAM_ERROR_IO, "No such file");
    expect(volume, name, LAM_NIFTI_FLOAT32, LAM_ERROR_ARGUMENT, "must end in");
    g_assert_cmpint(g_mkdir(taken, 0700), ==, 0);
    expect(volume, taken, LAM_NIFTI_FLOAT32, LAM_ERROR_IO, "directory");
    g_assert_cmpint(count_files(folder), ==, 1);
    raw_folder_remove(folder);
}

static void test_read_only_folder(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "a.nii", NULL);
    LamGrid grid = oblique_grid();
    g_autoptr(LamVolume) volume = make(&grid, 1, 1, 0);
    g_assert_cmpint(g_chmod(folder, 0500), ==, 0);
    if (g_access(folder, 2) == 0)
        g_test_skip("this user may write everywhere");
    else
        expect(volume, path, LAM_NIFTI_FLOAT32, LAM_ERROR_IO, "denied");
    g_chmod(folder, 0700);
    raw_folder_remove(folder);
}

/* A limit on file sizes stands in for a full disk: the old file stays, no temporary is left. */
static void check_full(const char *name)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, name, NULL);
    LamGrid small = oblique_grid();
    g_autoptr(LamVolume) old = make(&small, 1, 1, 0);
    save(old, path, LAM_NIFTI_FLOAT32);
    LamGrid grid = {.size = {100, 100, 100}, .to_world = lam_mat4_identity()};
    g_autoptr(LamVolume) volume = lam_volume_new(&grid, 1, NULL);
    GRand *rand = g_rand_new_with_seed(5);
    for (int i = 0; i < 1000000; i++)
        volume->data[i] = (float)g_rand_double(rand);
    g_rand_free(rand);
    struct rlimit limit, before;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    limit = before;
    limit.rlim_cur = 200000;
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    expect(volume, path, LAM_NIFTI_FLOAT32, LAM_ERROR_IO, "large");
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_autoptr(LamVolume) back = lam_nifti_load(path, 0, NULL);
    g_assert_nonnull(back);
    g_assert_true(lam_grid_equal(&small, &back->grid, 1e-4));
    g_assert_cmpint(count_files(folder), ==, 1);
    raw_folder_remove(folder);
}

static void test_disk_full(void)
{
    check_full("a.nii");
    check_full("a.nii.gz");
}

static void test_file_mode(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "a.nii", NULL);
    LamGrid grid = oblique_grid();
    g_autoptr(LamVolume) volume = make(&grid, 1, 1, 0);
    mode_t before = umask(022);
    save(volume, path, LAM_NIFTI_FLOAT32);
    umask(before);
    GStatBuf st;
    g_assert_cmpint(g_stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0644);
    raw_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nifti/save/round-trip", test_round_trip);
    g_test_add_func("/nifti/save/header", test_header);
    g_test_add_func("/nifti/save/shear", test_shear);
    g_test_add_func("/nifti/save/large-side", test_large_side);
    g_test_add_func("/nifti/save/values-that-do-not-fit", test_values_that_do_not_fit);
    g_test_add_func("/nifti/save/unwritable", test_unwritable);
    g_test_add_func("/nifti/save/read-only-folder", test_read_only_folder);
    g_test_add_func("/nifti/save/disk-full", test_disk_full);
    g_test_add_func("/nifti/save/file-mode", test_file_mode);
    return g_test_run();
}
