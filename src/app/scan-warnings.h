/* What a person should know of the scans before believing the picture. */
#pragma once

#include <lambdascope/affine.h>
#include <lambdascope/model.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    const LamVolume *fixed, *moving;
    const char *fixed_name, *moving_name;
    const LamModel *model;
    const LamAffine *affine; /* how it was found */
    bool not_t1;             /* the model was taken because the fixed scan is none */
} LamScanWarnings;

/* One translated line; NULL if there is nothing to say. Walks through both scans: not for the UI thread. */
char *lam_scan_warnings(const LamScanWarnings *about);

G_END_DECLS
