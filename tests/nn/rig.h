/* A graph under test: inputs that are filled with random numbers, and what is wanted of them. */
#pragma once

#include <lambdascope/ops.h>

#define RIG_MAX_INPUTS 8

typedef struct {
    LamParameters *parameters;
    LamGraph *graph;
    GRand *rand;
    LamNode *inputs[RIG_MAX_INPUTS];
    double deviations[RIG_MAX_INPUTS];
    int n_inputs;
} Rig;

/* An empty graph with gradients; the same seed gives the same numbers. */
void rig_init(Rig *rig, guint32 seed);
void rig_clear(Rig *rig);

/* An input that rig_finish fills with normal(0, deviation); variables also get a gradient. */
LamNode *rig_input(Rig *rig, LamShape shape, double deviation);
LamNode *rig_variable(Rig *rig, LamShape shape, double deviation);

/* Finalises (aborts with the message if that fails), fills the inputs and runs forward. */
void rig_finish(Rig *rig);

/* mean (y - noise)^2 over the values of y. */
LamNode *rig_loss(Rig *rig, LamNode *y);

double rig_normal(GRand *rand);
void rig_fill(GRand *rand, float *values, size_t n, double deviation);

/* A copy in double precision; g_free. */
double *rig_doubles(const float *values, size_t n);

/* Largest |a - b| over the root mean square of b. */
double rig_distance(const float *a, const double *b, size_t n);
