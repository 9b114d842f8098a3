/* Which model is for which scans: one of a grid of one layer is for single slices, any other for volumes. */
#pragma once

#include <lambdascope/model.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* The model that is taken for single slices where none is named, if it is there. */
#define LAM_SLICES_MODEL "slices-2d"

/* lam_model_find for a scan like this: without a name, LAM_SLICES_MODEL for a single slice, else the
 * default. NULL and an error that says so if none is there. Free with g_free. */
char *lam_model_find_for(const char *name, const LamVolume *scan, GError **error);

/* LAM_ERROR_ARGUMENT, naming the scan and the model, if one of the scans is not what the model is for. */
bool lam_model_check_pair(const LamModel *model, const LamVolume *fixed, const LamVolume *moving,
                          GError **error);

G_END_DECLS
