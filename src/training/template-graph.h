/* What learning a template adds to a training graph. */
#pragma once

#include "recipe.h"

typedef struct {
    LamTemplateNet net;
    LamNode *labels;      /* input [1,D,H,W]: the scan's structures; NULL without */
    LamNode *mean;        /* the mean displacement, then its mean times each attribute (within
                                    -1 and 1), as they will be with this sample */
    LamNode *mean_so_far; /* a parameter that no gradient moves */
    LamNode *structures;  /* cross entropy; NULL without structures */
    LamNode *centre, *magnitude; /* mean squares of the means and of this displacement, voxels^2 */
} LamTemplateGraph;

/* The template, before the network that registers to it. config: complete. */
LamTemplateGraph lam_template_graph_begin(LamGraph *graph, const LamRecipe *recipe,
                                          const LamTemplateConfig *config,
                                          LamParameters *parameters);
/* The terms that are added to `loss`, the registration's; full: the displacement on the picture's grid.
 * Returns the sum. */
LamNode *lam_template_graph_end(LamTemplateGraph *t, LamGraph *graph, const LamRecipe *recipe,
                                LamParameters *parameters, LamNode *displacement, LamNode *full,
                                LamNode *loss);
/* Keeps the mean displacement as it is with the sample just evaluated. */
void lam_template_graph_keep_mean(const LamTemplateGraph *t);
