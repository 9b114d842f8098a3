/* A session whose regions may change while it works. What is wanted is handed over on one thread, newest wins;
 * masks and shares are made on the other one, where fields are computed, and only for what has changed.
 *
 * Thread-safety: lam_regional_want, ref and unref from any thread; the rest on the session's thread. */
#pragma once

#include <lambdascope/composite.h>
#include <lambdascope/region_spec.h>

G_BEGIN_DECLS

typedef struct LamRegional LamRegional;

/* Takes the session; without regions at first. */
LamRegional *lam_regional_new(LamSession *session);
LamRegional *lam_regional_ref(LamRegional *regional);
/* The last one frees the session. */
void lam_regional_unref(LamRegional *regional);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRegional, lam_regional_unref)

/* specs: LamRegionSpec, which nobody changes any more. labels: the fixed scan's label map, or NULL. Takes
 * references; never waits for what is computed. */
void lam_regional_want(LamRegional *regional, GPtrArray *specs, LamVolume *labels);

/* The field with the regions wanted last, while the rest has this λ. A region that cannot be made is left out.
 * warnings (may be NULL): sentences that a person should know, for g_strfreev. */
LamSnapshot *lam_regional_at(LamRegional *regional, double lambda, bool with_similarity,
                             char ***warnings, GError **error);

/* How much the displacement changes with the λ of the rest, and of the regions that follow it:
 * lam_lambda_derivative. */
LamVolume *lam_regional_lambda_derivative(LamRegional *regional, double lambda, GError **error);
/* Borrowed. */
LamSession *lam_regional_session(const LamRegional *regional);

/* Which region is where, on the model grid: its place among the specs from 1 (of those that overlap, the last),
 * 0: none. NULL if there is none, or no memory. The same object as long as no mask changes; borrowed, on the
 * session's thread. */
LamVolume *lam_regional_map(LamRegional *regional);

/* The regions that could be made last, or NULL before any; borrowed, until the next field. On the session's thread,
 * as what follows. */
const LamComposite *lam_regional_composite(const LamRegional *regional);
/* How often their places were made: grows with each change of a mask or a border. */
guint64 lam_regional_made(const LamRegional *regional);
/* How many were wanted, and the place of one of them in the composite; -1: it could not be made. */
int lam_regional_count(const LamRegional *regional);
int lam_regional_place(const LamRegional *regional, int wanted);

G_END_DECLS
