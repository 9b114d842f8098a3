#include <lambdascope/worker.h>

#include <lambdascope/threads.h>

/* GLib's locks are invisible to ThreadSanitizer unless GLib itself is built with it. */
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#define AFTER_LOCK(mutex)    __tsan_acquire(mutex)
#define BEFORE_UNLOCK(mutex) __tsan_release(mutex)
#else
#define AFTER_LOCK(mutex)    ((void)(mutex))
#define BEFORE_UNLOCK(mutex) ((void)(mutex))
#endif

typedef struct {
    gpointer data;
    GDestroyNotify destroy;
} Target;

typedef struct {
    double value;
    guint64 generation; /* 0: none */
} Request;

typedef struct {
    gpointer data;
    GError *error;
    guint64 generation;
} Result;

struct LamWorker {
    LamWorkerJob job;
    GThread *thread;
    GMainContext *context;

    /* main context only */
    guint64 submitted, delivered;

    /* everything below is under the mutex, which is never held while a job runs */
    GMutex mutex;
    GCond wake;
    bool quit;
    Target next_target;
    bool has_next_target;
    bool has_target; /* or will have one */
    Request pending;
    Result result; /* newest that is not delivered; neither data nor error: none */
    GSource *delivery;
    guint64 epoch;       /* counts targets */
    bool more;           /* background work */
    gpointer background; /* its newest result that is not delivered, or NULL */
};

static void lock(LamWorker *worker)
{
    g_mutex_lock(&worker->mutex);
    AFTER_LOCK(&worker->mutex);
}

static void unlock(LamWorker *worker)
{
    BEFORE_UNLOCK(&worker->mutex);
    g_mutex_unlock(&worker->mutex);
}

/* False once `until_us` (0: never) has passed. */
static bool sleep_until_woken(LamWorker *worker, gint64 until_us)
{
    bool woken = true;
    BEFORE_UNLOCK(&worker->mutex);
    if (until_us)
        woken = g_cond_wait_until(&worker->wake, &worker->mutex, until_us);
    else
        g_cond_wait(&worker->wake, &worker->mutex);
    AFTER_LOCK(&worker->mutex);
    return woken;
}

static void clear_result(LamWorker *worker, Result *result)
{
    if (result->data)
        worker->job.free_result(result->data);
    g_clear_error(&result->error);
    *result = (Result){0};
}

static void clear_background(LamWorker *worker)
{
    if (worker->background)
        worker->job.free_background(worker->background);
    worker->background = NULL;
}

static gboolean deliver(gpointer user)
{
    LamWorker *worker = user;
    lock(worker);
    Result result = worker->result;
    worker->result = (Result){0};
    gpointer background = g_steal_pointer(&worker->background);
    g_clear_pointer(&worker->delivery, g_source_unref);
    g_cond_signal(&worker->wake); /* a second run may wait for this */
    unlock(worker);
    if (result.data || result.error) {
        worker->delivered = MAX(worker->delivered, result.generation);
        worker->job.deliver(result.data, result.error, result.generation, worker->job.user);
        g_clear_error(&result.error);
    }
    if (background)
        worker->job.deliver_background(background, worker->job.user);
    return G_SOURCE_REMOVE;
}

/* Under the mutex. Ahead of redraws, so that a busy screen does not hold results back. */
static void schedule_delivery(LamWorker *worker)
{
    if (worker->delivery)
        return;
    worker->delivery = g_idle_source_new();
    g_source_set_priority(worker->delivery, G_PRIORITY_DEFAULT);
    g_source_set_callback(worker->delivery, deliver, worker, NULL);
    g_source_attach(worker->delivery, worker->context);
}

/* Under the mutex. */
static void publish(LamWorker *worker, Result result, guint64 epoch)
{
    if (worker->quit || epoch != worker->epoch) {
        clear_result(worker, &result);
        return;
    }
    clear_result(worker, &worker->result);
    worker->result = result;
    schedule_delivery(worker);
}

/* Called and returns under the mutex. False if there is another target meanwhile. */
static bool run_job(LamWorker *worker, const Target *target, Request request, bool refine)
{
    guint64 epoch = worker->epoch;
    Result result = {.generation = request.generation};
    unlock(worker);
    result.data = worker->job.run(target->data, request.value, refine, &result.error);
    lock(worker);
    publish(worker, result, epoch);
    return epoch == worker->epoch;
}

/* Called and returns under the mutex. */
static void run_background(LamWorker *worker, const Target *target)
{
    guint64 epoch = worker->epoch;
    bool more = false;
    worker->more = false; /* unless it is resumed meanwhile */
    unlock(worker);
    gpointer result = worker->job.background(target->data, &more);
    lock(worker);
    if (worker->quit || epoch != worker->epoch) {
        if (result)
            worker->job.free_background(result);
        return;
    }
    worker->more |= more;
    if (!result)
        return;
    clear_background(worker);
    worker->background = result;
    schedule_delivery(worker);
}

/* Called and returns under the mutex. */
static void swap_target(LamWorker *worker, Target *target)
{
    Target old = *target;
    *target = worker->next_target;
    worker->next_target = (Target){0};
    worker->has_next_target = false;
    if (!old.data || !old.destroy)
        return;
    unlock(worker);
    old.destroy(old.data);
    lock(worker);
}

/* Under the mutex: sleeps until there is something to do. False: the time for a second run has come, or for
 * background work. A second run's result must not replace the first one, which is another: so it waits until
 * that is delivered. */
static bool wait_for_work(LamWorker *worker, bool refine)
{
    gint64 after_us = (gint64)worker->job.refine_after_ms * 1000;
    gint64 until_us = refine ? g_get_monotonic_time() + after_us : 0;
    while (!worker->quit && !worker->has_next_target && !worker->pending.generation) {
        if (!refine && worker->more)
            return false;
        if (!sleep_until_woken(worker, worker->delivery ? 0 : until_us))
            return false;
    }
    return true;
}

static gpointer work(gpointer user)
{
    LamWorker *worker = user;
    Target target = {0};
    Request last = {0};
    bool refine = false, fresh = false;
    lam_threads_set(0);
    lock(worker);
    while (true) {
        bool woken = wait_for_work(worker, refine);
        if (worker->quit)
            break;
        if (worker->has_next_target) {
            swap_target(worker, &target);
            refine = false;
            fresh = true;
        } else if (woken) {
            last = worker->pending;
            worker->pending = (Request){0};
            bool shown = run_job(worker, &target, last, false);
            refine = worker->job.refine_after_ms > 0;
            worker->more |=
                shown && fresh && worker->job.background; /* never before the first picture */
            fresh = false;
        } else if (refine) {
            run_job(worker, &target, last, true);
            refine = false;
        } else {
            run_background(worker, &target);
        }
    }
    if (worker->has_next_target)
        swap_target(worker, &target);
    unlock(worker);
    if (target.data && target.destroy)
        target.destroy(target.data);
    return NULL;
}

LamWorker *lam_worker_new(const LamWorkerJob *job)
{
    LamWorker *worker = g_new0(LamWorker, 1);
    worker->job = *job;
    worker->context = g_main_context_ref_thread_default();
    g_mutex_init(&worker->mutex);
    g_cond_init(&worker->wake);
    worker->thread = g_thread_new("lam-worker", work, worker);
    return worker;
}

void lam_worker_free(LamWorker *worker)
{
    if (!worker)
        return;
    lock(worker);
    worker->quit = true;
    g_cond_signal(&worker->wake);
    unlock(worker);
    g_thread_join(worker->thread);
    if (worker->delivery) {
        g_source_destroy(worker->delivery);
        g_source_unref(worker->delivery);
    }
    clear_result(worker, &worker->result);
    clear_background(worker);
    g_main_context_unref(worker->context);
    g_mutex_clear(&worker->mutex);
    g_cond_clear(&worker->wake);
    g_free(worker);
}

void lam_worker_set_target(LamWorker *worker, gpointer target, GDestroyNotify free_target)
{
    lock(worker);
    Target unused = worker->next_target; /* never reached a job */
    worker->next_target = (Target){target, free_target};
    worker->has_next_target = true;
    worker->has_target = target != NULL;
    worker->pending = (Request){0};
    worker->epoch++;
    clear_result(worker, &worker->result);
    clear_background(worker);
    worker->more = false;
    g_cond_signal(&worker->wake);
    unlock(worker);
    worker->delivered = worker->submitted;
    if (unused.data && unused.destroy)
        unused.destroy(unused.data);
}

guint64 lam_worker_submit(LamWorker *worker, double value)
{
    lock(worker);
    guint64 generation = worker->has_target ? ++worker->submitted : 0;
    if (generation) {
        worker->pending = (Request){value, generation};
        g_cond_signal(&worker->wake);
    }
    unlock(worker);
    return generation;
}

void lam_worker_resume_background(LamWorker *worker)
{
    lock(worker);
    if (worker->has_target && worker->job.background) {
        worker->more = true;
        g_cond_signal(&worker->wake);
    }
    unlock(worker);
}

bool lam_worker_is_busy(const LamWorker *worker)
{
    return worker->delivered < worker->submitted;
}
