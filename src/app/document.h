/* An opened pair: what the window shows and what the worker works on. Opening happens on a thread of
 * its own; a document exists only once everything has worked. */
#pragma once

#include "task-progress.h"
#include "template-work.h"

#include <gio/gio.h>
#include <lambdascope/demos.h>
#include <lambdascope/label_names.h>
#include <lambdascope/labels.h>
#include <lambdascope/scene.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

#define LAM_TYPE_DOCUMENT (lam_document_get_type())
G_DECLARE_FINAL_TYPE(LamDocument, lam_document, LAM, DOCUMENT, GObject)

typedef enum { LAM_SIDE_FIXED, LAM_SIDE_MOVING, LAM_SIDES } LamSide;

typedef struct {
    const LamDemo *demo; /* made instead of reading files, with its own model; NULL: the files */
    const char *fixed_path, *moving_path; /* of scans, or of models whose template is that side */
    const double *values[LAM_SIDES];      /* of a template's attributes; NULL: where one begins */
    const char *attributes[LAM_SIDES];    /* the same as lam_template_text; these go before */
    const char *model_name; /* NULL: the default for such scans, or the template's own */
    bool insist_on_model;   /* else another is taken where the named one is not for such scans */
    LamModel *model;        /* used instead of loading again, if it is the one; may be NULL */
    guint64 id;             /* tells the results of one pair from another's */
} LamDocumentSource;

/* `progress` is called until the callback is. */
void lam_document_open_async(const LamDocumentSource *source, GCancellable *cancellable,
                             LamTaskProgressFunc progress, gpointer progress_user,
                             GAsyncReadyCallback callback, gpointer user);
LamDocument *lam_document_open_finish(GAsyncResult *result, GError **error);

guint64 lam_document_id(const LamDocument *document);
/* Borrowed: for the picture, and as loaded. */
LamTexels *lam_document_fixed(const LamDocument *document);
LamTexels *lam_document_moving(const LamDocument *document);
LamVolume *lam_document_fixed_volume(const LamDocument *document);
LamVolume *lam_document_moving_volume(const LamDocument *document);
const LamMat4 *lam_document_affine(const LamDocument *document);
/* How it was found. */
const LamAffine *lam_document_affine_fit(const LamDocument *document);
LamModel *lam_document_model(const LamDocument *document);
/* NULL: it was opened from files. */
const LamDemo *lam_document_demo(const LamDocument *document);
/* NULL for demos. */
const char *lam_document_fixed_path(const LamDocument *document);
const char *lam_document_moving_path(const LamDocument *document);
const char *lam_document_fixed_name(const LamDocument *document);
const char *lam_document_moving_name(const LamDocument *document);
/* What a reader should know about the scans (header conflicts, poor alignment); NULL if nothing. */
const char *lam_document_warning(const LamDocument *document);
/* The label map of a scan, NULL: none; some demos bring their own. Borrowed. */
LamLabels *lam_document_labels(const LamDocument *document, LamSide side);
/* The same for the picture. */
LamTexels *lam_document_label_texels(const LamDocument *document, LamSide side);
/* Takes references; NULL removes. */
void lam_document_set_labels(LamDocument *document, LamSide side, LamLabels *labels,
                             LamTexels *texels);
/* What scans that are shown in both have as label maps is taken over where this one has none. */
void lam_document_keep_labels(LamDocument *document, const LamDocument *earlier);
/* Of a demo that brings labels; else NULL. Borrowed. */
const LamLabelNames *lam_document_label_names(const LamDocument *document);
/* What is shown of a template; NULL: that side is a scan. Borrowed. */
LamTemplateView *lam_document_template(const LamDocument *document, LamSide side);
/* Its model; NULL likewise. Borrowed. */
LamModel *lam_document_template_model(const LamDocument *document, LamSide side);
/* The template at other attributes: scan, labels and name of that side are its. Takes a reference. */
void lam_document_show_template(LamDocument *document, LamSide side, LamTemplateView *view);
/* Hands over what the worker needs of templates, once; NULL: there are none. It must not outlive the session. */
LamTemplateWork *lam_document_steal_templates(LamDocument *document);
/* Hands over the session, once: it belongs to one thread at a time. */
LamSession *lam_document_steal_session(LamDocument *document);

G_END_DECLS
