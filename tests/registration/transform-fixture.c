#include "transform-fixture.h"

#include "raw-nifti.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

static char *folder;

const LamGrid fixed = {.size = {5, 4, 3},
                       .to_world = {{{2, 0, 0, -10}, {0, 2, 0, 0}, {0, 0, 2, 5}, {0, 0, 0, 1}}}};
const LamGrid moving = {.size = {7, 5, 6},
                        .to_world = {{{-3, 0, 0, 4}, {0, 3, 0, 5}, {0, 0, 3, 6}, {0, 0, 0, 1}}}};
const LamVec3 probe = {{-8, 4, 7}};

void transform_fixture_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    folder = raw_folder();
}

int transform_fixture_run(void)
{
    int status = g_test_run();
    raw_folder_remove(folder);
    return status;
}

char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

LamTransformFileOptions options_for(LamConvention convention)
{
    return (LamTransformFileOptions){
        .convention = convention, .fixed = &fixed, .moving = &moving, .description = "a test"};
}

void assert_point(LamTransform *transform, LamVec3 x, double a, double b, double c)
{
    LamVec3 y = lam_transform_point(transform, x);
    g_test_message("%g %g %g", y.v[0], y.v[1], y.v[2]);
    g_assert_cmpfloat_with_epsilon(y.v[0], a, 1e-5);
    g_assert_cmpfloat_with_epsilon(y.v[1], b, 1e-5);
    g_assert_cmpfloat_with_epsilon(y.v[2], c, 1e-5);
}

LamTransform *load_bytes(const char *name, const void *bytes, size_t n,
                         const LamTransformFileOptions *options, GError **error)
{
    g_autofree char *path = in_folder(name);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    return lam_transform_load(path, options, error);
}

LamTransform *load_text(const char *name, const char *text, LamConvention convention)
{
    g_autoptr(GError) error = NULL;
    LamTransformFileOptions options = options_for(convention);
    LamTransform *transform = load_bytes(name, text, strlen(text), &options, &error);
    g_assert_no_error(error);
    return transform;
}

void assert_error(GError *error, const char *name, const char *word)
{
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    if (strstr(error->message, name) == NULL || strstr(error->message, word) == NULL)
        g_error("'%s' and '%s' expected in: %s", name, word, error->message);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

void assert_refused(const char *name, const char *text, LamConvention convention, const char *word)
{
    g_autoptr(GError) error = NULL;
    LamTransformFileOptions options = options_for(convention);
    g_assert_null(load_bytes(name, text, strlen(text), &options, &error));
    assert_error(error, name, word);
}

LamGrid oblique_grid(int w, int h, int d, double sx)
{
    LamMat4 scale = lam_mat4_scaling(sx, 4, 5), turn = lam_mat4_rotation(0.2, -0.1, 0.3),
            permute = {{{0, 0, 1, 3}, {1, 0, 0, -7}, {0, 1, 0, 2}, {0, 0, 0, 1}}};
    LamMat4 turned = lam_mat4_multiply(&turn, &permute);
    return (LamGrid){.size = {w, h, d}, .to_world = lam_mat4_multiply(&turned, &scale)};
}

LamTransform *wavy(const LamGrid *grid, bool affine_only)
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

void assert_same(LamTransform *a, LamTransform *b, const LamGrid *grid, double tolerance)
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
