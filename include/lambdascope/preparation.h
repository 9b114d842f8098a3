/* What is done to a scan before a network sees it, and whether it is what the network expects. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef enum {
    LAM_SUBJECT_UNKNOWN, /* one slice, or a size that is neither */
    LAM_SUBJECT_BRAIN,   /* the skull is stripped */
    LAM_SUBJECT_HEAD,    /* with skull and scalp */
} LamSubject;

/* The input that a model takes. */
typedef struct {
    int size[3]; /* W, H, D of its grid */
    double spacing_mm;
    bool expects_brain; /* trained on stripped brains only */
} LamPreparationTarget;

typedef struct {
    double top;             /* the 99.5th percentile of the positive voxels: becomes 1 */
    double ceiling;         /* what is above this, once divided by top, is cut off */
    double clipped_percent; /* of all voxels, at either end */
    double smoothing_mm[3]; /* sigma of the Gaussian along i, j, k; 0: none */
    double threshold;       /* of the foreground: a fifth of the 98th percentile */
    double foreground_litres;
    double foreground_share; /* of the voxels above zero: high where the rest has been cut away */
    double extent_mm[3];     /* of the middle 98 % of the foreground along R, A, S */
    LamSubject subject;
    LamGrid box;            /* the model's grid */
    double outside_percent; /* of the foreground, beyond the box */
    guint warnings;         /* LamPreparationWarning, or-ed */
} LamPreparation;

typedef enum {
    LAM_WARN_CONFLICT = 1,       /* sform and qform are more than a millimetre apart */
    LAM_WARN_NO_ORIENTATION = 2, /* the file does not say where left and right are */
    LAM_WARN_FRAME = 4,          /* of several frames the first, not chosen */
    LAM_WARN_HEAD = 8,           /* a head where the model expects a brain */
    LAM_WARN_OUTSIDE = 16,       /* more than a hundredth of the foreground is beyond the box */
} LamPreparationWarning;

/* scan: of one channel. target: the model's input; NULL leaves smoothing, box and what follows from
 * them 0. The box is centred as for the fixed scan of a pair. False and LAM_ERROR_ARGUMENT if the scan is
 * constant or nothing of it is above zero. Thread-safety: safe. */
bool lam_preparation_measure(const LamVolume *scan, const LamPreparationTarget *target,
                             LamPreparation *out, GError **error);

G_END_DECLS
