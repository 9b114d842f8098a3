/* What lam register and its batches share. */
#pragma once

#include "cli.h"

#include <lambdascope/registration.h>
#include <lambdascope/transform_file.h>

/* As typed; NULL and 0 where not given. */
typedef struct {
    char *fixed, *moving, *fixed_mask, *moving_mask;
    char *kind, *method, *similarity, *measure, *model, *initial, *initial_from;
    double lambda, seconds;
    double label_share; /* -1 where not given */
    gboolean keep_initial, symmetric;
    char *fixed_labels, *moving_labels, *landmarks;
    double label_weight, landmark_weight;
    char *warped, *field, *transform, *inverse, *affine, *to, *interpolation, *report;
    char *uncertainty, *sensitivity;
    char **regions; /* each of a --region; NULL: none */
    char *regions_file;
    gboolean json;
    char *batch, *output;
    int jobs;
    gboolean resume;
} LamRegisterArguments;

/* The arguments, understood. */
typedef struct {
    LamRegistrationOptions options; /* model, masks and initial are still to be loaded */
    LamInterpolation interpolation;
    LamConvention to, initial_from;
} LamRegisterChoice;

/* False and a usage error if a word or a number is none of those there are. */
bool lam_register_choose(const LamRegisterArguments *arguments, LamRegisterChoice *choice,
                         GError **error);

/* Points in mm (RAS), arrays of LamVec3; to be released also on failure. */
bool lam_register_load_landmarks(const char *path, GArray **fixed, GArray **moving, GError **error);

/* Options that make a lam register of one pair do what these arguments say: all but the files. */
GPtrArray *lam_register_shared_arguments(const LamRegisterArguments *arguments);

/* Every pair of arguments->batch, each in a process of its own. */
bool lam_register_batch(const LamRegisterArguments *arguments, const LamRegisterChoice *choice,
                        GError **error);
