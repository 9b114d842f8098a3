/* The template at one set of attributes with what the picture needs of it. Made on a worker's thread; immutable
 * and reference counted. */
#pragma once

#include <lambdascope/scene.h>
#include <lambdascope/template_pair.h>

G_BEGIN_DECLS

typedef struct {
    LamTemplatePicture *picture;
    LamTexels *image, *labels; /* labels NULL: there are none */
    gatomicrefcount refs;
} LamTemplateView;

/* Takes a reference to the picture. */
LamTemplateView *lam_template_view_new(LamTemplatePicture *picture, GError **error);
LamTemplateView *lam_template_view_ref(LamTemplateView *view);
void lam_template_view_unref(LamTemplateView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplateView, lam_template_view_unref)

/* Models are told from scans by the ending of their files. */
bool lam_template_is_path(const char *path);

G_END_DECLS
