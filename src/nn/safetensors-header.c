#include "safetensors-header.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <string.h>

#define METADATA_KEY "__metadata__"

typedef struct {
    const char *start, *at, *end;
    GError **error;
} Reader;

void lam_tensor_entry_free(LamTensorEntry *entry)
{
    g_free(entry->name);
    g_free(entry);
}

size_t lam_store_size(LamStore store)
{
    return store == LAM_STORE_F16 ? 2 : 4;
}

bool lam_tensor_name_valid(const char *name)
{
    if (*name == '\0' || strcmp(name, METADATA_KEY) == 0)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!g_ascii_isprint(*c) || *c == '"' || *c == '\\')
            return false;
    return true;
}

G_GNUC_PRINTF(2, 3) static bool fail(Reader *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(r->error, LAM_ERROR, LAM_ERROR_FORMAT, "header: %s (at byte %td)", why,
                r->at - r->start);
    return false;
}

static void skip_space(Reader *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at) != NULL)
        r->at++;
}

/* Takes the character if it is next. */
static bool accept(Reader *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool expect(Reader *r, char c)
{
    return accept(r, c) || fail(r, "'%c' expected", c);
}

static bool read_hex4(Reader *r, gunichar *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        if (r->at == r->end || !g_ascii_isxdigit(*r->at))
            return fail(r, "bad \\u escape");
        *code = *code << 4 | (gunichar)g_ascii_xdigit_value(*r->at);
    }
    return true;
}

static bool read_unicode_escape(Reader *r, GString *out)
{
    gunichar code, low;
    if (!read_hex4(r, &code))
        return false;
    if (code >= 0xd800 && code < 0xdc00) {
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
            return fail(r, "half of a surrogate pair");
        r->at += 2;
        if (!read_hex4(r, &low))
            return false;
        if (low < 0xdc00 || low >= 0xe000)
            return fail(r, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code == 0 || !g_unichar_validate(code))
        return fail(r, "character U+%04X is not allowed", code);
    g_string_append_unichar(out, code);
    return true;
}

static bool read_escape(Reader *r, GString *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end)
        return fail(r, "string without end");
    char c = *r->at++;
    if (c == 'u')
        return read_unicode_escape(r, out);
    const char *known = memchr(names, c, sizeof names - 1);
    if (known == NULL)
        return fail(r, "unknown escape");
    g_string_append_c(out, values[known - names]);
    return true;
}

static char *read_string(Reader *r)
{
    if (!expect(r, '"'))
        return NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        if ((unsigned char)c < 0x20) {
            fail(r, "control character in a string");
            return NULL;
        }
        if (c != '\\')
            g_string_append_c(out, c);
        else if (!read_escape(r, out))
            return NULL;
    }
    if (r->at == r->end) {
        fail(r, "string without end");
        return NULL;
    }
    r->at++;
    return g_strdup(out->str);
}

/* A JSON number that is a non-negative integer below 2^63, in plain digits. */
static bool read_integer(Reader *r, uint64_t *value)
{
    skip_space(r);
    const char *first = r->at;
    *value = 0;
    for (; r->at < r->end && g_ascii_isdigit(*r->at); r->at++) {
        uint64_t digit = (uint64_t)(*r->at - '0');
        if (*value > (G_MAXINT64 - digit) / 10)
            return fail(r, "number too large");
        *value = *value * 10 + digit;
    }
    if (r->at == first || (r->at < r->end && strchr(".eE", *r->at) != NULL))
        return fail(r, "non-negative integer expected");
    if (*first == '0' && r->at - first > 1)
        return fail(r, "number with a leading zero");
    return true;
}

/* [n, n, ...]; *count holds the room in values and receives their number. */
static bool read_integers(Reader *r, uint64_t *values, int *count)
{
    int n = 0;
    if (!expect(r, '['))
        return false;
    if (!accept(r, ']')) {
        do {
            if (n == *count)
                return fail(r, "more than %d numbers", *count);
            if (!read_integer(r, &values[n++]))
                return false;
        } while (accept(r, ','));
        if (!expect(r, ']'))
            return false;
    }
    *count = n;
    return true;
}

static bool read_store(Reader *r, LamTensorEntry *entry)
{
    g_autofree char *dtype = read_string(r);
    if (dtype == NULL)
        return false;
    if (strcmp(dtype, "F32") == 0)
        entry->store = LAM_STORE_F32;
    else if (strcmp(dtype, "F16") == 0)
        entry->store = LAM_STORE_F16;
    else {
        g_set_error(r->error, LAM_ERROR, LAM_ERROR_UNSUPPORTED,
                    "tensor '%s' has values of type '%s' (only F32 and F16 are read)", entry->name,
                    dtype);
        return false;
    }
    return true;
}

static bool read_shape(Reader *r, LamTensorEntry *entry)
{
    uint64_t sizes[LAM_TENSOR_MAX_DIMS];
    entry->ndim = LAM_TENSOR_MAX_DIMS;
    if (!read_integers(r, sizes, &entry->ndim))
        return false;
    entry->count = 1;
    for (int i = 0; i < entry->ndim; i++) {
        entry->shape[i] = (size_t)sizes[i];
        if (sizes[i] == 0 || sizes[i] != (uint64_t)entry->shape[i])
            return fail(r, "size %d of tensor '%s' cannot be %" G_GUINT64_FORMAT, i, entry->name,
                        sizes[i]);
        if (!lam_size_mul(entry->count, entry->shape[i], &entry->count))
            return fail(r, "tensor '%s' is too large", entry->name);
    }
    return true;
}

static bool read_offsets(Reader *r, LamTensorEntry *entry)
{
    uint64_t offsets[2];
    int count = 2;
    if (!read_integers(r, offsets, &count))
        return false;
    if (count != 2 || offsets[0] > offsets[1])
        return fail(r, "data_offsets of tensor '%s' are not two ascending numbers", entry->name);
    entry->begin = offsets[0];
    entry->end = offsets[1];
    return true;
}

static bool check_length(Reader *r, const LamTensorEntry *entry)
{
    size_t bytes;
    if (!lam_size_mul(entry->count, lam_store_size(entry->store), &bytes))
        return fail(r, "tensor '%s' is too large", entry->name);
    if (entry->end - entry->begin != bytes)
        return fail(r, "tensor '%s' needs %zu bytes, its offsets span %" G_GUINT64_FORMAT,
                    entry->name, bytes, entry->end - entry->begin);
    return true;
}

/* {"dtype":..., "shape":[...], "data_offsets":[...]}: each key once, in any order, none beside */
static bool read_entry(Reader *r, LamTensorEntry *entry)
{
    static const struct {
        const char *key;
        bool (*read)(Reader *, LamTensorEntry *);
    } fields[] = {{"dtype", read_store}, {"shape", read_shape}, {"data_offsets", read_offsets}};
    guint seen = 0;
    if (!expect(r, '{'))
        return false;
    do {
        g_autofree char *key = read_string(r);
        if (key == NULL)
            return false;
        guint i = 0;
        while (i < G_N_ELEMENTS(fields) && strcmp(key, fields[i].key) != 0)
            i++;
        if (i == G_N_ELEMENTS(fields) || (seen & 1u << i))
            return fail(r, "%s key '%s' in tensor '%s'",
                        i == G_N_ELEMENTS(fields) ? "unknown" : "repeated", key, entry->name);
        seen |= 1u << i;
        if (!expect(r, ':') || !fields[i].read(r, entry))
            return false;
    } while (accept(r, ','));
    if (!expect(r, '}'))
        return false;
    if (seen != (1u << G_N_ELEMENTS(fields)) - 1)
        return fail(r, "tensor '%s' lacks dtype, shape or data_offsets", entry->name);
    return check_length(r, entry);
}

static bool read_metadata(Reader *r, GHashTable *metadata)
{
    if (!expect(r, '{'))
        return false;
    if (accept(r, '}'))
        return true;
    do {
        g_autofree char *key = read_string(r);
        if (key == NULL)
            return false;
        if (g_hash_table_contains(metadata, key))
            return fail(r, "metadata key '%s' appears twice", key);
        if (!expect(r, ':'))
            return false;
        char *value = read_string(r);
        if (value == NULL)
            return false;
        g_hash_table_insert(metadata, g_steal_pointer(&key), value);
    } while (accept(r, ','));
    return expect(r, '}');
}

static bool read_tensor(Reader *r, const char *name, GPtrArray *entries)
{
    if (!lam_tensor_name_valid(name))
        return fail(r, "tensor name '%s' is not allowed", name);
    LamTensorEntry *entry = g_new0(LamTensorEntry, 1);
    entry->name = g_strdup(name);
    g_ptr_array_add(entries, entry);
    return read_entry(r, entry);
}

static bool read_members(Reader *r, GPtrArray *entries, GHashTable *metadata)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (accept(r, '}'))
        return true;
    do {
        g_autofree char *name = read_string(r);
        if (name == NULL)
            return false;
        if (!g_hash_table_add(names, g_strdup(name)))
            return fail(r, "'%s' appears twice", name);
        if (!expect(r, ':'))
            return false;
        bool ok = strcmp(name, METADATA_KEY) == 0 ? read_metadata(r, metadata)
                                                  : read_tensor(r, name, entries);
        if (!ok)
            return false;
    } while (accept(r, ','));
    return expect(r, '}');
}

static int compare_begin(gconstpointer a, gconstpointer b)
{
    const LamTensorEntry *x = *(LamTensorEntry *const *)a, *y = *(LamTensorEntry *const *)b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static bool check_layout(GPtrArray *entries, GError **error)
{
    uint64_t expected = 0;
    g_ptr_array_sort(entries, compare_begin);
    for (guint i = 0; i < entries->len; i++) {
        const LamTensorEntry *entry = entries->pdata[i];
        if (entry->begin != expected) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "header: %s before tensor '%s'",
                        entry->begin < expected ? "overlap" : "hole", entry->name);
            return false;
        }
        expected = entry->end;
    }
    return true;
}

bool lam_safetensors_header_parse(const char *text, size_t length, GPtrArray *entries,
                                  GHashTable *metadata, GError **error)
{
    Reader r = {text, text, text + length, error};
    if (memchr(text, '\0', length) != NULL || !g_utf8_validate(text, (gssize)length, NULL))
        return fail(&r, "not UTF-8 text");
    if (!expect(&r, '{') || !read_members(&r, entries, metadata))
        return false;
    skip_space(&r);
    if (r.at != r.end)
        return fail(&r, "text after the end");
    return check_layout(entries, error);
}

static void append_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            g_string_append_printf(out, "\\u%04x", *c);
        else
            g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static void append_metadata(GString *out, GHashTable *metadata)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(metadata), (GCompareFunc)strcmp);
    append_string(out, METADATA_KEY);
    g_string_append(out, ":{");
    for (GList *key = keys; key != NULL; key = key->next) {
        append_string(out, key->data);
        g_string_append_c(out, ':');
        append_string(out, g_hash_table_lookup(metadata, key->data));
        if (key->next != NULL)
            g_string_append_c(out, ',');
    }
    g_string_append_c(out, '}');
}

static void append_entry(GString *out, const LamTensorEntry *entry)
{
    if (out->len > 1)
        g_string_append_c(out, ',');
    append_string(out, entry->name);
    g_string_append_printf(out, ":{\"dtype\":\"%s\",\"shape\":[",
                           entry->store == LAM_STORE_F16 ? "F16" : "F32");
    for (int i = 0; i < entry->ndim; i++)
        g_string_append_printf(out, "%s%zu", i > 0 ? "," : "", entry->shape[i]);
    g_string_append_printf(out, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                           entry->begin, entry->end);
}

GString *lam_safetensors_header_format(GPtrArray *entries, GHashTable *metadata)
{
    GString *out = g_string_new("{");
    if (g_hash_table_size(metadata) > 0)
        append_metadata(out, metadata);
    for (guint i = 0; i < entries->len; i++)
        append_entry(out, entries->pdata[i]);
    g_string_append_c(out, '}');
    while ((8 + out->len) % 64 != 0)
        g_string_append_c(out, ' ');
    return out;
}
