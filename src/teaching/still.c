#include <lambdascope/still.h>

#include <lambdascope/lambda_scale.h>

#include <math.h>

#define NOTICE "Research and education; not a medical device"

static char *readout(const LamScene *scene, const LamSnapshot *snapshot)
{
    const LamFieldStatistics *s = &snapshot->statistics;
    GString *text = g_string_new(NULL);
    if (scene->footer_morphs)
        g_string_append_printf(text, "λ %.3g     ", snapshot->lambda);
    g_string_append_printf(text, "γ %.3g     folds %.3f %%     ",
                           lam_lambda_gamma(snapshot->lambda), s->fold_percent);
    if (!isnan(snapshot->similarity))
        g_string_append_printf(text, "similarity %.3f     ", snapshot->similarity);
    g_string_append_printf(text, "moved %.1f mm on average, %.1f at most", s->mean_mm, s->max_mm);
    return g_string_free(text, FALSE);
}

bool lam_still_show(LamScene *scene, const LamSnapshot *snapshot, GError **error)
{
    g_autoptr(LamTexels) field = lam_texels_new_field(snapshot->field, snapshot->jacobian, error);
    if (!field)
        return false;
    lam_scene_set_field(scene, field);
    scene->field_lambda = scene->footer_lambda = snapshot->lambda;
    g_free(scene->footer_readout);
    scene->footer_readout = readout(scene, snapshot);
    g_free(scene->footer_notice);
    scene->footer_notice = g_strdup(NOTICE);
    return true;
}
