/* What regions cost: one move of the slider without them, against one move of the λ of one of six.
 *
 *     build/bench/regions [MODEL [MOVES]] */
#include <lambdascope/phantom.h>
#include <lambdascope/regional.h>
#include <lambdascope/threads.h>
#include <stdio.h>
#include <stdlib.h>

#define REGIONS 6
#define WARM_UP 3

static LamRegional *open_phantom(const char *name, GError **error)
{
    g_autofree char *path = lam_model_find(name, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    LamPhantomOptions options = lam_phantom_defaults();
    LamPhantom pair = {0};
    options.spacing_mm = 2;
    if (model == NULL || !lam_phantom_make(&options, &pair, error))
        return NULL;
    LamMat4 identity = lam_mat4_identity();
    LamSession *session =
        lam_session_new(model, pair.fixed, pair.moving, &identity, 0, NULL, error);
    lam_phantom_clear(&pair);
    return session != NULL ? lam_regional_new(session) : NULL;
}

/* Six balls; the first one has the λ that moves. */
static GPtrArray *six(double moved)
{
    GPtrArray *specs = g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    for (int r = 0; r < REGIONS; r++) {
        g_autofree char *text = g_strdup_printf("name=%d;ellipsoid=%d,%d,0,14,14,14", r,
                                                30 * (r % 3 - 1), 40 * (r / 3) - 20);
        LamRegionSpec *spec = lam_region_spec_parse(text, NULL);
        spec->settings->follows = false;
        spec->settings->lambda = r == 0 ? moved : 0.1 + 0.1 * r;
        g_ptr_array_add(specs, spec);
    }
    return specs;
}

static bool move(LamRegional *regional, int regions, int i, GArray *ms, GError **error)
{
    double lambda = 0.2 + 0.6 * (((i + WARM_UP) * 37) % 101) / 101.0;
    g_autoptr(GPtrArray) specs =
        regions > 0 ? six(lambda)
                    : g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    lam_regional_want(regional, specs, NULL);
    gint64 began = g_get_monotonic_time();
    g_autoptr(LamSnapshot) snapshot =
        lam_regional_at(regional, regions > 0 ? 0.3 : lambda, false, NULL, error);
    double took = (double)(g_get_monotonic_time() - began) / 1000;
    if (i >= 0)
        g_array_append_val(ms, took);
    return snapshot != NULL;
}

static int compare(gconstpointer a, gconstpointer b)
{
    double d = *(const double *)a - *(const double *)b;
    return (d > 0) - (d < 0);
}

static double median(GArray *ms)
{
    g_array_sort(ms, compare);
    return g_array_index(ms, double, ms->len / 2);
}

/* Alternating by tens, so that both see the same machine; the first of each ten, which makes the shares, is
 * not counted. */
static bool measure(LamRegional *regional, int moves, GArray *ms[2], GError **error)
{
    for (int from = 0; from < moves; from += 10)
        for (int with = 0; with < 2; with++)
            for (int i = -WARM_UP; i < 10; i++)
                if (!move(regional, with ? REGIONS : 0, i < 0 ? i : from + i, ms[with], error))
                    return false;
    return true;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int moves = argc > 2 ? MAX(atoi(argv[2]), 10) : 60;
    GArray *ms[2] = {g_array_new(FALSE, FALSE, sizeof(double)),
                     g_array_new(FALSE, FALSE, sizeof(double))};
    lam_threads_set(0);
    g_autoptr(LamRegional) regional = open_phantom(argc > 1 ? argv[1] : NULL, &error);
    bool ok = regional != NULL && measure(regional, moves, ms, &error);
    if (ok)
        printf("median tick %.1f ms; one λ of %d regions %.1f ms: ratio %.2f\n", median(ms[0]),
               REGIONS, median(ms[1]), median(ms[1]) / median(ms[0]));
    else
        fprintf(stderr, "regions: %s\n", error->message);
    g_array_unref(ms[0]);
    g_array_unref(ms[1]);
    return ok ? 0 : 1;
}
