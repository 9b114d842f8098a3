/* The space half-way between two scans. Internal to src/registration. */
#pragma once

#include <lambdascope/matrix.h>

/* The root R of an affine A near the identity, R R = A, by the product form of Denman and Beavers (1976).
 * False if there is none to be found: A mirrors, or turns by about half a circle. */
bool lam_affine_root(const LamMat4 *affine, LamMat4 *root);
