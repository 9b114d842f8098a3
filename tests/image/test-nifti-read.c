/* What files hold is what is read: types, byte orders, versions, scaling, space, frames. */
#include <lambdascope/nifti.h>

#include "raw-nifti.h"

#include <math.h>

typedef struct {
    int code, bits;
    const char *name;
    double low, high; /* values at both ends that float32 holds exactly */
} Type;

static const Type types[] = {
    {2, 8, "uint8", 0, 255},
    {256, 8, "int8", -128, 127},
    {4, 16, "int16", -32768, 32767},
    {512, 16, "uint16", 0, 65535},
    {8, 32, "int32", -2147483648.0, 16777216},
    {768, 32, "uint32", 0, 4294966272.0},
    {1024, 64, "int64", -0x1p62, 0x1p61},
    {1280, 64, "uint64", 0, 0x1p63},
    {16, 32, "float32", -1.5e-30, 3.25e30},
    {64, 64, "float64", -1.5e-30f, 3.25e30f},
    {1536, 128, "float128", -1.5, 0x1.8p90},
};

static LamVolume *load(const char *path, int frame)
{
    GError *error = NULL;
    LamVolume *volume = lam_nifti_load(path, frame, &error);
    g_assert_no_error(error);
    g_assert_nonnull(volume);
    return volume;
}

static LamVolume *write_and_load(const RawNifti *raw, const double *values, size_t n)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "scan.nii", NULL);
    raw_write(raw, path, values, n, false);
    LamVolume *volume = load(path, 0);
    g_assert_cmpstr(volume->path, ==, path);
    raw_folder_remove(folder);
    return volume;
}

static void check_type(const Type *type, int version, bool swapped)
{
    RawNifti raw = raw_nifti(type->code, type->bits, 3, 1, 2);
    raw.version = version;
    raw.swapped = swapped;
    double values[6] = {type->low, type->high, 0, 1, 2, 100};
    g_autoptr(LamVolume) v = write_and_load(&raw, values, 6);
    g_assert_cmpstr(v->stored_type, ==, type->name);
    for (int i = 0; i < 6; i++)
        g_assert_cmpfloat((double)v->data[i], ==, (double)(float)values[i]);
    g_assert_cmpint(v->grid.size[0], ==, 3);
    g_assert_cmpint(v->grid.size[1], ==, 1);
    g_assert_cmpint(v->grid.size[2], ==, 2);
    g_assert_cmpint(v->channels, ==, 1);
    g_assert_cmpuint(v->nan_count, ==, 0);
}

static void test_types(void)
{
    for (size_t t = 0; t < G_N_ELEMENTS(types); t++)
        for (int version = 1; version <= 2; version++)
            for (int swapped = 0; swapped < 2; swapped++)
                check_type(&types[t], version, swapped);
}

static void check_scaling(double slope, double intercept, double expected_of_10)
{
    RawNifti raw = raw_nifti(4, 16, 2, 1, 1);
    raw.slope = slope;
    raw.intercept = intercept;
    g_autoptr(LamVolume) v = write_and_load(&raw, (double[]){10, 0}, 2);
    g_assert_cmpfloat_with_epsilon((double)v->data[0], expected_of_10, 1e-5);
}

static void test_scaling(void)
{
    check_scaling(1, 0, 10);
    check_scaling(2.5, -3, 22);
    check_scaling(-1, 0, -10);
    check_scaling(0, 7, 10);
    check_scaling(NAN, 7, 10);
    check_scaling(INFINITY, 7, 10);
    check_scaling(2, NAN, 20);
}

static void test_not_finite(void)
{
    RawNifti raw = raw_nifti(64, 64, 5, 1, 1);
    double values[5] = {NAN, 1, INFINITY, -INFINITY, 1e300};
    g_autoptr(LamVolume) v = write_and_load(&raw, values, 5);
    g_assert_cmpuint(v->nan_count, ==, 4);
    for (int i = 0; i < 5; i++)
        g_assert_cmpfloat((double)v->data[i], ==, i == 1);
    g_assert_nonnull(strstr(v->note, "4 voxels"));
    raw = raw_nifti(1536, 128, 3, 1, 1);
    g_autoptr(LamVolume) q = write_and_load(&raw, values, 3);
    g_assert_cmpuint(q->nan_count, ==, 2);
}

static void check_point(const LamVolume *v, double i, double j, double k, double x, double y,
                        double z)
{
    LamVec3 p = lam_mat4_apply(&v->grid.to_world, (LamVec3){{i, j, k}});
    double expected[3] = {x, y, z};
    for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon(p.v[a], expected[a], 1e-4);
}

static LamVolume *load_empty(const RawNifti *raw)
{
    size_t n = (size_t)(raw->dim[1] * raw->dim[2] * raw->dim[3]);
    g_autofree double *zeros = g_new0(double, n);
    return write_and_load(raw, zeros, n);
}

static void set_srow(RawNifti *raw, const double m[3][4])
{
    memcpy(raw->srow, m, sizeof raw->srow);
    raw->sform_code = 1;
}

static void test_sform(void)
{
    for (int version = 1; version <= 2; version++) {
        RawNifti raw = raw_nifti(2, 8, 3, 4, 5);
        raw.version = version;
        set_srow(&raw, (double[3][4]){{0, -2, 0, 10}, {0, 0, 3, -20}, {1.5, 0, 0, 30}});
        g_autoptr(LamVolume) v = load_empty(&raw);
        g_assert_cmpint(v->space_source, ==, LAM_SPACE_SFORM);
        check_point(v, 0, 0, 0, 10, -20, 30);
        check_point(v, 1, 2, 3, 6, -11, 31.5);
        char letters[4];
        lam_grid_orientation(&v->grid, letters);
        g_assert_cmpstr(letters, ==, "SLA");
    }
}

/* A quarter turn about z (b = c = 0, d = sin 45) and, with qfac -1, the third axis reversed. */
static void test_qform(void)
{
    for (int qfac = -1; qfac <= 1; qfac += 2) {
        RawNifti raw = raw_nifti(2, 8, 3, 4, 5);
        raw.qform_code = 2;
        raw.pixdim[0] = qfac;
        raw.pixdim[1] = 2;
        raw.pixdim[2] = 3;
        raw.pixdim[3] = 4;
        raw.quaternion[2] = sqrt(0.5);
        raw.offset[0] = 5;
        raw.offset[1] = 6;
        raw.offset[2] = 7;
        g_autoptr(LamVolume) v = load_empty(&raw);
        g_assert_cmpint(v->space_source, ==, LAM_SPACE_QFORM);
        check_point(v, 0, 0, 0, 5, 6, 7);
        check_point(v, 1, 0, 0, 5, 8, 7);
        check_point(v, 0, 1, 0, 2, 6, 7);
        check_point(v, 0, 0, 1, 5, 6, 7 + 4 * qfac);
    }
}

static void test_pixdim(void)
{
    RawNifti raw = raw_nifti(2, 8, 3, 4, 5);
    raw.pixdim[1] = -2; /* must be positive, but files have it */
    raw.pixdim[2] = 3;
    raw.pixdim[3] = 0;
    g_autoptr(LamVolume) v = load_empty(&raw);
    g_assert_cmpint(v->space_source, ==, LAM_SPACE_PIXDIM);
    check_point(v, 1, 1.5, 2, 0, 0, 0);
    check_point(v, 2, 2.5, 3, 2, 3, 1);
    g_assert_nonnull(strstr(v->note, "no orientation"));
    g_assert_nonnull(strstr(v->note, "voxel size 0 along axis 3"));
}

static void test_space_conflict(void)
{
    RawNifti raw = raw_nifti(2, 8, 11, 4, 5);
    set_srow(&raw, (double[3][4]){{1.5, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}});
    raw.qform_code = 1;
    g_autoptr(LamVolume) v = load_empty(&raw);
    g_assert_cmpint(v->space_source, ==, LAM_SPACE_SFORM);
    g_assert_cmpfloat_with_epsilon(v->space_conflict_mm, 5, 1e-5);
    g_assert_nonnull(strstr(v->note, "5.0 mm"));
}

static void test_singular_sform(void)
{
    RawNifti raw = raw_nifti(2, 8, 3, 4, 5);
    set_srow(&raw, (double[3][4]){{1, 0, 0, 0}, {1, 0, 0, 0}, {0, 0, 1, 0}});
    raw.qform_code = 1;
    raw.offset[0] = 9;
    g_autoptr(LamVolume) v = load_empty(&raw);
    g_assert_cmpint(v->space_source, ==, LAM_SPACE_QFORM);
    check_point(v, 0, 0, 0, 9, 0, 0);
    raw.srow[0][0] = NAN;
    raw.qform_code = 0;
    g_autoptr(LamVolume) w = load_empty(&raw);
    g_assert_cmpint(w->space_source, ==, LAM_SPACE_PIXDIM);
}

static void test_units(void)
{
    RawNifti raw = raw_nifti(2, 8, 3, 4, 5);
    set_srow(&raw, (double[3][4]){{0.002, 0, 0, 0.1}, {0, 0.002, 0, 0}, {0, 0, 0.002, 0}});
    raw.units = 1;
    g_autoptr(LamVolume) metres = load_empty(&raw);
    check_point(metres, 1, 0, 0, 102, 0, 0);
    g_assert_nonnull(strstr(metres->note, "metres"));
    set_srow(&raw, (double[3][4]){{500, 0, 0, 1000}, {0, 500, 0, 0}, {0, 0, 500, 0}});
    raw.units = 3 | 8; /* seconds in the upper bits */
    g_autoptr(LamVolume) microns = load_empty(&raw);
    check_point(microns, 1, 0, 0, 1.5, 0, 0);
    raw.units = 2;
    g_autoptr(LamVolume) mm = load_empty(&raw);
    check_point(mm, 1, 0, 0, 1500, 0, 0);
}

static void test_frames(void)
{
    char *folder = raw_folder();
    g_autofree char *path = g_build_filename(folder, "bold.nii", NULL);
    RawNifti raw = raw_nifti(4, 16, 2, 3, 1);
    raw.dim[0] = 4;
    raw.dim[4] = 3;
    double values[18];
    for (int i = 0; i < 18; i++)
        values[i] = i;
    raw_write(&raw, path, values, 18, false);
    for (int frame = 0; frame < 3; frame++) {
        g_autoptr(LamVolume) v = load(path, frame);
        g_assert_cmpint(v->frames, ==, 3);
        for (int i = 0; i < 6; i++)
            g_assert_cmpfloat((double)v->data[i], ==, 6 * frame + i);
    }
    raw_folder_remove(folder);
}

static void test_dimensions(void)
{
    RawNifti raw = raw_nifti(2, 8, 2, 2, 1);
    raw.dim[0] = 7; /* trailing sizes of 1 say nothing */
    g_autoptr(LamVolume) v = write_and_load(&raw, (double[]){1, 2, 3, 4}, 4);
    g_assert_cmpint(v->frames, ==, 1);
    raw.dim[0] = 2; /* a slice; what stands beyond dim[0] does not count */
    raw.dim[3] = 99;
    raw.dim[5] = 0;
    g_autoptr(LamVolume) slice = write_and_load(&raw, (double[]){1, 2, 3, 4}, 4);
    g_assert_cmpint(slice->grid.size[2], ==, 1);
}

static void test_vector(void)
{
    RawNifti raw = raw_nifti(16, 32, 2, 1, 2);
    raw.dim[0] = 5;
    raw.dim[5] = 3;
    double values[12];
    for (int i = 0; i < 12; i++)
        values[i] = i - 4.5;
    g_autoptr(LamVolume) v = write_and_load(&raw, values, 12);
    g_assert_cmpint(v->channels, ==, 3);
    g_assert_cmpint(v->frames, ==, 1);
    for (int i = 0; i < 12; i++)
        g_assert_cmpfloat((double)v->data[i], ==, values[i]);
    g_assert_cmpfloat((double)lam_volume_channel(v, 2)[0], ==, 3.5);
}

static void test_data_offset(void)
{
    for (int version = 1; version <= 2; version++) {
        RawNifti raw = raw_nifti(4, 16, 2, 1, 1);
        raw.version = version;
        raw.data_at = 800; /* extensions between header and voxels */
        g_autoptr(LamVolume) v = write_and_load(&raw, (double[]){-5, 6}, 2);
        g_assert_cmpfloat((double)v->data[0], ==, -5);
        g_assert_cmpfloat((double)v->data[1], ==, 6);
    }
}

static void check_file(const RawNifti *raw, const char *write_as, const char *read_as, bool gz)
{
    char *folder = raw_folder();
    g_autofree char *to = g_build_filename(folder, write_as, NULL);
    g_autofree char *from = g_build_filename(folder, read_as, NULL);
    raw_write(raw, to, (double[]){3, -4}, 2, gz);
    g_autoptr(LamVolume) v = load(from, 0);
    g_assert_cmpfloat((double)v->data[0], ==, 3);
    g_assert_cmpfloat((double)v->data[1], ==, -4);
    raw_folder_remove(folder);
}

static void test_containers(void)
{
    for (int version = 1; version <= 2; version++) {
        RawNifti raw = raw_nifti(4, 16, 2, 1, 1);
        raw.version = version;
        check_file(&raw, "a.nii", "a.nii", false);
        check_file(&raw, "a.nii.gz", "a.nii.gz", true);
        check_file(&raw, "a.nii", "a.nii", true);        /* compressed, but not named so */
        check_file(&raw, "a.nii.gz", "a.nii.gz", false); /* named so, but not compressed */
        raw.pair = true;
        check_file(&raw, "a", "a.hdr", false);
        check_file(&raw, "a", "a.img", false);
        check_file(&raw, "a", "a.hdr.gz", true);
        check_file(&raw, "a", "a.img.gz", true);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nifti/read/types", test_types);
    g_test_add_func("/nifti/read/scaling", test_scaling);
    g_test_add_func("/nifti/read/not-finite", test_not_finite);
    g_test_add_func("/nifti/read/sform", test_sform);
    g_test_add_func("/nifti/read/qform", test_qform);
    g_test_add_func("/nifti/read/pixdim", test_pixdim);
    g_test_add_func("/nifti/read/space-conflict", test_space_conflict);
    g_test_add_func("/nifti/read/singular-sform", test_singular_sform);
    g_test_add_func("/nifti/read/units", test_units);
    g_test_add_func("/nifti/read/frames", test_frames);
    g_test_add_func("/nifti/read/dimensions", test_dimensions);
    g_test_add_func("/nifti/read/vector", test_vector);
    g_test_add_func("/nifti/read/data-offset", test_data_offset);
    g_test_add_func("/nifti/read/containers", test_containers);
    return g_test_run();
}
