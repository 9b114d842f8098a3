/* Matrices of each convention: values worked out by hand, files written here byte by byte, and what must be
 * refused. */
#include "transform-fixture.h"

#include <string.h>

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

/* ---- FSL, FreeSurfer, VoxelMorph ---- */

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

int main(int argc, char **argv)
{
    transform_fixture_init(&argc, &argv);
    g_test_add_func("/transform-matrices/itk-text", test_itk_text);
    g_test_add_func("/transform-matrices/itk-kinds", test_itk_kinds);
    g_test_add_func("/transform-matrices/itk-refused", test_itk_refused);
    g_test_add_func("/transform-matrices/matlab", test_matlab);
    g_test_add_func("/transform-matrices/flirt", test_flirt);
    g_test_add_func("/transform-matrices/fsl-from-voxel", test_fsl_from_voxel);
    g_test_add_func("/transform-matrices/voxel-matrix", test_voxel_matrix);
    g_test_add_func("/transform-matrices/lta", test_lta);
    g_test_add_func("/transform-matrices/lta-refused", test_lta_refused);
    return transform_fixture_run();
}
