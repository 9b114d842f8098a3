/* What lam register tells about a pair. */
#pragma once

#include "register.h"

/* One pair at work; what it holds is owned. */
typedef struct {
    LamRegisterChoice choice;
    LamVolume *fixed, *moving, *fixed_mask, *moving_mask, *fixed_labels, *moving_labels;
    GArray *fixed_points, *moving_points; /* LamVec3 */
    LamInverseReport inversion;           /* of --save-inverse */
    LamModel *model;
    LamRegistrationResult result;
    double load_s, write_s;
} LamRegisterRun;

/* A summary or, with --json, the report on standard output; and the report's file. */
bool lam_register_report(const LamRegisterArguments *arguments, const LamRegisterRun *run,
                         GError **error);
