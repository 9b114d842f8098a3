#include "register-job.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>
#include <lambdascope/model_choice.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- what it is made from ---- */

static void stamp(GChecksum *sum, const char *path)
{
    struct stat about = {0};
    if (path == NULL || stat(path, &about) != 0)
        about.st_size = -1;
    g_autofree char *text =
        g_strdup_printf("%s\n%lld\n%lld.%ld\n", path != NULL ? path : "", (long long)about.st_size,
                        (long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
    g_checksum_update(sum, (const guchar *)text, -1);
}

static char *fingerprint_of(const LamPair *pair, const LamRegisterArguments *a,
                            const LamRegisterChoice *choice)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GPtrArray) shared = lam_register_shared_arguments(a);
    LamMethod method = choice->options.method;
    bool network = method == LAM_METHOD_NETWORK || method == LAM_METHOD_REFINE;
    g_autofree char *model = network ? lam_model_find(a->model, NULL) : NULL;
    /* without a name, the scans decide which of two it is */
    g_autofree char *flat =
        network && a->model == NULL ? lam_model_find(LAM_SLICES_MODEL, NULL) : NULL;
    const char *files[] = {
        pair->fixed, pair->moving, pair->fixed_mask, pair->moving_mask, a->initial, model, flat};
    g_checksum_update(sum, (const guchar *)LAM_VERSION "\n", -1);
    for (guint i = 0; i < shared->len; i++) {
        g_checksum_update(sum, shared->pdata[i], -1);
        g_checksum_update(sum, (const guchar *)"\n", 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        stamp(sum, files[i]);
    return g_strdup(g_checksum_get_string(sum));
}

/* ---- names ---- */

LamRegisterJob *lam_register_job_new(const LamPair *pair, const char *output, const char *extension,
                                     const LamRegisterArguments *arguments,
                                     const LamRegisterChoice *choice)
{
    LamResultNames names = lam_result_names(pair->fixed, pair->moving, pair->name);
    LamRegisterJob *job = g_new0(LamRegisterJob, 1);
    bool simple = g_str_equal(names.transform, "transform");
    job->pair = pair;
    job->folder = g_build_filename(output, names.folder, NULL);
    job->partial = g_build_filename(output, ".partial", names.folder, names.transform, NULL);
    job->transform = g_strconcat(names.transform, extension, NULL);
    job->warped = g_strconcat(names.warped, ".nii.gz", NULL);
    job->report = simple ? g_strdup("report.json") : g_strconcat(names.transform, ".json", NULL);
    job->fingerprint = fingerprint_of(pair, arguments, choice);
    lam_result_names_clear(&names);
    return job;
}

void lam_register_job_free(LamRegisterJob *job)
{
    g_free(job->folder);
    g_free(job->partial);
    g_free(job->transform);
    g_free(job->warped);
    g_free(job->report);
    g_free(job->fingerprint);
    g_free(job->error);
    g_clear_pointer(&job->result, json_node_unref);
    g_free(job);
}

bool lam_register_job_collides(const LamRegisterJob *a, const LamRegisterJob *b)
{
    return g_str_equal(a->folder, b->folder) &&
           (g_str_equal(a->report, b->report) || g_str_equal(a->warped, b->warped));
}

static void add_number(char **path, int number)
{
    char *numbered = g_strdup_printf("%s-%d", *path, number);
    g_free(*path);
    *path = numbered;
}

void lam_register_job_rename(LamRegisterJob *job, int number)
{
    add_number(&job->folder, number);
    add_number(&job->partial, number);
}

/* ---- results ---- */

static bool is_there(const LamRegisterJob *job, const char *name)
{
    g_autofree char *path = g_build_filename(job->folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static JsonNode *load_report(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_file(parser, path, NULL))
        return NULL;
    g_autoptr(JsonNode) root = json_parser_steal_root(parser);
    return lam_json_object(root) != NULL ? g_steal_pointer(&root) : NULL;
}

bool lam_register_job_is_done(LamRegisterJob *job)
{
    g_autoptr(JsonNode) report = load_report(job->folder, job->report);
    if (report == NULL || !is_there(job, job->transform) || !is_there(job, job->warped))
        return false;
    const char *made_from =
        json_object_get_string_member_with_default(json_node_get_object(report), "fingerprint", "");
    if (!g_str_equal(made_from, job->fingerprint))
        return false;
    job->result = g_steal_pointer(&report);
    return true;
}

static void add(GPtrArray *out, const char *option, char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(out, g_strdup(option));
    g_ptr_array_add(out, value);
}

char **lam_register_job_command(const LamRegisterJob *job, const char *program,
                                const LamRegisterArguments *arguments)
{
    GPtrArray *out = lam_register_shared_arguments(arguments);
    g_ptr_array_insert(out, 0, g_strdup(program));
    g_ptr_array_insert(out, 1, g_strdup("register"));
    add(out, "--fixed", g_strdup(job->pair->fixed));
    add(out, "--moving", g_strdup(job->pair->moving));
    add(out, "--fixed-mask", g_strdup(job->pair->fixed_mask));
    add(out, "--moving-mask", g_strdup(job->pair->moving_mask));
    add(out, "--save", g_build_filename(job->partial, job->transform, NULL));
    add(out, "--warped", g_build_filename(job->partial, job->warped, NULL));
    add(out, "--report", g_build_filename(job->partial, job->report, NULL));
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

static bool make_folder(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0777) == 0)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot make folder: %s: %s", path,
                g_strerror(errno));
    return false;
}

bool lam_register_job_prepare(const LamRegisterJob *job, GError **error)
{
    return make_folder(job->partial, error);
}

/* The report with the fingerprint in it, written back. */
static bool seal(LamRegisterJob *job, GError **error)
{
    g_autofree char *path = g_build_filename(job->partial, job->report, NULL);
    g_autoptr(JsonNode) report = load_report(job->partial, job->report);
    if (report == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED, "cannot read report: %s", path);
        return false;
    }
    json_object_set_string_member(json_node_get_object(report), "fingerprint", job->fingerprint);
    g_autofree char *text = json_to_string(report, TRUE);
    job->result = g_steal_pointer(&report);
    return g_file_set_contents(path, text, -1, error);
}

static bool move(const LamRegisterJob *job, const char *name, GError **error)
{
    g_autofree char *from = g_build_filename(job->partial, name, NULL);
    g_autofree char *to = g_build_filename(job->folder, name, NULL);
    if (g_rename(from, to) == 0)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write: %s: %s", to, g_strerror(errno));
    return false;
}

/* The report of an older result goes first: a half-replaced result must not look done. */
bool lam_register_job_land(LamRegisterJob *job, GError **error)
{
    g_autofree char *old = g_build_filename(job->folder, job->report, NULL);
    if (!seal(job, error) || !make_folder(job->folder, error))
        return false;
    g_unlink(old);
    return move(job, job->transform, error) && move(job, job->warped, error) &&
           move(job, job->report, error);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *ftw)
{
    remove(path);
    return 0;
}

void lam_remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void lam_register_job_discard(const LamRegisterJob *job)
{
    lam_remove_tree(job->partial);
}
