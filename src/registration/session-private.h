/* What the files about sessions share, and refinement and regions need of them. Internal to src/registration. */
#pragma once

#include <lambdascope/session.h>

struct LamSession {
    LamModel *model;
    LamVolume *fixed, *moving;  /* as loaded */
    LamVolume *fixed_model;     /* prepared, on the model grid */
    LamVolume *moving_prepared; /* prepared, on its own grid */
    LamMat4 affine;
    LamAffine fit;
    LamUnetConfig config;
    LamGrid fixed_grid, model_grid, field_grid;
    bool symmetric;
    double label_share;     /* asked for; of no matter without hyper_labels */
    LamGraph *graph, *back; /* back: with the scans exchanged, if symmetric */
    LamUnet unet, unet_back;
    LamGraph *integrator; /* velocity -> displacement, apart from the network; made when needed */
    LamNode *integrator_in, *integrator_out;
    guint64 document, generation;
    guint64 exchanges; /* of scans so far */
};

/* λ, with the session's share of labels, into the networks. LAM_ERROR_ARGUMENT as
 * lam_session_set_lambda. */
bool lam_session_put_lambda(LamSession *session, double lambda, GError **error);
/* Three channels in voxels of the network's field grid as vectors in mm. */
LamVolume *lam_session_vectors_mm(const LamSession *session, const float *u, GError **error);
bool lam_session_is_symmetric(const LamSession *session);
/* As the network's; its default without one. */
int lam_session_integration_steps(const LamSession *session);

/* The network's velocity at λ, on the field grid, in mm; nothing is integrated. LAM_ERROR_ARGUMENT as
 * lam_session_set_lambda, or if the network gives displacements. */
LamVolume *lam_session_velocity(LamSession *session, double lambda, GError **error);

/* A snapshot of such a velocity, integrated as the network does, so that lam_session_velocity at λ gives
 * what lam_session_set_lambda does. began: monotonic time in µs, for the milliseconds. */
LamSnapshot *lam_session_integrate(LamSession *session, const LamVolume *velocity, double lambda,
                                   bool with_similarity, gint64 began, GError **error);

/* A snapshot of this pair from a velocity (mm) on any grid; with statistics and similarity. */
LamSnapshot *lam_session_snapshot_of(LamSession *session, LamVolume *velocity, double lambda,
                                     gint64 began, GError **error);
