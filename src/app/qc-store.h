/* The ratings of a list of results: changed on a thread of their own, one after the other, so that a slow disk
 * holds nothing up. What is shown here is what has been saved. All functions are called on the main thread. */
#pragma once

#include <lambdascope/result_list.h>

G_BEGIN_DECLS

typedef struct LamQcStore LamQcStore;

/* Result i has changed, by a rating or because one was taken back (undone); i = -1: there was nothing to take
 * back. Or it was not saved, and error says why. */
typedef void (*LamQcChanged)(int i, bool undone, const GError *error, gpointer user);

/* Takes the list over. */
LamQcStore *lam_qc_store_new(LamResultList *list, LamQcChanged changed, gpointer user);
/* What is still to be saved is saved; nothing is told any more. */
void lam_qc_store_free(LamQcStore *store);

int lam_qc_store_count(const LamQcStore *store);
const LamResult *lam_qc_store_get(const LamQcStore *store, int i);
int lam_qc_store_rated(const LamQcStore *store);
/* As lam_result_list_unrated. */
int lam_qc_store_unrated(const LamQcStore *store, int from);

void lam_qc_store_rate(LamQcStore *store, int i, LamRating rating, const char *notes);
void lam_qc_store_undo(LamQcStore *store);

G_END_DECLS
