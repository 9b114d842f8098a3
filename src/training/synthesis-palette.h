/* How each label of a map looks in one synthetic scan. */
#pragma once

#include <lambdascope/synthesis.h>

#define LAM_PALETTE_LABELS 256

typedef struct {
    float mean[LAM_PALETTE_LABELS], spread[LAM_PALETTE_LABELS]; /* by position in the table */
    float texture[LAM_PALETTE_LABELS]; /* factor on a slow field that all labels share */
} LamPalette;

/* Labels of one tissue look the same; the background may be black. Only `seed` decides. */
void lam_palette_draw(const LamLabelTable *table, const LamSynthesisOptions *options, guint32 seed,
                      LamPalette *palette);
void lam_palette_blacken(LamPalette *palette, int label);
