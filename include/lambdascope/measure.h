/* What one deformation does, in figures: the viewer's panel, `lam measure` and reports show these.
 * Thread-safety: everything here only reads what it is given. */
#pragma once

#include <lambdascope/field.h>
#include <lambdascope/progress.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

typedef struct {
    int label;
    double dice;                /* NaN unless both have it */
    double hd95_mm;             /* as lam_hausdorff95; likewise */
    double fixed_ml, moving_ml; /* in each scan's own label map */
    double warped_ml;           /* the moving label carried onto the fixed map's grid */
    double change_percent; /* warped over moving: what affine and deformation together do to the
                            * structure's volume; NaN without a moving_ml */
} LamLabelMeasure;

typedef struct {
    int count;
    LamLabelMeasure *label; /* ascending; owned */
    LamLabelMeasure mean;   /* over the labels of which there is the figure; label 0 */
} LamLabelMeasures;

/* Moving labels carried by nearest neighbour onto the grid of the fixed ones by x -> affine(x + d(x)),
 * compared there. d: 3 channels, mm, RAS; NULL: the affine alone. Zero is background. LAM_ERROR_ARGUMENT
 * if there are over 5000 labels; LAM_ERROR_CANCELLED, LAM_ERROR_MEMORY. */
bool lam_measure_labels(const LamVolume *fixed_labels, const LamVolume *moving_labels,
                        const LamVolume *d, const LamMat4 *affine, const LamProgress *progress,
                        LamLabelMeasures *out, GError **error);
/* The same but hd95_mm, which takes most of the time and is NaN here. */
bool lam_measure_labels_overlap(const LamVolume *fixed_labels, const LamVolume *moving_labels,
                                const LamVolume *d, const LamMat4 *affine,
                                const LamProgress *progress, LamLabelMeasures *out, GError **error);
void lam_label_measures_clear(LamLabelMeasures *measures);

typedef struct {
    double lambda;
    double similarity;        /* the snapshot's; NaN if it was not asked for one */
    LamFieldStatistics field; /* of d */
    double roughness;         /* of d, as lam_field_roughness */
    LamLabelMeasures labels;  /* none without label maps */
} LamMeasures;

/* fixed_labels, moving_labels: both or neither. Errors as above. */
bool lam_measure(const LamSnapshot *snapshot, const LamVolume *fixed_labels,
                 const LamVolume *moving_labels, const LamProgress *progress, LamMeasures *out,
                 GError **error);
/* The same with lam_measure_labels_overlap. */
bool lam_measure_overlap(const LamSnapshot *snapshot, const LamVolume *fixed_labels,
                         const LamVolume *moving_labels, const LamProgress *progress,
                         LamMeasures *out, GError **error);
void lam_measures_clear(LamMeasures *measures);

/* ---- as tables ---- */

/* What a label is called; NULL: it has no name. */
typedef const char *(*LamLabelNamer)(int label, gpointer user);

/* Rows of fields; separator: ',' for CSV (RFC 4180), '\t' for pasting; empty where there is no figure.
 * Free with g_free.
 *
 * Of labels: lambda,label,name,dice,hd95_mm,volume_change_percent,fixed_ml,moving_ml,warped_ml, a row per
 * label and one without label, named "mean". namer may be NULL. */
char *lam_measures_label_table(const LamMeasures *measures, char separator, LamLabelNamer namer,
                               gpointer user);

/* Of the pair: measure,value, a row each. */
char *lam_measures_figure_table(const LamMeasures *measures, char separator);

G_END_DECLS
