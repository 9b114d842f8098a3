/* Velocities of one session by λ; the least recently used goes first. Internal to src/registration. */
#pragma once

#include <lambdascope/session.h>

#define LAM_VELOCITY_CACHE_SIZE 48

typedef struct LamVelocityCache LamVelocityCache;

LamVelocityCache *lam_velocity_cache_new(LamSession *session);
void lam_velocity_cache_free(LamVelocityCache *cache);

/* lam_session_velocity, computed once; a new reference. */
LamVolume *lam_velocity_cache_get(LamVelocityCache *cache, double lambda, GError **error);
/* How many were computed. */
guint64 lam_velocity_cache_runs(const LamVelocityCache *cache);
