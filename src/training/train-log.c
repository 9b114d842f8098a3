#include "train-log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>

FILE *lam_train_log_open(const char *path, const char *header, GError **error)
{
    FILE *file = g_fopen(path, "a");
    if (file == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write log: %s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    if (ftell(file) == 0)
        fprintf(file, "%s\n", header);
    return file;
}

bool lam_train_log_trim(const char *path, guint64 first, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return true;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) kept = g_string_new(NULL);
    for (char **line = lines; first > 0 && *line != NULL; line++)
        if (line == lines || (**line != '\0' && g_ascii_strtoull(*line, NULL, 10) < first))
            g_string_append_printf(kept, "%s\n", *line);
    return g_file_set_contents(path, kept->str, (gssize)kept->len, error);
}
