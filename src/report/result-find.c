#include "result-find.h"

#include "report-private.h"

#include <lambdascope/error.h>
#include <lambdascope/json_member.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define DEEPEST 6
#define LARGEST (4 << 20) /* bytes of a JSON that is worth a look */

/* ---- reading one ---- */

JsonObject *lam_result_load(const char *path, JsonParser *parser)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > LARGEST ||
        !json_parser_load_from_file(parser, path, NULL))
        return NULL;
    return lam_json_object(json_parser_get_root(parser));
}

/* "a/b/report.json" and "a/b.json" below the folder are "a/b". */
static char *name_of(const char *folder, const char *path)
{
    const char *below = path + strlen(folder);
    g_autofree char *name = g_strdup(below + strspn(below, "/"));
    name[strlen(name) - strlen(".json")] = 0;
    if (g_str_has_suffix(name, "/report"))
        name[strlen(name) - strlen("/report")] = 0;
    g_strdelimit(name, "\r\n", ' ');
    return g_utf8_make_valid(name, -1);
}

/* Only a file beside the JSON: a name from elsewhere leads nowhere else. */
static char *beside(const char *path, const char *name)
{
    if (!name || strchr(name, '/'))
        return NULL;
    g_autofree char *folder = g_path_get_dirname(path);
    return g_build_filename(folder, name, NULL);
}

static void read_report(LamResult *out, JsonObject *root)
{
    JsonObject *m = lam_json_object_of(root, "measures");
    const char *rating = lam_json_text_of(root, "rating");
    out->report = beside(out->path, lam_json_text_of(root, "report"));
    out->similarity = lam_json_number_of(m, "correlation_after");
    out->fold_percent = lam_json_number_of(m, "fold_percent");
    out->sd_log_jacobian = lam_json_number_of(m, "sd_log_jacobian");
    out->mean_mm = lam_json_number_of(m, "displacement_mean_mm");
    if (rating)
        lam_rating_parse(rating, &out->rating);
    out->notes = g_strdup(lam_json_text_of(root, "notes"));
}

static void read_registration(LamResult *out, JsonObject *root)
{
    out->similarity = lam_json_number_of(root, "correlation_warped");
    if (isnan(out->similarity))
        out->similarity = lam_json_number_of(root, "correlation_linear");
    out->fold_percent = lam_json_number_of(root, "fold_percent");
    out->sd_log_jacobian = lam_json_number_of(root, "sd_log_jacobian");
    out->mean_mm = lam_json_number_of(root, "displacement_mean_mm");
}

static LamResult *read_result(const char *folder, const char *path)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *root = lam_result_load(path, parser);
    const char *format = lam_json_text_of(root, "format");
    const char *program = lam_json_text_of(root, "program");
    bool report = format && g_str_equal(format, LAM_REPORT_FORMAT);
    if (!report && !(program && g_str_has_prefix(program, "lam register ")))
        return NULL;
    LamResult *result = g_new0(LamResult, 1);
    result->name = name_of(folder, path);
    result->path = g_strdup(path);
    result->lambda = lam_json_number_of(root, "lambda");
    (report ? read_report : read_registration)(result, root);
    return result;
}

/* ---- looking for them ---- */

static void look_in(const char *root, const char *folder, int depth, GPtrArray *out)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (name[0] == '.') /* a batch's .partial, for one */
            continue;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (depth < DEEPEST && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
                look_in(root, path, depth + 1, out);
        } else if (g_str_has_suffix(name, ".json")) {
            LamResult *result = read_result(root, path);
            if (result)
                g_ptr_array_add(out, result);
        }
    }
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const LamResult *x = *(LamResult *const *)a, *y = *(LamResult *const *)b;
    g_autofree char *left = g_utf8_collate_key_for_filename(x->name, -1);
    g_autofree char *right = g_utf8_collate_key_for_filename(y->name, -1);
    int order = strcmp(left, right);
    return order ? order : strcmp(x->path, y->path);
}

GPtrArray *lam_results_find(const char *folder, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &cause);
    if (!dir) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read results: %s", cause->message);
        return NULL;
    }
    GPtrArray *results = g_ptr_array_new_with_free_func((GDestroyNotify)lam_result_free);
    look_in(folder, folder, 0, results);
    g_ptr_array_sort(results, by_name);
    return results;
}
