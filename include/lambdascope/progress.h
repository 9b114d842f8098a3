/* Progress and cancellation handed down to long work. A NULL LamProgress is allowed everywhere. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    /* fraction in [0,1]; stage is a short translated phrase; called on the working thread */
    void (*report)(double fraction, const char *stage, void *user);
    void *user;
    GCancellable *cancellable; /* borrowed, may be NULL */
    double from, to;           /* the part of [0,1] that this work fills; 0,0 means 0,1 */
} LamProgress;

/* Tells how far the work is. */
void lam_progress_report(const LamProgress *progress, double fraction, const char *stage);

/* A progress that fills [from,to] of the given one. */
LamProgress lam_progress_part(const LamProgress *progress, double from, double to);

/* True if the work is to stop; sets LAM_ERROR_CANCELLED. */
bool lam_progress_cancelled(const LamProgress *progress, GError **error);

G_END_DECLS
