/* The ways to register that a study compares. Each is given the linear part: what is compared is the
 * deformation alone.
 *
 * Thread-safety: as the session. */
#pragma once

#include <lambdascope/loss.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

typedef enum {
    LAM_STUDY_UNDEFORMED, /* the linear part alone */
    LAM_STUDY_NETWORK,
    LAM_STUDY_REFINE,    /* optimised for the pair from what the network gives */
    LAM_STUDY_CLASSICAL, /* the same from zero */
} LamStudyMethodKind;

typedef struct {
    LamStudyMethodKind kind;
    char *name;               /* in tables and figures */
    LamModel *model;          /* of a network; a reference of its own */
    double lambda;            /* unused if undeformed */
    LamSimilarity similarity; /* of what is optimised */
    double seconds;           /* likewise, as in LamRefineOptions; 0: no limit */
} LamStudyMethod;

LamStudyMethod *lam_study_method_new_undeformed(const char *name);
/* Named after the model's file. */
LamStudyMethod *lam_study_method_new_network(LamModel *model, double lambda);
/* similarity: "ncc", "nmi" or "mse". LAM_ERROR_ARGUMENT if it is another. */
LamStudyMethod *lam_study_method_new_classical(const char *similarity, double lambda,
                                               double seconds, GError **error);
/* Likewise. */
LamStudyMethod *lam_study_method_new_refine(LamModel *model, const char *similarity, double lambda,
                                            double seconds, GError **error);
void lam_study_method_free(LamStudyMethod *method);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamStudyMethod, lam_study_method_free)

typedef struct {
    LamSession *session;
    LamSnapshot *snapshot; /* NULL: undeformed */
} LamStudyRegistration;

void lam_study_registration_clear(LamStudyRegistration *registration);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamStudyRegistration, lam_study_registration_clear)

/* affine: fixed world -> moving world. On failure *out is empty. */
bool lam_study_method_register(const LamStudyMethod *method, LamVolume *fixed, LamVolume *moving,
                               const LamMat4 *affine, LamStudyRegistration *out,
                               const LamProgress *progress, GError **error);

G_END_DECLS
