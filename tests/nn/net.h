/* A network under test, with weights drawn from one seed. */
#pragma once

#include <lambdascope/unet.h>

typedef struct {
    LamUnetConfig config;
    LamParameters *parameters;
    LamGraph *graph;
    LamUnet unet;
} Net;

/* Aborts if it cannot be built. sampling: as for training. */
Net net_of(const LamUnetConfig *config, bool sampling);
void net_clear(Net *net);

/* Of single slices of NET_SLICE x NET_SLICE voxels unless the keys tell a size, with two levels of 16 channels and a field as fine as they are.
 * keys: pairs of key and value, NULL-terminated. */
#define NET_SLICE 40
Net net_slices(const char *const *keys);
/* The velocity at the field's voxels for a picture and itself so many voxels to the right; freed by the caller. */
float *net_velocity(Net *net, int shift, double lambda);

/* How many nodes are computed again for the displacement when nothing but λ has changed. */
int net_moved_by_lambda(Net *net);

/* The largest difference of two arrays; b NULL: from 0. */
double net_largest(const float *a, const float *b, size_t n);

/* Gives all values of a parameter; aborts if there is none of this name. */
void net_fill(Net *net, const char *name, float value);
