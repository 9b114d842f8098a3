#include "picture.h"

#include "voxel-file.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <string.h>

#define PIXELS_MAX          (1 << 26)  /* 8192 x 8192 */
#define PIXELS_PER_BYTE_MAX (8 * 1032) /* of 1 bit, as small as deflate can make them */

static const char *reason_of(const GError *error)
{
    return error != NULL ? error->message : "it cannot be decoded";
}

/* Sizes are looked at before memory is asked for. */
static bool check_size(const char *path, char **kind, GError **error)
{
    int width = 0, height = 0;
    GdkPixbufFormat *format = gdk_pixbuf_get_file_info(path, &width, &height);
    g_autofree char *name = format != NULL ? gdk_pixbuf_format_get_name(format) : NULL;
    if (g_strcmp0(name, "png") != 0 && g_strcmp0(name, "jpeg") != 0)
        return lam_scan_fail(path, LAM_ERROR_FORMAT, error, "it is not a PNG or JPEG picture");
    if (width < 1 || height < 1 || (gint64)width * height > PIXELS_MAX)
        return lam_scan_fail(path, LAM_ERROR_UNSUPPORTED, error,
                             "%d x %d pixels; pictures of up to %d are read", width, height,
                             PIXELS_MAX);
    GStatBuf st;
    if (g_stat(path, &st) != 0 || (gint64)width * height / PIXELS_PER_BYTE_MAX > st.st_size)
        return lam_scan_fail(path, LAM_ERROR_FORMAT, error,
                             "the file is cut short: it claims %d x %d pixels", width, height);
    *kind = g_ascii_strup(name, -1);
    return true;
}

static GdkPixbuf *decode(const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GdkPixbuf) raw = gdk_pixbuf_new_from_file(path, &reason);
    if (raw == NULL) {
        lam_scan_fail(path, LAM_ERROR_FORMAT, error, "%s", reason_of(reason));
        return NULL;
    }
    return gdk_pixbuf_apply_embedded_orientation(raw);
}

/* The weights of ITU-R BT.601, in whole numbers so that a grey stays what it is; on black where it is
 * transparent. */
static float luminance(const guint8 *pixel, int channels)
{
    int value = 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
    float grey = (float)value / 1000;
    return channels == 4 ? grey * pixel[3] / 255 : grey;
}

static LamVolume *to_volume(const GdkPixbuf *picture, bool *colour, GError **error)
{
    int width = gdk_pixbuf_get_width(picture), height = gdk_pixbuf_get_height(picture);
    LamGrid grid = {.size = {width, height, 1}, .to_world = lam_mat4_scaling(-1, -1, 1)};
    grid.to_world.m[0][3] = (width - 1) / 2.0;
    grid.to_world.m[1][3] = (height - 1) / 2.0;
    LamVolume *volume = lam_volume_new(&grid, 1, error);
    if (volume == NULL)
        return NULL;
    int channels = gdk_pixbuf_get_n_channels(picture);
    size_t stride = (size_t)gdk_pixbuf_get_rowstride(picture);
    const guint8 *pixels = gdk_pixbuf_read_pixels(picture);
    for (int j = 0; j < height; j++)
        for (int i = 0; i < width; i++) {
            const guint8 *pixel = pixels + (size_t)j * stride + (size_t)i * (size_t)channels;
            volume->data[(size_t)j * (size_t)width + (size_t)i] = luminance(pixel, channels);
            *colour |= pixel[0] != pixel[1] || pixel[1] != pixel[2];
        }
    return volume;
}

/* GdkPixbuf keeps the upper 8 bits; the depth stands in the first chunk of a PNG. */
static bool has_16_bits(const char *path)
{
    guint8 start[25] = {0};
    FILE *file = fopen(path, "rb");
    size_t n = file != NULL ? fread(start, 1, sizeof start, file) : 0;
    if (file != NULL)
        fclose(file);
    return n == sizeof start && memcmp(start + 1, "PNG", 3) == 0 && start[24] == 16;
}

LamVolume *lam_picture_load(const char *path, int frame, GError **error)
{
    g_autofree char *kind = NULL;
    bool colour = false;
    if (frame != 0) {
        lam_scan_fail(path, LAM_ERROR_ARGUMENT, error,
                      "frame %d asked for, it has 1 (counted from 0)", frame);
        return NULL;
    }
    if (!check_size(path, &kind, error))
        return NULL;
    g_autoptr(GdkPixbuf) picture = decode(path, error);
    LamVolume *volume = picture != NULL ? to_volume(picture, &colour, error) : NULL;
    if (volume == NULL)
        return NULL;
    LamVoxelLayout layout = {.type = lam_voxel_type_find(2), .slope = 1};
    g_autoptr(GString) note = g_string_new(NULL);
    volume->path = g_strdup(path);
    volume->space_source = LAM_SPACE_PIXDIM;
    lam_scan_note(note,
                  "a picture: pixels taken as 1 mm, top as anterior, left side of the picture "
                  "as the right of the patient (radiological)");
    if (colour)
        lam_scan_note(note, "colours were turned into luminance");
    if (gdk_pixbuf_get_has_alpha(picture))
        lam_scan_note(note, "transparent parts were put on black");
    if (has_16_bits(path))
        lam_scan_note(note, "of 16 bits the upper 8 were kept");
    lam_scan_describe(volume, kind, &layout, note);
    return volume;
}
