/* Which reader a file is for. */
#include <lambdascope/scan.h>

#include <lambdascope/mgh.h>
#include <lambdascope/nifti.h>
#include <lambdascope/selection.h>

#include "dicom.h"
#include "picture.h"

#include <string.h>
#include <zlib.h>

#define SNIFFED_BYTES 132

typedef enum { KIND_NIFTI, KIND_MGH, KIND_PICTURE, KIND_DICOM } Kind;

static bool has_ending(const char *path, const char *const *endings)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    for (; *endings != NULL; endings++)
        if (g_str_has_suffix(name, *endings))
            return true;
    return false;
}

/* The first bytes, unpacked; fewer are read of a shorter file, none if there is none. */
static size_t read_start(const char *path, guint8 bytes[SNIFFED_BYTES])
{
    gzFile file = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? gzopen(path, "rb") : NULL;
    int n = file != NULL ? gzread(file, bytes, SNIFFED_BYTES) : 0;
    if (file != NULL)
        gzclose(file);
    return n > 0 ? (size_t)n : 0;
}

static Kind kind_of_content(const guint8 *bytes, size_t n)
{
    if (n >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        return KIND_PICTURE;
    if (n >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        return KIND_PICTURE;
    if (n >= 132 && memcmp(bytes + 128, "DICM", 4) == 0)
        return KIND_DICOM;
    if (n >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[3] == 1) /* big-endian; [2]: intent */
        return KIND_MGH;
    return KIND_NIFTI;
}

/* By content; the name decides where that is not clear. */
static Kind kind_of(const char *path)
{
    static const char *const voxels_only[] = {".img", ".img.gz", NULL};
    static const char *const dicom[] = {".dcm", ".dicom", ".ima", NULL};
    static const char *const picture[] = {".png", ".jpg", ".jpeg", NULL};
    guint8 bytes[SNIFFED_BYTES];
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return KIND_DICOM;
    if (has_ending(path, voxels_only)) /* may begin with anything */
        return KIND_NIFTI;
    Kind kind = kind_of_content(bytes, read_start(path, bytes));
    if (kind != KIND_NIFTI)
        return kind;
    return lam_is_mgh_name(path)       ? KIND_MGH
           : has_ending(path, dicom)   ? KIND_DICOM
           : has_ending(path, picture) ? KIND_PICTURE
                                       : KIND_NIFTI;
}

static void add_note(LamVolume *volume, const char *text)
{
    char *whole =
        volume->note != NULL ? g_strdup_printf("%s; %s", text, volume->note) : g_strdup(text);
    g_free(volume->note);
    volume->note = whole;
}

static void note_frame(LamVolume *volume, const char *path, bool chosen)
{
    volume->frame_chosen = chosen;
    if (volume->frames <= 1)
        return;
    g_autofree char *text =
        chosen ? g_strdup_printf("frame %d of %d (counted from 0)", volume->frame, volume->frames)
               : g_strdup_printf("it has %d frames; the first was taken (%s#N takes frame N, "
                                 "counted from 0)",
                                 volume->frames, path);
    add_note(volume, text);
}

LamScanOptions lam_scan_defaults(void)
{
    return (LamScanOptions){.frame = -1, .series = -1};
}

static LamVolume *load(const char *path, const LamScanOptions *options, GError **error)
{
    int frame = MAX(options->frame, 0);
    switch (kind_of(path)) {
    case KIND_MGH:
        return lam_mgh_load(path, frame, error);
    case KIND_PICTURE:
        return lam_picture_load(path, frame, error);
    case KIND_DICOM:
        return lam_dicom_load(path, options->series, frame, options->cancellable, error);
    default:
        return lam_nifti_load(path, frame, error);
    }
}

LamVolume *lam_scan_load_with(const char *path, const LamScanOptions *options, GError **error)
{
    LamScanOptions what = options != NULL ? *options : lam_scan_defaults();
    g_auto(LamSelection) selection = {0};
    lam_selection_parse(path, &selection);
    if (selection.count > 0 && kind_of(selection.path) == KIND_DICOM) {
        what.series = selection.number[0];
        if (selection.count == 2)
            what.frame = selection.number[1];
    } else if (selection.count == 1) {
        what.frame = selection.number[0];
    } else if (selection.count == 2) { /* only folders have series: no file has that name */
        g_free(selection.path);
        selection.path = g_strdup(path);
    }
    LamVolume *volume = load(selection.path, &what, error);
    if (volume != NULL)
        note_frame(volume, selection.path, what.frame >= 0);
    return volume;
}

LamVolume *lam_scan_load(const char *path, int frame, GError **error)
{
    LamScanOptions options = lam_scan_defaults();
    options.frame = frame == 0 ? -1 : frame;
    return lam_scan_load_with(path, &options, error);
}

bool lam_scan_save(const LamVolume *volume, const char *path, LamNiftiType type,
                   const char *description, GError **error)
{
    return lam_is_mgh_name(path) ? lam_mgh_save(volume, path, error)
                                 : lam_nifti_save(volume, path, type, description, error);
}
