/* The state of a run, shared by the loop and the search for a rate. */
#pragma once

#include "checkpoint.h"
#include "dataset.h"
#include "sample-queue.h"
#include "train-graph.h"
#include "validation.h"

#include <lambdascope/adam.h>
#include <lambdascope/trainer.h>
#include <stdio.h>

typedef struct {
    const LamTrainOptions *options;
    const LamProgress *progress;
    LamRecipe *recipe;
    LamDataset *dataset;
    LamValidation *validation;
    LamParameters *parameters;
    float *mean; /* of the weights, exponentially weighted; NULL: not kept */
    LamAdam *adam;
    bool coarse; /* what the graph is for */
    LamTrainGraph network;
    LamSampleQueue *samples;
    FILE *steps_log;
    LamRunState state;
    int refused;           /* steps in a row */
    gint64 started;        /* monotonic µs of this process */
    double seconds_before; /* of earlier processes of this run */
    gint64 next_checkpoint, next_validation;
    LamTrainTerms running; /* means, for the progress line */
} LamTrainer;

/* What one step gave: means over its samples. */
typedef struct {
    LamTrainTerms terms;
    double lambda, waited_ms;
    bool refused; /* nothing was changed */
} LamStep;

void lam_trainer_say(const LamTrainer *t, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Free with g_free. */
char *lam_trainer_path(const LamTrainer *t, const char *name);

/* Everything but the log: recipe, data, network, weights. */
bool lam_trainer_start(LamTrainer *t, GError **error);
void lam_trainer_clear(LamTrainer *t);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamTrainer, lam_trainer_clear)

/* Moves the scores of structures, learned at recipe->start_structure_power, to the recipe's structure_power: where a
 * label of n voxels weighs n^power, the probability that the loss asks for is n^(power - 1) times the true one,
 * up to a factor that all labels share. */
bool lam_trainer_calibrate(LamTrainer *t, GError **error);

/* The graph and the samples of the coarse or of the network's own grid. */
bool lam_trainer_enter(LamTrainer *t, bool coarse, GError **error);
/* Draw, forward, backward, and an update at this rate. A loss or a gradient that is not finite changes
 * nothing; the sample is kept in the run's folder. LAM_ERROR_FAILED after many of these in a row. */
bool lam_trainer_step(LamTrainer *t, double rate, LamStep *out, GError **error);
