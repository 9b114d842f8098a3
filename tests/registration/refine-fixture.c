#include "refine-fixture.h"

LamSession *refine_open(LamModel *model, LamVolume *fixed, LamVolume *moving, const LamMat4 *affine,
                        bool symmetric)
{
    GError *error = NULL;
    LamSessionOptions options = {.model = model,
                                 .fixed = fixed,
                                 .moving = moving,
                                 .affine = affine,
                                 .symmetric = symmetric,
                                 .document = 7};
    LamSession *session = lam_session_open(&options, NULL, &error);
    g_assert_no_error(error);
    return session;
}

void refine_set_up(RefineFixture *f, gconstpointer data)
{
    LamGrid grid = session_grid();
    LamMat4 identity = lam_mat4_identity();
    f->model = session_model(0.3);
    f->fixed = session_scan(&grid, 0, (LamVec3){{0}});
    f->moving = session_scan(&grid, 1, (LamVec3){{0}});
    f->session = refine_open(f->model.model, f->fixed, f->moving, &identity, false);
}

void refine_tear_down(RefineFixture *f, gconstpointer data)
{
    lam_session_free(f->session);
    lam_volume_unref(f->fixed);
    lam_volume_unref(f->moving);
    session_model_clear(&f->model);
}

LamRefineOptions refine_quick(double lambda, int iterations)
{
    LamRefineOptions o = lam_refine_options_default(lambda);
    o.seconds = 0;
    o.n_levels = 2;
    o.levels[0] = (LamRefineLevel){4, 8, iterations};
    o.levels[1] = (LamRefineLevel){4, 4, iterations};
    return o;
}

LamSnapshot *refine_run(LamSession *session, const LamSnapshot *start,
                        const LamRefineOptions *options, LamRefineReport *report)
{
    GError *error = NULL;
    LamSnapshot *s = lam_session_refine(session, start, options, report, NULL, &error);
    g_assert_no_error(error);
    return s;
}
