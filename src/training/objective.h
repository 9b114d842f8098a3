/* What is minimised: (1 - λ) dissimilarity + λ weight roughness. */
#pragma once

#include <lambdascope/unet.h>

typedef struct {
    LamNode *similarity; /* minus the mean local NCC on the input grid */
    LamNode *roughness;  /* of the displacement, on the field grid, voxels */
    LamNode *loss;
} LamObjective;

/* Adds the losses to a graph that holds the network. */
LamObjective lam_objective_build(const LamUnetConfig *config, LamGraph *graph, const LamUnet *unet,
                                 int window, double smoothness);
