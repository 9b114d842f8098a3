/* Progress of a GTask, told on the main thread at the rate at which that can take it. */
#pragma once

#include <lambdascope/progress.h>

G_BEGIN_DECLS

/* Main thread; never once the task's callback has been called. stage may be NULL. */
typedef void (*LamTaskProgressFunc)(double fraction, const char *stage, gpointer user);

typedef struct LamTaskProgress LamTaskProgress;

/* func may be NULL. Belongs to the task's data and is freed with it. */
LamTaskProgress *lam_task_progress_new(LamTaskProgressFunc func, gpointer user);
void lam_task_progress_free(LamTaskProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTaskProgress, lam_task_progress_free)

/* For the task's thread. */
LamProgress lam_task_progress_of(LamTaskProgress *progress, GTask *task);

G_END_DECLS
