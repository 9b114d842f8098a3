/* A template without training: register all scans to it, average, re-centre, again (Guimond et al. 2000;
 * Avants and Gee 2004). What a learned one is compared with. */
#pragma once

#include <lambdascope/registration.h>

G_BEGIN_DECLS

#define LAM_TEMPLATE_MOST_ROUNDS 20

typedef struct {
    LamRegistrationOptions
        registration;  /* its method and what belongs to it; the linear part is found
                                          * once, from each scan to the first */
    int rounds;        /* 0 to LAM_TEMPLATE_MOST_ROUNDS; 0: the mean of the aligned scans */
    double spacing_mm; /* of the template's voxels, 0.25 to 20 */
} LamTemplateBuildOptions;

/* Classical, four rounds, 2 mm. */
LamTemplateBuildOptions lam_template_build_options_default(void);

/* How a template was; the first is the mean of the aligned scans. */
typedef struct {
    double sharpness;       /* lam_sharpness */
    double displacement_mm; /* mean displacement from it to the scans, before it was centred: what
                             * nine tenths of its foreground are below; NaN for the last */
} LamTemplateRound;

/* out: the template, on an axis-aligned RAS grid as large as the first scan, in the mean pose of all;
 * intensities about 0 to 1. rounds: options->rounds + 1 of them, or NULL. LAM_ERROR_ARGUMENT with fewer
 * than two scans or options that make no sense. Deterministic unless the clock cuts registrations
 * short. Thread-safety: safe with different scans; uses all threads. */
LamVolume *lam_template_build(LamVolume *const *scans, int n,
                              const LamTemplateBuildOptions *options, LamTemplateRound *rounds,
                              const LamProgress *progress, GError **error);

G_END_DECLS
