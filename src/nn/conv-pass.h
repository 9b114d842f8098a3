/* One pass of a convolution on oneDNN: forward, or one of the two gradients. Internal to src/nn. */
#pragma once

#include "conv-weights.h"

#include <glib.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

typedef enum { LAM_CONV_FORWARD, LAM_CONV_DATA, LAM_CONV_WEIGHTS } LamConvKind;

/* What to build. x, y and weights are operands or, of the pass that makes it, the gradient. */
typedef struct {
    LamConvKind kind;
    const LamConvGeometry *geometry;
    dnnl_engine_t engine;
    float *x, *y, *weights;         /* weights plain, [O,I,kd,kh,kw] */
    float *bias;                    /* forward; NULL = none */
    bool adds;                      /* forward: y holds an addend; weights: the gradient is added */
    float slope;                    /* forward: of the leaky ReLU; 1 = none */
    guint16 *x_rounded, *y_rounded; /* with `rounds`: the operands in bf16 */
    bool rounds;                    /* take bf16 operands, if oneDNN has fast code for them */
    bool only_fast;                 /* build nothing where oneDNN has no fast code for f32 */
} LamConvPlan;

/* A primitive with the weights in the layout it prefers. Zeros: not built. */
typedef struct {
    LamConvKind kind;
    bool rounded; /* the operands are bf16 */
    dnnl_primitive_t primitive, reorder;
    dnnl_memory_t x, y, plain_weights, weights, bias;
    float *packed;
} LamConvPass;

bool lam_conv_pass_build(LamConvPass *pass, const LamConvPlan *plan, GError **error);
/* From the buffers of the plan into that of the result. */
void lam_conv_pass_run(const LamConvPass *pass, dnnl_stream_t stream);
void lam_conv_pass_clear(LamConvPass *pass);

/* A failure of oneDNN as an error. */
bool lam_conv_succeed(dnnl_status_t status, const char *what, GError **error);
