#include "affine-cache.h"

#include <glib/gstdio.h>
#include <lambdascope/affine.h>
#include <string.h>

struct LamAffineCache {
    char *path;
    GKeyFile *file; /* one group per reference: scan key = sixteen numbers */
};

LamAffineCache *lam_affine_cache_load(const char *path)
{
    LamAffineCache *cache = g_new0(LamAffineCache, 1);
    cache->path = g_strdup(path);
    cache->file = g_key_file_new();
    if (path != NULL)
        g_key_file_load_from_file(cache->file, path, G_KEY_FILE_NONE, NULL); /* absent at first */
    return cache;
}

void lam_affine_cache_free(LamAffineCache *cache)
{
    if (cache == NULL)
        return;
    g_key_file_unref(cache->file);
    g_free(cache->path);
    g_free(cache);
}

bool lam_affine_cache_save(const LamAffineCache *cache, GError **error)
{
    return cache->path == NULL || g_key_file_save_to_file(cache->file, cache->path, error);
}

char *lam_affine_cache_key(const char *path)
{
    GStatBuf info;
    g_autofree char *name = g_path_get_basename(path);
    if (g_stat(path, &info) != 0)
        return g_strdup(name);
    return g_strdup_printf("%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, name, (gint64)info.st_size,
                           (gint64)info.st_mtime);
}

static bool cached(const LamAffineCache *cache, const char *reference, const char *scan,
                   LamMat4 *out)
{
    gsize n = 0;
    g_autofree double *m = g_key_file_get_double_list(cache->file, reference, scan, &n, NULL);
    if (n != 16)
        return false;
    memcpy(out->m, m, sizeof out->m);
    return lam_mat4_is_finite(out);
}

bool lam_affine_cache_find(LamAffineCache *cache, const char *reference_key, LamVolume *reference,
                           const char *scan_key, LamVolume *scan, LamMat4 *out, GError **error)
{
    if (cached(cache, reference_key, scan_key, out))
        return true;
    LamAffine result;
    if (!lam_affine_register(reference, scan, NULL, NULL, &result, error))
        return false;
    *out = result.matrix;
    g_key_file_set_double_list(cache->file, reference_key, scan_key, &out->m[0][0], 16);
    return true;
}
