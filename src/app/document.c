#include "document-private.h"

G_DEFINE_FINAL_TYPE(LamDocument, lam_document, G_TYPE_OBJECT)

static void lam_document_finalize(GObject *object)
{
    LamDocument *document = LAM_DOCUMENT(object);
    char *strings[] = {document->fixed_path, document->moving_path, document->fixed_name,
                       document->moving_name, document->warning};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    lam_texels_unref(document->fixed);
    lam_texels_unref(document->moving);
    lam_volume_unref(document->fixed_volume);
    lam_volume_unref(document->moving_volume);
    lam_template_work_free(document->template_work);
    lam_session_free(document->session);
    for (int side = 0; side < LAM_SIDES; side++) {
        lam_template_view_unref(document->views[side]);
        if (document->templates[side])
            lam_model_unref(document->templates[side]);
    }
    for (int side = 0; side < LAM_SIDES; side++)
        lam_document_set_labels(document, (LamSide)side, NULL, NULL);
    lam_label_names_free(document->label_names);
    if (document->model)
        lam_model_unref(document->model);
    G_OBJECT_CLASS(lam_document_parent_class)->finalize(object);
}

static void lam_document_class_init(LamDocumentClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = lam_document_finalize;
}

static void lam_document_init(LamDocument *document)
{
}

guint64 lam_document_id(const LamDocument *document)
{
    return document->id;
}

LamTexels *lam_document_fixed(const LamDocument *document)
{
    return document->fixed;
}

LamTexels *lam_document_moving(const LamDocument *document)
{
    return document->moving;
}

LamVolume *lam_document_fixed_volume(const LamDocument *document)
{
    return document->fixed_volume;
}

LamVolume *lam_document_moving_volume(const LamDocument *document)
{
    return document->moving_volume;
}

const LamMat4 *lam_document_affine(const LamDocument *document)
{
    return &document->affine;
}

const LamAffine *lam_document_affine_fit(const LamDocument *document)
{
    return &document->fit;
}

LamModel *lam_document_model(const LamDocument *document)
{
    return document->model;
}

const LamDemo *lam_document_demo(const LamDocument *document)
{
    return document->demo;
}

const char *lam_document_fixed_path(const LamDocument *document)
{
    return document->fixed_path;
}

const char *lam_document_moving_path(const LamDocument *document)
{
    return document->moving_path;
}

const char *lam_document_fixed_name(const LamDocument *document)
{
    return document->fixed_name;
}

const char *lam_document_moving_name(const LamDocument *document)
{
    return document->moving_name;
}

const char *lam_document_warning(const LamDocument *document)
{
    return document->warning;
}

LamLabels *lam_document_labels(const LamDocument *document, LamSide side)
{
    return document->labels[side];
}

LamTexels *lam_document_label_texels(const LamDocument *document, LamSide side)
{
    return document->label_texels[side];
}

void lam_document_set_labels(LamDocument *document, LamSide side, LamLabels *labels,
                             LamTexels *texels)
{
    if (labels)
        lam_labels_ref(labels);
    if (texels)
        lam_texels_ref(texels);
    lam_labels_unref(document->labels[side]);
    lam_texels_unref(document->label_texels[side]);
    document->labels[side] = labels;
    document->label_texels[side] = texels;
}

void lam_document_keep_labels(LamDocument *document, const LamDocument *earlier)
{
    const char *now[] = {document->fixed_path, document->moving_path};
    const char *then[] = {earlier->fixed_path, earlier->moving_path};
    for (int i = 0; i < LAM_SIDES; i++)
        for (int k = 0; k < LAM_SIDES; k++)
            if (now[i] && g_strcmp0(now[i], then[k]) == 0 && !document->labels[i])
                lam_document_set_labels(document, (LamSide)i, earlier->labels[k],
                                        earlier->label_texels[k]);
}

const LamLabelNames *lam_document_label_names(const LamDocument *document)
{
    return document->label_names;
}

LamSession *lam_document_steal_session(LamDocument *document)
{
    return g_steal_pointer(&document->session);
}

LamTemplateView *lam_document_template(const LamDocument *document, LamSide side)
{
    return document->views[side];
}

LamModel *lam_document_template_model(const LamDocument *document, LamSide side)
{
    return document->templates[side];
}

static void replace_volume(LamVolume **volume, LamVolume *by)
{
    lam_volume_ref(by);
    lam_volume_unref(*volume);
    *volume = by;
}

static void replace_texels(LamTexels **texels, LamTexels *by)
{
    lam_texels_ref(by);
    lam_texels_unref(*texels);
    *texels = by;
}

void lam_document_show_template(LamDocument *document, LamSide side, LamTemplateView *view)
{
    bool fixed = side == LAM_SIDE_FIXED;
    char **name = fixed ? &document->fixed_name : &document->moving_name;
    lam_template_view_ref(view);
    lam_template_view_unref(document->views[side]);
    document->views[side] = view;
    replace_volume(fixed ? &document->fixed_volume : &document->moving_volume,
                   view->picture->image);
    replace_texels(fixed ? &document->fixed : &document->moving, view->image);
    lam_document_set_labels(document, side, view->picture->labels, view->labels);
    g_free(*name);
    *name =
        lam_template_title(lam_model_template(document->templates[side]), view->picture->values);
}

LamTemplateWork *lam_document_steal_templates(LamDocument *document)
{
    return g_steal_pointer(&document->template_work);
}
