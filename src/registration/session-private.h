/* What refinement needs of sessions. Internal to src/registration. */
#pragma once

#include <lambdascope/session.h>

/* A snapshot of this pair from a velocity (mm) on any grid; with statistics and similarity. began:
 * monotonic time in µs, for the milliseconds. */
LamSnapshot *lam_session_snapshot_of(LamSession *session, LamVolume *velocity, double lambda,
                                     gint64 began, GError **error);
