/* Bad files: one clear message that names the file and the reason, never a crash. */
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>

#include "raw-nifti.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = raw_folder();
    f->path = g_build_filename(f->folder, "bad.nii", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_free(f->path);
    raw_folder_remove(f->folder);
}

static void expect(const char *path, int frame, LamError code, const char *reason)
{
    GError *error = NULL;
    g_assert_null(lam_nifti_load(path, frame, &error));
    g_assert_error(error, LAM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, path));
    if (strstr(error->message, reason) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, reason);
    g_assert_null(strchr(error->message, '\n'));
    g_clear_error(&error);
}

static void write_raw(const Fixture *f, const RawNifti *raw, size_t values)
{
    g_autofree double *zeros = g_new0(double, values);
    raw_write(raw, f->path, zeros, values, false);
}

static void test_missing(Fixture *f, gconstpointer data)
{
    expect(f->path, 0, LAM_ERROR_IO, "No such file");
    expect(f->folder, 0, LAM_ERROR_IO, "folder");
    expect("/dev/null", 0, LAM_ERROR_IO, "regular");
}

static void test_not_nifti(Fixture *f, gconstpointer data)
{
    raw_write_bytes(f->path, "", 0, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "empty");
    raw_write_bytes(f->path, "ab", 2, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "not a NIfTI");
    char text[1000];
    memset(text, 'x', sizeof text);
    raw_write_bytes(f->path, text, sizeof text, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "not a NIfTI");
    raw_write_bytes(f->path, text, sizeof text, true);
    expect(f->path, 0, LAM_ERROR_FORMAT, "not a NIfTI");
}

/* The same header without the magic is ANALYZE 7.5; version 2 without it is nothing known. */
static void test_magic(Fixture *f, gconstpointer data)
{
    RawNifti raw = raw_nifti(4, 16, 2, 2, 2);
    g_autoptr(GByteArray) v1 = raw_header(&raw);
    memset(v1->data + 344, 0, 4);
    raw_write_bytes(f->path, v1->data, v1->len, false);
    expect(f->path, 0, LAM_ERROR_UNSUPPORTED, "ANALYZE");
    raw.version = 2;
    g_autoptr(GByteArray) v2 = raw_header(&raw);
    v2->data[8] = 'x';
    raw_write_bytes(f->path, v2->data, v2->len, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "not a NIfTI");
}

static void test_truncated(Fixture *f, gconstpointer data)
{
    for (int version = 1; version <= 2; version++) {
        RawNifti raw = raw_nifti(4, 16, 5, 5, 5);
        raw.version = version;
        g_autoptr(GByteArray) bytes = raw_header(&raw);
        for (int i = 0; i < 125; i++)
            raw_append(bytes, &raw, i);
        static const guint left[] = {4, 100, 347, 348, 352, 500, 601};
        for (size_t i = 0; i < G_N_ELEMENTS(left); i++) {
            raw_write_bytes(f->path, bytes->data, left[i], false);
            expect(f->path, 0, LAM_ERROR_FORMAT, left[i] < 4 ? "not a NIfTI" : "cut short");
            raw_write_bytes(f->path, bytes->data, left[i], true);
            expect(f->path, 0, LAM_ERROR_FORMAT, "cut short");
        }
    }
}

/* The compressed stream itself ends early, or is damaged in the middle. */
static void test_damaged_gzip(Fixture *f, gconstpointer data)
{
    RawNifti raw = raw_nifti(16, 32, 20, 20, 20);
    g_autoptr(GByteArray) bytes = raw_header(&raw);
    GRand *rand = g_rand_new_with_seed(1);
    for (int i = 0; i < 8000; i++)
        raw_append(bytes, &raw, g_rand_double(rand));
    g_rand_free(rand);
    raw_write_bytes(f->path, bytes->data, bytes->len, true);
    g_autofree char *packed = NULL;
    gsize n = 0;
    g_assert_true(g_file_get_contents(f->path, &packed, &n, NULL));
    raw_write_bytes(f->path, packed, n / 2, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "cut short");
    memset(packed + n / 2, 0xff, 64);
    raw_write_bytes(f->path, packed, n, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "gzip");
}

static void test_wrong_endian_garbage(Fixture *f, gconstpointer data)
{
    RawNifti raw = raw_nifti(4, 16, 2, 2, 2);
    g_autoptr(GByteArray) bytes = raw_header(&raw);
    guint8 t = bytes->data[0]; /* only the first field turned round */
    bytes->data[0] = bytes->data[3];
    bytes->data[3] = t;
    t = bytes->data[1];
    bytes->data[1] = bytes->data[2];
    bytes->data[2] = t;
    g_byte_array_set_size(bytes, 1000);
    raw_write_bytes(f->path, bytes->data, bytes->len, false);
    expect(f->path, 0, LAM_ERROR_FORMAT, "damaged");
}

static void test_sizes(Fixture *f, gconstpointer data)
{
    for (int axis = 1; axis <= 4; axis++)
        for (int size = -1; size <= 0; size++) {
            RawNifti raw = raw_nifti(4, 16, 2, 2, 2);
            raw.dim[0] = 4;
            raw.dim[axis] = size;
            write_raw(f, &raw, 8);
            expect(f->path, 0, LAM_ERROR_FORMAT, "size");
        }
    for (int n = 0; n <= 8; n += 8) {
        RawNifti raw = raw_nifti(4, 16, 2, 2, 2);
        raw.dim[0] = n;
        write_raw(f, &raw, 8);
        expect(f->path, 0, LAM_ERROR_FORMAT, "dimensions");
    }
}

static void test_enormous(Fixture *f, gconstpointer data)
{
    for (int gz = 0; gz < 2; gz++) {
        RawNifti raw = raw_nifti(4, 16, 32767, 32767, 32767);
        raw_write(&raw, f->path, NULL, 0, gz);
        expect(f->path, 0, LAM_ERROR_FORMAT, "cut short");
        raw.version = 2;
        raw.dim[1] = raw.dim[2] = raw.dim[3] = G_MAXINT32;
        raw_write(&raw, f->path, NULL, 0, gz);
        expect(f->path, 0, LAM_ERROR_FORMAT, "damaged");
        raw.dim[1] = G_GINT64_CONSTANT(1) << 62;
        raw_write(&raw, f->path, NULL, 0, gz);
        expect(f->path, 0, LAM_ERROR_FORMAT, "damaged");
    }
}

/* A compressed header that claims what gzip could just hold: found out before memory is asked for. */
static void test_gzip_claim(Fixture *f, gconstpointer data)
{
    RawNifti raw = raw_nifti(2, 8, 1024, 1024, 1000);
    g_autoptr(GByteArray) bytes = raw_header(&raw);
    GRand *rand = g_rand_new_with_seed(2);
    for (int i = 0; i < 1200000; i++)
        raw_append(bytes, &raw, g_rand_int_range(rand, 0, 256));
    g_rand_free(rand);
    raw_write_bytes(f->path, bytes->data, bytes->len, true);
    expect(f->path, 0, LAM_ERROR_FORMAT, "cut short");
}

static void test_types(Fixture *f, gconstpointer data)
{
    static const struct {
        int code, bits;
        LamError error;
        const char *reason;
    } bad[] = {
        {128, 24, LAM_ERROR_UNSUPPORTED, "RGB"},
        {2304, 32, LAM_ERROR_UNSUPPORTED, "RGBA"},
        {32, 64, LAM_ERROR_UNSUPPORTED, "complex64"},
        {1792, 128, LAM_ERROR_UNSUPPORTED, "complex"},
        {2048, 256, LAM_ERROR_UNSUPPORTED, "complex"},
        {1, 8, LAM_ERROR_UNSUPPORTED, "1-bit"},
        {0, 8, LAM_ERROR_FORMAT, "voxel type 0"},
        {77, 8, LAM_ERROR_FORMAT, "voxel type 77"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        RawNifti raw = raw_nifti(bad[i].code, bad[i].bits, 2, 2, 2);
        write_raw(f, &raw, 8);
        expect(f->path, 0, bad[i].error, bad[i].reason);
    }
}

static void test_frame(Fixture *f, gconstpointer data)
{
    RawNifti raw = raw_nifti(4, 16, 2, 2, 2);
    raw.dim[0] = 4;
    raw.dim[4] = 3;
    write_raw(f, &raw, 24);
    expect(f->path, 3, LAM_ERROR_ARGUMENT, "frame 3");
    expect(f->path, -1, LAM_ERROR_ARGUMENT, "frame -1");
    raw = raw_nifti(4, 16, 2, 2, 2);
    write_raw(f, &raw, 8);
    expect(f->path, 1, LAM_ERROR_ARGUMENT, "it has 1");
}

/* A series of which frames are missing is cut short, also where the frame asked for is whole. */
static void test_cut_series(Fixture *f, gconstpointer data)
{
    for (int version = 1; version <= 2; version++) {
        RawNifti raw = raw_nifti(4, 16, 2, 3, 2);
        raw.version = version;
        raw.dim[0] = 4;
        raw.dim[4] = 3;
        write_raw(f, &raw, 12 * 3 - 1);
        for (int frame = 0; frame < 3; frame++)
            expect(f->path, frame, LAM_ERROR_FORMAT, "cut short");
        write_raw(f, &raw, 12 * 3);
        g_autoptr(LamVolume) whole = lam_nifti_load(f->path, 2, NULL);
        g_assert_nonnull(whole);
    }
}

static void test_many_values_per_voxel(Fixture *f, gconstpointer data)
{
    static const int sizes[][4] = {{1, 2, 1, 1}, {2, 3, 1, 1}, {1, 1, 2, 1}, {1, 1, 1, 2}};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        RawNifti raw = raw_nifti(16, 32, 2, 2, 2);
        raw.dim[0] = 7;
        for (int i = 0; i < 4; i++)
            raw.dim[4 + i] = sizes[s][i];
        write_raw(f, &raw, 48);
        expect(f->path, 0, LAM_ERROR_UNSUPPORTED, "more than one value per voxel");
    }
}

static void test_pair(Fixture *f, gconstpointer data)
{
    RawNifti raw = raw_nifti(4, 16, 2, 2, 2);
    raw.pair = true;
    g_autofree char *base = g_build_filename(f->folder, "bad", NULL);
    g_autofree char *hdr = g_strconcat(base, ".hdr", NULL);
    g_autofree char *img = g_strconcat(base, ".img", NULL);
    double values[7] = {0};
    raw_write(&raw, base, values, 7, false);
    expect(hdr, 0, LAM_ERROR_FORMAT, "cut short");
    g_remove(img);
    expect(hdr, 0, LAM_ERROR_IO, ".img file");
    raw_write(&raw, base, values, 7, false);
    g_remove(hdr);
    expect(img, 0, LAM_ERROR_IO, ".hdr file");
    g_autoptr(GByteArray) header = raw_header(&raw);
    raw_write_bytes(f->path, header->data, header->len, false); /* a pair's header named .nii */
    expect(f->path, 0, LAM_ERROR_IO, ".img file");
}

/* ---- damage at random: whatever comes, a volume or an error with one line; never more memory than the
 * bytes can fill ---- */

static GByteArray *good_bytes(int round, bool pair)
{
    RawNifti raw = raw_nifti(round % 3 == 0 ? 2 : 4, round % 3 == 0 ? 8 : 16, 3, 3, 3);
    raw.version = 1 + round % 2;
    raw.swapped = round / 2 % 2;
    raw.pair = pair;
    raw.sform_code = round / 4 % 2;
    for (int i = 0; i < 3; i++)
        raw.srow[i][i] = 2;
    if (round / 8 % 2) {
        raw.dim[0] = 4;
        raw.dim[4] = 2;
    }
    GByteArray *bytes = raw_header(&raw);
    for (int i = 0; i < 27 * (int)raw.dim[4]; i++)
        raw_append(bytes, &raw, i);
    return bytes;
}

/* A few bytes overwritten; sometimes the end cut off, sometimes garbage appended. */
static void damage(GByteArray *bytes, GRand *rand, guint first)
{
    for (int hits = g_rand_int_range(rand, 1, 8); hits > 0; hits--)
        bytes->data[g_rand_int_range(rand, (gint32)first, (gint32)bytes->len)] =
            (guint8)g_rand_int_range(rand, 0, 256);
    int what = g_rand_int_range(rand, 0, 8);
    if (what == 0)
        g_byte_array_set_size(bytes, (guint)g_rand_int_range(rand, 0, (gint32)bytes->len));
    else if (what == 1)
        g_byte_array_append(bytes, (const guint8 *)"forty bytes that were never asked for...", 40);
}

/* 1 if the file was read. */
static int load_damaged(const char *path, size_t most_voxels)
{
    GError *error = NULL;
    g_autoptr(LamVolume) v = lam_nifti_load(path, 0, &error);
    g_assert_true((v == NULL) == (error != NULL));
    if (v != NULL) {
        g_assert_true(lam_mat4_is_finite(&v->grid.to_world));
        g_assert_cmpuint(lam_grid_voxels(&v->grid) * (size_t)v->channels, <=, most_voxels);
    } else {
        g_assert_nonnull(strstr(error->message, path));
        g_assert_null(strchr(error->message, '\n'));
    }
    g_clear_error(&error);
    return v != NULL;
}

/* Header or voxels damaged, stored as they are and compressed. */
static void test_fuzz(Fixture *f, gconstpointer data)
{
    GRand *rand = g_rand_new_with_seed(3);
    int loaded = 0;
    for (int round = 0; round < 5000; round++) {
        g_autoptr(GByteArray) bytes = good_bytes(round, false);
        damage(bytes, rand, round % 5 ? 4 : 0);
        raw_write_bytes(f->path, bytes->data, bytes->len, round / 16 % 2);
        loaded += load_damaged(f->path, bytes->len);
    }
    g_rand_free(rand);
    g_assert_cmpint(loaded, >, 500); /* harmless fields */
    g_assert_cmpint(loaded, <, 4500);
}

/* The compressed stream damaged: zlib notices, or what it unpacks is refused. */
static void test_fuzz_gzip(Fixture *f, gconstpointer data)
{
    GRand *rand = g_rand_new_with_seed(4);
    int loaded = 0;
    for (int round = 0; round < 2000; round++) {
        g_autoptr(GByteArray) bytes = good_bytes(round, false);
        raw_write_bytes(f->path, bytes->data, bytes->len, true);
        g_autofree char *packed = NULL;
        gsize n;
        g_assert_true(g_file_get_contents(f->path, &packed, &n, NULL));
        g_autoptr(GByteArray) stream = g_byte_array_new();
        g_byte_array_append(stream, (guint8 *)packed, (guint)n);
        damage(stream, rand, 0);
        raw_write_bytes(f->path, stream->data, stream->len, false);
        loaded += load_damaged(f->path, 1032 * (size_t)stream->len);
    }
    g_rand_free(rand);
    g_assert_cmpint(loaded, <, 1000);
}

/* .hdr damaged beside a whole .img, and the other way round. */
static void test_fuzz_pair(Fixture *f, gconstpointer data)
{
    g_autofree char *hdr = g_build_filename(f->folder, "bad.hdr", NULL);
    g_autofree char *img = g_build_filename(f->folder, "bad.img", NULL);
    GRand *rand = g_rand_new_with_seed(5);
    for (int round = 0; round < 2000; round++) {
        g_autoptr(GByteArray) bytes = good_bytes(round, true);
        g_autoptr(GByteArray) voxels = g_byte_array_new();
        guint header = round % 2 ? 540 : 348;
        g_byte_array_append(voxels, bytes->data + header, bytes->len - header);
        g_byte_array_set_size(bytes, header);
        damage(round / 16 % 2 ? bytes : voxels, rand, 0);
        raw_write_bytes(hdr, bytes->data, bytes->len, false);
        raw_write_bytes(img, voxels->data, voxels->len, false);
        load_damaged(round % 3 ? hdr : img, voxels->len);
    }
    g_rand_free(rand);
}

#define ADD(name, function)                                                                        \
    g_test_add("/nifti/bad/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("missing", test_missing);
    ADD("not-nifti", test_not_nifti);
    ADD("magic", test_magic);
    ADD("truncated", test_truncated);
    ADD("damaged-gzip", test_damaged_gzip);
    ADD("wrong-endian-garbage", test_wrong_endian_garbage);
    ADD("sizes", test_sizes);
    ADD("enormous", test_enormous);
    ADD("gzip-claim", test_gzip_claim);
    ADD("types", test_types);
    ADD("frame", test_frame);
    ADD("many-values", test_many_values_per_voxel);
    ADD("pair", test_pair);
    ADD("cut-series", test_cut_series);
    ADD("fuzz", test_fuzz);
    ADD("fuzz-gzip", test_fuzz_gzip);
    ADD("fuzz-pair", test_fuzz_pair);
    return g_test_run();
}
