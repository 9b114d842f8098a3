#include <lambdascope/volume.h>

#include <lambdascope/error.h>
#include <lambdascope/memory.h>

static bool voxel_count(const LamGrid *grid, int channels, size_t *count)
{
    size_t n = 1;
    for (int a = 0; a < 3; a++)
        if (grid->size[a] < 1 || !lam_size_mul(n, (size_t)grid->size[a], &n))
            return false;
    return channels > 0 && lam_size_mul(n, (size_t)channels, count);
}

LamVolume *lam_volume_new(const LamGrid *grid, int channels, GError **error)
{
    size_t count = 0;
    if (!voxel_count(grid, channels, &count)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY,
                    "cannot make a volume: %d x %d x %d voxels, %d channels: not a usable size",
                    grid->size[0], grid->size[1], grid->size[2], channels);
        return NULL;
    }
    float *data = lam_alloc_floats(count, "a volume", error);
    if (data == NULL)
        return NULL;
    LamVolume *volume = g_new0(LamVolume, 1);
    volume->grid = *grid;
    volume->channels = channels;
    volume->data = data;
    volume->frames = 1;
    g_atomic_ref_count_init(&volume->refs);
    return volume;
}

LamVolume *lam_volume_ref(LamVolume *volume)
{
    g_atomic_ref_count_inc(&volume->refs);
    return volume;
}

void lam_volume_unref(LamVolume *volume)
{
    if (volume == NULL || !g_atomic_ref_count_dec(&volume->refs))
        return;
    lam_free(volume->data);
    g_free(volume->path);
    g_free(volume->file_kind);
    g_free(volume->stored_type);
    g_free(volume->note);
    g_free(volume);
}
