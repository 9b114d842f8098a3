/* A CSV of labelled pairs: header row naming fixed, moving and perhaps
 * fixed_labels, moving_labels, fixed_mask, moving_mask, name, in any order;
 * paths absolute or relative to a folder. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *fixed, *moving;                  /* full paths */
    char *fixed_labels, *moving_labels;    /* full paths; NULL if not given, as what follows */
    char *fixed_mask, *moving_mask, *name; /* name: as it stands */
} LamPair;

/* Array of LamPair (freed with g_ptr_array_unref). folder NULL: the CSV's own folder. Quoted fields and
 * comments (#) are understood; errors name the file and the line. Does not look whether the scans
 * exist. */
GPtrArray *lam_pairs_load(const char *path, const char *folder, GError **error);

G_END_DECLS
