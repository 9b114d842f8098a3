/* The description of a template as text: in recipes and in the metadata of models. */
#include <lambdascope/template_net.h>

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

#define MAX_CHANNELS 256
#define FURTHEST_MM  1e5

#define KEY_ATTRIBUTES "template.attributes"
#define KEY_STRUCTURES "template.structures"
#define KEY_HIDDEN     "template.hidden"
#define KEY_DECODER    "template.decoder"
#define KEY_CENTRE     "template.centre_mm"
#define KEY_SLOPES     "template.slopes" /* "1"; missing: none */

LamTemplateConfig lam_template_config_default(void)
{
    return (LamTemplateConfig){.hidden = 32, .n_decoder = 2, .decoder = {16, 16}};
}

static bool wrong(GError **error, const char *key, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "%s: %s", key, why);
    return false;
}

/* Letters, digits and what joins words: nothing that separates the entries of a list. */
static bool take_text(char to[LAM_TEMPLATE_TEXT], const char *text)
{
    size_t n = strlen(text);
    if (n == 0 || n >= LAM_TEMPLATE_TEXT || strpbrk(text, ";:,()\"\\") != NULL ||
        !g_utf8_validate(text, -1, NULL))
        return false;
    memcpy(to, text, n + 1);
    return true;
}

/* "F,M)" */
static bool parse_words(LamAttribute *a, char *text)
{
    char *end = strchr(text, ')'), *comma = strchr(text, ',');
    if (end == NULL || end[1] != '\0' || comma == NULL)
        return false;
    *end = *comma = '\0';
    a->low = 0;
    a->high = 1;
    return take_text(a->word[0], g_strstrip(text)) && take_text(a->word[1], g_strstrip(comma + 1));
}

/* "age", "age:18:83", "sex(F,M)" */
static bool parse_attribute(LamAttribute *a, char *text)
{
    *a = (LamAttribute){0};
    char *words = strchr(text, '('), *range = strchr(text, ':'), *end = NULL;
    if (words != NULL) {
        *words = '\0';
        return take_text(a->name, g_strstrip(text)) && parse_words(a, words + 1);
    }
    if (range != NULL) {
        *range = '\0';
        a->low = g_ascii_strtod(range + 1, &end);
        if (end == range + 1 || *end != ':')
            return false;
        const char *high = end + 1;
        a->high = g_ascii_strtod(high, &end);
        if (end == high || *end != '\0')
            return false;
    }
    return take_text(a->name, g_strstrip(text));
}

bool lam_template_config_set_attributes(LamTemplateConfig *config, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    config->n_attributes = 0;
    for (char **part = parts; *part != NULL; part++) {
        if (*g_strstrip(*part) == '\0')
            continue;
        if (config->n_attributes == LAM_TEMPLATE_MAX_ATTRIBUTES)
            return wrong(error, "attributes", "at most 8");
        LamAttribute *a = &config->attribute[config->n_attributes++];
        if (!parse_attribute(a, *part))
            return wrong(error, "attributes", "must read like age;sex(F,M)");
        for (int i = 0; i + 1 < config->n_attributes; i++)
            if (g_str_equal(config->attribute[i].name, a->name))
                return wrong(error, "attributes", "one is named twice");
    }
    return true;
}

bool lam_template_config_set_decoder(LamTemplateConfig *config, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit_set(text, ",;", -1);
    config->n_decoder = 0;
    for (char **part = parts; *part != NULL; part++) {
        guint64 value = 0;
        if (config->n_decoder == LAM_UNET_MAX_LEVELS ||
            !g_ascii_string_to_unsigned(g_strstrip(*part), 10, 1, MAX_CHANNELS, &value, NULL))
            return wrong(error, "decoder", "must be one to eight numbers of channels, 1 to 256");
        config->decoder[config->n_decoder++] = (int)value;
    }
    return true;
}

static bool check_grid(const LamTemplateConfig *c, const LamUnetConfig *unet, GError **error)
{
    int multiple = c->n_attributes > 0 ? 2 << c->n_decoder : 2;
    for (int a = 0; a < 3; a++)
        if (unet->size[a] != 1 && unet->size[a] % multiple != 0)
            return wrong(error, "decoder", "the network's size cannot be halved that often");
    return true;
}

bool lam_template_config_check(const LamTemplateConfig *c, const LamUnetConfig *unet,
                               GError **error)
{
    if (c->hidden < 1 || c->hidden > MAX_CHANNELS)
        return wrong(error, "hidden", "must be within 1 and 256");
    if (c->n_decoder < 1)
        return wrong(error, "decoder", "missing");
    for (int i = 0; i < c->n_attributes; i++) {
        const LamAttribute *a = &c->attribute[i];
        if (!isfinite(a->low) || !isfinite(a->high) || !(a->low < a->high))
            return wrong(error, a->name, "must have two different values at least");
    }
    if (c->n_structures == 1)
        return wrong(error, "structures", "must be more than none");
    for (int a = 0; a < 3; a++)
        if (!(fabs(c->centre_mm[a]) <= FURTHEST_MM))
            return wrong(error, "centre_mm", "must be within 100 m");
    return check_grid(c, unet, error);
}

/* ---- metadata ---- */

static void put(GHashTable *metadata, const char *key, char *text)
{
    g_hash_table_insert(metadata, (gpointer)key, text);
}

static void append_number(GString *text, const char *before, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(text, before);
    g_string_append(text, g_ascii_dtostr(buffer, sizeof buffer, value));
}

static char *attributes_text(const LamTemplateConfig *c)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < c->n_attributes; i++) {
        const LamAttribute *a = &c->attribute[i];
        g_string_append_printf(text, "%s%s", i > 0 ? ";" : "", a->name);
        if (a->word[0][0] != '\0') {
            g_string_append_printf(text, "(%s,%s)", a->word[0], a->word[1]);
            continue;
        }
        append_number(text, ":", a->low);
        append_number(text, ":", a->high);
    }
    return g_string_free(text, FALSE);
}

void lam_template_config_write(const LamTemplateConfig *c, GHashTable *metadata)
{
    GString *structures = g_string_new(NULL), *decoder = g_string_new(NULL),
            *centre = g_string_new(NULL);
    for (int i = 0; i < c->n_structures; i++)
        g_string_append_printf(structures, "%s%d:%s", i > 0 ? ";" : "", c->structure[i].value,
                               c->structure[i].name);
    for (int i = 0; i < c->n_decoder; i++)
        g_string_append_printf(decoder, "%s%d", i > 0 ? "," : "", c->decoder[i]);
    for (int a = 0; a < 3; a++)
        append_number(centre, a > 0 ? "," : "", c->centre_mm[a]);
    put(metadata, KEY_ATTRIBUTES, attributes_text(c));
    put(metadata, KEY_STRUCTURES, g_string_free(structures, FALSE));
    put(metadata, KEY_HIDDEN, g_strdup_printf("%d", c->hidden));
    put(metadata, KEY_DECODER, g_string_free(decoder, FALSE));
    put(metadata, KEY_CENTRE, g_string_free(centre, FALSE));
    if (c->slopes)
        put(metadata, KEY_SLOPES, g_strdup("1"));
}

static bool read_structures(LamTemplateConfig *c, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    for (char **part = parts; *part != NULL && **part != '\0'; part++) {
        char *name = strchr(*part, ':');
        gint64 value = 0;
        LamTemplateStructure *s = &c->structure[c->n_structures];
        if (name != NULL)
            *name++ = '\0';
        if (c->n_structures == LAM_TEMPLATE_MAX_STRUCTURES || name == NULL ||
            !take_text(s->name, name) ||
            !g_ascii_string_to_signed(*part, 10, 0, 1 << 24, &value, NULL))
            return wrong(error, KEY_STRUCTURES, "cannot be read");
        s->value = (int)value;
        c->n_structures++;
    }
    return true;
}

static bool read_centre(LamTemplateConfig *c, const char *text, GError **error)
{
    char *end = (char *)text;
    for (int a = 0; a < 3; a++) {
        const char *start = end + (a > 0 ? 1 : 0);
        c->centre_mm[a] = g_ascii_strtod(start, &end);
        if (end == start || *end != (a < 2 ? ',' : '\0'))
            return wrong(error, KEY_CENTRE, "must be three numbers");
    }
    return true;
}

static bool read_all(LamTemplateConfig *c, const LamSafetensors *file, const LamUnetConfig *unet,
                     GError **error)
{
    static const char *const keys[] = {KEY_ATTRIBUTES, KEY_STRUCTURES, KEY_HIDDEN, KEY_DECODER,
                                       KEY_CENTRE};
    const char *text[G_N_ELEMENTS(keys)];
    const char *slopes = lam_safetensors_metadata(file, KEY_SLOPES);
    guint64 hidden = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if ((text[i] = lam_safetensors_metadata(file, keys[i])) == NULL)
            return wrong(error, keys[i], "missing");
    if (!g_ascii_string_to_unsigned(text[2], 10, 1, MAX_CHANNELS, &hidden, NULL))
        return wrong(error, KEY_HIDDEN, "must be within 1 and 256");
    if (slopes != NULL && !g_str_equal(slopes, "1"))
        return wrong(error, KEY_SLOPES, "must be 1");
    c->hidden = (int)hidden;
    c->slopes = slopes != NULL;
    return lam_template_config_set_attributes(c, text[0], error) &&
           read_structures(c, text[1], error) &&
           lam_template_config_set_decoder(c, text[3], error) && read_centre(c, text[4], error) &&
           lam_template_config_check(c, unet, error);
}

bool lam_template_config_read(LamTemplateConfig *config, const LamSafetensors *file,
                              const LamUnetConfig *unet, bool *found, GError **error)
{
    GError *why = NULL;
    *config = (LamTemplateConfig){0};
    *found = lam_safetensors_metadata(file, KEY_ATTRIBUTES) != NULL;
    if (!*found || read_all(config, file, unet, &why))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "template: %s", why->message);
    g_error_free(why);
    return false;
}

bool lam_attribute_parse(const LamAttribute *a, const char *text, double *value, GError **error)
{
    char *end = NULL;
    if (a->word[0][0] != '\0') {
        for (int i = 0; i < 2; i++)
            if (text != NULL && g_ascii_strcasecmp(text, a->word[i]) == 0) {
                *value = i;
                return true;
            }
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "%s: \"%s\": must be %s or %s", a->name,
                    text != NULL ? text : "", a->word[0], a->word[1]);
        return false;
    }
    *value = text != NULL ? g_ascii_strtod(text, &end) : 0;
    if (text != NULL && end != text && *end == '\0' && isfinite(*value))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "%s: \"%s\": must be a number", a->name,
                text != NULL ? text : "");
    return false;
}
