/* Named parameters in one arena. */
#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/parameters.h>
#include <math.h>
#include <string.h>

typedef struct {
    char *name;
    int ndim;
    size_t shape[LAM_TENSOR_MAX_DIMS];
    size_t size, offset;
    LamInit init;
} Entry;

struct LamParameters {
    GArray *entries;
    GHashTable *by_name; /* name -> index + 1 */
    size_t floats;
    float *values, *gradients;
};

static void entry_clear(void *p)
{
    g_free(((Entry *)p)->name);
}

LamParameters *lam_parameters_new(void)
{
    LamParameters *parameters = g_new0(LamParameters, 1);
    parameters->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    g_array_set_clear_func(parameters->entries, entry_clear);
    parameters->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    return parameters;
}

void lam_parameters_free(LamParameters *parameters)
{
    if (parameters == NULL)
        return;
    g_hash_table_unref(parameters->by_name);
    g_array_unref(parameters->entries);
    lam_free(parameters->values);
    lam_free(parameters->gradients);
    g_free(parameters);
}

static Entry *entry_at(const LamParameters *parameters, int index)
{
    return &g_array_index(parameters->entries, Entry, index);
}

int lam_parameters_declare(LamParameters *parameters, const char *name, int ndim,
                           const size_t *shape, LamInit init)
{
    int known = GPOINTER_TO_INT(g_hash_table_lookup(parameters->by_name, name));
    if (known > 0) {
        const Entry *entry = entry_at(parameters, known - 1);
        g_assert(entry->ndim == ndim && memcmp(entry->shape, shape, sizeof *shape * ndim) == 0);
        return known - 1;
    }
    g_assert(parameters->values == NULL);
    Entry entry = {.name = g_strdup(name), .ndim = ndim, .size = 1, .init = init};
    for (int i = 0; i < ndim; i++) {
        entry.shape[i] = shape[i];
        entry.size *= shape[i];
    }
    entry.offset = parameters->floats;
    parameters->floats += (entry.size + 15) / 16 * 16;
    g_array_append_val(parameters->entries, entry);
    g_hash_table_insert(parameters->by_name, entry.name,
                        GINT_TO_POINTER((int)parameters->entries->len));
    return (int)parameters->entries->len - 1;
}

bool lam_parameters_allocate(LamParameters *parameters, bool with_gradients, GError **error)
{
    if (parameters->values == NULL)
        parameters->values = lam_alloc_floats(parameters->floats, "network parameters", error);
    if (parameters->values == NULL)
        return false;
    if (with_gradients && parameters->gradients == NULL)
        parameters->gradients = lam_alloc_floats(parameters->floats, "parameter gradients", error);
    return !with_gradients || parameters->gradients != NULL;
}

/* Box-Muller on GRand: the same numbers on every machine, up to libm's last bit. */
static float normal(GRand *rand)
{
    double u = 1.0 - g_rand_double(rand), v = g_rand_double(rand);
    return (float)(sqrt(-2.0 * log(u)) * cos(2.0 * G_PI * v));
}

void lam_parameters_initialise(LamParameters *parameters, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    for (guint i = 0; i < parameters->entries->len; i++) {
        const Entry *entry = entry_at(parameters, (int)i);
        float *value = parameters->values + entry->offset;
        for (size_t k = 0; k < entry->size; k++)
            value[k] =
                (float)entry->init.value +
                (entry->init.deviation > 0 ? (float)entry->init.deviation * normal(rand) : 0);
    }
    g_rand_free(rand);
}

static bool same_shape(const Entry *entry, const LamNamedTensor *tensor)
{
    return entry->ndim == tensor->ndim &&
           memcmp(entry->shape, tensor->shape, sizeof entry->shape[0] * entry->ndim) == 0;
}

static const LamNamedTensor *stored(const Entry *entry, const LamSafetensors *file,
                                    const char *prefix)
{
    g_autofree char *name = g_strconcat(prefix != NULL ? prefix : "", entry->name, NULL);
    return lam_safetensors_find(file, name);
}

bool lam_parameters_check(const LamParameters *parameters, const LamSafetensors *file,
                          const char *prefix, GError **error)
{
    for (guint i = 0; i < parameters->entries->len; i++) {
        const Entry *entry = entry_at(parameters, (int)i);
        const LamNamedTensor *tensor = stored(entry, file, prefix);
        if (tensor != NULL && same_shape(entry, tensor))
            continue;
        g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "tensor \"%s%s\" %s",
                    prefix != NULL ? prefix : "", entry->name,
                    tensor == NULL ? "is missing" : "has another shape than the architecture");
        return false;
    }
    return true;
}

bool lam_parameters_read_into(const LamParameters *parameters, const LamSafetensors *file,
                              const char *prefix, float *values, GError **error)
{
    if (!lam_parameters_check(parameters, file, prefix, error))
        return false;
    for (guint i = 0; i < parameters->entries->len; i++) {
        const Entry *entry = entry_at(parameters, (int)i);
        memcpy(values + entry->offset, stored(entry, file, prefix)->data,
               entry->size * sizeof(float));
    }
    return true;
}

bool lam_parameters_read(LamParameters *parameters, const LamSafetensors *file, const char *prefix,
                         GError **error)
{
    return lam_parameters_read_into(parameters, file, prefix, parameters->values, error);
}

/* NULL: there is none, or of another number of dimensions. */
static const Entry *entry_like(const LamParameters *parameters, const Entry *entry)
{
    int known = GPOINTER_TO_INT(g_hash_table_lookup(parameters->by_name, entry->name));
    const Entry *other = known > 0 ? entry_at(parameters, known - 1) : NULL;
    return other != NULL && other->ndim == entry->ndim ? other : NULL;
}

int lam_parameters_copy(LamParameters *to, const LamParameters *from)
{
    int copied = 0;
    for (guint i = 0; i < to->entries->len; i++) {
        const Entry *entry = entry_at(to, (int)i);
        const Entry *other = entry_like(from, entry);
        if (other == NULL ||
            memcmp(other->shape, entry->shape, sizeof entry->shape[0] * (size_t)entry->ndim) != 0)
            continue;
        memcpy(to->values + entry->offset, from->values + other->offset,
               entry->size * sizeof(float));
        copied++;
    }
    return copied;
}

/* Outputs and inputs alone may be more. */
static bool is_wider(const Entry *entry, const Entry *narrow)
{
    bool more = false;
    for (int d = 0; d < entry->ndim; d++) {
        if (entry->shape[d] < narrow->shape[d] || (d > 1 && entry->shape[d] != narrow->shape[d]))
            return false;
        more = more || entry->shape[d] > narrow->shape[d];
    }
    return more && !g_str_has_prefix(entry->name, "hyper.");
}

/* to: [outputs][inputs][taps]; a bias is outputs of one input and one tap. */
static void widen(const Entry *entry, const Entry *narrow, const float *from, float *to,
                  GRand *rand)
{
    bool bias = entry->ndim == 1;
    size_t outputs = entry->shape[0], inputs = bias ? 1 : entry->shape[1];
    size_t taps = entry->size / outputs / inputs, old_inputs = bias ? 1 : narrow->shape[1];
    float deviation = bias ? 0 : (float)sqrt(1.0 / (double)(inputs * taps));
    for (size_t o = 0; o < outputs; o++)
        for (size_t i = 0; i < inputs; i++)
            for (size_t k = 0; k < taps; k++) {
                bool old = o < narrow->shape[0];
                float fresh = old ? 0 : deviation * normal(rand);
                to[(o * inputs + i) * taps + k] =
                    old && i < old_inputs ? from[(o * old_inputs + i) * taps + k] : fresh;
            }
}

int lam_parameters_widen(LamParameters *to, const LamParameters *from, guint32 seed)
{
    int widened = 0;
    GRand *rand = g_rand_new_with_seed(seed);
    for (guint i = 0; i < to->entries->len; i++) {
        const Entry *entry = entry_at(to, (int)i);
        const Entry *narrow = entry_like(from, entry);
        if (narrow == NULL || !is_wider(entry, narrow))
            continue;
        widen(entry, narrow, from->values + narrow->offset, to->values + entry->offset, rand);
        widened++;
    }
    g_rand_free(rand);
    return widened;
}

bool lam_parameters_reject_others(const LamParameters *parameters, const LamSafetensors *file,
                                  GError **error)
{
    for (size_t i = 0; i < lam_safetensors_count(file); i++) {
        const char *name = lam_safetensors_at(file, i)->name;
        if (g_hash_table_contains(parameters->by_name, name))
            continue;
        g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL,
                    "tensor \"%s\" does not belong to the architecture", name);
        return false;
    }
    return true;
}

bool lam_parameters_write(const LamParameters *parameters, const float *values,
                          LamSafetensors *file, const char *prefix, GError **error)
{
    for (guint i = 0; i < parameters->entries->len; i++) {
        const Entry *entry = entry_at(parameters, (int)i);
        g_autofree char *name = g_strconcat(prefix != NULL ? prefix : "", entry->name, NULL);
        if (!lam_safetensors_add(file, name, entry->ndim, entry->shape, values + entry->offset,
                                 error))
            return false;
    }
    return true;
}

int lam_parameters_count(const LamParameters *parameters)
{
    return (int)parameters->entries->len;
}

size_t lam_parameters_floats(const LamParameters *parameters)
{
    return parameters->floats;
}

float *lam_parameters_find(const LamParameters *parameters, const char *name)
{
    int known = GPOINTER_TO_INT(g_hash_table_lookup(parameters->by_name, name));
    return known > 0 ? parameters->values + entry_at(parameters, known - 1)->offset : NULL;
}

const char *lam_parameters_name(const LamParameters *parameters, int index)
{
    return entry_at(parameters, index)->name;
}

size_t lam_parameters_offset(const LamParameters *parameters, int index)
{
    return entry_at(parameters, index)->offset;
}

size_t lam_parameters_size(const LamParameters *parameters, int index)
{
    return entry_at(parameters, index)->size;
}

double lam_parameters_rate_scale(const LamParameters *parameters, int index)
{
    double scale = entry_at(parameters, index)->init.rate_scale;
    return scale > 0 ? scale : 1;
}

float *lam_parameters_values(LamParameters *parameters)
{
    return parameters->values;
}

float *lam_parameters_gradients(LamParameters *parameters)
{
    return parameters->gradients;
}

void lam_parameters_zero_gradients(LamParameters *parameters)
{
    memset(parameters->gradients, 0, parameters->floats * sizeof(float));
}
