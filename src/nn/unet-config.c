/* The architecture as text: in recipes and in the metadata of models. */
#include <lambdascope/error.h>
#include <lambdascope/unet.h>
#include <math.h>
#include <string.h>

#define MAX_CHANNELS    1024
#define MAX_STRUCTURES  255
#define MAX_SIZE        512
#define MAX_VOXELS      (256 * 256 * 256)
#define CONCAT_MULTIPLE 16 /* the largest channel block, whatever this machine's */

/* What a model of a key that changes what is computed is called, so that programs from before the key refuse
 * it, rather than leave the key out. */
static const char *const architectures[] = {"hypermorph-unet-1", "hypermorph-unet-2",
                                            "hypermorph-unet-3", "hypermorph-unet-4"};

static const char *const generated_names[] = {"none", "decoder", "all"};
static const char *const skip_names[] = {"concat", "add"};
static const char *const truth_names[] = {"false", "true"};
static const char *const keys[] = {"size",   "spacing_mm", "encoder", "decoder",          "final",
                                   "hidden", "generated",  "skip",    "integration_steps"};
static const char *const optional_keys[] = {"uncertain",        "hyper_labels",     "hyper_classes",
                                            "features_encoder", "features_decoder", "structures",
                                            "structure_parts",  "structure_fine",   "hidden_slope",
                                            "cascade",          "correlation"};

LamUnetConfig lam_unet_config_default(void)
{
    return (LamUnetConfig){
        .size = {80, 96, 80},
        .spacing_mm = 2,
        .n_encoder = 5,
        .encoder = {16, 32, 32, 32, 32},
        .n_decoder = 4,
        .decoder = {32, 32, 32, 32},
        .n_final = 1,
        .final = {16},
        .n_hidden = 4,
        .hidden = {32, 32, 32, 32},
        .generated = LAM_GENERATED_DECODER,
        .skip = LAM_SKIP_ADD,
        .integration_steps = 7,
    };
}

static bool wrong(GError **error, const char *key, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "architecture: %s: %s", key, why);
    return false;
}

static bool check_list(const char *key, int n, const int *list, int min_n, int low, int high,
                       GError **error)
{
    if (n < min_n || n > LAM_UNET_MAX_LEVELS)
        return wrong(error, key, "too few or too many entries");
    for (int i = 0; i < n; i++)
        if (list[i] < low || list[i] > high)
            return wrong(error, key, "value out of range");
    return true;
}

/* The features of both scans enter the registration as whole channel blocks, if nothing is made of them. */
static bool check_features(const LamUnetConfig *c, GError **error)
{
    int n = c->n_features_decoder;
    if (c->n_features_encoder == 0 && n == 0)
        return (c->structures == 0 && !c->structure_parts && c->n_structure_fine == 0) ||
               wrong(error,
                     c->structures > 0    ? "structures"
                     : c->structure_parts ? "structure_parts"
                                          : "structure_fine",
                     "need features_encoder");
    if (!check_list("features_encoder", c->n_features_encoder, c->features_encoder, 2, 1,
                    MAX_CHANNELS, error) ||
        !check_list("features_decoder", n, c->features_decoder, 1, 1, MAX_CHANNELS, error))
        return false;
    if (n > c->n_features_encoder)
        return wrong(error, "features_decoder", "more levels than features_encoder");
    for (int i = 0; i < n; i++)
        if (c->features_decoder[i] % CONCAT_MULTIPLE != 0 &&
            ((i == n - 1 && c->structures == 0) || (i < n - 1 && c->skip == LAM_SKIP_CONCAT)))
            return wrong(error, "features_decoder", "channels must be multiples of 16");
    if (c->structures < 0 || c->structures > MAX_STRUCTURES)
        return wrong(error, "structures", "must be within 0 and 255");
    if (c->structure_parts && c->structures == 0)
        return wrong(error, "structure_parts", "need structures");
    if (c->structure_parts && c->n_features_decoder == c->n_features_encoder)
        return wrong(error, "structure_parts", "are finer than the scans");
    if (c->n_structure_fine > 0 && !c->structure_parts)
        return wrong(error, "structure_fine", "needs structure_parts");
    return check_list("structure_fine", c->n_structure_fine, c->structure_fine, 0, 1, MAX_CHANNELS,
                      error);
}

/* Channels of the two scans' looks enter side by side, as whole blocks. */
static bool check_cascade(const LamUnetConfig *c, GError **error)
{
    if (c->n_cascade == 0)
        return true;
    if (!check_list("cascade", c->n_cascade, c->cascade, 2, 1, MAX_CHANNELS, error))
        return false;
    if (c->cascade[0] % CONCAT_MULTIPLE != 0)
        return wrong(error, "cascade", "the first must be a multiple of 16");
    if (c->uncertain)
        return wrong(error, "cascade", "cannot be uncertain");
    int halvings = c->n_encoder - c->n_decoder;
    return halvings <= (c->structure_parts ? 0 : 1) ||
           wrong(error, "cascade",
                 "the field is too coarse for it: more decoder levels are needed");
}

bool lam_unet_config_check(const LamUnetConfig *c, GError **error)
{
    if (!check_list("size", 3, c->size, 3, 1, MAX_SIZE, error) ||
        !check_list("encoder", c->n_encoder, c->encoder, 2, 1, MAX_CHANNELS, error) ||
        !check_list("decoder", c->n_decoder, c->decoder, 1, 1, MAX_CHANNELS, error) ||
        !check_list("final", c->n_final, c->final, 0, 1, MAX_CHANNELS, error) ||
        !check_list("hidden", c->n_hidden, c->hidden, c->generated != LAM_GENERATED_NONE, 1,
                    MAX_CHANNELS, error))
        return false;
    if (c->n_decoder > c->n_encoder)
        return wrong(error, "decoder", "more levels than the encoder");
    if (!(c->spacing_mm >= 0.1 && c->spacing_mm <= 20))
        return wrong(error, "spacing_mm", "must be within 0.1 and 20");
    if (c->integration_steps < 0 || c->integration_steps > 12)
        return wrong(error, "integration_steps", "must be within 0 and 12");
    if (c->hyper_labels && c->generated == LAM_GENERATED_NONE)
        return wrong(error, "hyper_labels", "needs generated=decoder or all");
    if (c->hyper_classes != 0 && (c->hyper_classes < 2 || c->hyper_classes > LAM_UNET_MAX_CLASSES))
        return wrong(error, "hyper_classes", "must be 0 or within 2 and 16");
    if (c->hyper_classes != 0 && c->generated == LAM_GENERATED_NONE)
        return wrong(error, "hyper_classes", "needs generated=decoder or all");
    for (int i = 0; i + 1 < c->n_decoder && c->skip == LAM_SKIP_CONCAT; i++)
        if (c->decoder[i] % CONCAT_MULTIPLE != 0)
            return wrong(error, "decoder", "with skip=concat, channels must be multiples of 16");
    if (!(c->hidden_slope >= 0 && c->hidden_slope < 1))
        return wrong(error, "hidden_slope", "must be 0 or above, and below 1");
    if (c->correlation < 0 || c->correlation > MAX_CHANNELS)
        return wrong(error, "correlation", "value out of range");
    if (c->correlation > 0 && c->structures == 0)
        return wrong(error, "correlation", "needs structures");
    if (!check_features(c, error) || !check_cascade(c, error))
        return false;
    int multiple = 1 << MAX(c->n_features_encoder - 1,
                            c->n_features_encoder - c->n_features_decoder + c->n_encoder - 1);
    for (int i = 0; i < 3; i++)
        if (c->size[i] != 1 && c->size[i] % multiple != 0)
            return wrong(error, "size", "must be divisible by 2^(levels - 1), or 1");
    if ((gint64)c->size[0] * c->size[1] * c->size[2] > MAX_VOXELS)
        return wrong(error, "size", "more than 256^3 voxels");
    if (c->size[0] < 2 || c->size[1] < 2)
        return wrong(error, "size", "only the third axis may be 1");
    return true;
}

static char *list_text(int n, const int *list)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < n; i++)
        g_string_append_printf(text, "%s%d", i > 0 ? "," : "", list[i]);
    return g_string_free(text, FALSE);
}

static void write_list(LamSafetensors *file, const char *key, int n, const int *list)
{
    g_autofree char *text = list_text(n, list);
    lam_safetensors_set_metadata(file, key, text);
}

void lam_unet_config_write(const LamUnetConfig *c, LamSafetensors *file)
{
    int name = c->correlation > 0                        ? 3
               : c->n_cascade > 0 || c->hidden_slope > 0 ? 2
                                                         : c->structure_parts;
    lam_safetensors_set_metadata(file, "architecture", architectures[name]);
    lam_safetensors_set_number(file, "spacing_mm", c->spacing_mm);
    write_list(file, "size", 3, c->size);
    write_list(file, "encoder", c->n_encoder, c->encoder);
    write_list(file, "decoder", c->n_decoder, c->decoder);
    write_list(file, "final", c->n_final, c->final);
    write_list(file, "hidden", c->n_hidden, c->hidden);
    write_list(file, "integration_steps", 1, &c->integration_steps);
    lam_safetensors_set_metadata(file, "generated", generated_names[c->generated]);
    lam_safetensors_set_metadata(file, "skip", skip_names[c->skip]);
    if (c->uncertain)
        lam_safetensors_set_metadata(file, "uncertain", "true");
    if (c->hyper_labels)
        lam_safetensors_set_metadata(file, "hyper_labels", "true");
    if (c->hyper_classes > 0)
        write_list(file, "hyper_classes", 1, &c->hyper_classes);
    if (c->n_features_encoder > 0) {
        write_list(file, "features_encoder", c->n_features_encoder, c->features_encoder);
        write_list(file, "features_decoder", c->n_features_decoder, c->features_decoder);
    }
    if (c->structures > 0)
        write_list(file, "structures", 1, &c->structures);
    if (c->structure_parts)
        lam_safetensors_set_metadata(file, "structure_parts", "true");
    if (c->n_structure_fine > 0)
        write_list(file, "structure_fine", c->n_structure_fine, c->structure_fine);
    if (c->hidden_slope > 0)
        lam_safetensors_set_number(file, "hidden_slope", c->hidden_slope);
    if (c->n_cascade > 0)
        write_list(file, "cascade", c->n_cascade, c->cascade);
    if (c->correlation > 0)
        write_list(file, "correlation", 1, &c->correlation);
}

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

static bool parse_name(const char *text, const char *const *names, int n, int *index)
{
    for (*index = 0; *index < n; (*index)++)
        if (g_str_equal(text, names[*index]))
            return true;
    return false;
}

static bool set_truth(bool *to, const char *key, const char *value, GError **error)
{
    int index = 0;
    bool known = parse_name(value, truth_names, G_N_ELEMENTS(truth_names), &index);
    *to = known && index == 1;
    return known || wrong(error, key, "must be true or false");
}

static bool set_number(double *to, const char *key, const char *value, GError **error)
{
    char *end = NULL;
    *to = g_ascii_strtod(value, &end);
    return (end != value && *end == '\0') || wrong(error, key, "must be a number");
}

bool lam_unet_config_set(LamUnetConfig *c, const char *key, const char *value, GError **error)
{
    struct {
        const char *key;
        int *n, *list;
    } lists[] = {{"encoder", &c->n_encoder, c->encoder},
                 {"decoder", &c->n_decoder, c->decoder},
                 {"final", &c->n_final, c->final},
                 {"hidden", &c->n_hidden, c->hidden},
                 {"features_encoder", &c->n_features_encoder, c->features_encoder},
                 {"features_decoder", &c->n_features_decoder, c->features_decoder},
                 {"structure_fine", &c->n_structure_fine, c->structure_fine},
                 {"cascade", &c->n_cascade, c->cascade}};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        if (g_str_equal(key, lists[i].key)) {
            int n = parse_list(value, lists[i].list, LAM_UNET_MAX_LEVELS);
            *lists[i].n = MAX(n, 0);
            return n >= 0 || wrong(error, key, "not a short list of numbers");
        }
    int index = 0;
    if (g_str_equal(key, "size"))
        return parse_list(value, c->size, 3) == 3 || wrong(error, key, "must be three numbers");
    if (g_str_equal(key, "integration_steps"))
        return parse_list(value, &c->integration_steps, 1) == 1 ||
               wrong(error, key, "must be a number");
    if (g_str_equal(key, "hyper_classes"))
        return parse_list(value, &c->hyper_classes, 1) == 1 ||
               wrong(error, key, "must be a number");
    if (g_str_equal(key, "structures"))
        return parse_list(value, &c->structures, 1) == 1 || wrong(error, key, "must be a number");
    if (g_str_equal(key, "correlation"))
        return parse_list(value, &c->correlation, 1) == 1 || wrong(error, key, "must be a number");
    if (g_str_equal(key, "spacing_mm"))
        return set_number(&c->spacing_mm, key, value, error);
    if (g_str_equal(key, "hidden_slope"))
        return set_number(&c->hidden_slope, key, value, error);
    if (g_str_equal(key, "generated")) {
        bool known = parse_name(value, generated_names, G_N_ELEMENTS(generated_names), &index);
        c->generated = (LamGenerated)(known ? index : 0);
        return known || wrong(error, key, "must be none, decoder or all");
    }
    if (g_str_equal(key, "skip")) {
        bool known = parse_name(value, skip_names, G_N_ELEMENTS(skip_names), &index);
        c->skip = (LamSkip)(known ? index : 0);
        return known || wrong(error, key, "must be concat or add");
    }
    if (g_str_equal(key, "uncertain"))
        return set_truth(&c->uncertain, key, value, error);
    if (g_str_equal(key, "hyper_labels"))
        return set_truth(&c->hyper_labels, key, value, error);
    if (g_str_equal(key, "structure_parts"))
        return set_truth(&c->structure_parts, key, value, error);
    return wrong(error, key, "unknown key");
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
    int index = 0;
    if (name == NULL) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MODEL, "its architecture is not stated");
        return false;
    }
    if (parse_name(name, architectures, G_N_ELEMENTS(architectures), &index))
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
        const char *value = lam_safetensors_metadata(file, keys[i]);
        if (value == NULL) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "architecture: %s is missing", keys[i]);
            return false;
        }
        if (!lam_unet_config_set(config, keys[i], value, error))
            return as_model_error(error);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(optional_keys); i++) {
        const char *value = lam_safetensors_metadata(file, optional_keys[i]);
        if (value != NULL && !lam_unet_config_set(config, optional_keys[i], value, error))
            return as_model_error(error);
    }
    return lam_unet_config_check(config, error) || as_model_error(error);
}

static bool same_list(int n, const int *a, int m, const int *b)
{
    return n == m && memcmp(a, b, sizeof *a * (size_t)n) == 0;
}

bool lam_unet_config_equal(const LamUnetConfig *a, const LamUnetConfig *b)
{
    return same_list(3, a->size, 3, b->size) && a->spacing_mm == b->spacing_mm &&
           same_list(a->n_encoder, a->encoder, b->n_encoder, b->encoder) &&
           same_list(a->n_decoder, a->decoder, b->n_decoder, b->decoder) &&
           same_list(a->n_final, a->final, b->n_final, b->final) &&
           same_list(a->n_hidden, a->hidden, b->n_hidden, b->hidden) &&
           a->generated == b->generated && a->skip == b->skip &&
           a->integration_steps == b->integration_steps && a->uncertain == b->uncertain &&
           a->hyper_labels == b->hyper_labels && a->hyper_classes == b->hyper_classes &&
           same_list(a->n_features_encoder, a->features_encoder, b->n_features_encoder,
                     b->features_encoder) &&
           same_list(a->n_features_decoder, a->features_decoder, b->n_features_decoder,
                     b->features_decoder) &&
           a->structures == b->structures && a->structure_parts == b->structure_parts &&
           same_list(a->n_structure_fine, a->structure_fine, b->n_structure_fine,
                     b->structure_fine) &&
           a->hidden_slope == b->hidden_slope &&
           same_list(a->n_cascade, a->cascade, b->n_cascade, b->cascade) &&
           a->correlation == b->correlation;
}

/* Halvings between the scans and what the registration sees. */
static int feature_halvings(const LamUnetConfig *c)
{
    return c->n_features_encoder - c->n_features_decoder;
}

int lam_unet_scores(const LamUnetConfig *c)
{
    int n = c->structures + 1;
    return c->structures > 0 ? (n + CONCAT_MULTIPLE - 1) / CONCAT_MULTIPLE * CONCAT_MULTIPLE : 0;
}

int lam_unet_field_factor(const LamUnetConfig *config)
{
    return 1 << (feature_halvings(config) + config->n_encoder - config->n_decoder);
}

void lam_unet_field_size(const LamUnetConfig *config, int size[3])
{
    int factor = lam_unet_field_factor(config);
    for (int i = 0; i < 3; i++)
        size[i] = config->size[i] == 1 ? 1 : config->size[i] / factor;
}
