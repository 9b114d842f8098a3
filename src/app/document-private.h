/* A document's inside: for what opens it. */
#pragma once

#include "document.h"

struct _LamDocument {
    GObject parent;
    const LamDemo *demo; /* NULL: files */
    guint64 id;
    char *fixed_path, *moving_path, *fixed_name, *moving_name, *warning;
    LamTexels *fixed, *moving;
    LamVolume *fixed_volume, *moving_volume;
    LamMat4 affine;
    LamAffine fit;
    LamModel *model;
    bool not_t1; /* why the model is another than the default */
    LamSession *session;
    LamLabels *labels[LAM_SIDES];
    LamTexels *label_texels[LAM_SIDES];
    LamLabelNames *label_names;
    LamModel *templates[LAM_SIDES]; /* whose template a side is; NULL: a scan */
    LamTemplateView *views[LAM_SIDES];
    LamTemplateWork *template_work;
};
