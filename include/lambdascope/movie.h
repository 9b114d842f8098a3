/* What is played (play.h), as a film: one course of it, drawn by the viewer's renderer without a window, with
 * orientation letters, scale bar and λ or t in each picture. */
#pragma once

#include <lambdascope/play.h>
#include <lambdascope/session.h>
#include <lambdascope/template_pair.h>

G_BEGIN_DECLS

#define LAM_MOVIE_MAX_FRAMES 10000

typedef struct {
    const LamScene *scene;       /* the view, and the scans; not changed */
    const LamSnapshot *snapshot; /* the deformation of LAM_PLAY_MORPH and LAM_PLAY_SLICES */
    LamSession *session;         /* gives those of LAM_PLAY_LAMBDA; else not looked at */
    LamTemplatePair *pair;       /* that of LAM_PLAY_ATTRIBUTE, at the snapshot's λ; is changed */
    int side, attribute;         /* of the pair, and which number of its template */
    LamPlayKind play;
    LamPlayCourse course;
    double frames_per_second; /* 1 to 60 */
    int width, height;        /* pixels, from 64 to 16384 */
    double scale;             /* of letters and lines */
} LamMovie;

/* Pictures in one course; 1 or more. */
int lam_movie_frames(const LamMovie *movie);

/* Draws and writes it, in the format that the path's ending names (video.h). On the calling thread, which must
 * have no GL context of its own that it still needs: another one is made current. Errors:
 * LAM_ERROR_ARGUMENT if what is played is not possible or a value out of range, those of video.h, of the
 * session, and LAM_ERROR_GL. */
bool lam_movie_save(const LamMovie *movie, const char *path, const LamProgress *progress,
                    GError **error);

G_END_DECLS
