/* One entry for every kind of file: which reader, which frame; pictures. */
#include <lambdascope/error.h>
#include <lambdascope/scan.h>

#include "raw-mgh.h"
#include "raw-nifti.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <zlib.h>

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

/* ---- which reader ---- */

static void test_kinds(Fixture *f, gconstpointer data)
{
    RawNifti nifti = raw_nifti(4, 16, 2, 1, 1);
    RawMgh mgh = raw_mgh(0, 2, 1, 1);
    const double values[2] = {3, 4};
    g_autoptr(GByteArray) mgh_bytes = raw_mgh_file(&mgh, values, 2);
    g_autofree char *path = in_folder(f, "scan"); /* the name says nothing */
    for (int gz = 0; gz < 2; gz++) {
        raw_write(&nifti, path, values, 2, gz);
        g_autoptr(LamVolume) a = load(path);
        g_assert_cmpstr(a->file_kind, ==, "NIfTI-1");
        raw_write_bytes(path, mgh_bytes->data, mgh_bytes->len, gz);
        g_autoptr(LamVolume) b = load(path);
        g_assert_cmpstr(b->file_kind, ==, "FreeSurfer MGH");
        g_assert_cmpfloat((double)b->data[1], ==, 4);
    }
}

/* Where the content tells nothing, the name says what was meant. */
static void test_broken_kinds(Fixture *f, gconstpointer data)
{
    static const char *const names[][2] = {{"a.mgz", "not an MGH"},
                                           {"a.nii.gz", "not a NIfTI"},
                                           {"a.PNG", "not a PNG"},
                                           {"a.xyz", "not a NIfTI"}};
    char text[400];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = in_folder(f, names[i][0]);
        raw_write_bytes(path, text, sizeof text, false);
        expect(path, LAM_ERROR_FORMAT, names[i][1]);
    }
    expect("/nowhere/scan.mgz", LAM_ERROR_IO, "No such file");
    expect("/dev/null", LAM_ERROR_IO, "regular");
}

/* ---- frames ---- */

static void expect_frame(const char *path, int frame, bool chosen)
{
    g_autoptr(LamVolume) v = load(path);
    g_assert_cmpint(v->frame, ==, frame);
    g_assert_true(v->frame_chosen == chosen);
    g_assert_cmpfloat((double)v->data[0], ==, 10 * frame);
    g_assert_nonnull(strstr(v->note, chosen ? "of 3 (counted from 0)" : "it has 3 frames"));
}

static void test_frames(Fixture *f, gconstpointer data)
{
    RawNifti nifti = raw_nifti(4, 16, 1, 1, 1);
    RawMgh mgh = raw_mgh(4, 1, 1, 1);
    const double values[3] = {0, 10, 20};
    nifti.dim[0] = 4;
    nifti.dim[4] = mgh.size[3] = 3;
    g_autoptr(GByteArray) bytes = raw_mgh_file(&mgh, values, 3);
    g_autofree char *path = in_folder(f, "scan");
    for (int kind = 0; kind < 2; kind++) {
        if (kind == 0)
            raw_write(&nifti, path, values, 3, false);
        else
            raw_write_bytes(path, bytes->data, bytes->len, true);
        expect_frame(path, 0, false);
        for (int frame = 0; frame < 3; frame++) {
            g_autofree char *part = g_strdup_printf("%s#%d", path, frame);
            expect_frame(part, frame, true);
        }
        g_autofree char *beyond = g_strdup_printf("%s#3", path);
        expect(beyond, LAM_ERROR_ARGUMENT, "frame 3");
        g_autofree char *twice = g_strdup_printf("%s#0#1", path);
        expect(twice, LAM_ERROR_IO, "No such file");
    }
    g_autofree char *named = in_folder(f, "scan#1"); /* a file of that very name */
    RawNifti single = raw_nifti(4, 16, 1, 1, 1);
    const double seven = 7;
    raw_write(&single, named, &seven, 1, false);
    g_autoptr(LamVolume) v = load(named);
    g_assert_cmpfloat((double)v->data[0], ==, 7);
    g_assert_null(strstr(v->note, "frame"));
}

/* Whole numbers stay whole, whatever type holds them. */
static void test_labels(Fixture *f, gconstpointer data)
{
    static const int types[] = {16, 64, 512, 8};
    const double values[4] = {0, 207, 2035, 14175};
    g_autofree char *path = in_folder(f, "labels.nii");
    for (size_t t = 0; t < G_N_ELEMENTS(types); t++) {
        RawNifti raw = raw_nifti(types[t],
                                 types[t] == 64    ? 64
                                 : types[t] == 512 ? 16
                                                   : 32,
                                 4, 1, 1);
        raw_write(&raw, path, values, 4, false);
        g_autoptr(LamVolume) v = load(path);
        for (int i = 0; i < 4; i++)
            g_assert_cmpfloat((double)v->data[i], ==, values[i]);
    }
}

static void test_units(Fixture *f, gconstpointer data)
{
    static const struct {
        int code;
        double mm;
        const char *note;
    } units[] = {{0, 1, "no unit"}, {1, 1000, "metres"}, {2, 1, NULL}, {3, 0.001, "micrometres"}};
    const double one = 1;
    g_autofree char *path = in_folder(f, "scan.nii");
    for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
        for (int space = 0; space < 3; space++) {
            RawNifti raw = raw_nifti(4, 16, 1, 1, 1);
            raw.units = units[u].code;
            raw.pixdim[1] = raw.pixdim[2] = raw.pixdim[3] = 2;
            raw.qform_code = space == 1;
            raw.sform_code = space == 2;
            for (int i = 0; i < 3; i++)
                raw.srow[i][i] = 2;
            raw_write(&raw, path, &one, 1, false);
            g_autoptr(LamVolume) v = load(path);
            LamVec3 spacing = lam_grid_spacing_mm(&v->grid);
            g_assert_cmpfloat_with_epsilon(spacing.v[1], 2 * units[u].mm, 1e-9);
            if (units[u].note != NULL)
                g_assert_nonnull(strstr(v->note, units[u].note));
        }
}

/* ---- pictures ---- */

static GdkPixbuf *picture(bool alpha, int width, int height, const guint8 *pixels)
{
    GdkPixbuf *out = gdk_pixbuf_new(GDK_COLORSPACE_RGB, alpha, 8, width, height);
    int channels = alpha ? 4 : 3, stride = gdk_pixbuf_get_rowstride(out);
    for (int j = 0; j < height; j++)
        memcpy(gdk_pixbuf_get_pixels(out) + j * stride, pixels + j * width * channels,
               (size_t)(width * channels));
    return out;
}

static void test_png(Fixture *f, gconstpointer data)
{
    const guint8 pixels[] = {0, 0, 0, 1, 1, 1, 255, 255, 255, 77, 77, 77, 255, 0, 0, 0, 255, 0};
    const float grey[] = {0, 1, 255, 77, 76.245f, 149.685f};
    g_autoptr(GdkPixbuf) image = picture(false, 3, 2, pixels);
    g_autofree char *path = in_folder(f, "slice"); /* by content */
    g_assert_true(gdk_pixbuf_save(image, path, "png", NULL, NULL));
    g_autoptr(LamVolume) v = load(path);
    char letters[4];
    g_assert_cmpstr(v->file_kind, ==, "PNG");
    g_assert_cmpint(v->grid.size[0], ==, 3);
    g_assert_cmpint(v->grid.size[1], ==, 2);
    g_assert_cmpint(v->grid.size[2], ==, 1);
    for (int i = 0; i < 6; i++)
        g_assert_cmpfloat((double)v->data[i], ==, (double)grey[i]);
    lam_grid_orientation(&v->grid, letters);
    g_assert_cmpstr(letters, ==, "LPS");
    LamVec3 centre = lam_grid_centre_mm(&v->grid), spacing = lam_grid_spacing_mm(&v->grid);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpfloat(centre.v[i], ==, 0);
        g_assert_cmpfloat(spacing.v[i], ==, 1);
    }
    g_assert_nonnull(strstr(v->note, "1 mm"));
    g_assert_nonnull(strstr(v->note, "radiological"));
    g_assert_nonnull(strstr(v->note, "luminance"));
    g_autofree char *second = g_strconcat(path, "#1", NULL);
    expect(second, LAM_ERROR_ARGUMENT, "frame 1");
}

static void test_png_alpha(Fixture *f, gconstpointer data)
{
    const guint8 pixels[] = {200, 200, 200, 255, 200, 200, 200, 51, 200, 200, 200, 0};
    g_autoptr(GdkPixbuf) image = picture(true, 3, 1, pixels);
    g_autofree char *path = in_folder(f, "slice.png");
    g_assert_true(gdk_pixbuf_save(image, path, "png", NULL, NULL));
    g_autoptr(LamVolume) v = load(path);
    g_assert_cmpfloat((double)v->data[0], ==, 200);
    g_assert_cmpfloat((double)v->data[1], ==, 40);
    g_assert_cmpfloat((double)v->data[2], ==, 0);
    g_assert_nonnull(strstr(v->note, "transparent"));
    g_assert_null(strstr(v->note, "luminance"));
}

static void test_jpeg(Fixture *f, gconstpointer data)
{
    guint8 pixels[16 * 8 * 3];
    memset(pixels, 90, sizeof pixels);
    g_autoptr(GdkPixbuf) image = picture(false, 16, 8, pixels);
    g_autofree char *path = in_folder(f, "slice.jpg");
    g_assert_true(gdk_pixbuf_save(image, path, "jpeg", NULL, "quality", "95", NULL));
    g_autoptr(LamVolume) v = load(path);
    g_assert_cmpstr(v->file_kind, ==, "JPEG");
    for (int i = 0; i < 16 * 8; i++)
        g_assert_cmpfloat_with_epsilon((double)v->data[i], 90, 2);
}

/* Sizes that no such file holds, and files that end early. */
static void test_bad_pictures(Fixture *f, gconstpointer data)
{
    static guint8 noise[64 * 64 * 3];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (guint8)(i * i >> 3);
    g_autoptr(GdkPixbuf) image = picture(false, 64, 64, noise);
    g_autofree char *path = in_folder(f, "slice.png");
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(gdk_pixbuf_save(image, path, "png", NULL, NULL));
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    raw_write_bytes(path, bytes, n / 2, false);
    expect(path, LAM_ERROR_FORMAT, "cannot read scan");
    raw_write_bytes(path, bytes, 12, false);
    expect(path, LAM_ERROR_FORMAT, "cannot read scan");
    bytes[17] = 0x7f; /* width in IHDR, whose checksum is then wrong as well */
    raw_write_bytes(path, bytes, n, false);
    expect(path, LAM_ERROR_FORMAT, "cannot read scan");
}

static void put_be32(GByteArray *bytes, guint32 value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *)&value, 4);
}

static void put_chunk(GByteArray *png, const char *name, const guint8 *data, guint n)
{
    put_be32(png, n);
    guint start = png->len;
    g_byte_array_append(png, (const guint8 *)name, 4);
    g_byte_array_append(png, data, n);
    put_be32(png, (guint32)crc32(0, png->data + start, n + 4));
}

/* A PNG that is well formed up to its pixels, of which there are next to none. */
static void write_claim(const char *path, guint32 width, guint32 height)
{
    g_autoptr(GByteArray) png = g_byte_array_new(), header = g_byte_array_new();
    static const guint8 depth[] = {8, 0, 0, 0, 0}, pixels[] = {0x78, 0x9c, 3, 0, 0, 0, 0, 1};
    put_be32(header, width);
    put_be32(header, height);
    g_byte_array_append(header, depth, sizeof depth);
    g_byte_array_append(png, (const guint8 *)"\x89PNG\r\n\x1a\n", 8);
    put_chunk(png, "IHDR", header->data, header->len);
    put_chunk(png, "IDAT", pixels, sizeof pixels);
    put_chunk(png, "IEND", NULL, 0);
    raw_write_bytes(path, png->data, png->len, false);
}

static void test_enormous_picture(Fixture *f, gconstpointer data)
{
    g_autofree char *path = in_folder(f, "slice.png");
    write_claim(path, 30000, 30000);
    expect(path, LAM_ERROR_UNSUPPORTED, "30000 x 30000 pixels");
    write_claim(path, 8000, 8000);
    expect(path, LAM_ERROR_FORMAT, "cut short");
    write_claim(path, 8, 8);
    expect(path, LAM_ERROR_FORMAT, "cannot read scan");
}

#define ADD(name, function) g_test_add("/scan/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("kinds", test_kinds);
    ADD("broken-kinds", test_broken_kinds);
    ADD("frames", test_frames);
    ADD("labels", test_labels);
    ADD("units", test_units);
    ADD("png", test_png);
    ADD("png-alpha", test_png_alpha);
    ADD("jpeg", test_jpeg);
    ADD("bad-pictures", test_bad_pictures);
    ADD("enormous-picture", test_enormous_picture);
    return g_test_run();
}
