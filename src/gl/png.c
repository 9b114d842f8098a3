#include <lambdascope/png.h>

#include <cairo.h>
#include <errno.h>
#include <lambdascope/error.h>

static cairo_status_t append(void *user, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(user, data, length);
    return CAIRO_STATUS_SUCCESS;
}

cairo_surface_t *lam_png_surface(int width, int height, const uint8_t *rgba)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        return surface;
    cairo_surface_flush(surface);
    unsigned char *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        guint32 *row = (guint32 *)(void *)(data + (size_t)y * stride);
        for (int x = 0; x < width; x++, rgba += 4)
            row[x] = (guint32)rgba[0] << 16 | (guint32)rgba[1] << 8 | rgba[2];
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

GBytes *lam_png_encode(cairo_surface_t *surface, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, append, bytes);
    if (status == CAIRO_STATUS_SUCCESS)
        return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY, "cannot make picture: %s",
                cairo_status_to_string(status));
    return NULL;
}

bool lam_png_write(GBytes *png, const char *path, GError **error)
{
    gsize size = 0;
    GError *cause = NULL;
    const char *data = g_bytes_get_data(png, &size);
    if (g_file_set_contents_full(path, data, (gssize)size,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644,
                                 &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write picture: %s: %s", path,
                cause->message);
    g_error_free(cause);
    return false;
}

bool lam_png_save(const char *path, int width, int height, const uint8_t *rgba, GError **error)
{
    cairo_surface_t *surface = lam_png_surface(width, height, rgba);
    g_autoptr(GBytes) bytes = lam_png_encode(surface, error);
    cairo_surface_destroy(surface);
    return bytes != NULL && lam_png_write(bytes, path, error);
}
