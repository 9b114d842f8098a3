/* Newest wins: one thread, one request waiting at most (DESIGN §5).
 *
 * A new request overwrites the one that waits; the one that runs finishes, so that results keep
 * arriving while a slider moves. Results come to the main context in which the worker was made, by at
 * most one pending callback; a result overtaken by a newer one before it was delivered is dropped.
 *
 * All functions are called on the thread of that main context; none waits for a running job, except
 * lam_worker_free. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct LamWorker LamWorker;

/* What is done with a request, so that the worker knows nothing of sessions. */
typedef struct {
    /* On the worker's thread. `target` is what lam_worker_set_target gave. `refine` is true for a second
     * run of the same value, made once the first result has been delivered and no request has come for a
     * while; it may take longer and tell more. Returns the result, or NULL with an error. */
    gpointer (*run)(gpointer target, double value, bool refine, GError **error);
    void (*free_result)(gpointer result);
    /* On the main context; takes the result. Exactly one of result and error is there. */
    void (*deliver)(gpointer result, const GError *error, guint64 generation, gpointer user);
    gpointer user;
    guint refine_after_ms; /* 0: no second runs */

    /* One step of longer work on the target, on the worker's thread, whenever there is nothing else to do and
     * second runs are done: from each new target on until *more is false. Must be short: a request waits for
     * the end of a step. Gives its result so far, or NULL: nothing new. NULL: no such work. */
    gpointer (*background)(gpointer target, bool *more);
    void (*free_background)(gpointer result);
    /* On the main context; takes the newest result. */
    void (*deliver_background)(gpointer result, gpointer user);
} LamWorkerJob;

LamWorker *lam_worker_new(const LamWorkerJob *job);

/* Delivers nothing more, lets a running job finish, joins the thread. */
void lam_worker_free(LamWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamWorker, lam_worker_free)

/* Replaces what jobs work on. Requests and results of the earlier target are dropped. free_target is
 * called on the worker's thread, when no job uses the target any more. NULL: nothing to work on. */
void lam_worker_set_target(LamWorker *worker, gpointer target, GDestroyNotify free_target);

/* Asks for a value; returns the request's generation, counted up from 1. Ignored (returns 0) while
 * there is no target. */
guint64 lam_worker_submit(LamWorker *worker, double value);

/* There is background work again. */
void lam_worker_resume_background(LamWorker *worker);

/* True from a submit until its result, or one newer, has been delivered. Second runs do not count. */
bool lam_worker_is_busy(const LamWorker *worker);

G_END_DECLS
