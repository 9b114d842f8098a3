/* A workspace as JSON. Whatever is read is checked: what has the wrong type or is out of range makes the file
 * a damaged one, and the message names the member. */
#include "workspace-private.h"

#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>

#include <math.h>
#include <string.h>

#define FORMAT     "lambdascope-session"
#define FARTHEST   1e6 /* mm */
#define BRIGHTEST  1e30
#define CHECK_SIZE 64

/* ---- the settings of the view, one line each ---- */

typedef struct {
    const char *name;
    size_t offset; /* in LamViewSettings */
    /* Of choices; else NULL, and `number` tells. */
    const char *(*name_of)(const void *at);
    bool (*parse)(const char *text, void *at);
    enum { FLAG, INTEGER, REAL } number;
    double lowest, highest;
} Setting;

#define CHOICE(kind, Type)                                                                         \
    static const char *name_of_##kind(const void *at)                                              \
    {                                                                                              \
        return lam_##kind##_name(*(const Type *)at);                                               \
    }                                                                                              \
    static bool parse_##kind(const char *text, void *at)                                           \
    {                                                                                              \
        return lam_##kind##_parse(text, at);                                                       \
    }

CHOICE(arrangement, LamArrangement)
CHOICE(pane, LamPane)
CHOICE(plane, LamPlane)
CHOICE(colour_map, LamColourMap)
CHOICE(compare, LamCompare)
CHOICE(overlay, LamOverlay)
CHOICE(grid_colour, LamGridColour)
CHOICE(direction, LamDirection)
CHOICE(contour_choice, LamContourChoice)

#define AT(member) offsetof(LamViewSettings, member)
#define NAMED(member, kind)                                                                        \
    {                                                                                              \
#member, AT(member), name_of_##kind, parse_##kind, FLAG, 0, 0                              \
    }
#define IS_ON(member)                                                                              \
    {                                                                                              \
#member, AT(member), NULL, NULL, FLAG, 0, 0                                                \
    }

static const Setting settings[] = {
    NAMED(arrangement, arrangement),
    NAMED(pane, pane),
    NAMED(plane, plane),
    {"maximised", AT(maximised), NULL, NULL, INTEGER, -1, LAM_PANE_COUNT - 1},
    IS_ON(radiological),
    IS_ON(crosshair),
    NAMED(colours, colour_map),
    IS_ON(smooth),
    NAMED(compare, compare),
    NAMED(overlay, overlay),
    NAMED(contours, contour_choice),
    {"contour_opacity", AT(contour_opacity), NULL, NULL, REAL, 0, 1},
    IS_ON(grid),
    {"grid_mm", AT(grid_mm), NULL, NULL, REAL, 1, 50},
    NAMED(grid_colour, grid_colour),
    NAMED(direction, direction),
    IS_ON(arrows),
    IS_ON(streamlines),
};

/* ---- writing ---- */

static void add_string(JsonBuilder *to, const char *name, const char *value)
{
    if (!value)
        return;
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    json_builder_set_member_name(to, name);
    json_builder_add_string_value(to, valid);
}

static void add_number(JsonBuilder *to, const char *name, double value)
{
    if (!isfinite(value))
        return;
    json_builder_set_member_name(to, name);
    json_builder_add_double_value(to, value);
}

static void add_numbers(JsonBuilder *to, const char *name, const double *values, int n)
{
    json_builder_set_member_name(to, name);
    json_builder_begin_array(to);
    for (int i = 0; i < n; i++)
        json_builder_add_double_value(to, values[i]);
    json_builder_end_array(to);
}

static void begin(JsonBuilder *to, const char *name)
{
    json_builder_set_member_name(to, name);
    json_builder_begin_object(to);
}

static void add_files(JsonBuilder *to, const LamWorkspace *workspace, const char *folder)
{
    begin(to, "files");
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++) {
        const LamWorkspaceFile *file = &workspace->files[i];
        if (!file->path)
            continue;
        g_autofree char *path = lam_path_from_folder(file->path, folder);
        begin(to, lam_workspace_role_name((LamWorkspaceRole)i));
        add_string(to, "path", path);
        add_string(to, "sha256", file->checksum);
        json_builder_end_object(to);
    }
    json_builder_end_object(to);
}

static bool is_path(const char *model_name)
{
    return strchr(model_name, G_DIR_SEPARATOR) != NULL;
}

static void add_model(JsonBuilder *to, const LamWorkspace *workspace, const char *folder)
{
    const char *name = workspace->model_name;
    g_autofree char *path =
        name && g_path_is_absolute(name) ? lam_path_from_folder(name, folder) : g_strdup(name);
    /* a file beside the session keeps something that tells it from a name */
    g_autofree char *told =
        path && is_path(name) && !is_path(path) ? g_build_filename(".", path, NULL) : NULL;
    begin(to, "model");
    add_string(to, "name", told ? told : path);
    add_string(to, "hash", workspace->model_hash);
    json_builder_end_object(to);
}

static void add_setting(JsonBuilder *to, const Setting *setting, const void *at)
{
    json_builder_set_member_name(to, setting->name);
    if (setting->name_of)
        json_builder_add_string_value(to, setting->name_of(at));
    else if (setting->number == FLAG)
        json_builder_add_boolean_value(to, *(const bool *)at);
    else if (setting->number == INTEGER)
        json_builder_add_int_value(to, *(const int *)at);
    else
        json_builder_add_double_value(to, *(const double *)at);
}

static void add_view(JsonBuilder *to, const LamWorkspace *workspace)
{
    const LamLevels *levels = workspace->view.levels;
    begin(to, "view");
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        add_setting(to, &settings[i], (const char *)&workspace->view + settings[i].offset);
    add_numbers(to, "fixed_window", (const double[]){levels[0].low, levels[0].high}, 2);
    add_numbers(to, "moving_window", (const double[]){levels[1].low, levels[1].high}, 2);
    add_numbers(to, "cursor_mm", workspace->cursor_mm.v, 3);
    add_numbers(to, "pan_mm", workspace->pan_mm.v, 3);
    add_number(to, "zoom", workspace->zoom);
    json_builder_end_object(to);
}

char *lam_workspace_to_text(const LamWorkspace *workspace, const char *folder)
{
    g_autoptr(JsonBuilder) to = json_builder_new();
    json_builder_begin_object(to);
    add_string(to, "format", FORMAT);
    json_builder_set_member_name(to, "version");
    json_builder_add_int_value(to, LAM_WORKSPACE_VERSION);
    add_files(to, workspace, folder);
    add_string(to, "demo", workspace->demo);
    add_model(to, workspace, folder);
    add_number(to, "lambda", workspace->lambda);
    add_string(to, "lambda_chosen", workspace->lambda_chosen);
    add_number(to, "held_lambda", workspace->held_lambda);
    add_string(to, "panel", workspace->panel);
    add_string(to, "landmarks", workspace->landmarks);
    add_string(to, "regions", workspace->regions);
    add_string(to, "fixed_attributes", workspace->attributes[0]);
    add_string(to, "moving_attributes", workspace->attributes[1]);
    add_view(to, workspace);
    json_builder_end_object(to);
    g_autoptr(JsonNode) root = json_builder_get_root(to);
    g_autofree char *text = json_to_string(root, TRUE);
    return g_strconcat(text, "\n", NULL);
}

/* ---- reading ---- */

/* Where one is in the file. The first complaint stays. */
typedef struct {
    JsonObject *object; /* NULL: not there */
    char **why;
} Place;

static void complain(Place place, const char *name, const char *what)
{
    if (!*place.why)
        *place.why = g_strdup_printf("%s must be %s", name, what);
}

/* NULL is said to be none at all. */
static JsonNode *member(Place place, const char *name)
{
    JsonNode *node = lam_json_member(place.object, name);
    return node && !JSON_NODE_HOLDS_NULL(node) ? node : NULL;
}

static Place within(Place place, const char *name)
{
    JsonNode *node = member(place, name);
    JsonObject *object = lam_json_object(node);
    if (node && !object)
        complain(place, name, "an object");
    return (Place){object, place.why};
}

static void read_string(Place place, const char *name, char **out)
{
    JsonNode *node = member(place, name);
    const char *text = lam_json_text(node);
    if (node && !text)
        complain(place, name, "a text");
    if (!text)
        return;
    g_free(*out);
    *out = g_strdup(text);
}

static void read_flag(Place place, const char *name, bool *out)
{
    JsonNode *node = member(place, name);
    if (!node)
        return;
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN)
        *out = json_node_get_boolean(node);
    else
        complain(place, name, "true or false");
}

static void read_number(Place place, const char *name, double lowest, double highest, double *out)
{
    g_autofree char *what = g_strdup_printf("a number from %g to %g", lowest, highest);
    JsonNode *node = member(place, name);
    double number = lam_json_number(node);
    if (number >= lowest && number <= highest)
        *out = number;
    else if (node)
        complain(place, name, what);
}

static void read_numbers(Place place, const char *name, double limit, double *out, int n)
{
    g_autofree char *what = g_strdup_printf("a list of %d numbers up to %g", n, limit);
    JsonNode *node = member(place, name);
    JsonArray *array = lam_json_array(node);
    double numbers[4];
    bool good = array && json_array_get_length(array) == (guint)n;
    for (int i = 0; good && i < n; i++) {
        numbers[i] = lam_json_number(json_array_get_element(array, (guint)i));
        good = fabs(numbers[i]) <= limit;
    }
    if (good)
        memcpy(out, numbers, (size_t)n * sizeof *out);
    else if (node)
        complain(place, name, what);
}

/* A relative path starts from the session's folder. */
static char *full_path(const char *path, const char *folder)
{
    return g_canonicalize_filename(path, folder);
}

static bool is_checksum(const char *text)
{
    return strlen(text) == CHECK_SIZE && strspn(text, "0123456789abcdef") == CHECK_SIZE;
}

static void read_file(Place files, LamWorkspaceRole role, const char *folder, LamWorkspaceFile *out)
{
    const char *name = lam_workspace_role_name(role);
    Place file = within(files, name);
    g_autofree char *path = NULL;
    read_string(file, "path", &path);
    read_string(file, "sha256", &out->checksum);
    if (file.object && (!path || !*path))
        complain(files, name, "an object with a path");
    else if (path)
        out->path = full_path(path, folder);
    if (out->checksum && !is_checksum(out->checksum))
        complain(file, "sha256", "64 hexadecimal digits");
}

static void read_model(Place root, const char *folder, LamWorkspace *out)
{
    Place model = within(root, "model");
    g_autofree char *name = NULL;
    read_string(model, "name", &name);
    read_string(model, "hash", &out->model_hash);
    if (name && is_path(name))
        out->model_name = full_path(name, folder);
    else if (name && *name)
        out->model_name = g_steal_pointer(&name);
}

static void read_choice(Place view, const Setting *setting, void *at)
{
    g_autofree char *name = NULL;
    read_string(view, setting->name, &name);
    if (name && !setting->parse(name, at))
        complain(view, setting->name, "one of the choices that there are");
}

static void read_setting(Place view, const Setting *setting, void *at)
{
    double number = NAN;
    if (setting->name_of) {
        read_choice(view, setting, at);
    } else if (setting->number == FLAG) {
        read_flag(view, setting->name, at);
    } else {
        read_number(view, setting->name, setting->lowest, setting->highest, &number);
        if (setting->number == REAL && !isnan(number))
            *(double *)at = number;
        else if (!isnan(number))
            *(int *)at = (int)number;
    }
}

static void read_levels(Place view, const char *name, LamLevels *out)
{
    double levels[2] = {out->low, out->high};
    read_numbers(view, name, BRIGHTEST, levels, 2);
    *out = (LamLevels){levels[0], levels[1]};
}

static void read_view(Place root, LamWorkspace *out)
{
    Place view = within(root, "view");
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        read_setting(view, &settings[i], (char *)&out->view + settings[i].offset);
    read_levels(view, "fixed_window", &out->view.levels[0]);
    read_levels(view, "moving_window", &out->view.levels[1]);
    read_numbers(view, "cursor_mm", FARTHEST, out->cursor_mm.v, 3);
    read_numbers(view, "pan_mm", FARTHEST, out->pan_mm.v, 3);
    read_number(view, "zoom", 0.25, 40, &out->zoom);
}

static void read_workspace(Place root, const char *folder, LamWorkspace *out)
{
    Place files = within(root, "files");
    for (int i = 0; i < LAM_WORKSPACE_FILES; i++)
        read_file(files, (LamWorkspaceRole)i, folder, &out->files[i]);
    if (!out->files[LAM_WORKSPACE_FIXED].path != !out->files[LAM_WORKSPACE_MOVING].path)
        complain(root, "files", "of both scans or of none");
    read_string(root, "demo", &out->demo);
    read_string(root, "panel", &out->panel);
    read_string(root, "landmarks", &out->landmarks);
    read_string(root, "regions", &out->regions);
    read_string(root, "fixed_attributes", &out->attributes[0]);
    read_string(root, "moving_attributes", &out->attributes[1]);
    read_number(root, "lambda", 0, 1, &out->lambda);
    read_string(root, "lambda_chosen", &out->lambda_chosen);
    read_number(root, "held_lambda", 0, 1, &out->held_lambda);
    read_model(root, folder, out);
    read_view(root, out);
}

/* ---- what must be right first ---- */

static JsonObject *parse(JsonParser *parser, const char *text, size_t length, GError **error)
{
    if (!lam_json_parse(parser, text, length, NULL)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "it is damaged: this is no JSON");
        return NULL;
    }
    JsonObject *object = lam_json_object(json_parser_get_root(parser));
    if (g_strcmp0(lam_json_text_of(object, "format"), FORMAT) == 0)
        return object;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "this is no session of Lambdascope");
    return NULL;
}

static bool check_version(JsonObject *object, GError **error)
{
    double version = lam_json_number_of(object, "version");
    if (!(version >= 1) || version != floor(version)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                    "it is damaged: version must be a whole number from 1");
        return false;
    }
    if (version <= LAM_WORKSPACE_VERSION)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_UNSUPPORTED,
                "a newer version of Lambdascope wrote it (its format is %.0f, this one reads up "
                "to %d)",
                version, LAM_WORKSPACE_VERSION);
    return false;
}

LamWorkspace *lam_workspace_from_text(const char *text, size_t length, const char *folder,
                                      GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(LamWorkspace) workspace = lam_workspace_new();
    g_autofree char *why = NULL;
    JsonObject *object = parse(parser, text, length, error);
    if (!object || !check_version(object, error))
        return NULL;
    read_workspace((Place){object, &why}, folder, workspace);
    if (!why)
        return g_steal_pointer(&workspace);
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "it is damaged: %s", why);
    return NULL;
}
