/* Regions files: the keys of command lines as JSON. */
#include "region-keys.h"

#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>
#include <math.h>
#include <string.h>

#define FORMAT  "lambdascope-regions"
#define VERSION 1

/* ---- reading ---- */

/* What is wrong, or NULL. One number may stand without brackets. */
static char *put_numbers(LamRegionSpec *spec, const LamRegionKey *key, JsonNode *node)
{
    JsonArray *array = lam_json_array(node);
    guint n = array != NULL ? json_array_get_length(array) : 1;
    if (n < (guint)key->least || n > (guint)key->most)
        return g_strdup_printf("%s has %u numbers", key->name, n);
    g_autofree double *x = g_new(double, n);
    for (guint i = 0; i < n; i++) {
        x[i] = lam_json_number(array != NULL ? json_array_get_element(array, i) : node);
        if (!isfinite(x[i]))
            return g_strdup_printf("%s holds what is not a number", key->name);
    }
    return g_strdup(key->put(spec, NULL, x, (int)n));
}

static char *put_text(LamRegionSpec *spec, const LamRegionKey *key, JsonNode *node)
{
    const char *text = lam_json_text(node);
    return text != NULL ? g_strdup(key->put(spec, text, NULL, 0))
                        : g_strdup_printf("%s is not a text", key->name);
}

static char *put_member(LamRegionSpec *spec, const char *name, JsonNode *node)
{
    const LamRegionKey *key = lam_region_key_find(name);
    if (key == NULL && g_str_equal(name, "hidden")) {
        spec->hidden = JSON_NODE_HOLDS_VALUE(node) && json_node_get_boolean(node);
        return NULL;
    }
    if (key == NULL)
        return g_strdup_printf("there is no key %s", name);
    return key->most > 0 ? put_numbers(spec, key, node) : put_text(spec, key, node);
}

static void find_path(LamRegionSpec *spec, const char *folder)
{
    if (spec->path == NULL || folder == NULL || g_path_is_absolute(spec->path))
        return;
    char *path = g_build_filename(folder, spec->path, NULL);
    g_free(spec->path);
    spec->path = path;
}

static LamRegionSpec *spec_of(JsonNode *node, int number, const char *folder, char **why)
{
    g_autoptr(LamRegionSpec) spec = lam_region_spec_new("", lam_region_colour(number));
    JsonObjectIter iter;
    const char *name;
    JsonNode *member;
    JsonObject *object = lam_json_object(node);
    if (object == NULL) {
        *why = g_strdup("it is not an object");
        return NULL;
    }
    json_object_iter_init(&iter, object);
    while (*why == NULL && json_object_iter_next(&iter, &name, &member))
        *why = put_member(spec, name, member);
    if (*why == NULL)
        *why = g_strdup(lam_region_spec_lacks(spec));
    find_path(spec, folder);
    return *why == NULL ? g_steal_pointer(&spec) : NULL;
}

static GPtrArray *specs_of(JsonArray *array, const char *folder, const char *name, GError **error)
{
    g_autoptr(GPtrArray) specs =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    guint n = json_array_get_length(array);
    g_autofree char *why = n > LAM_REGION_MAX_COUNT ? g_strdup("there are more than 250") : NULL;
    for (guint i = 0; why == NULL && i < n; i++) {
        LamRegionSpec *spec = spec_of(json_array_get_element(array, i), (int)i, folder, &why);
        if (spec != NULL)
            g_ptr_array_add(specs, spec);
    }
    if (why == NULL)
        return g_steal_pointer(&specs);
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read regions: %s, region %u: %s", name,
                specs->len + 1, why);
    return NULL;
}

/* The root if it is that of a regions file of our version. */
static JsonObject *check_root(JsonNode *root, const char *name, GError **error)
{
    JsonObject *object = lam_json_object(root);
    double number = lam_json_number_of(object, "version");
    if (g_strcmp0(lam_json_text_of(object, "format"), FORMAT) != 0 || isnan(number) ||
        lam_json_array_of(object, "regions") == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                    "cannot read regions: %s: it is no regions file", name);
        return NULL;
    }
    if (number <= VERSION)
        return object;
    g_set_error(error, LAM_ERROR, LAM_ERROR_UNSUPPORTED,
                "cannot read regions: %s: a later version wrote it", name);
    return NULL;
}

GPtrArray *lam_region_specs_parse(const char *text, gssize length, const char *folder,
                                  const char *name, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) why = NULL;
    gsize n = length >= 0 ? (gsize)length : strlen(text);
    if (!lam_json_parse(parser, text, n, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read regions: %s: %s", name,
                    why->message);
        return NULL;
    }
    JsonObject *root = check_root(json_parser_get_root(parser), name, error);
    return root != NULL ? specs_of(lam_json_array_of(root, "regions"), folder, name, error) : NULL;
}

GPtrArray *lam_region_specs_load(const char *path, GError **error)
{
    g_autofree char *text = NULL, *folder = g_path_get_dirname(path);
    gsize length = 0;
    g_autoptr(GError) why = NULL;
    if (g_file_get_contents(path, &text, &length, &why))
        return lam_region_specs_parse(text, (gssize)length, folder, path, error);
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read regions: %s", why->message);
    return NULL;
}

/* ---- writing ---- */

static void add_text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static void add_numbers(JsonBuilder *json, const LamRegionKey *key, const double *x, int n)
{
    json_builder_set_member_name(json, key->name);
    if (key->most > 1)
        json_builder_begin_array(json);
    for (int i = 0; i < n; i++)
        if (x[i] == rint(x[i]) && fabs(x[i]) < 1e9)
            json_builder_add_int_value(json, (gint64)x[i]);
        else
            json_builder_add_double_value(json, x[i]);
    if (key->most > 1)
        json_builder_end_array(json);
}

static const char *path_in(const char *path, const char *folder)
{
    size_t n = folder != NULL ? strlen(folder) : 0;
    bool below = n > 0 && g_str_has_prefix(path, folder) && path[n] == '/';
    return below ? path + n + 1 : path;
}

static void add_spec(JsonBuilder *json, const LamRegionSpec *spec, const char *folder)
{
    g_autofree double *x = g_new(double, LAM_REGION_MAX_NUMBERS);
    g_autofree char *colour = g_strdup_printf("#%06x", spec->settings->colour);
    json_builder_begin_object(json);
    add_text(json, "name", spec->settings->name);
    add_text(json, "colour", colour);
    add_text(json, "kind", lam_region_kind_name(spec->settings->kind));
    if (spec->source == LAM_REGION_OF_FILE)
        add_text(json, "mask", path_in(spec->path, folder));
    for (int i = 0; lam_region_key_at(i) != NULL; i++) {
        const LamRegionKey *key = lam_region_key_at(i);
        int n = key->get != NULL ? key->get(spec, x) : 0;
        if (n > 0)
            add_numbers(json, key, x, n);
    }
    if (spec->hidden) {
        json_builder_set_member_name(json, "hidden");
        json_builder_add_boolean_value(json, TRUE);
    }
    json_builder_end_object(json);
}

char *lam_region_specs_text(const GPtrArray *specs, const char *folder)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    add_text(json, "format", FORMAT);
    json_builder_set_member_name(json, "version");
    json_builder_add_int_value(json, VERSION);
    json_builder_set_member_name(json, "regions");
    json_builder_begin_array(json);
    for (guint i = 0; i < specs->len; i++)
        add_spec(json, g_ptr_array_index(specs, i), folder);
    json_builder_end_array(json);
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    return json_to_string(root, TRUE);
}

bool lam_region_specs_save(const GPtrArray *specs, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = lam_region_specs_text(specs, folder);
    g_autoptr(GError) why = NULL;
    if (g_file_set_contents(path, text, -1, &why))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write regions: %s", why->message);
    return false;
}
