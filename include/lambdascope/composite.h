/* The composite field: a λ, or a treatment, for each region.
 *
 *     v(x) = sum_r w_r(x) v_r(x),   φ = exp(v)
 *
 * with the shares of region.h, on the field grid. v_r is the network's velocity at the region's λ; of an
 * unmoved region 0; of a rigid one log(A^-1 M) x, M the rigid motion nearest to A exp(v_λ) over the region
 * (Arun et al. 1987), A the affine; of an unmatched one, harmonic inside, with the values of its
 * surroundings at its edge. φ is the flow of one stationary velocity, so it is invertible whatever the
 * λs; its limits at seams: docs/regions.md.
 *
 * Velocities are kept per λ, so that a change of one region's λ costs one run of the network's decoder.
 *
 * Thread-safety: as the session's, to which it belongs. */
#pragma once

#include <lambdascope/region.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

typedef struct LamComposite LamComposite;

/* Copies the n regions (0: none), keeps the session, which must outlive it. LAM_ERROR_ARGUMENT as
 * lam_region_check, if there are over LAM_REGION_MAX_COUNT, or if the network gives displacements. */
LamComposite *lam_composite_new(LamSession *session, const LamRegion *const *regions, int n,
                                const LamProgress *progress, GError **error);
void lam_composite_free(LamComposite *composite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamComposite, lam_composite_free)

int lam_composite_count(const LamComposite *composite);
/* Borrowed; valid until the composite is freed. */
const LamRegion *lam_composite_region(const LamComposite *composite, int i);
/* Of region i on the field grid, 1 channel in [0,1]; of the rest for i = count. Borrowed. */
LamVolume *lam_composite_share(const LamComposite *composite, int i);
/* Sentences; NULL-terminated; borrowed. */
const char *const *lam_composite_warnings(const LamComposite *composite);

/* Other regions, in the same session: velocities that are known stay known. On failure nothing has changed;
 * errors as of lam_composite_new. */
bool lam_composite_replace(LamComposite *composite, const LamRegion *const *regions, int n,
                           const LamProgress *progress, GError **error);

/* What may change without new shares: kind, follows, factor and λ, taken from `region`. */
bool lam_composite_set(LamComposite *composite, int i, const LamRegion *region, GError **error);

/* The field while the rest has this λ, which the snapshot then tells. Without regions, what
 * lam_session_set_lambda gives. */
LamSnapshot *lam_composite_at(LamComposite *composite, double lambda, bool with_similarity,
                              GError **error);

/* How often the network was run so far. */
guint64 lam_composite_runs(const LamComposite *composite);

G_END_DECLS
