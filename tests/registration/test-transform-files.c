/* Transform files: values worked out by hand for each convention, files written here byte by byte; then
 * what we write, read back, on grids of all kinds; then files that must be refused. */
#include "raw-nifti.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/mgh.h>
#include <lambdascope/nifti.h>
#include <lambdascope/safetensors.h>
#include <lambdascope/transform_file.h>
#include <math.h>
#include <string.h>

static char *folder;

/* Axes along RAS: a positive determinant, so FSL turns x round. */
static const LamGrid fixed = {
    .size = {5, 4, 3}, .to_world = {{{2, 0, 0, -10}, {0, 2, 0, 0}, {0, 0, 2, 5}, {0, 0, 0, 1}}}};
/* LAS: FSL leaves x as it is. */
static const LamGrid moving = {
    .size = {7, 5, 6}, .to_world = {{{-3, 0, 0, 4}, {0, 3, 0, 5}, {0, 0, 3, 6}, {0, 0, 0, 1}}}};
/* The fixed voxel (1,2,1), off the middle along each axis. */
static const LamVec3 probe = {{-8, 4, 7}};

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static LamTransformFileOptions options_for(LamConvention convention)
{
    return (LamTransformFileOptions){
        .convention = convention, .fixed = &fixed, .moving = &moving, .description = "a test"};
}

static void assert_point(LamTransform *transform, LamVec3 x, double a, double b, double c)
{
    LamVec3 y = lam_transform_point(transform, x);
    g_test_message("%g %g %g", y.v[0], y.v[1], y.v[2]);
    g_assert_cmpfloat_with_epsilon(y.v[0], a, 1e-5);
    g_assert_cmpfloat_with_epsilon(y.v[1], b, 1e-5);
    g_assert_cmpfloat_with_epsilon(y.v[2], c, 1e-5);
}

static LamTransform *load_bytes(const char *name, const void *bytes, size_t n,
                                const LamTransformFileOptions *options, GError **error)
{
    g_autofree char *path = in_folder(name);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    return lam_transform_load(path, options, error);
}

static LamTransform *load_text(const char *name, const char *text, LamConvention convention)
{
    g_autoptr(GError) error = NULL;
    LamTransformFileOptions options = options_for(convention);
    LamTransform *transform = load_bytes(name, text, strlen(text), &options, &error);
    g_assert_no_error(error);
    return transform;
}

static void assert_error(GError *error, const char *name, const char *word)
{
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    if (strstr(error->message, name) == NULL || strstr(error->message, word) == NULL)
        g_error("'%s' and '%s' expected in: %s", name, word, error->message);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void assert_refused(const char *name, const char *text, LamConvention convention,
                           const char *word)
{
    g_autoptr(GError) error = NULL;
    LamTransformFileOptions options = options_for(convention);
    g_assert_null(load_bytes(name, text, strlen(text), &options, &error));
    assert_error(error, name, word);
}

/* ---- ITK ---- */

#define ITK "#Insight Transform File V1.0\n#Transform 0\n"

static void test_itk_text(void)
{
    /* a quarter turn about z, about (10,0,0), then (1,2,3): LPS (15,0,7) -> (11,7,10) */
    g_autoptr(LamTransform) affine =
        load_text("a.tfm",
                  ITK "Transform: MatrixOffsetTransformBase_double_3_3\n"
                      "Parameters: 0 -1 0 1 0 0 0 0 1 1 2 3\nFixedParameters: 10 0 0\n",
                  LAM_CONVENTION_AUTO);
    assert_point(affine, (LamVec3){{-15, 0, 7}}, -11, -7, 10);
    /* angles of 90 degrees about x and y: Rz Rx Ry takes x to y; Rz Ry Rx takes x to -z */
    g_autoptr(LamTransform) euler = load_text(
        "e.txt",
        ITK "Transform: Euler3DTransform_double_3_3\r\nParameters: "
            "1.5707963267948966 1.5707963267948966 0 0 0 0\r\nFixedParameters: 0 0 0 0\r\n",
        LAM_CONVENTION_ITK);
    assert_point(euler, (LamVec3){{-1, 0, 0}}, 0, -1, 0);
    g_autoptr(LamTransform) zyx =
        load_text("e.txt",
                  ITK "Transform: Euler3DTransform_float_3_3\nParameters: "
                      "1.5707963267948966 1.5707963267948966 0 0 0 0\nFixedParameters: 0 0 0 1",
                  LAM_CONVENTION_AUTO);
    assert_point(zyx, (LamVec3){{-1, 0, 0}}, 0, 0, -1);
}

static void test_itk_kinds(void)
{
    g_autoptr(LamTransform) similarity =
        load_text("s.tfm",
                  ITK "Transform: Similarity3DTransform_double_3_3\n"
                      "Parameters: 0 0 0.7071067811865476 1 0 0 2\nFixedParameters: 0 0 0\n",
                  LAM_CONVENTION_AUTO);
    assert_point(similarity, (LamVec3){{-1, 0, 0}}, -1, -2, 0); /* LPS x -> 2 y + x */
    g_autoptr(LamTransform) versor =
        load_text("v.tfm",
                  ITK "Transform: VersorRigid3DTransform_double_3_3\n"
                      "Parameters: 0.7071067811865476 0 0 0 0 5\nFixedParameters: 0 0 0\n",
                  LAM_CONVENTION_AUTO);
    assert_point(versor, (LamVec3){{0, -1, 0}}, 0, 0, 6); /* LPS y -> z */
    g_autoptr(LamTransform) composite = load_text(
        "c.tfm",
        ITK "Transform: CompositeTransform_double_3_3\n#Transform 1\n"
            "Transform: TranslationTransform_double_3_3\nParameters: 1 0 0\nFixedParameters:\n"
            "#Transform 2\nTransform: AffineTransform_double_3_3\n"
            "Parameters: 2 0 0 0 2 0 0 0 2 0 0 0\nFixedParameters: 0 0 0\n",
        LAM_CONVENTION_AUTO);
    assert_point(composite, (LamVec3){{-1, 0, 0}}, -3, 0, 0); /* doubled first, then moved */
    g_autoptr(LamTransform) identity = load_text(
        "i.tfm", ITK "Transform: IdentityTransform_double_3_3\nParameters: \nFixedParameters: \n",
        LAM_CONVENTION_AUTO);
    assert_point(identity, probe, -8, 4, 7);
}

static void test_itk_refused(void)
{
    static const char *const bad[][2] = {
        {"", "no transform"},
        {"Transform: AffineTransform_double_2_2\nParameters: 1 0 0 1 0 0\n", "three dimensions"},
        {"Transform: BSplineTransform_double_3_3\nParameters: 1\n", "not read"},
        {"Transform: AffineTransform_double_3_3\nParameters: 1 0 0\n", "3 parameters, 12"},
        {"Transform: AffineTransform_double_3_3\nParameters: 1 0 x 1\n", "'x'"},
        {"Transform: AffineTransform_double_3_3\nParameters: 1 0 nan 1\n", "not finite"},
        {"Transform: AffineTransform_double_3_3\nParameters: 1e999 0 0 1\n", "not finite"},
        {"Transform: AffineTransform_double_3_3\nParameters: 0 0 0 0 0 0 0 0 0 0 0 0\n",
         "inverted"},
        {"Transform: VersorRigid3DTransform_double_3_3\nParameters: 1 1 0 0 0 0\n", "versor"},
        {"Transform: TranslationTransform_double_3_3\nParameters: 1 2 3\n"
         "Transform: TranslationTransform_double_3_3\nParameters: 1 2 3\n",
         "2 transforms"},
        {"Parameters: 1 2 3\n", "without a transform"},
        {"Transform AffineTransform\n", "colon"},
        {"Transform: TranslationTransform_double_3_3\n"
         "Parameters: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n",
         "more numbers"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = g_strconcat(ITK, bad[i][0], NULL);
        assert_refused("bad.tfm", text, LAM_CONVENTION_AUTO, bad[i][1]);
    }
    assert_refused("bad.tfm", ITK "Transform: IdentityTransform_double_3_3\n", LAM_CONVENTION_FSL,
                   "itk, not fsl");
}

static void append_u32(GByteArray *b, guint32 value, bool big)
{
    value = big ? GUINT32_TO_BE(value) : GUINT32_TO_LE(value);
    g_byte_array_append(b, (const guint8 *)&value, 4);
}

static void append_vector(GByteArray *b, const char *name, const double *values, guint32 n,
                          bool big, bool single)
{
    append_u32(b, (big ? 1000u : 0u) + (single ? 10u : 0u), big);
    append_u32(b, n, big);
    append_u32(b, 1, big);
    append_u32(b, 0, big);
    append_u32(b, (guint32)strlen(name) + 1, big);
    g_byte_array_append(b, (const guint8 *)name, (guint)strlen(name) + 1);
    for (guint32 i = 0; i < n; i++) {
        float f = (float)values[i];
        guint32 half;
        guint64 whole;
        memcpy(&half, &f, 4);
        memcpy(&whole, &values[i], 8);
        whole = big ? GUINT64_TO_BE(whole) : GUINT64_TO_LE(whole);
        if (single)
            append_u32(b, half, big);
        else
            g_byte_array_append(b, (const guint8 *)&whole, 8);
    }
}

static GByteArray *matlab(bool big, bool single)
{
    static const double values[] = {0, -1, 0, 1, 0, 0, 0, 0, 1, 1, 2, 3}, centre[] = {10, 0, 0};
    GByteArray *bytes = g_byte_array_new();
    append_vector(bytes, "AffineTransform_double_3_3", values, 12, big, single);
    append_vector(bytes, "fixed", centre, 3, big, single);
    return bytes;
}

static void test_matlab(void)
{
    for (int i = 0; i < 4; i++) {
        g_autoptr(GByteArray) bytes = matlab(i & 1, i & 2);
        g_autoptr(GError) error = NULL;
        g_autoptr(LamTransform) affine =
            load_bytes("0GenericAffine.mat", bytes->data, bytes->len, NULL, &error);
        g_assert_no_error(error);
        assert_point(affine, (LamVec3){{-15, 0, 7}}, -11, -7, 10);
    }
    g_autoptr(GByteArray) bytes = matlab(false, false);
    for (guint n = 1; n < bytes->len; n++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load_bytes("cut.mat", bytes->data, n, NULL, &error));
        assert_error(error, "cut.mat", "");
    }
    guint32 many = GUINT32_TO_LE(100000);
    memcpy(bytes->data + 4, &many, 4);
    g_autoptr(GError) error = NULL;
    g_assert_null(load_bytes("many.mat", bytes->data, bytes->len, NULL, &error));
    assert_error(error, "many.mat", "100000 parameters");
}

/* ---- matrices of FSL, FreeSurfer, VoxelMorph ---- */

static void test_flirt(void)
{
    /* fixed voxel (1,2,1) is FSL's (6,4,2), x turned round; the matrix takes the moving scan's
     * (3,4,2), voxel (1,4/3,2/3), there */
    g_autoptr(LamTransform) flirt =
        load_text("a.mat", "1 0 0 3  \n0 1 0 0  \n0 0 1 0  \n0 0 0 1  \n", LAM_CONVENTION_AUTO);
    assert_point(flirt, probe, 1, 9, 8);
    /* voxel sizes of the header, not of the matrix */
    LamMat4 fixed_fsl = lam_mat4_scaling(1, 1, 1), moving_fsl = lam_mat4_scaling(1, 1, 1);
    fixed_fsl.m[0][0] = -1;
    fixed_fsl.m[0][3] = 4;
    LamTransformFileOptions options = options_for(LAM_CONVENTION_FSL);
    options.fixed_fsl = &fixed_fsl;
    options.moving_fsl = &moving_fsl;
    static const char identity[] = "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1";
    g_autoptr(LamTransform) odd =
        load_bytes("b.txt", identity, strlen(identity), &options, NULL); /* voxel (3,2,1) */
    assert_point(odd, probe, 4 - 9, 5 + 6, 6 + 3);
    assert_refused("c.txt", identity, LAM_CONVENTION_AUTO, "fsl or voxel");
    assert_refused("d.mat", "1 0 0 0\n0 1 0 0\n0 0 1 0\n", LAM_CONVENTION_FSL, "12 numbers");
    assert_refused("d.mat", "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 1 1", LAM_CONVENTION_FSL, "last row");
    assert_refused("d.mat", "1,0 0 0 0\n", LAM_CONVENTION_FSL, "'1,0'");
}

static void test_fsl_from_voxel(void)
{
    g_autoptr(LamVolume) scan = lam_volume_new(&fixed, 1, NULL);
    LamMat4 m = lam_fsl_from_voxel(scan);
    g_assert_cmpfloat(m.m[0][0], ==, -2);
    g_assert_cmpfloat(m.m[0][3], ==, 8);
    scan->header_spacing_mm = (LamVec3){{1, 1.5, 3}};
    m = lam_fsl_from_voxel(scan);
    g_assert_cmpfloat(m.m[0][3], ==, 4);
    g_assert_cmpfloat(m.m[2][2], ==, 3);
    scan->space_source = LAM_SPACE_PIXDIM;
    m = lam_fsl_from_voxel(scan);
    LamTransformFileOptions options = options_for(LAM_CONVENTION_FSL);
    options.fixed_fsl = &m;
    g_autoptr(GError) error = NULL;
    g_assert_null(load_bytes("e.mat", "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1", 31, &options, &error));
    assert_error(error, "e.mat", "no orientation");
}

static void test_voxel_matrix(void)
{
    /* fixed voxel (1,2,1) -> moving voxel (2,2,1) */
    g_autoptr(LamTransform) voxel =
        load_text("a.txt", "1 0 0 1\n0 1 0 0\n0 0 1 0\n0 0 0 1\n", LAM_CONVENTION_VOXEL);
    assert_point(voxel, probe, 4 - 6, 5 + 6, 6 + 3);
}

#define LTA_HEAD(type)                                                                             \
    "# made by hand\ntype      = " type " # comment\nnxforms   = 1\n"                              \
    "mean      = 0.0000 0.0000 0.0000\nsigma     = 1.0000\n1 4 4\n"
/* vox2ras: (-1 i + 4, k - 3, -2 j + 8), as cras is at voxel (4,4,4) */
#define LTA_SRC                                                                                    \
    "src volume info\nvalid = 1  # volume info valid\nfilename = a b.mgz\n"                        \
    "volume = 8 8 8\nvoxelsize = 1 2 1\nxras = -1 0 0\nyras = 0 0 -1\n"                            \
    "zras = 0 1 0\ncras = 0 1 0\n"
#define LTA_DST                                                                                    \
    "dst volume info\nvalid = 1\nvolume = 4 4 4\nvoxelsize = 2 2 2\nxras = 1 0 0\n"                \
    "yras = 0 1 0\nzras = 0 0 1\ncras = 0 0 0\nsubject bert\nfscale 0.15\n"

static void test_lta(void)
{
    g_autoptr(LamTransform) ras =
        load_text("r.lta", LTA_HEAD("1") "1 0 0 5\n0 1 0 0\n0 0 1 0\n0 0 0 1\n" LTA_SRC LTA_DST,
                  LAM_CONVENTION_AUTO);
    assert_point(ras, probe, -13, 4, 7); /* moving -> fixed adds 5 */
    /* source voxel (1,2,3) -> destination voxel (2,2,3), that is (3,0,4) -> (0,0,2) */
    g_autoptr(LamTransform) vox =
        load_text("v.lta", LTA_HEAD("0") "1 0 0 1\n0 1 0 0\n0 0 1 0\n0 0 0 1\n" LTA_SRC LTA_DST,
                  LAM_CONVENTION_AUTO);
    assert_point(vox, (LamVec3){{0, 0, 2}}, 3, 0, 4);
    /* without a valid geometry: that of the scans. Moving voxel (0,0,0) -> fixed voxel (1,2,1) */
    g_autoptr(LamTransform) given = load_text(
        "g.lta", LTA_HEAD("0") "1 0 0 1\n0 1 0 2\n0 0 1 1\n0 0 0 1\nsrc volume info\nvalid = 0\n",
        LAM_CONVENTION_FREESURFER);
    assert_point(given, probe, 4, 5, 6);
}

static void test_lta_refused(void)
{
    static const char unit[] = "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n";
    g_autofree char *other = g_strconcat(LTA_HEAD("14"), unit, NULL);
    assert_refused("t.lta", other, LAM_CONVENTION_AUTO, "type 14");
    assert_refused("c.lta", LTA_HEAD("1") "1 0 0 0\n0 1 0 0\n", LAM_CONVENTION_AUTO, "cut short");
    assert_refused("n.lta", "type = 1\nnxforms = 2\n1 4 4\n", LAM_CONVENTION_AUTO, "2 matrices");
    assert_refused("x.lta", LTA_HEAD("1") "1 0 0\n", LAM_CONVENTION_AUTO, "3 numbers");
    assert_refused("z.lta",
                   LTA_HEAD("0") "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\nsrc volume info\nvalid = 1\n",
                   LAM_CONVENTION_AUTO, "inverted"); /* no geometry after all */
    g_autofree char *bare = g_strconcat(LTA_HEAD("0"), unit, NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(load_bytes("b.lta", bare, strlen(bare), NULL, &error));
    assert_error(error, "b.lta", "--moving");
}

/* ---- fields ---- */

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

/* ---- there and back ---- */

static LamGrid oblique_grid(int w, int h, int d, double sx)
{
    LamMat4 scale = lam_mat4_scaling(sx, 4, 5), turn = lam_mat4_rotation(0.2, -0.1, 0.3),
            permute = {{{0, 0, 1, 3}, {1, 0, 0, -7}, {0, 1, 0, 2}, {0, 0, 0, 1}}};
    LamMat4 turned = lam_mat4_multiply(&turn, &permute);
    return (LamGrid){.size = {w, h, d}, .to_world = lam_mat4_multiply(&turned, &scale)};
}

/* An affine and a wavy field. */
static LamTransform *wavy(const LamGrid *grid, bool affine_only)
{
    LamMat4 matrix = lam_mat4_rotation(0.1, -0.2, 0.15);
    matrix.m[0][3] = 4;
    matrix.m[1][1] *= 1.1;
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&matrix);
    if (affine_only)
        return g_steal_pointer(&affine);
    g_autoptr(LamVolume) d = lam_volume_new(grid, 3, NULL);
    size_t n = 3 * lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++)
        d->data[i] = (float)(3 * sin(0.37 * (double)i));
    g_autoptr(LamTransform) field = lam_transform_new_displacement(d);
    return lam_transform_compose(field, affine);
}

static void assert_same(LamTransform *a, LamTransform *b, const LamGrid *grid, double tolerance)
{
    const int *n = grid->size;
    for (int i = 0; i < 8; i++) {
        LamVec3 voxel = {{i & 1 ? n[0] - 1 : n[0] / 2, i & 2 ? n[1] - 1 : 0, i & 4 ? n[2] - 1 : 0}};
        LamVec3 x = lam_mat4_apply(&grid->to_world, voxel);
        LamVec3 y = lam_transform_point(a, x), z = lam_transform_point(b, x);
        for (int c = 0; c < 3; c++)
            g_assert_cmpfloat_with_epsilon(y.v[c], z.v[c], tolerance);
    }
}

static void round_trip(const char *name, LamConvention convention, const LamGrid *f,
                       const LamGrid *m, bool affine_only)
{
    LamTransformFileOptions options = {.convention = convention, .fixed = f, .moving = m};
    g_autofree char *path = in_folder(name);
    g_autoptr(GError) error = NULL;
    g_autoptr(LamTransform) before = wavy(f, affine_only);
    g_assert_true(lam_transform_save(before, path, &options, &error));
    g_assert_no_error(error);
    g_autoptr(LamTransform) after = lam_transform_load(path, &options, &error);
    g_assert_no_error(error);
    bool exact = lam_transform_is_affine(after, NULL); /* matrices are text or double */
    assert_same(before, after, f, exact ? 1e-9 : 1e-3);
}

static void test_round_trips(void)
{
    const LamGrid grids[] = {fixed, moving, oblique_grid(6, 5, 7, 3), oblique_grid(5, 6, 4, -3),
                             oblique_grid(7, 6, 1, -2)};
    static const LamConvention all[] = {LAM_CONVENTION_LAMBDASCOPE, LAM_CONVENTION_ITK,
                                        LAM_CONVENTION_FSL, LAM_CONVENTION_FREESURFER,
                                        LAM_CONVENTION_VOXEL};
    static const struct {
        const char *name;
        LamConvention convention;
    } matrices[] = {{"r.txt", LAM_CONVENTION_ITK},   {"r.tfm", LAM_CONVENTION_ITK},
                    {"r.mat", LAM_CONVENTION_ITK},   {"r.mat", LAM_CONVENTION_FSL},
                    {"r.txt", LAM_CONVENTION_FSL},   {"r.lta", LAM_CONVENTION_FREESURFER},
                    {"r.txt", LAM_CONVENTION_VOXEL}, {"r.safetensors", LAM_CONVENTION_AUTO}};
    for (size_t g = 0; g < G_N_ELEMENTS(grids); g++) {
        const LamGrid *f = &grids[g], *m = &grids[(g + 1) % G_N_ELEMENTS(grids)];
        for (size_t c = 0; c < G_N_ELEMENTS(all); c++) {
            round_trip("r.nii.gz", all[c], f, m, false);
            round_trip("r.nii", all[c], f, m, true);
        }
        round_trip("r.mgz", LAM_CONVENTION_FREESURFER, f, m, false);
        round_trip("r.safetensors", LAM_CONVENTION_LAMBDASCOPE, f, m, false);
        for (size_t i = 0; i < G_N_ELEMENTS(matrices); i++)
            round_trip(matrices[i].name, matrices[i].convention, f, m, true);
    }
}

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

/* ---- chains ---- */

static void assert_same_volume(const LamVolume *a, const LamVolume *b)
{
    g_assert_true(lam_grid_equal(&a->grid, &b->grid, 0));
    size_t bytes = 3 * lam_grid_voxels(&a->grid) * sizeof(float);
    g_assert_cmpmem(a->data, bytes, b->data, bytes);
}

static void test_native_is_exact(void)
{
    LamGrid grid = oblique_grid(6, 5, 4, 3), flat = oblique_grid(5, 4, 1, 1.0 / 3);
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 3, NULL);
    for (size_t i = 0; i < 3 * lam_grid_voxels(&grid); i++)
        v->data[i] = (float)sin((double)i);
    g_autoptr(LamTransform) flow = lam_transform_new_flow(v, -1.0 / 3, NULL);
    g_autoptr(LamTransform) rest = wavy(&flat, false);
    g_autoptr(LamTransform) before = lam_transform_compose(flow, rest);
    g_autofree char *path = in_folder("c.safetensors");
    g_assert_true(lam_transform_save(before, path, NULL, NULL));
    g_autoptr(LamTransform) after = lam_transform_load(path, NULL, NULL);
    g_assert_cmpint(after->count, ==, 3);
    g_assert_cmpfloat(after->step[0].time, ==, -1.0 / 3);
    assert_same_volume(after->step[0].velocity, before->step[0].velocity);
    for (int s = 0; s < 2; s++)
        assert_same_volume(after->step[s].displacement, before->step[s].displacement);
    g_assert_null(after->step[1].velocity);
    g_assert_cmpmem(&after->step[2].matrix, sizeof(LamMat4), &before->step[2].matrix,
                    sizeof(LamMat4));
    g_autoptr(LamTransform) nothing = lam_transform_new_identity();
    g_assert_true(lam_transform_save(nothing, path, NULL, NULL));
    g_autoptr(LamTransform) still = lam_transform_load(path, NULL, NULL);
    g_assert_cmpint(still->count, ==, 0);
}

/* An inverse step keeps what it inverts, which may lie on another grid. */
static void test_native_inverse(void)
{
    LamGrid grid = oblique_grid(6, 5, 4, 3);
    g_autoptr(LamVolume) d = lam_volume_new(&grid, 3, NULL);
    for (size_t i = 0; i < 3 * lam_grid_voxels(&grid); i++)
        d->data[i] = (float)(0.5 * sin((double)i));
    g_autoptr(LamTransform) field = lam_transform_new_displacement(d);
    g_autoptr(LamTransform) before = lam_transform_inverse(field, NULL, NULL);
    g_autofree char *path = in_folder("i.safetensors");
    g_assert_true(lam_transform_save(before, path, NULL, NULL));
    g_autoptr(LamTransform) after = lam_transform_load(path, NULL, NULL);
    assert_same_volume(after->step[0].displacement, before->step[0].displacement);
    assert_same_volume(after->step[0].undoes, d);
    LamVec3 x = lam_grid_centre_mm(&grid);
    LamVec3 y = lam_transform_point(after, x), z = lam_transform_point(before, x);
    g_assert_cmpmem(&y, sizeof y, &z, sizeof z);
}

typedef void (*Spoil)(LamSafetensors *file);

static void keep(LamSafetensors *file)
{
}

static void no_version(LamSafetensors *file)
{
    lam_safetensors_set_metadata(file, "transform", "2");
}

static void many_steps(LamSafetensors *file)
{
    lam_safetensors_set_metadata(file, "steps", "1000000000");
}

static void bad_matrix(LamSafetensors *file)
{
    lam_safetensors_set_metadata(file, "step.0.matrix", "1 0 0 0 0 0 0 0 0 0 1 0 0 0 0 1");
}

static void bad_kind(LamSafetensors *file)
{
    lam_safetensors_set_metadata(file, "step.0", "spline");
}

static void extra_tensor(LamSafetensors *file)
{
    lam_safetensors_add(file, "more", 1, (size_t[]){1}, (float[]){0}, NULL);
}

static void other_velocity(LamSafetensors *file)
{
    float zero[3] = {0};
    lam_safetensors_set_metadata(file, "step.0.time", "1");
    lam_safetensors_add(file, "step.0.velocity", 4, (size_t[]){3, 1, 1, 1}, zero, NULL);
}

static void flat_velocity(LamSafetensors *file)
{
    lam_safetensors_add(file, "step.0.velocity", 1, (size_t[]){3}, (float[]){0, 0, 0}, NULL);
}

static void test_native_refused(void)
{
    static const struct {
        Spoil spoil;
        const char *word;
    } cases[] = {{keep, NULL},
                 {no_version, "layout 2"},
                 {many_steps, "steps"},
                 {bad_matrix, "inverted"},
                 {bad_kind, "neither"},
                 {extra_tensor, "no step"},
                 {other_velocity, "differ in size"},
                 {flat_velocity, "[3,D,H,W]"}};
    g_autofree char *path = in_folder("bad.safetensors");
    float d[24] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LamSafetensors) file = lam_safetensors_new();
        g_autoptr(GError) error = NULL;
        lam_safetensors_set_metadata(file, "transform", "1");
        lam_safetensors_set_metadata(file, "steps", "1");
        lam_safetensors_set_metadata(file, "step.0", "field");
        lam_safetensors_set_metadata(file, "step.0.matrix", "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1");
        lam_safetensors_add(file, "step.0.displacement", 4, (size_t[]){3, 2, 2, 2}, d, NULL);
        cases[i].spoil(file);
        g_assert_true(lam_safetensors_save(file, path, LAM_STORE_F32, NULL));
        g_autoptr(LamTransform) transform = lam_transform_load(path, NULL, &error);
        if (cases[i].word == NULL)
            g_assert_no_error(error);
        else
            assert_error(error, "bad.safetensors", cases[i].word);
        g_assert_true((transform == NULL) == (cases[i].word != NULL));
    }
    g_autoptr(LamSafetensors) empty = lam_safetensors_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_safetensors_save(empty, path, LAM_STORE_F32, NULL));
    g_assert_null(lam_transform_load(path, NULL, &error));
    assert_error(error, "bad.safetensors", "not a transform");
}

/* ---- names and what is missing ---- */

static void assert_not_saved(LamTransform *transform, const char *name,
                             const LamTransformFileOptions *options, const char *word)
{
    g_autofree char *path = in_folder(name);
    g_autoptr(GError) error = NULL;
    g_assert_false(lam_transform_save(transform, path, options, &error));
    assert_error(error, name, word);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_saving_refused(void)
{
    g_autoptr(LamTransform) affine = wavy(&fixed, true);
    g_autoptr(LamTransform) field = wavy(&fixed, false);
    LamTransformFileOptions none = {0}, itk = options_for(LAM_CONVENTION_ITK),
                            fsl = {.convention = LAM_CONVENTION_FSL, .fixed = &fixed};
    assert_not_saved(affine, "save.txt", &none, "--to");
    assert_not_saved(affine, "save.mat", &none, "--to");
    assert_not_saved(affine, "save.png", &none, "must end in");
    assert_not_saved(affine, "save.lta", &itk, "itk convention");
    assert_not_saved(affine, "save.lta", &none, "--fixed");
    assert_not_saved(affine, "save.nii.gz", &none, "--fixed");
    assert_not_saved(affine, "save.mat", &fsl, "--moving");
    assert_not_saved(field, "save.nii.gz", &fsl, "--moving");
    assert_not_saved(field, "save.tfm", &itk, "not affine");
    assert_not_saved(affine, "none/n.tfm", &itk, "cannot write");
}

static void test_loading_refused(void)
{
    static const char *const bad[][2] = {
        {"", "empty"},
        {"\x89HDF\r\n", "HDF5"},
        {"MNI Transform File\n", ".xfm"},
        {"(Transform \"AffineTransform\")\n", "elastix"},
        {"hello", "no transform file"},
        {"\xff\xfe\x80", "no transform file"},
        {"1 2 3", "3 numbers"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused("odd.txt", bad[i][0], LAM_CONVENTION_AUTO, bad[i][1]);
    g_autofree char *large = g_strnfill((1 << 20) + 1, ' ');
    assert_refused("large.txt", large, LAM_CONVENTION_AUTO, "1 MiB");
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_transform_load("/dev/zero", NULL, &error));
    assert_error(error, "/dev/zero", "regular");
    g_clear_error(&error);
    g_assert_null(lam_transform_load("nowhere.tfm", NULL, &error));
    assert_error(error, "nowhere.tfm", "No such file");
}

static void test_names_of_conventions(void)
{
    LamConvention c;
    g_autoptr(GError) error = NULL;
    g_assert_true(lam_convention_parse("FreeSurfer", &c, NULL) && c == LAM_CONVENTION_FREESURFER);
    g_assert_false(lam_convention_parse("spm", &c, &error));
    assert_error(error, "spm", "itk");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = raw_folder();
    g_test_add_func("/transform-files/itk-text", test_itk_text);
    g_test_add_func("/transform-files/itk-kinds", test_itk_kinds);
    g_test_add_func("/transform-files/itk-refused", test_itk_refused);
    g_test_add_func("/transform-files/matlab", test_matlab);
    g_test_add_func("/transform-files/flirt", test_flirt);
    g_test_add_func("/transform-files/fsl-from-voxel", test_fsl_from_voxel);
    g_test_add_func("/transform-files/voxel-matrix", test_voxel_matrix);
    g_test_add_func("/transform-files/lta", test_lta);
    g_test_add_func("/transform-files/lta-refused", test_lta_refused);
    g_test_add_func("/transform-files/fields", test_fields);
    g_test_add_func("/transform-files/fields-refused", test_fields_refused);
    g_test_add_func("/transform-files/other-images-refused", test_other_images_refused);
    g_test_add_func("/transform-files/absolute-fnirt", test_absolute_fnirt);
    g_test_add_func("/transform-files/absolute-freesurfer", test_absolute_freesurfer);
    g_test_add_func("/transform-files/round-trips", test_round_trips);
    g_test_add_func("/transform-files/written-headers", test_written_headers);
    g_test_add_func("/transform-files/fsl-header-spacing", test_fsl_header_spacing);
    g_test_add_func("/transform-files/native-is-exact", test_native_is_exact);
    g_test_add_func("/transform-files/native-inverse", test_native_inverse);
    g_test_add_func("/transform-files/native-refused", test_native_refused);
    g_test_add_func("/transform-files/saving-refused", test_saving_refused);
    g_test_add_func("/transform-files/loading-refused", test_loading_refused);
    g_test_add_func("/transform-files/names-of-conventions", test_names_of_conventions);
    int status = g_test_run();
    raw_folder_remove(folder);
    return status;
}
