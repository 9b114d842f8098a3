/* A report's files. */
#include "report-private.h"

#include <lambdascope/error.h>

#define CANNOT_WRITE "cannot write report"

static bool is_pdf(const char *path)
{
    return g_str_has_suffix(path, ".pdf") || g_str_has_suffix(path, ".PDF");
}

static const char *ending_of(const char *path)
{
    static const char *const known[] = {".html", ".htm", ".pdf", ".HTML", ".HTM", ".PDF"};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_suffix(path, known[i]))
            return known[i];
    return NULL;
}

bool lam_report_check_name(const char *path, GError **error)
{
    if (ending_of(path))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot write report: %s: the name must end in .html or .pdf", path);
    return false;
}

char **lam_report_files(const char *path)
{
    const char *ending = ending_of(path);
    g_autofree char *stem = g_strndup(path, strlen(path) - (ending ? strlen(ending) : 0));
    char **files = g_new0(char *, 4);
    files[0] = g_strdup(path);
    files[1] = g_strconcat(stem, ".csv", NULL);
    files[2] = g_strconcat(stem, ".json", NULL);
    return files;
}

bool lam_report_write(const char *what, const char *path, const char *data, gssize size,
                      GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (g_file_set_contents_full(path, data, size,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                 &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "%s: %s: %s", what, path, cause->message);
    return false;
}

static bool write_pdf(const LamReport *report, const char *path, GError **error)
{
    g_autoptr(GBytes) pdf = lam_report_pdf(report, error);
    gsize size;
    if (!pdf)
        return false;
    const char *data = g_bytes_get_data(pdf, &size);
    return lam_report_write(CANNOT_WRITE, path, data, (gssize)size, error);
}

static bool write_html(const LamReport *report, const char *path, GError **error)
{
    g_autofree char *html = lam_report_html(report);
    return lam_report_write(CANNOT_WRITE, path, html, -1, error);
}

bool lam_report_save(const LamReport *report, const char *path, GError **error)
{
    if (!lam_report_check_name(path, error) ||
        !(is_pdf(path) ? write_pdf : write_html)(report, path, error))
        return false;
    g_auto(GStrv) files = lam_report_files(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *csv = lam_report_csv(report);
    g_autofree char *json = lam_report_json(report, name);
    return lam_report_write(CANNOT_WRITE, files[1], csv, -1, error) &&
           lam_report_write(CANNOT_WRITE, files[2], json, -1, error);
}
