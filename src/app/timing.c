#include "timing.h"

#include <stdio.h>

typedef struct {
    guint count;
    gint64 longest_us, total_us;
} Tally;

struct LamTiming {
    gint64 start_us, first_frame_us, open_us, warped_us;
    Tally tallies[LAM_TIMED_KINDS];
};

LamTiming *lam_timing_new(void)
{
    LamTiming *timing = g_new0(LamTiming, 1);
    timing->start_us = g_get_monotonic_time();
    return timing;
}

void lam_timing_free(LamTiming *timing)
{
    g_free(timing);
}

gint64 lam_timing_begin(void)
{
    return g_get_monotonic_time();
}

void lam_timing_end(LamTiming *timing, LamTimedKind kind, gint64 begin_us)
{
    if (!timing)
        return;
    gint64 took = g_get_monotonic_time() - begin_us;
    Tally *tally = &timing->tallies[kind];
    tally->count++;
    tally->total_us += took;
    tally->longest_us = MAX(tally->longest_us, took);
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

void lam_timing_warped_shown(LamTiming *timing)
{
    if (timing && timing->open_us && !timing->warped_us)
        timing->warped_us = g_get_monotonic_time();
}

static void print_moment(const char *name, gint64 from_us, gint64 to_us)
{
    if (to_us && from_us)
        fprintf(stderr, "%-28s %8.0f ms\n", name, (double)(to_us - from_us) / 1000);
}

void lam_timing_report(const LamTiming *timing)
{
    static const char *const names[LAM_TIMED_KINDS] = {"render", "result", "input", "opening"};
    if (!timing || !g_getenv("LAMBDASCOPE_TIMING"))
        return;
    gint64 longest = 0;
    print_moment("start to first frame", timing->start_us, timing->first_frame_us);
    print_moment("open to first warped picture", timing->open_us, timing->warped_us);
    for (int i = 0; i < LAM_TIMED_KINDS; i++) {
        const Tally *tally = &timing->tallies[i];
        longest = MAX(longest, tally->longest_us);
        fprintf(stderr, "main thread, %-8s count %5u   mean %6.2f ms   longest %6.2f ms\n",
                names[i], tally->count,
                tally->count ? (double)tally->total_us / tally->count / 1000 : 0,
                (double)tally->longest_us / 1000);
    }
    fprintf(stderr, "main thread, longest of all %.2f ms\n", (double)longest / 1000);
}
