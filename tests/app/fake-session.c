/* A session without a network: the same interface as src/registration/session.c and src/nn/model.c, with
 * a field in closed form that is rougher the smaller λ is and folds near λ = 0. It lets the viewer and
 * `lam render` be tested where no model is, quickly and with a known answer.
 *
 * LAM_FAKE_MS: how long one λ takes (default 20); LAM_FAKE_OPEN_MS: how long opening takes; LAM_FAKE_TEMPLATE: the
 * model of the demo "template" is there; LAM_FAKE_CONTRASTS: the scans are of two contrasts. */
#include <lambdascope/curve.h>
#include <lambdascope/error.h>
#include <lambdascope/lambda_scale.h>
#include <lambdascope/resample.h>
#include <lambdascope/refine.h>
#include <lambdascope/session.h>

#include <math.h>
#include <string.h>

struct LamModel {
    gatomicrefcount refs;
    char *path;
};

struct LamSession {
    LamModel *model;
    LamVolume *fixed, *moving;
    LamMat4 affine;
    LamGrid grid, field_grid;
    guint64 document, generation;
};

static gulong microseconds_from(const char *variable, gulong fallback_ms)
{
    const char *text = g_getenv(variable);
    return (text ? (gulong)g_ascii_strtoull(text, NULL, 10) : fallback_ms) * 1000;
}

char *lam_model_find(const char *name, GError **error)
{
    bool template = name && g_str_has_prefix(name, "template") && !g_getenv("LAM_FAKE_TEMPLATE");
    if (template || (name && g_str_equal(name, "none"))) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot find model: %s: not there", name);
        return NULL;
    }
    return g_strdup(name ? name : "fake");
}

/* What the menu lists is really there: the models of $LAM_MODELS. */
GPtrArray *lam_model_folders(void)
{
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
    if (g_getenv("LAM_MODELS"))
        g_ptr_array_add(folders, g_strdup(g_getenv("LAM_MODELS")));
    return folders;
}

LamModel *lam_model_load(const char *path, GError **error)
{
    LamModel *model = g_new0(LamModel, 1);
    g_atomic_ref_count_init(&model->refs);
    model->path = g_strdup(path);
    return model;
}

LamModel *lam_model_ref(LamModel *model)
{
    g_atomic_ref_count_inc(&model->refs);
    return model;
}

void lam_model_unref(LamModel *model)
{
    if (model && g_atomic_ref_count_dec(&model->refs)) {
        g_free(model->path);
        g_free(model);
    }
}

const char *lam_model_path(const LamModel *model)
{
    return model->path;
}

const char *lam_model_title(const LamModel *model)
{
    return g_str_equal(model->path, "fake") ? "Closed form (test)" : model->path;
}

const char *lam_model_hash(const LamModel *model)
{
    return "0123456789ab";
}

void lam_model_size(const LamModel *model, int size[3])
{
    memcpy(size, (const int[3]){80, 96, 80}, 3 * sizeof(int));
}

bool lam_model_expects_brain(const LamModel *model)
{
    return !strstr(model->path, "any");
}

const LamUnetConfig *lam_model_config(const LamModel *model)
{
    static const LamUnetConfig none = {0}, tells = {.structures = 2};
    return lam_model_expects_brain(model) ? &none : &tells;
}

double lam_model_spacing_mm(const LamModel *model)
{
    return 2;
}

LamSnapshot *lam_snapshot_ref(LamSnapshot *snapshot)
{
    g_atomic_ref_count_inc(&snapshot->refs);
    return snapshot;
}

void lam_snapshot_unref(LamSnapshot *snapshot)
{
    if (snapshot && g_atomic_ref_count_dec(&snapshot->refs)) {
        g_clear_pointer(&snapshot->field, lam_volume_unref);
        g_clear_pointer(&snapshot->jacobian, lam_volume_unref);
        g_free(snapshot);
    }
}

static LamMat4 centres_affine(const LamVolume *fixed, const LamVolume *moving)
{
    LamVec3 a = lam_volume_brain_centre_mm(fixed), b = lam_volume_brain_centre_mm(moving);
    return lam_mat4_translation(b.v[0] - a.v[0], b.v[1] - a.v[1], b.v[2] - a.v[2]);
}

LamSession *lam_session_open(const LamSessionOptions *options, const LamProgress *progress,
                             GError **error)
{
    LamVolume *fixed = options->fixed, *moving = options->moving;
    gulong pause = microseconds_from("LAM_FAKE_OPEN_MS", 300) / 10;
    for (int i = 0; i < 10; i++) {
        lam_progress_report(progress, i / 10.0, i < 7 ? "aligning" : "encoding");
        if (lam_progress_cancelled(progress, error))
            return NULL;
        g_usleep(pause);
    }
    LamSession *session = g_new0(LamSession, 1);
    const int size[3] = {80, 96, 80}, half[3] = {40, 48, 40};
    LamVec3 centre = lam_volume_brain_centre_mm(fixed);
    session->model = lam_model_ref(options->model);
    session->fixed = lam_volume_ref(fixed);
    session->moving = lam_volume_ref(moving);
    session->affine = options->affine ? *options->affine : centres_affine(fixed, moving);
    session->grid = lam_grid_centred(size, 2, centre);
    session->field_grid = lam_grid_centred(half, 4, centre);
    session->document = options->document;
    return session;
}

LamSession *lam_session_new(LamModel *model, LamVolume *fixed, LamVolume *moving,
                            const LamMat4 *affine, guint64 document, const LamProgress *progress,
                            GError **error)
{
    const LamSessionOptions options = {
        .model = model, .fixed = fixed, .moving = moving, .affine = affine, .document = document};
    return lam_session_open(&options, progress, error);
}

void lam_session_free(LamSession *session)
{
    if (!session)
        return;
    lam_model_unref(session->model);
    lam_volume_unref(session->fixed);
    lam_volume_unref(session->moving);
    g_free(session);
}

const LamMat4 *lam_session_affine(const LamSession *session)
{
    return &session->affine;
}

const LamAffine *lam_session_affine_fit(const LamSession *session)
{
    static const LamAffine
        alike = {.correlation = 0.9, .agreement = 0.6, .polarity = 0.8, .tissue_polarity = 0.6},
        unlike = {.correlation = 0.1, .agreement = 0.6, .polarity = 0.1, .tissue_polarity = 0.1};
    return g_getenv("LAM_FAKE_CONTRASTS") ? &unlike : &alike;
}

const LamGrid *lam_session_model_grid(const LamSession *session)
{
    return &session->grid;
}

bool lam_session_exchange(LamSession *session, LamVolume *fixed, LamVolume *moving, GError **error)
{
    LamVolume **slots[] = {&session->fixed, &session->moving};
    LamVolume *const by[] = {fixed, moving};
    for (int side = 0; side < 2; side++)
        if (by[side]) {
            lam_volume_unref(*slots[side]);
            *slots[side] = lam_volume_ref(by[side]);
        }
    return true;
}

LamVolume *lam_session_fixed(const LamSession *session)
{
    return session->fixed;
}

LamVolume *lam_session_moving(const LamSession *session)
{
    return session->moving;
}

/* Waves that fade towards the edge of the box; shorter waves fade away as λ grows. */
static void displacement(LamVec3 x, double lambda, double d[3])
{
    double r2 = (x.v[0] * x.v[0] + x.v[1] * x.v[1] + x.v[2] * x.v[2]) / (62.0 * 62.0);
    double fade = exp(-r2 * r2);
    double coarse = 7 * (1 - lambda * lambda), fine = 3.2 * pow(1 - lambda, 4);
    d[0] = fade * (coarse * sin(x.v[1] / 24) + fine * sin(x.v[0] / 5 + x.v[1] / 9));
    d[1] =
        fade * (coarse * cos(x.v[0] / 28 + x.v[2] / 40) + fine * sin(x.v[1] / 4.6 - x.v[0] / 11));
    d[2] = fade * (coarse * 0.6 * sin(x.v[0] / 31) + fine * cos(x.v[2] / 5 + x.v[1] / 12));
}

static LamVolume *make_field(const LamSession *session, double lambda, GError **error)
{
    const LamGrid *grid = &session->field_grid;
    LamVolume *field = lam_volume_new(grid, 3, error);
    if (!field)
        return NULL;
    LamVec3 centre = lam_grid_centre_mm(grid);
    size_t voxels = lam_grid_voxels(grid);
    for (size_t at = 0; at < voxels; at++) {
        int i = (int)(at % grid->size[0]), j = (int)(at / grid->size[0]) % grid->size[1];
        int k = (int)(at / ((size_t)grid->size[0] * grid->size[1]));
        LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
        double d[3];
        for (int c = 0; c < 3; c++)
            x.v[c] -= centre.v[c];
        displacement(x, lambda, d);
        for (int c = 0; c < 3; c++)
            field->data[c * voxels + at] = (float)d[c];
    }
    return field;
}

LamSnapshot *lam_session_set_lambda(LamSession *session, double lambda, bool with_similarity,
                                    GError **error)
{
    gint64 start = g_get_monotonic_time();
    LamSnapshot *snapshot = g_new0(LamSnapshot, 1);
    g_atomic_ref_count_init(&snapshot->refs);
    snapshot->lambda = CLAMP(lambda, 0, 1);
    snapshot->field = make_field(session, snapshot->lambda, error);
    if (!snapshot->field ||
        !lam_field_statistics(snapshot->field, &snapshot->statistics, &snapshot->jacobian, error)) {
        lam_snapshot_unref(snapshot);
        return NULL;
    }
    g_usleep(microseconds_from("LAM_FAKE_MS", 20));
    snapshot->affine = session->affine;
    snapshot->similarity = with_similarity ? 0.95 - 0.2 * snapshot->lambda : NAN;
    snapshot->milliseconds = (double)(g_get_monotonic_time() - start) / 1000;
    snapshot->generation = ++session->generation;
    snapshot->document = session->document;
    return snapshot;
}

/* ---- refining: the field of a slightly larger λ, in steps of LAM_FAKE_REFINE_MS (100) ---- */

LamRefineOptions lam_refine_options_default(double lambda)
{
    return (LamRefineOptions){.lambda = lambda};
}

LamSnapshot *lam_session_refine(LamSession *session, const LamSnapshot *start,
                                const LamRefineOptions *options, LamRefineReport *report,
                                const LamProgress *progress, GError **error)
{
    for (int i = 0; i < 10; i++) {
        lam_progress_report(progress, i / 10.0, "refining");
        if (lam_progress_cancelled(progress, error))
            return NULL;
        g_usleep(microseconds_from("LAM_FAKE_REFINE_MS", 100));
    }
    LamSnapshot *snapshot =
        lam_session_set_lambda(session, MIN(options->lambda + 0.2, 1), true, error);
    if (!snapshot)
        return NULL;
    snapshot->lambda = options->lambda;
    *report = (LamRefineReport){.before.loss = 0.5, .after.loss = 0.25, .seconds = 1};
    return snapshot;
}

LamVolume *lam_session_uncertainty(LamSession *session, double lambda, int samples, guint32 seed,
                                   GError **error)
{
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot tell uncertainty: the network is not probabilistic");
    return NULL;
}

/* ---- the curve ---- */

/* Overlap is best at λ = 0.5, and flat around it. */
struct LamCurveProbe {
    LamSession *session;
    bool labels;
    int domains;
};

LamCurveProbe *lam_curve_probe_new(LamSession *session, const LamVolume *fixed_labels,
                                   LamVolume *moving_labels, const LamComposite *regions,
                                   GError **error)
{
    LamCurveProbe *probe = g_new(LamCurveProbe, 1);
    int count = regions ? lam_composite_count(regions) : 0;
    *probe = (LamCurveProbe){session, fixed_labels != NULL, count > 0 ? count + 2 : 1};
    return probe;
}

void lam_curve_probe_free(LamCurveProbe *probe)
{
    g_free(probe);
}

/* The whole is best at 0.5, each region at a greater λ than the one before. */
static void fill_domain(LamCurvePoint *point, int d, bool labels, const LamSnapshot *snapshot)
{
    double position = lam_lambda_to_position(point->lambda) - d;
    double dice = labels ? 0.8 - 0.01 * position * position : NAN;
    point->domain[d] = (LamCurveFigures){.dice = dice,
                                         .similarity = snapshot->similarity,
                                         .roughness = exp(-position),
                                         .fold_percent = snapshot->statistics.fold_percent};
    for (int b = 0; b < LAM_CURVE_BLOCKS; b++)
        point->without[d * LAM_CURVE_BLOCKS + b] = dice + 3e-4 * position * (b % 2 ? 1 : -1);
}

LamCurvePoint *lam_curve_probe_at(LamCurveProbe *probe, double lambda, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(probe->session, lambda, true, error);
    if (!snapshot)
        return NULL;
    LamCurvePoint *point = lam_curve_point_new(lambda, probe->domains, 0);
    for (int d = 0; d < probe->domains; d++)
        fill_domain(point, d, probe->labels, snapshot);
    return point;
}
