/* Texels on the GPU. Uploads go slice by slice so that a large scan does not hold up a frame. */
#include "gl-private.h"

#include <lambdascope/error.h>

#include <string.h>

typedef struct {
    GLenum internal, format, type;
    size_t bytes;
} PixelFormat;

static PixelFormat pixel_format(int components)
{
    if (components == LAM_TEXELS_LABELS)
        return (PixelFormat){GL_R32UI, GL_RED_INTEGER, GL_UNSIGNED_INT, 4};
    if (components == 1)
        return (PixelFormat){GL_R16F, GL_RED, GL_HALF_FLOAT, 2};
    return (PixelFormat){GL_RGBA32F, GL_RGBA, GL_FLOAT, 16};
}

static bool has_storage(const LamTexture *texture, const LamTexels *texels)
{
    return texture->id && texture->components == texels->components &&
           !memcmp(texture->size, texels->grid.size, sizeof texture->size);
}

static bool make_storage(LamTexture *texture, const LamTexels *texels, GError **error)
{
    const int *n = texels->grid.size;
    GLint limit = 0;
    glGetIntegerv(GL_MAX_3D_TEXTURE_SIZE, &limit);
    if (MAX(n[0], MAX(n[1], n[2])) > limit) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_GL,
                    "cannot show volume: %d × %d × %d voxels: this driver's limit is %d per side",
                    n[0], n[1], n[2], limit);
        return false;
    }
    if (!texture->id)
        glGenTextures(1, &texture->id);
    PixelFormat f = pixel_format(texels->components);
    while (glGetError() != GL_NO_ERROR)
        ;
    glBindTexture(GL_TEXTURE_3D, texture->id);
    glTexImage3D(GL_TEXTURE_3D, 0, (GLint)f.internal, n[0], n[1], n[2], 0, f.format, f.type, NULL);
    if (glGetError() != GL_NO_ERROR) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_GL,
                    "cannot show volume: %d × %d × %d voxels: not enough graphics memory", n[0],
                    n[1], n[2]);
        return false;
    }
    GLint filter = texels->components == LAM_TEXELS_LABELS ? GL_NEAREST : GL_LINEAR;
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_MIN_FILTER, filter);
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_MAG_FILTER, filter);
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_WRAP_R, GL_CLAMP_TO_EDGE);
    memcpy(texture->size, n, sizeof texture->size);
    texture->components = texels->components;
    return true;
}

static bool is_past(gint64 deadline_us)
{
    return deadline_us && g_get_monotonic_time() >= deadline_us;
}

static void upload_slices(LamTexture *texture, gint64 deadline_us)
{
    const LamTexels *texels = texture->source;
    const int *n = texels->grid.size;
    PixelFormat f = pixel_format(texels->components);
    size_t slice = (size_t)n[0] * n[1] * f.bytes;
    int step = (int)CLAMP((1u << 20) / slice, 1, (size_t)n[2]); /* about a megabyte at a time */
    glBindTexture(GL_TEXTURE_3D, texture->id);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    do {
        int count = MIN(step, n[2] - texture->slices_done);
        const char *data = (const char *)texels->data + slice * (size_t)texture->slices_done;
        glTexSubImage3D(GL_TEXTURE_3D, 0, 0, 0, texture->slices_done, n[0], n[1], count, f.format,
                        f.type, data);
        texture->uploaded += slice * (guint64)count;
        texture->slices_done += count;
    } while (texture->slices_done < n[2] && !is_past(deadline_us));
}

void lam_texture_set_source(LamTexture *texture, LamTexels *texels)
{
    if (texture->source == texels)
        return;
    g_clear_pointer(&texture->source, lam_texels_unref);
    texture->source = texels ? lam_texels_ref(texels) : NULL;
    texture->slices_done = 0;
}

/* Making the storage may take as long as filling it, so the clock is looked at in between. */
bool lam_texture_upload(LamTexture *texture, gint64 deadline_us, GError **error)
{
    if (!texture->source || lam_texture_is_complete(texture))
        return true;
    bool was_there = has_storage(texture, texture->source);
    if (!was_there && !make_storage(texture, texture->source, error))
        return false;
    if (was_there || !is_past(deadline_us))
        upload_slices(texture, deadline_us);
    return true;
}

bool lam_texture_is_complete(const LamTexture *texture)
{
    return texture->source && texture->slices_done == texture->source->grid.size[2];
}

void lam_texture_clear(LamTexture *texture)
{
    glDeleteTextures(1, &texture->id);
    g_clear_pointer(&texture->source, lam_texels_unref);
    memset(texture, 0, sizeof *texture);
}
