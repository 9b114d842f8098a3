/* Reading and writing NIfTI. Headers go through libnifti's definitions and its quaternion maths; the
 * voxels are read here, because libnifti silently turns NaN into 0 and sizes below 1 into 1, and
 * trusts the sizes that a header claims. Both versions of the header are handled as NIfTI-2. */
#include <lambdascope/nifti.h>

#include <lambdascope/error.h>

#include "atomic-file.h"
#include "voxel-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <nifti2_io.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK_BYTES   (1 << 20)
#define CONFLICT_MM   0.5 /* sform and qform further apart than this are worth a word */
#define FIRST_FREE_V1 352 /* header and the 4 bytes that announce extensions */
#define FIRST_FREE_V2 544

typedef struct {
    const char *path;  /* as given: what messages name */
    char *header_path; /* where the header is */
    char *data_path;   /* where the voxels are */
    nifti_2_header header;
    bool swapped;
    bool single; /* header and voxels in one file */
    LamVoxelLayout layout;
    bool vectors; /* a field is wanted */
    double unit_mm;
    int channels, frames;
    GString *note;
} Reader;

/* ---- files --------------------------------------------------------------------------------- */

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && g_ascii_strcasecmp(path + n - m, suffix) == 0;
}

/* scan.img.gz -> scan.hdr.gz or scan.hdr, whichever exists; NULL if none. */
static char *partner(const char *path, const char *from, const char *to)
{
    g_autofree char *from_gz = g_strconcat(from, ".gz", NULL);
    size_t cut = strlen(has_suffix(path, from_gz) ? from_gz : from);
    g_autofree char *base = g_strndup(path, strlen(path) - cut);
    static const char *const endings[] = {"", ".gz"};
    for (int i = 0; i < 2; i++) {
        g_autofree char *candidate = g_strconcat(base, to, endings[i], NULL);
        if (g_file_test(candidate, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&candidate);
    }
    return NULL;
}

static bool is_pair_member(const char *path, const char *suffix)
{
    g_autofree char *gz = g_strconcat(suffix, ".gz", NULL);
    return has_suffix(path, suffix) || has_suffix(path, gz);
}

/* ---- header -------------------------------------------------------------------------------- */

#define COPY(field) to->field = from->field
#define COPY_ARRAY(field)                                                                          \
    for (size_t i = 0; i < G_N_ELEMENTS(from->field); i++)                                         \
    to->field[i] = from->field[i]

/* The fields that matter to us, whichever way the header is converted. */
#define COPY_HEADER                                                                                \
    do {                                                                                           \
        COPY(datatype), COPY(bitpix), COPY(vox_offset), COPY(scl_slope), COPY(scl_inter);          \
        COPY(qform_code), COPY(sform_code), COPY(quatern_b), COPY(quatern_c), COPY(quatern_d);     \
        COPY(qoffset_x), COPY(qoffset_y), COPY(qoffset_z), COPY(xyzt_units), COPY(intent_code);    \
        COPY_ARRAY(dim);                                                                           \
        COPY_ARRAY(pixdim);                                                                        \
        COPY_ARRAY(srow_x);                                                                        \
        COPY_ARRAY(srow_y);                                                                        \
        COPY_ARRAY(srow_z);                                                                        \
        memcpy(to->descrip, from->descrip, sizeof to->descrip);                                    \
        memcpy(to->intent_name, from->intent_name, sizeof to->intent_name);                        \
    } while (0)

static bool widen(Reader *r, const nifti_1_header *from, GError **error)
{
    nifti_2_header *to = &r->header;
    if (!(from->vox_offset >= 0 && from->vox_offset < 1e9f))
        return lam_scan_fail(r->path, LAM_ERROR_FORMAT, error,
                             "the header is damaged (data offset %g)", (double)from->vox_offset);
    COPY_HEADER;
    return true;
}

static void narrow(const nifti_2_header *from, nifti_1_header *to)
{
    COPY_HEADER;
    to->sizeof_hdr = sizeof *to;
    to->regular = 'r';
    memcpy(to->magic, "n+1", 4);
}

static bool parse_v1(Reader *r, const guint8 *bytes, GError **error)
{
    nifti_1_header h;
    memcpy(&h, bytes, sizeof h);
    if (memcmp(h.magic, "n+1", 4) != 0 && memcmp(h.magic, "ni1", 4) != 0)
        return lam_scan_fail(
            r->path, LAM_ERROR_UNSUPPORTED, error,
            "an ANALYZE 7.5 file does not tell left from right; convert it to NIfTI");
    r->single = h.magic[1] == '+';
    if (r->swapped)
        swap_nifti_header(&h, 1);
    return widen(r, &h, error);
}

static bool parse_v2(Reader *r, const guint8 *bytes, GError **error)
{
    memcpy(&r->header, bytes, sizeof r->header);
    const char *magic = r->header.magic;
    if (memcmp(magic, "n+2\0\r\n\032\n", 8) != 0 && memcmp(magic, "ni2\0\r\n\032\n", 8) != 0)
        return lam_scan_fail(r->path, LAM_ERROR_FORMAT, error, "it is not a NIfTI file");
    r->single = magic[1] == '+';
    if (r->swapped)
        swap_nifti_header(&r->header, 2);
    return true;
}

static bool parse_header(Reader *r, const guint8 *bytes, size_t n, GError **error)
{
    gint32 size = 0;
    memcpy(&size, bytes, MIN(n, sizeof size));
    gint32 turned = (gint32)GUINT32_SWAP_LE_BE((guint32)size);
    r->swapped = turned == 348 || turned == 540;
    if (r->swapped)
        size = turned;
    if (size != 348 && size != 540)
        return lam_scan_fail(r->path, LAM_ERROR_FORMAT, error, "it is not a NIfTI file");
    if (n < (size_t)size)
        return lam_scan_fail(r->path, LAM_ERROR_FORMAT, error, "the file is cut short");
    return size == 348 ? parse_v1(r, bytes, error) : parse_v2(r, bytes, error);
}

static bool read_header(Reader *r, GError **error)
{
    guint8 bytes[sizeof(nifti_2_header)] = {0};
    LamVoxelFile file;
    if (!lam_voxel_file_open(&file, r->path, r->header_path, error))
        return false;
    int n = gzread(file.gz, bytes, sizeof bytes);
    bool ok = n >= 4  ? parse_header(r, bytes, (size_t)n, error)
              : n < 0 ? lam_voxel_file_fail_short(&file, error)
                      : lam_scan_fail(r->path, LAM_ERROR_FORMAT, error, "it is not a NIfTI file");
    lam_voxel_file_close(&file);
    return ok;
}

static bool find_files(Reader *r, GError **error)
{
    r->header_path =
        is_pair_member(r->path, ".img") ? partner(r->path, ".img", ".hdr") : g_strdup(r->path);
    if (r->header_path == NULL)
        return lam_scan_fail(r->path, LAM_ERROR_IO, error,
                             "the .hdr file that belongs to it is missing");
    if (!read_header(r, error))
        return false;
    if (r->single)
        r->data_path = g_strdup(r->header_path);
    else if (is_pair_member(r->header_path, ".hdr"))
        r->data_path = partner(r->header_path, ".hdr", ".img");
    if (r->data_path == NULL)
        return lam_scan_fail(r->path, LAM_ERROR_IO, error,
                             "the .img file that belongs to it is missing");
    return true;
}

/* ---- sizes and type ------------------------------------------------------------------------ */

/* The components of a field lie along the 5th or the 4th dimension. */
static bool check_vectors(Reader *r, GError **error)
{
    if (r->channels == 1 && r->frames == 3) {
        r->channels = 3;
        r->frames = 1;
    }
    return r->channels == 3 ||
           lam_scan_fail(r->path, LAM_ERROR_ARGUMENT, error,
                         "a displacement field has three components, (x,y,z,1,3) or (x,y,z,3)");
}

static bool check_dims(Reader *r, GError **error)
{
    gint64 *dim = r->header.dim;
    if (dim[0] < 1 || dim[0] > 7)
        return lam_scan_fail(r->path, LAM_ERROR_FORMAT, error,
                             "the header is damaged (%" G_GINT64_FORMAT " dimensions)", dim[0]);
    for (int i = 1; i <= 7; i++) {
        if (i > dim[0])
            dim[i] = 1;
        if (dim[i] < 1 || dim[i] > G_MAXINT32)
            return lam_scan_fail(
                r->path, LAM_ERROR_FORMAT, error,
                "the header is damaged (size %" G_GINT64_FORMAT " in dimension %d)", dim[i], i);
    }
    if (dim[6] > 1 || dim[7] > 1 || (dim[5] > 1 && (dim[5] != 3 || dim[4] > 1)))
        return lam_scan_fail(r->path, LAM_ERROR_UNSUPPORTED, error,
                             "more than one value per voxel (only vectors of 3 are read)");
    r->channels = (int)dim[5];
    r->frames = (int)dim[4];
    return !r->vectors || check_vectors(r, error);
}

static bool check_type(Reader *r, GError **error)
{
    const LamVoxelType *type = lam_voxel_type_find(r->header.datatype);
    if (type == NULL)
        return lam_scan_fail(r->path, LAM_ERROR_FORMAT, error,
                             "the header is damaged (voxel type %d)", r->header.datatype);
    if (type->bytes == 0)
        return lam_scan_fail(r->path, LAM_ERROR_UNSUPPORTED, error,
                             "its voxels are %s; only real numbers are read", type->name);
    double slope = r->header.scl_slope, intercept = r->header.scl_inter;
    bool is_scaled = isfinite(slope) && slope != 0;
    r->layout.type = type;
    r->layout.swapped = r->swapped;
    r->layout.slope = is_scaled ? slope : 1;
    r->layout.intercept = is_scaled && isfinite(intercept) ? intercept : 0;
    return true;
}

static bool locate(Reader *r, int frame, GError **error)
{
    gint64 start = MAX(r->header.vox_offset, 0);
    if (r->single && start < r->header.sizeof_hdr)
        start = r->header.sizeof_hdr == 540 ? FIRST_FREE_V2 : FIRST_FREE_V1;
    r->layout.offset = (size_t)start;
    return lam_voxel_layout_locate(&r->layout, r->header.dim + 1, r->channels, r->frames, frame,
                                   r->path, error);
}

/* ---- space --------------------------------------------------------------------------------- */

static LamMat4 scaled(LamMat4 m, double factor)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            m.m[i][j] *= factor;
    return m;
}

static double unit_in_mm(Reader *r)
{
    switch (r->header.xyzt_units & 7) {
    case NIFTI_UNITS_METER:
        lam_scan_note(r->note, "lengths were in metres, converted to mm");
        return 1000;
    case NIFTI_UNITS_MICRON:
        lam_scan_note(r->note, "lengths were in micrometres, converted to mm");
        return 0.001;
    case NIFTI_UNITS_UNKNOWN:
        lam_scan_note(r->note, "the file names no unit of length, mm taken");
        return 1;
    default:
        return 1;
    }
}

/* Voxel sizes must be positive; files with 0 or NaN are met, above all in the axis of a single slice. */
static void mend_pixdim(Reader *r)
{
    for (int i = 1; i <= 3; i++) {
        double d = r->header.pixdim[i];
        r->header.pixdim[i] = isfinite(d) && d != 0 ? fabs(d) : 1;
        if (!isfinite(d) || d <= 0)
            lam_scan_note(r->note, "voxel size %g along axis %d is unusable, %g taken", d, i,
                          r->header.pixdim[i]);
    }
}

static LamMat4 sform(const nifti_2_header *h)
{
    LamMat4 m = lam_mat4_identity();
    for (int j = 0; j < 4; j++) {
        m.m[0][j] = h->srow_x[j];
        m.m[1][j] = h->srow_y[j];
        m.m[2][j] = h->srow_z[j];
    }
    return m;
}

static LamMat4 qform(const nifti_2_header *h)
{
    nifti_dmat44 q = nifti_quatern_to_dmat44(h->quatern_b, h->quatern_c, h->quatern_d, h->qoffset_x,
                                             h->qoffset_y, h->qoffset_z, h->pixdim[1], h->pixdim[2],
                                             h->pixdim[3], h->pixdim[0] < 0 ? -1 : 1);
    LamMat4 m;
    memcpy(m.m, q.m, sizeof m.m);
    return m;
}

static double corner_distance_mm(const LamMat4 *a, const LamMat4 *b, const int size[3])
{
    double worst = 0;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 p;
        for (int i = 0; i < 3; i++)
            p.v[i] = (corner >> i & 1) ? size[i] - 1 : 0;
        LamVec3 x = lam_mat4_apply(a, p), y = lam_mat4_apply(b, p);
        worst = fmax(worst, hypot(hypot(x.v[0] - y.v[0], x.v[1] - y.v[1]), x.v[2] - y.v[2]));
    }
    return worst;
}

/* sform, else qform, else voxel sizes with the origin at the centre. */
static LamGrid read_space(Reader *r, LamSpaceSource *source, double *conflict_mm)
{
    const nifti_2_header *h = &r->header;
    LamGrid grid = {.size = {(int)h->dim[1], (int)h->dim[2], (int)h->dim[3]}};
    mend_pixdim(r);
    double unit = r->unit_mm = unit_in_mm(r);
    LamMat4 s = scaled(sform(h), unit), q = scaled(qform(h), unit);
    bool has_s = h->sform_code > 0, has_q = h->qform_code > 0;
    if (has_s && !lam_matrix_is_usable(&s)) {
        lam_scan_note(r->note, "its sform is not an invertible matrix and was ignored");
        has_s = false;
    }
    if (has_q && !lam_matrix_is_usable(&q)) {
        lam_scan_note(r->note, "its qform is not usable and was ignored");
        has_q = false;
    }
    if (has_s && has_q)
        *conflict_mm = corner_distance_mm(&s, &q, grid.size);
    if (*conflict_mm > CONFLICT_MM)
        lam_scan_note(r->note, "sform and qform differ by up to %.1f mm; the sform was used",
                      *conflict_mm);
    if (has_s || has_q) {
        grid.to_world = has_s ? s : q;
        *source = has_s ? LAM_SPACE_SFORM : LAM_SPACE_QFORM;
        return grid;
    }
    for (int i = 0; i < 3; i++) {
        double d = h->pixdim[i + 1] * unit;
        grid.to_world.m[i][i] = d;
        grid.to_world.m[i][3] = -d * (grid.size[i] - 1) / 2.0;
    }
    grid.to_world.m[3][3] = 1;
    *source = LAM_SPACE_PIXDIM;
    lam_scan_note(r->note, "no orientation in the file: axes taken as right, anterior, superior");
    return grid;
}

/* ---- voxels -------------------------------------------------------------------------------- */

static LamVolume *load(Reader *r, int frame, GError **error)
{
    if (!find_files(r, error) || !check_dims(r, error) || !check_type(r, error) ||
        !locate(r, frame, error))
        return NULL;
    LamSpaceSource source = LAM_SPACE_NONE;
    double conflict_mm = 0;
    LamGrid grid = read_space(r, &source, &conflict_mm);
    LamVolume *volume =
        lam_voxel_file_load(r->path, r->data_path, &r->layout, &grid, r->channels, error);
    if (volume == NULL)
        return NULL;
    volume->space_source = source;
    volume->space_conflict_mm = conflict_mm;
    for (int i = 0; i < 3; i++)
        volume->header_spacing_mm.v[i] = r->header.pixdim[i + 1] * r->unit_mm;
    volume->frames = r->frames;
    volume->frame = frame;
    lam_scan_describe(volume, r->header.sizeof_hdr == 540 ? "NIfTI-2" : "NIfTI-1", &r->layout,
                      r->note);
    return volume;
}

static void silence_libnifti(void)
{
    static gsize done = 0; /* its messages go to stderr; ours go to the caller */
    if (g_once_init_enter(&done)) {
        nifti_set_debug_level(0);
        g_once_init_leave(&done, 1);
    }
}

static void reader_init(Reader *r, const char *path)
{
    silence_libnifti();
    *r = (Reader){.path = path, .note = g_string_new(NULL)};
    r->header.sizeof_hdr = 348;
}

static void reader_clear(Reader *r)
{
    g_string_free(r->note, TRUE);
    g_free(r->header_path);
    g_free(r->data_path);
}

LamVolume *lam_nifti_load(const char *path, int frame, GError **error)
{
    Reader r;
    reader_init(&r, path);
    LamVolume *volume = load(&r, frame, error);
    reader_clear(&r);
    return volume;
}

LamVolume *lam_nifti_load_vectors(const char *path, LamNiftiVectors *what, GError **error)
{
    Reader r;
    reader_init(&r, path);
    r.vectors = true;
    LamVolume *volume = load(&r, 0, error);
    what->intent = r.header.intent_code;
    what->in_frames = r.header.dim[4] == 3;
    memcpy(what->intent_name, r.header.intent_name, sizeof what->intent_name - 1);
    what->intent_name[sizeof what->intent_name - 1] = '\0';
    reader_clear(&r);
    return volume;
}

/* ---- writing ------------------------------------------------------------------------------- */

#define WRITING "cannot write scan"

static const LamVoxelType *type_to_store(LamNiftiType type)
{
    static const int codes[] = {[LAM_NIFTI_FLOAT32] = 16,
                                [LAM_NIFTI_INT16] = 4,
                                [LAM_NIFTI_UINT8] = 2,
                                [LAM_NIFTI_INT32] = 8};
    return lam_voxel_type_find(codes[type]);
}

/* pixdim is what the columns of the matrix say, or what is asked for (which the qform then has too). */
static void fill_space(nifti_2_header *h, const LamGrid *grid, LamVec3 spacing_mm)
{
    nifti_dmat44 m;
    memcpy(m.m, grid->to_world.m, sizeof m.m);
    for (int j = 0; j < 4; j++) {
        h->srow_x[j] = m.m[0][j];
        h->srow_y[j] = m.m[1][j];
        h->srow_z[j] = m.m[2][j];
    }
    nifti_dmat44_to_quatern(m, &h->quatern_b, &h->quatern_c, &h->quatern_d, &h->qoffset_x,
                            &h->qoffset_y, &h->qoffset_z, &h->pixdim[1], &h->pixdim[2],
                            &h->pixdim[3], &h->pixdim[0]);
    for (int i = 0; i < 3; i++)
        if (spacing_mm.v[i] > 0)
            h->pixdim[i + 1] = spacing_mm.v[i];
    h->qform_code = h->sform_code = NIFTI_XFORM_SCANNER_ANAT;
    h->xyzt_units = NIFTI_UNITS_MM;
}

static void fill_header(nifti_2_header *h, const LamVolume *volume,
                        const LamNiftiSaveOptions *options)
{
    const LamVoxelType *type = type_to_store(options->type);
    memset(h, 0, sizeof *h);
    h->sizeof_hdr = sizeof *h;
    memcpy(h->magic, "n+2\0\r\n\032\n", 8);
    h->datatype = (gint16)type->code;
    h->bitpix = (gint16)(8 * type->bytes);
    bool vector = volume->channels == 3, in_frames = vector && options->in_frames;
    h->dim[0] = in_frames ? 4 : vector ? 5 : 3;
    for (int i = 1; i <= 7; i++)
        h->dim[i] = i <= 3 ? volume->grid.size[i - 1] : 1;
    h->dim[in_frames ? 4 : 5] = volume->channels;
    for (int i = 4; i <= 7; i++)
        h->pixdim[i] = 1;
    h->intent_code = options->intent;
    fill_space(h, &volume->grid, options->spacing_mm);
    if (options->description != NULL)
        g_strlcpy(h->descrip, options->description, sizeof h->descrip);
}

/* gzwrite puts its reason into errno or its own message. */
static bool put(gzFile file, const void *data, size_t bytes, const char *path, GError **error)
{
    errno = 0;
    if (gzwrite(file, data, (unsigned)bytes) == (int)bytes)
        return true;
    int saved = errno;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, WRITING ": %s: %s", path,
                saved != 0 ? g_strerror(saved) : "compression failed");
    return false;
}

static bool put_header(gzFile file, nifti_2_header *h, const char *path, GError **error)
{
    static const guint8 no_extensions[4] = {0};
    nifti_1_header h1 = {0};
    bool small = h->dim[1] <= G_MAXINT16 && h->dim[2] <= G_MAXINT16 && h->dim[3] <= G_MAXINT16;
    h->vox_offset = small ? FIRST_FREE_V1 : FIRST_FREE_V2;
    narrow(h, &h1);
    return (small ? put(file, &h1, sizeof h1, path, error)
                  : put(file, h, sizeof *h, path, error)) &&
           put(file, no_extensions, sizeof no_extensions, path, error);
}

static bool put_voxels(gzFile file, const LamVolume *volume, const LamVoxelType *type,
                       const char *path, GError **error)
{
    size_t total = lam_grid_voxels(&volume->grid) * (size_t)volume->channels;
    g_autofree guint8 *chunk = g_malloc(CHUNK_BYTES);
    for (size_t done = 0; done < total;) {
        size_t n = MIN(total - done, (size_t)(CHUNK_BYTES / type->bytes));
        float bad = 0;
        if (!lam_voxel_from_float(type, volume->data + done, n, chunk, &bad)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, WRITING ": %s: %g does not fit %s",
                        path, (double)bad, type->name);
            return false;
        }
        if (!put(file, chunk, n * (size_t)type->bytes, path, error))
            return false;
        done += n;
    }
    return true;
}

static bool write_all(LamAtomicFile *target, const LamVolume *volume,
                      const LamNiftiSaveOptions *options, GError **error)
{
    /* level 1: on noisy float voxels the higher ones cost seconds and gain a few per cent */
    const char *mode = has_suffix(target->path, ".gz") ? "wb1" : "wbT";
    int copy = dup(target->fd); /* gzclose closes its own; ours stays for the sync */
    gzFile file = copy >= 0 ? gzdopen(copy, mode) : NULL;
    if (file == NULL) {
        if (copy >= 0)
            close(copy);
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, WRITING ": %s: %s", target->path,
                    g_strerror(errno));
        return false;
    }
    nifti_2_header h;
    fill_header(&h, volume, options);
    gzbuffer(file, CHUNK_BYTES / 4);
    bool ok = put_header(file, &h, target->path, error) &&
              put_voxels(file, volume, type_to_store(options->type), target->path, error);
    errno = 0;
    if (gzclose(file) != Z_OK && ok) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, WRITING ": %s: %s", target->path,
                    errno != 0 ? g_strerror(errno) : "compression failed");
        ok = false;
    }
    return ok;
}

static bool check_target(const LamVolume *volume, const char *path, GError **error)
{
    const char *why = NULL;
    if (!has_suffix(path, ".nii") && !has_suffix(path, ".nii.gz"))
        why = "the name must end in .nii or .nii.gz";
    else if (volume->channels != 1 && volume->channels != 3)
        why = "only scalar volumes and fields of 3 components can be written";
    else if (!lam_matrix_is_usable(&volume->grid.to_world))
        why = "the volume has no usable position in space";
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, WRITING ": %s: %s", path, why);
    return why == NULL;
}

bool lam_nifti_save(const LamVolume *volume, const char *path, LamNiftiType type,
                    const char *description, GError **error)
{
    LamNiftiSaveOptions options = {.type = type, .description = description};
    if (volume->channels == 3)
        options.intent = LAM_NIFTI_DISPLACEMENT;
    return lam_nifti_save_as(volume, path, &options, error);
}

bool lam_nifti_save_as(const LamVolume *volume, const char *path,
                       const LamNiftiSaveOptions *options, GError **error)
{
    silence_libnifti();
    LamAtomicFile target;
    if (!check_target(volume, path, error) || !lam_atomic_file_open(&target, WRITING, path, error))
        return false;
    if (!write_all(&target, volume, options, error)) {
        lam_atomic_file_abort(&target);
        return false;
    }
    return lam_atomic_file_commit(&target, WRITING, error);
}
