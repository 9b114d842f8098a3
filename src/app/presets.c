#include "presets.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>

#include <errno.h>
#include <string.h>

#define MOST 200 /* a menu of more would be no use */

static void preset_free(gpointer data)
{
    LamPreset *preset = data;
    g_free(preset->name);
    g_free(preset->model);
    g_free(preset->regions);
    g_free(preset);
}

static LamPreset *preset_copy(const LamPreset *preset)
{
    LamPreset *copy = g_new(LamPreset, 1);
    *copy = (LamPreset){.name = g_strdup(preset->name),
                        .lambda = preset->lambda,
                        .model = g_strdup(preset->model),
                        .regions = g_strdup(preset->regions)};
    return copy;
}

GPtrArray *lam_presets_new(void)
{
    return g_ptr_array_new_with_free_func(preset_free);
}

char *lam_presets_path(void)
{
    return g_build_filename(g_get_user_data_dir(), "lambdascope", "presets.json", NULL);
}

static int index_of(const GPtrArray *presets, const char *name)
{
    for (guint i = 0; i < presets->len; i++)
        if (g_str_equal(((const LamPreset *)presets->pdata[i])->name, name))
            return (int)i;
    return -1;
}

const LamPreset *lam_presets_find(const GPtrArray *presets, const char *name)
{
    int i = index_of(presets, name);
    return i < 0 ? NULL : presets->pdata[i];
}

void lam_presets_put(GPtrArray *presets, const LamPreset *preset)
{
    int i = index_of(presets, preset->name);
    LamPreset *copy = preset_copy(preset);
    if (i < 0) {
        g_ptr_array_add(presets, copy);
        return;
    }
    preset_free(presets->pdata[i]);
    presets->pdata[i] = copy;
}

bool lam_presets_remove(GPtrArray *presets, const char *name)
{
    int i = index_of(presets, name);
    if (i >= 0)
        g_ptr_array_remove_index(presets, (guint)i);
    return i >= 0;
}

GPtrArray *lam_presets_copy(const GPtrArray *presets)
{
    GPtrArray *copy = lam_presets_new();
    for (guint i = 0; i < presets->len; i++)
        lam_presets_put(copy, presets->pdata[i]);
    return copy;
}

/* ---- as a file ---- */

/* False if it is none. */
static bool read_preset(JsonNode *node, GPtrArray *out)
{
    JsonObject *object = lam_json_object(node);
    const char *name = lam_json_text_of(object, "name");
    double lambda = lam_json_number_of(object, "lambda");
    if (!name || !*name || !(lambda >= 0 && lambda <= 1))
        return false;
    JsonNode *regions = lam_json_member(object, "regions");
    g_autofree char *text = regions ? json_to_string(regions, FALSE) : NULL;
    lam_presets_put(out, &(LamPreset){.name = (char *)name,
                                      .lambda = lambda,
                                      .model = (char *)lam_json_text_of(object, "model"),
                                      .regions = text});
    return true;
}

static bool read_all(JsonParser *parser, GPtrArray *out)
{
    JsonArray *array = lam_json_array(json_parser_get_root(parser));
    if (!array || json_array_get_length(array) > MOST)
        return false;
    for (guint i = 0; i < json_array_get_length(array); i++)
        if (!read_preset(json_array_get_element(array, i), out))
            return false;
    return true;
}

/* What is kept next must not be written over what a person may still want to mend. */
static void set_aside(const char *path, const GError *why, GError **error)
{
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    if (why && why->domain == G_FILE_ERROR) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read presets: %s: %s", path,
                    why->message);
        return;
    }
    g_rename(path, aside);
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                "cannot read presets: %s: it is damaged; it is %s now", path, aside);
}

GPtrArray *lam_presets_load(const char *path, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GPtrArray) presets = lam_presets_new();
    g_autoptr(GError) why = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&presets);
    bool read = json_parser_load_from_file(parser, path, &why);
    if (read && read_all(parser, presets))
        return g_steal_pointer(&presets);
    set_aside(path, why, error);
    lam_error_tidy(error);
    return NULL;
}

static void add_text(JsonBuilder *to, const char *name, const char *text)
{
    json_builder_set_member_name(to, name);
    json_builder_add_string_value(to, text);
}

static void add_preset(JsonBuilder *to, const LamPreset *preset)
{
    JsonNode *regions = preset->regions ? json_from_string(preset->regions, NULL) : NULL;
    json_builder_begin_object(to);
    add_text(to, "name", preset->name);
    json_builder_set_member_name(to, "lambda");
    json_builder_add_double_value(to, preset->lambda);
    if (preset->model)
        add_text(to, "model", preset->model);
    if (regions) {
        json_builder_set_member_name(to, "regions");
        json_builder_add_value(to, regions);
    }
    json_builder_end_object(to);
}

static char *text_of(const GPtrArray *presets)
{
    g_autoptr(JsonBuilder) to = json_builder_new();
    json_builder_begin_array(to);
    for (guint i = 0; i < presets->len; i++)
        add_preset(to, presets->pdata[i]);
    json_builder_end_array(to);
    g_autoptr(JsonNode) root = json_builder_get_root(to);
    return json_to_string(root, TRUE);
}

bool lam_presets_save(const GPtrArray *presets, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path), *text = text_of(presets);
    g_autoptr(GError) why = NULL;
    if (g_mkdir_with_parents(folder, 0700) == 0 && g_file_set_contents(path, text, -1, &why))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot save presets: %s: %s", path,
                why ? why->message : g_strerror(errno));
    return false;
}
