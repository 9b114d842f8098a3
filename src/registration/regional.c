#include <lambdascope/regional.h>

#include <lambdascope/composite.h>
#include <lambdascope/resample.h>

struct LamRegional {
    LamSession *session;
    gatomicrefcount refs;

    /* the session's thread */
    LamComposite *composite; /* NULL: nothing was asked for with regions yet */
    GPtrArray *made_of;      /* LamRegionSpec; NULL likewise */
    LamVolume *made_labels;
    GPtrArray *regions;  /* LamRegion, one for each spec; NULL where it could not be made */
    GPtrArray *failures; /* char: why not */
    guint64 made;        /* how often */
    LamVolume *map;      /* NULL: not made since masks changed, or there is none */

    /* under the mutex, which is held for some assignments only */
    GMutex mutex;
    GPtrArray *wanted;
    LamVolume *wanted_labels;
};

LamRegional *lam_regional_new(LamSession *session)
{
    LamRegional *regional = g_new0(LamRegional, 1);
    regional->session = session;
    regional->regions = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_free);
    regional->failures = g_ptr_array_new_with_free_func(g_free);
    g_atomic_ref_count_init(&regional->refs);
    g_mutex_init(&regional->mutex);
    return regional;
}

LamRegional *lam_regional_ref(LamRegional *regional)
{
    g_atomic_ref_count_inc(&regional->refs);
    return regional;
}

void lam_regional_unref(LamRegional *regional)
{
    if (regional == NULL || !g_atomic_ref_count_dec(&regional->refs))
        return;
    lam_composite_free(regional->composite);
    g_clear_pointer(&regional->made_of, g_ptr_array_unref);
    g_clear_pointer(&regional->wanted, g_ptr_array_unref);
    lam_volume_unref(regional->made_labels);
    lam_volume_unref(regional->map);
    lam_volume_unref(regional->wanted_labels);
    g_ptr_array_unref(regional->regions);
    g_ptr_array_unref(regional->failures);
    g_mutex_clear(&regional->mutex);
    lam_session_free(regional->session);
    g_free(regional);
}

static LamVolume *ref_or_null(LamVolume *volume)
{
    return volume != NULL ? lam_volume_ref(volume) : NULL;
}

void lam_regional_want(LamRegional *regional, GPtrArray *specs, LamVolume *labels)
{
    g_mutex_lock(&regional->mutex);
    GPtrArray *old = regional->wanted;
    LamVolume *old_labels = regional->wanted_labels;
    regional->wanted = g_ptr_array_ref(specs);
    regional->wanted_labels = ref_or_null(labels);
    g_mutex_unlock(&regional->mutex);
    lam_volume_unref(old_labels);
    if (old != NULL)
        g_ptr_array_unref(old);
}

static GPtrArray *take_wanted(LamRegional *regional, LamVolume **labels)
{
    g_mutex_lock(&regional->mutex);
    GPtrArray *specs = regional->wanted != NULL ? g_ptr_array_ref(regional->wanted) : NULL;
    *labels = ref_or_null(regional->wanted_labels);
    g_mutex_unlock(&regional->mutex);
    return specs;
}

/* ---- what has changed ---- */

static bool same_mask(const LamRegional *regional, guint i, const LamRegionSpec *spec,
                      const LamVolume *labels)
{
    const LamRegionSpec *earlier = g_ptr_array_index(regional->made_of, i);
    return lam_region_spec_same_mask(earlier, spec) &&
           (spec->source != LAM_REGION_OF_LABELS || labels == regional->made_labels);
}

static bool same_shares(const LamRegional *regional, const GPtrArray *specs,
                        const LamVolume *labels)
{
    if (regional->made_of == NULL || regional->made_of->len != specs->len)
        return false;
    for (guint i = 0; i < specs->len; i++) {
        const LamRegionSpec *earlier = g_ptr_array_index(regional->made_of, i);
        const LamRegionSpec *spec = g_ptr_array_index(specs, i);
        if (!same_mask(regional, i, spec, labels) ||
            earlier->settings->border_mm != spec->settings->border_mm ||
            g_strcmp0(earlier->settings->name, spec->settings->name) != 0) /* warnings name it */
            return false;
    }
    return true;
}

/* The mask of the same place, made before; or NULL. */
static LamVolume *known_mask(const LamRegional *regional, const LamRegionSpec *spec,
                             const LamVolume *labels)
{
    guint n = regional->made_of != NULL ? regional->made_of->len : 0;
    for (guint i = 0; i < n; i++) {
        const LamRegion *region = g_ptr_array_index(regional->regions, i);
        if (region != NULL && same_mask(regional, i, spec, labels))
            return region->mask;
    }
    return NULL;
}

/* NULL and a line among the failures if it cannot be made. */
static LamRegion *make_region(LamRegional *regional, const LamRegionSpec *spec, LamVolume *labels,
                              GPtrArray *failures)
{
    g_autoptr(GError) why = NULL;
    LamVolume *mask = known_mask(regional, spec, labels);
    if (mask == NULL) {
        LamRegion *made =
            lam_region_spec_make(spec, lam_session_fixed(regional->session), labels, &why);
        if (made == NULL)
            g_ptr_array_add(failures, g_strdup(why->message));
        return made;
    }
    LamRegion *region = lam_region_copy(spec->settings);
    lam_volume_unref(region->mask);
    region->mask = lam_volume_ref(mask);
    return region;
}

/* Those that could be made. */
static GPtrArray *made_regions(const GPtrArray *regions)
{
    GPtrArray *made = g_ptr_array_new();
    for (guint i = 0; i < regions->len; i++)
        if (g_ptr_array_index(regions, i) != NULL)
            g_ptr_array_add(made, g_ptr_array_index(regions, i));
    return made;
}

static bool put_regions(LamRegional *regional, GError **error)
{
    g_autoptr(GPtrArray) made = made_regions(regional->regions);
    const LamRegion *const *all = (const LamRegion *const *)made->pdata;
    if (regional->composite != NULL)
        return lam_composite_replace(regional->composite, all, (int)made->len, NULL, error);
    regional->composite = lam_composite_new(regional->session, all, (int)made->len, NULL, error);
    return regional->composite != NULL;
}

static void forget_made(LamRegional *regional)
{
    g_clear_pointer(&regional->made_of, g_ptr_array_unref);
    g_clear_pointer(&regional->made_labels, lam_volume_unref);
    g_clear_pointer(&regional->map, lam_volume_unref);
}

static bool rebuild(LamRegional *regional, GPtrArray *specs, LamVolume *labels, GError **error)
{
    GPtrArray *regions = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_free);
    GPtrArray *failures = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < specs->len; i++)
        g_ptr_array_add(regions,
                        make_region(regional, g_ptr_array_index(specs, i), labels, failures));
    g_ptr_array_unref(regional->regions);
    g_ptr_array_unref(regional->failures);
    regional->regions = regions;
    regional->failures = failures;
    forget_made(regional);
    regional->made++;
    if (!put_regions(regional, error))
        return false;
    regional->made_of = g_ptr_array_ref(specs);
    regional->made_labels = ref_or_null(labels);
    return true;
}

/* The shares stay: kinds and λs alone. */
static bool adjust(LamRegional *regional, GPtrArray *specs, GError **error)
{
    int at = 0;
    for (guint i = 0; i < specs->len; i++) {
        const LamRegionSpec *spec = g_ptr_array_index(specs, i);
        if (g_ptr_array_index(regional->regions, i) != NULL &&
            !lam_composite_set(regional->composite, at++, spec->settings, error))
            return false;
    }
    return true;
}

static bool follow(LamRegional *regional, GPtrArray *specs, LamVolume *labels, GError **error)
{
    if (specs == NULL)
        return true;
    return same_shares(regional, specs, labels) ? adjust(regional, specs, error)
                                                : rebuild(regional, specs, labels, error);
}

static char **sentences(const LamRegional *regional)
{
    GPtrArray *all = g_ptr_array_new();
    const char *const *of_shares =
        regional->composite != NULL ? lam_composite_warnings(regional->composite) : NULL;
    for (guint i = 0; i < regional->failures->len; i++)
        g_ptr_array_add(all, g_strdup(g_ptr_array_index(regional->failures, i)));
    for (int i = 0; of_shares != NULL && of_shares[i] != NULL; i++)
        g_ptr_array_add(all, g_strdup(of_shares[i]));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

LamSnapshot *lam_regional_at(LamRegional *regional, double lambda, bool with_similarity,
                             char ***warnings, GError **error)
{
    g_autoptr(LamVolume) labels = NULL;
    g_autoptr(GPtrArray) specs = take_wanted(regional, &labels);
    if (!follow(regional, specs, labels, error))
        return NULL;
    if (warnings != NULL)
        *warnings = sentences(regional);
    return regional->composite != NULL
               ? lam_composite_at(regional->composite, lambda, with_similarity, error)
               : lam_session_set_lambda(regional->session, lambda, with_similarity, error);
}

static LamSnapshot *field_at(gpointer regional, double lambda, GError **error)
{
    return lam_regional_at(regional, lambda, false, NULL, error);
}

LamVolume *lam_regional_lambda_derivative(LamRegional *regional, double lambda, GError **error)
{
    return lam_lambda_derivative(field_at, regional, lambda, error);
}

LamSession *lam_regional_session(const LamRegional *regional)
{
    return regional->session;
}

static void mark(LamVolume *map, const LamRegion *region, int number)
{
    g_autoptr(LamVolume) mask = lam_resample(region->mask, &map->grid, NULL, LAM_LINEAR, 0, NULL);
    for (size_t i = 0; mask != NULL && i < lam_grid_voxels(&map->grid); i++)
        if (mask->data[i] > 0.5f)
            map->data[i] = (float)number;
}

LamVolume *lam_regional_map(LamRegional *regional)
{
    bool any = false;
    for (guint i = 0; i < regional->regions->len; i++)
        any = any || g_ptr_array_index(regional->regions, i) != NULL;
    if (!any || regional->map != NULL)
        return regional->map;
    regional->map = lam_volume_new(lam_session_model_grid(regional->session), 1, NULL);
    for (guint i = 0; regional->map != NULL && i < regional->regions->len; i++)
        if (g_ptr_array_index(regional->regions, i) != NULL)
            mark(regional->map, g_ptr_array_index(regional->regions, i), (int)i + 1);
    return regional->map;
}

/* ---- what was made ---- */

const LamComposite *lam_regional_composite(const LamRegional *regional)
{
    return regional->composite;
}

guint64 lam_regional_made(const LamRegional *regional)
{
    return regional->made;
}

int lam_regional_count(const LamRegional *regional)
{
    return (int)regional->regions->len;
}

int lam_regional_place(const LamRegional *regional, int wanted)
{
    int place = 0;
    for (int i = 0; i < wanted; i++)
        place += g_ptr_array_index(regional->regions, i) != NULL;
    return g_ptr_array_index(regional->regions, wanted) != NULL ? place : -1;
}
