/* The scalar types that a NIfTI file may hold, and their conversion to and from float32. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int code;         /* datatype of the header */
    const char *name; /* as shown to people */
    int bytes;        /* per voxel; 0: known, but not a real scalar */
} LamVoxelType;

/* NULL if the standard has no such code. */
const LamVoxelType *lam_voxel_type_find(int code);

/* Reverses the bytes of count values in place. */
void lam_voxel_swap(void *data, size_t count, int bytes);

/* out = raw * slope + intercept in native byte order; values that are not finite in float32 become 0.
 * Returns how many. */
size_t lam_voxel_to_float(const LamVoxelType *type, const void *raw, size_t count, double slope,
                          double intercept, float *out);

/* Rounds (integers) and stores. False if a value does not fit; *bad is then that value. */
bool lam_voxel_from_float(const LamVoxelType *type, const float *in, size_t count, void *raw,
                          float *bad);
