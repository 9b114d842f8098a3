/* A session: one pair of scans and one model. The pair is prepared and encoded once; then each λ costs
 * only what depends on λ (DESIGN §5).
 *
 * Spaces: "model grid" = axis-aligned RAS grid of the model's size and spacing, centred on the fixed
 * brain. The field d lives on a coarser grid over the same box. Total map, fixed world -> moving world:
 * x -> A(x + d(x)).
 *
 * A symmetric session asks the network both ways and takes v = (v(moving, fixed) - v(fixed, moving)) / 2,
 * on a grid that is axis-aligned half-way between the scans: with R R = A, y = R x, centred between both
 * brains. Seen from the fixed world that grid is oblique, and everything else is as above. Exchanging
 * the scans (and inverting A) turns v into -v exactly, and inverts the map x -> A exp(v)(x) up to the
 * interpolation of the flow. Its v and d are given on the model grid.
 *
 * Thread-safety: a session belongs to one thread at a time; snapshots are immutable and safe. */
#pragma once

#include <lambdascope/affine.h>
#include <lambdascope/field.h>
#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/transform.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct LamSession LamSession;

/* What one λ gave. Immutable, reference counted. */
typedef struct {
    double lambda;       /* in [0,1] */
    LamVolume *field;    /* d: 3 channels, mm, RAS, on the field grid; owned */
    LamVolume *velocity; /* v, likewise, d = exp(v) - id; owned; NULL where the network gives d
                          * itself (integration_steps = 0 in its LamUnetConfig) */
    LamVolume *jacobian; /* |J| of d, 1 channel, same grid; owned */
    LamMat4 affine;      /* A: fixed world -> moving world */
    LamFieldStatistics statistics; /* of d on its grid */
    double
        similarity; /* Pearson correlation of fixed and warped on the model grid; NaN if not asked for */
    double milliseconds; /* λ set -> field ready */
    guint64 generation;  /* counts up with each set_lambda */
    guint64 document;    /* id given to lam_session_new: drops results of an earlier pair */
    gatomicrefcount refs;
} LamSnapshot;

LamSnapshot *lam_snapshot_ref(LamSnapshot *snapshot);
void lam_snapshot_unref(LamSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamSnapshot, lam_snapshot_unref)

/* Prepares the pair (affine, conform) and encodes it. `affine` = NULL: computed here; else taken as
 * given (fixed world -> moving world). Holds references to model and volumes. */
LamSession *lam_session_new(LamModel *model, LamVolume *fixed, LamVolume *moving,
                            const LamMat4 *affine, guint64 document, const LamProgress *progress,
                            GError **error);

typedef struct {
    LamModel *model; /* NULL: no network; lam_session_refine alone gives fields, on the grid of
                      * lam_unet_config_default */
    LamVolume *fixed, *moving;
    const LamMat4 *affine; /* as above; NULL: computed */
    const LamAffine
        *fit;       /* in its place, one that was computed before, with its figures; or NULL */
    bool symmetric; /* twice the memory and twice the time per λ */
    guint64 document;
} LamSessionOptions;

/* LAM_ERROR_ARGUMENT if a symmetric session is asked for and the affine has no half-way (it mirrors, or
 * turns by about half a circle), or the network gives displacements, which cannot be halved. */
LamSession *lam_session_open(const LamSessionOptions *options, const LamProgress *progress,
                             GError **error);
void lam_session_free(LamSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamSession, lam_session_free)

/* Other scans in the same places, as a template at another age: affine and model grid stay; the next λ is
 * theirs. NULL: that one stays. On an error, both do. Errors as lam_session_open. */
bool lam_session_exchange(LamSession *session, LamVolume *fixed, LamVolume *moving, GError **error);

/* The field at λ; LAM_ERROR_ARGUMENT if that is not within [0,1] or if there is no network. with_similarity also warps the moving
 * scan on the model grid. */
LamSnapshot *lam_session_set_lambda(LamSession *session, double lambda, bool with_similarity,
                                    GError **error);

/* The share of labels that later fields are asked for, in a network with hyper_labels; at first the
 * model's (lam_model_label_share). LAM_ERROR_ARGUMENT if it is not within [0,1], if the network has no
 * such input, or if there is no network. */
bool lam_session_set_label_share(LamSession *session, double share, GError **error);

#define LAM_UNCERTAINTY_MAX_SAMPLES 10000
#define LAM_UNCERTAINTY_SAMPLES     50 /* the deviation is then known to about 1 in 17 */

/* What a probabilistic network (`uncertain` in its LamUnetConfig) does not know: the standard deviation
 * of the displacement in mm, 1 channel, on the field grid. That many (2 to the above) samples of the
 * velocity are integrated each; of their displacements the root of the summed variances of the three
 * components. The same seed gives the same. LAM_ERROR_ARGUMENT as lam_session_set_lambda, or if the
 * network is not probabilistic or the session symmetric. */
LamVolume *lam_session_uncertainty(LamSession *session, double lambda, int samples, guint32 seed,
                                   GError **error);

/* The field of one λ, by whatever makes it; NULL and an error. */
typedef LamSnapshot *(*LamFieldAt)(gpointer user, double lambda, GError **error);

/* Where λ matters: the derivative of the displacement with respect to log γ, γ = λ/(1-λ), 3 channels, mm for
 * each factor e of γ, on the grid of the snapshots' field. By a central difference over a tenth of the
 * natural logarithm to both sides; towards λ = 0 and 1, where log γ has no end, of the outermost place of
 * the slider that has both. Errors as lam_session_set_lambda. */
LamVolume *lam_lambda_derivative(LamFieldAt at, gpointer user, double lambda, GError **error);
/* Of the session's own field. */
LamVolume *lam_session_lambda_derivative(LamSession *session, double lambda, GError **error);
/* Its length: 1 channel, mm. */
LamVolume *lam_session_sensitivity(LamSession *session, double lambda, GError **error);

const LamMat4 *lam_session_affine(const LamSession *session);
/* How the affine was found; its figures are NaN if it was given by the caller. Borrowed. */
const LamAffine *lam_session_affine_fit(const LamSession *session);
LamVolume *lam_session_fixed(const LamSession *session);  /* borrowed: as loaded */
LamVolume *lam_session_moving(const LamSession *session); /* borrowed: as loaded */
/* The network of this session, for measurements. Borrowed; the graph is NULL without a model. */
LamGraph *lam_session_graph(const LamSession *session);
const LamUnet *lam_session_unet(const LamSession *session);
const LamGrid *lam_session_model_grid(const LamSession *session);
/* The model grid that a session that is not symmetric has: for comparisons on one grid. */
const LamGrid *lam_session_fixed_grid(const LamSession *session);

/* The whole map, fixed world -> moving world: the flow of v (without v, the displacement), then the
 * affine. */
LamTransform *lam_snapshot_transform(const LamSnapshot *snapshot);

/* The other way round, for a transform that came from a file: A is its last step if that is affine, else the
 * identity; d what is left, on the fixed grid's box in voxels of about 3 mm. Its λ (NaN), similarity and
 * velocity are not known. LAM_ERROR_ARGUMENT if the affine is singular; LAM_ERROR_MEMORY. */
LamSnapshot *lam_snapshot_of_transform(const LamTransform *transform, const LamGrid *fixed,
                                       GError **error);

/* Exports at full resolution on the fixed scan's own grid, one interpolation. */
LamVolume *lam_session_export_field(const LamSession *session, const LamSnapshot *snapshot,
                                    GError **error);
LamVolume *lam_session_export_warped(const LamSession *session, const LamSnapshot *snapshot,
                                     GError **error);

G_END_DECLS
