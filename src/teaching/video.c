#include "video-private.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/png.h>
#include <string.h>

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n > m && g_ascii_strcasecmp(path + n - m, ending) == 0;
}

static bool format_named(const char *path, LamVideoFormat *format)
{
    *format = ends_in(path, ".png")   ? LAM_VIDEO_PNG
              : ends_in(path, ".gif") ? LAM_VIDEO_GIF
                                      : LAM_VIDEO_WEBM;
    return *format != LAM_VIDEO_WEBM || ends_in(path, ".webm");
}

bool lam_video_format(const char *path, LamVideoFormat *format, GError **error)
{
    if (!format_named(path, format)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot write movie: %s: its name must end in .webm, .gif or .png", path);
        return false;
    }
#ifndef LAM_HAVE_FFMPEG
    if (*format != LAM_VIDEO_PNG) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_UNSUPPORTED,
                    "cannot write movie: %s: this program was built without FFmpeg; a name that "
                    "ends in .png gives a sequence of pictures",
                    path);
        return false;
    }
#endif
    return true;
}

bool lam_video_fail(const LamVideoJob *job, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write movie: %s: %s", job->path, why);
    return false;
}

const uint8_t *lam_video_draw(const LamVideoJob *job, int frame, GError **error)
{
    if (lam_progress_cancelled(job->progress, error))
        return NULL;
    return job->video->draw(job->video->user, frame, error);
}

/* ---- a sequence of PNG ---- */

static char *sequence_path(const LamVideoJob *job, int frame)
{
    int stem = (int)(strlen(job->path) - strlen(".png"));
    return g_strdup_printf("%.*s-%04d.png", stem, job->path, frame + 1);
}

static bool save_picture(const LamVideoJob *job, int frame, GError **error)
{
    g_autofree char *path = sequence_path(job, frame);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        LamVideoJob there = {.path = path};
        return lam_video_fail(&there, "it is there already", error);
    }
    const uint8_t *rgba = lam_video_draw(job, frame, error);
    return rgba && lam_png_save(path, job->video->width, job->video->height, rgba, error);
}

static bool save_sequence(const LamVideoJob *job, GError **error)
{
    int done = 0;
    while (done < job->video->frames && save_picture(job, done, error)) {
        done++;
        lam_progress_report(job->progress, (double)done / job->video->frames, NULL);
    }
    bool ok = done == job->video->frames;
    while (!ok && done-- > 0) {
        g_autofree char *path = sequence_path(job, done);
        g_unlink(path);
    }
    return ok;
}

bool lam_video_save(const char *path, const LamVideo *video, const LamProgress *progress,
                    GError **error)
{
    LamVideoJob job = {path, video, progress};
    LamVideoFormat format;
    if (!lam_video_format(path, &format, error))
        return false;
    if (format == LAM_VIDEO_PNG)
        return save_sequence(&job, error);
#ifdef LAM_HAVE_FFMPEG
    return lam_video_save_film(&job, format, error);
#else
    return false; /* not reached: lam_video_format has refused it */
#endif
}
