/* lam apply, invert, compose, jacobian and points, on fields with known answers. */
#include "fixture.h"

#include <lambdascope/nifti.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static LamCliFixture *fixture;

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static void assert_done(const LamCliRun *run)
{
    g_test_message("%s%s", run->out, run->err);
    g_assert_cmpstr(run->err, ==, "");
    g_assert_cmpint(run->status, ==, 0);
}

static void run_and_clear(LamCliRun run)
{
    assert_done(&run);
    lam_cli_run_clear(&run);
}

/* ---- making files ---- */

/* Oblique, flipped, anisotropic; its centre at (4, -6, 8). */
static LamGrid grid_of(int w, int h, int d)
{
    LamMat4 turn = lam_mat4_rotation(0.3, -0.2, 0.4), scale = lam_mat4_scaling(-2, 2.5, 4);
    LamGrid grid = {{w, h, d}, lam_mat4_multiply(&turn, &scale)};
    LamVec3 centre = lam_grid_centre_mm(&grid);
    for (int a = 0; a < 3; a++)
        grid.to_world.m[a][3] += 4 + (a == 1 ? -10 : a == 2 ? 4 : 0) - centre.v[a];
    return grid;
}

static void save(const LamVolume *v, const char *path, LamNiftiType type)
{
    g_autoptr(GError) error = NULL;
    lam_nifti_save(v, path, type, NULL, &error);
    g_assert_no_error(error);
}

/* The displacement that the matrix makes, on a grid. */
static char *write_field(const char *name, const LamGrid *grid, const LamMat4 *matrix)
{
    g_autoptr(LamVolume) field = lam_volume_new(grid, 3, NULL);
    size_t n = lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++) {
        size_t w = (size_t)grid->size[0], h = (size_t)grid->size[1];
        LamVec3 x = {{(double)(i % w), (double)(i / w % h), (double)(i / w / h)}};
        x = lam_mat4_apply(&grid->to_world, x);
        LamVec3 y = lam_mat4_apply(matrix, x);
        for (size_t c = 0; c < 3; c++)
            field->data[c * n + i] = (float)(y.v[c] - x.v[c]);
    }
    char *path = in_folder(name);
    save(field, path, LAM_NIFTI_FLOAT32);
    return path;
}

static char *write_text(const char *name, const char *text)
{
    char *path = in_folder(name);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* Labels 0, 3 and 40000 in blocks; as intensities they will do, too. */
static char *write_image(const char *name, const LamGrid *grid)
{
    g_autoptr(LamVolume) v = lam_volume_new(grid, 1, NULL);
    size_t n = lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++)
        v->data[i] = i / 5 % 3 == 0 ? 0 : i / 5 % 3 == 1 ? 3 : 40000;
    char *path = in_folder(name);
    save(v, path, LAM_NIFTI_INT32);
    return path;
}

/* Files of all the tests. */
static char *shift, *grow, *image, *away;

static void make_files(void)
{
    LamGrid grid = grid_of(21, 17, 11), target = grid_of(13, 12, 9), far = grid_of(9, 9, 9);
    LamMat4 shifted = lam_mat4_translation(3, -2, 5), grown = lam_mat4_scaling(1.2, 0.9, 1.1);
    far.to_world.m[0][3] += 1000;
    shift = write_field("shift.nii.gz", &grid, &shifted);
    grow = write_field("grow.nii.gz", &grid, &grown);
    image = write_image("image.nii.gz", &target);
    away = write_image("away.nii.gz", &far);
}

static LamVolume *load(const char *path)
{
    g_autoptr(GError) error = NULL;
    LamVolume *v = lam_nifti_load(path, 0, &error);
    g_assert_no_error(error);
    return v;
}

/* ---- points ---- */

static void expect_points(const LamCliRun *run, const char *format, LamVec3 wanted)
{
    LamVec3 p;
    const char *row = strchr(run->out, '\n');
    assert_done(run);
    g_assert_cmpint(sscanf(row + 1, format, &p.v[0], &p.v[1], &p.v[2]), ==, 3);
    for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon(p.v[a], wanted.v[a], 2e-3);
}

static void test_points(void)
{
    g_autofree char *table = write_text(
        "p.csv", "name,z,X,\"y\",note\r\n\"a, \"\"b\"\"\",8, 4 ,-6,left\r\n\nb,9,5,-7\n");
    LamCliRun run = lam_cli_run("points", "-t", shift, "-i", table, NULL);
    assert_done(&run);
    g_assert_cmpstr(run.out, ==,
                    "name,z,X,\"y\",note\n\"a, \"\"b\"\"\",13.00000,7.00000,-8.00000,left\n"
                    "b,14.00000,8.00000,-9.00000\n");
    lam_cli_run_clear(&run);
    run = lam_cli_run("points", "-t", shift, "-i", table, "--inverse", NULL);
    expect_points(&run, "\"a, \"\"b\"\"\",%lf,%lf,%lf", (LamVec3){{3, 1, -4}});
    lam_cli_run_clear(&run);
}

/* In LPS the first two numbers change their sign on both sides. */
static void test_points_lps(void)
{
    g_autofree char *table = write_text("lps.csv", "x,y,z\n-4,6,8\n");
    LamCliRun run = lam_cli_run("points", "-t", shift, "-i", table, "--lps", NULL);
    expect_points(&run, "%lf,%lf,%lf", (LamVec3){{-7, 8, 13}});
    lam_cli_run_clear(&run);
}

/* The middle voxel of one grid, moved, in voxels of the other; and back. */
static void test_points_voxel(void)
{
    g_autofree char *table = write_text("voxel.csv", "x,y,z\n6,5.5,4\n");
    g_autofree char *output = in_folder("voxel-out.csv");
    LamGrid grid = grid_of(13, 12, 9);
    LamMat4 to_voxel;
    g_assert_true(lam_mat4_invert(&grid.to_world, &to_voxel));
    LamVec3 wanted = lam_mat4_apply(&to_voxel, (LamVec3){{4 + 3, -6 - 2, 8 + 5}});
    LamCliRun run =
        lam_cli_run("points", "-t", shift, "-i", table, "--voxel", "-f", image, "-m", image, NULL);
    expect_points(&run, "%lf,%lf,%lf", wanted);
    g_assert_true(g_file_set_contents(output, run.out, -1, NULL));
    lam_cli_run_clear(&run);
    run = lam_cli_run("points", "-t", shift, "-i", output, "--voxel", "-f", image, "-m", image,
                      "--inverse", NULL);
    expect_points(&run, "%lf,%lf,%lf", (LamVec3){{6, 5.5, 4}});
    lam_cli_run_clear(&run);
}

static void test_bad_points(void)
{
    static const struct {
        const char *text, *word;
    } bad[] = {
        {"x,y\n1,2\n", "z is missing"},        {"", "empty"},
        {"x,y,z\n1,2,3\n1,two,3\n", "line 3"}, {"x,y,z\n1,2\n", "line 2"},
        {"x,y,z\n1,nan,2\n", "line 2"},        {"x,y,z\n\xff\xfe,1,2\n", "not a text file"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *table = write_text("bad.csv", bad[i].text);
        LamCliRun run = lam_cli_run("points", "-t", shift, "-i", table, NULL);
        lam_cli_assert_failed(&run, 1, bad[i].word);
        lam_cli_run_clear(&run);
    }
}

/* ---- chains ---- */

/* Order: with shift first, the growth sees the shifted point. */
static void test_order_and_compose(void)
{
    g_autofree char *table = write_text("one.csv", "x,y,z\n4,-6,8\n");
    g_autofree char *both = in_folder("both.nii.gz");
    const LamVec3 wanted = {{7 * 1.2, -8 * 0.9, 13 * 1.1}};
    LamCliRun run = lam_cli_run("points", "-t", shift, "-u", grow, "-i", table, NULL);
    expect_points(&run, "%lf,%lf,%lf", wanted);
    lam_cli_run_clear(&run);
    run_and_clear(lam_cli_run("compose", "-t", shift, "-t", grow, "-r", image, "-o", both, NULL));
    run = lam_cli_run("points", "-t", both, "-i", table, NULL);
    expect_points(&run, "%lf,%lf,%lf", wanted);
    lam_cli_run_clear(&run);
    g_autofree char *undo = g_strconcat("inverse:", shift, NULL);
    run = lam_cli_run("points", "-t", shift, "-t", undo, "-i", table, NULL);
    expect_points(&run, "%lf,%lf,%lf", (LamVec3){{4, -6, 8}});
    lam_cli_run_clear(&run);
    run = lam_cli_run("points", "-t", grow, "--time", "0.5", "-i", table, NULL);
    expect_points(&run, "%lf,%lf,%lf", (LamVec3){{4 * 1.1, -6 * 0.95, 8 * 1.05}});
    lam_cli_run_clear(&run);
}

static void test_invert(void)
{
    g_autofree char *table = write_text("one.csv", "x,y,z\n4,-6,8\n");
    g_autofree char *own = in_folder("own.nii.gz"), *onto = in_folder("onto.nii.gz");
    LamCliRun run = lam_cli_run("invert", "-t", grow, "-o", own, NULL);
    assert_done(&run);
    g_assert_nonnull(strstr(run.out, " 0 not"));
    lam_cli_run_clear(&run);
    run = lam_cli_run("invert", "-t", grow, "-m", image, "-o", onto, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) field = load(onto);
    g_autoptr(LamVolume) reference = load(image);
    g_assert_true(lam_grid_equal(&field->grid, &reference->grid, 1e-3));
    const char *const inverses[] = {own, onto};
    for (int i = 0; i < 2; i++) {
        run = lam_cli_run("points", "-t", inverses[i], "-i", table, NULL);
        expect_points(&run, "%lf,%lf,%lf", (LamVec3){{4 / 1.2, -6 / 0.9, 8 / 1.1}});
        lam_cli_run_clear(&run);
    }
}

/* ---- Jacobians ---- */

static void expect_constant(const char *path, double value)
{
    g_autoptr(LamVolume) map = load(path);
    size_t n = lam_grid_voxels(&map->grid);
    g_assert_cmpint(map->channels, ==, 1);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon((double)map->data[i], value, 1e-3);
}

static void test_jacobian(void)
{
    g_autofree char *output = in_folder("j.nii.gz");
    LamCliRun run = lam_cli_run("jacobian", "-t", grow, "-o", output, NULL);
    assert_done(&run);
    g_assert_nonnull(strstr(run.out, "tetrahedra 0.0000 %"));
    expect_constant(output, 1.2 * 0.9 * 1.1);
    lam_cli_run_clear(&run);
    run =
        lam_cli_run("jacobian", "-t", grow, "-r", image, "--log", "--inverse", "-o", output, NULL);
    assert_done(&run);
    expect_constant(output, -log(1.2 * 0.9 * 1.1));
    lam_cli_run_clear(&run);
}

/* ---- images ---- */

static LamVolume *applied(const char *how, const char *option)
{
    g_autofree char *output = in_folder("applied.nii.gz");
    run_and_clear(lam_cli_run("apply", "-t", shift, "-i", image, "-r", image, "-o", output,
                              "--interpolation", how, option, NULL));
    return load(output);
}

static void test_interpolations(void)
{
    g_autoptr(LamVolume) linear = applied("linear", "--outside=-5");
    g_autoptr(LamVolume) nearest = applied("nearest", NULL);
    g_autoptr(LamVolume) cubic = applied("cubic", NULL);
    g_autoptr(LamVolume) labels = applied("labels", NULL);
    bool below = false;
    size_t n = lam_grid_voxels(&linear->grid), outside = 0;
    g_assert_cmpstr(linear->stored_type, ==, "float32");
    g_assert_cmpstr(cubic->stored_type, ==, "float32");
    g_assert_cmpstr(labels->stored_type, ==, "int32");
    for (size_t i = 0; i < n; i++) {
        outside += linear->data[i] == -5;
        below |= cubic->data[i] < 0;
        for (int v = 0; v < 2; v++) {
            float value = (v == 0 ? nearest : labels)->data[i];
            g_assert_true(value == 0 || value == 3 || value == 40000);
        }
    }
    g_assert_cmpuint(outside, >, 0);
    g_assert_true(below); /* a spline overshoots at steps */
}

static void test_modulate(void)
{
    LamGrid grid = grid_of(41, 33, 21);
    LamMat4 grown = lam_mat4_scaling(1.2, 0.9, 1.1);
    g_autofree char *wide = write_field("wide.nii.gz", &grid, &grown);
    g_autofree char *output = in_folder("modulated.nii.gz");
    double sum = 0, wanted = 0;
    run_and_clear(lam_cli_run("apply", "-t", wide, "-i", image, "-r", wide, "--modulate", "-o",
                              output, NULL));
    g_autoptr(LamVolume) source = load(image);
    g_autoptr(LamVolume) warped = load(output);
    for (size_t i = 0; i < lam_grid_voxels(&source->grid); i++)
        wanted += (double)source->data[i];
    for (size_t i = 0; i < lam_grid_voxels(&warped->grid); i++)
        sum += (double)warped->data[i];
    /* without: 0.84; coarse voxels at the box's faces leave a few per cent */
    g_assert_cmpfloat_with_epsilon(sum / wanted, 1, 0.06);
}

/* ---- refusals ---- */

static void test_space(void)
{
    g_autofree char *output = in_folder("space.nii.gz");
    LamCliRun run = lam_cli_run("apply", "-t", shift, "-i", image, "-r", away, "-o", output, NULL);
    lam_cli_assert_failed(&run, 1, "21×17×11 voxels of 2×2.5×4 mm");
    g_assert_nonnull(strstr(run.err, "9×9×9 voxels"));
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
    lam_cli_run_clear(&run);
    LamGrid beside = grid_of(21, 17, 11);
    LamMat4 identity = lam_mat4_identity();
    beside.to_world.m[2][3] += 20;
    g_autofree char *reference = write_field("beside.nii.gz", &beside, &identity);
    run = lam_cli_run("apply", "-t", shift, "-i", image, "-r", reference, "-o", output, NULL);
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.err, "warning"));
    g_assert_nonnull(strstr(run.err, " % of "));
    lam_cli_run_clear(&run);
}

static void test_bad_input(void)
{
    g_autofree char *output = in_folder("never.nii.gz"), *text = write_text("t.nii", "no scan\n");
    g_autofree char *table = write_text("one.csv", "x,y,z\n4,-6,8\n");
    g_autofree char *nowhere = in_folder("no/such/folder.nii.gz");
    const struct {
        const char *arguments[12];
        const char *word;
    } bad[] = {
        {{"apply", "-t", image, "-i", image, "-r", image, "-o", output}, "three components"},
        {{"apply", "-t", text, "-i", image, "-r", image, "-o", output}, "t.nii"},
        {{"apply", "-t", shift, "-i", image, "-r", image, "-o", shift}, "one of the inputs"},
        {{"apply", "-t", shift, "-i", image, "-r", image, "-o", nowhere}, "folder"},
        {{"apply", "-t", shift, "-i", image, "-r", image, "-o", output, "--from", "spm"}, "spm"},
        {{"invert", "-t", text, "-o", output}, "t.nii"},
        {{"invert", "-t", shift, "-o", shift}, "one of the inputs"},
        {{"invert", "-t", shift, "-m", away, "-o", output}, "elsewhere"},
        {{"compose", "-t", shift, "-t", "absent.nii", "-r", image, "-o", output}, "absent.nii"},
        {{"compose", "-t", shift, "-r", away, "-o", output}, "elsewhere"},
        {{"jacobian", "-t", text, "-o", output}, "t.nii"},
        {{"points", "-t", shift, "-i", "absent.csv"}, "absent.csv"},
        {{"points", "-t", shift, "-i", table, "-o", table}, "one of the inputs"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        LamCliRun run = lam_cli_run_array(bad[i].arguments);
        lam_cli_assert_failed(&run, 1, bad[i].word);
        g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
        lam_cli_run_clear(&run);
    }
}

static void test_usage(void)
{
    static const char *const wrong[][12] = {
        {"apply", "-t", "a", "-i", "b", "-r", "c", "-o", "d.nii", "-n", "sinc"},
        {"apply", "-t", "a", "-i", "b", "-r", "c", "-o", "d.nii", "--labels", "-n", "cubic"},
        {"apply", "-t", "a", "-i", "b", "-r", "c", "-o", "d.nii", "--labels", "--modulate"},
        {"apply", "-t", "a", "-i", "b", "-r", "c", "-o", "d.nii", "--labels", "--outside=0.5"},
        {"apply", "-t", "a", "-i", "b", "-r", "c", "-o", "d.nii", "--time", "1.5"},
        {"apply", "-i", "b", "-r", "c", "-o", "d.nii"},
        {"invert", "-t", "a"},
        {"invert", "-o", "a"},
        {"compose", "-t", "a", "-o", "b.nii"},
        {"jacobian", "-t", "a"},
        {"points", "-t", "a"},
        {"points", "-t", "a", "-i", "b", "--voxel"},
        {"points", "-t", "a", "-i", "b", "--voxel", "--lps", "-f", "c", "-m", "d"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        LamCliRun run = lam_cli_run_array(wrong[i]);
        lam_cli_assert_failed(&run, 2, "");
        lam_cli_run_clear(&run);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/algebra/points", test_points);
    g_test_add_func("/algebra/points/lps", test_points_lps);
    g_test_add_func("/algebra/points/voxel", test_points_voxel);
    g_test_add_func("/algebra/points/bad", test_bad_points);
    g_test_add_func("/algebra/order-and-compose", test_order_and_compose);
    g_test_add_func("/algebra/invert", test_invert);
    g_test_add_func("/algebra/jacobian", test_jacobian);
    g_test_add_func("/algebra/interpolations", test_interpolations);
    g_test_add_func("/algebra/modulate", test_modulate);
    g_test_add_func("/algebra/space", test_space);
    g_test_add_func("/algebra/bad-input", test_bad_input);
    g_test_add_func("/algebra/usage", test_usage);
    fixture = lam_cli_fixture_new();
    make_files();
    int status = g_test_run();
    char *paths[] = {shift, grow, image, away};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
        g_free(paths[i]);
    lam_cli_fixture_free(fixture);
    return status;
}
