#include "template.h"

#include <string.h>

static bool wrong(GError **error, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool wrong(GError **error, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: %s (see --help)", name,
                why);
    return false;
}

/* "--age" and "--age=70", but not "--model": the name, or NULL. */
static char *foreign_name(const char *argument, const char *const *own)
{
    if (!g_str_has_prefix(argument, "--") || argument[2] == '\0' ||
        g_str_has_prefix(argument, "--help"))
        return NULL;
    g_autofree char *name = g_strndup(argument + 2, strcspn(argument + 2, "="));
    return g_strv_contains(own, name) ? NULL : g_steal_pointer(&name);
}

bool lam_cli_attributes_take(LamCliAttributes *attributes, const char *const *own, int *argc,
                             char ***argv, GError **error)
{
    int kept = 0;
    attributes->names = g_ptr_array_new_with_free_func(g_free);
    attributes->values = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < *argc; i++) {
        char *argument = (*argv)[i], *name = i > 0 ? foreign_name(argument, own) : NULL;
        if (name == NULL) {
            (*argv)[kept++] = argument;
            continue;
        }
        g_ptr_array_add(attributes->names, name);
        const char *equals = strchr(argument, '=');
        const char *value = equals != NULL ? equals + 1 : i + 1 < *argc ? (*argv)[++i] : NULL;
        if (value == NULL)
            return wrong(error, name, "a value is missing");
        g_ptr_array_add(attributes->values, g_strdup(value));
    }
    *argc = kept;
    return true;
}

void lam_cli_attributes_clear(LamCliAttributes *attributes)
{
    g_clear_pointer(&attributes->names, g_ptr_array_unref);
    g_clear_pointer(&attributes->values, g_ptr_array_unref);
}

static char *names_of(const LamTemplateConfig *config)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < config->n_attributes; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", config->attribute[i].name);
    return g_string_free(text, FALSE);
}

static int find(const LamTemplateConfig *config, const char *name)
{
    for (int i = 0; i < config->n_attributes; i++)
        if (g_ascii_strcasecmp(config->attribute[i].name, name) == 0)
            return i;
    return -1;
}

static bool missing(const LamAttribute *a, GError **error)
{
    if (a->word[0][0] != '\0')
        return wrong(error, a->name, "missing: %s or %s", a->word[0], a->word[1]);
    return wrong(error, a->name, "missing: trained on %g to %g", a->low, a->high);
}

bool lam_cli_attributes_resolve(const LamCliAttributes *attributes, const LamTemplateConfig *config,
                                int open, double *values, GError **error)
{
    bool known[LAM_TEMPLATE_MAX_ATTRIBUTES] = {false};
    g_autofree char *names = names_of(config);
    for (guint i = 0; i < attributes->names->len; i++) {
        const char *name = attributes->names->pdata[i];
        g_autoptr(GError) why = NULL;
        int k = find(config, name);
        if (k < 0)
            return wrong(error, name, "the template has no such attribute (it has %s)",
                         *names != '\0' ? names : "none");
        if (!lam_attribute_parse(&config->attribute[k], attributes->values->pdata[i], &values[k],
                                 &why))
            return wrong(error, name, "%s", why->message);
        known[k] = true;
    }
    for (int k = 0; k < config->n_attributes; k++)
        if (!known[k] && k != open)
            return missing(&config->attribute[k], error);
    return true;
}
