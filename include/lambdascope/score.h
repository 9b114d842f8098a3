/* How good one field is, on labelled scans: what lam evaluate prints and the trainer watches. */
#pragma once

#include <lambdascope/session.h>

G_BEGIN_DECLS

/* The two groups of structures of the OASIS (Neuromorphometrics) numbering that are averaged apart:
 * subcortical = 4, 11, 31, 32, 35-41, 44, 45, 47, 48, 51, 52, 55-62; cortical = 100 and above. */
bool lam_label_is_subcortical(int label);
bool lam_label_is_cortical(int label);

typedef struct {
    double subcortical,
        cortical; /* mean Dice over the structures present in both scans; NaN if none */
    double fold_percent, digital_fold_percent, ndv_percent, sd_log_jacobian; /* as in field.h */
    double subcortical_hd95_mm, cortical_hd95_mm; /* means likewise; NaN if not asked for */
    double roughness;                             /* of d, as lam_field_roughness */
    double similarity;                            /* Pearson correlation on the model grid */
    double milliseconds;                          /* λ set -> field ready */
    int n_labels;                                 /* of the arrays below */
    int *labels;                                  /* sorted; owned */
    double *dice;    /* per label; NaN where absent in either scan; owned */
    double *hd95_mm; /* per label, as lam_hausdorff95; likewise; NULL if not asked for */
} LamScore;

void lam_score_clear(LamScore *score);

/* Moving labels carried by nearest neighbour onto `grid` (usually the model grid), compared with fixed
 * labels brought there the same way. snapshot NULL: the affine alone. moving is scored as the session's
 * moving scan's labels. LAM_ERROR_ARGUMENT if there are over 5000 labels: then it is no label map. */
bool lam_score(const LamSession *session, const LamSnapshot *snapshot,
               const LamVolume *fixed_labels, const LamVolume *moving_labels, const LamGrid *grid,
               LamScore *out, GError **error);

typedef enum {
    LAM_SCORE_PLAIN = 0,
    LAM_SCORE_HD95 =
        1 << 0, /* surface distances, too: about a second for whole-brain labels at 1 mm */
} LamScoreFlags;

/* The same with more in it. */
bool lam_score_with(const LamSession *session, const LamSnapshot *snapshot,
                    const LamVolume *fixed_labels, const LamVolume *moving_labels,
                    const LamGrid *grid, LamScoreFlags flags, LamScore *out, GError **error);

G_END_DECLS
