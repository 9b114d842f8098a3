/* lam movie: the morph, λ, the slices or a template's age as a film, without a window. */
#include "scene-options.h"

#include "cli.h"

#include <lambdascope/movie.h>
#include <lambdascope/template_curve.h>
#include <lambdascope/video.h>

#include <stdio.h>

#define REST_S         0.6
#define DEFAULT_LAMBDA 0.3 /* without a demo, which has its own */
#define NOT_GIVEN      -1

typedef struct {
    LamSceneOptions scene;
    char *play, *output;
    double lambda, seconds, rate;
    gboolean once;

    LamPlayKind kind;
} Options;

static void options_clear(Options *o)
{
    lam_scene_options_clear(&o->scene);
    g_free(o->play);
    g_free(o->output);
}

static bool check(Options *o, GError **error)
{
    LamVideoFormat format;
    if (!lam_scene_options_check(&o->scene, error) || !lam_cli_require(o->output, "output", error))
        return false;
    if (o->play && !lam_play_kind_parse(o->play, &o->kind))
        return lam_scene_options_bad_value(error, "play",
                                           "morph, lambda, slices or attribute is needed");
    if (o->lambda == NOT_GIVEN)
        o->lambda = o->scene.chosen_demo ? o->scene.chosen_demo->lambda : DEFAULT_LAMBDA;
    if (!o->play && o->scene.chosen_demo)
        o->kind = o->scene.chosen_demo->play;
    if (o->kind == LAM_PLAY_ATTRIBUTE &&
        !(o->scene.chosen_demo && o->scene.chosen_demo->of_template))
        return lam_scene_options_bad_value(error, "play",
                                           "an attribute is --demo template's alone");
    if (!(o->lambda >= 0 && o->lambda <= 1))
        return lam_scene_options_bad_value(error, "lambda", "0 to 1 is possible");
    if (!(o->seconds >= 0.1 && o->seconds <= 120))
        return lam_scene_options_bad_value(error, "seconds", "0.1 to 120 is possible");
    if (!(o->rate >= 1 && o->rate <= 60))
        return lam_scene_options_bad_value(error, "rate", "1 to 60 is possible");
    return lam_video_format(o->output, &format, error);
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Films what the viewer plays: WebM, GIF, or a sequence of PNG, by the name's "
                   "ending; needs neither a display nor a graphics card.",
        .description = "A name that ends in .png gives NAME-0001.png, NAME-0002.png …",
    };
    const GOptionEntry own[] = {
        {"play", 0, 0, G_OPTION_ARG_STRING, &o->play,
         "morph (default: from moving to warped), lambda, slices or attribute (a template's age)",
         "WHAT"},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda,
         "Of morph and slices: 0 (fits the image) to 1 (stays smooth); default 0.3", "L"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o->seconds, "From one end to the other (default 4)",
         "S"},
        {"once", 0, 0, G_OPTION_ARG_NONE, &o->once, "Not back again", NULL},
        {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &o->rate, "Pictures a second (default 20)", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Film to write",
         "FILE.webm|.gif|.png"},
        {NULL},
    };
    g_autofree GOptionEntry *entries = lam_scene_options_entries(&o->scene, own);
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

/* pair: whose fixed template changes its age; NULL: two scans. */
static bool film(const Options *o, LamSession *session, LamTemplatePair *pair,
                 const LamScene *scene, GCancellable *cancellable, GError **error)
{
    LamModel *model = pair ? lam_template_pair_model(pair, LAM_TEMPLATE_PAIR_FIXED) : NULL;
    int age = model ? lam_template_find_number(lam_model_template(model), NULL, NULL) : -1;
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, o->lambda, true, error);
    if (!snapshot)
        return false;
    const LamMovie movie = {.scene = scene,
                            .snapshot = snapshot,
                            .session = session,
                            .pair = pair,
                            .side = LAM_TEMPLATE_PAIR_FIXED,
                            .attribute = age,
                            .play = o->kind,
                            .course = {o->seconds, MIN(REST_S, o->seconds / 4), !o->once},
                            .frames_per_second = o->rate,
                            .width = o->scene.width,
                            .height = o->scene.height,
                            .scale = o->scene.scale};
    LamProgress progress = lam_cli_progress();
    progress.cancellable = cancellable;
    bool ok = lam_movie_save(&movie, o->output, &progress, error);
    lam_cli_progress_done();
    if (ok)
        printf("%s: %d pictures of %d×%d pixels, %g s\n", o->output, lam_movie_frames(&movie),
               movie.width, movie.height, lam_movie_frames(&movie) / o->rate);
    return ok;
}

static LamTemplatePair *open_templates(Options *o, GError **error)
{
    const LamDemo *demo = o->scene.chosen_demo;
    double values[2][LAM_TEMPLATE_MAX_ATTRIBUTES];
    g_autoptr(LamModel) model =
        lam_cli_load_model(o->scene.model ? o->scene.model : demo->model, NULL, error);
    const LamTemplateConfig *config = model ? lam_model_template(model) : NULL;
    int number = config ? lam_template_find_number(config, NULL, error) : -1;
    for (int side = 0; number >= 0 && side < 2; side++) {
        lam_template_values_at(config, 0.5, values[side]);
        values[side][number] = side == LAM_TEMPLATE_PAIR_FIXED ? demo->old : demo->young;
    }
    if (model && !config)
        lam_scene_options_bad_value(error, "model", "it has no template");
    if (number < 0)
        return NULL;
    o->scene.model_title = g_strdup(lam_model_title(model));
    const LamTemplatePairOptions options = {.templates = {model, model},
                                            .values = {values[0], values[1]}};
    return lam_template_pair_new(&options, NULL, error);
}

static bool run_templates(Options *o, LamScene *scene, GCancellable *cancellable, GError **error)
{
    g_autoptr(LamTemplatePair) pair = open_templates(o, error);
    if (!pair)
        return false;
    LamSession *session = lam_template_pair_session(pair);
    return lam_scene_options_fill(&o->scene, session, scene, error) &&
           film(o, session, pair, scene, cancellable, error);
}

static bool run(Options *o, LamScene *scene, GError **error)
{
    const char *inputs[] = {o->scene.fixed, o->scene.moving, NULL};
    if (!lam_cli_check_output(o->output, inputs, error))
        return false;
    GCancellable *cancellable = lam_cli_catch_interrupts();
    if (o->kind == LAM_PLAY_ATTRIBUTE)
        return run_templates(o, scene, cancellable, error);
    g_autoptr(LamSession) session = lam_scene_options_open(&o->scene, error);
    return session && lam_scene_options_fill(&o->scene, session, scene, error) &&
           film(o, session, NULL, scene, cancellable, error);
}

int lam_cli_movie(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options options = {.scene = lam_scene_options_defaults(1200, 520),
                       .lambda = NOT_GIVEN,
                       .seconds = 4,
                       .rate = 20};
    LamScene scene;
    lam_scene_init(&scene);
    if (parse(&options, &argc, &argv, &error))
        run(&options, &scene, &error);
    lam_scene_clear(&scene);
    options_clear(&options);
    return lam_cli_finish("movie", error);
}
