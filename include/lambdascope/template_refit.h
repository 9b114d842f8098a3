/* A learned template brought to the middle of its people, in closed form: the network stays as it is.
 *
 * Each round registers all scans to the template of their own attributes. What attributes explain of the displacements
 * d, by least squares with weights that make ages even, b(a) = b0 + sum of b_k a_k, is where people of these attributes
 * lie from their template; it is moved there, x -> x + b(x), at all attributes (Guimond, Meunier and Thirion, CVIU
 * 2000, where there are none). What comes of it lies in the picture, in the scores of structures, and in the slopes of
 * both (LamTemplateConfig). */
#pragma once

#include <lambdascope/template_people.h>

G_BEGIN_DECLS

#define LAM_TEMPLATE_MOST_REFITS 50

typedef struct {
    const char *folder, *scans, *subjects; /* as LamTemplatePeopleOptions */
    double lambda;                         /* in [0,1] */
    int rounds;                            /* 0 to LAM_TEMPLATE_MOST_REFITS */
} LamTemplateRefitOptions;

/* Three rounds at λ 0.3. */
LamTemplateRefitOptions lam_template_refit_options_default(void);

/* How the template was before a round, and after the last. */
typedef struct {
    LamPeopleCentre even; /* of the mean of d, all ages evenly */
    LamPeopleCentre
        longest; /* of b_k of the attribute that explains most: from its middle to its end; 0: none */
    double sharpness; /* in the middle of all attributes (lam_sharpness) */
} LamTemplateRefitRound;

/* Writes a model file that is `model` but for its template, after each round, so that an interrupt leaves the last
 * whole one. rounds: options->rounds + 1 of them, or NULL. Affines are
 * those of the first round. LAM_ERROR_ARGUMENT as lam_template_people_measure, or if so few people do not tell what
 * attributes do; errors of files and of registration. Cancelled between people. Deterministic. Uses all threads. */
bool lam_template_refit(LamModel *model, const LamTemplateRefitOptions *options, const char *path,
                        LamTemplateRefitRound *rounds, const LamProgress *progress, GError **error);

G_END_DECLS
