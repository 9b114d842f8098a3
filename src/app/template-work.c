#include "template-work.h"

#include <string.h>

struct LamTemplateWork {
    LamTemplatePair *pair;
    LamTemplateView *views[2];

    GMutex mutex; /* over what follows */
    bool wanted[2];
    double values[2][LAM_TEMPLATE_MAX_ATTRIBUTES];
};

LamTemplateWork *lam_template_work_new(LamTemplatePair *pair, LamTemplateView *const views[2])
{
    LamTemplateWork *work = g_new0(LamTemplateWork, 1);
    g_mutex_init(&work->mutex);
    work->pair = pair;
    for (int side = 0; side < 2; side++)
        work->views[side] = views[side] ? lam_template_view_ref(views[side]) : NULL;
    return work;
}

void lam_template_work_free(LamTemplateWork *work)
{
    if (!work)
        return;
    for (int side = 0; side < 2; side++)
        lam_template_view_unref(work->views[side]);
    lam_template_pair_free(work->pair);
    g_mutex_clear(&work->mutex);
    g_free(work);
}

static size_t bytes_of(const LamTemplateWork *work, int side)
{
    LamModel *model = lam_template_pair_model(work->pair, side);
    int count = model ? lam_model_template(model)->n_attributes : 0;
    return (size_t)count * sizeof(double);
}

void lam_template_work_want(LamTemplateWork *work, int side, const double *values)
{
    g_mutex_lock(&work->mutex);
    memcpy(work->values[side], values, bytes_of(work, side));
    work->wanted[side] = true;
    g_mutex_unlock(&work->mutex);
}

/* False: nothing else than there is. */
static bool take_wanted(LamTemplateWork *work, int side, double *values)
{
    g_mutex_lock(&work->mutex);
    bool wanted = work->wanted[side];
    work->wanted[side] = false;
    memcpy(values, work->values[side], sizeof work->values[side]);
    g_mutex_unlock(&work->mutex);
    const LamTemplatePicture *shown = lam_template_pair_picture(work->pair, side);
    return wanted && shown && memcmp(values, shown->values, bytes_of(work, side)) != 0;
}

static bool show(LamTemplateWork *work, int side, const double *values, GError **error)
{
    if (!lam_template_pair_set(work->pair, side, values, error))
        return false;
    LamTemplateView *view =
        lam_template_view_new(lam_template_pair_picture(work->pair, side), error);
    if (!view)
        return false;
    lam_template_view_unref(work->views[side]);
    work->views[side] = view;
    return true;
}

bool lam_template_work_follow(LamTemplateWork *work, bool *changed, GError **error)
{
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    *changed = false;
    for (int side = 0; side < 2; side++) {
        if (!take_wanted(work, side, values))
            continue;
        *changed = true;
        if (!show(work, side, values, error))
            return false;
    }
    return true;
}

LamTemplateView *lam_template_work_view(const LamTemplateWork *work, int side)
{
    return work->views[side];
}
