/* How sharp an image is. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Gradient energy of the foreground (above a fifth of the 98th percentile) over the variance there: the
 * mean squared central difference per mm, in 1/mm^2; whatever the units of intensity. 0 where there is no
 * foreground or no variance. Images are only comparable at one spacing. */
double lam_sharpness(const LamVolume *volume);

G_END_DECLS
