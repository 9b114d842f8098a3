/* lam render: the viewer's scene as a picture, without a window. */
#include "cli.h"
#include "render-labels.h"

#include <lambdascope/error.h>
#include <lambdascope/lambda_scale.h>
#include <lambdascope/scan.h>
#include <lambdascope/offscreen.h>
#include <lambdascope/png.h>
#include <lambdascope/renderer.h>
#include <lambdascope/session.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NOTICE "Research and education; not a medical device"

typedef struct {
    char *fixed, *moving, *lambda, *model, *plane, *at, *size, *output;
    char *arrangement, *compare, *overlay, *colours, *direction, *grid_colour;
    double grid_mm, arrows_mm, scale, zoom, share, scale_mm, morph;
    gboolean neurological, voxels;
    LamRenderLabels labels;

    /* from the above */
    GArray *lambdas; /* double */
    LamPlane plane_value;
    bool has_cursor;
    LamVec3 cursor_mm;
    int width, height;
    char *model_title; /* once it is loaded */
} Options;

static void options_clear(Options *o)
{
    char *strings[] = {o->fixed,   o->moving,  o->lambda,  o->model,       o->plane,
                       o->at,      o->size,    o->output,  o->model_title, o->arrangement,
                       o->compare, o->overlay, o->colours, o->direction,   o->grid_colour};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_clear_pointer(&o->lambdas, g_array_unref);
    lam_render_labels_clear(&o->labels);
}

static bool bad_value(GError **error, const char *option, const char *wanted)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: %s (see --help)", option,
                wanted);
    return false;
}

static bool parse_plane(Options *o, GError **error)
{
    return !o->plane || lam_plane_parse(o->plane, &o->plane_value) ||
           bad_value(error, "plane", "axial, coronal or sagittal is needed");
}

/* What is said of the pictures, into a scene; also when there is none yet, to check it. */
static bool apply_choices(const Options *o, LamScene *scene, GError **error)
{
    scene->smooth = !o->voxels;
    scene->grid = o->grid_mm > 0;
    scene->grid_mm = o->grid_mm;
    scene->arrows = o->arrows_mm > 0;
    scene->arrows_mm = o->arrows_mm;
    scene->share = o->share;
    scene->scale_mm = o->scale_mm;
    scene->morph = o->morph;
    if (o->arrangement && !lam_arrangement_parse(o->arrangement, &scene->arrangement))
        return bad_value(error, "arrangement", "panes, planes or all is needed");
    if (o->compare && !lam_compare_parse(o->compare, &scene->compare))
        return bad_value(error, "compare",
                         "none, checkerboard, curtain, composite, difference, "
                         "edges or fade is needed");
    if (o->overlay && (!lam_overlay_parse(o->overlay, &scene->overlay) ||
                       scene->overlay == LAM_OVERLAY_DIFFERENCE))
        return bad_value(error, "overlay", "none, displacement or volume is needed");
    if (o->colours && !lam_colour_map_parse(o->colours, &scene->colours))
        return bad_value(error, "colours", "grey, cividis, inferno or viridis is needed");
    if (o->direction && !lam_direction_parse(o->direction, &scene->direction))
        return bad_value(error, "direction", "forward or pull-back is needed");
    if (o->grid_colour && !lam_grid_colour_parse(o->grid_colour, &scene->grid_colour))
        return bad_value(error, "grid-colour", "volume, length or through is needed");
    return true;
}

static bool check_choices(const Options *o, GError **error)
{
    LamScene scene = {0};
    if (!(o->arrows_mm >= 0 && o->arrows_mm <= 100))
        return bad_value(error, "arrows", "0 (none) to 100 mm is possible");
    if (!(o->share >= 0 && o->share <= 1))
        return bad_value(error, "share", "0 to 1 is possible");
    if (!(o->morph >= 0 && o->morph <= 1))
        return bad_value(error, "morph", "0 to 1 is possible");
    if (!(o->scale_mm >= 0.1 && o->scale_mm <= 100))
        return bad_value(error, "scale-mm", "0.1 to 100 mm is possible");
    return apply_choices(o, &scene, error);
}

static bool parse_cursor(Options *o, GError **error)
{
    static const char wanted[] = "three numbers in mm are needed, as in 12,-30,8.5";
    if (!o->at)
        return true;
    g_auto(GStrv) parts = g_strsplit(o->at, ",", -1);
    if (g_strv_length(parts) != 3)
        return bad_value(error, "at", wanted);
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        o->cursor_mm.v[i] = g_ascii_strtod(g_strstrip(parts[i]), &end);
        if (end == parts[i] || *end || !isfinite(o->cursor_mm.v[i]))
            return bad_value(error, "at", wanted);
    }
    o->has_cursor = true;
    return true;
}

static bool parse_size(Options *o, GError **error)
{
    int end = 0;
    o->width = 1500;
    o->height = 700;
    if (o->size && (sscanf(o->size, "%dx%d%n", &o->width, &o->height, &end) != 2 || o->size[end] ||
                    MIN(o->width, o->height) < 64 || MAX(o->width, o->height) > 16384))
        return bad_value(error, "size", "width and height in pixels, as in 1500x700");
    return true;
}

static bool check(Options *o, GError **error)
{
    if (!lam_cli_require(o->fixed, "fixed", error) ||
        !lam_cli_require(o->moving, "moving", error) ||
        !lam_cli_require(o->lambda, "lambda", error) ||
        !lam_cli_require(o->output, "output", error))
        return false;
    if (!(o->scale >= 0.5 && o->scale <= 8))
        return bad_value(error, "scale", "0.5 to 8 is possible");
    if (!(o->zoom >= 0.25 && o->zoom <= 40))
        return bad_value(error, "zoom", "0.25 to 40 is possible");
    if (!(o->grid_mm >= 0 && o->grid_mm <= 100))
        return bad_value(error, "grid", "0 (none) to 100 mm is possible");
    o->lambdas = lam_cli_parse_lambdas(o->lambda, error);
    return o->lambdas && check_choices(o, error) && lam_render_labels_check(&o->labels, error) &&
           parse_plane(o, error) && parse_cursor(o, error) && parse_size(o, error);
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Draws Fixed | Moving | Warped into a PNG, as the viewer shows them; needs "
                   "neither a display nor a graphics card.",
    };
    const GOptionEntry entries[] = {
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Scan that stays", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Scan that is deformed", "FILE"},
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &o->lambda,
         "0 (fits the image) to 1 (stays smooth); several, separated by commas: one picture each",
         "L[,L…]"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"plane", 'p', 0, G_OPTION_ARG_STRING, &o->plane,
         "axial (default), coronal or sagittal; of a single slice its own", "PLANE"},
        {"at", 'a', 0, G_OPTION_ARG_STRING, &o->at, "Crosshair in mm (RAS, fixed scan)", "X,Y,Z"},
        {"size", 's', 0, G_OPTION_ARG_STRING, &o->size, "Pixels (default 1500x700)", "WxH"},
        {"grid", 'g', 0, G_OPTION_ARG_DOUBLE, &o->grid_mm, "Warped grid with this spacing", "MM"},
        {"grid-colour", 0, 0, G_OPTION_ARG_STRING, &o->grid_colour,
         "By volume (default), length or through (the plane)", "WHAT"},
        {"arrows", 0, 0, G_OPTION_ARG_DOUBLE, &o->arrows_mm,
         "Displacements as arrows, so far apart", "MM"},
        {"direction", 0, 0, G_OPTION_ARG_STRING, &o->direction,
         "Of grid and arrows: forward (default: how tissue moves) or pull-back", "WAY"},
        {"arrangement", 0, 0, G_OPTION_ARG_STRING, &o->arrangement,
         "panes (default), planes (of the warped scan) or all", "WHICH"},
        {"compare", 0, 0, G_OPTION_ARG_STRING, &o->compare,
         "With fixed: checkerboard, curtain, composite, difference, edges, fade", "HOW"},
        {"share", 0, 0, G_OPTION_ARG_DOUBLE, &o->share, "Of curtain and fade (default 0.5)", "S"},
        {"overlay", 0, 0, G_OPTION_ARG_STRING, &o->overlay, "displacement or volume", "WHAT"},
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
        {"morph", 0, 0, G_OPTION_ARG_DOUBLE, &o->morph,
         "Share of the displacement, 0 to 1 (default 1)", "T"},
        {"colours", 0, 0, G_OPTION_ARG_STRING, &o->colours,
         "Of intensities: grey (default), cividis, inferno, viridis", "MAP"},
        {"voxels", 0, 0, G_OPTION_ARG_NONE, &o->voxels, "Voxels as they are, not smoothed", NULL},
        {"zoom", 'z', 0, G_OPTION_ARG_DOUBLE, &o->zoom, "Magnification (default 1)", "N"},
        {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &o->scale, "Size of text and lines (default 1)", "N"},
        {"neurological", 0, 0, G_OPTION_ARG_NONE, &o->neurological,
         "Patient's left on the left (default: on the right)", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Picture to write", "FILE.png"},
        {NULL},
    };
    o->scale = o->zoom = o->morph = 1;
    o->share = 0.5;
    o->labels.opacity = 0.9;
    o->scale_mm = 8;
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

static LamSession *open_session(Options *o, GError **error)
{
    g_autoptr(LamVolume) fixed = lam_scan_load(o->fixed, 0, error);
    g_autoptr(LamVolume) moving = fixed ? lam_scan_load(o->moving, 0, error) : NULL;
    g_autoptr(LamModel) model = moving ? lam_cli_load_model(o->model, fixed, error) : NULL;
    if (!model)
        return NULL;
    o->model_title = g_strdup(lam_model_title(model));
    LamProgress progress = lam_cli_progress();
    LamSession *session = lam_session_new(model, fixed, moving, NULL, 1, &progress, error);
    lam_cli_progress_done();
    return session;
}

static bool fill_scene(LamScene *scene, const Options *o, const LamSession *session, GError **error)
{
    g_autoptr(LamTexels) fixed = lam_texels_new_scan(lam_session_fixed(session), error);
    g_autoptr(LamTexels) moving =
        fixed ? lam_texels_new_scan(lam_session_moving(session), error) : NULL;
    if (!moving)
        return false;
    lam_scene_set_scans(scene, fixed, moving, lam_session_affine(session));
    lam_scene_reset_view(scene);
    scene->footer_files = g_strdup_printf("model: %s", o->model_title);
    scene->fixed_name = g_path_get_basename(o->fixed);
    scene->moving_name = g_path_get_basename(o->moving);
    if (o->plane || !lam_scene_slice_plane(scene, &scene->plane))
        scene->plane = o->plane_value;
    scene->zoom = o->zoom;
    scene->radiological = !o->neurological;
    if (o->has_cursor)
        scene->cursor_mm = o->cursor_mm;
    return apply_choices(o, scene, error) &&
           lam_render_labels_add(&o->labels, session, scene, error);
}

static bool show_snapshot(LamScene *scene, const LamSnapshot *snapshot, GError **error)
{
    g_autoptr(LamTexels) field = lam_texels_new_field(snapshot->field, snapshot->jacobian, error);
    if (!field)
        return false;
    lam_scene_set_field(scene, field);
    scene->footer_lambda = snapshot->lambda;
    g_free(scene->footer_readout);
    scene->footer_readout = g_strdup_printf(
        "γ %.3g     folds %.3f %%     similarity %.3f     moved %.1f mm on average, %.1f at most",
        lam_lambda_gamma(snapshot->lambda), snapshot->statistics.fold_percent, snapshot->similarity,
        snapshot->statistics.mean_mm, snapshot->statistics.max_mm);
    g_free(scene->footer_notice);
    scene->footer_notice = g_strdup(NOTICE);
    return true;
}

/* With several λ: "out.png" becomes "out-0.3.png". */
static char *output_path(const Options *o, double lambda)
{
    if (o->lambdas->len == 1)
        return g_strdup(o->output);
    g_autofree char *stem = g_strdup(o->output);
    if (g_str_has_suffix(stem, ".png"))
        stem[strlen(stem) - 4] = 0;
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup_printf("%s-%s.png", stem, g_ascii_formatd(number, sizeof number, "%g", lambda));
}

static bool render_all(const Options *o, LamSession *session, LamScene *scene, GError **error)
{
    g_autoptr(LamOffscreen) offscreen = lam_offscreen_new(o->width, o->height, error);
    LamRenderer *renderer = offscreen ? lam_renderer_new(error) : NULL;
    bool ok = renderer != NULL;
    for (guint i = 0; ok && i < o->lambdas->len; i++) {
        double lambda = g_array_index(o->lambdas, double, i);
        g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, lambda, true, error);
        g_autofree char *path = output_path(o, lambda);
        ok = snapshot && show_snapshot(scene, snapshot, error) &&
             lam_renderer_draw(renderer, scene, o->width, o->height, o->scale, 0, NULL, error);
        if (ok) {
            g_autofree uint8_t *pixels = lam_offscreen_read(offscreen);
            ok = lam_png_save(path, o->width, o->height, pixels, error);
        }
    }
    lam_renderer_free(renderer);
    return ok;
}

static bool run(Options *o, LamScene *scene, GError **error)
{
    const char *inputs[] = {o->fixed, o->moving, NULL};
    for (guint i = 0; i < o->lambdas->len; i++) {
        g_autofree char *path = output_path(o, g_array_index(o->lambdas, double, i));
        if (!lam_cli_check_output(path, inputs, error))
            return false;
    }
    g_autoptr(LamSession) session = open_session(o, error);
    return session && fill_scene(scene, o, session, error) && render_all(o, session, scene, error);
}

int lam_cli_render(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options options = {0};
    LamScene scene;
    lam_scene_init(&scene);
    if (parse(&options, &argc, &argv, &error))
        run(&options, &scene, &error);
    lam_scene_clear(&scene);
    options_clear(&options);
    return lam_cli_finish("render", error);
}
