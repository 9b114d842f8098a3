/* Newest wins, with jobs that only sleep. */
#include <lambdascope/error.h>
#include <lambdascope/worker.h>

typedef struct {
    double value;
    bool refined;
} Outcome;

typedef struct {
    guint64 generation;
    double value;
    bool refined, failed;
    gint64 at_us;
} Delivery;

typedef struct {
    LamWorker *worker;
    GMainLoop *loop;
    GArray *deliveries;
    gint runs, alive, steps; /* atomic: jobs done; results not freed; background steps done */
    int last_step;           /* delivered */
} Bench;

typedef struct {
    Bench *bench;
    gint *freed; /* atomic */
    double offset;
    gulong job_ms;
} Ground;

static gpointer run(gpointer target, double value, bool refine, GError **error)
{
    Ground *ground = target;
    g_usleep(ground->job_ms * 1000);
    g_atomic_int_inc(&ground->bench->runs);
    if (value < 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED, "cannot run: %g: it is negative", value);
        return NULL;
    }
    Outcome *outcome = g_new(Outcome, 1);
    *outcome = (Outcome){value + ground->offset, refine};
    g_atomic_int_inc(&ground->bench->alive);
    return outcome;
}

static Bench *current_bench; /* free_result has no user data */

static void free_result(gpointer result)
{
    g_atomic_int_add(&current_bench->alive, -1);
    g_free(result);
}

static void deliver(gpointer result, const GError *error, guint64 generation, gpointer user)
{
    Bench *bench = user;
    Outcome *outcome = result;
    Delivery delivery = {generation, outcome ? outcome->value : 0, outcome && outcome->refined,
                         error != NULL, g_get_monotonic_time()};
    g_assert_true((result == NULL) == (error != NULL));
    g_array_append_val(bench->deliveries, delivery);
    if (result)
        free_result(result);
}

/* Background work: five steps, each of which tells its number. */
#define STEPS 5

static gpointer background(gpointer target, bool *more)
{
    Ground *ground = target;
    g_usleep(ground->job_ms * 1000);
    int step = g_atomic_int_add(&ground->bench->steps, 1) + 1;
    *more = step < STEPS;
    g_atomic_int_inc(&ground->bench->alive);
    return g_memdup2(&step, sizeof step);
}

static void deliver_background(gpointer result, gpointer user)
{
    Bench *bench = user;
    bench->last_step = *(int *)result;
    free_result(result);
}

static void bench_open_with_background(Bench *bench, guint refine_after_ms)
{
    *bench = (Bench){.loop = g_main_loop_new(NULL, FALSE)};
    bench->deliveries = g_array_new(FALSE, FALSE, sizeof(Delivery));
    current_bench = bench;
    LamWorkerJob job = {run,        free_result, deliver,           bench, refine_after_ms,
                        background, free_result, deliver_background};
    bench->worker = lam_worker_new(&job);
}

static void bench_open(Bench *bench, guint refine_after_ms)
{
    *bench = (Bench){.loop = g_main_loop_new(NULL, FALSE)};
    bench->deliveries = g_array_new(FALSE, FALSE, sizeof(Delivery));
    current_bench = bench;
    LamWorkerJob job = {.run = run,
                        .free_result = free_result,
                        .deliver = deliver,
                        .user = bench,
                        .refine_after_ms = refine_after_ms};
    bench->worker = lam_worker_new(&job);
}

static void bench_close(Bench *bench)
{
    g_clear_pointer(&bench->worker, lam_worker_free);
    g_assert_cmpint(g_atomic_int_get(&bench->alive), ==, 0);
    g_main_loop_unref(bench->loop);
    g_array_unref(bench->deliveries);
}

static void free_ground(gpointer data)
{
    Ground *ground = data;
    if (ground->freed)
        g_atomic_int_inc(ground->freed);
    g_free(ground);
}

static void set_ground(Bench *bench, double offset, gulong job_ms, gint *freed)
{
    Ground *ground = g_new(Ground, 1);
    *ground = (Ground){bench, freed, offset, job_ms};
    lam_worker_set_target(bench->worker, ground, free_ground);
}

static gboolean quit_loop(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_REMOVE;
}

static void run_for_ms(Bench *bench, guint ms)
{
    g_timeout_add(ms, quit_loop, bench->loop);
    g_main_loop_run(bench->loop);
}

static void run_until_idle(Bench *bench)
{
    for (int i = 0; lam_worker_is_busy(bench->worker) && i < 500; i++)
        run_for_ms(bench, 10);
    g_assert_false(lam_worker_is_busy(bench->worker));
}

static Delivery *delivery(Bench *bench, guint index)
{
    return &g_array_index(bench->deliveries, Delivery, index);
}

static Delivery *last_delivery(Bench *bench)
{
    g_assert_cmpuint(bench->deliveries->len, >, 0);
    return delivery(bench, bench->deliveries->len - 1);
}

typedef struct {
    Bench *bench;
    int left;
    double value;
} Burst;

static gboolean submit_next(gpointer user)
{
    Burst *burst = user;
    burst->value += 1;
    g_assert_cmpuint(lam_worker_submit(burst->bench->worker, burst->value), >, 0);
    if (--burst->left)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(burst->bench->loop);
    return G_SOURCE_REMOVE;
}

/* 200 requests, 3 ms apart, jobs of 20 ms: results keep arriving, in order; the last one is that of the
 * last request, within two jobs of it; no queue builds up. */
static void test_burst(void)
{
    Bench bench;
    bench_open(&bench, 0);
    set_ground(&bench, 0, 20, NULL);
    Burst burst = {&bench, 200, 0};
    gint64 start = g_get_monotonic_time();
    g_timeout_add(3, submit_next, &burst);
    g_main_loop_run(bench.loop);
    gint64 end = g_get_monotonic_time();
    g_assert_cmpuint(bench.deliveries->len, >, (guint)((end - start) / 1000 / 20 / 3));
    run_until_idle(&bench);
    g_assert_cmpfloat(last_delivery(&bench)->value, ==, 200);
    g_assert_cmpuint(last_delivery(&bench)->generation, ==, 200);
    g_assert_cmpint((last_delivery(&bench)->at_us - end) / 1000, <, 400); /* 40 but for load */
    int after_end = 0;
    for (guint i = 1; i < bench.deliveries->len; i++) {
        g_assert_cmpuint(delivery(&bench, i)->generation, >, delivery(&bench, i - 1)->generation);
        after_end += delivery(&bench, i)->at_us > end;
    }
    g_assert_cmpint(after_end, <=, 2);
    g_assert_cmpint(g_atomic_int_get(&bench.runs), <, 100);
    bench_close(&bench);
}

/* Results of an earlier target never arrive, and the target is freed once its job has ended. */
static void test_new_target(void)
{
    Bench bench;
    gint freed = 0;
    bench_open(&bench, 0);
    set_ground(&bench, 1000, 40, &freed);
    lam_worker_submit(bench.worker, 1);
    run_for_ms(&bench, 10); /* its job runs now */
    lam_worker_submit(bench.worker, 2);
    set_ground(&bench, 2000, 5, &freed);
    g_assert_false(lam_worker_is_busy(bench.worker));
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 0);
    lam_worker_submit(bench.worker, 3);
    run_until_idle(&bench);
    g_assert_cmpuint(bench.deliveries->len, ==, 1);
    g_assert_cmpfloat(last_delivery(&bench)->value, ==, 2003);
    g_assert_cmpint(g_atomic_int_get(&freed), ==, 1);
    bench_close(&bench);
    g_assert_cmpint(freed, ==, 2);
}

/* Targets replaced before any job saw them are freed, too. */
static void test_targets_in_a_row(void)
{
    Bench bench;
    gint freed = 0;
    bench_open(&bench, 0);
    for (int i = 0; i < 20; i++)
        set_ground(&bench, i, 1, &freed);
    lam_worker_submit(bench.worker, 0.5);
    run_until_idle(&bench);
    g_assert_cmpfloat(last_delivery(&bench)->value, ==, 19.5);
    lam_worker_set_target(bench.worker, NULL, NULL);
    g_assert_cmpuint(lam_worker_submit(bench.worker, 1), ==, 0);
    bench_close(&bench);
    g_assert_cmpint(freed, ==, 20);
}

/* A second, finer run of the last value follows once requests have stopped, and only then. */
static void test_refine(void)
{
    Bench bench;
    bench_open(&bench, 250);
    set_ground(&bench, 0, 2, NULL);
    for (int i = 1; i <= 5; i++) {
        lam_worker_submit(bench.worker, i);
        run_for_ms(&bench, 12);
    }
    for (guint i = 0; i < bench.deliveries->len; i++)
        g_assert_false(delivery(&bench, i)->refined);
    run_for_ms(&bench, 800);
    g_assert_true(last_delivery(&bench)->refined);
    g_assert_cmpfloat(last_delivery(&bench)->value, ==, 5);
    guint count = bench.deliveries->len;
    run_for_ms(&bench, 500);
    g_assert_cmpuint(bench.deliveries->len, ==, count);
    bench_close(&bench);
}

/* A main thread that is held up (a first frame may take long) gets both results, in their order: the
 * second run tells of the similarity only, the first brings the field. */
static void test_refine_waits_for_delivery(void)
{
    Bench bench;
    bench_open(&bench, 20);
    set_ground(&bench, 0, 2, NULL);
    lam_worker_submit(bench.worker, 3);
    g_usleep(300000);
    run_for_ms(&bench, 500);
    g_assert_cmpuint(bench.deliveries->len, ==, 2);
    g_assert_false(delivery(&bench, 0)->refined);
    g_assert_true(delivery(&bench, 1)->refined);
    bench_close(&bench);
}

static void test_error(void)
{
    Bench bench;
    bench_open(&bench, 0);
    set_ground(&bench, 0, 1, NULL);
    lam_worker_submit(bench.worker, -1);
    run_until_idle(&bench);
    g_assert_true(last_delivery(&bench)->failed);
    lam_worker_submit(bench.worker, 7);
    run_until_idle(&bench);
    g_assert_false(last_delivery(&bench)->failed);
    g_assert_cmpfloat(last_delivery(&bench)->value, ==, 7);
    bench_close(&bench);
}

/* Freeing with a job running, a request waiting and a result not delivered leaks and delivers nothing. */
static void test_free_while_busy(void)
{
    for (int delay = 0; delay < 12; delay++) {
        Bench bench;
        gint freed = 0;
        bench_open(&bench, 5);
        set_ground(&bench, 0, 3, &freed);
        lam_worker_submit(bench.worker, 1);
        g_usleep((gulong)delay * 700);
        lam_worker_submit(bench.worker, 2);
        bench_close(&bench);
        g_assert_cmpint(freed, ==, 1);
    }
}

/* Steps begin once the first picture is there and its second run is done, and end by themselves. */
static void test_background(void)
{
    Bench bench;
    bench_open_with_background(&bench, 20);
    set_ground(&bench, 0, 2, NULL);
    run_for_ms(&bench, 100);
    g_assert_cmpint(g_atomic_int_get(&bench.steps), ==, 0);
    lam_worker_submit(bench.worker, 3);
    run_for_ms(&bench, 500);
    g_assert_cmpint(g_atomic_int_get(&bench.steps), ==, STEPS);
    g_assert_cmpint(bench.last_step, ==, STEPS);
    g_assert_true(last_delivery(&bench)->refined);
    lam_worker_resume_background(bench.worker);
    run_for_ms(&bench, 300);
    g_assert_cmpint(bench.last_step, ==, STEPS + 1);
    bench_close(&bench);
}

/* A request waits for one step at most. */
static void test_background_yields(void)
{
    Bench bench;
    bench_open_with_background(&bench, 10);
    set_ground(&bench, 0, 60, NULL);
    lam_worker_submit(bench.worker, 1);
    for (int i = 0; g_atomic_int_get(&bench.steps) == 0 && i < 500; i++)
        run_for_ms(&bench, 5);
    lam_worker_submit(bench.worker, 2);
    run_until_idle(&bench);
    g_assert_cmpfloat(last_delivery(&bench)->value, ==, 2);
    g_assert_cmpint(g_atomic_int_get(&bench.steps), <=, 3);
    bench_close(&bench);
}

/* Results of an earlier target are not told; nothing leaks. */
static void test_background_new_target(void)
{
    for (int delay = 0; delay < 8; delay++) {
        Bench bench;
        gint freed = 0;
        bench_open_with_background(&bench, 1);
        set_ground(&bench, 0, 2, &freed);
        lam_worker_submit(bench.worker, 1);
        run_for_ms(&bench, (guint)(5 + 3 * delay));
        set_ground(&bench, 0, 2, &freed);
        bench.last_step = 0;
        run_for_ms(&bench, 60); /* no request: nothing begins */
        g_assert_cmpint(bench.last_step, ==, 0);
        bench_close(&bench);
        g_assert_cmpint(freed, ==, 2);
    }
}

/* The first job of an earlier target ends after another one is there: that one has no picture yet. */
static void test_background_late_job(void)
{
    Bench bench;
    bench_open_with_background(&bench, 1);
    set_ground(&bench, 0, 60, NULL);
    lam_worker_submit(bench.worker, 1);
    run_for_ms(&bench, 20); /* its job runs now */
    set_ground(&bench, 0, 1, NULL);
    run_for_ms(&bench, 200);
    g_assert_cmpint(g_atomic_int_get(&bench.steps), ==, 0);
    lam_worker_submit(bench.worker, 2);
    run_for_ms(&bench, 300);
    g_assert_cmpint(g_atomic_int_get(&bench.steps), ==, STEPS);
    bench_close(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/worker/burst", test_burst);
    g_test_add_func("/worker/new-target", test_new_target);
    g_test_add_func("/worker/targets-in-a-row", test_targets_in_a_row);
    g_test_add_func("/worker/refine", test_refine);
    g_test_add_func("/worker/refine-waits-for-delivery", test_refine_waits_for_delivery);
    g_test_add_func("/worker/error", test_error);
    g_test_add_func("/worker/free-while-busy", test_free_while_busy);
    g_test_add_func("/worker/background", test_background);
    g_test_add_func("/worker/background-yields", test_background_yields);
    g_test_add_func("/worker/background-new-target", test_background_new_target);
    g_test_add_func("/worker/background-late-job", test_background_late_job);
    return g_test_run();
}
