/* Pictures in a row as a file: a sequence of PNG, a GIF, or a WebM film (VP9). GIF and WebM need FFmpeg's
 * libraries, with which a build may do without. */
#pragma once

#include <lambdascope/progress.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    LAM_VIDEO_PNG,  /* NAME-0001.png, NAME-0002.png … */
    LAM_VIDEO_GIF,  /* over and over; 256 colours, chosen for the pictures */
    LAM_VIDEO_WEBM, /* a picture's side loses a pixel if it is odd */
} LamVideoFormat;

/* By the name's ending: .png, .gif or .webm in any case; LAM_ERROR_ARGUMENT for others, and
 * LAM_ERROR_UNSUPPORTED for what this build cannot write. */
bool lam_video_format(const char *path, LamVideoFormat *format, GError **error);

typedef struct {
    int width, height;        /* 16 or more */
    int frames;               /* 1 or more */
    double frames_per_second; /* a GIF's are rounded to hundredths of a second each */
    /* RGBA of a picture, top row first, valid until the next call; NULL with an error. Pictures are asked
     * for in their order, but a GIF's colours are found first, from some of them. */
    const uint8_t *(*draw)(void *user, int frame, GError **error);
    void *user;
} LamVideo;

/* Draws and writes all pictures. A film is written beside the target and renamed; a sequence
 * writes over nothing (LAM_ERROR_IO), and what of it was written before an error or a cancelling is
 * removed again. `draw` is called on the calling thread.
 * Errors: those of draw, LAM_ERROR_IO, LAM_ERROR_CANCELLED, and those of lam_video_format. */
bool lam_video_save(const char *path, const LamVideo *video, const LamProgress *progress,
                    GError **error);

G_END_DECLS
