/* Models on disk, and where they are found. */
#include <lambdascope/model.h>

#include <lambdascope/error.h>
#include <string.h>

#define DEFAULT_MODEL       "brain-t1"
#define DEFAULT_LABEL_SHARE 0.5

struct LamModel {
    gatomicrefcount refs;
    LamUnetConfig config;
    LamTemplateConfig *template; /* NULL: none */
    LamParameters *parameters;
    bool owns_parameters;
    GHashTable *metadata; /* string -> string */
    char *path, *hash;
};

static LamModel *model_new(const LamUnetConfig *config, LamParameters *parameters, bool owns)
{
    LamModel *model = g_new0(LamModel, 1);
    g_atomic_ref_count_init(&model->refs);
    model->config = *config;
    model->parameters = parameters;
    model->owns_parameters = owns;
    model->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return model;
}

LamModel *lam_model_wrap(const LamUnetConfig *config, LamParameters *parameters)
{
    return model_new(config, parameters, false);
}

LamModel *lam_model_ref(LamModel *model)
{
    g_atomic_ref_count_inc(&model->refs);
    return model;
}

void lam_model_unref(LamModel *model)
{
    if (model == NULL || !g_atomic_ref_count_dec(&model->refs))
        return;
    if (model->owns_parameters)
        lam_parameters_free(model->parameters);
    g_hash_table_unref(model->metadata);
    g_free(model->template);
    g_free(model->path);
    g_free(model->hash);
    g_free(model);
}

static char *file_hash(const char *path)
{
    g_autoptr(GMappedFile) map = g_mapped_file_new(path, FALSE, NULL);
    if (map == NULL)
        return NULL;
    g_autofree char *sum = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)g_mapped_file_get_contents(map),
        g_mapped_file_get_length(map));
    return g_strndup(sum, 12);
}

static void copy_metadata(LamModel *model, const LamSafetensors *file)
{
    g_autofree const char **keys = lam_safetensors_metadata_keys(file);
    for (int i = 0; keys[i] != NULL; i++)
        g_hash_table_insert(model->metadata, g_strdup(keys[i]),
                            g_strdup(lam_safetensors_metadata(file, keys[i])));
}

static LamModel *from_file(const LamSafetensors *file, GError **error)
{
    LamUnetConfig config;
    LamTemplateConfig template;
    bool has_template = false;
    if (!lam_unet_config_read(&config, file, error) ||
        !lam_template_config_read(&template, file, &config, &has_template, error))
        return NULL;
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    lam_unet_declare(&config, parameters);
    if (has_template)
        lam_template_net_declare(&template, &config, 1, parameters);
    /* checked first: a header may claim any architecture, and memory is asked for by the header */
    if (!lam_parameters_check(parameters, file, NULL, error) ||
        !lam_parameters_allocate(parameters, false, error) ||
        !lam_parameters_read(parameters, file, NULL, error) ||
        !lam_parameters_reject_others(parameters, file, error))
        return NULL;
    LamModel *model = model_new(&config, g_steal_pointer(&parameters), true);
    model->template = has_template ? g_memdup2(&template, sizeof template) : NULL;
    return model;
}

LamModel *lam_model_load(const char *path, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    if (file == NULL)
        return NULL;
    LamModel *model = from_file(file, error);
    if (model == NULL) {
        lam_error_tidy(error);
        g_prefix_error(error, "cannot load model: %s: ", path);
        return NULL;
    }
    copy_metadata(model, file);
    model->path = g_strdup(path);
    model->hash = file_hash(path);
    return model;
}

bool lam_model_save(const LamUnetConfig *config, const LamParameters *parameters,
                    const float *values, GHashTable *metadata, const char *path, LamStore store,
                    GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    GHashTableIter iter;
    gpointer key, value;
    if (metadata != NULL) {
        g_hash_table_iter_init(&iter, metadata);
        while (g_hash_table_iter_next(&iter, &key, &value))
            lam_safetensors_set_metadata(file, key, value);
    }
    lam_unet_config_write(config, file);
    return lam_parameters_write(parameters, values, file, NULL, error) &&
           lam_safetensors_save(file, path, store, error);
}

const LamUnetConfig *lam_model_config(const LamModel *model)
{
    return &model->config;
}

const LamTemplateConfig *lam_model_template(const LamModel *model)
{
    return model->template;
}

LamParameters *lam_model_parameters(const LamModel *model)
{
    return model->parameters;
}

const char *lam_model_path(const LamModel *model)
{
    return model->path;
}

const char *lam_model_hash(const LamModel *model)
{
    return model->hash;
}

const char *lam_model_title(const LamModel *model)
{
    const char *title = lam_model_metadata(model, "title");
    return title != NULL ? title : "untitled model";
}

const char *lam_model_metadata(const LamModel *model, const char *key)
{
    return g_hash_table_lookup(model->metadata, key);
}

GHashTable *lam_model_all_metadata(const LamModel *model)
{
    return model->metadata;
}

void lam_model_size(const LamModel *model, int size[3])
{
    memcpy(size, model->config.size, sizeof model->config.size);
}

double lam_model_spacing_mm(const LamModel *model)
{
    return model->config.spacing_mm;
}

bool lam_model_expects_brain(const LamModel *model)
{
    const char *expects = lam_model_metadata(model, "expects");
    return g_strcmp0(expects, "head") != 0 && g_strcmp0(expects, "any") != 0;
}

double lam_model_label_share(const LamModel *model)
{
    const char *text = lam_model_metadata(model, "label_share");
    char *end = NULL;
    double share = text != NULL ? g_ascii_strtod(text, &end) : 0;
    bool known = text != NULL && end != text && *end == '\0' && share >= 0 && share <= 1;
    return known ? share : DEFAULT_LABEL_SHARE;
}

bool lam_model_check_label_share(const LamModel *model, double share, GError **error)
{
    if (!model->config.hyper_labels)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot set the label share: %s: it has no such input (hyper_labels)",
                    model->path != NULL ? model->path : "the model");
    else if (!(share >= 0 && share <= 1))
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot set the label share: %g: must be between 0 and 1", share);
    else
        return true;
    return false;
}

size_t lam_model_parameter_count(const LamModel *model)
{
    size_t n = 0;
    for (int i = 0; i < lam_parameters_count(model->parameters); i++)
        n += lam_parameters_size(model->parameters, i);
    return n;
}

/* Folders to look in, best first: the environment's, the source tree's and the installation's, both
 * relative to the program so that neither needs a path compiled in. */
GPtrArray *lam_model_folders(void)
{
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
    const char *asked = g_getenv("LAM_MODELS");
    if (asked != NULL)
        g_ptr_array_add(folders, g_strdup(asked));
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program != NULL ? g_path_get_dirname(program) : NULL;
    for (int i = 0; folder != NULL && i < 4; i++) {
        g_ptr_array_add(folders, g_build_filename(folder, "models", NULL));
        g_ptr_array_add(folders, g_build_filename(folder, "share", "lambdascope", "models", NULL));
        char *parent = g_path_get_dirname(folder);
        g_free(folder);
        folder = parent;
    }
    return folders;
}

/* In those folders, if it is not a file as it stands; NULL if it is nowhere. */
static char *find_file(const char *file)
{
    if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
        return g_strdup(file);
    g_autoptr(GPtrArray) folders = lam_model_folders();
    for (guint i = 0; i < folders->len; i++) {
        char *path = g_build_filename(folders->pdata[i], file, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return path;
        g_free(path);
    }
    return NULL;
}

char *lam_model_find(const char *name, GError **error)
{
    if (name == NULL)
        name = DEFAULT_MODEL;
    g_autofree char *file =
        g_str_has_suffix(name, LAM_MODEL_ENDING) || g_file_test(name, G_FILE_TEST_IS_REGULAR)
            ? g_strdup(name)
            : g_strconcat(name, LAM_MODEL_ENDING, NULL);
    char *path = find_file(file);
    if (path == NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot find model: %s: no such file or model",
                    name);
    return path;
}

char *lam_model_find_recipe(const char *name, GError **error)
{
    g_autofree char *file = g_build_filename("recipes", name, NULL);
    char *path = find_file(g_file_test(name, G_FILE_TEST_IS_REGULAR) ? name : file);
    if (path == NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO,
                    "cannot find recipe: %s: no such file or recipe", name);
    return path;
}
