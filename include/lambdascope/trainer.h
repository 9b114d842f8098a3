/* Training of a model by a recipe. One folder holds everything of a run: checkpoint.safetensors (all
 * that resuming needs), best.safetensors (the model, f16), steps.csv, validation.csv, affine.ini, and
 * refused-N.safetensors, a sample whose loss or gradient was not finite. */
#pragma once

#include <lambdascope/graph.h>
#include <lambdascope/progress.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    const char *recipe;  /* path */
    const char *data;    /* folder that the recipe's scans are relative to */
    const char *output;  /* folder, made if needed */
    bool resume;         /* go on from its checkpoint, if there is one */
    double stop_minutes; /* leave (with a checkpoint) after this long; 0 = when the schedule ends */
    guint64 stop_steps;  /* leave after this many steps of this process; 0 = no limit */
    /* one line of text for people, when something happened; may be NULL */
    void (*say)(const char *line, void *user);
    void *user;
} LamTrainOptions;

/* Runs until the schedule's end, stop_minutes or cancellation (which checkpoints and returns true).
 * progress tells the share of the schedule and a line with λ-averaged losses and the time left. */
bool lam_train(const LamTrainOptions *options, const LamProgress *progress, GError **error);

/* Learning-rate range test (Smith 2017): up to `steps` (2 or more) updates from the recipe's start, at
 * rates that rise from 1e-6 to 0.1, until the loss rises; on the coarse grid if the recipe has one. Writes
 * rates.csv into the output folder, and nothing else that a run would use. *rate: a tenth of the rate at
 * which the running loss was least. */
bool lam_train_find_rate(const LamTrainOptions *options, int steps, double *rate,
                         const LamProgress *progress, GError **error);

/* Draws the run's first `count` samples and writes them into the output folder, to be looked at:
 * sample-NNN_{fixed,moving,fixed_labels,moving_labels}.nii.gz, and sample-NNN_tissues.nii.gz, the class of
 * each voxel of the fixed scan, if the recipe has [tissues]. */
bool lam_train_write_samples(const LamTrainOptions *options, int count, const LamProgress *progress,
                             GError **error);

/* Times of the training step of the reference model (lam_unet_config_default, NCC window 7) on noise. */
typedef struct {
    int repeats;            /* in: after two steps that do not count */
    LamPrecision precision; /* in: wanted of the convolutions; out: in effect */
    double *total_ms; /* in: room for `repeats` values; out: forward + backward + update of each */
    double forward_ms, backward_ms, update_ms; /* out: means */
    double conv_gflops; /* out: forward and both backward passes of all convolutions */
} LamStepTimes;

bool lam_time_training_step(LamStepTimes *times, GError **error);

G_END_DECLS
