/* Two brains of which one or both are a template at attributes that may change: at 25 years and at 80, or a scan
 * and the template of its own age. They are registered as any pair is, by the model's own network; changing an
 * attribute costs a picture and an encoding, and nothing is aligned anew.
 *
 * Thread-safety: a pair belongs to one thread at a time; pictures are immutable and safe. */
#pragma once

#include <lambdascope/labels.h>
#include <lambdascope/session.h>
#include <lambdascope/template.h>

G_BEGIN_DECLS

/* The template at one set of attributes. Immutable, reference counted. */
typedef struct {
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    LamVolume *image; /* at the model's own spacing; owned */
    LamLabels
        *labels; /* all structures but the first, whether or not they are there; owned; NULL: it was
                        * learned without */
    gatomicrefcount refs;
} LamTemplatePicture;

/* Sets the template. LAM_ERROR_ARGUMENT as lam_template_check. */
LamTemplatePicture *lam_template_picture_new(LamTemplate *template, const double *values,
                                             GError **error);
LamTemplatePicture *lam_template_picture_ref(LamTemplatePicture *picture);
void lam_template_picture_unref(LamTemplatePicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplatePicture, lam_template_picture_unref)

#define LAM_TEMPLATE_PAIR_FIXED  0
#define LAM_TEMPLATE_PAIR_MOVING 1

/* [0] fixed, [1] moving. */
typedef struct {
    LamModel *templates[2]; /* whose template that side is; NULL: a scan */
    const double
        *values[2]; /* of its attributes; NULL: old on the fixed side of two, young on the moving
                              * one, and the middle where the other side is a scan */
    LamVolume *scans[2];   /* where there is no template */
    LamModel *model;       /* that registers; NULL: the template's own */
    const LamMat4 *affine; /* as lam_session_new; NULL: none between templates of one model, else
                              * computed */
    guint64 document;      /* as lam_session_new */
} LamTemplatePairOptions;

typedef struct LamTemplatePair LamTemplatePair;

/* Holds references. LAM_ERROR_ARGUMENT if neither side is a template or a model has none; errors of
 * lam_template_picture_new and lam_session_new. */
LamTemplatePair *lam_template_pair_new(const LamTemplatePairOptions *options,
                                       const LamProgress *progress, GError **error);
void lam_template_pair_free(LamTemplatePair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplatePair, lam_template_pair_free)

/* The template of one side at other attributes, and the session's scan with it. LAM_ERROR_ARGUMENT as
 * lam_template_check, or if that side is a scan; all stays as it was then. */
bool lam_template_pair_set(LamTemplatePair *pair, int side, const double *values, GError **error);

/* What a side shows now; NULL of a scan. Borrowed until lam_template_pair_set. */
LamTemplatePicture *lam_template_pair_picture(const LamTemplatePair *pair, int side);
/* Borrowed: the model whose template a side is; NULL of a scan. */
LamModel *lam_template_pair_model(const LamTemplatePair *pair, int side);
/* Gives the field of what both sides show now. Borrowed. */
LamSession *lam_template_pair_session(LamTemplatePair *pair);
/* The same, handed over: it must outlive the pair, which goes on using it. */
LamSession *lam_template_pair_steal_session(LamTemplatePair *pair);

G_END_DECLS
