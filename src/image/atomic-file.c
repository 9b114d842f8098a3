#include "atomic-file.h"

#include <lambdascope/error.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static void release(LamAtomicFile *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    g_clear_pointer(&file->path, g_free);
    g_clear_pointer(&file->temporary, g_free);
}

static bool fail(const char *what, const char *path, int code, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "%s: %s: %s", what, path, g_strerror(code));
    return false;
}

bool lam_atomic_file_open(LamAtomicFile *file, const char *what, const char *path, GError **error)
{
    *file = (LamAtomicFile){.fd = -1};
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return fail(what, path, EISDIR, error);
    char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    /* 0666 less the umask, as any program's output; mkstemp alone would give 0600 */
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0666);
    if (fd < 0) {
        int code = errno;
        g_free(temporary);
        return fail(what, path, code, error);
    }
    *file = (LamAtomicFile){.path = g_strdup(path), .temporary = temporary, .fd = fd};
    return true;
}

/* So that the new name survives a power cut as well; not every file system can do it. */
static void sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = g_open(folder, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

bool lam_atomic_file_commit(LamAtomicFile *file, const char *what, GError **error)
{
    int code = 0;
    if (fsync(file->fd) != 0)
        code = errno;
    if (close(file->fd) != 0 && code == 0)
        code = errno;
    file->fd = -1;
    if (code == 0 && g_rename(file->temporary, file->path) != 0)
        code = errno;
    if (code != 0) {
        fail(what, file->path, code, error);
        lam_atomic_file_abort(file);
        return false;
    }
    sync_folder(file->path);
    release(file);
    return true;
}

void lam_atomic_file_abort(LamAtomicFile *file)
{
    if (file->temporary != NULL)
        g_unlink(file->temporary);
    release(file);
}
