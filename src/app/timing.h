/* How long our own code holds up the main thread: LAMBDASCOPE_TIMING=1 prints it on exit. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    LAM_TIMED_RENDER,  /* drawing a frame: our GL calls, uploads included */
    LAM_TIMED_RESULT,  /* taking over a result of the worker */
    LAM_TIMED_INPUT,   /* mouse and keys on the pictures, the slider */
    LAM_TIMED_OPENING, /* showing a pair that has been opened */
    LAM_TIMED_KINDS
} LamTimedKind;

/* Main thread only. */
typedef struct LamTiming LamTiming;

LamTiming *lam_timing_new(void);
/* Prints to standard error if the environment asks for it. */
void lam_timing_report(const LamTiming *timing);
void lam_timing_free(LamTiming *timing);

gint64 lam_timing_begin(void);
/* timing may be NULL. */
void lam_timing_end(LamTiming *timing, LamTimedKind kind, gint64 begin_us);

/* Marks of single moments: the first of each kind after the matching start counts. */
void lam_timing_first_frame(LamTiming *timing);
void lam_timing_open_started(LamTiming *timing);
void lam_timing_warped_shown(LamTiming *timing);

G_END_DECLS
