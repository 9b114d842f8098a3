#include "packed-file.h"

#include <lambdascope/error.h>

#include <errno.h>
#include <unistd.h>

#define BUFFER_BYTES (1 << 18)

/* zlib puts its reason into errno or nowhere. */
static bool fail(const LamPackedFile *file, int code, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "%s: %s: %s", file->what, file->target.path,
                code != 0 ? g_strerror(code) : "compression failed");
    return false;
}

bool lam_packed_file_open(LamPackedFile *file, const char *what, const char *path, bool compress,
                          GError **error)
{
    *file = (LamPackedFile){.what = what};
    if (!lam_atomic_file_open(&file->target, what, path, error))
        return false;
    int copy = dup(file->target.fd); /* gzclose closes its own; ours stays for the sync */
    /* level 1: on noisy float voxels the higher ones cost seconds and gain a few per cent */
    file->gz = copy >= 0 ? gzdopen(copy, compress ? "wb1" : "wbT") : NULL;
    if (file->gz == NULL) {
        fail(file, errno, error);
        if (copy >= 0)
            close(copy);
        lam_atomic_file_abort(&file->target);
        return false;
    }
    gzbuffer(file->gz, BUFFER_BYTES);
    return true;
}

bool lam_packed_file_put(LamPackedFile *file, const void *data, size_t bytes, GError **error)
{
    errno = 0;
    return gzwrite(file->gz, data, (unsigned)bytes) == (int)bytes || fail(file, errno, error);
}

bool lam_packed_file_close(LamPackedFile *file, bool ok, GError **error)
{
    errno = 0;
    if (gzclose(file->gz) != Z_OK && ok)
        ok = fail(file, errno, error);
    if (ok)
        return lam_atomic_file_commit(&file->target, file->what, error);
    lam_atomic_file_abort(&file->target);
    return false;
}
