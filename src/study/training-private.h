/* The runs of a study. */
#pragma once

#include "labelled-pairs.h"

#include <lambdascope/study_training.h>

/* A finished run. */
typedef struct {
    LamModel *model;
    int steps;
    double seconds; /* of training, by the clock, over all its processes */
} LamStudyRun;

void lam_study_run_clear(LamStudyRun *run);

/* The base recipe to be changed for one run: with the study's number of steps, times `budget`, and without
 * validation while it trains. LAM_ERROR_ARGUMENT if it has no number of steps. */
GKeyFile *lam_study_recipe(const LamStudyTraining *study, double budget, GError **error);
/* The labelled pairs that the base recipe validates on. */
LamLabelledPairs *lam_study_pairs(const LamStudyTraining *study, GError **error);

/* Trains by this recipe, or takes what an earlier call has left in the folder. LAM_ERROR_ARGUMENT if that
 * was begun with another recipe; LAM_ERROR_CANCELLED after an interrupt, with a checkpoint. */
bool lam_study_train(const LamStudyTraining *study, const char *name, GKeyFile *recipe,
                     LamStudyRun *run, const LamProgress *progress, GError **error);

/* False and LAM_ERROR_ARGUMENT: "cannot make study: WHY". */
bool lam_study_refuse(GError **error, const char *why);
void lam_study_say(const LamStudyTraining *study, const char *format, ...) G_GNUC_PRINTF(2, 3);
