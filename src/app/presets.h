/* Presets of λ: names for a λ and a model that are used again and again. JSON in the user's data folder.
 * Knows nothing of GTK. Loading and saving read and write files: not for a UI thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *name;
    double lambda; /* in [0,1] */
    char *model;   /* as lam_model_find takes it; NULL: whatever is in use */
    char *
        regions; /* text of a regions file: what has a λ, or a treatment, of its own; NULL: nothing is said */
} LamPreset;

/* The user's own file. Free with g_free. */
char *lam_presets_path(void);

/* LamPreset * elements, owned by the array, in the order of keeping; none where there is no such file.
 * LAM_ERROR_IO; LAM_ERROR_FORMAT: it is damaged, and has been renamed to PATH.damaged. */
GPtrArray *lam_presets_load(const char *path, GError **error);
/* Makes the folder if need be; the file is replaced whole or not at all. LAM_ERROR_IO. */
bool lam_presets_save(const GPtrArray *presets, const char *path, GError **error);

GPtrArray *lam_presets_new(void);
GPtrArray *lam_presets_copy(const GPtrArray *presets);
/* Copies; one of the same name is replaced where it stands. */
void lam_presets_put(GPtrArray *presets, const LamPreset *preset);
/* False if there is none of that name. */
bool lam_presets_remove(GPtrArray *presets, const char *name);
/* Borrowed; NULL if there is none. */
const LamPreset *lam_presets_find(const GPtrArray *presets, const char *name);

G_END_DECLS
