#include <lambdascope/checksum.h>

#include <lambdascope/error.h>
#include <errno.h>
#include <stdio.h>

char *lam_checksum_file(const char *path, GError **error)
{
    FILE *file = fopen(path, "rb");
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guchar *block = g_malloc(1 << 16);
    size_t got = 1;
    while (file != NULL && got > 0) {
        got = fread(block, 1, 1 << 16, file);
        g_checksum_update(sum, block, (gssize)got);
    }
    if (file == NULL || ferror(file)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read file: %s: %s", path,
                    g_strerror(errno));
        if (file != NULL)
            fclose(file);
        return NULL;
    }
    fclose(file);
    return g_strdup(g_checksum_get_string(sum));
}
