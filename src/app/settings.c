#include "settings.h"

#include "beside-program.h"

#define SCHEMA "io.github.lambdascope.Lambdascope"

/* NULL if there is none, or not ours. */
static GSettingsSchema *find_beside_program(const char *compiled)
{
    g_autofree char *path = lam_beside_program(compiled);
    g_autofree char *folder = path ? g_path_get_dirname(path) : NULL;
    g_autoptr(GSettingsSchemaSource) source =
        folder ? g_settings_schema_source_new_from_directory(folder, NULL, FALSE, NULL) : NULL;
    return source ? g_settings_schema_source_lookup(source, SCHEMA, FALSE) : NULL;
}

GSettings *lam_settings_new(void)
{
    GSettingsSchemaSource *usual = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        usual ? g_settings_schema_source_lookup(usual, SCHEMA, TRUE) : NULL;
    if (!schema)
        schema = find_beside_program("data/gschemas.compiled");
    if (!schema)
        schema = find_beside_program("share/glib-2.0/schemas/gschemas.compiled");
    return schema ? g_settings_new_full(schema, NULL, NULL) : NULL;
}

void lam_settings_apply_threads(void)
{
    g_autoptr(GSettings) settings = lam_settings_new();
    int threads = settings ? g_settings_get_int(settings, "threads") : 0;
    g_autofree char *text = g_strdup_printf("%d", threads);
    if (threads > 0)
        g_setenv("LAM_THREADS", text, FALSE);
}
