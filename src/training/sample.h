/* One training sample: a pair on the network's grid with what belongs to it. */
#pragma once

#include "recipe.h"

#include <lambdascope/volume.h>

/* The grid that samples are drawn on: the network's, or one of twice the spacing. */
typedef struct {
    int size[3], field_size[3]; /* W, H, D */
    double spacing_mm;
    bool coarse;
} LamSampleGrid;

/* What the labels of samples are. */
typedef struct {
    int n_labels; /* 1 .. this; 0: none */
    int n_structures;
    const guint8 *structure_of; /* as in source.h; borrowed */
} LamLabelling;

LamSampleGrid lam_sample_grid(const LamRecipe *recipe, bool coarse);

typedef struct {
    guint64 number; /* which of the run; its seed */
    LamSampleGrid grid;
    double lambda, label_share;           /* in [0,1] */
    double lambdas[LAM_UNET_MAX_CLASSES]; /* of each class, of a network that takes them */
    double
        attributes[LAM_TEMPLATE_MAX_ATTRIBUTES]; /* of the moving scan's person, each in its unit */
    float *fixed, *moving;                       /* [D,H,W], intensities about [0,1] */
    float *fixed_labels, *moving_labels;   /* [D,H,W], 0 .. n; zeros where the source has none */
    float *fixed_anatomy, *moving_anatomy; /* [D,H,W], 0 .. 1: both label maps in one set of random
                                            * greys, a little smoothed; NULL unless compared */
    float *tissues, *lambda_map; /* [D,H,W]: the class of each voxel of the fixed scan, and its λ;
                                  * NULL without classes */
    float *truth;                /* [3,d,h,w], voxels of the field's grid; zeros likewise */
    float *noise;                /* [3,d,h,w], normal(0, 1); NULL unless uncertain */
} LamSample;

LamSample *lam_sample_new(const LamRecipe *recipe, const LamSampleGrid *grid, GError **error);
void lam_sample_free(LamSample *sample);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamSample, lam_sample_free)

/* A share from [0,1]; each end with the probability ends / 2: a uniform draw never gives it. */
double lam_sample_draw_share(double ends, GRand *rand);
size_t lam_sample_voxels(const LamSample *sample);
/* Into a file of tensors, to be looked at. */
bool lam_sample_save(const LamSample *sample, const char *path, GError **error);
