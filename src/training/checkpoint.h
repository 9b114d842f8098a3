/* A run on disk: everything that resuming needs, in one safetensors file. */
#pragma once

#include "recipe.h"

#include <lambdascope/adam.h>

typedef struct {
    guint64 step, first_step; /* first_step: of this process; not stored */
    double seconds;           /* of training in all */
    double best;              /* validation score so far */
} LamRunState;

bool lam_checkpoint_write(const char *path, const LamUnetConfig *config,
                          const LamParameters *parameters, const LamAdam *adam,
                          const LamRunState *state, GError **error);
/* LAM_ERROR_MODEL if the checkpoint is of another architecture. */
bool lam_checkpoint_read(const char *path, const LamUnetConfig *config, LamParameters *parameters,
                         LamAdam *adam, LamRunState *state, GError **error);

/* The model alone, f16, with the recipe's texts as metadata. */
bool lam_checkpoint_write_model(const char *path, const LamRecipe *recipe,
                                LamParameters *parameters, const LamRunState *state,
                                GError **error);
