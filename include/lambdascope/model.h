/* A trained model: architecture, grid, weights. Immutable after loading and shared by sessions. */
#pragma once

#include <lambdascope/template_net.h>

G_BEGIN_DECLS

typedef struct LamModel LamModel;

/* Reads a .safetensors model strictly: every tensor of the architecture present with its shape, and
 * none beside. Errors name the file and the reason. Thread-safety: safe; a model may be shared. */
LamModel *lam_model_load(const char *path, GError **error);
LamModel *lam_model_ref(LamModel *model);
void lam_model_unref(LamModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamModel, lam_model_unref)

/* A model around parameters that are owned elsewhere and may still change (a trainer's). The caller
 * keeps them alive. */
LamModel *lam_model_wrap(const LamUnetConfig *config, LamParameters *parameters);
/* Writes architecture, weights and the given metadata (string -> string, may be NULL; that of
 * lam_template_config_write, where the parameters hold a template). */
bool lam_model_save(const LamUnetConfig *config, const LamParameters *parameters,
                    const float *values, GHashTable *metadata, const char *path, LamStore store,
                    GError **error);

const LamUnetConfig *lam_model_config(const LamModel *model);
/* The template that was learned with the network; NULL: none. */
const LamTemplateConfig *lam_model_template(const LamModel *model);
/* Read only for everyone but the owner of a wrapped model. */
LamParameters *lam_model_parameters(const LamModel *model);

const char *lam_model_path(const LamModel *model);
const char *lam_model_title(const LamModel *model);
/* First 12 hex digits of the SHA-256 of the file; NULL for wrapped models. */
const char *lam_model_hash(const LamModel *model);
/* Value of a metadata key of the file (licence, provenance, ...); NULL if absent. */
const char *lam_model_metadata(const LamModel *model, const char *key);
/* All of it, string -> string; borrowed. */
GHashTable *lam_model_all_metadata(const LamModel *model);
/* Grid: W, H, D voxels of the network's input. */
void lam_model_size(const LamModel *model, int size[3]);
double lam_model_spacing_mm(const LamModel *model);
/* The share of labels that a model with hyper_labels is best used with: the metadata "label_share" if it
 * is a number in [0,1], else 0.5. */
double lam_model_label_share(const LamModel *model);
/* LAM_ERROR_ARGUMENT unless share is in [0,1] and the model has hyper_labels. */
bool lam_model_check_label_share(const LamModel *model, double share, GError **error);
/* True if it was trained on stripped brains only: unless the metadata "expects" is "head" or "any". */
bool lam_model_expects_brain(const LamModel *model);
size_t lam_model_parameter_count(const LamModel *model);

/* Of models' files. */
#define LAM_MODEL_ENDING ".safetensors"
/* A path without that ending, if it has it: where files that belong to the model begin. Free with g_free. */
char *lam_model_stem(const char *path);

/* Full path of a model given by name or path: "brain-t1" is looked for in $LAM_MODELS, the source
 * tree's models/, and the installed data folder. NULL name = the default model. Free with g_free. */
char *lam_model_find(const char *name, GError **error);
/* The same for a recipe of models, as "study-hyper.ini": a path, or a name in those folders' recipes/. */
char *lam_model_find_recipe(const char *name, GError **error);
/* The folders that are looked in, best first. char * elements, owned by the array; they need not exist. */
GPtrArray *lam_model_folders(void);

/* A model that is there, by its header alone. */
typedef struct {
    char *name; /* as lam_model_find takes it */
    char *path, *title;
    int size[3]; /* W, H, D of its grid */
    double spacing_mm;
    bool has_template;
} LamModelEntry;

/* All models in those folders, by name; of two of one name, the one that lam_model_find finds. What is no
 * model is left out. LamModelEntry * elements, owned by the array. Reads files: not for a UI thread. */
GPtrArray *lam_model_list(void);

G_END_DECLS
