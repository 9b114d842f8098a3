/* Affines between training scans, kept in a text file beside the run: only the first start computes
 * them. */
#pragma once

#include <lambdascope/matrix.h>
#include <lambdascope/volume.h>

typedef struct LamAffineCache LamAffineCache;

/* A file that does not exist is an empty cache; path NULL: it stays in memory. */
LamAffineCache *lam_affine_cache_load(const char *path);
void lam_affine_cache_free(LamAffineCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamAffineCache, lam_affine_cache_free)
bool lam_affine_cache_save(const LamAffineCache *cache, GError **error);

/* Name, size and time of a file: what an affine belongs to. Free with g_free. */
char *lam_affine_cache_key(const char *path);

/* The affine from the world of the reference to that of the scan: from the cache, else computed. */
bool lam_affine_cache_find(LamAffineCache *cache, const char *reference_key, LamVolume *reference,
                           const char *scan_key, LamVolume *scan, LamMat4 *out, GError **error);
