#include <lambdascope/same_file.h>

#include <glib/gstdio.h>

bool lam_same_file(const char *a, const char *b)
{
    GStatBuf x, y;
    if (g_stat(a, &x) != 0 || g_stat(b, &y) != 0)
        return false;
    return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
