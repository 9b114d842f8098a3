#include <lambdascope/template_pair.h>

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <stdlib.h>
#include <string.h>

struct LamTemplatePair {
    struct {
        LamModel *model; /* NULL: a scan */
        LamTemplate *template;
        LamTemplatePicture *picture;
    } side[2];
    LamSession *session;
    bool stolen; /* it is somebody else's */
};

/* ---- pictures ---- */

/* The values of its structures but the first: ascending, each once. */
static int *structure_values(const LamTemplateConfig *config, int *count)
{
    int *values = g_new(int, MAX(config->n_structures, 1)), n = 0;
    for (int k = 1; k < config->n_structures; k++)
        if (config->structure[k].value > 0)
            values[n++] = config->structure[k].value;
    qsort(values, (size_t)n, sizeof *values, lam_order_ints);
    *count = 0;
    for (int i = 0; i < n; i++)
        if (*count == 0 || values[i] != values[*count - 1])
            values[(*count)++] = values[i];
    return values;
}

static bool take_labels(LamTemplate *template, LamTemplatePicture *picture, GError **error)
{
    int count;
    g_autofree int *values = structure_values(lam_template_config(template), &count);
    if (count == 0)
        return true;
    g_autoptr(LamVolume) map = lam_template_labels(template, 0, error);
    picture->labels = map != NULL ? lam_labels_new_known(map, values, count, error) : NULL;
    return picture->labels != NULL;
}

LamTemplatePicture *lam_template_picture_new(LamTemplate *template, const double *values,
                                             GError **error)
{
    const LamTemplateConfig *config = lam_template_config(template);
    if (!lam_template_check(config, values, error) || !lam_template_set(template, values, error))
        return NULL;
    g_autoptr(LamTemplatePicture) picture = g_new0(LamTemplatePicture, 1);
    g_atomic_ref_count_init(&picture->refs);
    memcpy(picture->values, values, (size_t)config->n_attributes * sizeof *values);
    picture->image = lam_template_image(template, 0, error);
    if (picture->image == NULL || !take_labels(template, picture, error))
        return NULL;
    return g_steal_pointer(&picture);
}

LamTemplatePicture *lam_template_picture_ref(LamTemplatePicture *picture)
{
    g_atomic_ref_count_inc(&picture->refs);
    return picture;
}

void lam_template_picture_unref(LamTemplatePicture *picture)
{
    if (picture == NULL || !g_atomic_ref_count_dec(&picture->refs))
        return;
    g_clear_pointer(&picture->image, lam_volume_unref);
    g_clear_pointer(&picture->labels, lam_labels_unref);
    g_free(picture);
}

/* ---- pairs ---- */

void lam_template_pair_free(LamTemplatePair *pair)
{
    if (pair == NULL)
        return;
    for (int i = 0; i < 2; i++) {
        lam_template_picture_unref(pair->side[i].picture);
        lam_template_free(pair->side[i].template);
        if (pair->side[i].model != NULL)
            lam_model_unref(pair->side[i].model);
    }
    if (!pair->stolen)
        lam_session_free(pair->session);
    g_free(pair);
}

/* Where a side begins that nobody has said anything of. */
static double first_share(const LamTemplatePairOptions *options, int side)
{
    if (options->templates[1 - side] == NULL)
        return 0.5;
    return side == LAM_TEMPLATE_PAIR_FIXED ? 1 : 0;
}

static bool open_side(LamTemplatePair *pair, const LamTemplatePairOptions *options, int side,
                      GError **error)
{
    double first[LAM_TEMPLATE_MAX_ATTRIBUTES];
    LamModel *model = options->templates[side];
    if (model == NULL)
        return true;
    pair->side[side].template = lam_template_new(model, error);
    if (pair->side[side].template == NULL)
        return false;
    pair->side[side].model = lam_model_ref(model);
    lam_template_values_at(lam_model_template(model), first_share(options, side), first);
    const double *values = options->values[side] != NULL ? options->values[side] : first;
    pair->side[side].picture = lam_template_picture_new(pair->side[side].template, values, error);
    return pair->side[side].picture != NULL;
}

static LamVolume *volume_of(const LamTemplatePair *pair, const LamTemplatePairOptions *options,
                            int side)
{
    const LamTemplatePicture *picture = pair->side[side].picture;
    return picture != NULL ? picture->image : options->scans[side];
}

LamTemplatePair *lam_template_pair_new(const LamTemplatePairOptions *options,
                                       const LamProgress *progress, GError **error)
{
    LamModel *const *templates = options->templates;
    if (templates[0] == NULL && templates[1] == NULL) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                            "cannot open template: neither of both sides is one");
        return NULL;
    }
    g_autoptr(LamTemplatePair) pair = g_new0(LamTemplatePair, 1);
    lam_progress_report(progress, 0, NULL);
    if (!open_side(pair, options, 0, error) || !open_side(pair, options, 1, error))
        return NULL;
    LamModel *own = templates[0] != NULL ? templates[0] : templates[1];
    LamMat4 same = lam_mat4_identity();
    bool one = templates[0] == templates[1];
    pair->session = lam_session_new(options->model != NULL ? options->model : own,
                                    volume_of(pair, options, 0), volume_of(pair, options, 1),
                                    options->affine != NULL ? options->affine
                                    : one                   ? &same
                                                            : NULL,
                                    options->document, progress, error);
    return pair->session != NULL ? g_steal_pointer(&pair) : NULL;
}

bool lam_template_pair_set(LamTemplatePair *pair, int side, const double *values, GError **error)
{
    if (pair->side[side].template == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot change attributes: the %s image: it is a scan, not a template",
                    side == LAM_TEMPLATE_PAIR_FIXED ? "fixed" : "moving");
        return false;
    }
    g_autoptr(LamTemplatePicture) picture =
        lam_template_picture_new(pair->side[side].template, values, error);
    if (picture == NULL)
        return false;
    bool fixed = side == LAM_TEMPLATE_PAIR_FIXED;
    if (!lam_session_exchange(pair->session, fixed ? picture->image : NULL,
                              fixed ? NULL : picture->image, error))
        return false;
    lam_template_picture_unref(pair->side[side].picture);
    pair->side[side].picture = g_steal_pointer(&picture);
    return true;
}

LamTemplatePicture *lam_template_pair_picture(const LamTemplatePair *pair, int side)
{
    return pair->side[side].picture;
}

LamModel *lam_template_pair_model(const LamTemplatePair *pair, int side)
{
    return pair->side[side].model;
}

LamSession *lam_template_pair_session(LamTemplatePair *pair)
{
    return pair->session;
}

LamSession *lam_template_pair_steal_session(LamTemplatePair *pair)
{
    pair->stolen = true;
    return pair->session;
}
