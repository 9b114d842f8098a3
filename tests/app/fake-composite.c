/* Regions on the session of fake-session.c: displacements are joined instead of velocities. The shares are the
 * real ones. */
#include <lambdascope/composite.h>

struct LamComposite {
    LamSession *session;
    GPtrArray *regions, *shares, *warnings;
    guint64 runs;
};

static void clear(LamComposite *composite)
{
    g_clear_pointer(&composite->regions, g_ptr_array_unref);
    g_clear_pointer(&composite->shares, g_ptr_array_unref);
    g_clear_pointer(&composite->warnings, g_ptr_array_unref);
}

void lam_composite_free(LamComposite *composite)
{
    if (!composite)
        return;
    clear(composite);
    g_free(composite);
}

bool lam_composite_replace(LamComposite *composite, const LamRegion *const *regions, int n,
                           const LamProgress *progress, GError **error)
{
    g_autoptr(LamSnapshot) any = lam_session_set_lambda(composite->session, 0.5, false, error);
    GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *shares =
        any ? lam_region_shares(regions, n, &any->field->grid, progress, warnings, error) : NULL;
    g_ptr_array_add(warnings, NULL);
    if (!shares) {
        g_ptr_array_unref(warnings);
        return false;
    }
    clear(composite);
    composite->shares = shares;
    composite->warnings = warnings;
    composite->regions = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_free);
    for (int r = 0; r < n; r++)
        g_ptr_array_add(composite->regions, lam_region_copy(regions[r]));
    return true;
}

LamComposite *lam_composite_new(LamSession *session, const LamRegion *const *regions, int n,
                                const LamProgress *progress, GError **error)
{
    LamComposite *composite = g_new0(LamComposite, 1);
    composite->session = session;
    if (lam_composite_replace(composite, regions, n, progress, error))
        return composite;
    lam_composite_free(composite);
    return NULL;
}

int lam_composite_count(const LamComposite *composite)
{
    return (int)composite->regions->len;
}

const char *const *lam_composite_warnings(const LamComposite *composite)
{
    return (const char *const *)composite->warnings->pdata;
}

bool lam_composite_set(LamComposite *composite, int i, const LamRegion *region, GError **error)
{
    LamRegion *own = g_ptr_array_index(composite->regions, i);
    if (!lam_region_check(region, error))
        return false;
    lam_region_treat_as(own, region);
    return true;
}

/* sum += share * field at λ */
static bool add(LamComposite *composite, guint r, double lambda, LamVolume *sum, GError **error)
{
    const LamVolume *share = g_ptr_array_index(composite->shares, r);
    g_autoptr(LamSnapshot) part = lam_session_set_lambda(composite->session, lambda, false, error);
    size_t n = lam_grid_voxels(&sum->grid);
    for (size_t i = 0; part && i < 3 * n; i++)
        sum->data[i] += share->data[i % n] * part->field->data[i];
    return part != NULL;
}

LamSnapshot *lam_composite_at(LamComposite *composite, double lambda, bool with_similarity,
                              GError **error)
{
    LamSnapshot *snapshot =
        lam_session_set_lambda(composite->session, lambda, with_similarity, error);
    g_autoptr(LamVolume) sum = snapshot ? lam_volume_new(&snapshot->field->grid, 3, error) : NULL;
    bool ok = sum && add(composite, composite->regions->len, lambda, sum, error);
    for (guint r = 0; ok && r < composite->regions->len; r++) {
        const LamRegion *region = g_ptr_array_index(composite->regions, r);
        if (region->kind == LAM_REGION_LAMBDA)
            ok = add(composite, r, lam_region_lambda(region, lambda), sum, error);
    }
    if (!ok) {
        g_clear_pointer(&snapshot, lam_snapshot_unref);
        return NULL;
    }
    lam_volume_unref(snapshot->field);
    g_clear_pointer(&snapshot->jacobian, lam_volume_unref);
    snapshot->field = g_steal_pointer(&sum);
    ok = lam_field_statistics(snapshot->field, &snapshot->statistics, &snapshot->jacobian, error);
    return ok ? snapshot : (lam_snapshot_unref(snapshot), NULL);
}
