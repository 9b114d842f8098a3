#include "scene-options.h"

#include "cli.h"

#include <lambdascope/scan.h>

#include <math.h>
#include <stdio.h>

LamSceneOptions lam_scene_options_defaults(int width, int height)
{
    return (LamSceneOptions){.scale = 1,
                             .zoom = 1,
                             .share = 0.5,
                             .scale_mm = 8,
                             .labels.opacity = 0.9,
                             .width = width,
                             .height = height};
}

void lam_scene_options_clear(LamSceneOptions *o)
{
    char *strings[] = {o->demo,    o->fixed,     o->moving,      o->model,      o->plane,
                       o->at,      o->size,      o->arrangement, o->compare,    o->overlay,
                       o->colours, o->direction, o->grid_colour, o->model_title};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    lam_render_labels_clear(&o->labels);
}

GOptionEntry *lam_scene_options_entries(LamSceneOptions *o, const GOptionEntry *own)
{
    const GOptionEntry entries[] = {
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Scan that stays", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Scan that is deformed", "FILE"},
        {"demo", 0, 0, G_OPTION_ARG_STRING, &o->demo,
         "Instead of scans: template, digits, ring, too-small, brains or contrasts, with its model "
         "and view",
         "NAME"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"plane", 'p', 0, G_OPTION_ARG_STRING, &o->plane,
         "axial (default), coronal or sagittal; of a single slice its own", "PLANE"},
        {"at", 'a', 0, G_OPTION_ARG_STRING, &o->at, "Crosshair in mm (RAS, fixed scan)", "X,Y,Z"},
        {"size", 's', 0, G_OPTION_ARG_STRING, &o->size, "Pixels, as in 1500x700", "WxH"},
        {"grid", 'g', 0, G_OPTION_ARG_DOUBLE, &o->grid_mm, "Warped grid with this spacing", "MM"},
        {"grid-colour", 0, 0, G_OPTION_ARG_STRING, &o->grid_colour,
         "By volume (default), length or through (the plane)", "WHAT"},
        {"arrows", 0, 0, G_OPTION_ARG_DOUBLE, &o->arrows_mm,
         "Displacements as arrows, so far apart", "MM"},
        {"streamlines", 0, 0, G_OPTION_ARG_DOUBLE, &o->streamlines_mm,
         "Curves along the displacements, so far apart", "MM"},
        {"direction", 0, 0, G_OPTION_ARG_STRING, &o->direction,
         "Of grid, arrows and streamlines: forward (default: how tissue moves) or pull-back",
         "WAY"},
        {"arrangement", 0, 0, G_OPTION_ARG_STRING, &o->arrangement,
         "panes (default), planes (of the warped scan) or all", "WHICH"},
        {"compare", 0, 0, G_OPTION_ARG_STRING, &o->compare,
         "With fixed: checkerboard, curtain, composite, difference, edges, fade", "HOW"},
        {"share", 0, 0, G_OPTION_ARG_DOUBLE, &o->share, "Of curtain and fade (default 0.5)", "S"},
        {"overlay", 0, 0, G_OPTION_ARG_STRING, &o->overlay,
         "displacement, volume, sensitivity or uncertainty", "WHAT"},
        {"fixed-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->labels.fixed,
         "Label map of the fixed scan, whose outlines are drawn", "FILE"},
        {"moving-labels", 0, 0, G_OPTION_ARG_FILENAME, &o->labels.moving,
         "Of the moving scan, drawn where they are carried", "FILE"},
        {"contours", 0, 0, G_OPTION_ARG_STRING, &o->labels.shown,
         "Outlines of these labels, as in 51,52 (default all)", "LABELS"},
        {"contour-opacity", 0, 0, G_OPTION_ARG_DOUBLE, &o->labels.opacity, "0 to 1 (default 0.9)",
         "A"},
        {"scale-mm", 0, 0, G_OPTION_ARG_DOUBLE, &o->scale_mm,
         "Top of the scale of displacements (default 8)", "MM"},
        {"colours", 0, 0, G_OPTION_ARG_STRING, &o->colours,
         "Of intensities: grey (default), cividis, inferno, viridis", "MAP"},
        {"voxels", 0, 0, G_OPTION_ARG_NONE, &o->voxels, "Voxels as they are, not smoothed", NULL},
        {"zoom", 'z', 0, G_OPTION_ARG_DOUBLE, &o->zoom, "Magnification (default 1)", "N"},
        {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &o->scale, "Size of text and lines (default 1)", "N"},
        {"neurological", 0, 0, G_OPTION_ARG_NONE, &o->neurological,
         "Patient's left on the left (default: on the right)", NULL},
    };
    GArray *all = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(all, entries, G_N_ELEMENTS(entries));
    for (; own->long_name; own++)
        g_array_append_vals(all, own, 1);
    return (GOptionEntry *)(void *)g_array_free(all, FALSE);
}

bool lam_scene_options_bad_value(GError **error, const char *option, const char *wanted)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: %s (see --help)", option,
                wanted);
    return false;
}

static bool parse_plane(LamSceneOptions *o, GError **error)
{
    return !o->plane || lam_plane_parse(o->plane, &o->plane_value) ||
           lam_scene_options_bad_value(error, "plane", "axial, coronal or sagittal is needed");
}

/* What is said of the pictures, into a scene; also when there is none yet, to check it. */
static bool apply_choices(const LamSceneOptions *o, LamScene *scene, GError **error)
{
    scene->smooth = !o->voxels;
    if (o->grid_mm > 0 || !o->chosen_demo) {
        scene->grid = o->grid_mm > 0;
        scene->grid_mm = o->grid_mm;
    }
    scene->arrows = o->arrows_mm > 0;
    scene->arrows_mm = o->arrows_mm;
    scene->streamlines = o->streamlines_mm > 0;
    scene->streamlines_mm = o->streamlines_mm;
    scene->share = o->share;
    scene->scale_mm = o->scale_mm;
    if (o->arrangement && !lam_arrangement_parse(o->arrangement, &scene->arrangement))
        return lam_scene_options_bad_value(error, "arrangement", "panes, planes or all is needed");
    if (o->compare && !lam_compare_parse(o->compare, &scene->compare))
        return lam_scene_options_bad_value(error, "compare",
                                           "none, checkerboard, curtain, composite, difference, "
                                           "edges or fade is needed");
    if (o->overlay && (!lam_overlay_parse(o->overlay, &scene->overlay) ||
                       scene->overlay == LAM_OVERLAY_DIFFERENCE))
        return lam_scene_options_bad_value(error, "overlay",
                                           "none, displacement, volume, sensitivity or uncertainty "
                                           "is needed");
    if (o->colours && !lam_colour_map_parse(o->colours, &scene->colours))
        return lam_scene_options_bad_value(error, "colours",
                                           "grey, cividis, inferno or viridis is needed");
    if (o->direction && !lam_direction_parse(o->direction, &scene->direction))
        return lam_scene_options_bad_value(error, "direction", "forward or pull-back is needed");
    if (o->grid_colour && !lam_grid_colour_parse(o->grid_colour, &scene->grid_colour))
        return lam_scene_options_bad_value(error, "grid-colour",
                                           "volume, length or through is needed");
    return true;
}

static bool check_choices(const LamSceneOptions *o, GError **error)
{
    LamScene scene = {0};
    const struct {
        const char *option;
        double value, from, to;
        const char *wanted;
    } ranges[] = {
        {"scale", o->scale, 0.5, 8, "0.5 to 8 is possible"},
        {"zoom", o->zoom, 0.25, 40, "0.25 to 40 is possible"},
        {"grid", o->grid_mm, 0, 100, "0 (none) to 100 mm is possible"},
        {"arrows", o->arrows_mm, 0, 100, "0 (none) to 100 mm is possible"},
        {"streamlines", o->streamlines_mm, 0, 100, "0 (none) to 100 mm is possible"},
        {"share", o->share, 0, 1, "0 to 1 is possible"},
        {"scale-mm", o->scale_mm, 0.1, 100, "0.1 to 100 mm is possible"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        if (!(ranges[i].value >= ranges[i].from && ranges[i].value <= ranges[i].to))
            return lam_scene_options_bad_value(error, ranges[i].option, ranges[i].wanted);
    return apply_choices(o, &scene, error);
}

static bool parse_cursor(LamSceneOptions *o, GError **error)
{
    static const char wanted[] = "three numbers in mm are needed, as in 12,-30,8.5";
    if (!o->at)
        return true;
    g_auto(GStrv) parts = g_strsplit(o->at, ",", -1);
    if (g_strv_length(parts) != 3)
        return lam_scene_options_bad_value(error, "at", wanted);
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        o->cursor_mm.v[i] = g_ascii_strtod(g_strstrip(parts[i]), &end);
        if (end == parts[i] || *end || !isfinite(o->cursor_mm.v[i]))
            return lam_scene_options_bad_value(error, "at", wanted);
    }
    o->has_cursor = true;
    return true;
}

static bool parse_size(LamSceneOptions *o, GError **error)
{
    int end = 0;
    if (o->size && (sscanf(o->size, "%dx%d%n", &o->width, &o->height, &end) != 2 || o->size[end] ||
                    MIN(o->width, o->height) < 64 || MAX(o->width, o->height) > 16384))
        return lam_scene_options_bad_value(error, "size",
                                           "width and height in pixels, as in 1500x700");
    return true;
}

static bool check_pair(LamSceneOptions *o, GError **error)
{
    if (!o->demo)
        return lam_cli_require(o->fixed, "fixed", error) &&
               lam_cli_require(o->moving, "moving", error);
    if (o->fixed || o->moving)
        return lam_scene_options_bad_value(error, "demo", "it takes the place of scans");
    o->chosen_demo = lam_demo_find(o->demo, error);
    return o->chosen_demo != NULL;
}

bool lam_scene_options_check(LamSceneOptions *o, GError **error)
{
    return check_pair(o, error) && check_choices(o, error) &&
           lam_render_labels_check(&o->labels, error) && parse_plane(o, error) &&
           parse_cursor(o, error) && parse_size(o, error);
}

static bool load_pair(const LamSceneOptions *o, LamDemoPair *pair, GError **error)
{
    if (o->chosen_demo)
        return o->chosen_demo->make(pair, error);
    pair->fixed = lam_scan_load(o->fixed, 0, error);
    pair->moving = pair->fixed ? lam_scan_load(o->moving, 0, error) : NULL;
    return pair->moving != NULL;
}

LamSession *lam_scene_options_open(LamSceneOptions *o, GError **error)
{
    g_auto(LamDemoPair) pair = {0};
    if (!load_pair(o, &pair, error))
        return NULL;
    const char *name = o->chosen_demo && !o->model ? o->chosen_demo->model : o->model;
    g_autoptr(LamModel) model = lam_cli_load_model(name, pair.fixed, error);
    if (!model)
        return NULL;
    o->model_title = g_strdup(lam_model_title(model));
    LamProgress progress = lam_cli_progress();
    LamSession *session =
        lam_session_new(model, pair.fixed, pair.moving, NULL, 1, &progress, error);
    lam_cli_progress_done();
    return session;
}

static void name_scans(const LamSceneOptions *o, LamScene *scene)
{
    const LamDemo *demo = o->chosen_demo;
    scene->footer_files = g_strdup_printf("model: %s", o->model_title);
    scene->fixed_name = demo ? g_strdup(demo->fixed_name) : g_path_get_basename(o->fixed);
    scene->moving_name = demo ? g_strdup(demo->moving_name) : g_path_get_basename(o->moving);
}

bool lam_scene_options_fill(const LamSceneOptions *o, const LamSession *session, LamScene *scene,
                            GError **error)
{
    g_autoptr(LamTexels) fixed = lam_texels_new_scan(lam_session_fixed(session), error);
    g_autoptr(LamTexels) moving =
        fixed ? lam_texels_new_scan(lam_session_moving(session), error) : NULL;
    if (!moving)
        return false;
    lam_scene_set_scans(scene, fixed, moving, lam_session_affine(session));
    lam_scene_reset_view(scene);
    name_scans(o, scene);
    if (o->chosen_demo)
        lam_demo_set_up(o->chosen_demo, scene);
    if (o->plane || !lam_scene_slice_plane(scene, &scene->plane))
        scene->plane = o->plane_value;
    scene->zoom = o->zoom;
    scene->radiological = !o->neurological;
    if (o->has_cursor)
        scene->cursor_mm = o->cursor_mm;
    return apply_choices(o, scene, error) &&
           lam_render_labels_add(&o->labels, session, scene, error);
}
