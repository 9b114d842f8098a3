/* Chains in our own files: exact, and what must be refused. */
#include "transform-fixture.h"

#include <lambdascope/field.h>
#include <lambdascope/safetensors.h>
#include <math.h>

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

int main(int argc, char **argv)
{
    transform_fixture_init(&argc, &argv);
    g_test_add_func("/transform-native/native-is-exact", test_native_is_exact);
    g_test_add_func("/transform-native/native-inverse", test_native_inverse);
    g_test_add_func("/transform-native/native-refused", test_native_refused);
    return transform_fixture_run();
}
