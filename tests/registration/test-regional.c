/* Regions that change while a session works: what is new is made, what is known is not made again. */
#include "session-fixture.h"

#include <lambdascope/regional.h>
#include <string.h>

typedef struct {
    SessionPair pair;
    LamRegional *regional;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    session_pair_open(&f->pair, false);
    f->regional = lam_regional_new(g_steal_pointer(&f->pair.session));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    lam_regional_unref(f->regional);
    session_pair_close(&f->pair);
}

static void want(Fixture *f, LamVolume *labels, const char *first, ...)
{
    g_autoptr(GPtrArray) specs =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    va_list more;
    va_start(more, first);
    for (const char *text = first; text != NULL; text = va_arg(more, const char *)) {
        LamRegionSpec *spec = lam_region_spec_parse(text, NULL);
        g_assert_nonnull(spec);
        g_ptr_array_add(specs, spec);
    }
    va_end(more);
    lam_regional_want(f->regional, specs, labels);
}

/* warning: what the only one holds; NULL: there is none. */
static LamSnapshot *at(Fixture *f, double lambda, const char *warning)
{
    GError *error = NULL;
    g_auto(GStrv) warnings = NULL;
    LamSnapshot *snapshot = lam_regional_at(f->regional, lambda, false, &warnings, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_strv_length(warnings), ==, warning != NULL);
    if (warning != NULL && strstr(warnings[0], warning) == NULL)
        g_error("%s", warnings[0]);
    return snapshot;
}

static void test_change(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSnapshot) none = at(f, 0.2, NULL);
    want(f, NULL, "name=a;ellipsoid=0,0,0,12,12,12;lambda=0.9", NULL);
    g_autoptr(LamSnapshot) one = at(f, 0.2, NULL);
    g_assert_cmpfloat(session_distance(none->field, one->field), >, 0.05);
    want(f, NULL, "name=a;ellipsoid=0,0,0,12,12,12;lambda=0.2", NULL);
    g_autoptr(LamSnapshot) same = at(f, 0.2, NULL);
    g_assert_cmpfloat(session_distance(none->field, same->field), <, 1e-4);
    want(f, NULL, "name=a;ellipsoid=0,0,0,12,12,12;lambda=0.9",
         "name=b;box=9,0,0,5,5,5;kind=unmoved", NULL);
    g_autoptr(LamSnapshot) two = at(f, 0.2, NULL);
    g_assert_cmpfloat(session_distance(one->field, two->field), >, 0.05);
    want(f, NULL, NULL);
    g_autoptr(LamSnapshot) again = at(f, 0.2, NULL);
    g_assert_cmpfloat(session_distance(none->field, again->field), <, 1e-4);
}

/* A region that cannot be made is left out and said; with its labels it is there. */
static void test_left_out(Fixture *f, gconstpointer data)
{
    g_autoptr(LamVolume) labels = lam_volume_new(&f->pair.fixed->grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&labels->grid); i++)
        labels->data[i] = f->pair.fixed->data[i] > 50;
    g_autoptr(LamSnapshot) none = at(f, 0.2, NULL);
    want(f, NULL, "name=all;labels=1;kind=unmoved", NULL);
    g_autoptr(LamSnapshot) left = at(f, 0.2, "all: the fixed scan has no label map");
    g_assert_cmpfloat(session_distance(none->field, left->field), <, 1e-4);
    want(f, labels, "name=all;labels=1;kind=unmoved", NULL);
    g_autoptr(LamSnapshot) there = at(f, 0.2, NULL);
    g_assert_cmpfloat(session_distance(none->field, there->field), >, 0.05);
    want(f, labels, "name=all;labels=1;kind=unmoved;border=2", NULL);
    g_autoptr(LamSnapshot) narrow = at(f, 0.2, "a border of 2 mm is narrow");
}

#define ADD(name, test) g_test_add("/regional/" name, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("change", test_change);
    ADD("left-out", test_left_out);
    return g_test_run();
}
