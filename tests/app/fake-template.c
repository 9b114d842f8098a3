/* A template in closed form, for viewers without a network: a ball with a dark ventricle that grows with age, faster in
 * men, and a rim that gets thinner. Models whose path has "template" in it have one. */
#include <lambdascope/error.h>
#include <lambdascope/template.h>

#include <math.h>
#include <string.h>

#define HALF 30 /* voxels of 4 mm */

struct LamTemplate {
    LamModel *model;
    double age, sex;
};

static const LamTemplateConfig config = {
    .n_attributes = 2,
    .attribute = {{"age", {"", ""}, 20, 75}, {"sex", {"F", "M"}, 0, 1}},
    .n_structures = 3,
    .structure = {{"none", 0}, {"grey matter", 11}, {"lateral ventricles", 33}},
};

const LamTemplateConfig *lam_model_template(const LamModel *model)
{
    return strstr(lam_model_path(model), "template") ? &config : NULL;
}

LamTemplate *lam_template_new(LamModel *model, GError **error)
{
    if (!lam_model_template(model)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use template: %s: it has none",
                    lam_model_path(model));
        return NULL;
    }
    LamTemplate *template = g_new0(LamTemplate, 1);
    template->model = lam_model_ref(model);
    return template;
}

void lam_template_free(LamTemplate *template)
{
    if (!template)
        return;
    lam_model_unref(template->model);
    g_free(template);
}

const LamTemplateConfig *lam_template_config(const LamTemplate *template)
{
    return &config;
}

bool lam_template_set(LamTemplate *template, const double *values, GError **error)
{
    template->age = values[0];
    template->sex = values[1];
    return true;
}

char *lam_template_extrapolation(const LamTemplateConfig *of, const double *values)
{
    bool within = values[0] >= 20 && values[0] <= 75;
    return within ? NULL : g_strdup_printf("age %g: trained on 20 to 75", values[0]);
}

static double ventricle_mm(const LamTemplate *template)
{
    return (12 + 0.25 * (template->age - 20)) * (1 + 0.3 * template->sex);
}

static double rim_mm(const LamTemplate *template)
{
    return 18 - 0.1 * (template->age - 20);
}

/* 33 the ventricle, 11 the rim, 1 what is between, 0 outside; r in mm. */
static int part_at(const LamTemplate *template, LamVec3 x)
{
    double r = sqrt(x.v[0] * x.v[0] + 0.7 * x.v[1] * x.v[1] + x.v[2] * x.v[2]);
    if (r > 62)
        return 0;
    if (r > 62 - rim_mm(template))
        return 11;
    return hypot(hypot(x.v[0], 0.6 * x.v[1]), x.v[2]) < ventricle_mm(template) ? 33 : 1;
}

static LamVolume *draw(const LamTemplate *template, bool labels, GError **error)
{
    const int size[3] = {2 * HALF, 2 * HALF, 2 * HALF};
    LamGrid grid = lam_grid_centred(size, 2.4, (LamVec3){{0, 0, 0}});
    LamVolume *volume = lam_volume_new(&grid, 1, error);
    for (size_t at = 0; volume && at < lam_grid_voxels(&grid); at++) {
        int i = (int)(at % size[0]), j = (int)(at / size[0] % size[1]);
        int k = (int)(at / ((size_t)size[0] * size[1]));
        LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
        int part = part_at(template, x);
        double wave = 0.08 * sin(x.v[0] * 0.31) * cos(x.v[1] * 0.24);
        double shade = part == 33 ? 0.12 : part == 11 ? 0.5 + wave : part == 1 ? 0.9 + wave : 0;
        volume->data[at] = labels ? (float)(part == 1 ? 0 : part) : (float)shade;
    }
    return volume;
}

LamVolume *lam_template_image(LamTemplate *template, double spacing_mm, GError **error)
{
    return draw(template, false, error);
}

LamVolume *lam_template_labels(LamTemplate *template, double spacing_mm, GError **error)
{
    return draw(template, true, error);
}

bool lam_template_volumes(LamTemplate *template, double *millilitres, GError **error)
{
    millilitres[0] = 0;
    millilitres[1] = 30 * rim_mm(template);
    millilitres[2] = 4e-3 * pow(ventricle_mm(template), 3);
    return true;
}
