/* What is played: something that goes from one end to the other in time, in the viewer and in movies. Pure
 * arithmetic; a position on the way is in [0,1]. Thread-safety: safe. */
#pragma once

#include <lambdascope/scene.h>

G_BEGIN_DECLS

typedef enum {
    LAM_PLAY_MORPH,  /* the share t of the displacement: from the moving scan to the warped one */
    LAM_PLAY_LAMBDA, /* λ from 0 to 1, evenly in log γ, as on the slider's track */
    LAM_PLAY_SLICES, /* the crosshair across the scene's plane, through the fixed scan's content */
    LAM_PLAY_ATTRIBUTE, /* a number of a template, through the range that it was trained on */
    LAM_PLAY_COUNT
} LamPlayKind;

/* "morph", "lambda", "slices", "attribute"; the parser gives false for others. */
const char *lam_play_kind_name(LamPlayKind kind);
bool lam_play_kind_parse(const char *name, LamPlayKind *out);
/* Slices of a single slice cannot be played. Of templates the scene does not know. */
bool lam_play_kind_possible(LamPlayKind kind, const LamScene *scene);

/* Over and over: a rest, the way, a rest, and then the same way back or a jump to the start. */
typedef struct {
    double way_s;  /* from one end to the other, > 0 */
    double rest_s; /* at either end */
    bool back;     /* there and back */
} LamPlayCourse;

double lam_play_period_s(const LamPlayCourse *course);
double lam_play_position(const LamPlayCourse *course, double elapsed_s);
/* When it sets off from a position: on the way there, or, at the far end, back. */
double lam_play_elapsed_s(const LamPlayCourse *course, double position);

/* λ at a position of LAM_PLAY_LAMBDA, and back. */
double lam_play_to_lambda(double position);
double lam_play_from_lambda(double lambda);

/* The scene at a position of LAM_PLAY_MORPH or LAM_PLAY_SLICES (of λ and attributes the scene knows nothing), and back. */
void lam_play_show(LamPlayKind kind, double position, LamScene *scene);
double lam_play_shown(LamPlayKind kind, const LamScene *scene);

G_END_DECLS
