/* When structures are asked, and when what they say is believed. The alignment by intensities and the network are
 * stood in for by what each case says of them. */
#include <lambdascope/align.h>
#include <lambdascope/error.h>
#include <lambdascope/structures.h>

#include <math.h>
#include <string.h>

#define COUNT 13

/* What happens in a case, and what was done. */
static struct {
    bool first, second, no_model, cancelled;
    double agreement, off_mm;
    int structures;
    int registered, asked;
    LamAffineStart start;
} now;

static LamUnetConfig config = {.structures = COUNT};

char *lam_model_find(const char *name, GError **error)
{
    g_assert_cmpstr(name, ==, "brain-any-contrast");
    return now.no_model ? NULL : g_strdup("model");
}

LamModel *lam_model_load(const char *path, GError **error)
{
    return (LamModel *)&config;
}

const LamUnetConfig *lam_model_config(const LamModel *model)
{
    return &config;
}

void lam_model_unref(LamModel *model)
{
}

LamAffineOptions lam_affine_options_default(void)
{
    return (LamAffineOptions){.kind = LAM_AFFINE_FULL, .initial = lam_mat4_identity()};
}

bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamAffineOptions *options, const LamProgress *progress,
                         LamAffine *result, GError **error)
{
    bool again = now.registered++ > 0;
    now.start = options != NULL ? options->start : LAM_AFFINE_SEARCH;
    *result = (LamAffine){.matrix = again ? options->initial : lam_mat4_identity(),
                          .agreement = again ? now.agreement : 0.1,
                          .structures_mm = NAN};
    result->matrix.m[0][3] += again ? now.off_mm : 0;
    if (again ? now.second : now.first)
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FAILED, "no position was found");
    return false;
}

/* Single voxels of 216 mm^3, on the moving side 40 mm further; fewer there than asked for, where the case says so. */
LamVolume *lam_structures_estimate(LamModel *model, const LamVolume *scan, double spacing_mm,
                                   const LamProgress *progress, GError **error)
{
    now.asked++;
    if (now.cancelled) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_CANCELLED, "stopped");
        return NULL;
    }
    LamGrid grid = scan->grid;
    grid.to_world.m[1][3] += now.asked == 2 ? 40 : 0;
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < now.structures; i++)
        v->data[(i * 7919) % 1000] = (float)(i + 1);
    return v;
}

static bool align(LamAffineStart start, int slices, LamAffine *result, GError **error)
{
    LamAffineOptions options = lam_affine_options_default();
    LamGrid grid = lam_grid_centred((int[3]){10, 10, slices}, 6, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) scan = lam_volume_new(&grid, 1, NULL);
    options.start = start;
    return lam_align(scan, scan, &options, NULL, result, error);
}

static void test_not_asked(void)
{
    LamAffine result;
    memset(&now, 0, sizeof now);
    now.first = true;
    g_assert_true(align(LAM_AFFINE_SEARCH, 10, &result, NULL));
    g_assert_true(isnan(result.structures_mm));
    now.first = false;
    now.registered = 0;
    g_autoptr(GError) error = NULL, slice = NULL;
    g_assert_false(align(LAM_AFFINE_INITIAL, 10, &result, &error));
    now.registered = 0;
    g_assert_false(align(LAM_AFFINE_SEARCH, 1, &result, &slice));
    g_assert_cmpstr(error->message, ==, "no position was found");
    g_assert_cmpint(now.asked, ==, 0);
}

static void test_believed(void)
{
    static const struct {
        bool second;
        double agreement, off_mm;
        int structures;
        bool believed;
    } cases[] = {
        {true, 0.25, 0, COUNT, true},    /* edges say so */
        {true, 0.25, 20, COUNT, true},   /* they alone, as without structures */
        {false, 0.20, 0, COUNT, true},   /* structures say so */
        {false, 0.20, 20, COUNT, false}, /* intensities led away from them */
        {false, 0.10, 0, COUNT, false},  /* no edge agrees */
        {false, 0.20, 0, 11, false},     /* too few */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        LamAffine result = {0};
        g_autoptr(GError) error = NULL;
        memset(&now, 0, sizeof now);
        now.second = cases[i].second;
        now.agreement = cases[i].agreement;
        now.off_mm = cases[i].off_mm;
        now.structures = cases[i].structures;
        bool ok = align(LAM_AFFINE_SEARCH, 10, &result, &error);
        g_test_message("case %zu: %s", i, ok ? "believed" : error->message);
        g_assert_cmpint(ok, ==, cases[i].believed);
        g_assert_cmpint(now.asked, ==, 2);
        if (!ok)
            g_assert_cmpstr(error->message, ==, "no position was found");
        else {
            g_assert_cmpint(now.start, ==, LAM_AFFINE_INITIAL);
            g_assert_cmpfloat_with_epsilon(result.matrix.m[1][3], 40, 1e-6);
            g_assert_cmpfloat_with_epsilon(result.structures_mm, cases[i].off_mm, 1e-6);
        }
    }
}

static void test_stopped(void)
{
    LamAffine result = {0};
    g_autoptr(GError) stopped = NULL, absent = NULL;
    memset(&now, 0, sizeof now);
    now.cancelled = true;
    g_assert_false(align(LAM_AFFINE_SEARCH, 10, &result, &stopped));
    g_assert_error(stopped, LAM_ERROR, LAM_ERROR_CANCELLED);
    memset(&now, 0, sizeof now);
    now.no_model = true;
    g_assert_false(align(LAM_AFFINE_SEARCH, 10, &result, &absent));
    g_assert_error(absent, LAM_ERROR, LAM_ERROR_FAILED);
    g_assert_cmpint(now.asked, ==, 0);
    g_assert_cmpfloat(result.agreement, ==, 0.1); /* the best found, for reports */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/align/not-asked", test_not_asked);
    g_test_add_func("/align/believed", test_believed);
    g_test_add_func("/align/stopped", test_stopped);
    return g_test_run();
}
