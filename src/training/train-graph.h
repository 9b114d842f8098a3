/* The network and its loss on one grid, over the run's parameters. */
#pragma once

#include "sample.h"
#include "template-graph.h"

typedef struct {
    LamGraph *graph;
    LamUnet unet;
    LamLoss loss;
    LamLabelling labelling;
    LamNode *fixed_named,
        *moving_named; /* inputs: the structure of each voxel, for the cross entropy */
    LamNode *fixed_labels, *moving_labels, *fixed_anatomy, *moving_anatomy, *lambda_map,
        *data_weight, /* of each voxel of the fixed scan: λ and 1 - λ, with classes */
        *truth;       /* inputs; NULL where the loss has no use for them */
    LamNode *back;    /* the way from scan to template; NULL unless one is learned */
    const LamTemplateConfig *template_config; /* borrowed, likewise */
    double field_mm;                          /* spacing of the field's grid */
    LamNode *kl;                              /* NULL unless uncertain */
    LamNode
        *structures; /* cross entropy, of both scans; NULL unless the network names structures */
    LamTemplateGraph template; /* all NULL unless one is learned */
    LamNode *total;
} LamTrainGraph;

/* The figures of one sample; NaN: no such term. */
typedef struct {
    double similarity, roughness, labels, anatomy, structures, loss;
    double centre_mm; /* root mean square of the template's mean displacements */
} LamTrainTerms;

/* labelling: of the samples' maps; what it borrows outlives the graph. template: what is learned beside;
 * NULL: none. parameters are borrowed, allocated with gradients. */
bool lam_train_graph_build(LamTrainGraph *g, const LamRecipe *recipe, const LamSampleGrid *grid,
                           LamLabelling labelling, const LamTemplateConfig *template,
                           LamParameters *parameters, GError **error);
void lam_train_graph_clear(LamTrainGraph *g);

/* Forward; the parameters are taken as changed. */
LamTrainTerms lam_train_graph_forward(LamTrainGraph *g, const LamSample *sample);
/* Adds to the parameters' gradients. */
void lam_train_graph_backward(LamTrainGraph *g);
