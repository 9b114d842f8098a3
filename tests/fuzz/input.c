/* Bytes as a file without a folder, and what holds for every reader. */
#include "fuzz.h"

#include <lambdascope/error.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Either all is well or there is one line that says why not. */
static void check(bool ok, const GError *error)
{
    g_assert_true(ok == (error == NULL));
    g_assert_true(error == NULL || error->domain == LAM_ERROR);
    g_assert_true(error == NULL || strpbrk(error->message, "\r\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    bool ok = fuzz_file(path, &error);
    check(ok, error);
    close(fd);
    return 0;
}
