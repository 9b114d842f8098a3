#include "template-move.h"

#include "template-shares.h"

#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <lambdascope/template.h>
#include <math.h>
#include <string.h>

#define MOST_TERMS (1 + LAM_TEMPLATE_MAX_ATTRIBUTES)
#define DARKEST    1e-3f /* a voxel of the foreground is not 0; what is darker is shown as 0 */

/* A template that can be evaluated: all parameters of the model, and slopes. */
typedef struct {
    LamParameters *parameters;
    LamGraph *graph;
    LamTemplateNet net;
} Net;

/* ways: interpolated once, however often the template moves. */
struct LamTemplateMove {
    LamTemplateConfig config;
    Net now, origin;      /* origin: as it was at first, or made of scans last */
    LamGrid grid, coarse; /* of the picture, and of the scores */
    int n, terms;
    const double *values, *shares;
    LamVolume **
        way; /* [n]: from where the person's template is to where its origin was, mm; NULL: there */
};

static void net_clear(Net *net)
{
    g_clear_pointer(&net->graph, lam_graph_free);
    g_clear_pointer(&net->parameters, lam_parameters_free);
}

void lam_template_move_free(LamTemplateMove *m)
{
    if (m == NULL)
        return;
    for (int i = 0; i < m->n; i++)
        g_clear_pointer(&m->way[i], lam_volume_unref);
    net_clear(&m->now);
    net_clear(&m->origin);
    g_free(m->way);
    g_free(m);
}

static bool net_init(Net *net, const LamTemplateMove *m, LamModel *model, GError **error)
{
    const LamUnetConfig *unet = lam_model_config(model);
    net->parameters = lam_parameters_new();
    lam_unet_declare(unet, net->parameters);
    lam_template_net_declare(&m->config, unet, 1, net->parameters);
    if (!lam_parameters_allocate(net->parameters, false, error))
        return false;
    memset(lam_parameters_values(net->parameters), 0,
           lam_parameters_floats(net->parameters) * sizeof(float));
    lam_parameters_copy(net->parameters, lam_model_parameters(model));
    net->graph = lam_graph_new(net->parameters, false);
    net->net = lam_template_net_build(&m->config, unet, net->graph, net->parameters);
    return lam_graph_finalise(net->graph, error);
}

static void start_grids(LamTemplateMove *m, const LamModel *model)
{
    int size[3], half[3];
    double spacing = lam_model_spacing_mm(model);
    lam_model_size(model, size);
    lam_template_scores_size(lam_model_config(model), half);
    m->grid = lam_template_grid(&m->config, size, spacing);
    m->coarse = lam_template_grid(&m->config, half, spacing * size[0] / half[0]);
}

LamTemplateMove *lam_template_move_new(LamModel *model, const double *values, const double *shares,
                                       int n, GError **error)
{
    g_autoptr(LamTemplateMove) m = g_new0(LamTemplateMove, 1);
    m->config = *lam_model_template(model);
    m->config.slopes = m->config.n_attributes > 0;
    m->values = values;
    m->shares = shares;
    m->n = n;
    m->terms = 1 + m->config.n_attributes;
    m->way = g_new0(LamVolume *, n);
    start_grids(m, model);
    bool ok = net_init(&m->now, m, model, error) && net_init(&m->origin, m, model, error);
    return ok ? g_steal_pointer(&m) : NULL;
}

const LamTemplateConfig *lam_template_move_config(const LamTemplateMove *m)
{
    return &m->config;
}

LamParameters *lam_template_move_parameters(const LamTemplateMove *m)
{
    return m->now.parameters;
}

const LamGrid *lam_template_move_grid(const LamTemplateMove *m)
{
    return &m->grid;
}

static const double *values_at(const LamTemplateMove *m, int i)
{
    return m->values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES;
}

/* Its picture, or its scores, at these attributes. */
static LamVolume *evaluate(const LamTemplateMove *m, const Net *net, bool scores,
                           const double *values, GError **error)
{
    LamNode *node = scores ? net->net.scores : net->net.picture;
    LamVolume *out =
        lam_volume_new(scores ? &m->coarse : &m->grid, scores ? m->config.n_structures : 1, error);
    if (out == NULL)
        return NULL;
    lam_template_net_change(&net->net, &m->config, net->graph, values);
    lam_graph_forward(net->graph, node, NULL);
    memcpy(out->data, lam_node_value(node), lam_node_count(node) * sizeof(float));
    return out;
}

LamVolume *lam_template_move_picture(const LamTemplateMove *m, const double *values, GError **error)
{
    LamVolume *out = evaluate(m, &m->now, false, values, error);
    for (size_t v = 0; out != NULL && v < lam_grid_voxels(&m->grid); v++)
        out->data[v] = out->data[v] > DARKEST ? out->data[v] : 0;
    return out;
}

/* ---- where people are ---- */

/* Adds share times x, on one grid. */
static void add(LamVolume *to, const LamVolume *x, double share)
{
    for (size_t v = 0; v < (size_t)to->channels * lam_grid_voxels(&to->grid); v++)
        to->data[v] += (float)share * x->data[v];
}

LamVolume *lam_template_move_explained(const LamTemplateMove *m, LamVolume *const *d, int term,
                                       GError **error)
{
    LamVolume *b = lam_volume_new(&m->grid, 3, error);
    for (int i = 0; b != NULL && i < m->n; i++)
        add(b, d[i], m->shares[term * m->n + i]);
    return b;
}

/* From where the template of the person's attributes is going to be to where it is. */
static LamVolume *step_of(const LamTemplateMove *m, int i, LamVolume *const *explained,
                          double length, GError **error)
{
    double terms[MOST_TERMS];
    g_autoptr(LamVolume) there = lam_volume_new(&m->grid, 3, error);
    lam_template_terms(&m->config, values_at(m, i), terms);
    for (int k = 0; there != NULL && k < m->terms; k++)
        add(there, explained[k], length * terms[k]);
    return there != NULL ? lam_field_inverse(there, &m->grid, NULL, error) : NULL;
}

/* first, then second: first(x) + second(x + first(x)), on the grid of first. */
static LamVolume *chain(const LamVolume *first, const LamVolume *second, GError **error)
{
    LamVolume *both = lam_resample_field(second, &first->grid, first, LAM_LINEAR, 0, error);
    if (both != NULL)
        add(both, first, 1);
    return both;
}

/* ---- into the parameters ---- */

/* What is to be added to a parameter and to its slopes, [count][attributes]. */
typedef struct {
    size_t count;
    float *base, *slope;
} Change;

static Change change_new(const LamTemplateMove *m, bool scores)
{
    size_t count = scores ? (size_t)m->config.n_structures * lam_grid_voxels(&m->coarse)
                          : lam_grid_voxels(&m->grid);
    return (Change){count, g_new0(float, count),
                    g_new0(float, count *(size_t)MAX(m->config.n_attributes, 1))};
}

static void change_clear(Change *c)
{
    g_free(c->base);
    g_free(c->slope);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Change, change_clear)

/* What the parameters now give is one of the things that they can give, so that the regression of what is missing is
 * what has to be added. NaN is wanted where nothing is known, from beyond the box: that stays. */
static void change_add(const LamTemplateMove *m, Change *c, int i, const LamVolume *wanted,
                       const LamVolume *is)
{
    size_t n = (size_t)m->config.n_attributes;
    for (size_t v = 0; v < c->count; v++) {
        float missing = isnan(wanted->data[v]) ? 0 : wanted->data[v] - is->data[v];
        c->base[v] += (float)m->shares[i] * missing;
        for (size_t k = 0; k < n; k++)
            c->slope[v * n + k] += (float)m->shares[((int)k + 1) * m->n + i] * missing;
    }
}

/* Of a picture, what is background stays so, and nothing else becomes it. */
static void change_apply(const LamTemplateMove *m, const Change *c, bool scores)
{
    const LamParameters *p = m->now.parameters;
    float *to = lam_parameters_find(p, scores ? LAM_TEMPLATE_SCORES : LAM_TEMPLATE_PICTURE);
    float *slope =
        lam_parameters_find(p, scores ? LAM_TEMPLATE_SCORES_SLOPE : LAM_TEMPLATE_PICTURE_SLOPE);
    size_t n = slope != NULL ? (size_t)m->config.n_attributes : 0;
    for (size_t v = 0; v < c->count; v++) {
        if (!scores && to[v] == 0)
            continue;
        to[v] += c->base[v];
        if (!scores && fabsf(to[v]) < DARKEST)
            to[v] = DARKEST;
        for (size_t k = 0; k < n; k++)
            slope[v * n + k] += c->slope[v * n + k];
    }
}

/* Adds to the change what the person's template, moved, says of the picture or of the scores. */
static bool compare(const LamTemplateMove *m, int i, bool scores, Change *change, GError **error)
{
    g_autoptr(LamVolume) is = evaluate(m, &m->now, scores, values_at(m, i), error);
    g_autoptr(LamVolume) origin =
        is != NULL ? evaluate(m, &m->origin, scores, values_at(m, i), error) : NULL;
    g_autoptr(LamVolume) moved =
        origin != NULL ? lam_resample_field(origin, &is->grid, m->way[i], LAM_CUBIC, NAN, error)
                       : NULL;
    if (moved == NULL)
        return false;
    change_add(m, change, i, moved, is);
    return true;
}

static bool take_step(LamTemplateMove *m, int i, const LamVolume *step, GError **error)
{
    LamVolume *way =
        m->way[i] != NULL ? chain(step, m->way[i], error) : lam_volume_ref((LamVolume *)step);
    g_clear_pointer(&m->way[i], lam_volume_unref);
    m->way[i] = way;
    return way != NULL;
}

typedef struct {
    LamVolume *explained[MOST_TERMS];
    double length;
    Change picture, scores;
} Moving;

static bool move_person(LamTemplateMove *m, int i, Moving *moving, GError **error)
{
    bool scores = m->config.n_structures > 0;
    g_autoptr(LamVolume) step = step_of(m, i, moving->explained, moving->length, error);
    return step != NULL && take_step(m, i, step, error) &&
           compare(m, i, false, &moving->picture, error) &&
           (!scores || compare(m, i, true, &moving->scores, error));
}

static bool move_all(LamTemplateMove *m, LamVolume *const *d, Moving *moving, GError **error)
{
    for (int k = 0; k < m->terms; k++)
        if ((moving->explained[k] = lam_template_move_explained(m, d, k, error)) == NULL)
            return false;
    for (int i = 0; i < m->n; i++)
        if (!move_person(m, i, moving, error))
            return false;
    change_apply(m, &moving->picture, false);
    if (m->config.n_structures > 0)
        change_apply(m, &moving->scores, true);
    lam_graph_touch(m->now.graph, NULL);
    return true;
}

bool lam_template_move(LamTemplateMove *m, LamVolume *const *d, double length, GError **error)
{
    g_auto(Change) picture = change_new(m, false);
    g_auto(Change) scores = change_new(m, true);
    Moving moving = {.length = length, .picture = picture, .scores = scores};
    bool ok = move_all(m, d, &moving, error);
    for (int k = 0; k < MOST_TERMS; k++)
        g_clear_pointer(&moving.explained[k], lam_volume_unref);
    return ok;
}
