/* lam movie: the morph, λ or the slices as a film, without a window. */
#include "scene-options.h"

#include "cli.h"

#include <lambdascope/movie.h>
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
        return lam_scene_options_bad_value(error, "play", "morph, lambda or slices is needed");
    if (o->lambda == NOT_GIVEN)
        o->lambda = o->scene.chosen_demo ? o->scene.chosen_demo->lambda : DEFAULT_LAMBDA;
    if (!o->play && o->scene.chosen_demo)
        o->kind = o->scene.chosen_demo->play != LAM_PLAY_ATTRIBUTE ? o->scene.chosen_demo->play
                                                                   : LAM_PLAY_MORPH;
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
         "morph (default: from moving to warped), lambda or slices", "WHAT"},
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

static bool film(const Options *o, LamSession *session, const LamScene *scene,
                 GCancellable *cancellable, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, o->lambda, true, error);
    if (!snapshot)
        return false;
    const LamMovie movie = {.scene = scene,
                            .snapshot = snapshot,
                            .session = session,
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

static bool run(Options *o, LamScene *scene, GError **error)
{
    const char *inputs[] = {o->scene.fixed, o->scene.moving, NULL};
    if (!lam_cli_check_output(o->output, inputs, error))
        return false;
    GCancellable *cancellable = lam_cli_catch_interrupts();
    g_autoptr(LamSession) session = lam_scene_options_open(&o->scene, error);
    return session && lam_scene_options_fill(&o->scene, session, scene, error) &&
           film(o, session, scene, cancellable, error);
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
