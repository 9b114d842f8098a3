/* Figures of a deformation on a thread of their own, with one core, so that λ has the rest: at first what is
 * quick, then, where there are labels, all of them with the distances of their surfaces. The newest request wins; what runs for an older one stops. Knows nothing of GTK. All functions are called on the
 * thread of the main context in which it was made; none waits, except lam_measurer_free. */
#pragma once

#include <lambdascope/measure.h>

G_BEGIN_DECLS

typedef struct LamMeasurer LamMeasurer;

typedef struct {
    LamSnapshot *snapshot;
    LamVolume *fixed_labels, *moving_labels; /* both or neither */
} LamMeasureRequest;

typedef struct {
    LamMeasures at_lambda;
    LamLabelMeasures aligned; /* by the affine alone */
} LamMeasured;

/* Exactly one of measured and error is there; borrowed. */
typedef void (*LamMeasuredFunc)(const LamMeasured *measured, const GError *error, gpointer user);

LamMeasurer *lam_measurer_new(LamMeasuredFunc func, gpointer user);
void lam_measurer_free(LamMeasurer *measurer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamMeasurer, lam_measurer_free)

/* Takes references. */
void lam_measurer_request(LamMeasurer *measurer, const LamMeasureRequest *request);
/* Ends what runs and waits; nothing of it is delivered. */
void lam_measurer_cancel(LamMeasurer *measurer);

G_END_DECLS
