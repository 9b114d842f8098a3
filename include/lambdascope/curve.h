/* How one pair answers to λ: overlap, similarity, roughness and folds at 33 places of the λ scale, of the whole
 * and of each region, and what can be said of the best λ.
 *
 * Everything is measured on the model grid, labels by nearest neighbour, so that one λ costs little more
 * than a move of the slider.
 *
 * A curve is flat at its top. Dice is therefore also computed without each of 64 blocks of space in turn;
 * from these the standard error of a difference between two λ is estimated (jackknife with blocks left
 * out, Quenouille 1956, Kunsch 1989), and the best λ is a band: all around the top that is not
 * measurably below it. Blocks without any of the labels, or without which none is left, are not counted;
 * where fewer than eight remain, nothing can be told and the band is everything.
 *
 * Thread-safety: a probe is used on its session's thread; points are immutable; a curve belongs to one
 * thread at a time. */
#pragma once

#include <lambdascope/composite.h>

G_BEGIN_DECLS

#define LAM_CURVE_POINTS 33
#define LAM_CURVE_BLOCKS 64

typedef struct {
    double dice;       /* mean over the labels that both scans have there; NaN without label maps */
    double similarity; /* Pearson correlation */
    double roughness;  /* as lam_field_roughness */
    double fold_percent, sd_log_jacobian;
} LamCurveFigures;

/* What one λ gave. Domains: the whole (0), each region in order, and, with regions, the rest. */
typedef struct {
    double lambda;
    int n_domains, n_labels;
    LamCurveFigures *domain; /* [n_domains] */
    double
        *without; /* [n_domains, LAM_CURVE_BLOCKS]: Dice without that block; NaN: nothing is left */
    double *label_dice;  /* [n_labels] of the whole; NaN where not in both scans */
    double milliseconds; /* to compute and measure it */
    gatomicrefcount refs;
} LamCurvePoint;

/* As a probe makes one: all figures NaN. */
LamCurvePoint *lam_curve_point_new(double lambda, int n_domains, int n_labels);
LamCurvePoint *lam_curve_point_ref(LamCurvePoint *point);
void lam_curve_point_unref(LamCurvePoint *point);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamCurvePoint, lam_curve_point_unref)

typedef struct LamCurveProbe LamCurveProbe;

/* Label maps: both or neither (NULL); of the session's scans. regions: tells the domains; NULL: none.
 * Session and regions must outlive it. LAM_ERROR_ARGUMENT if there are over 5000 labels. */
LamCurveProbe *lam_curve_probe_new(LamSession *session, const LamVolume *fixed_labels,
                                   LamVolume *moving_labels, const LamComposite *regions,
                                   GError **error);
void lam_curve_probe_free(LamCurveProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamCurveProbe, lam_curve_probe_free)

/* The labels in order, borrowed; NULL without label maps. */
const int *lam_curve_probe_labels(const LamCurveProbe *probe, int *n);

/* Measures the field of one λ for all. Errors as lam_session_set_lambda. */
LamCurvePoint *lam_curve_probe_at(LamCurveProbe *probe, double lambda, GError **error);
/* Measures any field of the probe's session: a composite one, say. */
LamCurvePoint *lam_curve_probe_measure(LamCurveProbe *probe, const LamSnapshot *snapshot,
                                       GError **error);

/* ---- the curve ---- */

typedef struct LamCurve LamCurve;

LamCurve *lam_curve_new(void);
/* Shares the points. */
LamCurve *lam_curve_copy(const LamCurve *curve);
void lam_curve_free(LamCurve *curve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamCurve, lam_curve_free)

/* λ of place 0 to LAM_CURVE_POINTS - 1: exactly 0 and 1 at the ends, equal steps of log γ between. */
double lam_curve_lambda(int place);
/* The place to be computed next: every fourth first, then where the curve of the whole bends most; -1: all
 * are there. */
int lam_curve_next(const LamCurve *curve);
/* Takes the point. */
void lam_curve_add(LamCurve *curve, int place, LamCurvePoint *point);
/* Shares the newer curve's points, which replace its own at these places. */
void lam_curve_update(LamCurve *curve, const LamCurve *newer);
/* NULL if it is not there yet. Borrowed. */
const LamCurvePoint *lam_curve_point(const LamCurve *curve, int place);
/* The next place for a probe is computed and added; false on an error or if cancelled. */
bool lam_curve_extend(LamCurve *curve, LamCurveProbe *probe, GError **error);

/* The λ of the highest Dice of a domain. */
typedef struct {
    bool known; /* false: no label maps, or too few points */
    double lambda, dice;
    double from, to; /* the band around it that is not measurably (two standard errors) below */
} LamCurveBest;
LamCurveBest lam_curve_best(const LamCurve *curve, int domain);

/* Without labels: the least λ that keeps to a limit, among the points there are. NaN if none does. */
double lam_curve_within_folds(const LamCurve *curve, int domain, double most_percent);
double lam_curve_within_strain(const LamCurve *curve, int domain, double most_sd_log_jacobian);
/* The elbow of similarity against log roughness: where similarity lies highest above the straight line
 * between the ends (Satopaa et al. 2011). NaN with fewer than three points. */
double lam_curve_elbow(const LamCurve *curve, int domain);

G_END_DECLS
