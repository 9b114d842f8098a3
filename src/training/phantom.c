#include <lambdascope/phantom.h>

#include "phantom-anatomy.h"
#include "phantom-warp.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

#define WHITE_VALUE 1000.0f /* image units of an intensity of 1 */

/* A brain and room for its displacement. */
static const double box_mm[3] = {164, 200, 168};
static const LamVec3 box_centre_mm = {{0, -17, 8}};

/* What differs between two scans of one anatomy. */
typedef struct {
    const LamPhantomOptions *options;
    const LamAnatomy *anatomy;
    const LamPhantomWarp *warp; /* NULL: the anatomy as it is */
    uint32_t seed;
    float bias[9];
} Scanner;

LamPhantomOptions lam_phantom_defaults(void)
{
    return (LamPhantomOptions){.seed = 1, .spacing_mm = 1, .deformation_mm = 9, .noise = 0.02};
}

static bool within(double value, double from, double to, const char *what, GError **error)
{
    if (value >= from && value <= to)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot make a phantom: %s %g: it must lie between %g and %g", what, value, from,
                to);
    return false;
}

static bool options_valid(const LamPhantomOptions *options, GError **error)
{
    return within(options->spacing_mm, 0.8, 4, "spacing", error) &&
           within(options->deformation_mm, 0, 15, "deformation", error) &&
           within(options->noise, 0, 0.2, "noise", error);
}

static Scanner scanner_for(const LamPhantomOptions *options, const LamAnatomy *anatomy,
                           const LamPhantomWarp *warp)
{
    Scanner s = {.options = options, .anatomy = anatomy, .warp = warp};
    uint64_t state = options->seed * 2ull + (warp != NULL);
    s.seed = lam_noise_next(&state);
    for (int i = 0; i < 9; i++)
        s.bias[i] = lam_noise_uniform(&state, -0.05f, 0.05f);
    return s;
}

/* Slow shading, as the receiving coils leave it. */
static float bias_at(const Scanner *s, LamPoint p)
{
    float x = p.x / 80, y = (p.y + 17) / 100, z = (p.z - 8) / 80;
    const float *b = s->bias;
    return 1 + b[0] * x + b[1] * y + b[2] * z + b[3] * x * x + b[4] * y * y + b[5] * z * z +
           b[6] * x * y + b[7] * y * z + b[8] * z * x;
}

static float image_value(const Scanner *s, float intensity, LamPoint p, size_t voxel)
{
    if (intensity <= 0)
        return 0;
    float grain = (float)s->options->noise * lam_noise_normal(s->seed, voxel);
    grain *= fminf(intensity * 5, 1); /* none outside the stripped brain */
    return fmaxf(WHITE_VALUE * (intensity * bias_at(s, p) + grain), 0);
}

static LamPoint voxel_point(const LamGrid *grid, int i, int j, int k)
{
    LamVec3 p = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
    return (LamPoint){(float)p.v[0], (float)p.v[1], (float)p.v[2]};
}

static void scan_row(const Scanner *s, int j, int k, LamVolume *image, LamVolume *labels,
                     LamVolume *truth)
{
    const LamGrid *grid = &image->grid;
    float blur = fmaxf(1.3f, (float)s->options->spacing_mm);
    size_t row = ((size_t)k * (size_t)grid->size[1] + (size_t)j) * (size_t)grid->size[0];
    for (int i = 0; i < grid->size[0]; i++) {
        size_t voxel = row + (size_t)i;
        LamPoint p = voxel_point(grid, i, j, k), q = p;
        if (s->warp != NULL) {
            q = lam_phantom_warp_at(s->warp, p);
            lam_volume_channel(truth, 0)[voxel] = q.x - p.x;
            lam_volume_channel(truth, 1)[voxel] = q.y - p.y;
            lam_volume_channel(truth, 2)[voxel] = q.z - p.z;
        }
        LamTissue tissue = lam_anatomy_at(s->anatomy, q, blur);
        image->data[voxel] = image_value(s, tissue.intensity, p, voxel);
        labels->data[voxel] = (float)tissue.label;
    }
}

static void scan(const Scanner *s, LamVolume *image, LamVolume *labels, LamVolume *truth)
{
    const int height = image->grid.size[1], depth = image->grid.size[2];
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
    for (int k = 0; k < depth; k++)
        for (int j = 0; j < height; j++)
            scan_row(s, j, k, image, labels, truth);
}

static bool allocate(LamPhantom *out, double spacing_mm, GError **error)
{
    int size[3];
    for (int i = 0; i < 3; i++)
        size[i] = (int)(box_mm[i] / spacing_mm + 0.999);
    LamGrid grid = lam_grid_centred(size, spacing_mm, box_centre_mm);
    LamVolume **volumes[] = {&out->fixed, &out->moving, &out->fixed_labels, &out->moving_labels,
                             &out->truth};
    for (guint i = 0; i < G_N_ELEMENTS(volumes); i++) {
        *volumes[i] = lam_volume_new(&grid, volumes[i] == &out->truth ? 3 : 1, error);
        if (*volumes[i] == NULL)
            return false;
    }
    return true;
}

bool lam_phantom_make(const LamPhantomOptions *options, LamPhantom *out, GError **error)
{
    LamAnatomy anatomy;
    LamPhantomWarp warp = {0};
    memset(out, 0, sizeof *out);
    if (!options_valid(options, error))
        return false;
    if (!allocate(out, options->spacing_mm, error) ||
        !lam_phantom_warp_make(&warp, options->seed, options->deformation_mm, error)) {
        lam_phantom_clear(out);
        return false;
    }
    lam_anatomy_init(&anatomy, options->seed);
    /* The moving scan shows the anatomy itself and the fixed one its warp, so that the pull-back
     * truth is exact: fixed(x) = anatomy(x + u(x)) = moving(x + u(x)). */
    Scanner moving = scanner_for(options, &anatomy, NULL);
    Scanner fixed = scanner_for(options, &anatomy, &warp);
    scan(&moving, out->moving, out->moving_labels, NULL);
    scan(&fixed, out->fixed, out->fixed_labels, out->truth);
    lam_phantom_warp_clear(&warp);
    return true;
}

bool lam_phantom_scan(const LamPhantomOptions *options, LamVolume *image, LamVolume *labels,
                      GError **error)
{
    LamAnatomy anatomy;
    if (!options_valid(options, error))
        return false;
    lam_anatomy_init(&anatomy, options->seed);
    Scanner scanner = scanner_for(options, &anatomy, NULL);
    scan(&scanner, image, labels, NULL);
    return true;
}

void lam_phantom_clear(LamPhantom *phantom)
{
    g_clear_pointer(&phantom->fixed, lam_volume_unref);
    g_clear_pointer(&phantom->moving, lam_volume_unref);
    g_clear_pointer(&phantom->fixed_labels, lam_volume_unref);
    g_clear_pointer(&phantom->moving_labels, lam_volume_unref);
    g_clear_pointer(&phantom->truth, lam_volume_unref);
}
