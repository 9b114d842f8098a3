/* The architecture as text: in recipes and in the metadata of models. */
#include "unet-config.h"

#include <lambdascope/error.h>
#include <string.h>

/* What a model of a key that changes what is computed is called, so that programs from before the key refuse
 * it, rather than leave the key out. */
static const char *const architectures[] = {"hypermorph-unet-1", "hypermorph-unet-2",
                                            "hypermorph-unet-3", "hypermorph-unet-4",
                                            "hypermorph-unet-5", "hypermorph-unet-6"};

/* ---- the keys ---- */

typedef enum { LIST, SIZE, WHOLE, NUMBER, TRUTH, GENERATED, SKIP } Kind;

typedef struct {
    const char *key;
    Kind kind;
    size_t at, count_at; /* of the value in LamUnetConfig, of a list's length */
    bool optional;       /* not written where it is 0, false or empty */
} Key;

#define AT(member)        offsetof(LamUnetConfig, member)
#define LIST_KEY(member)  #member, LIST, AT(member), AT(n_##member)
#define KEY(member, kind) #member, kind, AT(member), 0

static const Key keys[] = {
    {KEY(size, SIZE), false},
    {KEY(spacing_mm, NUMBER), false},
    {LIST_KEY(encoder), false},
    {LIST_KEY(decoder), false},
    {LIST_KEY(final), false},
    {LIST_KEY(hidden), false},
    {KEY(generated, GENERATED), false},
    {KEY(skip, SKIP), false},
    {KEY(integration_steps, WHOLE), false},
    {KEY(uncertain, TRUTH), true},
    {KEY(hyper_labels, TRUTH), true},
    {KEY(hyper_classes, WHOLE), true},
    {LIST_KEY(features_encoder), true},
    {LIST_KEY(features_decoder), true},
    {KEY(structures, WHOLE), true},
    {KEY(structure_parts, TRUTH), true},
    {LIST_KEY(structure_fine), true},
    {KEY(hidden_slope, NUMBER), true},
    {KEY(correlation, WHOLE), true},
    {KEY(scans, TRUTH), true},
    {KEY(first_lambda, NUMBER), true},
};

typedef struct {
    const char *const *name;
    int count;
    const char *wrong;
} Names;

static const char *const generated_names[] = {"none", "decoder", "all"};
static const char *const skip_names[] = {"concat", "add"};
static const char *const truth_names[] = {"false", "true"};

static Names names_of(Kind kind)
{
    switch (kind) {
    case GENERATED:
        return (Names){generated_names, G_N_ELEMENTS(generated_names),
                       "must be none, decoder or all"};
    case SKIP:
        return (Names){skip_names, G_N_ELEMENTS(skip_names), "must be concat or add"};
    default:
        return (Names){truth_names, G_N_ELEMENTS(truth_names), "must be true or false"};
    }
}

static const Key *find_key(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(name, keys[i].key))
            return &keys[i];
    return NULL;
}

/* ---- to text ---- */

static int index_of(const LamUnetConfig *c, const Key *k)
{
    const char *at = (const char *)c + k->at;
    switch (k->kind) {
    case GENERATED:
        return (int)*(const LamGenerated *)at;
    case SKIP:
        return (int)*(const LamSkip *)at;
    default:
        return *(const bool *)at;
    }
}

static char *list_text(int n, const int *list)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < n; i++)
        g_string_append_printf(text, "%s%d", i > 0 ? "," : "", list[i]);
    return g_string_free(text, FALSE);
}

static char *text_of(const LamUnetConfig *c, const Key *k)
{
    const char *at = (const char *)c + k->at;
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    switch (k->kind) {
    case LIST:
        return list_text(*(const int *)((const char *)c + k->count_at), (const int *)at);
    case SIZE:
        return list_text(3, (const int *)at);
    case WHOLE:
        return list_text(1, (const int *)at);
    case NUMBER:
        return g_strdup(g_ascii_formatd(number, sizeof number, "%.15g", *(const double *)at));
    default:
        return g_strdup(names_of(k->kind).name[index_of(c, k)]);
    }
}

static bool is_nothing(const char *text)
{
    return *text == '\0' || g_str_equal(text, "0") || g_str_equal(text, "false");
}

static const char *architecture_of(const LamUnetConfig *c)
{
    bool leaks = c->hidden_slope > 0 && c->generated != LAM_GENERATED_NONE;
    int index = c->first_lambda > 0  ? 5
                : c->scans           ? 4
                : c->correlation > 0 ? 3
                : leaks              ? 2
                                     : c->structure_parts;
    return architectures[index];
}

void lam_unet_config_write(const LamUnetConfig *c, LamSafetensors *file)
{
    lam_safetensors_set_metadata(file, "architecture", architecture_of(c));
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *text = text_of(c, &keys[i]);
        if (!keys[i].optional || !is_nothing(text))
            lam_safetensors_set_metadata(file, keys[i].key, text);
    }
}

bool lam_unet_config_equal(const LamUnetConfig *a, const LamUnetConfig *b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *one = text_of(a, &keys[i]), *other = text_of(b, &keys[i]);
        if (!g_str_equal(one, other))
            return false;
    }
    return true;
}

/* ---- from text ---- */

/* "16,32" or "16;32" into list; the number of entries, or -1. */
static int parse_list(const char *text, int *list, int max)
{
    if (*text == '\0')
        return 0;
    g_auto(GStrv) parts = g_strsplit_set(text, ",;", -1);
    int n = (int)g_strv_length(parts);
    if (n > 1 && *g_strstrip(parts[n - 1]) == '\0')
        n--; /* key files allow a closing separator */
    if (n > max)
        return -1;
    for (int i = 0; i < n; i++) {
        gint64 value = 0;
        if (!g_ascii_string_to_signed(g_strstrip(parts[i]), 10, 0, G_MAXINT32, &value, NULL))
            return -1;
        list[i] = (int)value;
    }
    return n;
}

static bool set_list(LamUnetConfig *c, const Key *k, const char *value, GError **error)
{
    int n = parse_list(value, (int *)((char *)c + k->at), LAM_UNET_MAX_LEVELS);
    *(int *)((char *)c + k->count_at) = MAX(n, 0);
    return n >= 0 || lam_unet_config_wrong(error, k->key, "not a short list of numbers");
}

static bool set_number(double *to, const char *key, const char *value, GError **error)
{
    char *end = NULL;
    *to = g_ascii_strtod(value, &end);
    return (end != value && *end == '\0') || lam_unet_config_wrong(error, key, "must be a number");
}

static bool set_name(LamUnetConfig *c, const Key *k, const char *value, GError **error)
{
    char *at = (char *)c + k->at;
    Names names = names_of(k->kind);
    int index = 0;
    while (index < names.count && !g_str_equal(value, names.name[index]))
        index++;
    bool known = index < names.count;
    if (!known)
        index = 0;
    if (k->kind == GENERATED)
        *(LamGenerated *)at = (LamGenerated)index;
    else if (k->kind == SKIP)
        *(LamSkip *)at = (LamSkip)index;
    else
        *(bool *)at = index == 1;
    return known || lam_unet_config_wrong(error, k->key, names.wrong);
}

bool lam_unet_config_set(LamUnetConfig *c, const char *key, const char *value, GError **error)
{
    const Key *k = find_key(key);
    if (k == NULL)
        return lam_unet_config_wrong(error, key, "unknown key");
    char *at = (char *)c + k->at;
    switch (k->kind) {
    case LIST:
        return set_list(c, k, value, error);
    case SIZE:
        return parse_list(value, (int *)at, 3) == 3 ||
               lam_unet_config_wrong(error, key, "must be three numbers");
    case WHOLE:
        return parse_list(value, (int *)at, 1) == 1 ||
               lam_unet_config_wrong(error, key, "must be a number");
    case NUMBER:
        return set_number((double *)at, key, value, error);
    default:
        return set_name(c, k, value, error);
    }
}

/* The same mistakes, but in a file that claims to be a model. */
static bool as_model_error(GError **error)
{
    if (error != NULL && *error != NULL)
        (*error)->code = LAM_ERROR_MODEL;
    return false;
}

/* Parts in a file of the first name come from before there was a second one, and are what they are now. */
static bool check_architecture(const char *name, GError **error)
{
    if (name == NULL) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MODEL, "its architecture is not stated");
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(architectures); i++)
        if (g_str_equal(name, architectures[i]))
            return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL,
                "its architecture is %s; this version knows %s to %s", name, architectures[0],
                architectures[G_N_ELEMENTS(architectures) - 1]);
    return false;
}

bool lam_unet_config_read(LamUnetConfig *config, const LamSafetensors *file, GError **error)
{
    memset(config, 0, sizeof *config);
    if (!check_architecture(lam_safetensors_metadata(file, "architecture"), error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *value = lam_safetensors_metadata(file, keys[i].key);
        if (value == NULL && keys[i].optional)
            continue;
        if (value == NULL) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "architecture: %s is missing",
                        keys[i].key);
            return false;
        }
        if (!lam_unet_config_set(config, keys[i].key, value, error))
            return as_model_error(error);
    }
    return lam_unet_config_check(config, error) || as_model_error(error);
}
