/* What a probe knows of its pair before any λ. */
#pragma once

#include <lambdascope/curve.h>

#include "session-private.h"

struct LamCurveProbe {
    LamSession *session;      /* borrowed */
    LamVolume *moving_labels; /* NULL: none */
    int n_domains, n_labels;
    int *labels;
    int *fixed_label; /* on the model grid: place in labels, -1 for background */
    int *part;        /* on the model grid: domain beside the whole; 0: none */
    int *field_part;  /* the same on the field grid */
    guint8 *block;    /* on the model grid */
};

/* Of a voxel of a label map among the probe's labels; -1: background. */
int lam_curve_place_of(const LamCurveProbe *probe, float voxel);
/* Dice of the whole and of each domain, without each block, and of each label, into the point. total: the
 * displacement with the affine, on the model grid. */
bool lam_curve_measure_labels(const LamCurveProbe *probe, const LamVolume *total,
                              LamCurvePoint *point, GError **error);
