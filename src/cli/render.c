/* lam render: the viewer's scene as a picture, without a window. */
#include "render.h"

#include <lambdascope/error.h>
#include <lambdascope/lambda_scale.h>
#include <lambdascope/nifti.h>
#include <lambdascope/offscreen.h>
#include <lambdascope/png.h>
#include <lambdascope/renderer.h>
#include <lambdascope/session.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE  2
#define NOTICE      "Research and education; not a medical device"

typedef struct {
    char *fixed, *moving, *lambda, *model, *plane, *at, *size, *output;
    double grid_mm, scale, zoom;
    gboolean neurological;

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
    char *strings[] = {o->fixed, o->moving, o->lambda, o->model,      o->plane,
                       o->at,    o->size,   o->output, o->model_title};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_clear_pointer(&o->lambdas, g_array_unref);
}

static bool bad_value(GError **error, const char *option, const char *value, const char *wanted)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use --%s: %s: %s", option, value,
                wanted);
    return false;
}

/* Comma-separated finite numbers; NULL if anything else is there. */
static GArray *parse_numbers(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(double));
    for (char **part = parts; *part; part++) {
        char *end = NULL;
        double value = g_ascii_strtod(g_strstrip(*part), &end);
        if (end == *part || *end || !isfinite(value))
            return NULL;
        g_array_append_val(numbers, value);
    }
    return g_steal_pointer(&numbers);
}

static bool parse_lambdas(Options *o, GError **error)
{
    static const char wanted[] = "numbers from 0 to 1 are needed, as in 0.3 or 0.05,0.3,0.9";
    o->lambdas = parse_numbers(o->lambda);
    if (!o->lambdas || !o->lambdas->len)
        return bad_value(error, "lambda", o->lambda, wanted);
    for (guint i = 0; i < o->lambdas->len; i++) {
        double value = g_array_index(o->lambdas, double, i);
        if (value < 0 || value > 1)
            return bad_value(error, "lambda", o->lambda, wanted);
    }
    return true;
}

static bool parse_plane(Options *o, GError **error)
{
    static const char *const names[] = {"axial", "coronal", "sagittal", NULL};
    for (int i = 0; names[i]; i++) {
        if (!o->plane || g_str_equal(o->plane, names[i])) {
            o->plane_value = (LamPlane)i;
            return true;
        }
    }
    return bad_value(error, "plane", o->plane, "axial, coronal or sagittal is needed");
}

static bool parse_cursor(Options *o, GError **error)
{
    if (!o->at)
        return true;
    g_autoptr(GArray) numbers = parse_numbers(o->at);
    if (!numbers || numbers->len != 3)
        return bad_value(error, "at", o->at, "three numbers in mm are needed, as in 12,-30,8.5");
    memcpy(o->cursor_mm.v, numbers->data, sizeof o->cursor_mm.v);
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
        return bad_value(error, "size", o->size, "width and height in pixels, as in 1500x700");
    return true;
}

static bool check(Options *o, GError **error)
{
    const char *missing = !o->fixed    ? "fixed"
                          : !o->moving ? "moving"
                          : !o->lambda ? "lambda"
                          : !o->output ? "output"
                                       : NULL;
    if (missing) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot render: --%s: it is missing (see lam render --help)", missing);
        return false;
    }
    if (!(o->scale >= 0.5 && o->scale <= 8))
        return bad_value(error, "scale", "the value given", "0.5 to 8 is possible");
    if (!(o->zoom >= 0.25 && o->zoom <= 40))
        return bad_value(error, "zoom", "the value given", "0.25 to 40 is possible");
    if (!(o->grid_mm >= 0 && o->grid_mm <= 100))
        return bad_value(error, "grid", "the value given", "0 (none) to 100 mm is possible");
    return parse_lambdas(o, error) && parse_plane(o, error) && parse_cursor(o, error) &&
           parse_size(o, error);
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed, "Scan that stays", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving, "Scan that is deformed", "FILE"},
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &o->lambda,
         "0 (fits the image) to 1 (stays smooth); several, separated by commas: one picture each",
         "L[,L...]"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"plane", 'p', 0, G_OPTION_ARG_STRING, &o->plane, "axial, coronal or sagittal", "PLANE"},
        {"at", 'a', 0, G_OPTION_ARG_STRING, &o->at, "Cursor in mm (RAS, fixed scan)", "X,Y,Z"},
        {"size", 's', 0, G_OPTION_ARG_STRING, &o->size, "Pixels (default 1500x700)", "WxH"},
        {"grid", 'g', 0, G_OPTION_ARG_DOUBLE, &o->grid_mm, "Warped grid with this spacing", "MM"},
        {"zoom", 'z', 0, G_OPTION_ARG_DOUBLE, &o->zoom, "Magnification (default 1)", "N"},
        {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &o->scale, "Size of text and lines", "N"},
        {"neurological", 0, 0, G_OPTION_ARG_NONE, &o->neurological,
         "Patient's left on the left (default: on the right)", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Picture to write", "FILE.png"},
        {NULL},
    };
    o->scale = o->zoom = 1;
    g_autoptr(GOptionContext) context =
        g_option_context_new("- draw a pair as the viewer shows it");
    g_option_context_set_summary(context, "Draws Fixed | Moving | Warped into a PNG; needs neither "
                                          "a display nor a graphics card.");
    g_option_context_set_description(context, NOTICE ".");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return false;
    if (*argc > 1) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot render: %s: not an option (see lam render --help)", (*argv)[1]);
        return false;
    }
    return check(o, error);
}

static void show_progress(double fraction, const char *stage, void *user)
{
    fprintf(stderr, "\r\033[K%3.0f %%  %s", fraction * 100, stage ? stage : "");
}

static LamSession *open_session(Options *o, GError **error)
{
    g_autofree char *model_path = lam_model_find(o->model, error);
    g_autoptr(LamModel) model = model_path ? lam_model_load(model_path, error) : NULL;
    g_autoptr(LamVolume) fixed = model ? lam_nifti_load(o->fixed, 0, error) : NULL;
    g_autoptr(LamVolume) moving = fixed ? lam_nifti_load(o->moving, 0, error) : NULL;
    if (!moving)
        return NULL;
    o->model_title = g_strdup(lam_model_title(model));
    LamProgress progress = {.report = show_progress};
    bool terminal = isatty(STDERR_FILENO);
    LamSession *session =
        lam_session_new(model, fixed, moving, NULL, 1, terminal ? &progress : NULL, error);
    if (terminal)
        fputs("\r\033[K", stderr);
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
    scene->plane = o->plane_value;
    scene->zoom = o->zoom;
    scene->radiological = !o->neurological;
    scene->grid = o->grid_mm > 0;
    scene->grid_mm = o->grid_mm;
    if (o->has_cursor)
        scene->cursor_mm = o->cursor_mm;
    return true;
}

static bool show_snapshot(LamScene *scene, const LamSnapshot *snapshot, GError **error)
{
    g_autoptr(LamVolume) jacobian = lam_field_jacobian(snapshot->field, error);
    g_autoptr(LamTexels) field =
        jacobian ? lam_texels_new_field(snapshot->field, jacobian, error) : NULL;
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

int lam_cli_render(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options options = {0};
    LamScene scene;
    int status = EXIT_USAGE;
    lam_scene_init(&scene);
    if (parse(&options, &argc, &argv, &error)) {
        g_autoptr(LamSession) session = open_session(&options, &error);
        bool ok = session && fill_scene(&scene, &options, session, &error) &&
                  render_all(&options, session, &scene, &error);
        status = ok ? 0 : EXIT_FAILED;
    }
    if (error)
        fprintf(stderr, "lam render: %s\n", error->message);
    lam_scene_clear(&scene);
    options_clear(&options);
    return status;
}
