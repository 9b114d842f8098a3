/* A recipe: what to train, on what, for how long. A GKeyFile (comments with #); docs/training.md lists
 * the keys. */
#pragma once

#include <lambdascope/graph.h>
#include <lambdascope/loss.h>
#include <lambdascope/synthesis.h>
#include <lambdascope/template_net.h>
#include <lambdascope/unet.h>

/* Where samples come from; a recipe may name several, of which each step takes one. */
typedef enum {
    LAM_FROM_SCANS = 1,   /* real scans, perhaps with label maps */
    LAM_FROM_BRAINS = 2,  /* synthesised from label maps of heads */
    LAM_FROM_FIGURES = 8, /* synthesised from digits and simple shapes: single slices */
    LAM_FROM_SHAPES = 4,  /* synthesised from random label maps */
} LamSources;

#define LAM_RECIPE_MOST_KIN 8

/* Structures that go together: a class of tissue with a λ of its own, or a family. */
typedef struct {
    char *name;
    char **structures; /* names in the label table, without sides; NULL-terminated */
} LamTissue;

/* What a run changes of a network that tells structures apart, or that has a template. */
typedef enum {
    LAM_LEARNS_ALL,
    LAM_LEARNS_STRUCTURES,   /* features and structures, by the cross entropy alone */
    LAM_LEARNS_REGISTRATION, /* all the rest, by all other terms; a template rests */
} LamLearns;

typedef struct {
    LamUnetConfig network; /* [network], keys of lam_unet_config_set */

    /* [model]: texts that go into the model file */
    char *title, *licence, *data, *expects;

    /* [data], relative to the data folder */
    LamSources sources;
    char *scans;  /* glob of training scans */
    char *labels; /* glob of their label maps, as many and in the same order; NULL: none */
    /* label table beside the recipe, of the structures that these labels belong to; NULL: each is one */
    char *scan_structures;
    int limit;          /* the first so many of both, by name; 0: all */
    bool align;         /* scans affinely, with the first; false: they are already */
    bool simulated;     /* the moving scan is the fixed one, deformed: the truth is known */
    char *maps, *table; /* of brains: glob of label maps, and what their values mean */
    double same;        /* share of brains' pairs whose two scans come from one map */
    double alike;       /* share of synthetic pairs whose two scans have one contrast */
    int ramp;           /* samples over which synthetic scans become as hard as the recipe says */
    double slices_mm;   /* of brains in 2-D: how far from the middle slices are taken */
    int shapes;         /* how many random maps */
    int shape_labels;   /* labels in each */
    double shape_scale_mm;
    char *validation; /* CSV: fixed,moving,fixed_labels,moving_labels; relative to the recipe */

    /* [kin]: structures that look nearly alike in real scans; "between" is one of these, too */
    LamTissue kin[LAM_RECIPE_MOST_KIN];
    int n_kin;

    /* [contrasts]: texts of lam_known_contrasts_read */
    LamTissue contrasts[LAM_SYNTHESIS_CONTRASTS];
    int n_contrasts;

    /* [tissues]: classes with a λ each, beside that of all the rest; none: one λ */
    LamTissue tissues[LAM_UNET_MAX_CLASSES - 1];
    int n_tissues;
    double tissue_blur_mm; /* standard deviation, of their borders */

    LamLossOptions loss;     /* [loss] */
    double kl_weight, prior; /* [loss]: of the probabilistic model */
    /* [loss]: of the cross entropy of structures; see lam_op_label_entropy */
    double structure_weight, structure_power;

    /* [template]: one is learned, to which each scan is registered */
    bool learns_template;
    LamTemplateConfig template; /* names and sizes; the data set tells the rest */
    char *subjects;   /* CSV of attributes, relative to the data folder; NULL: none needed */
    char *structures; /* label table, beside the recipe: what is learned with the picture */
    double structures_weight; /* of the cross entropy of structures */
    double sides;             /* share of the similarity that is measured on the scan's side */
    double mean_weight;       /* of the squared mean displacement, voxels of the field's grid */
    double mean_share;        /* of the newest displacement in that mean */
    double magnitude_weight;  /* of the mean squared displacement */
    double template_rate;     /* factor on the template's learning rate */

    /* [training] */
    LamLearns learns;
    bool start_wider; /* layers with more channels than in the model to start from begin with its */
    double start_structure_power; /* that the model to start from was trained with; -1: the same */
    guint32 seed;
    int steps;             /* length of the cosine schedule */
    double minutes;        /* if > 0, the schedule follows the clock instead */
    double rate, rate_end; /* Adam's, start and end */
    int warmup;            /* steps of linear rise */
    int accumulate;        /* samples per step */
    double clip;           /* largest norm of the gradient; 0: any */
    double ema;    /* decay of the mean of the weights that is validated and kept; 0: none */
    int patience;  /* validations without a better one before it ends; 0: never */
    double coarse; /* share of the schedule on a grid of twice the spacing */
    LamPrecision precision; /* of convolutions */
    /* models to start from, by name or path, with ; between them, each over those before; NULL: from nothing */
    char *start;
    double lambda;      /* of every step; < 0: drawn */
    double lambda_ends; /* share of steps at λ = 0 or 1 */
    double *lambdas;    /* validation */
    gsize n_lambdas;
    double checkpoint_minutes, validate_minutes;

    /* [augmentation]: largest values (uniform) or deviations (gamma, gain, warp) */
    bool flip;
    double rotate_deg, scale, shear, shift_mm; /* common to both scans */
    double mismatch;                           /* share of the above for the moving scan alone */
    double warp_mm;                            /* of scans, each its own */
    double gamma, gain;                        /* of log gamma, log gain; each scan its own */

    LamSynthesisOptions brains, shape_look; /* [synthesis], [shapes] */
} LamRecipe;

/* Errors name the file, the group and the key. Unknown keys are errors: a typo must not train. */
LamRecipe *lam_recipe_load(const char *path, GError **error);
void lam_recipe_free(LamRecipe *recipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRecipe, lam_recipe_free)
