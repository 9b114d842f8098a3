/* render [WIDTH HEIGHT [FRAMES]]: how long one frame of the viewer's picture takes on this machine's GL, the demo
 * pair in three panes: median of the frames in ms, the fastest, and the time of all processors per frame (which a
 * busy machine changes least), with what lies over the scans, beside an empty clear of the same size. Nothing is
 * uploaded in between. */
#include <epoxy/gl.h>
#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/offscreen.h>
#include <lambdascope/phantom.h>
#include <lambdascope/renderer.h>
#include <lambdascope/resample.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WARM_UP 3

typedef struct {
    LamRenderer *renderer;
    LamScene scene;
    int width, height, frames;
} Bench;

static bool is_one_in_ten(int label, gpointer user)
{
    return label % 10 == 1;
}

static void add_labels(LamScene *scene, int side, LamVolume *map)
{
    g_autoptr(LamLabels) labels = lam_labels_new(map, NULL, NULL);
    g_autoptr(LamTexels) texels = lam_texels_new_labels(labels, NULL);
    g_autoptr(GBytes) colours = lam_labels_palette(labels, is_one_in_ten, NULL);
    lam_scene_set_labels(scene, side, texels, colours);
}

/* The true field, on the grid that networks give theirs on. */
static bool add_field(LamScene *scene, const LamVolume *truth, GError **error)
{
    const int size[3] = {40, 48, 40};
    LamGrid grid = lam_grid_centred(size, 4, lam_grid_centre_mm(&truth->grid));
    LamFieldStatistics statistics;
    g_autoptr(LamVolume) jacobian = NULL;
    g_autoptr(LamVolume) field = lam_resample_clamped(truth, &grid, error);
    if (field == NULL || !lam_field_statistics(field, &statistics, &jacobian, error))
        return false;
    g_autoptr(LamTexels) texels = lam_texels_new_field(field, jacobian, error);
    lam_scene_set_field(scene, texels);
    return texels != NULL;
}

static bool fill(LamScene *scene, GError **error)
{
    LamPhantomOptions options = lam_phantom_defaults();
    LamPhantom pair;
    if (!lam_phantom_make(&options, &pair, error))
        return false;
    g_autoptr(LamTexels) fixed = lam_texels_new_scan(pair.fixed, error);
    g_autoptr(LamTexels) moving = lam_texels_new_scan(pair.moving, error);
    lam_scene_set_scans(scene, fixed, moving, NULL);
    lam_scene_reset_view(scene);
    add_labels(scene, 0, pair.fixed_labels);
    add_labels(scene, 1, pair.moving_labels);
    bool ok = add_field(scene, pair.truth, error);
    lam_phantom_clear(&pair);
    return ok;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw(const Bench *bench, bool empty)
{
    if (empty)
        glClear(GL_COLOR_BUFFER_BIT);
    else
        lam_renderer_draw(bench->renderer, &bench->scene, bench->width, bench->height, 1, 0, NULL,
                          NULL);
    glFinish();
}

static void measure(const Bench *bench, const char *what, bool empty)
{
    g_autofree double *ms = g_new(double, bench->frames);
    clock_t cpu = 0;
    for (int i = -WARM_UP; i < bench->frames; i++) {
        gint64 start = g_get_monotonic_time();
        cpu = i == 0 ? clock() : cpu;
        draw(bench, empty);
        if (i >= 0)
            ms[i] = (double)(g_get_monotonic_time() - start) / 1000;
    }
    qsort(ms, (size_t)bench->frames, sizeof *ms, ascending);
    printf("%-36s %8.2f ms   fastest %8.2f   of processor %8.2f\n", what, ms[bench->frames / 2],
           ms[0], 1e3 * (double)(clock() - cpu) / CLOCKS_PER_SEC / bench->frames);
}

static void measure_all(Bench *bench)
{
    LamScene *scene = &bench->scene;
    measure(bench, "empty clear", true);
    measure(bench, "three scans", false);
    scene->grid = true;
    measure(bench, "with grid", false);
    scene->contours = LAM_CONTOURS_ALL;
    measure(bench, "with grid and outlines of labels", false);
    scene->contours = LAM_CONTOURS_SELECTED; /* one in ten */
    measure(bench, "with grid and outlines of a few", false);
    scene->contours = LAM_CONTOURS_ALL;
    scene->overlay = LAM_OVERLAY_VOLUME_CHANGE;
    measure(bench, "with grid, outlines and |J|", false);
    scene->contours = LAM_CONTOURS_NONE;
    scene->overlay = LAM_OVERLAY_NONE;
    scene->grid = false;
    scene->streamlines = true;
    measure(bench, "with streamlines", false);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Bench bench = {.width = argc > 2 ? atoi(argv[1]) : 1200,
                   .height = argc > 2 ? atoi(argv[2]) : 800,
                   .frames = argc > 3 ? MAX(atoi(argv[3]), 1) : 40};
    g_autoptr(LamOffscreen) offscreen = lam_offscreen_new(bench.width, bench.height, &error);
    bench.renderer = offscreen != NULL ? lam_renderer_new(&error) : NULL;
    lam_scene_init(&bench.scene);
    bool ok = bench.renderer != NULL && fill(&bench.scene, &error);
    if (ok) {
        printf("%s, %d x %d, median of %d frames\n", lam_renderer_description(bench.renderer),
               bench.width, bench.height, bench.frames);
        measure_all(&bench);
    } else {
        fprintf(stderr, "render: %s\n", error->message);
    }
    lam_renderer_free(bench.renderer);
    lam_scene_clear(&bench.scene);
    return !ok;
}
