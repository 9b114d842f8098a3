/* The registration U-Net of VoxelMorph whose convolutions are static or generated from λ by a
 * hypernetwork (HyperMorph, Hoopes et al. 2021).
 *
 *   fixed, moving ─ (features of each ─) encoder (stride 2 between levels) ─ decoder (nearest ×2, skips) ─ final ─ flow
 *   (λ, 1-λ) ─ dense layers ─ one linear head per generated kernel and bias ──┘
 *
 * Of two passes the first is made for one λ, which rests; the moving scan is carried by its field, and the same
 * weights, with the λ asked for, find what is to be added to it.
 *
 * What flow gives is a stationary velocity whose exponential is the displacement; or, without integration
 * steps, the displacement itself. A probabilistic network (`uncertain`; Dalca et al. 2019) gives the mean
 * of the velocity, and beside it, from the same features, the logarithm of its variance.
 *
 * The field lives 2^(encoder levels - decoder levels) coarser than what the encoder sees: the scans, or
 * features that are coarser in the same way, or (`scans`) the scans with what is known of structures beside. */
#pragma once

#include <lambdascope/graph.h>

G_BEGIN_DECLS

#define LAM_UNET_MAX_LEVELS  8
#define LAM_UNET_MAX_CLASSES 16

typedef enum {
    LAM_GENERATED_NONE,    /* one λ: plain VoxelMorph */
    LAM_GENERATED_DECODER, /* the encoder runs once per pair, only the decoder follows λ */
    LAM_GENERATED_ALL,     /* as published */
} LamGenerated;

typedef enum {
    LAM_SKIP_CONCAT, /* the decoder's convolution sees upsampled and skip features side by side */
    LAM_SKIP_ADD, /* skip features pass a static convolution of their own, computed once per pair,
                      * whose result is added before the activation */
} LamSkip;

typedef struct {
    int size[3];                                 /* W, H, D of the input grid */
    double spacing_mm;                           /* of the input grid, isotropic */
    int n_encoder, encoder[LAM_UNET_MAX_LEVELS]; /* channels per level, finest first */
    int n_decoder, decoder[LAM_UNET_MAX_LEVELS]; /* channels, coarsest level first */
    int n_final, final[LAM_UNET_MAX_LEVELS];   /* convolutions at the field's level, before flow */
    int n_hidden, hidden[LAM_UNET_MAX_LEVELS]; /* widths of the hypernetwork */
    LamGenerated generated;
    LamSkip skip;
    int integration_steps; /* squarings, up to 12; 0: flow is the displacement */
    /* What follows is false in models that do not name it. */
    bool uncertain;    /* also the log variance of flow */
    bool hyper_labels; /* a second hyperparameter: the share μ of labels in the loss, in [0,1]; the
                        * hypernetwork sees (λ, 1-λ, μ, 1-μ) */
    int hyper_classes; /* a λ for each of so many classes of tissue (2 or more) in place of the one: the
                        * hypernetwork sees (λ_1, 1-λ_1, λ_2, ...); 0: one λ */
    /* Of the features that a smaller U-Net takes from each scan alone before the registration sees them;
     * channels as above. None: the registration sees the scans. `structures`: a linear layer makes of them
     * the probability that a voxel is each of so many structures, learned from label maps (after SynthSeg,
     * Billot et al. 2023), and the registration sees only that; 0: it sees the features. */
    int n_features_encoder, features_encoder[LAM_UNET_MAX_LEVELS];
    int n_features_decoder, features_decoder[LAM_UNET_MAX_LEVELS];
    int structures;
    /* The probabilities are of the parts of voxels, on a grid of half the features' spacing. */
    bool structure_parts;
    /* Channels of convolutions on the parts' own grid, from what the features' encoder sees there and from the
     * features, whose linear layer adds to the scores of the parts: where a border lies within a voxel of
     * features. None: parts are told from the features alone. */
    int n_structure_fine, structure_fine[LAM_UNET_MAX_LEVELS];
    /* Of the hypernetwork's units where they are off (leaky ReLU), 0 to 1. With 0 there are λ for which all
     * may be off, and the network answers the same for all of these. */
    double hidden_slope;
    /* Of a network with structures: the registration also sees how probable it is that a voxel and one up to
     * two voxels away in the other scan are the same structure, for each such way, on the features' grid and,
     * with structure_parts, on the parts' (a correlation layer, Dosovitskiy et al. 2015). Channels of the
     * layer that reads this; 0: it does not see it. */
    int correlation;
    /* Of a network with structures: the registration sees the scans as well. It begins on their grid, and
     * what it is told of structures enters the level that has the features' grid. */
    bool scans;
    /* λ of a first pass, below 1; 0: there is none. What the registration sees of the moving scan is then carried
     * by that pass's field, and the same weights find, with λ and knowing that velocity, what is added to its
     * share (after Recursive Cascaded Networks, Zhao et al. 2019). The first pass and the second's encoder run
     * once for a pair. */
    double first_lambda;
} LamUnetConfig;

/* Checks ranges; LAM_ERROR_ARGUMENT says which key is wrong. */
bool lam_unet_config_check(const LamUnetConfig *config, GError **error);

/* As metadata of a model file, and back; both use the keys architecture, size, spacing_mm, encoder,
 * decoder, final, hidden, generated, skip, integration_steps, and, only where they are true or not 0,
 * uncertain, hyper_labels, hyper_classes, features_encoder, features_decoder, structures,
 * structure_parts, structure_fine, hidden_slope, correlation, scans and first_lambda. The architecture's name counts up
 * with keys that programs from before would leave out: hypermorph-unet-2 has structure_parts, and perhaps
 * structure_fine, hypermorph-unet-3 has hidden_slope, hypermorph-unet-4 correlation, hypermorph-unet-5
 * scans, hypermorph-unet-6 first_lambda; unknown names are refused.
 * Errors: LAM_ERROR_MODEL. */
void lam_unet_config_write(const LamUnetConfig *config, LamSafetensors *file);
bool lam_unet_config_read(LamUnetConfig *config, const LamSafetensors *file, GError **error);
bool lam_unet_config_equal(const LamUnetConfig *a, const LamUnetConfig *b);
/* One key of the above from text; false with LAM_ERROR_ARGUMENT if the value makes no sense. */
bool lam_unet_config_set(LamUnetConfig *config, const char *key, const char *value, GError **error);
/* The reference model of DESIGN §4. */
LamUnetConfig lam_unet_config_default(void);

/* Channels of the structures' scores: one each and one for none of them, in whole blocks; 0 without. */
int lam_unet_scores(const LamUnetConfig *config);

/* Halvings between the input's grid and the features'; 0 without features. */
int lam_unet_feature_halvings(const LamUnetConfig *config);

/* Voxels of the input per voxel of the field, along each axis (an axis of size 1 stays). */
int lam_unet_field_factor(const LamUnetConfig *config);
void lam_unet_field_size(const LamUnetConfig *config, int size[3]);

/* The nodes that callers need. All belong to the graph. */
typedef struct {
    LamNode *fixed, *moving; /* inputs [1,D,H,W], intensities about [0,1] */
    LamNode *lambda;         /* input, scalar: for the loss */
    LamNode
        *label_share; /* input, scalar: for the loss, whether or not the network depends on it */
    LamNode *hyper; /* input, (λ, 1-λ), of each class one after the other, and, with hyper_labels,
                        * (μ, 1-μ); NULL if nothing is generated */
    int n_lambdas;  /* classes; 1 if there are none */
    LamNode *first_share; /* input, scalar: of the first pass's velocity; NULL without one */
    double first_lambda;  /* 0 without */
    LamNode *features; /* what flow is computed from, of two passes the second: the last convolution
                           * before it, on the field grid, in channel blocks (graph.h) */
    LamNode *velocity; /* [3,D,H,W] on the field grid, voxels of that grid; of an uncertain
                              * network the mean */
    LamNode *log_variance; /* likewise, of voxels^2; NULL if the network is not uncertain */
    LamNode *noise;        /* input, likewise, for the caller to fill with normal(0, 1); NULL unless
                              * sampling */
    LamNode *fixed_structures,
        *moving_structures; /* [lam_unet_scores,d,h,w] on the features' grid, or of half
                                                    * its spacing with structure_parts: scores
                                                    * whose softmax is the probability of each label,
                                                    * 0 = none of them; NULL without structures */
    LamNode *displacement; /* the velocity's exponential; without integration steps the same node */
} LamUnet;

/* Declares the parameters (all of them known by name if they exist already). */
void lam_unet_declare(const LamUnetConfig *config, LamParameters *parameters);
/* Freezes what makes features and structures of a scan: before the network is added to the graph. */
void lam_unet_freeze_features(LamGraph *graph);
/* Adds the network to a graph over allocated parameters. The displacement does not depend on the
 * log variance, which costs nothing until it is asked for. */
LamUnet lam_unet_build(const LamUnetConfig *config, LamGraph *graph, LamParameters *parameters);
/* The same with a fixed image that is a node of the graph, of the input's shape, towards which gradients
 * flow: a template that is learned with the network. */
LamUnet lam_unet_build_onto(const LamUnetConfig *config, LamGraph *graph, LamParameters *parameters,
                            LamNode *fixed);
/* The same for training: the displacement of an uncertain network is that of a sample,
 * velocity + exp(log_variance / 2) noise. Of other networks as above. */
LamUnet lam_unet_build_sampling(const LamUnetConfig *config, LamGraph *graph,
                                LamParameters *parameters);
/* Writes λ (the same for each class) and μ into the inputs and touches them. */
void lam_unet_set_hyper(const LamUnet *unet, LamGraph *graph, double lambda, double label_share);
/* Gives each class a λ of its own [n_lambdas]; the scalar of the loss stays. */
void lam_unet_set_class_lambdas(const LamUnet *unet, LamGraph *graph, const double *lambdas);
/* λ alone; μ stays (0 at first). */
void lam_unet_set_lambda(const LamUnet *unet, LamGraph *graph, double lambda);

G_END_DECLS
