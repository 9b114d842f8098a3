#include <lambdascope/movie.h>

#include <glib/gi18n-lib.h>
#include <lambdascope/error.h>
#include <lambdascope/offscreen.h>
#include <lambdascope/renderer.h>
#include <lambdascope/still.h>
#include <lambdascope/video.h>

#include <math.h>
#include <string.h>

typedef struct {
    const LamMovie *movie;
    LamScene scene; /* of the picture that is being drawn */
    double lambda;  /* whose field the scene has; NaN: none's */
    double value;   /* the attribute of what the scene shows; NaN likewise */
    LamOffscreen *offscreen;
    LamRenderer *renderer;
    uint8_t *pixels;
} Filming;

int lam_movie_frames(const LamMovie *movie)
{
    double frames = lam_play_period_s(&movie->course) * movie->frames_per_second;
    return (int)CLAMP(round(frames), 1, LAM_MOVIE_MAX_FRAMES + 1);
}

static bool refuse(GError **error, const char *path, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot write movie: %s: %s", path, why);
    return false;
}

static bool check(const LamMovie *movie, const char *path, GError **error)
{
    int shorter = MIN(movie->width, movie->height), longer = MAX(movie->width, movie->height);
    if (!lam_play_kind_possible(movie->play, movie->scene))
        return refuse(error, path, "a single slice has no slices to play");
    if (movie->play == LAM_PLAY_ATTRIBUTE &&
        (!movie->pair || !lam_template_pair_model(movie->pair, movie->side)))
        return refuse(error, path, "there is no template whose attribute could be played");
    if (!(movie->frames_per_second >= 1 && movie->frames_per_second <= 60))
        return refuse(error, path, "1 to 60 pictures a second are possible");
    if (!(movie->course.way_s > 0) || !(movie->course.rest_s >= 0))
        return refuse(error, path, "its time must be positive");
    if (shorter < 64 || longer > 16384)
        return refuse(error, path, "64 to 16384 pixels are possible");
    if (lam_movie_frames(movie) > LAM_MOVIE_MAX_FRAMES)
        return refuse(error, path, "it would have more than 10000 pictures");
    return true;
}

/* The field of a picture of the sweep; those that rest at an end have that of the one before. */
static bool show_lambda(Filming *filming, double lambda, GError **error)
{
    if (lambda == filming->lambda)
        return true;
    g_autoptr(LamSnapshot) snapshot =
        lam_session_set_lambda(filming->movie->session, lambda, true, error);
    filming->lambda = lambda;
    return snapshot && lam_still_show(&filming->scene, snapshot, error);
}

static void take_name(LamScene *scene, int side, char *name)
{
    char **slot = side == LAM_TEMPLATE_PAIR_FIXED ? &scene->fixed_name : &scene->moving_name;
    g_free(*slot);
    *slot = name;
}

/* The template of that side in the scene; labels only where there were some, in their colours. */
static bool show_template(LamScene *scene, const LamMovie *movie, GError **error)
{
    const LamTemplatePicture *picture = lam_template_pair_picture(movie->pair, movie->side);
    bool fixed = movie->side == LAM_TEMPLATE_PAIR_FIXED;
    g_autoptr(LamTexels) image = lam_texels_new_scan(picture->image, error);
    if (!image)
        return false;
    LamMat4 affine = scene->affine;
    lam_scene_set_scans(scene, fixed ? image : scene->fixed, fixed ? scene->moving : image,
                        &affine);
    take_name(
        scene, movie->side,
        lam_template_title(lam_model_template(lam_template_pair_model(movie->pair, movie->side)),
                           picture->values));
    if (!picture->labels || !scene->labels[movie->side])
        return true;
    g_autoptr(LamTexels) labels = lam_texels_new_labels(picture->labels, error);
    if (labels)
        lam_scene_set_labels(scene, movie->side, labels, scene->label_colours[movie->side]);
    return labels != NULL;
}

/* The strip at the foot shows the number in place of λ. */
static void show_number(LamScene *scene, const LamAttribute *a, double value)
{
    char **texts[] = {&scene->footer_value, &scene->footer_first, &scene->footer_last};
    char *const now[] = {g_strdup_printf("%s %.3g", _(a->name), value),
                         g_strdup_printf("%.3g", a->low), g_strdup_printf("%.3g", a->high)};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(*texts[i]);
        *texts[i] = now[i];
    }
    scene->footer_share = CLAMP(lam_template_number_share(a, value), 0, 1);
}

/* Those that rest at an end show the same. */
static bool show_attribute(Filming *filming, double position, GError **error)
{
    const LamMovie *movie = filming->movie;
    LamModel *model = lam_template_pair_model(movie->pair, movie->side);
    const LamTemplatePicture *shown = lam_template_pair_picture(movie->pair, movie->side);
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    memcpy(values, shown->values, sizeof values);
    const LamAttribute *attribute = &lam_model_template(model)->attribute[movie->attribute];
    double *value = &values[movie->attribute];
    *value = lam_template_number_at(attribute, position);
    if (*value == filming->value)
        return true;
    filming->value = *value;
    show_number(&filming->scene, attribute, *value);
    if (!lam_template_pair_set(movie->pair, movie->side, values, error) ||
        !show_template(&filming->scene, movie, error))
        return false;
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(lam_template_pair_session(movie->pair),
                                                             movie->snapshot->lambda, true, error);
    return snapshot && lam_still_show(&filming->scene, snapshot, error);
}

static bool show_position(Filming *filming, double position, GError **error)
{
    const LamMovie *movie = filming->movie;
    if (movie->play == LAM_PLAY_LAMBDA)
        return show_lambda(filming, lam_play_to_lambda(position), error);
    if (movie->play == LAM_PLAY_ATTRIBUTE)
        return show_attribute(filming, position, error);
    lam_play_show(movie->play, position, &filming->scene);
    return true;
}

static const uint8_t *draw(void *user, int frame, GError **error)
{
    Filming *filming = user;
    const LamMovie *movie = filming->movie;
    double position = lam_play_position(&movie->course, frame / movie->frames_per_second);
    if (!show_position(filming, position, error) ||
        !lam_renderer_draw(filming->renderer, &filming->scene, movie->width, movie->height,
                           movie->scale, 0, NULL, error))
        return NULL;
    g_free(filming->pixels);
    filming->pixels = lam_offscreen_read(filming->offscreen);
    return filming->pixels;
}

static bool open_filming(Filming *filming, GError **error)
{
    const LamMovie *movie = filming->movie;
    lam_scene_copy(&filming->scene, movie->scene);
    filming->lambda = filming->value = NAN;
    filming->scene.annotations = true;
    filming->scene.flicker = false;
    filming->scene.footer_morphs = movie->play == LAM_PLAY_MORPH;
    if (movie->play != LAM_PLAY_LAMBDA && !lam_still_show(&filming->scene, movie->snapshot, error))
        return false;
    filming->offscreen = lam_offscreen_new(movie->width, movie->height, error);
    filming->renderer = filming->offscreen ? lam_renderer_new(error) : NULL;
    return filming->renderer != NULL;
}

static void close_filming(Filming *filming)
{
    lam_renderer_free(filming->renderer);
    lam_offscreen_free(filming->offscreen);
    lam_scene_clear(&filming->scene);
    g_free(filming->pixels);
}

bool lam_movie_save(const LamMovie *movie, const char *path, const LamProgress *progress,
                    GError **error)
{
    Filming filming = {.movie = movie};
    LamVideoFormat format;
    if (!lam_video_format(path, &format, error) || !check(movie, path, error))
        return false;
    const LamVideo video = {
        movie->width, movie->height, lam_movie_frames(movie), movie->frames_per_second,
        draw,         &filming};
    bool ok = open_filming(&filming, error) && lam_video_save(path, &video, progress, error);
    close_filming(&filming);
    return ok;
}
