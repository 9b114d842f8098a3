/* What refinement needs of sessions. Internal to src/registration. */
#pragma once

#include <lambdascope/session.h>

/* λ, with the session's share of labels, into the networks. LAM_ERROR_ARGUMENT as
 * lam_session_set_lambda. */
bool lam_session_put_lambda(LamSession *session, double lambda, GError **error);
/* Three channels in voxels of the network's field grid as vectors in mm. */
LamVolume *lam_session_vectors_mm(const LamSession *session, const float *u, GError **error);
bool lam_session_is_symmetric(const LamSession *session);
/* As the network's; its default without one. */
int lam_session_integration_steps(const LamSession *session);

/* A snapshot of this pair from a velocity (mm) on any grid; with statistics and similarity. began:
 * monotonic time in µs, for the milliseconds. */
LamSnapshot *lam_session_snapshot_of(LamSession *session, LamVolume *velocity, double lambda,
                                     gint64 began, GError **error);
