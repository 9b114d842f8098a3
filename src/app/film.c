#include "film.h"

#include "export.h"

#include <lambdascope/threads.h>
#include <lambdascope/video.h>
#include <string.h>

#define PREPARING 0.1 /* the share of making a session */

/* A LamFilm that owns what it points to. */
typedef struct {
    LamFilm film;
    LamScene scene;
    LamTaskProgress *progress;
    double values[LAM_SIDES][LAM_TEMPLATE_MAX_ATTRIBUTES]; /* of templates, when it began */
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    lam_scene_clear(&job->scene);
    lam_snapshot_unref((LamSnapshot *)job->film.movie.snapshot);
    g_object_unref(job->film.document);
    g_free((char *)job->film.path);
    lam_task_progress_free(job->progress);
    g_free(job);
}

static Job *job_new(const LamFilm *film)
{
    Job *job = g_new0(Job, 1);
    job->film = *film;
    lam_scene_copy(&job->scene, film->movie.scene);
    job->film.movie.scene = &job->scene;
    lam_snapshot_ref((LamSnapshot *)film->movie.snapshot);
    g_object_ref(film->document);
    job->film.path = g_strdup(film->path);
    for (int side = 0; side < LAM_SIDES; side++) {
        const LamTemplateView *view = lam_document_template(film->document, (LamSide)side);
        if (view)
            memcpy(job->values[side], view->picture->values, sizeof job->values[side]);
    }
    return job;
}

/* The card says that a film is being saved; what the session is at is left out. */
static void pass_fraction(double fraction, const char *stage, void *user)
{
    lam_progress_report(user, fraction, NULL);
}

static LamSession *new_session(const Job *job, LamProgress *told, GError **error)
{
    LamDocument *document = job->film.document;
    LamProgress quiet = {
        .report = pass_fraction, .user = told, .cancellable = told->cancellable, .to = 1};
    return lam_session_new(lam_document_model(document), lam_document_fixed_volume(document),
                           lam_document_moving_volume(document), lam_document_affine(document), 0,
                           &quiet, error);
}

/* Templates at what is shown, apart from the window's. */
static LamTemplatePair *new_pair(const Job *job, LamProgress *told, GError **error)
{
    LamDocument *document = job->film.document;
    LamProgress quiet = {
        .report = pass_fraction, .user = told, .cancellable = told->cancellable, .to = 1};
    LamTemplatePairOptions options = {
        .scans = {lam_document_fixed_volume(document), lam_document_moving_volume(document)},
        .affine = lam_document_affine(document),
        .model = lam_document_model(document)};
    for (int side = 0; side < LAM_SIDES; side++) {
        options.templates[side] = lam_document_template_model(document, (LamSide)side);
        options.values[side] = job->values[side];
    }
    return lam_template_pair_new(&options, &quiet, error);
}

static bool shoot_attribute(const Job *job, const LamProgress *progress, GError **error)
{
    LamMovie movie = job->film.movie;
    LamProgress first = lam_progress_part(progress, 0, PREPARING);
    LamProgress then = lam_progress_part(progress, PREPARING, 1);
    g_autoptr(LamTemplatePair) pair = new_pair(job, &first, error);
    movie.pair = pair;
    return pair && lam_movie_save(&movie, job->film.path, &then, error);
}

static bool shoot(const Job *job, const LamProgress *progress, GError **error)
{
    LamMovie movie = job->film.movie;
    if (movie.play == LAM_PLAY_ATTRIBUTE)
        return shoot_attribute(job, progress, error);
    if (movie.play != LAM_PLAY_LAMBDA)
        return lam_movie_save(&movie, job->film.path, progress, error);
    LamProgress first = lam_progress_part(progress, 0, PREPARING);
    LamProgress then = lam_progress_part(progress, PREPARING, 1);
    g_autoptr(LamSession) session = new_session(job, &first, error);
    movie.session = session;
    return session && lam_movie_save(&movie, job->film.path, &then, error);
}

static void film_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    GError *error = NULL;
    LamProgress progress = lam_task_progress_of(job->progress, task);
    lam_threads_set(0);
    if (shoot(job, &progress, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void lam_film_async(const LamFilm *film, GCancellable *cancellable, LamTaskProgressFunc progress,
                    gpointer progress_user, GAsyncReadyCallback callback, gpointer user)
{
    Job *job = job_new(film);
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    g_task_set_check_cancellable(task, FALSE); /* a film that has been written is reported so */
    job->progress = lam_task_progress_new(progress, progress_user);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, film_thread);
}

bool lam_film_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

const char *lam_film_path(GAsyncResult *result)
{
    return ((const Job *)g_task_get_task_data(G_TASK(result)))->film.path;
}

char *lam_film_name(LamPlayKind play, LamDocument *document, double lambda)
{
    LamVideoFormat format;
    const char *ending = lam_video_format("film.webm", &format, NULL) ? "webm" : "png";
    g_autofree char *pair =
        lam_export_stem(lam_document_fixed_name(document), lam_document_moving_name(document));
    if (play == LAM_PLAY_LAMBDA)
        return g_strdup_printf("%s_lambda.%s", pair, ending);
    return g_strdup_printf("%s_lambda-%.3f_%s.%s", pair, lambda, lam_play_kind_name(play), ending);
}
