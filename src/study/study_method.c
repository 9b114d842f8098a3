#include <lambdascope/study_method.h>

#include <lambdascope/error.h>
#include <lambdascope/refine.h>
#include <string.h>

static LamStudyMethod *method_new(LamStudyMethodKind kind, char *name)
{
    LamStudyMethod *method = g_new0(LamStudyMethod, 1);
    method->kind = kind;
    method->name = name;
    return method;
}

LamStudyMethod *lam_study_method_new_undeformed(const char *name)
{
    return method_new(LAM_STUDY_UNDEFORMED, g_strdup(name));
}

static char *model_name(const LamModel *model)
{
    const char *path = lam_model_path(model);
    char *name = path != NULL ? g_path_get_basename(path) : g_strdup("network");
    char *suffix = strstr(name, ".safetensors");
    if (suffix != NULL)
        *suffix = '\0';
    return name;
}

LamStudyMethod *lam_study_method_new_network(LamModel *model, double lambda)
{
    LamStudyMethod *method = method_new(LAM_STUDY_NETWORK, model_name(model));
    method->model = lam_model_ref(model);
    method->lambda = lambda;
    return method;
}

LamStudyMethod *lam_study_method_new_classical(const char *similarity, double lambda,
                                               double seconds, GError **error)
{
    LamSimilarity kind;
    if (!lam_similarity_parse(similarity, &kind) || kind > LAM_SIMILARITY_MSE) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot register without a network: %s: no such similarity", similarity);
        return NULL;
    }
    g_autofree char *capitals = g_ascii_strup(similarity, -1);
    LamStudyMethod *method =
        method_new(LAM_STUDY_CLASSICAL, g_strdup_printf("classical, %s", capitals));
    method->lambda = lambda;
    method->seconds = seconds;
    method->similarity = kind;
    return method;
}

void lam_study_method_free(LamStudyMethod *method)
{
    if (method == NULL)
        return;
    g_clear_pointer(&method->model, lam_model_unref);
    g_free(method->name);
    g_free(method);
}

void lam_study_registration_clear(LamStudyRegistration *registration)
{
    g_clear_pointer(&registration->snapshot, lam_snapshot_unref);
    g_clear_pointer(&registration->session, lam_session_free);
}

static LamSnapshot *deform(const LamStudyMethod *method, LamSession *session,
                           const LamProgress *progress, GError **error)
{
    if (method->kind == LAM_STUDY_NETWORK)
        return lam_session_set_lambda(session, method->lambda, false, error);
    LamRefineOptions options = lam_refine_options_classical(method->lambda);
    options.seconds = method->seconds;
    options.similarity = method->similarity;
    return lam_session_refine(session, NULL, &options, NULL, progress, error);
}

bool lam_study_method_register(const LamStudyMethod *method, LamVolume *fixed, LamVolume *moving,
                               const LamMat4 *affine, LamStudyRegistration *out,
                               const LamProgress *progress, GError **error)
{
    LamSessionOptions options = {
        .model = method->model, .fixed = fixed, .moving = moving, .affine = affine};
    *out = (LamStudyRegistration){.session = lam_session_open(&options, progress, error)};
    if (out->session != NULL && method->kind != LAM_STUDY_UNDEFORMED)
        out->snapshot = deform(method, out->session, progress, error);
    if (out->snapshot != NULL || (out->session != NULL && method->kind == LAM_STUDY_UNDEFORMED))
        return true;
    lam_study_registration_clear(out);
    return false;
}
