/* PNG and JPEG as scans of one slice. */
#pragma once

#include <lambdascope/volume.h>

/* Luminance of each pixel; pixels of 1 mm, seen upright in an axial pane in radiological convention (row 0
 * anterior, column 0 right). frame must be 0. Thread-safety: safe. */
LamVolume *lam_picture_load(const char *path, int frame, GError **error);
