#include <lambdascope/loss.h>

#include <lambdascope/ops.h>

LamLoss lam_loss_build(LamGraph *graph, const LamLossInputs *inputs, int window, double smoothness,
                       LamNode **full)
{
    LamShape image = lam_node_shape(inputs->fixed), field = lam_node_shape(inputs->displacement);
    LamNode *u = inputs->displacement;
    if (image.w != field.w || image.h != field.h || image.d != field.d)
        u = lam_op_resize(graph, u, image.d, image.h, image.w, (float)image.w / (float)field.w);
    LamNode *moved = lam_op_warp(graph, inputs->moving, u);
    LamLoss o = {.similarity =
                     lam_op_ncc_weighted(graph, inputs->fixed, moved, inputs->weight, window),
                 .roughness = lam_op_gradient_l2(graph, inputs->displacement)};
    o.loss = lam_op_blend(graph, inputs->lambda, o.similarity, o.roughness, (float)smoothness);
    if (full != NULL)
        *full = u;
    return o;
}

LamLoss lam_loss_build_unet(LamGraph *graph, const LamUnet *unet, int window, double smoothness)
{
    LamLossInputs inputs = {unet->fixed, unet->moving, NULL, unet->lambda, unet->displacement};
    return lam_loss_build(graph, &inputs, window, smoothness, NULL);
}
