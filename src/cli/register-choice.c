/* Words of lam register into options of the library. */
#include "register.h"

#include <lambdascope/error.h>

typedef struct {
    const char *word;
    int value;
} Word;

static const Word kinds[] = {{"rigid", LAM_AFFINE_RIGID},
                             {"similarity", LAM_AFFINE_SIMILARITY},
                             {"affine", LAM_AFFINE_FULL},
                             {"deformable", -LAM_AFFINE_FULL},
                             {NULL}};
static const Word methods[] = {{"network", LAM_METHOD_NETWORK},
                               {"refine", LAM_METHOD_REFINE},
                               {"classical", LAM_METHOD_CLASSICAL},
                               {NULL}};
/* auto: by the contrasts of the scans */
static const Word similarities[] = {{"auto", LAM_SIMILARITY_NONE},
                                    {"ncc", LAM_SIMILARITY_NCC},
                                    {"nmi", LAM_SIMILARITY_NMI},
                                    {"mse", LAM_SIMILARITY_MSE},
                                    {NULL}};
static const Word measures[] = {{"auto", LAM_AFFINE_AUTO},
                                {"correlation", LAM_AFFINE_CORRELATION},
                                {"nmi", LAM_AFFINE_NMI},
                                {NULL}};
static const Word interpolations[] = {
    {"linear", LAM_LINEAR}, {"nearest", LAM_NEAREST}, {"cubic", LAM_CUBIC}, {NULL}};

/* text NULL: the first word. */
static bool choose(const Word *words, const char *option, const char *text, int *value,
                   GError **error)
{
    *value = words[0].value;
    if (text == NULL)
        return true;
    g_autoptr(GString) known = g_string_new(NULL);
    for (const Word *w = words; w->word != NULL; w++) {
        if (g_str_equal(w->word, text)) {
            *value = w->value;
            return true;
        }
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", w->word);
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: %s: one of %s is needed",
                option, text, known->str);
    return false;
}

static bool choose_convention(const char *text, LamConvention *convention, GError **error)
{
    *convention = LAM_CONVENTION_AUTO;
    g_autoptr(GError) why = NULL;
    if (text == NULL || lam_convention_parse(text, convention, &why))
        return true;
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why->message);
    return false;
}

static bool misuse(GError **error, const char *message)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return false;
}

static bool check_network_options(const LamRegisterArguments *a, LamMethod method, GError **error)
{
    bool share = a->label_share != -1;
    if (share && !(a->label_share >= 0 && a->label_share <= 1))
        return misuse(error, "--label-share: a number from 0 to 1 is needed (see --help)");
    if (share && (method == LAM_METHOD_LINEAR || method == LAM_METHOD_CLASSICAL))
        return misuse(error, "--label-share: is for a network (see --help)");
    if (a->uncertainty != NULL && (method != LAM_METHOD_NETWORK || a->symmetric))
        return misuse(error, "--uncertainty: is that of the network alone, without --symmetric");
    if (a->sensitivity != NULL && (method != LAM_METHOD_NETWORK || a->symmetric))
        return misuse(error, "--sensitivity: is that of the network alone, without --symmetric");
    return true;
}

bool lam_register_choose(const LamRegisterArguments *a, LamRegisterChoice *choice, GError **error)
{
    *choice = (LamRegisterChoice){.options = lam_registration_options_default()};
    int kind, method, similarity, measure, interpolation;
    if (!choose(kinds, "transform", a->kind != NULL ? a->kind : "deformable", &kind, error) ||
        !choose(methods, "method", a->method, &method, error) ||
        !choose(similarities, "similarity", a->similarity, &similarity, error) ||
        !choose(measures, "measure", a->measure, &measure, error) ||
        !choose(interpolations, "interpolation", a->interpolation, &interpolation, error) ||
        !choose_convention(a->to, &choice->to, error) ||
        !choose_convention(a->initial_from, &choice->initial_from, error))
        return false;
    if (!(a->lambda >= 0 && a->lambda <= 1))
        return misuse(error, "--lambda: a number from 0 to 1 is needed (see --help)");
    choice->options.method = kind > 0 ? LAM_METHOD_LINEAR : method;
    if (a->similarity != NULL && choice->options.method != LAM_METHOD_REFINE &&
        choice->options.method != LAM_METHOD_CLASSICAL)
        return misuse(error, "--similarity: --method refine or classical is needed");
    choice->options.choose_similarity = similarity == LAM_SIMILARITY_NONE;
    if (!choice->options.choose_similarity)
        choice->options.terms.similarity = (LamSimilarity)similarity;
    if (!check_network_options(a, choice->options.method, error))
        return false;
    if (a->label_weight >= 0)
        choice->options.terms.label_weight = a->label_weight;
    if (a->landmark_weight >= 0)
        choice->options.terms.landmark_weight = a->landmark_weight;
    choice->options.seconds = a->seconds;
    choice->options.symmetric = a->symmetric;
    choice->interpolation = interpolation;
    choice->options.label_share = a->label_share;
    choice->options.uncertainty_samples = a->uncertainty != NULL ? LAM_UNCERTAINTY_SAMPLES : 0;
    choice->options.sensitivity = a->sensitivity != NULL;
    choice->options.affine.kind = kind > 0 ? kind : -kind;
    choice->options.affine.measure = measure;
    choice->options.lambda = a->lambda;
    choice->options.keep_initial = a->keep_initial;
    return true;
}

static void add(GPtrArray *out, const char *option, const char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(out, g_strdup_printf("--%s", option));
    g_ptr_array_add(out, g_strdup(value));
}

GPtrArray *lam_register_shared_arguments(const LamRegisterArguments *a)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    char lambda[G_ASCII_DTOSTR_BUF_SIZE];
    add(out, "lambda", g_ascii_dtostr(lambda, sizeof lambda, a->lambda));
    add(out, "transform", a->kind);
    add(out, "method", a->method);
    add(out, "similarity", a->similarity);
    add(out, "measure", a->measure);
    add(out, "model", a->model);
    add(out, "initial", a->initial);
    add(out, "initial-from", a->initial_from);
    add(out, "to", a->to);
    add(out, "interpolation", a->interpolation);
    if (a->seconds >= 0)
        add(out, "seconds", g_ascii_dtostr(lambda, sizeof lambda, a->seconds));
    if (a->label_share >= 0)
        add(out, "label-share", g_ascii_dtostr(lambda, sizeof lambda, a->label_share));
    if (a->symmetric)
        g_ptr_array_add(out, g_strdup("--symmetric"));
    if (a->keep_initial)
        g_ptr_array_add(out, g_strdup("--keep-initial"));
    return out;
}
