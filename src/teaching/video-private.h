/* Writers of the formats; progress is told by draw_frame. */
#pragma once

#include <lambdascope/video.h>

typedef struct {
    const char *path;
    const LamVideo *video;
    const LamProgress *progress;
} LamVideoJob;

/* The picture, or NULL with an error, which may be that of cancelling. */
const uint8_t *lam_video_draw(const LamVideoJob *job, int frame, GError **error);
bool lam_video_fail(const LamVideoJob *job, const char *why, GError **error);

#ifdef LAM_HAVE_FFMPEG
/* video-film.c */
bool lam_video_save_film(const LamVideoJob *job, LamVideoFormat format, GError **error);
#endif
