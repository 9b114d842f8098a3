/* The mean of aligned scans and of their structures: where a template starts. */
#pragma once

#include <lambdascope/matrix.h>
#include <stdbool.h>

/* Takes from_reference (reference's world -> scan's world) to from_template (template's world -> scan's
 * world), so that their weighted mean is the identity but for a scale that keeps the geometric mean of
 * volumes. weights sum to 1. False if one is singular. */
bool lam_template_mean_pose(LamMat4 *maps, const double *weights, int n);

typedef struct LamTemplateMean LamTemplateMean;

/* n_structures: with "none"; 0: of images alone. size: W, H, D. */
LamTemplateMean *lam_template_mean_new(const int size[3], int n_structures, GError **error);
void lam_template_mean_free(LamTemplateMean *mean);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplateMean, lam_template_mean_free)

/* To be filled, then added: an image, and a map of 0 .. n_structures - 1. */
float *lam_template_mean_image(LamTemplateMean *mean);
float *lam_template_mean_labels(LamTemplateMean *mean);
void lam_template_mean_add(LamTemplateMean *mean, double weight);

/* After weights that sum to 1: the mean image, 0 where it is farther than a centimetre from all brains, and
 * nowhere else; scores on the grid of half the voxels. */
void lam_template_mean_finish(const LamTemplateMean *mean, double spacing_mm, float *picture,
                              float *scores);
