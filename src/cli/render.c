/* lam render: the viewer's scene as a picture, without a window. */
#include "scene-options.h"

#include "cli.h"

#include <lambdascope/offscreen.h>
#include <lambdascope/png.h>
#include <lambdascope/renderer.h>
#include <lambdascope/still.h>

#include <string.h>

typedef struct {
    LamSceneOptions scene;
    char *lambda, *output;
    double morph;
    gboolean bare;

    GArray *lambdas; /* double */
} Options;

static void options_clear(Options *o)
{
    lam_scene_options_clear(&o->scene);
    g_free(o->lambda);
    g_free(o->output);
    g_clear_pointer(&o->lambdas, g_array_unref);
}

static bool check(Options *o, GError **error)
{
    if (!lam_scene_options_check(&o->scene, error))
        return false;
    if (!o->lambda && o->scene.chosen_demo)
        o->lambda = g_strdup_printf("%g", o->scene.chosen_demo->lambda);
    if (!lam_cli_require(o->lambda, "lambda", error) ||
        !lam_cli_require(o->output, "output", error))
        return false;
    if (!(o->morph >= 0 && o->morph <= 1))
        return lam_scene_options_bad_value(error, "morph", "0 to 1 is possible");
    o->lambdas = lam_cli_parse_lambdas(o->lambda, error);
    return o->lambdas != NULL;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Draws Fixed | Moving | Warped into a PNG, as the viewer shows them; needs "
                   "neither a display nor a graphics card.",
    };
    const GOptionEntry own[] = {
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &o->lambda,
         "0 (fits the image) to 1 (stays smooth); several, separated by commas: one picture each",
         "L[,L…]"},
        {"morph", 0, 0, G_OPTION_ARG_DOUBLE, &o->morph,
         "Share of the displacement, 0 to 1 (default 1)", "T"},
        {"bare", 0, 0, G_OPTION_ARG_NONE, &o->bare,
         "The warped view alone, without letters, figures and strip", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Picture to write", "FILE.png"},
        {NULL},
    };
    g_autofree GOptionEntry *entries = lam_scene_options_entries(&o->scene, own);
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
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

static void make_bare(LamScene *scene)
{
    scene->annotations = scene->crosshair = false;
    scene->maximised = LAM_PANE_WARPED;
    g_clear_pointer(&scene->footer_notice, g_free);
}

/* For the overlays that draw a map. */
static bool show_map(LamSession *session, LamScene *scene, double lambda, GError **error)
{
    if (!lam_scene_wants_map(scene))
        return true;
    g_autoptr(LamVolume) map =
        scene->overlay == LAM_OVERLAY_SENSITIVITY
            ? lam_session_lambda_derivative(session, lambda, error)
            : lam_session_uncertainty(session, lambda, LAM_UNCERTAINTY_SAMPLES, 1, error);
    LamTexels *texels = map ? lam_texels_new_map(map, error) : NULL;
    lam_scene_set_map(scene, texels);
    lam_texels_unref(texels);
    return texels != NULL;
}

static bool render_all(const Options *o, LamSession *session, LamScene *scene, GError **error)
{
    int width = o->scene.width, height = o->scene.height;
    g_autoptr(LamOffscreen) offscreen = lam_offscreen_new(width, height, error);
    LamRenderer *renderer = offscreen ? lam_renderer_new(error) : NULL;
    bool ok = renderer != NULL;
    scene->morph = o->morph;
    for (guint i = 0; ok && i < o->lambdas->len; i++) {
        double lambda = g_array_index(o->lambdas, double, i);
        g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, lambda, true, error);
        g_autofree char *path = output_path(o, lambda);
        ok = snapshot && lam_still_show(scene, snapshot, error) &&
             show_map(session, scene, lambda, error);
        if (ok && o->bare)
            make_bare(scene);
        ok =
            ok && lam_renderer_draw(renderer, scene, width, height, o->scene.scale, 0, NULL, error);
        if (ok) {
            g_autofree uint8_t *pixels = lam_offscreen_read(offscreen);
            ok = lam_png_save(path, width, height, pixels, error);
        }
    }
    lam_renderer_free(renderer);
    return ok;
}

static bool run(Options *o, LamScene *scene, GError **error)
{
    const char *inputs[] = {o->scene.fixed, o->scene.moving, NULL};
    for (guint i = 0; i < o->lambdas->len; i++) {
        g_autofree char *path = output_path(o, g_array_index(o->lambdas, double, i));
        if (!lam_cli_check_output(path, inputs, error))
            return false;
    }
    g_autoptr(LamSession) session = lam_scene_options_open(&o->scene, error);
    return session && lam_scene_options_fill(&o->scene, session, scene, error) &&
           render_all(o, session, scene, error);
}

int lam_cli_render(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options options = {.scene = lam_scene_options_defaults(1500, 700), .morph = 1};
    LamScene scene;
    lam_scene_init(&scene);
    if (parse(&options, &argc, &argv, &error))
        run(&options, &scene, &error);
    lam_scene_clear(&scene);
    options_clear(&options);
    return lam_cli_finish("render", error);
}
