/* Which labels there are. */
#pragma once

#include <lambdascope/volume.h>

/* Labels are rounded, as in lam_dice_many; what no int holds is background. */
int lam_label_of(float voxel);

/* All labels above zero in either map, ascending; free with g_free. LAM_ERROR_ARGUMENT if there are over
 * 5000: a scan given for a label map would keep us busy for hours. The names are for the message; may be
 * NULL. */
int *lam_label_set(const LamVolume *a, const LamVolume *b, const char *const names[2], int *n,
                   GError **error);
