/* Files that are not what they claim to be: each subcommand that is given one ends with status 1 and
 * one line naming the file, and leaves nothing behind. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <nifti1.h>
#include <string.h>

#define SIDE 16

static LamCliFixture *fixture;
static char *bad_folder, *out_folder;

/* ---- making files ---- */

static nifti_1_header good_header(void)
{
    nifti_1_header h = {.sizeof_hdr = 348,
                        .dim = {3, SIDE, SIDE, SIDE, 1, 1, 1, 1},
                        .datatype = 16,
                        .bitpix = 32,
                        .pixdim = {1, 8, 8, 8, 1, 1, 1, 1},
                        .vox_offset = 352,
                        .sform_code = 1,
                        .srow_x = {8, 0, 0, -60},
                        .srow_y = {0, 8, 0, -60},
                        .srow_z = {0, 0, 8, -60},
                        .magic = "n+1"};
    return h;
}

static char *bad_path(const char *name)
{
    return g_build_filename(bad_folder, name, NULL);
}

/* Header, four bytes of no extension, then voxels of one value; `kept` bytes of all that. */
static void write_scan(const char *name, const nifti_1_header *h, float value, size_t kept)
{
    g_autofree char *path = bad_path(name);
    size_t voxels = SIDE * SIDE * SIDE, bytes = 352 + voxels * 4;
    g_autofree char *data = g_malloc0(bytes);
    memcpy(data, h, sizeof *h);
    for (size_t i = 0; i < voxels; i++)
        memcpy(data + 352 + 4 * i, &value, 4);
    g_assert_true(g_file_set_contents(path, data, (gssize)MIN(kept, bytes), NULL));
}

static void write_bytes(const char *name, const char *bytes, gssize size)
{
    g_autofree char *path = bad_path(name);
    g_assert_true(g_file_set_contents(path, bytes, size, NULL));
}

/* The good file's first bytes under a new name. */
static void cut(const char *from, const char *name, double share)
{
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(from, &bytes, &size, NULL));
    write_bytes(name, bytes, (gssize)((double)size * share));
}

static void make_headers(void)
{
    nifti_1_header h = good_header();
    write_scan("cut-in-header.nii", &h, 1, 200);
    write_scan("cut-in-voxels.nii", &h, 1, 5000);
    h.sizeof_hdr = 1234;
    write_scan("wrong-header-size.nii", &h, 1, 1e6);
    h = good_header();
    h.dim[2] = 0;
    write_scan("zero-sized.nii", &h, 1, 1e6);
    h = good_header();
    h.dim[1] = -5;
    write_scan("negative-size.nii", &h, 1, 1e6);
    h = good_header();
    h.dim[1] = h.dim[2] = h.dim[3] = 32767;
    write_scan("enormous.nii", &h, 1, 1e6);
    h = good_header();
    h.datatype = 128;
    h.bitpix = 24;
    write_scan("rgb.nii", &h, 1, 1e6);
    h.datatype = 32;
    h.bitpix = 64;
    write_scan("complex.nii", &h, 1, 1e6);
    h.datatype = 7777;
    write_scan("unknown-type.nii", &h, 1, 1e6);
    h = good_header();
    memset(h.magic, 0, 4);
    write_scan("no-magic.nii", &h, 1, 1e6);
}

static const char *const unreadable[] = {
    "absent.nii",        "empty.nii",         "text.nii",
    "folder.nii",        "cut.nii.gz",        "not-gzip.nii.gz",
    "cut-in-header.nii", "cut-in-voxels.nii", "wrong-header-size.nii",
    "zero-sized.nii",    "negative-size.nii", "enormous.nii",
    "rgb.nii",           "complex.nii",       "unknown-type.nii",
    "no-magic.nii",
};

static void make_files(void)
{
    g_autofree char *folder = bad_path("folder.nii");
    nifti_1_header h = good_header();
    g_assert_cmpint(g_mkdir(folder, 0755), ==, 0);
    make_headers();
    write_bytes("empty.nii", "", 0);
    write_bytes("text.nii", "This is a letter, not a scan.\n", -1);
    write_bytes("not-gzip.nii.gz", "This is a letter, not a scan.\n", -1);
    cut(fixture->fixed, "cut.nii.gz", 0.6);
    write_scan("constant.nii", &h, 7, 1e6);
    write_scan("nan.nii", &h, NAN, 1e6);
    cut(fixture->model, "cut.safetensors", 0.7);
    cut(fixture->model, "header-only.safetensors", 0.01);
    write_bytes("lying.safetensors", "\xff\xff\xff\x00\x00\x00\x00\x00{}", 10);
    write_bytes("letter.safetensors", "This is a letter, not a model.\n", -1);
}

/* ---- running ---- */

/* Runs, expects failure, and that the output folder is as empty as before. */
static void assert_refused(const char *word, const char *const *arguments)
{
    LamCliRun run = lam_cli_run_array(arguments);
    lam_cli_assert_failed(&run, 1, word);
    g_assert_cmpuint(lam_cli_count_files(out_folder), ==, 0);
    lam_cli_run_clear(&run);
}

#define REFUSED(word, ...) assert_refused(word, (const char *[]){__VA_ARGS__, NULL})

static void test_unreadable(gconstpointer data)
{
    const char *name = data;
    g_autofree char *bad = bad_path(name), *out = g_build_filename(out_folder, "o.nii.gz", NULL);
    g_autofree char *png = g_build_filename(out_folder, "o.png", NULL);
    const char *good = fixture->fixed, *model = fixture->model;
    REFUSED(bad, "info", bad);
    REFUSED(bad, "info", "--json", bad);
    REFUSED(bad, "register", "-t", "affine", "-f", bad, "-m", good, "-w", out);
    REFUSED(bad, "register", "-l", "0.5", "-M", model, "-f", good, "-m", bad, "-w", out);
    REFUSED(bad, "apply", "-u", bad, "-i", good, "-r", good, "-o", out);
    REFUSED(bad, "render", "-f", good, "-m", bad, "-M", model, "-l", "0.5", "-o", png);
}

static void test_flat(void)
{
    static const char *const names[] = {"constant.nii", "nan.nii"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *bad = bad_path(names[i]);
        g_autofree char *out = g_build_filename(out_folder, "o.nii.gz", NULL);
        LamCliRun info = lam_cli_run("info", bad, NULL);
        g_assert_cmpint(info.status, ==, 0); /* a flat scan is a scan, only not one to register */
        lam_cli_run_clear(&info);
        REFUSED(bad, "register", "-t", "affine", "-f", bad, "-m", fixture->moving, "-w", out);
        REFUSED(bad, "register", "-t", "affine", "-f", fixture->fixed, "-m", bad, "-w", out);
        REFUSED(bad, "register", "-l", "0.5", "-M", fixture->model, "-f", bad, "-m",
                fixture->moving, "-w", out);
    }
}

static void test_models(void)
{
    static const char *const names[] = {"absent.safetensors", "cut.safetensors",
                                        "header-only.safetensors", "lying.safetensors",
                                        "letter.safetensors"};
    g_autofree char *out = g_build_filename(out_folder, "o.nii.gz", NULL);
    g_autofree char *pairs = g_build_filename(fixture->pair, "pairs.csv", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *bad = bad_path(names[i]);
        REFUSED(bad, "info", bad);
        REFUSED(bad, "register", "-l", "0.5", "-M", bad, "-f", fixture->fixed, "-m",
                fixture->moving, "-w", out);
        REFUSED(bad, "evaluate", pairs, "-l", "0.5", "-M", bad);
    }
}

static void test_pairs(void)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        {"no-header.csv", "a.nii,b.nii,c.nii,d.nii\n"},
        {"no-rows.csv", "fixed,moving,fixed_labels,moving_labels\n"},
        {"no-labels.csv", "fixed,moving\na.nii,b.nii\n"},
        {"short-row.csv", "fixed,moving,fixed_labels,moving_labels\na.nii,b.nii\n"},
        {"empty.csv", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *bad = bad_path(files[i].name);
        write_bytes(files[i].name, files[i].text, -1);
        REFUSED(bad, "evaluate", bad, "-M", fixture->model);
    }
    g_autofree char *absent = bad_path("absent.csv");
    REFUSED(absent, "evaluate", absent, "-M", fixture->model);
    write_bytes("absent-scan.csv",
                "fixed,moving,fixed_labels,moving_labels\nx.nii,x.nii,x.nii,x.nii\n", -1);
    g_autofree char *rows = bad_path("absent-scan.csv"), *scan = bad_path("x.nii");
    REFUSED(scan, "evaluate", rows, "-M", fixture->model);
}

/* Targets that cannot be written, among them the inputs themselves. */
static void test_targets(void)
{
    g_autofree char *nowhere = g_build_filename(out_folder, "no", "such", "o.nii.gz", NULL);
    g_autofree char *alias = g_build_filename(fixture->pair, ".", "fixed.nii.gz", NULL);
    g_autofree char *before = NULL, *after = NULL;
    gsize size_before, size_after;
    g_autofree char *picture = g_build_filename(out_folder, "o.png", NULL);
    const char *bad[] = {nowhere, out_folder, fixture->fixed, alias, "/dev/full", picture};
    g_assert_true(g_file_get_contents(fixture->fixed, &before, &size_before, NULL));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        REFUSED(bad[i], "register", "-t", "affine", "-f", fixture->fixed, "-m", fixture->moving,
                "-w", bad[i]);
        REFUSED(bad[i], "register", "-t", "affine", "-f", fixture->fixed, "-m", fixture->moving,
                "-u", bad[i]);
    }
    g_assert_true(g_file_get_contents(fixture->fixed, &after, &size_after, NULL));
    g_assert_cmpmem(before, size_before, after, size_after);
    g_assert_false(g_file_test("/dev/full", G_FILE_TEST_IS_REGULAR));
    g_autofree char *both = g_build_filename(out_folder, "both.nii", NULL);
    g_autofree char *again = g_build_filename(out_folder, ".", "both.nii", NULL);
    REFUSED(again, "register", "-t", "affine", "-f", fixture->fixed, "-m", fixture->moving, "-w",
            both, "-u", again);
    /* before anything is computed or written */
    REFUSED(picture, "register", "-t", "affine", "-f", fixture->fixed, "-m", fixture->moving, "-w",
            both, "-u", picture);
    g_assert_false(g_file_test(both, G_FILE_TEST_EXISTS));
    g_autofree char *under_file = g_build_filename(fixture->fixed, "x", NULL);
    REFUSED(under_file, "synth", "phantom", "--spacing", "4", "-o", under_file);
}

static void test_values(void)
{
    g_autofree char *out = g_build_filename(out_folder, "o.nii.gz", NULL);
    g_autofree char *truth = g_build_filename(fixture->pair, "truth.nii.gz", NULL);
    REFUSED(fixture->fixed, "apply", "-u", fixture->fixed, "-i", fixture->moving, "-r",
            fixture->fixed, "-o", out); /* not a field */
    REFUSED(truth, "apply", "-l", "-u", truth, "-i", truth, "-r", fixture->fixed, "-o", out);
    REFUSED(fixture->moving, "apply", "-u", truth, "-i", fixture->moving, "--frame", "9", "-r",
            fixture->fixed, "-o", out);
    REFUSED("spacing", "synth", "phantom", "--spacing", "0.1", "-o", out_folder);
}

static void test_landmarks(void)
{
    static const char *const wrong[][2] = {
        {"x,y\n", "line 1"},
        {"fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n", "no points"},
        {"fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,3,4,5\n", "line 2"},
        {"fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,3,4,5,nan\n", "line 2"},
        {"fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,3,4,5,9e9\n", "outside"},
    };
    g_autofree char *marks = g_build_filename(fixture->folder, "marks.csv", NULL);
    g_autofree char *out = g_build_filename(fixture->folder, "marked.nii", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_true(g_file_set_contents(marks, wrong[i][0], -1, NULL));
        LamCliRun run = lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-w",
                                    out, "--method", "classical", "--landmarks", marks, NULL);
        lam_cli_assert_failed(&run, 1, wrong[i][1]);
        lam_cli_run_clear(&run);
        g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    bad_folder = g_build_filename(fixture->folder, "bad", NULL);
    out_folder = g_build_filename(fixture->folder, "out", NULL);
    g_assert_cmpint(g_mkdir(bad_folder, 0755), ==, 0);
    g_assert_cmpint(g_mkdir(out_folder, 0755), ==, 0);
    make_files();
    for (guint i = 0; i < G_N_ELEMENTS(unreadable); i++) {
        g_autofree char *path = g_strdup_printf("/bad-input/unreadable/%s", unreadable[i]);
        g_test_add_data_func(path, unreadable[i], test_unreadable);
    }
    g_test_add_func("/bad-input/flat", test_flat);
    g_test_add_func("/bad-input/models", test_models);
    g_test_add_func("/bad-input/pairs", test_pairs);
    g_test_add_func("/bad-input/targets", test_targets);
    g_test_add_func("/bad-input/values", test_values);
    g_test_add_func("/bad-input/landmarks", test_landmarks);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    g_free(bad_folder);
    g_free(out_folder);
    return status;
}
