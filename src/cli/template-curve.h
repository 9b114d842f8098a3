/* A template's volumes along an attribute, and people's beside them. */
#pragma once

#include <lambdascope/template_curve.h>
#include <lambdascope/template_population.h>

typedef struct {
    const LamTemplateConfig *config; /* borrowed, as values */
    const double *values;            /* of the other attributes */
    LamTemplateCurve *curve;
    LamTemplatePopulation *population; /* NULL: not asked for */
    /* of each structure; NULL where nobody's volume is known, all without a population */
    LamTemplateAgreement *agreement[LAM_TEMPLATE_MAX_STRUCTURES];
} LamCliVolumes;

/* Draws a panel for each structure into an SVG or PNG. */
bool lam_cli_volumes_plot(const LamCliVolumes *volumes, const char *path, GError **error);
