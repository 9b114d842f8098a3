/* The template of a model: a picture and scores of structures as voxel parameters, and a decoder that
 * says what attributes of a person (age, sex) change of them.
 *
 *   attribute ─ dense ─ dense ─ low-resolution tensor ─ (nearest ×2, convolution)… ─┬─ picture's offset
 *                                                                                   └─ scores' offset
 *   picture = parameter + offsets, where the parameter is not 0: outside of the head nothing is learned
 *   scores  = parameter + offsets; their softmax is the probability of each structure
 *
 * Each attribute has a decoder of its own, and their offsets are added: from a few dozen people nothing can be
 * learned of how age and sex work together, and where one was seen only with some values of the other
 * (young men, say) the sum is the plainest guess.
 *
 * (After Dalca et al., Learning conditional deformable templates, NeurIPS 2019, whose dense layer gives a
 * tensor of the picture's full size; with labels, after AtlasMorph, 2025.)
 *
 * The scores lie on a grid of twice the picture's spacing, over the same box. The decoder ends there; its
 * 8 channels for the picture are the 2 x 2 x 2 voxels of each of its own. */
#pragma once

#include <lambdascope/unet.h>

G_BEGIN_DECLS

#define LAM_TEMPLATE_MAX_ATTRIBUTES 8
#define LAM_TEMPLATE_MAX_STRUCTURES 64
#define LAM_TEMPLATE_TEXT           48

typedef struct {
    char name[LAM_TEMPLATE_TEXT];
    char word[2][LAM_TEMPLATE_TEXT]; /* what 0 and 1 are called ("F", "M"); empty: it is a number */
    double low, high; /* of those that were trained on; 0 and 1 of words; low < high */
} LamAttribute;

typedef struct {
    char name[LAM_TEMPLATE_TEXT];
    int value; /* in label maps that are written */
} LamTemplateStructure;

typedef struct {
    int n_attributes; /* 0: one template */
    LamAttribute attribute[LAM_TEMPLATE_MAX_ATTRIBUTES];
    int n_structures; /* with the first, which is "none of them"; 0: a picture alone */
    LamTemplateStructure structure[LAM_TEMPLATE_MAX_STRUCTURES];
    int hidden;                                  /* width of the first dense layer */
    int n_decoder, decoder[LAM_UNET_MAX_LEVELS]; /* channels, coarsest level first */
    double centre_mm[3];                         /* world position of the middle of the box, RAS */
    bool slopes; /* beside the decoders, each voxel has a slope along each attribute */
} LamTemplateConfig;

/* No attributes, no structures; a decoder of two levels. */
LamTemplateConfig lam_template_config_default(void);
/* LAM_ERROR_ARGUMENT says which key is wrong; unet: whose grid it shares. */
bool lam_template_config_check(const LamTemplateConfig *config, const LamUnetConfig *unet,
                               GError **error);
/* "age;sex(F,M)": names, and the words of those that are not numbers. Sets all attributes; the ranges of
 * numbers stay open (0 to 0). LAM_ERROR_ARGUMENT. */
bool lam_template_config_set_attributes(LamTemplateConfig *config, const char *text,
                                        GError **error);
/* "16,16": the decoder's channels. LAM_ERROR_ARGUMENT. */
bool lam_template_config_set_decoder(LamTemplateConfig *config, const char *text, GError **error);

/* As metadata of a model file (keys "template.…", values owned by the table), and back. *found tells
 * whether the file has a template. Errors: LAM_ERROR_MODEL. */
void lam_template_config_write(const LamTemplateConfig *config, GHashTable *metadata);
bool lam_template_config_read(LamTemplateConfig *config, const LamSafetensors *file,
                              const LamUnetConfig *unet, bool *found, GError **error);

/* What an attribute's text means: a number, or one of its words. False with LAM_ERROR_ARGUMENT "must be
 * …" if neither. */
bool lam_attribute_parse(const LamAttribute *attribute, const char *text, double *value,
                         GError **error);

typedef struct {
    LamNode *attributes; /* all of them, an input, within about -1 and 1; NULL without */
    LamNode *attribute[LAM_TEMPLATE_MAX_ATTRIBUTES]; /* inputs: each alone, the same value */
    LamNode *picture;                                /* [1,D,H,W] */
    LamNode *scores;                                 /* [structures,d,h,w]; NULL without */
} LamTemplateNet;

/* Names of the voxel parameters, [D,H,W] and [structures,d,h,w], of their slopes, which have the attributes as one
 * more dimension, the last, and are added times the attributes (within about -1 and 1), and of the mean displacement that
 * training keeps, [3·(1 + attributes),d,h,w] on the field's grid in its voxels: the mean, and for each
 * attribute the mean of the displacement times it. */
#define LAM_TEMPLATE_PICTURE "template.picture"
#define LAM_TEMPLATE_SCORES  "template.scores"
#define LAM_TEMPLATE_MEAN    "template.mean_displacement"

#define LAM_TEMPLATE_PICTURE_SLOPE "template.picture.slope"
#define LAM_TEMPLATE_SCORES_SLOPE  "template.scores.slope"

/* Voxels of the scores' grid along w, h, d. */
void lam_template_scores_size(const LamUnetConfig *unet, int size[3]);
/* Declares the parameters, which start at 0 but for the decoder's. rate: factor on their learning rate, > 0. */
void lam_template_net_declare(const LamTemplateConfig *config, const LamUnetConfig *unet,
                              double rate, LamParameters *parameters);
/* Over allocated parameters. */
LamTemplateNet lam_template_net_build(const LamTemplateConfig *config, const LamUnetConfig *unet,
                                      LamGraph *graph, LamParameters *parameters);
/* An attribute's value, in its own unit, as the network takes it: -1 to 1 over what was trained on. */
double lam_template_net_normalised(const LamAttribute *attribute, double value);
/* One value per attribute, in its own unit, into the input, which is touched. */
void lam_template_net_set(const LamTemplateNet *net, const LamTemplateConfig *config,
                          LamGraph *graph, const double *values);
/* The same where parameters stay: the decoders of attributes that are as they were need not run again. */
void lam_template_net_change(const LamTemplateNet *net, const LamTemplateConfig *config,
                             LamGraph *graph, const double *values);

G_END_DECLS
