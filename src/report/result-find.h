/* The results of a folder and of those below it. */
#pragma once

#include <json-glib/json-glib.h>
#include <lambdascope/result_list.h>

/* LamResult elements by name; the array owns them. LAM_ERROR_IO if the folder cannot be read. */
GPtrArray *lam_results_find(const char *folder, GError **error);
/* The object of a JSON file, or NULL if it is none; parser keeps it. */
JsonObject *lam_result_load(const char *path, JsonParser *parser);
