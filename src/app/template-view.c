#include "template-view.h"

LamTemplateView *lam_template_view_new(LamTemplatePicture *picture, GError **error)
{
    g_autoptr(LamTemplateView) view = g_new0(LamTemplateView, 1);
    g_atomic_ref_count_init(&view->refs);
    view->picture = lam_template_picture_ref(picture);
    view->image = lam_texels_new_scan(picture->image, error);
    if (view->image && picture->labels)
        view->labels = lam_texels_new_labels(picture->labels, error);
    bool ok = view->image && (view->labels || !picture->labels);
    return ok ? g_steal_pointer(&view) : NULL;
}

LamTemplateView *lam_template_view_ref(LamTemplateView *view)
{
    g_atomic_ref_count_inc(&view->refs);
    return view;
}

void lam_template_view_unref(LamTemplateView *view)
{
    if (!view || !g_atomic_ref_count_dec(&view->refs))
        return;
    lam_template_picture_unref(view->picture);
    lam_texels_unref(view->image);
    lam_texels_unref(view->labels);
    g_free(view);
}

bool lam_template_is_path(const char *path)
{
    return path && g_str_has_suffix(path, LAM_MODEL_ENDING);
}
