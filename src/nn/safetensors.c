#include <lambdascope/safetensors.h>

#include "safetensors-header.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/half.h>
#include <lambdascope/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_HEADER_BYTES (16u << 20)
#define LENGTH_BYTES     8u

struct LamSafetensors {
    GPtrArray *tensors;   /* LamNamedTensor *, in file order; owned */
    GHashTable *by_name;  /* name -> the same; borrowed */
    GHashTable *metadata; /* char * -> char * */
};

static void tensor_free(LamNamedTensor *tensor)
{
    g_free(tensor->name);
    lam_free(tensor->data);
    g_free(tensor);
}

LamSafetensors *lam_safetensors_new(void)
{
    LamSafetensors *file = g_new0(LamSafetensors, 1);
    file->tensors = g_ptr_array_new_with_free_func((GDestroyNotify)tensor_free);
    file->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    file->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return file;
}

void lam_safetensors_free(LamSafetensors *file)
{
    if (file == NULL)
        return;
    g_hash_table_unref(file->metadata);
    g_hash_table_unref(file->by_name);
    g_ptr_array_unref(file->tensors);
    g_free(file);
}

/* Adds a zeroed tensor; name and shape are known to be good. */
static LamNamedTensor *append(LamSafetensors *file, const char *name, int ndim, const size_t *shape,
                              size_t count, GError **error)
{
    float *data = lam_alloc_floats(count, name, error);
    if (data == NULL)
        return NULL;
    LamNamedTensor *tensor = g_new0(LamNamedTensor, 1);
    tensor->name = g_strdup(name);
    tensor->ndim = ndim;
    for (int i = 0; i < ndim; i++)
        tensor->shape[i] = shape[i];
    tensor->count = count;
    tensor->data = data;
    g_ptr_array_add(file->tensors, tensor);
    g_hash_table_insert(file->by_name, tensor->name, tensor);
    return tensor;
}

static bool refuse(GError **error, const char *name, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot store tensor: %s: %s", name, why);
    return false;
}

bool lam_safetensors_add(LamSafetensors *file, const char *name, int ndim, const size_t *shape,
                         const float *data, GError **error)
{
    size_t count = 1;
    if (!lam_tensor_name_valid(name))
        return refuse(error, name, "the name is not allowed");
    if (g_hash_table_contains(file->by_name, name))
        return refuse(error, name, "the name is taken");
    if (ndim < 0 || ndim > LAM_TENSOR_MAX_DIMS)
        return refuse(error, name, "0 to 5 dimensions are allowed");
    for (int i = 0; i < ndim; i++)
        if (shape[i] == 0 || !lam_size_mul(count, shape[i], &count))
            return refuse(error, name, "empty or too large");
    LamNamedTensor *tensor = append(file, name, ndim, shape, count, error);
    if (tensor == NULL)
        return false;
    memcpy(tensor->data, data, count * sizeof(float));
    return true;
}

void lam_safetensors_set_metadata(LamSafetensors *file, const char *key, const char *value)
{
    g_hash_table_insert(file->metadata, g_utf8_make_valid(key, -1), g_utf8_make_valid(value, -1));
}

void lam_safetensors_set_number(LamSafetensors *file, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    lam_safetensors_set_metadata(file, key, g_ascii_dtostr(text, sizeof text, value));
}

const LamNamedTensor *lam_safetensors_find(const LamSafetensors *file, const char *name)
{
    return g_hash_table_lookup(file->by_name, name);
}

const LamNamedTensor *lam_safetensors_at(const LamSafetensors *file, size_t index)
{
    return index < file->tensors->len ? file->tensors->pdata[index] : NULL;
}

size_t lam_safetensors_count(const LamSafetensors *file)
{
    return file->tensors->len;
}

const char *lam_safetensors_metadata(const LamSafetensors *file, const char *key)
{
    return g_hash_table_lookup(file->metadata, key);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **lam_safetensors_metadata_keys(const LamSafetensors *file)
{
    guint count;
    gpointer *keys = g_hash_table_get_keys_as_array(file->metadata, &count);
    qsort(keys, count, sizeof *keys, compare_keys);
    return (const char **)keys;
}

/* Bytes of data that these entries, sorted by offset, describe. */
static uint64_t data_end(GPtrArray *entries)
{
    if (entries->len == 0)
        return 0;
    const LamTensorEntry *last = entries->pdata[entries->len - 1];
    return last->end;
}

/* ---- reading ---- */

static bool malformed(GError **error, const char *why)
{
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FORMAT, why);
    return false;
}

static bool io_failed(GError **error, int code)
{
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_IO, g_strerror(code));
    return false;
}

static bool read_bytes(FILE *stream, void *out, size_t bytes, GError **error)
{
    if (fread(out, 1, bytes, stream) == bytes)
        return true;
    return ferror(stream) ? io_failed(error, errno) : malformed(error, "the file is cut short");
}

/* Fills values from little-endian bytes; source may be values itself for F32. */
static void decode(float *values, const unsigned char *source, size_t count, LamStore store)
{
    for (size_t i = 0; i < count; i++) {
        if (store == LAM_STORE_F16) {
            uint16_t half;
            memcpy(&half, source + 2 * i, 2);
            values[i] = lam_half_to_float(GUINT16_FROM_LE(half));
        } else {
            uint32_t bits;
            memcpy(&bits, source + 4 * i, 4);
            bits = GUINT32_FROM_LE(bits);
            memcpy(&values[i], &bits, 4);
        }
    }
}

static bool all_finite(const LamNamedTensor *tensor)
{
    for (size_t i = 0; i < tensor->count; i++)
        if (!isfinite(tensor->data[i]))
            return false;
    return true;
}

static bool read_tensor(LamSafetensors *file, FILE *stream, const LamTensorEntry *entry,
                        GError **error)
{
    LamNamedTensor *tensor =
        append(file, entry->name, entry->ndim, entry->shape, entry->count, error);
    if (tensor == NULL)
        return false;
    size_t bytes = (size_t)(entry->end - entry->begin);
    /* Halves are read into the upper end of the room for floats: decoding upwards never overtakes. */
    unsigned char *raw = (unsigned char *)tensor->data + (entry->count * sizeof(float) - bytes);
    if (!read_bytes(stream, raw, bytes, error))
        return false;
    decode(tensor->data, raw, entry->count, entry->store);
    if (all_finite(tensor))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "tensor '%s' holds values that are not finite",
                entry->name);
    return false;
}

static bool open_regular(const char *path, FILE **stream, uint64_t *size, GError **error)
{
    struct stat status;
    if (g_stat(path, &status) != 0)
        return io_failed(error, errno);
    if (!S_ISREG(status.st_mode))
        return malformed(error, "not a regular file");
    *size = (uint64_t)status.st_size;
    *stream = g_fopen(path, "rb");
    return *stream != NULL || io_failed(error, errno);
}

static bool read_header(LamSafetensors *file, FILE *stream, uint64_t size, GPtrArray *entries,
                        GError **error)
{
    uint64_t length;
    if (size < LENGTH_BYTES)
        return malformed(error, "too short to be a safetensors file");
    if (!read_bytes(stream, &length, LENGTH_BYTES, error))
        return false;
    length = GUINT64_FROM_LE(length);
    if (length > MAX_HEADER_BYTES)
        return malformed(error, "not a safetensors file (the header's length is over 16 MiB)");
    if (length > size - LENGTH_BYTES)
        return malformed(error, "the header is longer than the file: cut short or not safetensors");
    g_autofree char *text = g_malloc((size_t)length + 1);
    if (!read_bytes(stream, text, (size_t)length, error) ||
        !lam_safetensors_header_parse(text, (size_t)length, entries, file->metadata, error))
        return false;
    uint64_t stated = data_end(entries);
    if (stated == size - LENGTH_BYTES - length)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                "the header states %" G_GUINT64_FORMAT
                " bytes of data, the file holds %" G_GUINT64_FORMAT,
                stated, size - LENGTH_BYTES - length);
    return false;
}

static bool read_all(LamSafetensors *file, FILE *stream, uint64_t size, GError **error)
{
    g_autoptr(GPtrArray) entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_tensor_entry_free);
    if (!read_header(file, stream, size, entries, error))
        return false;
    for (guint i = 0; i < entries->len; i++)
        if (!read_tensor(file, stream, entries->pdata[i], error))
            return false;
    return true;
}

LamSafetensors *lam_safetensors_load(const char *path, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    FILE *stream = NULL;
    uint64_t size;
    bool ok = open_regular(path, &stream, &size, error) && read_all(file, stream, size, error);
    if (stream != NULL)
        fclose(stream);
    if (ok)
        return g_steal_pointer(&file);
    lam_error_tidy(error);
    g_prefix_error(error, "cannot load weights: %s: ", path);
    return NULL;
}

/* ---- writing ---- */

static void plan_entries(const LamSafetensors *file, LamStore store, GPtrArray *entries)
{
    uint64_t offset = 0;
    for (guint i = 0; i < file->tensors->len; i++) {
        const LamNamedTensor *tensor = file->tensors->pdata[i];
        LamTensorEntry *entry = g_new0(LamTensorEntry, 1);
        entry->name = g_strdup(tensor->name);
        entry->store = store;
        entry->ndim = tensor->ndim;
        memcpy(entry->shape, tensor->shape, sizeof entry->shape);
        entry->count = tensor->count;
        entry->begin = offset;
        offset += tensor->count * lam_store_size(store);
        entry->end = offset;
        g_ptr_array_add(entries, entry);
    }
}

static bool encode(unsigned char *out, const LamNamedTensor *tensor, LamStore store, GError **error)
{
    for (size_t i = 0; i < tensor->count; i++) {
        float value = tensor->data[i];
        if (!isfinite(value) || (store == LAM_STORE_F16 && fabsf(value) >= 65520)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "value %g of tensor '%s' %s", value,
                        tensor->name, isfinite(value) ? "does not fit into f16" : "is not finite");
            return false;
        }
        if (store == LAM_STORE_F16) {
            uint16_t half = GUINT16_TO_LE(lam_half_from_float(value));
            memcpy(out + 2 * i, &half, 2);
        } else {
            uint32_t bits;
            memcpy(&bits, &value, 4);
            bits = GUINT32_TO_LE(bits);
            memcpy(out + 4 * i, &bits, 4);
        }
    }
    return true;
}

/* The whole file in memory; NULL on error. */
static char *assemble(const LamSafetensors *file, LamStore store, size_t *size, GError **error)
{
    g_autoptr(GPtrArray) entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_tensor_entry_free);
    plan_entries(file, store, entries);
    g_autoptr(GString) header = lam_safetensors_header_format(entries, file->metadata);
    if (header->len > MAX_HEADER_BYTES) {
        malformed(error, "the header would be over 16 MiB");
        return NULL;
    }
    uint64_t data = data_end(entries);
    *size = LENGTH_BYTES + header->len + (size_t)data;
    g_autofree char *bytes = g_try_malloc(*size);
    if (bytes == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY, "out of memory (%zu bytes)", *size);
        return NULL;
    }
    uint64_t length = GUINT64_TO_LE((uint64_t)header->len);
    memcpy(bytes, &length, LENGTH_BYTES);
    memcpy(bytes + LENGTH_BYTES, header->str, header->len);
    for (guint i = 0; i < entries->len; i++) {
        const LamTensorEntry *entry = entries->pdata[i];
        unsigned char *out = (unsigned char *)bytes + LENGTH_BYTES + header->len + entry->begin;
        if (!encode(out, file->tensors->pdata[i], store, error))
            return NULL;
    }
    return g_steal_pointer(&bytes);
}

/* Renaming over a device or a folder would destroy it or fail late. */
static bool check_target(const char *path, GError **error)
{
    struct stat status;
    if (g_stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_IO, "not a regular file");
    return false;
}

/* g_file_set_contents names its temporary file in its messages; ours name the target. */
static bool write_bytes(const char *path, const char *bytes, size_t size, GError **error)
{
    g_autoptr(GError) cause = NULL;
    GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
    if (size > G_MAXSSIZE)
        return malformed(error, "too large");
    if (g_file_set_contents_full(path, bytes, (gssize)size, flags, 0644, &cause))
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_IO, cause->message);
    return false;
}

bool lam_safetensors_save(const LamSafetensors *file, const char *path, LamStore store,
                          GError **error)
{
    size_t size;
    g_autofree char *bytes = NULL;
    if (check_target(path, error))
        bytes = assemble(file, store, &size, error);
    if (bytes != NULL && write_bytes(path, bytes, size, error))
        return true;
    g_prefix_error(error, "cannot write weights: %s: ", path);
    return false;
}
