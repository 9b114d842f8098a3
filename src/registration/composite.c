#include <lambdascope/composite.h>

#include "region-velocity.h"
#include "session-private.h"
#include "velocity-cache.h"

#include <lambdascope/error.h>
#include <string.h>

/* A rigid region's motion, as it was fitted at some λ. */
typedef struct {
    bool known;
    double lambda;
    LamMat4 velocity;
} Rigid;

struct LamComposite {
    LamSession *session; /* borrowed */
    GPtrArray *regions;  /* of LamRegion */
    GPtrArray *shares;   /* of LamVolume: the regions', then the rest's; NULL without regions */
    GPtrArray *warnings; /* of char, NULL at the end */
    Rigid *rigid;        /* of each region */
    LamVelocityCache *cache;
    LamGrid grid; /* of velocities: the field's */
};

void lam_composite_free(LamComposite *composite)
{
    if (composite == NULL)
        return;
    g_clear_pointer(&composite->regions, g_ptr_array_unref);
    g_clear_pointer(&composite->shares, g_ptr_array_unref);
    g_clear_pointer(&composite->warnings, g_ptr_array_unref);
    lam_velocity_cache_free(composite->cache);
    g_free(composite->rigid);
    g_free(composite);
}

static bool check(LamSession *session, int n, GError **error)
{
    const char *why = NULL;
    if (n > LAM_REGION_MAX_COUNT)
        why = "there are more than 250";
    else if (session->graph == NULL)
        why = "the session has no network";
    else if (session->config.integration_steps == 0)
        why = "the model gives displacements, and only velocities can be joined without folds";
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use regions: %s", why);
    return why == NULL;
}

static GPtrArray *copies_of(const LamRegion *const *regions, int n)
{
    GPtrArray *copies = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_free);
    for (int r = 0; r < n; r++)
        g_ptr_array_add(copies, lam_region_copy(regions[r]));
    return copies;
}

/* Takes the arrays. */
static void put(LamComposite *composite, GPtrArray *regions, GPtrArray *shares, GPtrArray *warnings)
{
    g_clear_pointer(&composite->regions, g_ptr_array_unref);
    g_clear_pointer(&composite->shares, g_ptr_array_unref);
    g_clear_pointer(&composite->warnings, g_ptr_array_unref);
    g_free(composite->rigid);
    composite->regions = regions;
    composite->shares = shares;
    composite->warnings = warnings;
    composite->rigid = g_new0(Rigid, MAX(regions->len, 1));
}

bool lam_composite_replace(LamComposite *composite, const LamRegion *const *regions, int n,
                           const LamProgress *progress, GError **error)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *shares = NULL;
    if (n > 0 && !check(composite->session, n, error))
        return false;
    if (n > 0)
        shares = lam_region_shares(regions, n, &composite->grid, progress, warnings, error);
    if (n > 0 && shares == NULL)
        return false;
    g_ptr_array_add(warnings, NULL);
    put(composite, copies_of(regions, n), shares, g_steal_pointer(&warnings));
    return true;
}

LamComposite *lam_composite_new(LamSession *session, const LamRegion *const *regions, int n,
                                const LamProgress *progress, GError **error)
{
    LamComposite *composite = g_new0(LamComposite, 1);
    composite->session = session;
    composite->grid = session->field_grid;
    composite->cache = lam_velocity_cache_new(session);
    if (lam_composite_replace(composite, regions, n, progress, error))
        return composite;
    lam_composite_free(composite);
    return NULL;
}

int lam_composite_count(const LamComposite *composite)
{
    return (int)composite->regions->len;
}

const LamRegion *lam_composite_region(const LamComposite *composite, int i)
{
    return g_ptr_array_index(composite->regions, i);
}

LamVolume *lam_composite_share(const LamComposite *composite, int i)
{
    return composite->shares != NULL ? g_ptr_array_index(composite->shares, i) : NULL;
}

const char *const *lam_composite_warnings(const LamComposite *composite)
{
    return (const char *const *)composite->warnings->pdata;
}

guint64 lam_composite_runs(const LamComposite *composite)
{
    return lam_velocity_cache_runs(composite->cache);
}

bool lam_composite_set(LamComposite *composite, int i, const LamRegion *region, GError **error)
{
    LamRegion *own = g_ptr_array_index(composite->regions, i);
    if (!lam_region_check(region, error))
        return false;
    lam_region_treat_as(own, region);
    return true;
}

/* sum += share * v. */
static void blend(LamVolume *sum, const float *share, const LamVolume *v)
{
    size_t n = lam_grid_voxels(&sum->grid);
    for (int c = 0; c < 3; c++) {
        float *to = lam_volume_channel(sum, c);
        const float *from = lam_volume_channel(v, c);
        for (size_t i = 0; i < n; i++)
            to[i] += share[i] * from[i];
    }
}

/* sum += share * (velocity x). */
static void blend_linear(LamVolume *sum, const float *share, const LamMat4 *velocity)
{
    LamMat4 of_voxel = lam_mat4_multiply(velocity, &sum->grid.to_world);
    const int *n = sum->grid.size;
    size_t at = 0;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++) {
                if (!(share[at] > 0))
                    continue;
                LamVec3 v = lam_mat4_apply(&of_voxel, (LamVec3){{i, j, k}});
                for (int c = 0; c < 3; c++)
                    lam_volume_channel(sum, c)[at] += share[at] * (float)v.v[c];
            }
}

static bool fit_rigid(LamComposite *composite, int r, double lambda, GError **error)
{
    Rigid *rigid = &composite->rigid[r];
    if (rigid->known && rigid->lambda == lambda)
        return true;
    g_autoptr(LamVolume) v = lam_velocity_cache_get(composite->cache, lambda, error);
    if (v == NULL)
        return false;
    g_autoptr(LamVolume) d = lam_field_exponential(v, 1, error);
    if (d == NULL ||
        !lam_region_rigid_velocity(d, &composite->session->affine,
                                   lam_composite_share(composite, r), &rigid->velocity, error))
        return false;
    rigid->known = true;
    rigid->lambda = lambda;
    return true;
}

static bool add_network(LamComposite *composite, const float *share, double lambda, LamVolume *sum,
                        GError **error)
{
    g_autoptr(LamVolume) v = lam_velocity_cache_get(composite->cache, lambda, error);
    if (v != NULL)
        blend(sum, share, v);
    return v != NULL;
}

/* What one region contributes. An unmoved one adds nothing, an unmatched one is filled in later. */
static bool add_region(LamComposite *composite, int r, double rest, LamVolume *sum, GError **error)
{
    const LamRegion *region = lam_composite_region(composite, r);
    const float *share = lam_composite_share(composite, r)->data;
    double lambda = lam_region_lambda(region, rest);
    if (region->kind == LAM_REGION_LAMBDA)
        return add_network(composite, share, lambda, sum, error);
    if (region->kind != LAM_REGION_RIGID)
        return true;
    if (!fit_rigid(composite, r, lambda, error))
        return false;
    blend_linear(sum, share, &composite->rigid[r].velocity);
    return true;
}

/* The share of all unmatched regions; NULL if there are none. */
static float *unmatched_share(const LamComposite *composite)
{
    float *sum = NULL;
    size_t n = lam_grid_voxels(&composite->grid);
    for (int r = 0; r < lam_composite_count(composite); r++) {
        const float *share = lam_composite_share(composite, r)->data;
        if (lam_composite_region(composite, r)->kind != LAM_REGION_UNMATCHED)
            continue;
        if (sum == NULL)
            sum = g_new0(float, n);
        for (size_t i = 0; i < n; i++)
            sum[i] += share[i];
    }
    return sum;
}

/* `sum` lacks the unmatched regions' share: their surroundings are continued into them. */
static bool add_unmatched(LamComposite *composite, LamVolume *sum, GError **error)
{
    g_autofree float *share = unmatched_share(composite);
    if (share == NULL)
        return true;
    g_autoptr(LamVolume) around = lam_volume_new(&sum->grid, 3, error);
    if (around == NULL)
        return false;
    size_t n = lam_grid_voxels(&sum->grid);
    for (size_t i = 0; i < 3 * n; i++)
        around->data[i] = share[i % n] <= 0.5f ? sum->data[i] / (1 - share[i % n]) : 0;
    lam_region_fill(around, share);
    blend(sum, share, around);
    return true;
}

static LamVolume *join(LamComposite *composite, double lambda, GError **error)
{
    int n = lam_composite_count(composite);
    g_autoptr(LamVolume) sum = lam_volume_new(&composite->grid, 3, error);
    if (sum == NULL ||
        !add_network(composite, lam_composite_share(composite, n)->data, lambda, sum, error))
        return NULL;
    for (int r = 0; r < n; r++)
        if (!add_region(composite, r, lambda, sum, error))
            return NULL;
    return add_unmatched(composite, sum, error) ? g_steal_pointer(&sum) : NULL;
}

LamSnapshot *lam_composite_at(LamComposite *composite, double lambda, bool with_similarity,
                              GError **error)
{
    gint64 began = g_get_monotonic_time();
    if (composite->shares == NULL)
        return lam_session_set_lambda(composite->session, lambda, with_similarity, error);
    g_autoptr(LamVolume) velocity = join(composite, lambda, error);
    return velocity != NULL ? lam_session_integrate(composite->session, velocity, lambda,
                                                    with_similarity, began, error)
                            : NULL;
}
