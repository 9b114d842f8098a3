#include <lambdascope/template.h>

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <string.h>

#include "template-balance.h"
#include "structure-choose.h"

#define LEAST_SPACING_MM 0.25
#define MOST_SPACING_MM  20
#define DARKEST          1e-3f /* what cubic interpolation leaves around the head is less */

struct LamTemplate {
    LamModel *model;
    LamGraph *graph;
    LamTemplateNet net;
    float bias[LAM_TEMPLATE_MAX_STRUCTURES]; /* of structures, for label maps */
};

void lam_template_free(LamTemplate *template)
{
    if (template == NULL)
        return;
    lam_graph_free(template->graph);
    lam_model_unref(template->model);
    g_free(template);
}

const LamTemplateConfig *lam_template_config(const LamTemplate *template)
{
    return lam_model_template(template->model);
}

static bool set_middle(LamTemplate *template, GError **error)
{
    const LamTemplateConfig *c = lam_template_config(template);
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES] = {0};
    for (int i = 0; i < c->n_attributes; i++)
        values[i] = 0.5 * (c->attribute[i].low + c->attribute[i].high);
    return lam_template_set(template, values, error);
}

bool lam_template_set(LamTemplate *template, const double *values, GError **error)
{
    const LamTemplateConfig *c = lam_template_config(template);
    for (int i = 0; i < c->n_attributes; i++)
        if (!isfinite(values[i])) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot make the template: %s: must be a number", c->attribute[i].name);
            return false;
        }
    lam_template_net_change(&template->net, c, template->graph, values);
    return true;
}

char *lam_template_extrapolation(const LamTemplateConfig *config, const double *values)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < config->n_attributes; i++) {
        const LamAttribute *a = &config->attribute[i];
        if (values[i] < a->low || values[i] > a->high)
            g_string_append_printf(text, "%s%s %g: trained on %g to %g", text->len > 0 ? "; " : "",
                                   a->name, values[i], a->low, a->high);
    }
    bool none = text->len == 0;
    return g_string_free(text, none);
}

/* ---- volumes ---- */

LamGrid lam_template_grid(const LamTemplateConfig *config, const int size[3], double spacing_mm)
{
    const double *c = config->centre_mm;
    return lam_grid_centred(size, spacing_mm, (LamVec3){{c[0], c[1], c[2]}});
}

/* The model's box in voxels of this spacing; 0: its own. */
static bool output_grid(const LamTemplate *template, double spacing_mm, LamGrid *grid,
                        GError **error)
{
    int size[3];
    double own = lam_model_spacing_mm(template->model);
    lam_model_size(template->model, size);
    if (spacing_mm == 0)
        spacing_mm = own;
    if (!(spacing_mm >= LEAST_SPACING_MM && spacing_mm <= MOST_SPACING_MM)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot make the template: spacing of %g mm: must be within %g and %g",
                    spacing_mm, LEAST_SPACING_MM, (double)MOST_SPACING_MM);
        return false;
    }
    for (int a = 0; a < 3; a++)
        size[a] = size[a] > 1 ? MAX(1, (int)lrint(size[a] * own / spacing_mm)) : 1;
    *grid = lam_template_grid(lam_template_config(template), size, spacing_mm);
    return true;
}

/* Channels of a tensor as a volume over the model's box. */
static LamVolume *volume_of(const LamTemplate *template, const float *values, int channels,
                            const int size[3], GError **error)
{
    int full[3];
    lam_model_size(template->model, full);
    LamGrid grid = lam_template_grid(lam_template_config(template), size,
                                     lam_model_spacing_mm(template->model) * full[0] / size[0]);
    LamVolume *volume = lam_volume_new(&grid, channels, error);
    if (volume != NULL)
        memcpy(volume->data, values, (size_t)channels * lam_grid_voxels(&grid) * sizeof(float));
    return volume;
}

LamVolume *lam_template_image(LamTemplate *template, double spacing_mm, GError **error)
{
    int size[3];
    LamGrid grid;
    if (!output_grid(template, spacing_mm, &grid, error))
        return NULL;
    lam_model_size(template->model, size);
    lam_graph_forward(template->graph, template->net.picture, NULL);
    g_autoptr(LamVolume) own =
        volume_of(template, lam_node_value(template->net.picture), 1, size, error);
    if (own == NULL)
        return NULL;
    bool same = lam_grid_equal(&own->grid, &grid, 1e-6);
    LamVolume *out =
        same ? lam_volume_ref(own) : lam_resample(own, &grid, NULL, LAM_CUBIC, 0, error);
    size_t voxels = out != NULL ? lam_grid_voxels(&grid) : 0;
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < voxels; i++)
        out->data[i] = out->data[i] > DARKEST ? out->data[i] : 0;
    return out;
}

static const float no_bias[LAM_TEMPLATE_MAX_STRUCTURES] = {0};

/* Scores of the structures as probabilities, [d,h,w,structures]; free with lam_free. */
static float *probabilities(LamTemplate *template, const float *bias, size_t *voxels,
                            GError **error)
{
    const LamTemplateConfig *c = lam_template_config(template);
    if (c->n_structures == 0) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                            "cannot make labels: the template: it was learned without structures");
        return NULL;
    }
    lam_graph_forward(template->graph, template->net.scores, NULL);
    const float *score = lam_node_value(template->net.scores);
    size_t k = (size_t)c->n_structures, n = lam_node_count(template->net.scores) / k;
    float *p = lam_alloc_floats(k * n, "probabilities", error);
    if (p == NULL)
        return NULL;
    lam_structure_soften(score, bias, n, c->n_structures, p);
    *voxels = n;
    return p;
}

static LamGrid scores_grid(const LamTemplate *template)
{
    int full[3], size[3];
    lam_model_size(template->model, full);
    lam_template_scores_size(lam_model_config(template->model), size);
    return lam_template_grid(lam_template_config(template), size,
                             lam_model_spacing_mm(template->model) * full[0] / size[0]);
}

static bool choose(const LamTemplate *template, const float *p, LamVolume *labels, GError **error)
{
    const LamTemplateConfig *c = lam_template_config(template);
    int value[LAM_TEMPLATE_MAX_STRUCTURES];
    LamGrid grid = scores_grid(template);
    for (int k = 0; k < c->n_structures; k++)
        value[k] = c->structure[k].value;
    return lam_structure_choose(p, c->n_structures, value, &grid, labels, error);
}

LamVolume *lam_template_labels(LamTemplate *template, double spacing_mm, GError **error)
{
    LamGrid grid;
    size_t n = 0;
    if (!output_grid(template, spacing_mm, &grid, error))
        return NULL;
    float *p = probabilities(template, template->bias, &n, error);
    LamVolume *labels = p != NULL ? lam_volume_new(&grid, 1, error) : NULL;
    if (labels != NULL && !choose(template, p, labels, error))
        g_clear_pointer(&labels, lam_volume_unref);
    lam_free(p);
    return labels;
}

LamVolume *lam_template_probability(LamTemplate *template, int index, GError **error)
{
    size_t n = 0, k = (size_t)lam_template_config(template)->n_structures;
    g_return_val_if_fail(index >= 0 && index < lam_template_config(template)->n_structures, NULL);
    LamGrid grid = scores_grid(template);
    float *p = probabilities(template, no_bias, &n, error);
    LamVolume *volume = p != NULL ? lam_volume_new(&grid, 1, error) : NULL;
    for (size_t i = 0; volume != NULL && i < n; i++)
        volume->data[i] = p[i * k + (size_t)index];
    lam_free(p);
    return volume;
}

bool lam_template_volumes(LamTemplate *template, double *millilitres, GError **error)
{
    size_t n = 0;
    float *p = probabilities(template, no_bias, &n, error);
    if (p == NULL)
        return false;
    int size[3];
    lam_model_size(template->model, size);
    double spacing = lam_model_spacing_mm(template->model);
    double voxel_ml = 1e-3 * pow(spacing, 3) * size[0] * size[1] * size[2] / (double)n;
    size_t structures = (size_t)lam_template_config(template)->n_structures;
    for (size_t k = 0; k < structures; k++) {
        millilitres[k] = 0;
        for (size_t i = 0; i < n; i++)
            millilitres[k] += voxel_ml * (double)p[i * structures + k];
    }
    lam_free(p);
    return true;
}

/* Biases with which label maps have structures of the size that is expected, at the middle of the attributes; found
 * once, for a slider moves the attributes. */
static bool balance(LamTemplate *template, GError **error)
{
    int structures = lam_template_config(template)->n_structures;
    size_t n = 0;
    if (structures == 0)
        return true;
    float *p = probabilities(template, no_bias, &n, error);
    bool ok = p != NULL && lam_template_balance(p, structures, n, template->bias, error);
    for (int k = 0; ok && k < structures; k++)
        template->bias[k] = logf(template->bias[k]);
    lam_free(p);
    return ok;
}

LamTemplate *lam_template_new(LamModel *model, GError **error)
{
    const LamTemplateConfig *config = lam_model_template(model);
    if (config == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use template: %s: it has none",
                    lam_model_path(model) != NULL ? lam_model_path(model) : "the model");
        return NULL;
    }
    g_autoptr(LamTemplate) template = g_new0(LamTemplate, 1);
    LamParameters *parameters = lam_model_parameters(model);
    template->model = lam_model_ref(model);
    template->graph = lam_graph_new(parameters, false);
    template->net =
        lam_template_net_build(config, lam_model_config(model), template->graph, parameters);
    lam_graph_keep(template->graph, template->net.picture);
    lam_graph_keep(template->graph, template->net.scores);
    if (!lam_graph_finalise(template->graph, error) || !set_middle(template, error) ||
        !balance(template, error))
        return NULL;
    return g_steal_pointer(&template);
}

LamVolume *lam_template_mean_displacement(LamTemplate *template, GError **error)
{
    LamParameters *parameters = lam_model_parameters(template->model);
    int size[3];
    lam_unet_field_size(lam_model_config(template->model), size);
    LamVolume *u =
        volume_of(template, lam_parameters_find(parameters, LAM_TEMPLATE_MEAN), 3, size, error);
    if (u == NULL)
        return NULL;
    float mm = (float)lam_grid_spacing_mm(&u->grid).v[0];
    for (size_t i = 0; i < 3 * lam_grid_voxels(&u->grid); i++)
        u->data[i] *= mm;
    return u;
}
