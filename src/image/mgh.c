/* MGH files: a big-endian header of 284 bytes, then the frames, then tags that are of no concern here. */
#include <lambdascope/mgh.h>

#include "packed-file.h"
#include "voxel-file.h"

#include <math.h>
#include <string.h>

#define WRITING      "cannot write scan"
#define HEADER_BYTES 284
#define USED_BYTES   90
#define MGH_FLOAT    3
#define CHUNK        65536 /* voxels */

enum { AT_VERSION = 0, AT_SIZE = 4, AT_TYPE = 20, AT_GOOD_RAS = 28, AT_DELTA = 30 };

typedef struct {
    const char *path;
    gint64 size[3];
    int frames;
    LamGrid grid;
    bool has_space;
    LamVoxelLayout layout;
} Header;

/* ---- reading ---- */

static guint32 get_u32(const guint8 *bytes)
{
    guint32 value;
    memcpy(&value, bytes, sizeof value);
    return GUINT32_FROM_BE(value);
}

static double get_float(const guint8 *bytes)
{
    guint32 bits = get_u32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* Codes of FreeSurfer's mri.h, as those of NIfTI; 0 if unknown, -1 if it is not a real number. */
static int nifti_code(guint32 mgh_type)
{
    static const int codes[] = {2 /* uchar */,
                                8 /* int */,
                                1024 /* long */,
                                16 /* float */,
                                4 /* short */,
                                -1,
                                -1,
                                -1,
                                -1,
                                -1,
                                512 /* ushort */};
    return mgh_type < G_N_ELEMENTS(codes) ? codes[mgh_type] : 0;
}

static bool parse_type(Header *h, guint32 mgh_type, GError **error)
{
    int code = nifti_code(mgh_type);
    if (code == 0)
        return lam_scan_fail(h->path, LAM_ERROR_FORMAT, error,
                             "the header is damaged (voxel type %u)", mgh_type);
    if (code < 0 || code == 1024) /* the size of a long depended on the machine that wrote it */
        return lam_scan_fail(h->path, LAM_ERROR_UNSUPPORTED, error,
                             "voxels of MGH type %u are not read", mgh_type);
    h->layout = (LamVoxelLayout){.type = lam_voxel_type_find(code),
                                 .swapped = G_BYTE_ORDER == G_LITTLE_ENDIAN,
                                 .slope = 1,
                                 .offset = HEADER_BYTES};
    return true;
}

static bool parse_sizes(Header *h, const guint8 *bytes, GError **error)
{
    for (int i = 0; i < 4; i++) {
        gint32 n = (gint32)get_u32(bytes + AT_SIZE + 4 * i);
        if (n < 1)
            return lam_scan_fail(h->path, LAM_ERROR_FORMAT, error,
                                 "the header is damaged (size %d in dimension %d)", n, i + 1);
        if (i < 3)
            h->size[i] = h->grid.size[i] = n;
        else
            h->frames = n;
    }
    return true;
}

/* to_world takes the point size/2 (half a voxel beyond the middle) to c_ras. */
static void place_centre(LamGrid *grid, const double c_ras[3])
{
    for (int r = 0; r < 3; r++) {
        grid->to_world.m[r][3] = c_ras[r];
        for (int a = 0; a < 3; a++)
            grid->to_world.m[r][3] -= grid->to_world.m[r][a] * grid->size[a] / 2.0;
    }
}

static void place_by_default(LamGrid *grid)
{
    static const double centre[3] = {0};
    grid->to_world = (LamMat4){{{-1, 0, 0, 0}, {0, 0, 1, 0}, {0, -1, 0, 0}, {0, 0, 0, 1}}};
    place_centre(grid, centre);
}

static bool parse_space(Header *h, const guint8 *bytes, GError **error)
{
    h->has_space = (gint16)(bytes[AT_GOOD_RAS] << 8 | bytes[AT_GOOD_RAS + 1]) > 0;
    if (!h->has_space) {
        place_by_default(&h->grid);
        return true;
    }
    double value[15]; /* delta, direction of each axis, c_ras */
    for (int i = 0; i < 15; i++)
        value[i] = get_float(bytes + AT_DELTA + 4 * i);
    h->grid.to_world = lam_mat4_identity();
    for (int a = 0; a < 3; a++)
        for (int r = 0; r < 3; r++)
            h->grid.to_world.m[r][a] = value[a] * value[3 + 3 * a + r];
    place_centre(&h->grid, value + 12);
    return lam_matrix_is_usable(&h->grid.to_world) ||
           lam_scan_fail(h->path, LAM_ERROR_FORMAT, error,
                         "the header is damaged (its vox2ras is not an invertible matrix)");
}

/* The low byte of the version is 1; the next may tell what the values mean. */
static bool parse_header(Header *h, const guint8 *bytes, GError **error)
{
    if ((get_u32(bytes + AT_VERSION) & 0xffff00ff) != 1)
        return lam_scan_fail(h->path, LAM_ERROR_FORMAT, error, "it is not an MGH file");
    return parse_sizes(h, bytes, error) && parse_type(h, get_u32(bytes + AT_TYPE), error) &&
           parse_space(h, bytes, error);
}

static bool read_header(Header *h, GError **error)
{
    guint8 bytes[HEADER_BYTES];
    LamVoxelFile file;
    if (!lam_voxel_file_open(&file, h->path, h->path, error))
        return false;
    bool ok = gzread(file.gz, bytes, sizeof bytes) == (int)sizeof bytes
                  ? parse_header(h, bytes, error)
                  : lam_voxel_file_fail_short(&file, error);
    lam_voxel_file_close(&file);
    return ok;
}

static LamVolume *load(Header *h, int channels, int frame, GError **error)
{
    int frames = h->frames / channels;
    if (!lam_voxel_layout_locate(&h->layout, h->size, channels, frames, frame, h->path, error))
        return NULL;
    LamVolume *volume =
        lam_voxel_file_load(h->path, h->path, &h->layout, &h->grid, channels, error);
    if (volume == NULL)
        return NULL;
    g_autoptr(GString) note = g_string_new(NULL);
    volume->space_source = h->has_space ? LAM_SPACE_VOX2RAS : LAM_SPACE_PIXDIM;
    volume->frames = frames;
    volume->frame = frame;
    if (!h->has_space)
        lam_scan_note(note, "no orientation in the file: FreeSurfer's default taken (1 mm, LIA)");
    lam_scan_describe(volume, "FreeSurfer MGH", &h->layout, note);
    return volume;
}

LamVolume *lam_mgh_load(const char *path, int frame, GError **error)
{
    Header h = {.path = path};
    return read_header(&h, error) ? load(&h, 1, frame, error) : NULL;
}

LamVolume *lam_mgh_load_vectors(const char *path, GError **error)
{
    Header h = {.path = path};
    if (!read_header(&h, error))
        return NULL;
    if (h.frames == 3)
        return load(&h, 3, 0, error);
    lam_scan_fail(path, LAM_ERROR_ARGUMENT, error, "a field of vectors has 3 frames, it has %d",
                  h.frames);
    return NULL;
}

/* ---- writing ---- */

static void put_u32(guint8 *bytes, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(bytes, &value, sizeof value);
}

static void put_float(guint8 *bytes, double value)
{
    float f = (float)value;
    guint32 bits;
    memcpy(&bits, &f, sizeof bits);
    put_u32(bytes, bits);
}

static void fill_header(guint8 bytes[HEADER_BYTES], const LamVolume *volume)
{
    const LamGrid *grid = &volume->grid;
    LamVec3 spacing = lam_grid_spacing_mm(grid), middle;
    memset(bytes, 0, HEADER_BYTES);
    put_u32(bytes + AT_VERSION, 1);
    for (int a = 0; a < 3; a++) {
        put_u32(bytes + AT_SIZE + 4 * a, (guint32)grid->size[a]);
        put_float(bytes + AT_DELTA + 4 * a, spacing.v[a]);
        for (int r = 0; r < 3; r++)
            put_float(bytes + AT_DELTA + 12 + 12 * a + 4 * r,
                      grid->to_world.m[r][a] / spacing.v[a]);
        middle.v[a] = grid->size[a] / 2.0;
    }
    put_u32(bytes + AT_SIZE + 12, (guint32)volume->channels);
    put_u32(bytes + AT_TYPE, MGH_FLOAT);
    bytes[AT_GOOD_RAS + 1] = 1;
    LamVec3 c_ras = lam_mat4_apply(&grid->to_world, middle);
    for (int r = 0; r < 3; r++)
        put_float(bytes + USED_BYTES - 12 + 4 * r, c_ras.v[r]);
}

static bool put_voxels(LamPackedFile *file, const LamVolume *volume, GError **error)
{
    size_t total = lam_grid_voxels(&volume->grid) * (size_t)volume->channels;
    g_autofree guint8 *chunk = g_malloc(4 * CHUNK);
    for (size_t done = 0; done < total;) {
        size_t n = MIN(total - done, CHUNK);
        for (size_t i = 0; i < n; i++)
            put_float(chunk + 4 * i, (double)volume->data[done + i]);
        if (!lam_packed_file_put(file, chunk, 4 * n, error))
            return false;
        done += n;
    }
    return true;
}

bool lam_is_mgh_name(const char *path)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    return g_str_has_suffix(name, ".mgh") || g_str_has_suffix(name, ".mgz") ||
           g_str_has_suffix(name, ".mgh.gz");
}

static bool is_packed_name(const char *path)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    return !g_str_has_suffix(name, ".mgh");
}

bool lam_mgh_save(const LamVolume *volume, const char *path, GError **error)
{
    const char *why = NULL;
    if (!lam_is_mgh_name(path))
        why = "the name must end in .mgh, .mgz or .mgh.gz";
    else if (!lam_matrix_is_usable(&volume->grid.to_world))
        why = "the volume has no usable position in space";
    if (why != NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, WRITING ": %s: %s", path, why);
        return false;
    }
    guint8 header[HEADER_BYTES];
    fill_header(header, volume);
    LamPackedFile file;
    if (!lam_packed_file_open(&file, WRITING, path, is_packed_name(path), error))
        return false;
    bool ok = lam_packed_file_put(&file, header, sizeof header, error) &&
              put_voxels(&file, volume, error);
    return lam_packed_file_close(&file, ok, error);
}
