/* A recipe: what to train, on what, for how long. A GKeyFile (comments with #). */
#pragma once

#include <lambdascope/unet.h>

typedef struct {
    LamUnetConfig network; /* [network], keys of lam_unet_config_set */

    /* [model]: texts that go into the model file */
    char *title, *licence, *data;

    /* [data], relative to the data folder */
    char *scans;      /* glob of training scans */
    bool align;       /* affinely, with the first; false: they are already */
    char *validation; /* CSV: fixed,moving,fixed_labels,moving_labels; relative to the recipe */

    /* [training] */
    guint32 seed;
    int steps;             /* length of the cosine schedule */
    double minutes;        /* if > 0, the schedule follows the clock instead */
    double rate, rate_end; /* Adam's, start and end */
    int warmup;            /* steps of linear rise */
    int window;            /* of NCC, voxels, odd */
    double smoothness;     /* weight of the roughness inside λ·weight·roughness */
    double lambda_ends;    /* share of steps at λ = 0 or 1 */
    double *lambdas;       /* validation */
    gsize n_lambdas;
    double checkpoint_minutes, validate_minutes;

    /* [augmentation]: largest values (uniform) or deviations (gamma, gain) */
    bool flip;
    double rotate_deg, scale, shear, shift_mm; /* common to both scans */
    double mismatch;                           /* share of the above for the moving scan alone */
    double gamma, gain;                        /* of log gamma, log gain; each scan its own */
} LamRecipe;

/* Errors name the file, the group and the key. Unknown keys are errors: a typo must not train. */
LamRecipe *lam_recipe_load(const char *path, GError **error);
void lam_recipe_free(LamRecipe *recipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRecipe, lam_recipe_free)
