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
