/* A pair of head-like volumes of our own making: cortex with folds, white matter, ventricles, deep
 * nuclei, cerebellum; label maps and the true deformation come with it. Deterministic from a seed. */
#pragma once

#include <lambdascope/label_names.h>
#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    guint32 seed;
    double spacing_mm;     /* isotropic, 0.8 .. 4 */
    double deformation_mm; /* largest true displacement, about; 0 .. 15 */
    double noise;          /* standard deviation relative to white matter; 0 .. 0.2 */
} LamPhantomOptions;

typedef struct {
    LamVolume *fixed, *moving; /* T1-like, brain only */
    LamVolume *fixed_labels,
        *moving_labels; /* values as in the OASIS maps where a structure has one */
    LamVolume
        *truth; /* pull-back displacement on the fixed grid, mm, RAS: fixed(x) = moving(x+u) */
} LamPhantom;

LamPhantomOptions lam_phantom_defaults(void);
bool lam_phantom_make(const LamPhantomOptions *options, LamPhantom *out, GError **error);
/* The moving brain of these options alone, on any grid: both volumes of one channel and of one grid are
 * filled. Its blur is that of the options' spacing. */
bool lam_phantom_scan(const LamPhantomOptions *options, LamVolume *image, LamVolume *labels,
                      GError **error);
/* Of the labels. Free with lam_label_names_free. */
LamLabelNames *lam_phantom_label_names(void);
void lam_phantom_clear(LamPhantom *phantom);

G_END_DECLS
