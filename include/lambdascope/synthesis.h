/* Scans that nobody took: a label map, deformed at random, each tissue given an intensity at random
 * (SynthMorph, Hoffmann et al. 2022; the generator of SynthSeg, Billot et al. 2023). What learns from
 * them does not depend on contrast.
 *
 * Randomness comes from the GRand that is handed in alone: a seed gives the same sample. */
#pragma once

#include <lambdascope/label_table.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* A label map by index: [D,H,W], each voxel the position of its label in `table`. Labels outside of the
 * table are an error. */
typedef struct {
    LamGrid grid;
    guint8 *index;
    LamLabelTable *table; /* owned */
} LamLabelMap;

/* labels: whole numbers, one channel. Cropped to what is not background. Takes a copy of the table. */
LamLabelMap *lam_label_map_new(const LamVolume *labels, const LamLabelTable *table, GError **error);
void lam_label_map_free(LamLabelMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamLabelMap, lam_label_map_free)

/* Middle of the box around all structures (the brain, of a head); of the grid if there are none. */
LamVec3 lam_label_map_centre_mm(const LamLabelMap *map);

/* A map of nothing in particular: `count` labels (2 … 255, all structures), each where its smooth noise
 * is the largest (SynthMorph-shapes). scale_mm: about the size of the shapes. */
LamLabelMap *lam_label_map_random(const LamGrid *grid, int count, double scale_mm, GRand *rand,
                                  GError **error);

/* A digit or a shape (figures.h), of any kind, on a grid of one slice: the background and 1 … 3 parts, all
 * structures but the background. LAM_ERROR_ARGUMENT if the grid is no axial slice. */
LamLabelMap *lam_label_map_figure(const LamGrid *grid, GRand *rand, GError **error);

#define LAM_SYNTHESIS_FAMILIES  16 /* numbers of families (LamLabel) are below this */
#define LAM_SYNTHESIS_CONTRASTS 8

/* A contrast that scanners usually show: between which greys each family lies, by its number; and how far from
 * family 1 (0) to family 2 (1), or beyond, what lies between lies, by minus its number (both 0: as in contrasts
 * that are not known). */
typedef struct {
    double low[LAM_SYNTHESIS_FAMILIES], high[LAM_SYNTHESIS_FAMILIES];
    double nearest[LAM_SYNTHESIS_FAMILIES], farthest[LAM_SYNTHESIS_FAMILIES];
} LamContrast;

/* Largest values; each sample draws its own below them, uniformly unless said. */
typedef struct {
    /* where things are */
    double rotate_deg, shift_mm;
    double scale, shear;     /* scale: of the logarithm */
    bool flip;               /* left and right, half of the time */
    double warp_mm;          /* standard deviation of the velocity */
    double warp_scale_mm[3]; /* lengths over which it varies; 0: not used */

    /* how they look */
    guint32 contrast; /* seed of the tissues' intensities; 0: drawn for each sample */
    double sameness;  /* 0: those intensities; 1: the same for all samples; between: their mean */
    double akin;      /* probability that structures of one family (LamLabel) look nearly alike */
    double apart;     /* how much families then differ, at least, of the whole range */
    double known;     /* probability that they then lie as in one of `contrasts` */
    double spread;    /* standard deviation within a tissue, of the whole range */
    double texture;   /* the same of what varies slowly, over a centimetre */
    double partial;   /* probability that a voxel shows the mean of its eight parts */
    double spots;     /* probability of spots that belong to no label, as lesions are */
    double plexus;    /* the same within the ventricles, and of those beside them */
    double blank;     /* probability that the background is black */
    double strip;     /* probability that what lies outside the brain is background */
    double rim_mm;    /* width of the fluid that is then left around the brain */
    double blur_mm;   /* standard deviation */
    double bias;      /* standard deviation of the logarithm of the shading */
    double bias_scale_mm;
    double thick;    /* probability of thick slices */
    double thick_mm; /* largest thickness */
    double gamma;    /* standard deviation of log gamma, normal */
    int n_contrasts;
    LamContrast contrasts[LAM_SYNTHESIS_CONTRASTS];
} LamSynthesisOptions;

/* For label maps of heads, and for random shapes. */
LamSynthesisOptions lam_synthesis_brains(void);
LamSynthesisOptions lam_synthesis_shapes(void);

/* One sample on `grid`. placement: grid world -> map world, before the random part (NULL: identity).
 * image: [D,H,W], 0 … 1. labels: [D,H,W], positions in the map's table, of a mirrored sample those of the other
 * side ("left thalamus" where "right thalamus" was); may be NULL.
 * Uses the calling thread's OpenMP threads. */
bool lam_synthesis_draw(const LamLabelMap *map, const LamSynthesisOptions *options,
                        const LamGrid *grid, const LamMat4 *placement, GRand *rand, float *image,
                        guint8 *labels, GError **error);

G_END_DECLS
