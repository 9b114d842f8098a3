/* FreeSurfer's files: types, space, frames, compression; and bad ones, each with its one message. */
#include <lambdascope/error.h>
#include <lambdascope/mgh.h>

#include "raw-mgh.h"
#include "raw-nifti.h"

#include <math.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = raw_folder();
    f->path = g_build_filename(f->folder, "scan.mgz", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_free(f->path);
    raw_folder_remove(f->folder);
}

static void write_values(const Fixture *f, const RawMgh *raw, const double *values, size_t n,
                         bool gz)
{
    g_autoptr(GByteArray) bytes = raw_mgh_file(raw, values, n);
    raw_write_bytes(f->path, bytes->data, bytes->len, gz);
}

static LamVolume *load(const char *path, int frame)
{
    GError *error = NULL;
    LamVolume *volume = lam_mgh_load(path, frame, &error);
    g_assert_no_error(error);
    return volume;
}

/* By content, whatever the name says. */
static void test_types(Fixture *f, gconstpointer data)
{
    static const struct {
        int type;
        const char *name;
        double low, high;
    } types[] = {{0, "uint8", 0, 255},
                 {1, "int32", -2147483648.0, 16777216},
                 {3, "float32", -1.5, 3.25e30},
                 {4, "int16", -32768, 32767},
                 {10, "uint16", 0, 65535}};
    for (size_t t = 0; t < G_N_ELEMENTS(types); t++)
        for (int gz = 0; gz < 2; gz++) {
            RawMgh raw = raw_mgh(types[t].type, 3, 1, 2);
            double values[6] = {types[t].low, types[t].high, 0, 1, 2, 100};
            write_values(f, &raw, values, 6, gz);
            g_autoptr(LamVolume) v = load(f->path, 0);
            g_assert_cmpstr(v->stored_type, ==, types[t].name);
            g_assert_cmpstr(v->path, ==, f->path);
            for (int i = 0; i < 3; i++)
                g_assert_cmpint(v->grid.size[i], ==, raw.size[i]);
            for (int i = 0; i < 6; i++)
                g_assert_cmpfloat((double)v->data[i], ==, (double)(float)values[i]);
        }
}

static void expect_point(const LamVolume *v, LamVec3 voxel, double r, double a, double s)
{
    LamVec3 p = lam_mat4_apply(&v->grid.to_world, voxel);
    g_assert_cmpfloat_with_epsilon(p.v[0], r, 1e-4);
    g_assert_cmpfloat_with_epsilon(p.v[1], a, 1e-4);
    g_assert_cmpfloat_with_epsilon(p.v[2], s, 1e-4);
}

/* The point size/2 lies at c_ras, odd sizes included. */
static void test_space(Fixture *f, gconstpointer data)
{
    RawMgh raw = raw_mgh(0, 5, 4, 6);
    const double zeros[120] = {0};
    const float direction[3][3] = {{-1, 0, 0}, {0, 0, -1}, {0, 0.6f, 0.8f}};
    memcpy(raw.direction, direction, sizeof direction);
    raw.delta[1] = 2;
    raw.delta[2] = 3;
    raw.c_ras[0] = 10;
    raw.c_ras[1] = -20;
    raw.c_ras[2] = 5.5f;
    write_values(f, &raw, zeros, 120, true);
    g_autoptr(LamVolume) v = load(f->path, 0);
    g_assert_cmpint(v->space_source, ==, LAM_SPACE_VOX2RAS);
    expect_point(v, (LamVec3){{2.5, 2, 3}}, 10, -20, 5.5);
    expect_point(v, (LamVec3){{3.5, 2, 3}}, 9, -20, 5.5);
    expect_point(v, (LamVec3){{2.5, 3, 3}}, 10, -20, 3.5);
    expect_point(v, (LamVec3){{2.5, 2, 4}}, 10, -18.2, 7.9);
}

static void test_default_space(Fixture *f, gconstpointer data)
{
    RawMgh raw = raw_mgh(0, 4, 4, 2);
    const double zeros[32] = {0};
    raw.good_ras = 0;
    raw.delta[0] = 7; /* not to be believed */
    raw.c_ras[0] = 1e30f;
    write_values(f, &raw, zeros, 32, false);
    g_autoptr(LamVolume) v = load(f->path, 0);
    char letters[4];
    lam_grid_orientation(&v->grid, letters);
    g_assert_cmpstr(letters, ==, "LIA");
    g_assert_cmpint(v->space_source, ==, LAM_SPACE_PIXDIM);
    g_assert_nonnull(strstr(v->note, "no orientation"));
    expect_point(v, (LamVec3){{2, 2, 1}}, 0, 0, 0);
    expect_point(v, (LamVec3){{0, 0, 0}}, 2, -1, 2);
}

static void test_frames(Fixture *f, gconstpointer data)
{
    RawMgh raw = raw_mgh(4, 2, 1, 1);
    const double values[6] = {1, 2, 3, 4, 5, 6};
    raw.size[3] = 3;
    write_values(f, &raw, values, 6, true);
    for (int frame = 0; frame < 3; frame++) {
        g_autoptr(LamVolume) v = load(f->path, frame);
        g_assert_cmpint(v->frames, ==, 3);
        g_assert_cmpint(v->channels, ==, 1);
        g_assert_cmpint(v->frame, ==, frame);
        g_assert_cmpfloat((double)v->data[1], ==, values[2 * frame + 1]);
    }
    g_autoptr(LamVolume) vectors = lam_mgh_load_vectors(f->path, NULL);
    g_assert_cmpint(vectors->channels, ==, 3);
    g_assert_cmpint(vectors->frames, ==, 1);
    g_assert_cmpfloat((double)lam_volume_channel(vectors, 2)[1], ==, 6);
}

/* Scan parameters and tags follow the voxels; an intent may stand in the version. */
static void test_tail(Fixture *f, gconstpointer data)
{
    RawMgh raw = raw_mgh(3, 2, 1, 1);
    const double values[2] = {NAN, 7};
    raw.version = 1 | 4 << 8;
    g_autoptr(GByteArray) bytes = raw_mgh_file(&raw, values, 2);
    g_byte_array_append(bytes, (const guint8 *)"twenty bytes of times, then tags", 32);
    raw_write_bytes(f->path, bytes->data, bytes->len, true);
    g_autoptr(LamVolume) v = load(f->path, 0);
    g_assert_cmpuint(v->nan_count, ==, 1);
    g_assert_cmpfloat((double)v->data[0], ==, 0);
    g_assert_cmpfloat((double)v->data[1], ==, 7);
}

/* ---- writing ---- */

static void test_save(Fixture *f, gconstpointer data)
{
    static const char *const names[] = {"a.mgh", "a.mgz", "a.mgh.gz"};
    LamGrid grid = {
        .size = {3, 2, 5},
        .to_world = {{{0, -2, 0.1, 7}, {1, 0, 0, -3}, {0, 0.2, 3, 90.5}, {0, 0, 0, 1}}}};
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 3, NULL);
    for (int i = 0; i < 90; i++)
        v->data[i] = (float)i / 7 - 5;
    for (size_t n = 0; n < G_N_ELEMENTS(names); n++) {
        GError *error = NULL;
        g_autofree char *path = g_build_filename(f->folder, names[n], NULL);
        g_autofree char *bytes = NULL;
        gsize length;
        lam_mgh_save(v, path, &error);
        g_assert_no_error(error);
        g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
        g_assert_cmpint((guint8)bytes[0], ==, n == 0 ? 0 : 0x1f);
        g_autoptr(LamVolume) w = lam_mgh_load_vectors(path, &error);
        g_assert_no_error(error);
        g_assert_true(lam_grid_equal(&v->grid, &w->grid, 1e-4));
        g_assert_cmpmem(v->data, 90 * sizeof(float), w->data, 90 * sizeof(float));
    }
}

/* Byte for byte what the layout asks for. */
static void test_save_bytes(Fixture *f, gconstpointer data)
{
    RawMgh raw = raw_mgh(3, 2, 3, 1);
    const double values[6] = {0, 1, -2, 3.5, 1e9, 5};
    raw.delta[2] = 4;
    raw.c_ras[1] = 12;
    LamGrid grid = {.size = {2, 3, 1}, .to_world = lam_mat4_scaling(1, 1, 4)};
    grid.to_world.m[0][3] = -1;
    grid.to_world.m[1][3] = 12 - 1.5;
    grid.to_world.m[2][3] = -2;
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < 6; i++)
        v->data[i] = (float)values[i];
    g_autofree char *path = g_build_filename(f->folder, "a.mgh", NULL);
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(lam_mgh_save(v, path, NULL));
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_autoptr(GByteArray) wanted = raw_mgh_file(&raw, values, 6);
    g_assert_cmpmem(bytes, length, wanted->data, wanted->len);
}

static void test_save_refused(Fixture *f, gconstpointer data)
{
    LamGrid grid = {.size = {1, 1, 1}, .to_world = lam_mat4_identity()};
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    GError *error = NULL;
    g_autofree char *path = g_build_filename(f->folder, "a.nii", NULL);
    g_assert_false(lam_mgh_save(v, path, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_assert_false(lam_mgh_save(v, "/nowhere/a.mgz", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_clear_error(&error);
    v->grid.to_world.m[0][0] = 0;
    g_assert_false(lam_mgh_save(v, f->path, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

/* ---- bad files ---- */

static void expect(const Fixture *f, int frame, LamError code, const char *reason)
{
    GError *error = NULL;
    g_assert_null(lam_mgh_load(f->path, frame, &error));
    g_assert_error(error, LAM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, f->path));
    if (strstr(error->message, reason) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, reason);
    g_clear_error(&error);
}

static void test_bad_headers(Fixture *f, gconstpointer data)
{
    const double zeros[8] = {0};
    RawMgh raw = raw_mgh(0, 2, 2, 2), bad;
    raw_write_bytes(f->path, zeros, 64, false);
    expect(f, 0, LAM_ERROR_FORMAT, "cut short");
    bad = raw;
    bad.version = 2;
    write_values(f, &bad, zeros, 8, false);
    expect(f, 0, LAM_ERROR_FORMAT, "not an MGH");
    bad = raw;
    bad.type = 11;
    write_values(f, &bad, zeros, 8, false);
    expect(f, 0, LAM_ERROR_FORMAT, "type 11");
    bad = raw;
    bad.type = 9;
    write_values(f, &bad, zeros, 8, false);
    expect(f, 0, LAM_ERROR_UNSUPPORTED, "type 9");
    for (int i = 0; i < 4; i++) {
        bad = raw;
        bad.size[i] = -(i % 2);
        write_values(f, &bad, zeros, 8, false);
        expect(f, 0, LAM_ERROR_FORMAT, "size");
    }
    bad = raw;
    bad.delta[1] = NAN;
    write_values(f, &bad, zeros, 8, false);
    expect(f, 0, LAM_ERROR_FORMAT, "vox2ras");
    write_values(f, &raw, zeros, 8, false);
    expect(f, 1, LAM_ERROR_ARGUMENT, "frame 1");
    GError *error = NULL;
    g_assert_null(lam_mgh_load_vectors(f->path, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

static void test_enormous(Fixture *f, gconstpointer data)
{
    const double zeros[8] = {0};
    for (int gz = 0; gz < 2; gz++) {
        RawMgh raw = raw_mgh(3, 2000, 2000, 2000);
        write_values(f, &raw, zeros, 8, gz);
        expect(f, 0, LAM_ERROR_FORMAT, "cut short");
        for (int i = 0; i < 4; i++)
            raw.size[i] = G_MAXINT32;
        write_values(f, &raw, zeros, 8, gz);
        expect(f, 0, LAM_ERROR_FORMAT, "damaged");
    }
}

static void test_truncated(Fixture *f, gconstpointer data)
{
    RawMgh raw = raw_mgh(3, 3, 3, 3);
    const double values[27] = {1};
    g_autoptr(GByteArray) bytes = raw_mgh_file(&raw, values, 27);
    for (guint left = 1; left < bytes->len; left += 13) {
        raw_write_bytes(f->path, bytes->data, left, left % 2);
        expect(f, 0, LAM_ERROR_FORMAT, "cut short");
    }
}

#define ADD(name, function) g_test_add("/mgh/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("types", test_types);
    ADD("space", test_space);
    ADD("default-space", test_default_space);
    ADD("frames", test_frames);
    ADD("tail", test_tail);
    ADD("save", test_save);
    ADD("save-bytes", test_save_bytes);
    ADD("save-refused", test_save_refused);
    ADD("bad-headers", test_bad_headers);
    ADD("enormous", test_enormous);
    ADD("truncated", test_truncated);
    return g_test_run();
}
