/* What is to be seen of a result: taken out of its report, or drawn from its scans. */
#include "report-private.h"
#include "result-find.h"

#include <lambdascope/error.h>
#include <lambdascope/json_member.h>
#include <lambdascope/result_list.h>
#include <lambdascope/scan.h>
#include <lambdascope/transform_file.h>

#include <string.h>

static void picture_free(gpointer data)
{
    LamResultPicture *picture = data;
    g_free(picture->name);
    g_free(picture->title);
    g_bytes_unref(picture->png);
    g_free(picture);
}

/* Takes the bytes. */
static void add(GPtrArray *out, const char *name, GBytes *png)
{
    LamResultPicture *picture = g_new(LamResultPicture, 1);
    *picture = (LamResultPicture){g_strdup(name), g_strdup(lam_report_view_title(name)), png};
    g_ptr_array_add(out, picture);
}

static bool fail(GError **error, LamError code, const char *subject, const char *why)
{
    g_set_error(error, LAM_ERROR, code, "cannot show result: %s: %s", subject, why);
    return false;
}

/* ---- out of a report ---- */

#define MARK "<img id=\"picture-"
#define DATA "src=\"data:image/png;base64,"

/* Where to go on; NULL: there is no more. */
static const char *add_embedded(GPtrArray *out, const char *mark)
{
    const char *name = mark + strlen(MARK), *data = strstr(name, DATA);
    const char *end = data ? strchr(data + strlen(DATA), '"') : NULL;
    if (!end)
        return NULL;
    gsize size;
    g_autofree char *view = g_strndup(name, strcspn(name, "\""));
    g_autofree char *base64 = g_strndup(data + strlen(DATA), (gsize)(end - data) - strlen(DATA));
    guchar *png = g_base64_decode(base64, &size);
    add(out, view, g_bytes_new_take(png, size));
    return end;
}

static bool take_out(GPtrArray *out, const char *path, GError **error)
{
    g_autofree char *html = NULL;
    g_autoptr(GError) cause = NULL;
    if (g_str_has_suffix(path, ".pdf") || g_str_has_suffix(path, ".PDF"))
        return fail(error, LAM_ERROR_UNSUPPORTED, path, "it is a PDF, which has to be opened");
    if (!g_file_get_contents(path, &html, NULL, &cause))
        return fail(error, LAM_ERROR_IO, path, cause->message);
    for (const char *mark = html; mark && (mark = strstr(mark, MARK));)
        mark = add_embedded(out, mark);
    return out->len > 0 || fail(error, LAM_ERROR_FORMAT, path, "there is no picture in it");
}

/* ---- from scans and transform ---- */

typedef struct {
    LamVolume *fixed, *moving;
    LamSnapshot *snapshot;
} Pair;

static void pair_clear(Pair *pair)
{
    lam_volume_unref(pair->fixed);
    lam_volume_unref(pair->moving);
    g_clear_pointer(&pair->snapshot, lam_snapshot_unref);
}

static LamVolume *load_scan(JsonObject *root, const char *side, const char *json, GError **error)
{
    const char *file = lam_json_text_of(lam_json_object_of(root, side), "file");
    if (file)
        return lam_scan_load(file, 0, error);
    fail(error, LAM_ERROR_FORMAT, json, "it does not say from which scans it was made");
    return NULL;
}

/* Beside "report.json" it is "transform", beside any other NAME.json NAME. */
static char *find_transform(const char *json)
{
    static const char *const endings[] = {".safetensors", ".nii.gz", ".lta", ".mat", ".txt"};
    g_autofree char *stem = g_strndup(json, strlen(json) - strlen(".json"));
    g_autofree char *folder = g_path_get_dirname(json);
    g_autofree char *named = g_str_has_suffix(json, "/report.json")
                                 ? g_build_filename(folder, "transform", NULL)
                                 : g_strdup(stem);
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        char *path = g_strconcat(named, endings[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return path;
        g_free(path);
    }
    return NULL;
}

static bool load_transform(Pair *pair, const char *json, GError **error)
{
    g_autofree char *path = find_transform(json);
    if (!path)
        return fail(error, LAM_ERROR_IO, json, "there is no transform beside it");
    LamMat4 fixed_fsl = lam_fsl_from_voxel(pair->fixed);
    LamMat4 moving_fsl = lam_fsl_from_voxel(pair->moving);
    const LamTransformFileOptions spaces = {.fixed = &pair->fixed->grid,
                                            .moving = &pair->moving->grid,
                                            .fixed_fsl = &fixed_fsl,
                                            .moving_fsl = &moving_fsl};
    g_autoptr(LamTransform) transform = lam_transform_load(path, &spaces, error);
    pair->snapshot =
        transform ? lam_snapshot_of_transform(transform, &pair->fixed->grid, error) : NULL;
    return pair->snapshot != NULL;
}

static bool load_pair(Pair *pair, const char *path, const LamProgress *progress, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *root = lam_result_load(path, parser);
    if (!root)
        return fail(error, LAM_ERROR_IO, path, "it is no longer there");
    pair->fixed = load_scan(root, "fixed", path, error);
    if (!pair->fixed || lam_progress_cancelled(progress, error))
        return false;
    pair->moving = load_scan(root, "moving", path, error);
    return pair->moving && !lam_progress_cancelled(progress, error) &&
           load_transform(pair, path, error);
}

static bool draw(GPtrArray *out, const char *path, const LamProgress *progress, GError **error)
{
    Pair pair = {0};
    g_autoptr(GPtrArray) drawn = NULL;
    if (load_pair(&pair, path, progress, error)) {
        const LamReportSource source = {
            .fixed = pair.fixed, .moving = pair.moving, .snapshot = pair.snapshot};
        drawn = lam_report_draw(&source, progress, error);
    }
    for (guint i = 0; drawn && i < drawn->len; i++) {
        const LamReportPicture *picture = drawn->pdata[i];
        add(out, picture->name, g_bytes_ref(picture->png));
    }
    pair_clear(&pair);
    return drawn != NULL;
}

GPtrArray *lam_result_pictures(const LamResult *result, const LamProgress *progress, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(picture_free);
    bool ok = result->report ? take_out(out, result->report, error)
                             : draw(out, result->path, progress, error);
    return ok ? g_steal_pointer(&out) : NULL;
}
