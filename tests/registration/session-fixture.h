/* What a session needs, small: a network of random weights and scans of blurred blobs. */
#pragma once

#include <lambdascope/session.h>

typedef struct {
    LamParameters *parameters;
    LamModel *model;
} SessionModel;

/* Input 16 x 16 x 12 voxels of 4 mm, field on half of that. What it says of a pair is nonsense, but
 * always the same, depends on λ, and is of some mm; with strength 4, it folds. */
SessionModel session_model(double strength);
/* The same with other modes: steps, uncertain and hyper_labels of LamUnetConfig. */
SessionModel session_model_of_mode(double strength, int steps, bool uncertain, bool hyper_labels);
/* The same for single slices. */
SessionModel session_slice_model(double strength);
void session_model_clear(SessionModel *model);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SessionModel, session_model_clear)

/* One of two objects of no symmetry, about 40 mm wide, around the world's origin plus `shift_mm`; 0
 * outside, at most about 150 inside. */
LamVolume *session_scan(const LamGrid *grid, int which, LamVec3 shift_mm);
/* The grid that most tests use: 24 x 22 x 20 voxels of 2.5 mm. */
LamGrid session_grid(void);
/* Fixed to moving world: a little of everything. */
LamMat4 session_affine(void);

/* lam_session_new and lam_session_set_lambda that may not fail. affine NULL: computed. */
LamSession *session_open(const SessionModel *model, LamVolume *fixed, LamVolume *moving,
                         const LamMat4 *affine);
LamSnapshot *session_at(LamSession *session, double lambda);

/* The two objects, unmoved, on the grid that most tests use, and a session of them with session_affine. */
typedef struct {
    SessionModel model;
    LamVolume *fixed, *moving;
    LamSession *session; /* NULL, and it is not closed */
} SessionPair;

void session_pair_open(SessionPair *pair, bool symmetric);
void session_pair_close(SessionPair *pair);

/* Largest difference of two volumes of one size. */
double session_distance(const LamVolume *a, const LamVolume *b);
