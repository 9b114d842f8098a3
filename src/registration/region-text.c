/* A region as it is typed: "name=ventricles;labels=51,52;lambda=0.8". */
#include "region-keys.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

static char *wrong_count(const LamRegionKey *key)
{
    return key->most == 1 ? g_strdup_printf("%s needs one number", key->name)
           : key->least == key->most
               ? g_strdup_printf("%s needs %d numbers with commas between them", key->name,
                                 key->most)
           : key->least > 1
               ? g_strdup_printf("%s needs numbers with commas between them, %d at least",
                                 key->name, key->least)
               : g_strdup_printf("%s needs numbers with commas between them", key->name);
}

/* What is wrong, or NULL. */
static char *put_numbers(LamRegionSpec *spec, const LamRegionKey *key, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    int n = (int)g_strv_length(parts);
    if (n < key->least || n > key->most)
        return wrong_count(key);
    g_autofree double *x = g_new(double, n);
    for (int i = 0; i < n; i++) {
        char *end = NULL;
        x[i] = g_ascii_strtod(g_strstrip(parts[i]), &end);
        if (*parts[i] == '\0' || *end != '\0' || !isfinite(x[i]))
            return wrong_count(key);
    }
    return g_strdup(key->put(spec, NULL, x, n));
}

static char *put(LamRegionSpec *spec, char *pair)
{
    char *value = strchr(pair, '=');
    if (value == NULL)
        return g_strdup_printf("“%s” is not of the form key=value", pair);
    *value++ = '\0';
    const LamRegionKey *key = lam_region_key_find(g_strstrip(pair));
    if (key == NULL)
        return g_strdup_printf("there is no key %s", pair);
    value = g_strstrip(value);
    return key->most > 0 ? put_numbers(spec, key, value) : g_strdup(key->put(spec, value, NULL, 0));
}

LamRegionSpec *lam_region_spec_parse(const char *text, GError **error)
{
    g_autoptr(LamRegionSpec) spec = lam_region_spec_new("", lam_region_colour(0));
    g_auto(GStrv) pairs = g_strsplit(text, ";", -1);
    g_autofree char *why = NULL;
    for (int i = 0; pairs[i] != NULL && why == NULL; i++)
        if (*g_strstrip(pairs[i]) != '\0')
            why = put(spec, pairs[i]);
    if (why == NULL)
        why = g_strdup(lam_region_spec_lacks(spec));
    if (why == NULL)
        return g_steal_pointer(&spec);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot understand the region: %s: %s", text,
                why);
    return NULL;
}
