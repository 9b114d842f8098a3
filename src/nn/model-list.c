/* The models that are there. Only headers are read: a list must not cost what loading costs. */
#include <lambdascope/model.h>

#include "safetensors-header.h"

#include <stdio.h>
#include <string.h>

#define HEADER_MAX (1 << 20) /* bytes; longer ones are no models of ours */

static void entry_free(gpointer data)
{
    LamModelEntry *entry = data;
    g_free(entry->name);
    g_free(entry->path);
    g_free(entry->title);
    g_free(entry);
}

static void free_tensor(gpointer data)
{
    lam_tensor_entry_free(data);
}

/* The text of the header; NULL if the file has none. */
static char *read_header(const char *path, size_t *length)
{
    guint8 start[8];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    g_autofree char *text = NULL;
    guint64 claimed = 0;
    bool ok = fread(start, 1, sizeof start, file) == sizeof start;
    for (int i = 7; i >= 0; i--)
        claimed = claimed << 8 | start[i];
    if (ok && claimed > 0 && claimed <= HEADER_MAX) {
        text = g_malloc(claimed);
        ok = fread(text, 1, claimed, file) == claimed;
    }
    fclose(file);
    *length = claimed;
    return ok ? g_steal_pointer(&text) : NULL;
}

/* A container with the metadata alone; NULL if the header cannot be read. */
static LamSafetensors *read_metadata(const char *path)
{
    size_t length = 0;
    g_autofree char *text = read_header(path, &length);
    g_autoptr(GPtrArray) tensors = g_ptr_array_new_with_free_func(free_tensor);
    g_autoptr(GHashTable) metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (text == NULL || !lam_safetensors_header_parse(text, length, tensors, metadata, NULL))
        return NULL;
    LamSafetensors *file = lam_safetensors_new();
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, metadata);
    while (g_hash_table_iter_next(&iter, &key, &value))
        lam_safetensors_set_metadata(file, key, value);
    return file;
}

static LamModelEntry *read_entry(const char *folder, const char *file_name)
{
    g_autofree char *path = g_build_filename(folder, file_name, NULL);
    LamUnetConfig config;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return NULL;
    g_autoptr(LamSafetensors) file = read_metadata(path);
    if (file == NULL || !lam_unet_config_read(&config, file, NULL))
        return NULL;
    LamModelEntry *entry = g_new0(LamModelEntry, 1);
    entry->name = lam_model_stem(file_name);
    const char *title = lam_safetensors_metadata(file, "title");
    entry->title = g_strdup(title != NULL ? title : entry->name);
    entry->path = g_steal_pointer(&path);
    entry->spacing_mm = config.spacing_mm;
    memcpy(entry->size, config.size, sizeof entry->size);
    LamTemplateConfig template;
    if (!lam_template_config_read(&template, file, &config, &entry->has_template, NULL))
        entry->has_template = false;
    return entry;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const LamModelEntry *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

GPtrArray *lam_model_list(void)
{
    g_autoptr(GPtrArray) folders = lam_model_folders();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *list = g_ptr_array_new_with_free_func(entry_free);
    for (guint i = 0; i < folders->len; i++) {
        const char *name;
        g_autoptr(GDir) folder = g_dir_open(folders->pdata[i], 0, NULL);
        while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
            if (!g_str_has_suffix(name, LAM_MODEL_ENDING) ||
                !g_hash_table_add(seen, g_strdup(name)))
                continue;
            LamModelEntry *entry = read_entry(folders->pdata[i], name);
            if (entry != NULL)
                g_ptr_array_add(list, entry);
        }
    }
    g_ptr_array_sort(list, by_name);
    return list;
}
