#include <json-glib/json-glib.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>

#include <math.h>
#include <string.h>

#define MAX_DEPTH 16

static bool is_deep(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
            return true;
        else if (!quoted && (text[i] == ']' || text[i] == '}'))
            depth--;
    }
    return false;
}

bool lam_json_parse(JsonParser *parser, const char *text, size_t length, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (g_utf8_validate(text, (gssize)length, NULL) && !is_deep(text, length) &&
        json_parser_load_from_data(parser, text, (gssize)length, &why))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "%s", why ? why->message : "it is not JSON");
    return false;
}

JsonObject *lam_json_object(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *lam_json_array(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static GType type_of(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_NONE;
}

const char *lam_json_text(JsonNode *node)
{
    return type_of(node) == G_TYPE_STRING ? json_node_get_string(node) : NULL;
}

double lam_json_number(JsonNode *node)
{
    GType type = type_of(node);
    return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double(node) : NAN;
}

JsonNode *lam_json_member(JsonObject *object, const char *name)
{
    return object ? json_object_get_member(object, name) : NULL;
}

JsonObject *lam_json_object_of(JsonObject *object, const char *name)
{
    return lam_json_object(lam_json_member(object, name));
}

JsonArray *lam_json_array_of(JsonObject *object, const char *name)
{
    return lam_json_array(lam_json_member(object, name));
}

const char *lam_json_text_of(JsonObject *object, const char *name)
{
    return lam_json_text(lam_json_member(object, name));
}

double lam_json_number_of(JsonObject *object, const char *name)
{
    return lam_json_number(lam_json_member(object, name));
}
