/* What registration minimises, in training as in refinement of one pair:
 * (1 - λ) dissimilarity + λ smoothness · roughness (Hoopes et al. 2021, eq. 3). */
#pragma once

#include <lambdascope/unet.h>

G_BEGIN_DECLS

typedef enum {
    LAM_SIMILARITY_NCC,   /* minus the mean squared local correlation, in [-1,0] */
    LAM_SIMILARITY_NMI,   /* minus the normalised mutual information, in [-2,-1] */
    LAM_SIMILARITY_MSE,   /* mean squared difference over sigma^2 */
    LAM_SIMILARITY_FIELD, /* mean squared distance to a known displacement, voxels^2 (supervised) */
    LAM_SIMILARITY_NONE,  /* images are not compared: labels alone (SynthMorph) */
} LamSimilarity;

typedef enum {
    LAM_ROUGHNESS_GRADIENT, /* mean squared first differences of the displacement, no unit */
    LAM_ROUGHNESS_BENDING,  /* bending energy, per voxel of the field's grid */
} LamRoughness;

#define LAM_LOSS_WINDOW     7 /* as the T1 models are trained with */
#define LAM_LOSS_SMOOTHNESS 1.0

/* The names in recipes and on command lines: "ncc", "nmi", "mse", "field", "none"; "gradient",
 * "bending". False if there is none of this name. */
bool lam_similarity_parse(const char *name, LamSimilarity *out);
bool lam_roughness_parse(const char *name, LamRoughness *out);

typedef struct {
    LamSimilarity similarity;
    int window;   /* of NCC, voxels, odd */
    double sigma; /* of MSE: the noise between two well aligned images */
    int bins;     /* of NMI */
    LamRoughness roughness;
    double smoothness; /* weight of the roughness */
    double back_share; /* of the similarity, what is measured in the moving image's space */
    double
        label_weight; /* of 1 - mean soft Dice beside the similarity (1 without one); 0: no labels */
    double label_power; /* how much large labels weigh more in that mean: see lam_op_label_dice */
    int n_labels;       /* in the maps: 1 .. n */
    double anatomy_weight; /* of minus the local correlation of pictures of the labels, beside the
                            * similarity (1 without one); 0: none */
    double fold_weight;    /* of the barrier against folds, whatever λ is; 0: none */
    double fold_margin;    /* the least |J| that it lets pass */
} LamLossOptions;

/* NCC in windows of LAM_LOSS_WINDOW, gradient, LAM_LOSS_SMOOTHNESS; no labels, no barrier. */
LamLossOptions lam_loss_options_default(void);

typedef struct {
    LamNode *fixed, *moving; /* [1,D,H,W] */
    LamNode *weight; /* [1,D,H,W] of each fixed voxel's NCC, of images and of pictures of labels;
                      * NULL: all alike */
    LamNode *roughness_weight;             /* [1,d,h,w] of each voxel's gradient; NULL: all alike */
    LamNode *fixed_labels, *moving_labels; /* [1,D,H,W], 0 .. n; NULL without labels */
    LamNode *fixed_anatomy, *moving_anatomy; /* [1,D,H,W]: pictures of the labels; NULL: none */
    LamNode *truth;  /* known displacement, as below; NULL unless it is compared with */
    LamNode *lambda; /* scalar */
    LamNode
        *label_share; /* scalar μ: (1-μ) similarity + μ label_weight · labels; NULL: their sum */
    LamNode *displacement; /* [3,d,h,w] in voxels of its grid, over the same box */
    LamNode
        *back; /* likewise, its inverse, which takes the fixed image to the moving one; NULL: the
                    * similarity is measured in the fixed image's space alone */
} LamLossInputs;

typedef struct {
    LamNode *similarity; /* NULL with LAM_SIMILARITY_NONE */
    LamNode *labels;     /* 1 - mean soft Dice; NULL without labels */
    LamNode *anatomy;    /* minus the mean squared local correlation; NULL without these pictures */
    LamNode *data;       /* what (1 - λ) multiplies */
    LamNode *roughness;
    LamNode *folds; /* NULL without the barrier */
    LamNode *loss;
    LamNode *full; /* the displacement on the images' grid, in its voxels; NULL if not needed */
} LamLoss;

/* Adds the losses to a graph: the displacement is resized to the images' grid, where the moving image
 * and the moving labels are carried by it and compared. */
LamLoss lam_loss_build(LamGraph *graph, const LamLossInputs *inputs, const LamLossOptions *options);

/* The same for a network: its images, its λ, its displacement; the similarity of images alone. */
LamLoss lam_loss_build_unet(LamGraph *graph, const LamUnet *unet, const LamLossOptions *options);

G_END_DECLS
