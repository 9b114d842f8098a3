/* Attributes in words, and what may be asked for. */
#include <lambdascope/template.h>

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

#define DESCRIPTION_MAX 79 /* bytes that NIfTI has */

static bool is_word(const LamAttribute *attribute)
{
    return attribute->word[0][0] != '\0';
}

static const char *word_of(const LamAttribute *attribute, double value)
{
    return attribute->word[value > 0.5];
}

static bool check_number(const LamAttribute *a, double value, GError **error)
{
    double width = a->high - a->low;
    if (value >= a->low - width && value <= a->high + width)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot make the template: %s %g: it was trained on %g to %g, and says nothing so "
                "far outside",
                a->name, value, a->low, a->high);
    return false;
}

bool lam_template_check(const LamTemplateConfig *config, const double *values, GError **error)
{
    for (int i = 0; i < config->n_attributes; i++) {
        const LamAttribute *a = &config->attribute[i];
        if (!isfinite(values[i])) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot make the template: %s: must be a number", a->name);
            return false;
        }
        if (is_word(a) && values[i] != 0 && values[i] != 1) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot make the template: %s: must be %s (0) or %s (1), not %g", a->name,
                        a->word[0], a->word[1], values[i]);
            return false;
        }
        if (!is_word(a) && !check_number(a, values[i], error))
            return false;
    }
    return true;
}

void lam_template_values_at(const LamTemplateConfig *config, double share, double *values)
{
    for (int i = 0; i < config->n_attributes; i++) {
        const LamAttribute *a = &config->attribute[i];
        values[i] = is_word(a) ? 0 : lam_template_number_at(a, share);
    }
}

double lam_template_number_at(const LamAttribute *attribute, double share)
{
    return attribute->low + share * (attribute->high - attribute->low);
}

double lam_template_number_share(const LamAttribute *attribute, double value)
{
    return (value - attribute->low) / (attribute->high - attribute->low);
}

/* With a point in every language. */
static void append_number(GString *text, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(text, g_ascii_formatd(number, sizeof number, "%g", value));
}

char *lam_template_text(const LamTemplateConfig *config, const double *values)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < config->n_attributes; i++) {
        const LamAttribute *a = &config->attribute[i];
        g_string_append_printf(text, "%s%s=", i > 0 ? " " : "", a->name);
        if (is_word(a))
            g_string_append(text, word_of(a, values[i]));
        else
            append_number(text, values[i]);
    }
    return g_string_free(text, FALSE);
}

static bool parse_one(const LamTemplateConfig *config, const char *word, double *values,
                      GError **error)
{
    g_autoptr(GError) why = NULL;
    g_auto(GStrv) parts = g_strsplit(word, "=", 2);
    for (int i = 0; parts[0] != NULL && parts[1] != NULL && i < config->n_attributes; i++)
        if (strcmp(config->attribute[i].name, parts[0]) == 0 &&
            lam_attribute_parse(&config->attribute[i], parts[1], &values[i], &why))
            return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot make the template: %s: %s", word,
                why != NULL ? why->message : "it has no such attribute");
    return false;
}

bool lam_template_parse(const LamTemplateConfig *config, const char *text, double *values,
                        GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word != NULL; word++)
        if (**word != '\0' && !parse_one(config, *word, values, error))
            return false;
    return true;
}

char *lam_template_title(const LamTemplateConfig *config, const double *values)
{
    GString *text = g_string_new(config->n_attributes > 0 ? NULL : "template");
    for (int i = 0; i < config->n_attributes; i++) {
        const LamAttribute *a = &config->attribute[i];
        g_string_append(text, i > 0 ? " " : "");
        if (is_word(a))
            g_string_append(text, word_of(a, values[i]));
        else
            g_string_append_printf(text, "%s %.3g", a->name, values[i]);
    }
    return g_string_free(text, FALSE);
}

char *lam_template_provenance(const LamModel *model, const double *values)
{
    const char *hash = lam_model_hash(model);
    g_autofree char *attributes = lam_template_text(lam_model_template(model), values);
    char *text = g_strdup_printf("lam template %s %s", hash != NULL ? hash : "", attributes);
    text[MIN(strlen(text), (size_t)DESCRIPTION_MAX)] = '\0';
    return g_strchomp(text);
}
