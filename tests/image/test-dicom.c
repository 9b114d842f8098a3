/* DICOM through dcm2niix, and what stands in its place. */
#include <lambdascope/error.h>
#include <lambdascope/scan.h>

#include "raw-dicom.h"
#include "raw-nifti.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct {
    char *folder;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = raw_folder();
}

static void tear_down(Fixture *f, gconstpointer data)
{
    raw_folder_remove(f->folder);
}

static char *in_folder(const Fixture *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

static LamVolume *load(const char *path)
{
    GError *error = NULL;
    LamVolume *volume = lam_scan_load(path, 0, &error);
    g_assert_no_error(error);
    return volume;
}

static void expect(const char *path, LamError code, const char *reason)
{
    GError *error = NULL;
    g_assert_null(lam_scan_load(path, 0, &error));
    g_assert_error(error, LAM_ERROR, (int)code);
    if (strstr(error->message, reason) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, reason);
    g_assert_null(strchr(error->message, '\n'));
    g_clear_error(&error);
}

static const RawDicom head = {.series = 3,
                              .description = "T1 head",
                              .columns = 6,
                              .rows = 5,
                              .slices = 4,
                              .spacing_mm = {2, 2.5, 3},
                              .origin_mm = {-5, -7, 10}};

static bool has_converter(void)
{
    g_autofree char *program = g_find_program_in_path("dcm2niix");
    if (program == NULL)
        g_test_skip("dcm2niix is not installed");
    return program != NULL;
}

/* What of the temporary folder's content looks like ours. */
static int left_behind(void)
{
    int count = 0;
    GDir *dir = g_dir_open(g_get_tmp_dir(), 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        count += g_str_has_prefix(name, "lambdascope-");
    g_dir_close(dir);
    return count;
}

/* RAS is (-x, -y, z) of DICOM's patient coordinates. */
static void expect_head(const LamVolume *v)
{
    LamMat4 to_voxel;
    g_assert_cmpstr(v->file_kind, ==, "DICOM");
    g_assert_true(lam_mat4_invert(&v->grid.to_world, &to_voxel));
    for (int k = 0; k < 4; k++)
        for (int j = 0; j < 5; j++)
            for (int i = 0; i < 6; i++) {
                LamVec3 at = {{-(-5 + 2.0 * i), -(-7 + 2.5 * j), 10 + 3.0 * k}};
                LamVec3 p = lam_mat4_apply(&to_voxel, at);
                const int *n = v->grid.size;
                int x = (int)lround(p.v[0]), y = (int)lround(p.v[1]), z = (int)lround(p.v[2]);
                g_assert_cmpfloat((double)v->data[(z * n[1] + y) * n[0] + x], ==,
                                  100 * k + 10 * j + i);
            }
}

static void test_dicom(Fixture *f, gconstpointer data)
{
    if (!has_converter())
        return;
    int before = left_behind();
    raw_dicom_write(&head, f->folder);
    g_autoptr(LamVolume) whole = load(f->folder);
    expect_head(whole);
    g_assert_cmpstr(whole->path, ==, f->folder);
    g_assert_nonnull(strstr(whole->note, "T1_head"));
    g_autofree char *one = in_folder(f, "3-002.dcm");
    g_autoptr(LamVolume) by_file = load(one);
    expect_head(by_file);
    g_assert_cmpint(left_behind(), ==, before);
}

static void test_dicom_series(Fixture *f, gconstpointer data)
{
    if (!has_converter())
        return;
    int before = left_behind();
    RawDicom other = head;
    other.series = 12;
    other.description = "T2";
    other.slices = 3;
    raw_dicom_write(&head, f->folder);
    raw_dicom_write(&other, f->folder);
    expect(f->folder, LAM_ERROR_ARGUMENT, "2 series");
    expect(f->folder, LAM_ERROR_ARGUMENT, "#0: 3 T1_head (6 x 5 x 4), #1: 12 T2 (6 x 5 x 3)");
    g_autofree char *first = g_strconcat(f->folder, "#0", NULL);
    g_autofree char *second = g_strconcat(f->folder, "#1", NULL);
    g_autofree char *third = g_strconcat(f->folder, "#2", NULL);
    g_autofree char *frame = g_strconcat(f->folder, "#1#1", NULL);
    g_autoptr(LamVolume) a = load(first);
    g_autoptr(LamVolume) b = load(second);
    expect_head(a);
    g_assert_cmpint(b->grid.size[2], ==, 3);
    expect(third, LAM_ERROR_ARGUMENT, "series 2");
    expect(frame, LAM_ERROR_ARGUMENT, "frame 1");
    g_autofree char *file = in_folder(f, "12-001.dcm"); /* stands for its series */
    g_autoptr(LamVolume) c = load(file);
    g_assert_cmpint(c->grid.size[2], ==, 3);
    g_assert_cmpint(left_behind(), ==, before);
}

static void test_no_dicom(Fixture *f, gconstpointer data)
{
    if (!has_converter())
        return;
    int before = left_behind();
    expect(f->folder, LAM_ERROR_FORMAT, "no DICOM");
    g_autofree char *path = in_folder(f, "text.dcm");
    raw_write_bytes(path, "hello", 5, false);
    expect(path, LAM_ERROR_FORMAT, "no DICOM");
    g_assert_cmpint(left_behind(), ==, before);
}

static void test_dicom_cancelled(Fixture *f, gconstpointer data)
{
    if (!has_converter())
        return;
    int before = left_behind();
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LamScanOptions options = lam_scan_defaults();
    GError *error = NULL;
    options.cancellable = cancellable;
    g_cancellable_cancel(cancellable);
    raw_dicom_write(&head, f->folder);
    g_assert_null(lam_scan_load_with(f->folder, &options, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
    g_clear_error(&error);
    g_assert_cmpint(left_behind(), ==, before);
}

/* In place of the converter: nothing, or a script. Returns the old PATH. */
static char *replace_converter(const Fixture *f, const char *script)
{
    char *before = g_strdup(g_getenv("PATH"));
    g_autofree char *program = in_folder(f, "dcm2niix");
    if (script != NULL) {
        g_assert_true(g_file_set_contents(program, script, -1, NULL));
        g_assert_cmpint(g_chmod(program, 0755), ==, 0);
    }
    g_setenv("PATH", f->folder, TRUE);
    return before;
}

static void test_no_converter(Fixture *f, gconstpointer data)
{
    g_autofree char *path = replace_converter(f, NULL);
    expect(f->folder, LAM_ERROR_UNSUPPORTED, "dcm2niix, which is not installed");
    g_setenv("PATH", path, TRUE);
}

static void test_bad_converter(Fixture *f, gconstpointer data)
{
    static const char *const bad[][2] = {
        {"#!/bin/sh\nkill -SEGV $$\n", "crashed"},
        {"#!/bin/sh\necho 'Error: no room'\nexit 1\n", "Error: no room"},
        {"#!/bin/sh\nexit 0\n", "made no scan"},
    };
    int before = left_behind();
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *path = replace_converter(f, bad[i][0]);
        expect(f->folder, LAM_ERROR_FORMAT, bad[i][1]);
        g_setenv("PATH", path, TRUE);
    }
    g_assert_cmpint(left_behind(), ==, before);
}

static gpointer cancel_soon(gpointer cancellable)
{
    g_usleep(200 * 1000);
    g_cancellable_cancel(cancellable);
    return NULL;
}

/* A converter at work is ended at once. */
static void test_stopped(Fixture *f, gconstpointer data)
{
    g_autofree char *path = replace_converter(f, "#!/bin/sh\nexec /bin/sleep 600\n");
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LamScanOptions options = lam_scan_defaults();
    GError *error = NULL;
    options.cancellable = cancellable;
    GThread *thread = g_thread_new("cancel", cancel_soon, cancellable);
    gint64 start = g_get_monotonic_time();
    g_assert_null(lam_scan_load_with(f->folder, &options, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 60 * G_USEC_PER_SEC);
    g_clear_error(&error);
    g_thread_join(thread);
    g_setenv("PATH", path, TRUE);
}

#define ADD(name, function) g_test_add("/dicom/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    char *own = g_mkdtemp(g_strdup("/tmp/lam-scan-XXXXXX"));
    g_setenv("TMPDIR", own, TRUE); /* so that what is left there is ours */
    g_test_init(&argc, &argv, NULL);
    ADD("no-converter", test_no_converter); /* first those that change PATH */
    ADD("bad-converter", test_bad_converter);
    ADD("stopped", test_stopped);
    ADD("whole", test_dicom);
    ADD("series", test_dicom_series);
    ADD("none", test_no_dicom);
    ADD("cancelled", test_dicom_cancelled);
    int status = g_test_run();
    raw_folder_remove(own);
    return status;
}
