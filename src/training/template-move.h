/* A template of people, moved to where they are: sums over people go into voxel parameters. */
#pragma once

#include <lambdascope/model.h>
#include <lambdascope/volume.h>

typedef struct LamTemplateMove LamTemplateMove;

/* Starts as the model's template, with slopes if it has attributes. values [n][LAM_TEMPLATE_MAX_ATTRIBUTES] of n
 * people; shares as lam_template_shares. Both are borrowed, and the model. */
LamTemplateMove *lam_template_move_new(LamModel *model, const double *values, const double *shares,
                                       int n, GError **error);
void lam_template_move_free(LamTemplateMove *move);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplateMove, lam_template_move_free)

/* Borrowed; parameters: of the whole model. */
const LamTemplateConfig *lam_template_move_config(const LamTemplateMove *move);
LamParameters *lam_template_move_parameters(const LamTemplateMove *move);
const LamGrid *lam_template_move_grid(const LamTemplateMove *move);

/* The picture of these attributes, as it is shown and registered. */
LamVolume *lam_template_move_picture(const LamTemplateMove *move, const double *values,
                                     GError **error);

/* What is explained of the people's displacements d [n] (mm, 3 channels, on the grid): term 0 in the middle of all
 * attributes, term k by attribute k from there to an end of its range. */
LamVolume *lam_template_move_explained(const LamTemplateMove *move, LamVolume *const *d, int term,
                                       GError **error);

/* Moves the template of each attribute so far (times length) towards people of it: x -> x + explained(x). */
bool lam_template_move(LamTemplateMove *move, LamVolume *const *d, double length, GError **error);
