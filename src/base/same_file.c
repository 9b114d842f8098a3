#include <lambdascope/same_file.h>

#include <lambdascope/selection.h>

#include <glib/gstdio.h>

static bool find(const char *path, GStatBuf *found)
{
    g_auto(LamSelection) selection = {0};
    lam_selection_parse(path, &selection);
    return g_stat(selection.path, found) == 0;
}

bool lam_same_file(const char *a, const char *b)
{
    GStatBuf x, y;
    return find(a, &x) && find(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
