/* The JSON header of a safetensors file: only the grammar such a header has, read strictly (a general
 * JSON parser keeps the last of two equal keys and lets numbers overflow), and written. */
#pragma once

#include <lambdascope/safetensors.h>
#include <stdint.h>

/* One tensor as the header states it; offsets count from the end of the header. */
typedef struct {
    char *name;
    LamStore store;
    int ndim;
    size_t shape[LAM_TENSOR_MAX_DIMS];
    size_t count; /* product of shape, > 0 */
    uint64_t begin, end;
} LamTensorEntry;

void lam_tensor_entry_free(LamTensorEntry *entry);

/* Bytes of one element on disk. */
size_t lam_store_size(LamStore store);

/* A tensor name that we read and write: printable ASCII, no quote, no backslash, not __metadata__. */
bool lam_tensor_name_valid(const char *name);

/* Parses text (not NUL-terminated) into entries (LamTensorEntry *, sorted by offset; checked to lie
 * without hole or overlap) and metadata (char * -> char *). The error says only why; the caller
 * names the file. */
bool lam_safetensors_header_parse(const char *text, size_t length, GPtrArray *entries,
                                  GHashTable *metadata, GError **error);

/* The header of these entries, padded with spaces so that 8 + its length is a multiple of 64. */
GString *lam_safetensors_header_format(GPtrArray *entries, GHashTable *metadata);
