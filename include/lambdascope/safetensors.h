/* The container of weights, checkpoints and golden tensors: a strict subset of safetensors.
 * Little-endian; F32 and F16 on disk, float32 in memory; at most 5 dimensions; offsets sorted, without
 * holes or overlap; data 64-byte aligned in files that we write (header padded with spaces). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

#define LAM_TENSOR_MAX_DIMS 5

typedef struct {
    char *name;
    int ndim; /* 0..5 */
    size_t shape[LAM_TENSOR_MAX_DIMS];
    size_t count; /* product of shape */
    float *data;  /* count floats; owned by the file object */
} LamNamedTensor;

typedef struct LamSafetensors LamSafetensors;

/* Empty, to be filled and written. */
LamSafetensors *lam_safetensors_new(void);

/* Reads and checks everything (header length against file size, JSON types, duplicates, dtype, shape
 * products, offsets, overlap, holes, finite values). Error: "cannot load weights: PATH: why". */
LamSafetensors *lam_safetensors_load(const char *path, GError **error);
void lam_safetensors_free(LamSafetensors *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamSafetensors, lam_safetensors_free)

/* Copies data in. Names must be new, printable ASCII without quotes or backslashes. */
bool lam_safetensors_add(LamSafetensors *file, const char *name, int ndim, const size_t *shape,
                         const float *data, GError **error);
void lam_safetensors_set_metadata(LamSafetensors *file, const char *key, const char *value);
/* A number as text, so that reading it gives the same bits. */
void lam_safetensors_set_number(LamSafetensors *file, const char *key, double value);

const LamNamedTensor *lam_safetensors_find(const LamSafetensors *file, const char *name);
const LamNamedTensor *lam_safetensors_at(const LamSafetensors *file,
                                         size_t index); /* NULL past the end */
size_t lam_safetensors_count(const LamSafetensors *file);
const char *lam_safetensors_metadata(const LamSafetensors *file,
                                     const char *key); /* NULL if absent */
/* Keys, NULL-terminated, sorted; free with g_free (not the strings). */
const char **lam_safetensors_metadata_keys(const LamSafetensors *file);

typedef enum { LAM_STORE_F32, LAM_STORE_F16 } LamStore;

/* Temporary file beside `path`, fsync, rename. F16 rounds to nearest even; LAM_ERROR_ARGUMENT if a
 * value does not fit into f16. */
bool lam_safetensors_save(const LamSafetensors *file, const char *path, LamStore store,
                          GError **error);

G_END_DECLS
