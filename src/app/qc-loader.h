/* The pictures of results, read or drawn on a thread of their own, one result at a time: the one that is looked
 * at first, then the one after it. Main thread only. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/result_list.h>

G_BEGIN_DECLS

/* A view of a result. */
typedef struct {
    char *name, *title;
    GdkTexture *texture;
} LamQcView;

typedef struct LamQcLoader LamQcLoader;

/* Result i is there: ask for it. */
typedef void (*LamQcLoaded)(int i, gpointer user);

LamQcLoader *lam_qc_loader_new(LamQcLoaded loaded, gpointer user);
void lam_qc_loader_free(LamQcLoader *loader);

/* next: wanted afterwards; NULL: none. Forgets all other results. */
void lam_qc_loader_want(LamQcLoader *loader, int i, const LamResult *result, const LamResult *next);
/* LamQcView elements, borrowed until another result is wanted; NULL: not there yet, or there are none, then
 * *error says why (borrowed). */
GPtrArray *lam_qc_loader_views(LamQcLoader *loader, int i, const char **error);

G_END_DECLS
