/* What the main thread is held up by, and how closely the picture follows λ. With LAMBDASCOPE_TIMING set
 * (to 1, or to json for one object per report) this is printed to standard error on exit, and on SIGUSR1,
 * after which counting starts anew. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    LAM_TIMED_RENDER,  /* drawing a frame: our GL calls, uploads included */
    LAM_TIMED_RESULT,  /* taking over a result of the worker */
    LAM_TIMED_INPUT,   /* mouse and keys on the pictures, the slider */
    LAM_TIMED_OPENING, /* showing a pair that has been opened */
    LAM_TIMED_FRAME,   /* a whole frame of the window: GTK's own work and ours */
    LAM_TIMED_KINDS
} LamTimedKind;

/* When a block began, by the clock and in the thread's own processor time. */
typedef struct {
    gint64 wall_us, cpu_us;
} LamInstant;

/* Main thread only. All take NULL for nothing to note in. */
typedef struct LamTiming LamTiming;

LamTiming *lam_timing_new(void);
void lam_timing_report(LamTiming *timing);
void lam_timing_free(LamTiming *timing);

LamInstant lam_timing_begin(void);
void lam_timing_end(LamTiming *timing, LamTimedKind kind, LamInstant begin);

/* λ was asked for; a field has come, computed in so many ms and ready at a monotonic time; the field of λ
 * has been drawn. */
void lam_timing_request(LamTiming *timing, double lambda);
void lam_timing_tick(LamTiming *timing, double milliseconds, gint64 ready_us);
void lam_timing_shown(LamTiming *timing, double lambda);

/* Marks of single moments: the first of each kind after the matching start counts. */
void lam_timing_first_frame(LamTiming *timing);
void lam_timing_open_started(LamTiming *timing);

G_END_DECLS
