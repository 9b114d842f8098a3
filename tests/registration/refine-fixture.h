/* A pair of objects in a session, and a refinement short enough for tests. */
#pragma once

#include "session-fixture.h"

#include <lambdascope/refine.h>

typedef struct {
    SessionModel model;
    LamVolume *fixed, *moving;
    LamSession *session; /* object 0 and object 1, the identity for an affine */
} RefineFixture;

/* Aborts with the message if it fails, as refine_run does. */
LamSession *refine_open(LamModel *model, LamVolume *fixed, LamVolume *moving, const LamMat4 *affine,
                        bool symmetric);
void refine_set_up(RefineFixture *f, gconstpointer data);
void refine_tear_down(RefineFixture *f, gconstpointer data);

/* Two levels, no clock. */
LamRefineOptions refine_quick(double lambda, int iterations);
LamSnapshot *refine_run(LamSession *session, const LamSnapshot *start,
                        const LamRefineOptions *options, LamRefineReport *report);
