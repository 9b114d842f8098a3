#include "objective.h"

#include <lambdascope/ops.h>

LamObjective lam_objective_build(const LamUnetConfig *config, LamGraph *graph, const LamUnet *unet,
                                 int window, double smoothness)
{
    const int *size = config->size;
    float factor = (float)lam_unet_field_factor(config);
    LamNode *full =
        factor > 1 ? lam_op_resize(graph, unet->displacement, size[2], size[1], size[0], factor)
                   : unet->displacement;
    LamNode *moved = lam_op_warp(graph, unet->moving, full);
    LamObjective o = {.similarity = lam_op_ncc(graph, unet->fixed, moved, window),
                      .roughness = lam_op_gradient_l2(graph, unet->displacement)};
    o.loss = lam_op_blend(graph, unet->lambda, o.similarity, o.roughness, (float)smoothness);
    return o;
}
