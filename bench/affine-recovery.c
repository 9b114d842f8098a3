/* bench-affine SCAN...: how often, how exactly and how fast lam_affine_register undoes known
 * misalignments of real scans. A case moves a scan by a drawn affine map onto another grid (its own
 * orientation and spacing), adds noise, and aligns the two; every second case with the roles exchanged.
 * The error is the mean distance over the brain between where the map and its estimate take a point. */
#include <lambdascope/affine.h>
#include <lambdascope/nifti.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <lambdascope/threads.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ANGLE_DEG    30.0
#define SHIFT_MM     40.0
#define SCALE_LOG    0.14 /* 0.87 to 1.15 along each axis */
#define SHEAR        0.10
#define NOISE        0.02 /* of the bright end */
#define POINT_STEP   4    /* voxels */
#define RECOVERED_MM 1.0

typedef enum { SAME, INVERTED, REMAPPED, PAIRED } Contrast;

typedef struct {
    const LamVolume *fixed, *moving; /* as they are aligned */
    LamVolume *original, *moved;
    LamMat4 truth;     /* fixed world -> moving world */
    LamMat4 from_scan; /* scan world -> fixed world: where its brain is */
} Case;

static int first, cases = 20, seed = 1;
static gboolean across, pairs;
static char *write_folder, *score_folder, *csv_path, *measure_name;

static const GOptionEntry entries[] = {
    {"cases", 'n', 0, G_OPTION_ARG_INT, &cases, "How many (default 20)", "N"},
    {"first", 'f', 0, G_OPTION_ARG_INT, &first, "Number of the first case (default 0)", "N"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Of the draws (default 1)", "N"},
    {"across", 'x', 0, G_OPTION_ARG_NONE, &across,
     "The moving scan's intensities inverted or remapped, in turn", NULL},
    {"pairs", 'p', 0, G_OPTION_ARG_NONE, &pairs,
     "The scans come in twos, two contrasts of one brain on one grid", NULL},
    {"measure", 'm', 0, G_OPTION_ARG_STRING, &measure_name, "auto, correlation or nmi", "NAME"},
    {"csv", 'c', 0, G_OPTION_ARG_FILENAME, &csv_path, "Write a line per case", "FILE"},
    {"write", 'w', 0, G_OPTION_ARG_FILENAME, &write_folder,
     "Write the cases as NNN-fixed.nii and NNN-moving.nii and align nothing", "FOLDER"},
    {"score", 0, 0, G_OPTION_ARG_FILENAME, &score_folder,
     "Read the estimates, NNN.txt, from here instead of aligning", "FOLDER"},
    {NULL},
};

static LamMat4 chain(LamMat4 a, LamMat4 b)
{
    return lam_mat4_multiply(&a, &b);
}

static double draw(GRand *rand, double most)
{
    return g_rand_double_range(rand, -most, most);
}

static LamVec3 direction(GRand *rand)
{
    LamVec3 d;
    double length;
    do {
        length = 0;
        for (int a = 0; a < 3; a++) {
            d.v[a] = draw(rand, 1);
            length += d.v[a] * d.v[a];
        }
    } while (length > 1 || length < 0.01);
    for (int a = 0; a < 3; a++)
        d.v[a] /= sqrt(length);
    return d;
}

/* A turn by the angle about the axis. */
static LamMat4 turn(LamVec3 axis, double angle)
{
    const double *w = axis.v;
    LamMat4 k = {{{0, -w[2], w[1], 0}, {w[2], 0, -w[0], 0}, {-w[1], w[0], 0, 0}}};
    LamMat4 kk = chain(k, k), out = lam_mat4_identity();
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out.m[i][j] += sin(angle) * k.m[i][j] + (1 - cos(angle)) * kk.m[i][j];
    return out;
}

/* About the brain's centre: shear, scale, turn, shift. */
static LamMat4 draw_map(GRand *rand, LamVec3 centre)
{
    const double *c = centre.v;
    LamMat4 shear = lam_mat4_identity();
    shear.m[0][1] = draw(rand, SHEAR);
    shear.m[0][2] = draw(rand, SHEAR);
    shear.m[1][2] = draw(rand, SHEAR);
    LamMat4 scale = lam_mat4_scaling(exp(draw(rand, SCALE_LOG)), exp(draw(rand, SCALE_LOG)),
                                     exp(draw(rand, SCALE_LOG)));
    LamMat4 rotation = turn(direction(rand), g_rand_double(rand) * ANGLE_DEG * G_PI / 180);
    LamVec3 to = direction(rand);
    double length = g_rand_double(rand) * SHIFT_MM;
    LamMat4 there = lam_mat4_translation(c[0] + length * to.v[0], c[1] + length * to.v[1],
                                         c[2] + length * to.v[2]);
    LamMat4 linear = chain(rotation, chain(scale, shear));
    return chain(there, chain(linear, lam_mat4_translation(-c[0], -c[1], -c[2])));
}

/* Holds the moved scan; slices first, left to right reversed, anisotropic. */
static LamGrid moved_grid(const LamVolume *scan, const LamMat4 *map)
{
    static const double spacing[3] = {1.1, 1.1, 1.4};
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    const int *n = scan->grid.size;
    LamMat4 to = chain(*map, scan->grid.to_world);
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 p = {
            {corner & 1 ? n[0] - 1 : 0, corner & 2 ? n[1] - 1 : 0, corner & 4 ? n[2] - 1 : 0}};
        p = lam_mat4_apply(&to, p);
        for (int a = 0; a < 3; a++) {
            low[a] = fmin(low[a], p.v[a]);
            high[a] = fmax(high[a], p.v[a]);
        }
    }
    LamGrid grid = {.to_world = {{{0, -spacing[1], 0, high[0]},
                                  {0, 0, spacing[2], low[1]},
                                  {spacing[0], 0, 0, low[2]},
                                  {0, 0, 0, 1}}}};
    grid.size[0] = (int)ceil((high[2] - low[2]) / spacing[0]) + 1;
    grid.size[1] = (int)ceil((high[0] - low[0]) / spacing[1]) + 1;
    grid.size[2] = (int)ceil((high[1] - low[1]) / spacing[2]) + 1;
    return grid;
}

/* t: share of the bright end. Bright where T1 is dark, and a curve that is not even monotonic. */
static double recoloured(double t, Contrast contrast)
{
    if (!(t > 0.02))
        return t;
    if (contrast == INVERTED)
        return fmax(1.15 - t, 0.05);
    return 0.15 + 0.85 * exp(-pow((t - 0.55) / 0.22, 2)) + 0.25 * t;
}

/* In place: contrast, then noise of magnitude images. */
static void degrade(LamVolume *v, Contrast contrast, double top, GRand *rand)
{
    for (size_t i = 0; i < lam_grid_voxels(&v->grid); i++) {
        double t = (double)v->data[i] / top, noise = 0;
        if (contrast == INVERTED || contrast == REMAPPED)
            t = recoloured(t, contrast);
        for (int k = 0; k < 4; k++)
            noise += g_rand_double(rand) - 0.5;
        v->data[i] = (float)(top * fabs(t + NOISE * sqrt(3) * noise));
    }
}

static bool make_case(char **paths, int count, int index, Case *c, GError **error)
{
    GRand *rand = g_rand_new_with_seed((guint32)(seed * 100000 + index));
    int stride = pairs ? 2 : 1, at = index % (count / stride) * stride;
    Contrast contrast = pairs ? PAIRED : across ? (index / 2 % 2 ? REMAPPED : INVERTED) : SAME;
    g_autoptr(LamVolume) other = lam_scan_load(paths[at + stride - 1], 0, error);
    c->original = lam_scan_load(paths[at], 0, error == NULL || *error == NULL ? error : NULL);
    bool ok = other != NULL && c->original != NULL;
    if (ok) {
        LamMat4 back, map = draw_map(rand, lam_volume_brain_centre_mm(c->original));
        LamGrid grid = moved_grid(other, &map);
        lam_mat4_invert(&map, &back);
        c->moved = lam_resample(other, &grid, &back, LAM_LINEAR, 0, error);
        ok = c->moved != NULL;
        bool exchanged = index % 2 == 1;
        c->fixed = exchanged ? c->moved : c->original;
        c->moving = exchanged ? c->original : c->moved;
        c->truth = exchanged ? back : map;
        c->from_scan = exchanged ? map : lam_mat4_identity();
    }
    if (ok)
        degrade(c->moved, contrast, lam_volume_percentile_positive(other, 0.995), rand);
    g_rand_free(rand);
    return ok;
}

static void clear_case(Case *c)
{
    g_clear_pointer(&c->original, lam_volume_unref);
    g_clear_pointer(&c->moved, lam_volume_unref);
}

static double error_mm(const Case *c, const LamMat4 *estimate)
{
    const LamVolume *scan = c->original;
    const int *n = scan->grid.size;
    double threshold = 0.2 * lam_volume_percentile_positive(scan, 0.98), sum = 0, count = 0;
    for (int k = 0; k < n[2]; k += POINT_STEP)
        for (int j = 0; j < n[1]; j += POINT_STEP)
            for (int i = 0; i < n[0]; i += POINT_STEP) {
                if (!((double)scan->data[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] +
                                         (size_t)i] > threshold))
                    continue;
                LamVec3 p = lam_mat4_apply(&scan->grid.to_world, (LamVec3){{i, j, k}});
                p = lam_mat4_apply(&c->from_scan, p);
                LamVec3 x = lam_mat4_apply(&c->truth, p), y = lam_mat4_apply(estimate, p);
                double d = 0;
                for (int a = 0; a < 3; a++)
                    d += (x.v[a] - y.v[a]) * (x.v[a] - y.v[a]);
                sum += sqrt(d);
                count++;
            }
    return count > 0 ? sum / count : NAN;
}

static bool write_case(const Case *c, int index, GError **error)
{
    g_autofree char *fixed = g_strdup_printf("%s/%03d-fixed.nii", write_folder, index);
    g_autofree char *moving = g_strdup_printf("%s/%03d-moving.nii", write_folder, index);
    return lam_nifti_save(c->fixed, fixed, LAM_NIFTI_FLOAT32, NULL, error) &&
           lam_nifti_save(c->moving, moving, LAM_NIFTI_FLOAT32, NULL, error);
}

/* Sixteen numbers and the seconds, as text; false if there is no such file: refused. */
static bool read_estimate(int index, LamAffine *estimate)
{
    g_autofree char *path = g_strdup_printf("%s/%03d.txt", score_folder, index);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    char *at = text;
    for (int i = 0; i < 16; i++)
        estimate->matrix.m[i / 4][i % 4] = g_ascii_strtod(at, &at);
    estimate->seconds = g_ascii_strtod(at, &at);
    return true;
}

static bool align(const Case *c, int index, LamAffine *estimate)
{
    LamAffineOptions options = lam_affine_options_default();
    g_autoptr(GError) error = NULL;
    if (score_folder != NULL)
        return read_estimate(index, estimate);
    if (g_strcmp0(measure_name, "correlation") == 0)
        options.measure = LAM_AFFINE_CORRELATION;
    else if (g_strcmp0(measure_name, "nmi") == 0)
        options.measure = LAM_AFFINE_NMI;
    if (lam_affine_register(c->fixed, c->moving, &options, NULL, estimate, &error))
        return true;
    fprintf(stderr, "%d: %s\n", index, error->message);
    return false;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, int n, double q)
{
    if (n == 0)
        return NAN;
    qsort(values, (size_t)n, sizeof *values, by_size);
    return values[(int)(q * (n - 1) + 0.5)];
}

static bool run(char **paths, int count, FILE *csv, GError **error)
{
    g_autofree double *errors = g_new(double, cases), *seconds = g_new(double, cases);
    int done = 0, recovered = 0;
    double sum = 0;
    for (int i = first; i < first + cases; i++) {
        Case c = {0};
        LamAffine estimate = {0};
        if (!make_case(paths, count, i, &c, error) ||
            (write_folder != NULL && !write_case(&c, i, error))) {
            clear_case(&c);
            return false;
        }
        if (write_folder == NULL) {
            bool ok = align(&c, i, &estimate);
            double mm = ok ? error_mm(&c, &estimate.matrix) : NAN;
            if (csv != NULL)
                fprintf(csv, "%d,%s,%.4f,%.2f,%.3f\n", i, c.original->path, mm, estimate.seconds,
                        estimate.agreement);
            if (ok) {
                recovered += mm < RECOVERED_MM;
                errors[done] = mm;
                seconds[done++] = estimate.seconds;
                sum += mm;
            }
        }
        clear_case(&c);
    }
    if (write_folder == NULL)
        printf("cases %d  recovered %d  refused %d  error mean %.3f mm  median %.3f  95%% %.3f  "
               "median %.2f s\n",
               cases, recovered, cases - done, sum / MAX(done, 1), quantile(errors, done, 0.5),
               quantile(errors, done, 0.95), quantile(seconds, done, 0.5));
    return true;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("SCAN...");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 2 || cases < 1 ||
        first < 0 || (pairs && argc % 2 == 0)) {
        fprintf(stderr, "bench-affine: %s\n",
                error != NULL ? error->message : "needs scans (with --pairs: in twos)");
        return 2;
    }
    lam_threads_set(0);
    FILE *csv = csv_path != NULL ? fopen(csv_path, "w") : NULL;
    if (csv != NULL)
        fprintf(csv, "case,scan,error_mm,seconds,agreement\n");
    bool ok = run(argv + 1, argc - 1, csv, &error);
    if (csv != NULL)
        fclose(csv);
    if (!ok)
        fprintf(stderr, "bench-affine: %s\n", error->message);
    return ok ? 0 : 1;
}
