#include <lambdascope/still.h>

#include <glib/gi18n-lib.h>
#include <lambdascope/lambda_scale.h>

#include <math.h>

static char *readout(const LamScene *scene, const LamSnapshot *snapshot)
{
    const LamFieldStatistics *s = &snapshot->statistics;
    GString *text = g_string_new(NULL);
    if (scene->footer_morphs || scene->footer_value)
        g_string_append_printf(text, "λ %.3g     ", snapshot->lambda);
    g_string_append_printf(text, "γ %.3g     ", lam_lambda_gamma(snapshot->lambda));
    g_string_append_printf(text, _("folds %.3f %%"), s->fold_percent);
    g_string_append(text, "     ");
    if (!isnan(snapshot->similarity)) {
        g_string_append_printf(text, _("similarity %.3f"), snapshot->similarity);
        g_string_append(text, "     ");
    }
    g_string_append_printf(text, _("moved %.1f mm on average, %.1f at most"), s->mean_mm,
                           s->max_mm);
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
    scene->footer_notice = g_strdup(_("Research and education; not a medical device"));
    return true;
}
