#include "voxel-file.h"

#include <lambdascope/memory.h>

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK_BYTES       (1 << 20)
#define DEFLATE_RATIO_MAX 1032 /* what gzip can reach at best */
#define PROBE_BYTES       (512L << 20)
#define PROBE_RATIO       64

bool lam_scan_fail(const char *path, LamError code, GError **error, const char *why, ...)
{
    va_list args;
    va_start(args, why);
    g_autofree char *text = g_strdup_vprintf(why, args);
    va_end(args);
    g_set_error(error, LAM_ERROR, code, "cannot read scan: %s: %s", path, text);
    return false;
}

void lam_scan_note(GString *note, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (note->len > 0)
        g_string_append(note, "; ");
    g_string_append_vprintf(note, format, args);
    va_end(args);
}

bool lam_voxel_file_open(LamVoxelFile *file, const char *path, const char *file_path,
                         GError **error)
{
    struct stat st;
    *file = (LamVoxelFile){.path = path};
    if (stat(file_path, &st) != 0)
        return lam_scan_fail(path, LAM_ERROR_IO, error, "%s", g_strerror(errno));
    if (S_ISDIR(st.st_mode))
        return lam_scan_fail(path, LAM_ERROR_IO, error, "it is a folder");
    if (!S_ISREG(st.st_mode))
        return lam_scan_fail(path, LAM_ERROR_IO, error, "it is not a regular file");
    if (st.st_size == 0)
        return lam_scan_fail(path, LAM_ERROR_FORMAT, error, "the file is empty");
    file->bytes = (size_t)st.st_size;
    file->gz = gzopen(file_path, "rb"); /* reads plain files as they are */
    if (file->gz == NULL)
        return lam_scan_fail(path, LAM_ERROR_IO, error, "%s", g_strerror(errno));
    gzbuffer(file->gz, CHUNK_BYTES / 4);
    return true;
}

void lam_voxel_file_close(LamVoxelFile *file)
{
    if (file->gz != NULL)
        gzclose(file->gz);
    file->gz = NULL;
}

bool lam_voxel_file_fail_short(const LamVoxelFile *file, GError **error)
{
    int code = 0;
    const char *text = gzerror(file->gz, &code);
    if (code == Z_ERRNO)
        return lam_scan_fail(file->path, LAM_ERROR_IO, error, "%s", g_strerror(errno));
    if (code == Z_BUF_ERROR || code == Z_OK || code == Z_STREAM_END)
        return lam_scan_fail(file->path, LAM_ERROR_FORMAT, error, "the file is cut short");
    return lam_scan_fail(file->path, LAM_ERROR_FORMAT, error, "damaged gzip data (%s)", text);
}

bool lam_voxel_layout_locate(LamVoxelLayout *layout, const gint64 size[3], int channels, int frames,
                             int frame, const char *path, GError **error)
{
    if (frame < 0 || frame >= frames)
        return lam_scan_fail(path, LAM_ERROR_ARGUMENT, error,
                             "frame %d asked for, it has %d (counted from 0)", frame, frames);
    size_t count = (size_t)channels, bytes = 0, skip = 0, all = 0;
    bool fits =
        lam_size_mul(count, (size_t)size[0], &count) &&
        lam_size_mul(count, (size_t)size[1], &count) &&
        lam_size_mul(count, (size_t)size[2], &count) &&
        lam_size_mul(count, (size_t)layout->type->bytes, &bytes) &&
        lam_size_mul(bytes, (size_t)frame, &skip) && lam_size_mul(bytes, (size_t)frames, &all) &&
        !__builtin_add_overflow(all, layout->offset, &layout->end) && layout->end <= G_MAXSSIZE / 8;
    if (!fits)
        return lam_scan_fail(path, LAM_ERROR_FORMAT, error,
                             "the header is damaged (%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                             " x %" G_GINT64_FORMAT " voxels)",
                             size[0], size[1], size[2]);
    layout->offset += skip; /* no further than end */
    layout->count = count;
    return true;
}

/* Of a compressed file only what is wanted of it counts: how much there is beyond is not known without
 * unpacking it all. */
static bool check_claim(const LamVoxelFile *file, const LamVoxelLayout *layout, GError **error)
{
    bool plain = gzdirect(file->gz);
    size_t end = plain ? layout->end : layout->offset + layout->count * (size_t)layout->type->bytes;
    size_t most = file->bytes;
    if (!plain && !lam_size_mul(file->bytes, DEFLATE_RATIO_MAX, &most))
        most = G_MAXSIZE;
    if (end > most)
        return lam_scan_fail(
            file->path, LAM_ERROR_FORMAT, error,
            "the file is cut short: its header claims %zu bytes, it can hold at most %zu", end,
            most);
    /* still far more than scans compress to: see whether the bytes are there */
    if (!plain && end > PROBE_BYTES && end / PROBE_RATIO > file->bytes) {
        char last = 0;
        if (gzseek(file->gz, (z_off_t)end - 1, SEEK_SET) < 0 || gzread(file->gz, &last, 1) != 1)
            return lam_voxel_file_fail_short(file, error);
        gzrewind(file->gz);
    }
    return true;
}

/* Counts the voxels that are not finite. */
static bool read_voxels(const LamVoxelFile *file, const LamVoxelLayout *layout, LamVolume *volume,
                        GError **error)
{
    size_t bytes = (size_t)layout->type->bytes;
    if (gzseek(file->gz, (z_off_t)layout->offset, SEEK_SET) < 0)
        return lam_voxel_file_fail_short(file, error);
    g_autofree guint8 *chunk = g_malloc(CHUNK_BYTES);
    for (size_t done = 0; done < layout->count;) {
        size_t n = MIN(layout->count - done, CHUNK_BYTES / bytes);
        if (gzread(file->gz, chunk, (unsigned)(n * bytes)) != (int)(n * bytes))
            return lam_voxel_file_fail_short(file, error);
        if (layout->swapped)
            lam_voxel_swap(chunk, n, layout->type->bytes);
        volume->nan_count += lam_voxel_to_float(layout->type, chunk, n, layout->slope,
                                                layout->intercept, volume->data + done);
        done += n;
    }
    return true;
}

LamVolume *lam_voxel_file_load(const char *path, const char *file_path,
                               const LamVoxelLayout *layout, const LamGrid *grid, int channels,
                               GError **error)
{
    LamVoxelFile file;
    if (!lam_voxel_file_open(&file, path, file_path, error))
        return NULL;
    g_autoptr(LamVolume) volume = NULL;
    if (check_claim(&file, layout, error))
        volume = lam_volume_new(grid, channels, error);
    bool ok = volume != NULL && read_voxels(&file, layout, volume, error);
    lam_voxel_file_close(&file);
    if (!ok)
        return NULL;
    volume->path = g_strdup(path);
    return g_steal_pointer(&volume);
}

void lam_scan_describe(LamVolume *volume, const char *kind, const LamVoxelLayout *layout,
                       GString *note)
{
    volume->file_kind = g_strdup(kind);
    volume->stored_type = g_strdup(layout->type->name);
    volume->slope = layout->slope;
    volume->intercept = layout->intercept;
    if (volume->nan_count > 0)
        lam_scan_note(note, "%zu voxels were not finite numbers and were set to 0",
                      volume->nan_count);
    if (note->len > 0)
        volume->note = g_strdup(note->str);
}

bool lam_matrix_is_usable(const LamMat4 *matrix)
{
    LamGrid grid = {.to_world = *matrix};
    LamVec3 s = lam_grid_spacing_mm(&grid);
    double volume = s.v[0] * s.v[1] * s.v[2];
    return lam_mat4_is_finite(matrix) && volume > 0 && fabs(lam_mat4_det3(matrix)) > 1e-4 * volume;
}
