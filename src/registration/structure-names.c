/* What a model's structures are: as metadata, as a list, as a table of names. */
#include <lambdascope/structures.h>

#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <string.h>

#define MOST_VALUE (1 << 24) /* that a float holds */

void lam_structures_tell(GString *text, int value, const char *name)
{
    g_autofree char *own = name != NULL ? g_strdup(name) : g_strdup_printf("%d", value);
    g_strdelimit(own, ";:,\"\n\r", ' ');
    g_string_append_printf(text, "%s%d:%s", text->len > 0 ? ";" : "", value, own);
}

static void structure_free(gpointer data)
{
    LamStructure *structure = data;
    g_free(structure->name);
    g_free(structure);
}

static const char *file_of(const LamModel *model)
{
    const char *path = lam_model_path(model);
    return path != NULL ? path : "the model";
}

/* "14:3rd ventricle" */
static LamStructure *parse_one(const char *text)
{
    gint64 value = 0;
    const char *name = strchr(text, ':');
    g_autofree char *number = name != NULL ? g_strndup(text, (gsize)(name - text)) : NULL;
    if (name == NULL || name[1] == '\0' || !g_utf8_validate(name, -1, NULL) ||
        !g_ascii_string_to_signed(number, 10, 1, MOST_VALUE, &value, NULL))
        return NULL;
    LamStructure *structure = g_new(LamStructure, 1);
    *structure = (LamStructure){(int)value, g_strdup(name + 1)};
    return structure;
}

static GPtrArray *parse(const char *text, int wanted)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(structure_free);
    for (char **part = parts; *part != NULL; part++) {
        LamStructure *structure = parse_one(*part);
        if (structure == NULL)
            return NULL;
        g_ptr_array_add(out, structure);
    }
    return (int)out->len == wanted ? g_steal_pointer(&out) : NULL;
}

GPtrArray *lam_structures_of(const LamModel *model, GError **error)
{
    int wanted = lam_model_config(model)->structures;
    const char *text = lam_model_metadata(model, LAM_STRUCTURES_KEY);
    if (wanted == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot tell structures: %s: this model was not trained to", file_of(model));
        return NULL;
    }
    GPtrArray *out = text != NULL ? parse(text, wanted) : NULL;
    if (out == NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL,
                    "cannot tell structures: %s: %s must name %d structures", file_of(model),
                    LAM_STRUCTURES_KEY, wanted);
    return out;
}

bool lam_structures_save_names(const LamModel *model, const char *path, GError **error)
{
    g_autoptr(GPtrArray) structures = lam_structures_of(model, error);
    g_autoptr(GString) text = g_string_new("value,name\n");
    GError *why = NULL;
    if (structures == NULL)
        return false;
    for (guint i = 0; i < structures->len; i++) {
        const LamStructure *s = structures->pdata[i];
        g_string_append_printf(text, "%d,%s\n", s->value, s->name);
    }
    if (g_file_set_contents(path, text->str, (gssize)text->len, &why))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write names: %s: %s", path, why->message);
    g_error_free(why);
    return false;
}

bool lam_structures_save(const LamModel *model, const LamVolume *labels, const char *path,
                         GError **error)
{
    const char *hash = lam_model_hash(model);
    g_autofree char *about = g_strdup_printf("lam segment %s, estimated", hash ? hash : "");
    g_autoptr(GPtrArray) structures = lam_structures_of(model, error);
    if (structures == NULL)
        return false;
    LamNiftiType type = LAM_NIFTI_UINT8;
    for (guint i = 0; i < structures->len; i++)
        if (((const LamStructure *)structures->pdata[i])->value > G_MAXUINT8)
            type = LAM_NIFTI_INT32;
    return lam_scan_save(labels, path, type, about, error);
}
