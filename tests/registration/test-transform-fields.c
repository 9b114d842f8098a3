/* Fields of each convention: values worked out by hand, files written here byte by byte, headers of what we
 * write, and what must be refused. */
#include "transform-fixture.h"

#include "raw-nifti.h"

#include <lambdascope/mgh.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

/* A field on the fixed grid, written byte by byte. in_frames: (x,y,z,3). */
static char *write_field(const char *name, int intent, const char *intent_name, bool in_frames,
                         const double d[3], size_t values)
{
    g_autofree char *path = in_folder(name);
    RawNifti raw = raw_nifti(16, 32, fixed.size[0], fixed.size[1], fixed.size[2]);
    raw.dim[0] = in_frames ? 4 : 5;
    raw.dim[in_frames ? 4 : 5] = 3;
    raw.sform_code = 1;
    for (int i = 0; i < 3; i++) {
        raw.pixdim[i + 1] = 2;
        memcpy(raw.srow[i], fixed.to_world.m[i], sizeof raw.srow[i]);
    }
    g_autoptr(GByteArray) bytes = raw_header(&raw);
    gint16 code = (gint16)intent;
    memcpy(bytes->data + 68, &code, 2);
    g_strlcpy((char *)bytes->data + 328, intent_name, 16);
    size_t n = lam_grid_voxels(&fixed);
    for (size_t i = 0; i < MIN(values, 3 * n); i++)
        raw_append(bytes, &raw, d[i / n]);
    raw_write_bytes(path, bytes->data, bytes->len, false);
    return g_steal_pointer(&path);
}

static LamTransform *load_field(int intent, bool in_frames, LamConvention convention,
                                const double d[3])
{
    g_autofree char *path = write_field("f.nii", intent, "", in_frames, d, G_MAXSIZE);
    g_autoptr(GError) error = NULL;
    LamTransformFileOptions options = options_for(convention);
    LamTransform *transform = lam_transform_load(path, &options, &error);
    g_assert_no_error(error);
    return transform;
}

static void test_fields(void)
{
    const double d[3] = {1, 2, 3}, x[3] = {3, 0, 0}, i[3] = {1, 0, 0};
    g_autoptr(LamTransform) ours = load_field(1006, false, LAM_CONVENTION_AUTO, d);
    assert_point(ours, probe, -7, 6, 10);
    g_autoptr(LamTransform) itk = load_field(1007, false, LAM_CONVENTION_AUTO, d);
    assert_point(itk, probe, -9, 2, 10);
    g_autoptr(LamTransform) synthmorph = load_field(0, true, LAM_CONVENTION_FREESURFER, d);
    assert_point(synthmorph, probe, -7, 6, 10);
    /* FSL's (6,4,2) + (3,0,0) = (9,4,2) is the moving voxel (3,4/3,2/3) */
    g_autoptr(LamTransform) fnirt = load_field(2006, true, LAM_CONVENTION_AUTO, x);
    assert_point(fnirt, probe, 4 - 9, 9, 8);
    g_autoptr(LamTransform) voxel = load_field(0, true, LAM_CONVENTION_VOXEL, i);
    assert_point(voxel, probe, 4 - 6, 5 + 6, 6 + 3);
}

static void assert_field_refused(const char *name, int intent, const char *intent_name,
                                 bool in_frames, LamConvention convention, const double d[3],
                                 const char *word)
{
    g_autofree char *path = write_field(name, intent, intent_name, in_frames, d, G_MAXSIZE);
    g_autoptr(GError) error = NULL;
    LamTransformFileOptions options = options_for(convention);
    g_assert_null(lam_transform_load(path, &options, &error));
    assert_error(error, name, word);
}

static void test_fields_refused(void)
{
    const double d[3] = {1, 2, 3}, nan[3] = {1, NAN, 3};
    assert_field_refused("a.nii", 0, "", true, LAM_CONVENTION_AUTO, d, "--from");
    assert_field_refused("a.nii", 1007, "", true, LAM_CONVENTION_AUTO, d, "--from");
    assert_field_refused("a.nii", 0, "", false, LAM_CONVENTION_AUTO, d, "--from");
    assert_field_refused("a.nii", 1006, "", false, LAM_CONVENTION_ITK, d, "1007");
    assert_field_refused("a.nii", 1007, "", false, LAM_CONVENTION_LAMBDASCOPE, d, "1006");
    assert_field_refused("a.nii", 1007, "NREG_TRANS", false, LAM_CONVENTION_AUTO, d, "NiftyReg");
    assert_field_refused("a.nii", 2009, "", true, LAM_CONVENTION_FSL, d, "coefficients");
    assert_field_refused("a.nii", 1006, "", false, LAM_CONVENTION_AUTO, nan, "not finite");
    g_autofree char *cut = write_field("cut.nii", 1006, "", false, d, 100);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_transform_load(cut, NULL, &error));
    assert_error(error, "cut.nii", "cut short");
    g_clear_error(&error);
    g_autofree char *fsl = write_field("fsl.nii", 2006, "", true, d, G_MAXSIZE);
    g_assert_null(lam_transform_load(fsl, NULL, &error));
    assert_error(error, "fsl.nii", "--moving");
}

static void test_other_images_refused(void)
{
    g_autoptr(LamVolume) scan = lam_volume_new(&fixed, 1, NULL);
    g_autofree char *path = in_folder("scan.nii");
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_nifti_save(scan, path, LAM_NIFTI_FLOAT32, NULL, NULL));
    g_assert_null(lam_transform_load(path, NULL, &error));
    assert_error(error, "scan.nii", "three components");
}

/* FNIRT may store positions; as a displacement they would be nonsense. */
static void test_absolute_fnirt(void)
{
    LamMat4 shift = lam_mat4_translation(1, 0, 0);
    g_autoptr(LamTransform) near = lam_transform_new_affine(&shift);
    g_autofree char *path = in_folder("abs.nii");
    LamTransformFileOptions options = options_for(LAM_CONVENTION_FSL);
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_transform_save(near, path, &options, NULL));
    LamNiftiVectors what;
    g_autoptr(LamVolume) field = lam_nifti_load_vectors(path, &what, NULL);
    size_t n = lam_grid_voxels(&fixed), at = 0;
    for (int k = 0; k < fixed.size[2]; k++)
        for (int j = 0; j < fixed.size[1]; j++)
            for (int i = 0; i < fixed.size[0]; i++, at++) {
                field->data[at] += (float)(2 * (fixed.size[0] - 1 - i));
                field->data[n + at] += (float)(2 * j);
                field->data[2 * n + at] += (float)(2 * k);
            }
    LamNiftiSaveOptions save = {.intent = 2006, .in_frames = true};
    g_assert_true(lam_nifti_save_as(field, path, &save, NULL));
    g_assert_null(lam_transform_load(path, &options, &error));
    assert_error(error, "abs.nii", "--relout");
}

/* FreeSurfer may store positions too, in RAS or in voxels. */
static void test_absolute_freesurfer(void)
{
    LamMat4 voxel = lam_mat4_identity();
    const LamMat4 *positions[] = {&fixed.to_world, &voxel};
    g_autofree char *path = in_folder("abs.mgz");
    for (int p = 0; p < 2; p++) {
        g_autoptr(LamVolume) field = lam_volume_new(&fixed, 3, NULL);
        g_autoptr(GError) error = NULL;
        size_t n = lam_grid_voxels(&fixed), at = 0;
        for (int k = 0; k < fixed.size[2]; k++)
            for (int j = 0; j < fixed.size[1]; j++)
                for (int i = 0; i < fixed.size[0]; i++, at++)
                    for (size_t c = 0; c < 3; c++)
                        field->data[c * n + at] =
                            (float)lam_mat4_apply(positions[p], (LamVec3){{i, j, k}}).v[c];
        g_assert_true(lam_mgh_save(field, path, NULL));
        g_assert_null(lam_transform_load(path, NULL, &error));
        assert_error(error, "abs.mgz", "positions");
    }
}

/* ---- what we write ---- */

static gint16 short_at(const guint8 *bytes, size_t at)
{
    gint16 value;
    memcpy(&value, bytes + at, 2);
    return value;
}

static void test_written_headers(void)
{
    static const struct {
        LamConvention convention;
        int intent, dim[6];
    } files[] = {{LAM_CONVENTION_LAMBDASCOPE, 1006, {5, 5, 4, 3, 1, 3}},
                 {LAM_CONVENTION_ITK, 1007, {5, 5, 4, 3, 1, 3}},
                 {LAM_CONVENTION_FSL, 2006, {4, 5, 4, 3, 3, 1}},
                 {LAM_CONVENTION_FREESURFER, 0, {4, 5, 4, 3, 3, 1}},
                 {LAM_CONVENTION_VOXEL, 0, {4, 5, 4, 3, 3, 1}}};
    g_autofree char *path = in_folder("h.nii");
    g_autoptr(LamTransform) transform = wavy(&fixed, false);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *bytes = NULL;
        LamTransformFileOptions options = options_for(files[i].convention);
        g_assert_true(lam_transform_save(transform, path, &options, NULL));
        g_assert_true(g_file_get_contents(path, &bytes, NULL, NULL));
        g_assert_cmpint(short_at((guint8 *)bytes, 68), ==, files[i].intent);
        for (size_t d = 0; d < 6; d++)
            g_assert_cmpint(short_at((guint8 *)bytes, 40 + 2 * d), ==, files[i].dim[d]);
        g_assert_cmpstr(bytes + 148, ==, "a test");
    }
}

/* Where the header's voxel sizes are not the matrix's, a FNIRT field gets the header's. */
static void test_fsl_header_spacing(void)
{
    LamMat4 fixed_fsl = lam_mat4_scaling(-1.75, 2, 2.5);
    fixed_fsl.m[0][3] = 4 * 1.75;
    LamTransformFileOptions options = options_for(LAM_CONVENTION_FSL);
    options.fixed_fsl = &fixed_fsl;
    g_autofree char *path = in_folder("s.nii.gz");
    g_autoptr(LamTransform) before = wavy(&fixed, false);
    g_assert_true(lam_transform_save(before, path, &options, NULL));
    LamNiftiVectors what;
    g_autoptr(LamVolume) field = lam_nifti_load_vectors(path, &what, NULL);
    g_assert_true(what.in_frames);
    g_assert_cmpfloat(field->header_spacing_mm.v[2], ==, 2.5);
    g_assert_true(lam_grid_equal(&field->grid, &fixed, 1e-6));
    options.fixed_fsl = NULL; /* the field tells itself */
    g_autoptr(LamTransform) after = lam_transform_load(path, &options, NULL);
    assert_same(before, after, &fixed, 1e-3);
}

int main(int argc, char **argv)
{
    transform_fixture_init(&argc, &argv);
    g_test_add_func("/transform-fields/fields", test_fields);
    g_test_add_func("/transform-fields/fields-refused", test_fields_refused);
    g_test_add_func("/transform-fields/other-images-refused", test_other_images_refused);
    g_test_add_func("/transform-fields/absolute-fnirt", test_absolute_fnirt);
    g_test_add_func("/transform-fields/absolute-freesurfer", test_absolute_freesurfer);
    g_test_add_func("/transform-fields/written-headers", test_written_headers);
    g_test_add_func("/transform-fields/fsl-header-spacing", test_fsl_header_spacing);
    return transform_fixture_run();
}
