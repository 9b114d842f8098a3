#include <lambdascope/bids.h>

#include <string.h>

/* key-value parts in the order of the name, then the suffix: sub-01_ses-02_T1w. */
typedef struct {
    GPtrArray *entities; /* "sub-01", ... */
    char *suffix;
} Name;

char *lam_scan_stem(const char *path)
{
    static const char *const extensions[] = {".nii.gz", ".hdr.gz", ".img.gz", ".mgh.gz", ".nii",
                                             ".hdr",    ".img",    ".mgz",    ".mgh",    ".dcm",
                                             ".png",    ".jpg",    ".jpeg"};
    char *stem = g_path_get_basename(path);
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
        size_t length = strlen(stem), tail = strlen(extensions[i]);
        if (length > tail && g_ascii_strcasecmp(stem + length - tail, extensions[i]) == 0) {
            stem[length - tail] = '\0';
            break;
        }
    }
    return stem;
}

static bool is_alphanumeric(const char *text)
{
    for (; *text != '\0'; text++)
        if (!g_ascii_isalnum(*text) && *text != '+')
            return false;
    return true;
}

static bool is_entity(const char *part)
{
    const char *dash = strchr(part, '-');
    return dash != NULL && dash != part && dash[1] != '\0' && is_alphanumeric(dash + 1);
}

static void name_clear(Name *name)
{
    g_clear_pointer(&name->entities, g_ptr_array_unref);
    g_clear_pointer(&name->suffix, g_free);
}

/* False if it is not a name of BIDS: a subject or a template, entities, a suffix. */
static bool name_parse(const char *path, Name *name)
{
    g_autofree char *stem = lam_scan_stem(path);
    g_auto(GStrv) parts = g_strsplit(stem, "_", -1);
    guint n = g_strv_length(parts);
    *name = (Name){g_ptr_array_new_with_free_func(g_free), NULL};
    bool ok = n >= 2 && (g_str_has_prefix(stem, "sub-") || g_str_has_prefix(stem, "tpl-"));
    for (guint i = 0; ok && i + 1 < n; i++) {
        ok = is_entity(parts[i]);
        g_ptr_array_add(name->entities, g_strdup(parts[i]));
    }
    ok = ok && *parts[n - 1] != '\0' && is_alphanumeric(parts[n - 1]);
    if (ok)
        name->suffix = g_strdup(parts[n - 1]);
    else
        name_clear(name);
    return ok;
}

static const char *value_of(const Name *name, const char *key)
{
    size_t length = strlen(key);
    for (guint i = 0; name->entities != NULL && i < name->entities->len; i++) {
        const char *entity = name->entities->pdata[i];
        if (strncmp(entity, key, length) == 0 && entity[length] == '-')
            return entity + length + 1;
    }
    return NULL;
}

static bool holds(const Name *name, const char *entity)
{
    for (guint i = 0; name->entities != NULL && i < name->entities->len; i++)
        if (g_str_equal(name->entities->pdata[i], entity))
            return true;
    return false;
}

/* The space of one scan: a template's name, or what distinguishes the scan from the other, and its
 * suffix: "ses02T1w". The subject in the file's own prefix is not told twice. */
static char *space_of(const Name *name, const Name *other, bool is_prefix)
{
    const char *template = value_of(name, "tpl");
    if (template != NULL)
        return g_strdup(template);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < name->entities->len; i++) {
        const char *entity = name->entities->pdata[i];
        if (holds(other, entity) || (is_prefix && g_str_has_prefix(entity, "sub-")) ||
            (is_prefix && value_of(other, "sub") == NULL))
            continue;
        for (const char *c = entity; *c != '\0'; c++)
            if (*c != '-')
                g_string_append_c(out, *c);
    }
    g_string_append(out, name->suffix);
    return g_string_free(out, FALSE);
}

static char *letters_of(const char *path)
{
    g_autofree char *stem = lam_scan_stem(path);
    GString *out = g_string_new(NULL);
    for (const char *c = stem; *c != '\0'; c++)
        if (g_ascii_isalnum(*c))
            g_string_append_c(out, *c);
    if (out->len == 0)
        g_string_append(out, "fixed");
    return g_string_free(out, FALSE);
}

/* The folder of the data type that the scan lies in, "anat" if that is none. */
static const char *data_type(const char *path)
{
    static const char *const types[] = {"anat", "func", "dwi", "fmap", "pet", "perf"};
    g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(folder);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(base, types[i]))
            return types[i];
    return types[0];
}

static LamResultNames bids_names(const char *fixed, const char *moving, const Name *from)
{
    Name to = {NULL};
    bool known = name_parse(fixed, &to);
    g_autofree char *from_space = space_of(from, &to, true);
    g_autofree char *to_space = known ? space_of(&to, from, false) : letters_of(fixed);
    GString *prefix = g_string_new(NULL), *folder = g_string_new(from->entities->pdata[0]);
    for (guint i = 0; i < from->entities->len; i++)
        g_string_append_printf(prefix, "%s_", (char *)from->entities->pdata[i]);
    if (value_of(from, "ses") != NULL)
        g_string_append_printf(folder, "/ses-%s", value_of(from, "ses"));
    g_string_append_printf(folder, "/%s", data_type(moving));
    LamResultNames names = {
        .folder = g_string_free(folder, FALSE),
        .transform =
            g_strdup_printf("%sfrom-%s_to-%s_mode-image_xfm", prefix->str, from_space, to_space),
        .warped = g_strdup_printf("%sspace-%s_%s", prefix->str, to_space, from->suffix),
    };
    g_string_free(prefix, TRUE);
    name_clear(&to);
    return names;
}

LamResultNames lam_result_names(const char *fixed, const char *moving, const char *name)
{
    Name from = {NULL};
    if (name == NULL && name_parse(moving, &from)) {
        LamResultNames names = bids_names(fixed, moving, &from);
        name_clear(&from);
        return names;
    }
    g_autofree char *f = lam_scan_stem(fixed), *m = lam_scan_stem(moving);
    return (LamResultNames){
        .folder = name != NULL ? g_strdup(name) : g_strdup_printf("%s_to_%s", m, f),
        .transform = g_strdup("transform"),
        .warped = g_strdup("warped"),
    };
}

void lam_result_names_clear(LamResultNames *names)
{
    g_clear_pointer(&names->folder, g_free);
    g_clear_pointer(&names->transform, g_free);
    g_clear_pointer(&names->warped, g_free);
}
