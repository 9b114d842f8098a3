/* What registration minimises, in training as in refinement of one pair:
 * (1 - λ) dissimilarity + λ weight roughness (Hoopes et al. 2021, eq. 3). */
#pragma once

#include <lambdascope/unet.h>

G_BEGIN_DECLS

typedef struct {
    LamNode *similarity; /* minus the mean local NCC on the images' grid, in [-1,0] */
    LamNode *roughness;  /* mean squared gradient of the displacement on its grid, no unit */
    LamNode *loss;
} LamLoss;

typedef struct {
    LamNode *fixed, *moving; /* [1,D,H,W] */
    LamNode *weight;         /* [1,D,H,W] of each fixed voxel's NCC, or NULL: all alike */
    LamNode *lambda;         /* scalar */
    LamNode *displacement;   /* [3,d,h,w] in voxels of its grid, over the same box */
} LamLossInputs;

#define LAM_LOSS_WINDOW     7 /* as brain-t1 is trained with */
#define LAM_LOSS_SMOOTHNESS 1.0

/* Adds the losses to a graph: the displacement is resized to the images' grid, warps the moving one, and
 * is compared by NCC with this window (voxels, odd). smoothness: the weight of the roughness.
 * full (may be NULL) receives the displacement on the images' grid, in its voxels. */
LamLoss lam_loss_build(LamGraph *graph, const LamLossInputs *inputs, int window, double smoothness,
                       LamNode **full);

/* The same for a network: its images, its λ, its displacement. */
LamLoss lam_loss_build_unet(LamGraph *graph, const LamUnet *unet, int window, double smoothness);

G_END_DECLS
