/* Classes of tissue with a λ each (after Reithmeir et al. 2024): which labels they are, and λ as a map of
 * the fixed scan. Class 0 is everything that the recipe puts into no class. */
#pragma once

#include "sample.h"

#include <lambdascope/label_table.h>

#define LAM_TISSUES_MAX_LABELS 256

/* The class of each label of the samples. index: the samples' label of each position in the table.
 * LAM_ERROR_ARGUMENT if a class names a structure that the table does not have, or that another class has. */
bool lam_tissues_match(const LamRecipe *recipe, const LamLabelTable *table, const float *index,
                       guint8 class_of[LAM_TISSUES_MAX_LABELS], GError **error);

/* Draws a λ for each class, and from them and the fixed labels the sample's map, λ(x) = Σ p_k(x) λ_k, where p_k
 * is the blurred indicator of class k; the sample's λ becomes the map's mean. */
void lam_tissues_draw(const LamRecipe *recipe, const guint8 class_of[LAM_TISSUES_MAX_LABELS],
                      GRand *rand, LamSample *sample);
