/* A run on disk: everything that resuming needs, in one safetensors file. */
#pragma once

#include "recipe.h"

#include <lambdascope/adam.h>

typedef struct {
    guint64 step, first_step; /* first_step: of this process; not stored */
    guint64 since_best;       /* validations since the best one */
    double seconds;           /* of training in all */
    double best;              /* validation score so far */
} LamRunState;

/* mean: of the weights, as many floats as they; NULL: none is kept. */
bool lam_checkpoint_write(const char *path, const LamUnetConfig *config,
                          const LamParameters *parameters, const float *mean, const LamAdam *adam,
                          const LamRunState *state, GError **error);
/* LAM_ERROR_MODEL if the checkpoint is of another architecture. A mean that it does not hold starts as
 * its weights. */
bool lam_checkpoint_read(const char *path, const LamUnetConfig *config, LamParameters *parameters,
                         float *mean, LamAdam *adam, LamRunState *state, GError **error);

/* The model alone, f16, with the recipe's texts as metadata. values: of its parameters. structures: what a
 * network that tells them apart calls them (structures.h). template: that of the parameters. NULL: none. */
bool lam_checkpoint_write_model(const char *path, const LamRecipe *recipe, const char *structures,
                                const LamTemplateConfig *template, const LamParameters *parameters,
                                const float *values, const LamRunState *state, GError **error);
