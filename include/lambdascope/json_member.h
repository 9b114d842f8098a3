/* What a JSON that somebody else may have written has of members: NULL or NaN where there is none, or one of another
 * kind. Everything is borrowed; NULL is taken for what is not there.
 *
 * Thread-safety: as of the JSON. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* Of json-glib; named here so that this header stands alone. */
typedef struct _JsonArray JsonArray;
typedef struct _JsonNode JsonNode;
typedef struct _JsonObject JsonObject;
typedef struct _JsonParser JsonParser;

/* Reads a text of `length` bytes. Its parser recurses, so that what is nested deeper than any file of ours is
 * refused. LAM_ERROR_FORMAT with the reason alone. */
bool lam_json_parse(JsonParser *parser, const char *text, size_t length, GError **error);

JsonObject *lam_json_object(JsonNode *node);
JsonArray *lam_json_array(JsonNode *node);
const char *lam_json_text(JsonNode *node);
/* Whole or not. */
double lam_json_number(JsonNode *node);

/* The same of a member. */
JsonNode *lam_json_member(JsonObject *object, const char *name);
JsonObject *lam_json_object_of(JsonObject *object, const char *name);
JsonArray *lam_json_array_of(JsonObject *object, const char *name);
const char *lam_json_text_of(JsonObject *object, const char *name);
double lam_json_number_of(JsonObject *object, const char *name);

G_END_DECLS
