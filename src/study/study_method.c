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

/* One that is optimised; takes the name. */
static LamStudyMethod *optimised_new(LamStudyMethodKind kind, char *name, const char *similarity,
                                     double lambda, double seconds, GError **error)
{
    g_autoptr(LamStudyMethod) method = method_new(kind, name);
    method->lambda = lambda;
    method->seconds = seconds;
    if (lam_similarity_parse(similarity, &method->similarity) &&
        method->similarity <= LAM_SIMILARITY_MSE)
        return g_steal_pointer(&method);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot optimise a registration: %s: no such similarity", similarity);
    return NULL;
}

LamStudyMethod *lam_study_method_new_classical(const char *similarity, double lambda,
                                               double seconds, GError **error)
{
    g_autofree char *capitals = g_ascii_strup(similarity, -1);
    return optimised_new(LAM_STUDY_CLASSICAL, g_strdup_printf("classical, %s", capitals),
                         similarity, lambda, seconds, error);
}

LamStudyMethod *lam_study_method_new_refine(LamModel *model, const char *similarity, double lambda,
                                            double seconds, GError **error)
{
    g_autofree char *name = model_name(model), *capitals = g_ascii_strup(similarity, -1);
    LamStudyMethod *method =
        optimised_new(LAM_STUDY_REFINE, g_strdup_printf("%s, refined, %s", name, capitals),
                      similarity, lambda, seconds, error);
    if (method != NULL)
        method->model = lam_model_ref(model);
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
    g_autoptr(LamSnapshot) start = NULL;
    if (method->model != NULL &&
        (start = lam_session_set_lambda(session, method->lambda, false, error)) == NULL)
        return NULL;
    if (method->kind == LAM_STUDY_NETWORK)
        return g_steal_pointer(&start);
    LamRefineOptions options =
        (start != NULL ? lam_refine_options_default : lam_refine_options_classical)(method->lambda);
    options.seconds = method->seconds;
    options.similarity = method->similarity;
    return lam_session_refine(session, start, &options, NULL, progress, error);
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
