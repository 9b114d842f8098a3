/* Inverses of fields and chains, and parts of their course. */
#include <lambdascope/transform.h>
#include <math.h>
#include <string.h>

static double distance(LamVec3 a, LamVec3 b)
{
    return sqrt(pow(a.v[0] - b.v[0], 2) + pow(a.v[1] - b.v[1], 2) + pow(a.v[2] - b.v[2], 2));
}

/* Oblique, flipped, anisotropic, its centre at 0. */
static LamGrid oblique_grid(int w, int h, int d)
{
    LamMat4 turn = lam_mat4_rotation(0.5, -0.4, 0.8), scale = lam_mat4_scaling(-3, 4, 6);
    LamGrid grid = {{w, h, d}, lam_mat4_multiply(&turn, &scale)};
    LamVec3 centre = lam_grid_centre_mm(&grid);
    for (int a = 0; a < 3; a++)
        grid.to_world.m[a][3] -= centre.v[a];
    return grid;
}

static LamVec3 wave(LamVec3 x, double size)
{
    return (LamVec3){{size * sin(x.v[1] / 14), size * cos(x.v[2] / 12 + x.v[0] / 17),
                      size * sin(x.v[0] / 15 - x.v[1] / 20)}};
}

/* x -> matrix (x + wave(x)), less x; matrix may be NULL. */
static LamVolume *wavy(const LamGrid *grid, double size, const LamMat4 *matrix)
{
    LamVolume *field = lam_volume_new(grid, 3, NULL);
    size_t at = 0;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++, at++) {
                LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
                LamVec3 y = wave(x, size);
                for (int c = 0; c < 3; c++)
                    y.v[c] += x.v[c];
                if (matrix != NULL)
                    y = lam_mat4_apply(matrix, y);
                for (int c = 0; c < 3; c++)
                    lam_volume_channel(field, c)[at] = (float)(y.v[c] - x.v[c]);
            }
    return field;
}

static LamMat4 some_affine(double angle)
{
    LamMat4 turn = lam_mat4_rotation(angle, 0.2, -angle), scale = lam_mat4_scaling(1.3, 0.8, 1.1);
    LamMat4 shift = lam_mat4_translation(40, -100, 25), m = lam_mat4_multiply(&turn, &scale);
    return lam_mat4_multiply(&shift, &m);
}

#define SIDE 9

/* Largest |back(there(x)) - x| over a lattice around 0. */
static double round_trip(const LamTransform *there, const LamTransform *back, double reach)
{
    LamVec3 start[SIDE * SIDE * SIDE], end[SIDE * SIDE * SIDE];
    double worst = 0;
    for (int i = 0; i < SIDE * SIDE * SIDE; i++)
        start[i] = end[i] =
            (LamVec3){{reach * (i % SIDE - 4) / 4.3, reach * (i / SIDE % SIDE - 4) / 4.1,
                       reach * (i / SIDE / SIDE - 4) / 4.7}};
    g_assert_true(lam_transform_points(there, end, G_N_ELEMENTS(end), NULL));
    g_assert_true(lam_transform_points(back, end, G_N_ELEMENTS(end), NULL));
    for (int i = 0; i < SIDE * SIDE * SIDE; i++)
        worst = fmax(worst, distance(start[i], end[i]));
    return worst;
}

static void test_affine(void)
{
    LamMat4 m = some_affine(0.7);
    g_autoptr(LamTransform) there = lam_transform_new_affine(&m);
    g_autoptr(LamTransform) back = lam_transform_inverse(there, NULL, NULL);
    g_assert_true(lam_transform_is_affine(back, NULL));
    g_assert_cmpfloat(round_trip(there, back, 100), <, 1e-9);
    LamMat4 flat = lam_mat4_scaling(1, 0, 1);
    g_autoptr(LamTransform) singular = lam_transform_new_affine(&flat);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_transform_inverse(singular, NULL, &error));
    g_assert_nonnull(strstr(error->message, "singular"));
}

/* A flow, an affine, a plain displacement and an affine again; each inverse is met to a micrometre. */
static void test_chain(void)
{
    LamGrid grid = oblique_grid(31, 25, 17);
    LamMat4 first = some_affine(0.1), second = lam_mat4_translation(-40, 100, -25);
    g_autoptr(LamVolume) velocity = wavy(&grid, 5, NULL);
    g_autoptr(LamVolume) field = wavy(&grid, 4, NULL);
    g_autoptr(LamTransform) chain = lam_transform_new_flow(velocity, 1, NULL);
    const LamMat4 *matrices[] = {&first, &second};
    for (int m = 0; m < 2; m++) {
        g_autoptr(LamTransform) affine = lam_transform_new_affine(matrices[m]);
        LamTransform *longer = lam_transform_compose(chain, affine);
        lam_transform_unref(chain);
        chain = longer;
    }
    g_autoptr(LamTransform) plain = lam_transform_new_displacement(field);
    g_autoptr(LamTransform) all = lam_transform_compose(chain, plain);
    LamInverseReport report;
    g_autoptr(LamTransform) back = lam_transform_inverse(all, &report, NULL);
    g_assert_cmpint(all->count, ==, 3);
    g_assert_cmpuint(report.points, >, 10000);
    g_assert_cmpuint(report.open, ==, 0);
    g_assert_cmpfloat(report.largest_mm, <, 1e-3);
    g_assert_cmpfloat(round_trip(all, back, 25), <, 3e-3);
    g_autoptr(LamTransform) again = lam_transform_inverse(back, NULL, NULL);
    LamVec3 x = {{3, -8, 11}};
    g_assert_cmpfloat(distance(lam_transform_point(again, x), lam_transform_point(all, x)), <,
                      1e-9);
    g_assert_cmpfloat(round_trip(back, again, 15), <, 3e-3);
}

/* A field that holds a quarter turn and a shift: a plain fixed point would diverge. */
static void test_field_with_a_large_affine(void)
{
    LamGrid grid = oblique_grid(30, 22, 15);
    LamMat4 m = some_affine(G_PI / 2);
    g_autoptr(LamVolume) field = wavy(&grid, 3, &m);
    LamInverseReport report;
    g_autoptr(LamVolume) inverse = lam_field_inverse(field, NULL, &report, NULL);
    g_autoptr(LamTransform) there = lam_transform_new_displacement(field);
    g_autoptr(LamTransform) back = lam_transform_new_displacement(inverse);
    /* every point of the field has its place in the inverse's grid */
    g_assert_cmpfloat(lam_transform_coverage(there, &grid, NULL), ==, 1);
    g_autoptr(LamTransform) round = lam_transform_compose(there, back);
    g_assert_cmpfloat(lam_transform_coverage(round, &grid, NULL), >, 0.999);
    g_assert_cmpuint(report.open, ==, 0);
    g_assert_cmpfloat(report.mean_mm, >, 0);
    g_assert_cmpfloat(report.mean_mm, <, 0.4);
    g_assert_cmpfloat(round_trip(there, back, 20), <, 0.6);
    g_autoptr(LamTransform) exact = lam_transform_inverse(there, NULL, NULL);
    g_assert_cmpfloat(round_trip(there, exact, 20), <, 3e-3);
}

/* On a grid that was asked for, each of its points is met exactly. */
static void test_on_a_grid(void)
{
    LamGrid grid = oblique_grid(25, 21, 13);
    LamGrid target = lam_grid_centred((int[3]){9, 7, 11}, 2.5, (LamVec3){{1, 2, 3}});
    g_autoptr(LamVolume) field = wavy(&grid, 4, NULL);
    g_autoptr(LamVolume) inverse = lam_field_inverse(field, &target, NULL, NULL);
    g_autoptr(LamTransform) there = lam_transform_new_displacement(field);
    g_autoptr(LamTransform) back = lam_transform_new_displacement(inverse);
    g_assert_true(lam_grid_equal(&inverse->grid, &target, 0));
    for (int i = 0; i < 9; i++) {
        LamVec3 y = lam_mat4_apply(&target.to_world, (LamVec3){{i, i % 7, i}});
        LamVec3 x = lam_transform_point(back, y);
        g_assert_cmpfloat(distance(lam_transform_point(there, x), y), <, 1e-3);
    }
}

static void test_slice(void)
{
    LamGrid grid = {{40, 30, 1}, lam_mat4_scaling(2, -3, 5)};
    g_autoptr(LamVolume) field = wavy(&grid, 2, NULL);
    memset(lam_volume_channel(field, 2), 0, 40 * 30 * sizeof(float));
    LamInverseReport report;
    g_autoptr(LamVolume) inverse = lam_field_inverse(field, NULL, &report, NULL);
    g_assert_cmpint(inverse->grid.size[2], ==, 1);
    g_assert_cmpuint(report.open, ==, 0);
    g_autoptr(LamTransform) there = lam_transform_new_displacement(field);
    g_autoptr(LamTransform) back = lam_transform_inverse(there, NULL, NULL);
    LamVec3 x = {{33, -41, 0}};
    g_assert_cmpfloat(distance(lam_transform_point(back, lam_transform_point(there, x)), x), <,
                      2e-3);
}

static void test_identity_and_one_voxel(void)
{
    LamGrid grid = oblique_grid(5, 4, 3), one = {{1, 1, 1}, lam_mat4_identity()};
    g_autoptr(LamVolume) none = lam_volume_new(&grid, 3, NULL);
    g_autoptr(LamVolume) inverse = lam_field_inverse(none, NULL, NULL, NULL);
    g_assert_true(lam_grid_equal(&inverse->grid, &grid, 1e-9));
    for (int i = 0; i < 3 * 60; i++)
        g_assert_cmpfloat(fabs((double)inverse->data[i]), <, 1e-6);
    g_autoptr(LamVolume) shift = lam_volume_new(&one, 3, NULL);
    shift->data[1] = 7;
    g_autoptr(LamVolume) back = lam_field_inverse(shift, NULL, NULL, NULL);
    g_assert_cmpfloat((double)back->data[1], ==, -7);
}

/* Where the field folds nothing diverges, and the report tells. */
static void test_folds(void)
{
    LamGrid grid = oblique_grid(20, 18, 12);
    g_autoptr(LamVolume) field = wavy(&grid, 40, NULL);
    LamFieldStatistics statistics;
    LamInverseReport report;
    g_assert_true(lam_field_statistics(field, &statistics, NULL, NULL));
    g_assert_cmpfloat(statistics.fold_percent, >, 5);
    g_autoptr(LamVolume) inverse = lam_field_inverse(field, &grid, &report, NULL);
    g_assert_cmpuint(report.open, >, 0);
    g_assert_cmpuint(report.open, <=, report.points);
    g_assert_cmpfloat(report.largest_mm, >, 0.1);
    for (size_t i = 0; i < 3 * lam_grid_voxels(&grid); i++)
        g_assert_cmpfloat(fabs((double)inverse->data[i]), <, 500);
}

/* All points thrown onto one, or far apart: no endless loop, no vast grid. */
static void test_hopeless(void)
{
    LamGrid grid = oblique_grid(9, 8, 7);
    g_autoptr(LamVolume) collapsed = lam_volume_new(&grid, 3, NULL);
    g_autoptr(LamVolume) scattered = lam_volume_new(&grid, 3, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    g_autoptr(GError) error = NULL;
    LamInverseReport report;
    for (int i = 0; i < 504; i++) {
        LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i % 9, i / 9 % 8, i / 72}});
        for (int c = 0; c < 3; c++) {
            lam_volume_channel(collapsed, c)[i] = (float)-x.v[c];
            lam_volume_channel(scattered, c)[i] = (float)g_rand_double_range(random, -1e7, 1e7);
        }
    }
    g_autoptr(LamVolume) inverse = lam_field_inverse(collapsed, &grid, &report, NULL);
    for (int i = 0; i < 3 * 504; i++)
        g_assert_true(isfinite(inverse->data[i]));
    g_assert_cmpuint(report.points, <, 30); /* nothing but the one point is reached */
    g_assert_null(lam_field_inverse(scattered, NULL, NULL, &error));
    g_assert_nonnull(strstr(error->message, "too far"));
}

/* ---- composition ---- */

static double pattern(LamVec3 y)
{
    return sin(y.v[0] / 3 + y.v[1] / 5) + cos(y.v[2] / 4 - y.v[0] / 6);
}

static LamVolume *pattern_image(const LamGrid *grid)
{
    LamVolume *v = lam_volume_new(grid, 1, NULL);
    size_t w = (size_t)grid->size[0], h = (size_t)grid->size[1], n = lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++) {
        LamVec3 p = {{(double)(i % w), (double)(i / w % h), (double)(i / w / h)}};
        v->data[i] = (float)pattern(lam_mat4_apply(&grid->to_world, p));
    }
    return v;
}

/* Mean square error against the pattern itself at T(x). */
static double image_error(const LamVolume *image, const LamTransform *t)
{
    size_t w = (size_t)image->grid.size[0], h = (size_t)image->grid.size[1];
    size_t n = lam_grid_voxels(&image->grid);
    g_autofree LamVec3 *x = g_new(LamVec3, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        LamVec3 p = {{(double)(i % w), (double)(i / w % h), (double)(i / w / h)}};
        x[i] = lam_mat4_apply(&image->grid.to_world, p);
    }
    g_assert_true(lam_transform_points(t, x, n, NULL));
    for (size_t i = 0; i < n; i++)
        sum += pow((double)image->data[i] - pattern(x[i]), 2) / (double)n;
    return sum;
}

/* At once is as good as one after the other for points, and better for images. */
static void test_composition(void)
{
    LamGrid grid = oblique_grid(25, 21, 15);
    LamGrid inner = lam_grid_centred((int[3]){20, 22, 18}, 1.5, (LamVec3){{1, 0, -1}});
    LamGrid middle = lam_grid_centred((int[3]){50, 48, 46}, 1.2, (LamVec3){{0, 0, 0}});
    LamGrid outer = lam_grid_centred((int[3]){70, 70, 70}, 1, (LamVec3){{0, 0, 0}});
    LamMat4 m = lam_mat4_rotation(0.1, -0.05, 0.1);
    g_autoptr(LamVolume) d = wavy(&grid, 3, NULL);
    g_autoptr(LamVolume) e = wavy(&grid, 2, &m);
    g_autoptr(LamTransform) a = lam_transform_new_flow(d, 1, NULL);
    g_autoptr(LamTransform) b = lam_transform_new_displacement(e);
    g_autoptr(LamTransform) ab = lam_transform_compose(a, b);
    LamVec3 x = {{4, -9, 2}};
    g_assert_cmpfloat(
        distance(lam_transform_point(ab, x), lam_transform_point(b, lam_transform_point(a, x))), <,
        1e-12);
    g_autoptr(LamVolume) image = pattern_image(&outer);
    g_autoptr(LamVolume) once = lam_transform_resample(ab, image, &inner, LAM_LINEAR, 0, NULL);
    g_autoptr(LamVolume) first = lam_transform_resample(b, image, &middle, LAM_LINEAR, 0, NULL);
    g_autoptr(LamVolume) twice = lam_transform_resample(a, first, &inner, LAM_LINEAR, 0, NULL);
    g_autoptr(LamVolume) cubic = lam_transform_resample(ab, image, &inner, LAM_CUBIC, 0, NULL);
    g_assert_cmpfloat(image_error(once, ab), <, 1e-3);
    g_assert_cmpfloat(2 * image_error(once, ab), <, image_error(twice, ab));
    g_assert_cmpfloat(100 * image_error(cubic, ab), <, image_error(once, ab));
}

/* ---- course ---- */

static void test_half_way(void)
{
    LamGrid grid = oblique_grid(41, 31, 21);
    g_autoptr(LamVolume) velocity = wavy(&grid, 3, NULL);
    g_autoptr(LamTransform) whole = lam_transform_new_flow(velocity, 1, NULL);
    g_autoptr(LamTransform) half = lam_transform_at(whole, 0.5, NULL);
    g_autoptr(LamTransform) twice = lam_transform_compose(half, half);
    g_autoptr(LamTransform) none = lam_transform_at(whole, 0, NULL);
    g_autoptr(LamTransform) all = lam_transform_at(whole, 1, NULL);
    LamVec3 x = {{5, -7, 9}}, y = lam_transform_point(whole, x);
    g_assert_cmpfloat(distance(x, y), >, 2);
    g_assert_cmpfloat(distance(lam_transform_point(twice, x), y), <, 0.1);
    g_assert_cmpfloat(distance(lam_transform_point(none, x), x), <, 1e-6);
    g_assert_cmpfloat(distance(lam_transform_point(all, x), y), ==, 0);
}

static void test_half_of_the_rest(void)
{
    LamGrid grid = oblique_grid(15, 15, 15);
    LamMat4 m = lam_mat4_translation(10, 0, 0);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    size_t n = lam_grid_voxels(&grid);
    for (size_t i = 0; i < n; i++)
        field->data[n + i] = 6;
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&m);
    g_autoptr(LamTransform) plain = lam_transform_new_displacement(field);
    g_autoptr(LamTransform) chain = lam_transform_compose(affine, plain);
    g_autoptr(LamTransform) part = lam_transform_at(chain, 0.25, NULL);
    LamVec3 x = {{0}}, wanted = {{10, 1.5, 0}};
    g_assert_cmpfloat(distance(lam_transform_point(part, x), wanted), <, 1e-5);
    static const double wrong[] = {-0.1, 1.1, NAN};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_transform_at(chain, wrong[i], &error));
        g_assert_nonnull(strstr(error->message, "between 0 and 1"));
    }
}

/* Part of an inverse: inverse of the part. */
static void test_part_of_an_inverse(void)
{
    LamGrid grid = oblique_grid(25, 21, 17);
    g_autoptr(LamVolume) v = wavy(&grid, 4, NULL);
    g_autoptr(LamTransform) flow = lam_transform_new_flow(v, 1, NULL);
    g_autoptr(LamTransform) plain = lam_transform_new_displacement(v);
    const LamTransform *both[] = {flow, plain};
    for (int i = 0; i < 2; i++) {
        g_autoptr(LamTransform) back = lam_transform_inverse(both[i], NULL, NULL);
        g_autoptr(LamTransform) part_back = lam_transform_at(back, 0.3, NULL);
        g_autoptr(LamTransform) part = lam_transform_at(both[i], 0.3, NULL);
        g_assert_cmpfloat(round_trip(part, part_back, 15), <, 2e-3);
    }
}

/* ---- coverage ---- */

static void test_coverage(void)
{
    LamGrid grid = lam_grid_centred((int[3]){20, 20, 20}, 1, (LamVec3){{0}});
    LamGrid beside = lam_grid_centred((int[3]){20, 20, 20}, 1, (LamVec3){{10, 0, 0}});
    LamGrid away = lam_grid_centred((int[3]){5, 5, 5}, 1, (LamVec3){{500, 0, 0}});
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    g_autoptr(LamTransform) t = lam_transform_new_displacement(field);
    int step = 5;
    g_assert_cmpfloat(lam_transform_coverage(t, &grid, &step), ==, 1);
    g_assert_cmpint(step, ==, -1);
    g_assert_cmpfloat(lam_transform_coverage(t, &beside, &step), ==, 0.5);
    g_assert_cmpint(step, ==, 0);
    g_assert_cmpfloat(lam_transform_coverage(t, &away, &step), ==, 0);
    LamGrid vast = lam_grid_centred((int[3]){2000, 20, 20}, 1, (LamVec3){{990, 0, 0}});
    g_assert_cmpfloat(lam_transform_coverage(t, &vast, NULL), >, 0); /* one in a hundred */
    LamMat4 m = lam_mat4_translation(-500, 0, 0);
    g_autoptr(LamTransform) shift = lam_transform_new_affine(&m);
    g_autoptr(LamTransform) chain = lam_transform_compose(shift, t);
    g_assert_cmpfloat(lam_transform_coverage(chain, &away, &step), ==, 1);
    g_assert_cmpfloat(lam_transform_coverage(chain, &grid, &step), ==, 0);
    g_assert_cmpint(step, ==, 1);
}

/* ---- Jacobians ---- */

static void test_jacobian(void)
{
    LamGrid grid = oblique_grid(15, 13, 11);
    LamMat4 m = some_affine(0.3);
    g_autoptr(LamVolume) d = wavy(&grid, 2, NULL);
    g_autoptr(LamTransform) field = lam_transform_new_displacement(d);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&m);
    g_autoptr(LamTransform) chain = lam_transform_compose(field, affine);
    const LamJacobianOptions without = {.without_affine = true}, log_map = {.log = true};
    g_autoptr(LamVolume) alone = lam_field_jacobian(d, NULL);
    g_autoptr(LamVolume) whole = lam_transform_jacobian(chain, &grid, NULL, NULL);
    g_autoptr(LamVolume) part = lam_transform_jacobian(chain, &grid, &without, NULL);
    g_autoptr(LamVolume) logs = lam_transform_jacobian(chain, &grid, &log_map, NULL);
    size_t n = lam_grid_voxels(&grid);
    for (size_t i = 0; i < n; i++) {
        double j = (double)alone->data[i], det = lam_mat4_det3(&m);
        g_assert_cmpfloat_with_epsilon((double)whole->data[i], j * det, 2e-4);
        g_assert_cmpfloat_with_epsilon((double)part->data[i], j, 2e-4);
        g_assert_cmpfloat_with_epsilon((double)logs->data[i], log(j * det), 1e-3);
    }
}

static void test_log_of_a_fold(void)
{
    LamGrid grid = {{6, 5, 4}, lam_mat4_identity()};
    LamMat4 mirror = lam_mat4_scaling(-1, 1, 1);
    const LamJacobianOptions log_map = {.log = true};
    g_autoptr(LamTransform) t = lam_transform_new_affine(&mirror);
    g_autoptr(LamVolume) logs = lam_transform_jacobian(t, &grid, &log_map, NULL);
    g_assert_cmpfloat_with_epsilon((double)logs->data[50], log(0.001), 1e-5);
}

/* A blob well within all the boxes keeps its mass, whatever the grids. */
static void test_modulate(void)
{
    LamGrid grid = oblique_grid(31, 25, 17);
    LamGrid source_grid = lam_grid_centred((int[3]){50, 40, 40}, 2, (LamVec3){{3, 1, 0}});
    LamGrid target = oblique_grid(61, 51, 35);
    LamMat4 m = lam_mat4_scaling(-1.2, 0.9, 1.1); /* mirrored, too */
    g_autoptr(LamVolume) d = wavy(&grid, 3, NULL);
    g_autoptr(LamTransform) field = lam_transform_new_displacement(d);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&m);
    g_autoptr(LamTransform) chain = lam_transform_compose(field, affine);
    g_autoptr(LamVolume) source = lam_volume_new(&source_grid, 1, NULL);
    double mass = 0, warped_mass = 0, plain_mass = 0;
    for (int i = 0; i < 50 * 40 * 40; i++) {
        LamVec3 y =
            lam_mat4_apply(&source_grid.to_world, (LamVec3){{i % 50, i / 50 % 40, i / 2000}});
        double r2 = y.v[0] * y.v[0] + y.v[1] * y.v[1] + y.v[2] * y.v[2];
        source->data[i] = (float)(100 * exp(-r2 / (2 * 8 * 8)));
        mass += (double)source->data[i] * 8;
    }
    g_autoptr(LamVolume) warped =
        lam_transform_resample(chain, source, &target, LAM_LINEAR, 0, NULL);
    double voxel = fabs(lam_mat4_det3(&target.to_world));
    size_t n = lam_grid_voxels(&target);
    for (size_t i = 0; i < n; i++)
        plain_mass += (double)warped->data[i] * voxel;
    g_assert_true(lam_transform_modulate(chain, warped, NULL));
    for (size_t i = 0; i < n; i++)
        warped_mass += (double)warped->data[i] * voxel;
    g_assert_cmpfloat(fabs(plain_mass / mass - 1), >, 0.05);
    g_assert_cmpfloat_with_epsilon(warped_mass / mass, 1, 0.005);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inverse/affine", test_affine);
    g_test_add_func("/inverse/chain", test_chain);
    g_test_add_func("/inverse/field-with-a-large-affine", test_field_with_a_large_affine);
    g_test_add_func("/inverse/on-a-grid", test_on_a_grid);
    g_test_add_func("/inverse/slice", test_slice);
    g_test_add_func("/inverse/identity-and-one-voxel", test_identity_and_one_voxel);
    g_test_add_func("/inverse/folds", test_folds);
    g_test_add_func("/inverse/hopeless", test_hopeless);
    g_test_add_func("/composition", test_composition);
    g_test_add_func("/course/half-way", test_half_way);
    g_test_add_func("/course/half-of-the-rest", test_half_of_the_rest);
    g_test_add_func("/course/part-of-an-inverse", test_part_of_an_inverse);
    g_test_add_func("/coverage", test_coverage);
    g_test_add_func("/jacobian/chain", test_jacobian);
    g_test_add_func("/jacobian/log-of-a-fold", test_log_of_a_fold);
    g_test_add_func("/jacobian/modulate", test_modulate);
    return g_test_run();
}
