/* Which model is for which scans: one of a grid of one layer is for single slices, any other for volumes. */
#pragma once

#include <lambdascope/affine.h>
#include <lambdascope/loss.h>
#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* The model that is taken for single slices where none is named, if it is there. */
#define LAM_SLICES_MODEL "slices-2d"

/* lam_model_find for a scan like this: without a name, LAM_SLICES_MODEL for a single slice, else the
 * default. NULL and an error that says so if none is there. Free with g_free. */
char *lam_model_find_for(const char *name, const LamVolume *scan, GError **error);

/* The model that is taken for scans of two contrasts (T1 and T2) where none is named, if it is there. */
#define LAM_CONTRASTS_MODEL "brain-any-contrast"

/* Whether the scans are of two contrasts, as they lie after the automatic alignment: many of their edges, or of those
 * between tissues, rise in opposite directions. Two FLAIR scans, whose tissues are nearly of one grey, may be taken
 * for two contrasts, T2 and FLAIR for one. False where nothing is known. */
bool lam_affine_contrasts_differ(const LamAffine *fit);
/* What to compare two such scans by, where they are refined: NMI across contrasts, where local correlation pulls
 * apart what belongs together (docs/registration.md); else NCC, which is more exact. */
LamSimilarity lam_similarity_for_contrasts(const LamVolume *fixed, const LamAffine *fit);
/* The model for two volumes of which it did. NULL: the default is for them, or the other is not there. Free with
 * g_free. */
char *lam_model_find_for_contrasts(const LamVolume *fixed, const LamAffine *fit);

/* The same model where a volume is no T1 scan, the contrast that the default knows: its white matter is not clearly
 * brighter than its cortex, where LAM_CONTRASTS_MODEL finds these (half a second). NULL: it is T1, nothing is known of
 * it, or the model is not there. Free with g_free. */
char *lam_model_find_for_weighting(const LamVolume *scan, const LamProgress *progress);

/* Whether a model can be asked for the structures of any scan: it tells them, and not of one contrast alone, whose model
 * names the structures of another wrongly. */
bool lam_model_tells_structures(const LamModel *model);

/* LAM_ERROR_ARGUMENT, naming the scan and the model, if one of the scans is not what the model is for. */
bool lam_model_check_pair(const LamModel *model, const LamVolume *fixed, const LamVolume *moving,
                          GError **error);

G_END_DECLS
