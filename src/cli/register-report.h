/* What lam register tells about a pair. */
#pragma once

#include "register.h"

#include <lambdascope/region_spec.h>

/* One pair at work; what it holds is owned. */
typedef struct {
    LamRegisterChoice choice;
    LamVolume *fixed, *moving, *fixed_mask, *moving_mask, *fixed_labels, *moving_labels;
    GArray *fixed_points, *moving_points; /* LamVec3 */
    GPtrArray *specs;                     /* LamRegionSpec, as asked for */
    GPtrArray *regions;                   /* LamRegion, with their masks */
    LamInverseReport inversion;           /* of --save-inverse */
    LamModel *model;
    LamRegistrationResult result;
    double load_s, write_s;
} LamRegisterRun;

/* A summary or, with --json, the report on standard output; and the report's file. */
bool lam_register_report(const LamRegisterArguments *arguments, const LamRegisterRun *run,
                         GError **error);
