#include "timing.h"

#include <stdio.h>
#include <time.h>

typedef struct {
    guint count;
    gint64 total_us, longest_us, longest_cpu_us;
} Tally;

/* From one report to the next. */
typedef struct {
    Tally tallies[LAM_TIMED_KINDS];
    guint requests, shown;
    guint ticks_after_request;   /* ended after the last request */
    gint64 request_us, shown_us; /* the last ones */
    double requested_lambda, shown_lambda;
    GArray *ticks_ms; /* double */
} Period;

struct LamTiming {
    gint64 start_us, first_frame_us, open_us, warped_us;
    Period period;
};

static const char *const kind_names[LAM_TIMED_KINDS] = {"render", "result", "input", "opening",
                                                        "frame"};

LamTiming *lam_timing_new(void)
{
    LamTiming *timing = g_new0(LamTiming, 1);
    timing->start_us = g_get_monotonic_time();
    timing->period.ticks_ms = g_array_new(FALSE, FALSE, sizeof(double));
    return timing;
}

void lam_timing_free(LamTiming *timing)
{
    g_array_unref(timing->period.ticks_ms);
    g_free(timing);
}

static gint64 thread_cpu_us(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

LamInstant lam_timing_begin(void)
{
    return (LamInstant){g_get_monotonic_time(), thread_cpu_us()};
}

void lam_timing_end(LamTiming *timing, LamTimedKind kind, LamInstant begin)
{
    if (!timing)
        return;
    gint64 took = g_get_monotonic_time() - begin.wall_us;
    Tally *tally = &timing->period.tallies[kind];
    tally->count++;
    tally->total_us += took;
    tally->longest_us = MAX(tally->longest_us, took);
    tally->longest_cpu_us = MAX(tally->longest_cpu_us, thread_cpu_us() - begin.cpu_us);
}

void lam_timing_request(LamTiming *timing, double lambda)
{
    if (!timing)
        return;
    Period *period = &timing->period;
    period->requests++;
    period->ticks_after_request = 0;
    period->request_us = g_get_monotonic_time();
    period->requested_lambda = lambda;
}

void lam_timing_tick(LamTiming *timing, double milliseconds, gint64 ready_us)
{
    if (!timing)
        return;
    Period *period = &timing->period;
    g_array_append_val(period->ticks_ms, milliseconds);
    period->ticks_after_request += ready_us > period->request_us;
}

void lam_timing_shown(LamTiming *timing, double lambda)
{
    if (!timing)
        return;
    Period *period = &timing->period;
    period->shown++;
    period->shown_us = g_get_monotonic_time();
    period->shown_lambda = lambda;
    if (timing->open_us && !timing->warped_us)
        timing->warped_us = period->shown_us;
}

void lam_timing_first_frame(LamTiming *timing)
{
    if (timing && !timing->first_frame_us)
        timing->first_frame_us = g_get_monotonic_time();
}

void lam_timing_open_started(LamTiming *timing)
{
    if (!timing)
        return;
    timing->open_us = g_get_monotonic_time();
    timing->warped_us = 0;
}

static int compare_ms(gconstpointer a, gconstpointer b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median_tick_ms(const Period *period)
{
    guint count = period->ticks_ms->len;
    g_array_sort(period->ticks_ms, compare_ms);
    return count ? g_array_index(period->ticks_ms, double, count / 2) : 0;
}

static double ms_between(gint64 from_us, gint64 to_us)
{
    return from_us && to_us ? (double)(to_us - from_us) / 1000 : 0;
}

/* Of our own code, that is without whole frames, which are GTK's as well. */
static Tally longest_of_ours(const Period *period)
{
    Tally longest = {0};
    for (int i = 0; i < LAM_TIMED_FRAME; i++) {
        longest.count += period->tallies[i].count;
        longest.longest_us = MAX(longest.longest_us, period->tallies[i].longest_us);
        longest.longest_cpu_us = MAX(longest.longest_cpu_us, period->tallies[i].longest_cpu_us);
    }
    return longest;
}

static void print_table(const LamTiming *timing)
{
    const Period *period = &timing->period;
    Tally longest = longest_of_ours(period);
    fprintf(stderr, "start to first frame         %8.0f ms\n",
            ms_between(timing->start_us, timing->first_frame_us));
    if (timing->warped_us)
        fprintf(stderr, "open to first warped picture %8.0f ms, since the start %.0f ms\n",
                ms_between(timing->open_us, timing->warped_us),
                ms_between(timing->start_us, timing->warped_us));
    fprintf(stderr, "λ asked for %u times, shown %u times, median tick %.1f ms\n", period->requests,
            period->shown, median_tick_ms(period));
    for (int i = 0; i < LAM_TIMED_KINDS; i++) {
        const Tally *tally = &period->tallies[i];
        fprintf(stderr,
                "main thread, %-8s count %5u   mean %6.2f ms   longest %6.2f ms (processor %.2f)\n",
                kind_names[i], tally->count,
                tally->count ? (double)tally->total_us / tally->count / 1000 : 0,
                (double)tally->longest_us / 1000, (double)tally->longest_cpu_us / 1000);
    }
    fprintf(stderr, "main thread, longest of our own %.2f ms (processor %.2f)\n",
            (double)longest.longest_us / 1000, (double)longest.longest_cpu_us / 1000);
}

/* Not by printf alone, whose decimal point is that of the language. */
static void add_number(GString *json, const char *kind, const char *name, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof text, "%.6g", value);
    g_string_append_printf(json, "%s\"%s%s\": %s", json->len > 1 ? ", " : "", kind, name, text);
}

static void add_tally(GString *json, const char *kind, const Tally *tally)
{
    add_number(json, kind, "_count", tally->count);
    add_number(json, kind, "_ms_longest", (double)tally->longest_us / 1000);
    add_number(json, kind, "_cpu_ms_longest", (double)tally->longest_cpu_us / 1000);
}

static void print_json(const LamTiming *timing)
{
    const Period *period = &timing->period;
    const Tally longest = longest_of_ours(period);
    g_autoptr(GString) json = g_string_new("{");
    add_number(json, "", "first_frame_ms", ms_between(timing->start_us, timing->first_frame_us));
    add_number(json, "", "first_warped_ms", ms_between(timing->open_us, timing->warped_us));
    add_number(json, "", "start_to_warped_ms", ms_between(timing->start_us, timing->warped_us));
    add_number(json, "", "requests", period->requests);
    add_number(json, "", "shown", period->shown);
    add_number(json, "", "ticks_after_last_request", period->ticks_after_request);
    add_number(json, "", "last_shown_after_ms", ms_between(period->request_us, period->shown_us));
    add_number(json, "", "requested_lambda", period->requested_lambda);
    add_number(json, "", "shown_lambda", period->shown_lambda);
    add_number(json, "", "tick_ms_median", median_tick_ms(period));
    for (int i = 0; i < LAM_TIMED_KINDS; i++)
        add_tally(json, kind_names[i], &period->tallies[i]);
    add_tally(json, "ours", &longest);
    fprintf(stderr, "%s}\n", json->str);
}

void lam_timing_report(LamTiming *timing)
{
    const char *wanted = g_getenv("LAMBDASCOPE_TIMING");
    if (!timing || !wanted)
        return;
    if (g_str_equal(wanted, "json"))
        print_json(timing);
    else
        print_table(timing);
    GArray *ticks_ms = timing->period.ticks_ms;
    g_array_set_size(ticks_ms, 0);
    timing->period = (Period){.ticks_ms = ticks_ms};
}
