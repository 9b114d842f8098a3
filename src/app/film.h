/* Writing what is played as a film, on a thread of its own; λ is swept by a session of its own, so that the
 * slider stays free. */
#pragma once

#include "document.h"
#include "task-progress.h"

#include <lambdascope/movie.h>

G_BEGIN_DECLS

typedef struct {
    LamMovie movie; /* scene and snapshot; its session is made here */
    LamDocument *document;
    const char *path;
} LamFilm;

/* Takes copies and references. */
void lam_film_async(const LamFilm *film, GCancellable *cancellable, LamTaskProgressFunc progress,
                    gpointer progress_user, GAsyncReadyCallback callback, gpointer user);
bool lam_film_finish(GAsyncResult *result, GError **error);
/* The path it was about; borrowed. */
const char *lam_film_path(GAsyncResult *result);

/* A file name to propose. Free with g_free. */
char *lam_film_name(LamPlayKind play, LamDocument *document, double lambda);

G_END_DECLS
