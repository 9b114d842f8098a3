/* The container of weights: round trips, and every way a file can lie. */
#include <lambdascope/error.h>
#include <lambdascope/safetensors.h>

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-safetensors-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "file.safetensors", NULL);
    g_assert_nonnull(f->folder);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_unlink(f->path);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0); /* nothing else was left behind */
    g_free(f->path);
    g_free(f->folder);
}

/* A file of a JSON header and `bytes` of data, each byte zero; length = UINT64_MAX means the truth. */
static void write_raw(const Fixture *f, const char *header, size_t bytes, uint64_t length)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    uint64_t stated = GUINT64_TO_LE(length == UINT64_MAX ? strlen(header) : length);
    g_autofree guint8 *zeros = g_malloc0(bytes + 1);
    g_byte_array_append(file, (guint8 *)&stated, 8);
    g_byte_array_append(file, (const guint8 *)header, (guint)strlen(header));
    g_byte_array_append(file, zeros, (guint)bytes);
    g_assert_true(g_file_set_contents(f->path, (char *)file->data, file->len, NULL));
}

/* Loading must fail with this code, naming the file and holding the words. */
static void assert_refused(const Fixture *f, int code, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSafetensors) file = lam_safetensors_load(f->path, &error);
    g_assert_null(file);
    g_assert_error(error, LAM_ERROR, code);
    g_assert_nonnull(strstr(error->message, f->path));
    g_assert_cmpint(strncmp(error->message, "cannot load weights: ", 21), ==, 0);
    if (strstr(error->message, words) == NULL)
        g_error("'%s' expected in: %s", words, error->message);
}

static LamSafetensors *sample(void)
{
    LamSafetensors *file = lam_safetensors_new();
    const float a[6] = {0, -1.5f, 2, 65504, -0x1p-24f, 0.333251953125f}, b[1] = {7},
                c[5] = {1, 2, 3, 4, 5};
    g_assert_true(lam_safetensors_add(file, "enc/0.weight", 2, (size_t[]){2, 3}, a, NULL));
    g_assert_true(lam_safetensors_add(file, "scalar", 0, NULL, b, NULL));
    g_assert_true(lam_safetensors_add(file, "deep", 5, (size_t[]){1, 1, 5, 1, 1}, c, NULL));
    lam_safetensors_set_metadata(file, "licence", "CC \"BY\" \\ \n\tλ");
    lam_safetensors_set_metadata(file, "architecture", "unet");
    return file;
}

static void assert_same(const LamSafetensors *a, const LamSafetensors *b)
{
    g_assert_cmpuint(lam_safetensors_count(a), ==, lam_safetensors_count(b));
    for (size_t i = 0; i < lam_safetensors_count(a); i++) {
        const LamNamedTensor *x = lam_safetensors_at(a, i);
        const LamNamedTensor *y = lam_safetensors_find(b, x->name);
        g_assert_nonnull(y);
        g_assert_cmpint(x->ndim, ==, y->ndim);
        g_assert_cmpmem(x->shape, sizeof x->shape, y->shape, sizeof y->shape);
        g_assert_cmpmem(x->data, x->count * sizeof(float), y->data, y->count * sizeof(float));
    }
    g_assert_null(lam_safetensors_at(a, lam_safetensors_count(a)));
    g_autofree const char **keys = lam_safetensors_metadata_keys(a);
    for (int i = 0; keys[i] != NULL; i++)
        g_assert_cmpstr(lam_safetensors_metadata(a, keys[i]), ==,
                        lam_safetensors_metadata(b, keys[i]));
}

static void test_round_trip(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSafetensors) file = sample();
    for (LamStore store = LAM_STORE_F32; store <= LAM_STORE_F16; store++) {
        g_assert_true(lam_safetensors_save(file, f->path, store, &error));
        g_assert_no_error(error);
        g_autoptr(LamSafetensors) back = lam_safetensors_load(f->path, &error);
        g_assert_no_error(error);
        assert_same(file, back); /* the sample's values are all halves */
        g_autofree const char **keys = lam_safetensors_metadata_keys(back);
        g_assert_cmpstr(keys[0], ==, "architecture");
        g_assert_cmpstr(keys[1], ==, "licence");
        g_assert_null(keys[2]);
        g_assert_null(lam_safetensors_find(back, "absent"));
        g_assert_null(lam_safetensors_metadata(back, "absent"));
    }
}

static void test_f16_rounds(Fixture *f, gconstpointer data)
{
    const float values[3] = {1.0f + 0x1p-11f, 1.0f + 3 * 0x1p-11f, 0.1f};
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    g_assert_true(lam_safetensors_add(file, "x", 1, (size_t[]){3}, values, NULL));
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F16, NULL));
    g_autoptr(LamSafetensors) back = lam_safetensors_load(f->path, NULL);
    const LamNamedTensor *x = lam_safetensors_find(back, "x");
    g_assert_cmpfloat(x->data[0], ==, 1);
    g_assert_cmpfloat(x->data[1], ==, 1.001953125f);
    g_assert_cmpfloat(x->data[2], ==, 0.0999755859375f);
}

static void test_layout(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) file = sample();
    g_autofree char *bytes = NULL;
    gsize size;
    uint64_t length;
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
    g_assert_true(g_file_get_contents(f->path, &bytes, &size, NULL));
    memcpy(&length, bytes, 8);
    length = GUINT64_FROM_LE(length);
    g_assert_cmpuint((8 + length) % 64, ==, 0);
    g_assert_cmpuint(size, ==, 8 + length + 12 * 4);
    g_assert_cmpint(bytes[8], ==, '{');
    g_assert_cmpmem(bytes + 8 + length + 4, 4, "\0\0\xc0\xbf", 4); /* -1.5, little-endian */
}

static void test_empty(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
    g_autoptr(LamSafetensors) back = lam_safetensors_load(f->path, NULL);
    g_assert_nonnull(back);
    g_assert_cmpuint(lam_safetensors_count(back), ==, 0);
}

static void test_cut_short(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) file = sample();
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F16, NULL));
    g_assert_true(g_file_get_contents(f->path, &bytes, &size, NULL));
    for (gsize kept = 0; kept < size; kept += 7) {
        g_assert_true(g_file_set_contents(f->path, bytes, (gssize)kept, NULL));
        assert_refused(f, LAM_ERROR_FORMAT, "");
    }
    bytes = g_realloc(bytes, size + 1);
    bytes[size] = 0;
    g_assert_true(g_file_set_contents(f->path, bytes, (gssize)size + 1, NULL));
    assert_refused(f, LAM_ERROR_FORMAT, "the file holds");
}

static void test_lying_length(Fixture *f, gconstpointer data)
{
    const char *header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    const uint64_t lies[] = {
        0, 1, 57, 58, 4096, 16u << 20, (16u << 20) + 1, 1ull << 40, UINT64_MAX - 1};
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
        if (lies[i] == strlen(header))
            continue;
        write_raw(f, header, 4, lies[i]);
        assert_refused(f, LAM_ERROR_FORMAT, "");
    }
}

typedef struct {
    const char *header;
    size_t bytes;
    int code;
    const char *words;
} BadHeader;

#define T(name, dtype, shape, offsets)                                                             \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const BadHeader bad_headers[] = {
    {"", 0, LAM_ERROR_FORMAT, "expected"},
    {"[]", 0, LAM_ERROR_FORMAT, "'{' expected"},
    {"{", 0, LAM_ERROR_FORMAT, "expected"},
    {"{} x", 0, LAM_ERROR_FORMAT, "text after"},
    {"{'a':1}", 0, LAM_ERROR_FORMAT, "expected"},
    {"{} /* c */", 0, LAM_ERROR_FORMAT, "text after"},
    {"\xef\xbb\xbf{}", 0, LAM_ERROR_FORMAT, "expected"},
    {"{\"a\xff\":1}", 0, LAM_ERROR_FORMAT, "UTF-8"},
    {"{" T("a", "F32", "[1]", "[0,4]") ",}", 4, LAM_ERROR_FORMAT, "expected"},
    {"{" T("a", "BF16", "[1]", "[0,2]") "}", 2, LAM_ERROR_UNSUPPORTED, "BF16"},
    {"{" T("a", "f32", "[1]", "[0,4]") "}", 4, LAM_ERROR_UNSUPPORTED, "f32"},
    {"{" T("a", "I64", "[1]", "[0,8]") "}", 8, LAM_ERROR_UNSUPPORTED, "I64"},
    {"{" T("", "F32", "[1]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "not allowed"},
    {"{" T("a\\\\b", "F32", "[1]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "not allowed"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("b", "F32", "[1]", "[0,4]") "}", 4, LAM_ERROR_FORMAT,
     "overlap"},
    {"{" T("a", "F32", "[2]", "[0,8]") "," T("b", "F32", "[1]", "[4,8]") "}", 8, LAM_ERROR_FORMAT,
     "overlap"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("b", "F32", "[1]", "[8,12]") "}", 12, LAM_ERROR_FORMAT,
     "hole"},
    {"{" T("a", "F32", "[1]", "[4,8]") "}", 8, LAM_ERROR_FORMAT, "hole"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("a", "F32", "[1]", "[4,8]") "}", 8, LAM_ERROR_FORMAT,
     "twice"},
    {"{" T("a", "F32", "[1]", "[0,4]") "," T("\\u0061", "F32", "[1]", "[4,8]") "}", 8,
     LAM_ERROR_FORMAT, "twice"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, LAM_ERROR_FORMAT, "twice"},
    {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, LAM_ERROR_FORMAT, "twice"},
    {"{\"__metadata__\":{\"k\":1}}", 0, LAM_ERROR_FORMAT, "expected"},
    /* what is quoted of the file cannot break the line */
    {"{\"a\":{\"\\n\\u001b\":1}}", 0, LAM_ERROR_FORMAT, "'?\?'"},
    {"{\"__metadata__\":{\"k\":\"\\ud800\"}}", 0, LAM_ERROR_FORMAT, "surrogate"},
    {"{\"__metadata__\":{\"k\":\"\\u0000\"}}", 0, LAM_ERROR_FORMAT, "not allowed"},
    {"{\"__metadata__\":{\"k\":\"\\x\"}}", 0, LAM_ERROR_FORMAT, "escape"},
    {"{\"__metadata__\":{\"k\":\"a\nb\"}}", 0, LAM_ERROR_FORMAT, "control"},
    {"{" T("a", "F32", "[-1]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "integer"},
    {"{" T("a", "F32", "[1.0]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "integer"},
    {"{" T("a", "F32", "[1e0]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "integer"},
    {"{" T("a", "F32", "[\"1\"]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "integer"},
    {"{" T("a", "F32", "[null]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "integer"},
    {"{" T("a", "F32", "[01]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "zero"},
    {"{" T("a", "F32", "[0]", "[0,0]") "}", 0, LAM_ERROR_FORMAT, "cannot be 0"},
    {"{" T("a", "F32", "1", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "'['"},
    {"{" T("a", "F32", "[1,1,1,1,1,1]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "more than 5"},
    {"{" T("a", "F32", "[9223372036854775807]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "too large"},
    {"{" T("a", "F32", "[4294967296,4294967296]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "too large"},
    {"{" T("a", "F32", "[4611686018427387905]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "too large"},
    {"{" T("a", "F32", "[99999999999999999999]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "too large"},
    {"{" T("a", "F32", "[1000000000]", "[0,4000000000]") "}", 4, LAM_ERROR_FORMAT,
     "states 4000000000"},
    {"{" T("a", "F32", "[1]", "[4,0]") "}", 4, LAM_ERROR_FORMAT, "ascending"},
    {"{" T("a", "F32", "[1]", "[-4,0]") "}", 4, LAM_ERROR_FORMAT, "integer"},
    {"{" T("a", "F32", "[1]", "[0,4,8]") "}", 4, LAM_ERROR_FORMAT, "more than 2"},
    {"{" T("a", "F32", "[1]", "[0]") "}", 4, LAM_ERROR_FORMAT, "ascending"},
    {"{" T("a", "F32", "[1]", "[0,8]") "}", 8, LAM_ERROR_FORMAT, "needs 4 bytes"},
    {"{" T("a", "F16", "[1]", "[0,4]") "}", 4, LAM_ERROR_FORMAT, "needs 2 bytes"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, LAM_ERROR_FORMAT, "lacks"},
    {"{\"a\":{}}", 0, LAM_ERROR_FORMAT, "expected"},
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, LAM_ERROR_FORMAT, "repeated"},
    {"{\"a\":{\"colour\":\"red\"}}", 0, LAM_ERROR_FORMAT, "unknown"},
    {"{\"a\":[]}", 0, LAM_ERROR_FORMAT, "expected"},
};

static void test_bad_headers(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad_headers); i++) {
        write_raw(f, bad_headers[i].header, bad_headers[i].bytes, UINT64_MAX);
        assert_refused(f, bad_headers[i].code, bad_headers[i].words);
    }
}

/* What other writers produce and is fine: any order, spaces, empty metadata, escapes in metadata. */
static void test_foreign_headers(Fixture *f, gconstpointer data)
{
    write_raw(f,
              " { \"b\" : {\"shape\":[ 1 , 2 ],\n\"data_offsets\":[2,10],\"dtype\":\"F32\"} ,"
              "\"__metadata__\":{\"k\\/\":\"\\ud83d\\ude00\\u00e9\"}," T("a", "F16", "[]",
                                                                         "[0,2]") "}  \n",
              10, UINT64_MAX);
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSafetensors) file = lam_safetensors_load(f->path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(lam_safetensors_at(file, 0)->name, ==, "a");
    g_assert_cmpuint(lam_safetensors_find(file, "b")->count, ==, 2);
    g_assert_cmpstr(lam_safetensors_metadata(file, "k/"), ==, "😀é");
}

static void test_not_finite(Fixture *f, gconstpointer data)
{
    const unsigned char tails[][4] = {{0, 0, 0xc0, 0x7f}, {0, 0, 0x80, 0x7f}, {0, 0, 0x80, 0xff}};
    for (guint i = 0; i < G_N_ELEMENTS(tails); i++) {
        g_autofree char *bytes = NULL;
        gsize size;
        write_raw(f, "{" T("a", "F32", "[3]", "[0,12]") "}", 12, UINT64_MAX);
        g_assert_true(g_file_get_contents(f->path, &bytes, &size, NULL));
        memcpy(bytes + size - 4, tails[i], 4);
        g_assert_true(g_file_set_contents(f->path, bytes, (gssize)size, NULL));
        assert_refused(f, LAM_ERROR_FORMAT, "not finite");
    }
}

static void test_save_refuses(Fixture *f, gconstpointer data)
{
    const float values[] = {NAN, -INFINITY, 65520, 1e9f};
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LamSafetensors) file = lam_safetensors_new();
        g_assert_true(lam_safetensors_add(file, "w", 1, (size_t[]){1}, &values[i], NULL));
        g_assert_false(lam_safetensors_save(file, f->path, LAM_STORE_F16, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, f->path));
        g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
        bool finite = isfinite(values[i]);
        g_assert_cmpint(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL), ==, finite);
        g_unlink(f->path);
    }
}

static void test_add_refuses(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) file = sample();
    const float x[1] = {0};
    const size_t one[6] = {1, 1, 1, 1, 1, 1}, none[1] = {0}, huge[2] = {G_MAXSIZE / 2, 3};
    const struct {
        const char *name;
        int ndim;
        const size_t *shape;
    } bad[] = {{"", 1, one},   {"a\"b", 1, one}, {"a\\b", 1, one},
               {"λ", 1, one},  {"a\nb", 1, one}, {"deep", 1, one},
               {"n", 6, one},  {"n", -1, one},   {"__metadata__", 1, one},
               {"n", 1, none}, {"n", 2, huge}};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(
            lam_safetensors_add(file, bad[i].name, bad[i].ndim, bad[i].shape, x, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    }
    g_assert_cmpuint(lam_safetensors_count(file), ==, 3);
}

static void test_bad_paths(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) file = sample();
    g_autofree char *absent = g_build_filename(f->folder, "no", "such.safetensors", NULL);
    const char *paths[] = {absent, f->folder, "/dev/null", "/dev/full"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) load_error = NULL;
        g_autoptr(GError) save_error = NULL;
        g_assert_null(lam_safetensors_load(paths[i], &load_error));
        g_assert_nonnull(strstr(load_error->message, paths[i]));
        g_assert_false(lam_safetensors_save(file, paths[i], LAM_STORE_F32, &save_error));
        g_assert_error(save_error, LAM_ERROR, LAM_ERROR_IO);
        g_assert_nonnull(strstr(save_error->message, paths[i]));
    }
    g_assert_false(g_file_test("/dev/full", G_FILE_TEST_IS_REGULAR));
}

/* A failed save leaves the earlier file as it was. */
static void test_keeps_old(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) good = sample();
    g_autoptr(LamSafetensors) bad = lam_safetensors_new();
    const float nan_value[1] = {NAN};
    g_assert_true(lam_safetensors_add(bad, "w", 1, (size_t[]){1}, nan_value, NULL));
    g_assert_true(lam_safetensors_save(good, f->path, LAM_STORE_F32, NULL));
    g_assert_false(lam_safetensors_save(bad, f->path, LAM_STORE_F32, NULL));
    g_autoptr(LamSafetensors) back = lam_safetensors_load(f->path, NULL);
    g_assert_nonnull(back);
    assert_same(good, back);
}

/* A limit on file sizes stands in for a full disk. */
static void test_disk_full(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamSafetensors) good = sample();
    g_autoptr(LamSafetensors) large = lam_safetensors_new();
    g_autofree float *zeros = g_new0(float, 100000);
    struct rlimit limit, before;
    g_assert_true(lam_safetensors_add(large, "w", 1, (size_t[]){100000}, zeros, NULL));
    g_assert_true(lam_safetensors_save(good, f->path, LAM_STORE_F32, NULL));
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    limit = before;
    limit.rlim_cur = 50000;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    bool saved = lam_safetensors_save(large, f->path, LAM_STORE_F32, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(saved);
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, f->path));
    g_assert_nonnull(strstr(error->message, "too large"));
    g_autoptr(LamSafetensors) back = lam_safetensors_load(f->path, NULL);
    g_assert_nonnull(back);
    assert_same(good, back); /* and tear_down sees that no temporary is left */
}

/* 1 if these bytes load; whatever they are, they load or are refused with one line, and take no more
 * memory than they can fill. */
static int load_bytes(const Fixture *f, const char *bytes, gsize size)
{
    g_autoptr(GError) error = NULL;
    size_t values = 0;
    g_unlink(f->path); /* file systems may sync a file that is overwritten: thousands take long */
    FILE *stream = fopen(f->path, "wb");
    g_assert_cmpuint(fwrite(bytes, 1, size, stream), ==, size);
    fclose(stream);
    g_autoptr(LamSafetensors) file = lam_safetensors_load(f->path, &error);
    g_assert_true((file == NULL) == (error != NULL));
    for (size_t i = 0; file != NULL && i < lam_safetensors_count(file); i++)
        values += lam_safetensors_at(file, i)->count;
    g_assert_cmpuint(2 * values, <=, size);
    if (error != NULL) {
        g_assert_nonnull(strstr(error->message, f->path));
        g_assert_null(strchr(error->message, '\n'));
    }
    return file != NULL;
}

/* Deterministic mutations of a good file: bytes anywhere; or, as most of those only break the JSON,
 * digits of the header for other digits; and now and then the end is missing. */
static void test_mutations(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) file = sample();
    g_autofree char *good = NULL;
    gsize size;
    int loaded = 0, rounds = 6000;
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F16, NULL));
    g_assert_true(g_file_get_contents(f->path, &good, &size, NULL));
    g_autoptr(GRand) random = g_rand_new_with_seed(20240607);
    for (int round = 0; round < rounds; round++) {
        g_autofree char *bytes = g_memdup2(good, size);
        for (int n = g_rand_int_range(random, 1, 5); n > 0;) {
            char *at = &bytes[g_rand_int_range(random, 0, (int)size)];
            if (round % 2 && !g_ascii_isdigit(*at))
                continue;
            *at = round % 2 ? (char)g_rand_int_range(random, '0', '9' + 1)
                            : (char)g_rand_int_range(random, 0, 256);
            n--;
        }
        gsize kept = round % 10 ? size : (gsize)g_rand_int_range(random, 0, (int)size + 1);
        loaded += load_bytes(f, bytes, kept);
    }
    g_assert_cmpint(loaded, >, 100); /* changed values and names are legal */
    g_assert_cmpint(loaded, <, rounds / 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/safetensors/round-trip", test_round_trip},
        {"/safetensors/f16-rounds", test_f16_rounds},
        {"/safetensors/layout", test_layout},
        {"/safetensors/empty", test_empty},
        {"/safetensors/cut-short", test_cut_short},
        {"/safetensors/lying-length", test_lying_length},
        {"/safetensors/bad-headers", test_bad_headers},
        {"/safetensors/foreign-headers", test_foreign_headers},
        {"/safetensors/not-finite", test_not_finite},
        {"/safetensors/save-refuses", test_save_refuses},
        {"/safetensors/add-refuses", test_add_refuses},
        {"/safetensors/bad-paths", test_bad_paths},
        {"/safetensors/keeps-old", test_keeps_old},
        {"/safetensors/disk-full", test_disk_full},
        {"/safetensors/mutations", test_mutations},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
