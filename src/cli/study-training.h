/* lam study: what the command lines of studies that train share. */
#pragma once

#include "study.h"

#include <lambdascope/study_training.h>

/* Options, filled by GOption. */
typedef struct {
    char *data, *output, *recipe;
    int steps; /* 0: not given */
} LamCliTraining;

/* --data, --output, --recipe and --steps, and then the study's own, which end with {NULL}. As lam_cli_parse. */
bool lam_cli_training_parse(LamCliTraining *o, const LamCliSyntax *syntax, const GOptionEntry *own,
                            int *argc, char ***argv, GError **error);
void lam_cli_training_clear(LamCliTraining *o);

/* Checks the options, finds the recipe (its path is put into o->recipe) and catches interrupts. */
bool lam_cli_training_begin(LamCliTraining *o, const char *default_recipe, LamStudyTraining *study,
                            LamProgress *progress, GError **error);
/* Writes the files of the result and prints its summary. */
bool lam_cli_training_finish(const LamCliTraining *o, const LamStudyResult *result,
                             const char *name, GError **error);
