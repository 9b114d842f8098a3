/* What is measured of a scan before a network sees it: amounts known in advance. */
#include <lambdascope/error.h>
#include <lambdascope/preparation.h>

#include <math.h>

/* An ellipsoid of the given half axes around a centre, in a box of air. */
static LamVolume *ellipsoid(const double half_mm[3], LamVec3 centre_mm, double spacing_mm,
                            float air)
{
    int size[3] = {(int)(260 / spacing_mm), (int)(260 / spacing_mm), (int)(260 / spacing_mm)};
    LamGrid grid = lam_grid_centred(size, spacing_mm, centre_mm);
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    float *value = v->data;
    for (int k = 0; k < size[2]; k++)
        for (int j = 0; j < size[1]; j++)
            for (int i = 0; i < size[0]; i++, value++) {
                LamVec3 p = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double r = 0;
                for (int a = 0; a < 3; a++)
                    r += pow((p.v[a] - centre_mm.v[a]) / half_mm[a], 2);
                *value = r < 1 ? 100 : air;
            }
    v->space_source = LAM_SPACE_SFORM;
    return v;
}

static const LamPreparationTarget target = {
    .size = {80, 96, 80}, .spacing_mm = 2, .expects_brain = true};

static LamPreparation measure(const LamVolume *scan)
{
    GError *error = NULL;
    LamPreparation p;
    g_assert_true(lam_preparation_measure(scan, &target, &p, &error));
    g_assert_no_error(error);
    return p;
}

static void test_brain(void)
{
    const double half_mm[3] = {60, 75, 55};
    LamVec3 centre = {{-40, 12, 300}};
    g_autoptr(LamVolume) v = ellipsoid(half_mm, centre, 1.25, 0);
    LamPreparation p = measure(v);
    double litres = 4 / 3.0 * G_PI * 60 * 75 * 55 / 1e6;
    g_assert_cmpfloat_with_epsilon(p.foreground_litres, litres, 0.02);
    g_assert_cmpfloat(p.foreground_share, ==, 1);
    g_assert_cmpfloat(p.top, ==, 100);
    g_assert_cmpfloat_with_epsilon(p.threshold, 20, 1e-9);
    g_assert_cmpint(p.subject, ==, LAM_SUBJECT_BRAIN);
    g_assert_cmpuint(p.warnings, ==, 0);
    g_assert_cmpfloat(p.outside_percent, ==, 0);
    for (int a = 0; a < 3; a++) { /* all but the caps, of a hundredth each */
        g_assert_cmpfloat(p.extent_mm[a], >, 2 * half_mm[a] * 0.85);
        g_assert_cmpfloat(p.extent_mm[a], <, 2 * half_mm[a] * 0.95);
        /* 1.25 mm seen as a Gaussian, widened to 2 mm */
        g_assert_cmpfloat_with_epsilon(p.smoothing_mm[a], sqrt(4 - 1.5625) / 2.354820045, 1e-6);
    }
    LamVec3 middle = lam_grid_centre_mm(&p.box);
    for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon(middle.v[a], centre.v[a], 1);
}

/* Share of a ball of radius 1 below the height u. */
static double share_below(double u)
{
    u = CLAMP(u, -1, 1);
    return (2 + 3 * u - u * u * u) / 4;
}

/* A long ellipsoid is taller than the box, which is placed by its top: there the brain is. Air is not
 * zero. */
static void test_head(void)
{
    const double half_mm[3] = {80, 100, 120};
    g_autoptr(LamVolume) v = ellipsoid(half_mm, (LamVec3){{0}}, 2, 3);
    v->frames = 4;
    v->space_conflict_mm = 5;
    LamPreparation p = measure(v);
    g_assert_cmpint(p.subject, ==, LAM_SUBJECT_HEAD);
    g_assert_cmpfloat_with_epsilon(p.foreground_litres, 4 / 3.0 * G_PI * 80 * 100 * 120 / 1e6,
                                   0.05);
    double z = lam_grid_centre_mm(&p.box).v[2];
    double outside = 100 * (share_below((z - 80) / 120) + 1 - share_below((z + 80) / 120));
    g_assert_cmpfloat(z, >, 20);
    g_assert_cmpfloat_with_epsilon(p.outside_percent, outside, 2);
    g_assert_cmpuint(p.warnings, ==,
                     LAM_WARN_HEAD | LAM_WARN_OUTSIDE | LAM_WARN_CONFLICT | LAM_WARN_FRAME);
    v->frame_chosen = true;
    LamPreparationTarget heads = target;
    heads.expects_brain = false;
    heads.size[2] = 200;
    g_assert_true(lam_preparation_measure(v, &heads, &p, NULL));
    g_assert_cmpuint(p.warnings, ==, LAM_WARN_CONFLICT);
}

/* A single slice is neither, and says nothing of the space. */
static void test_slice(void)
{
    LamGrid grid = {.size = {4, 4, 1}, .to_world = lam_mat4_identity()};
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    v->space_source = LAM_SPACE_PIXDIM;
    for (int i = 0; i < 16; i++)
        v->data[i] = (float)(i - 3);
    LamPreparation p = measure(v);
    g_assert_cmpint(p.subject, ==, LAM_SUBJECT_UNKNOWN);
    g_assert_cmpuint(p.warnings, ==, LAM_WARN_NO_ORIENTATION);
    g_assert_cmpfloat_with_epsilon(p.clipped_percent, 100 * 3 / 16.0, 1e-9); /* the negative ones */
}

static void test_empty(void)
{
    LamGrid grid = {.size = {4, 4, 2}, .to_world = lam_mat4_identity()};
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    LamPreparation p;
    GError *error = NULL;
    g_assert_false(lam_preparation_measure(v, NULL, &p, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/preparation/brain", test_brain);
    g_test_add_func("/preparation/head", test_head);
    g_test_add_func("/preparation/slice", test_slice);
    g_test_add_func("/preparation/empty", test_empty);
    return g_test_run();
}
