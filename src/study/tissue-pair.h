/* A pair of slices with classes of tissue, registered with a λ for each class in either way: as a composite of the
 * velocities of a network of one λ, or by a network that takes them all. */
#pragma once

#include <lambdascope/model.h>
#include <lambdascope/volume.h>

#define LAM_TISSUE_CACHE 16 /* velocities that a pair keeps */

typedef struct {
    LamVolume *fixed, *moving, *fixed_labels, *moving_labels;
    LamVolume *tissues; /* class of each voxel of the fixed slice */
    /* of the network of one λ */
    struct {
        double lambda;
        float *velocity;
    } cache[LAM_TISSUE_CACHE];
    int n_cached;
} LamTissuePair;

/* folder/sample-NNN_*.nii.gz, as lam_train_write_samples leaves them. */
LamTissuePair *lam_tissue_pair_load(const char *folder, int number, GError **error);
void lam_tissue_pair_free(LamTissuePair *pair);

typedef struct {
    double dice[LAM_UNET_MAX_CLASSES]; /* mean over the class's structures; NaN: none here */
    double mean;                       /* over all structures */
    double roughness[LAM_UNET_MAX_CLASSES];
    double fold_percent;
} LamTissueScore;

typedef struct LamTissueBench LamTissueBench;

/* one, classes: models on one grid of slices; the second takes a λ for each class. They are borrowed. blur_mm: of
 * the classes' borders. LAM_ERROR_ARGUMENT if they do not fit. */
LamTissueBench *lam_tissue_bench_new(LamModel *one, LamModel *classes, double blur_mm,
                                     GError **error);
void lam_tissue_bench_free(LamTissueBench *bench);
int lam_tissue_bench_classes(const LamTissueBench *bench);

/* The displacement with these λ, one for each class. conditioned: of the network that takes them all. keep: the
 * pair may keep velocities, and those that it has are used. */
void lam_tissue_bench_register(LamTissueBench *bench, LamTissuePair *pair, bool conditioned,
                               bool keep, const double *lambdas);
/* Of what was registered last. */
LamTissueScore lam_tissue_bench_score(LamTissueBench *bench, const LamTissuePair *pair);
