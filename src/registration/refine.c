/* The levels of a refinement, its clock, and the snapshot at the end. */
#include "refine-level.h"

#include "session-private.h"

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <lambdascope/threads.h>

#include <math.h>

#define DEFAULT_SECONDS    20
#define LABEL_WEIGHT       0.5
#define LANDMARK_WEIGHT    0.05
#define MAX_ITERATIONS     100000
#define FINEST_MM          0.5
#define COARSEST_MM        32
#define SECONDS_FOR_ENDING 0.05 /* share of the budget that the last measurements take */

LamRefineOptions lam_refine_options_default(double lambda)
{
    return (LamRefineOptions){.lambda = lambda,
                              .seconds = DEFAULT_SECONDS,
                              .n_levels = 3,
                              .levels = {{4, 8, 30}, {2, 4, 30}, {2, 2, 50}},
                              .label_weight = LABEL_WEIGHT,
                              .landmark_weight = LANDMARK_WEIGHT};
}

LamRefineOptions lam_refine_options_classical(double lambda)
{
    LamRefineOptions o = lam_refine_options_default(lambda);
    o.n_levels = 4;
    for (int i = 3; i > 0; i--)
        o.levels[i] = o.levels[i - 1];
    o.levels[0] = (LamRefineLevel){8, 16, 40};
    return o;
}

/* ---- what is asked ---- */

static const char *wrong_with_levels(const LamRefineOptions *o)
{
    if (o->n_levels < 1 || o->n_levels > LAM_REFINE_MAX_LEVELS)
        return "there must be 1 to 6 levels";
    for (int i = 0; i < o->n_levels; i++) {
        LamRefineLevel l = o->levels[i];
        if (!(l.image_mm >= FINEST_MM && l.image_mm <= COARSEST_MM && l.field_mm >= FINEST_MM &&
              l.field_mm <= COARSEST_MM))
            return "a level's spacings must be between 0.5 and 32 mm";
        if (l.iterations < 0 || l.iterations > MAX_ITERATIONS)
            return "a level's iterations must be between 0 and 100000";
    }
    return NULL;
}

static bool check(const LamSession *session, const LamRefineOptions *o, GError **error)
{
    const char *why = wrong_with_levels(o);
    if (!(o->lambda >= 0 && o->lambda <= 1))
        why = "λ must be between 0 and 1";
    else if (o->similarity != LAM_SIMILARITY_NCC && o->similarity != LAM_SIMILARITY_NMI &&
             o->similarity != LAM_SIMILARITY_MSE)
        why = "the similarity must be NCC, NMI or MSE";
    else if (o->similarity != LAM_SIMILARITY_NCC && o->fixed_mask != NULL)
        why = "a mask goes with NCC alone";
    else if (!(o->seconds >= 0))
        why = "the seconds must be 0 or more";
    else if (!(o->label_weight >= 0 && o->label_weight <= 1e6) ||
             !(o->landmark_weight >= 0 && o->landmark_weight <= 1e6))
        why = "the weights of labels and landmarks must be between 0 and 1000000";
    else if (o->n_points < 0 || o->n_points > 100000)
        why = "there can be up to 100000 landmarks";
    if (why == NULL)
        return lam_refine_points_check(o, lam_session_model_grid(session),
                                       lam_session_affine(session), error);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot refine: the options: %s", why);
    return false;
}

/* ---- the clock ---- */

typedef struct {
    gint64 start;
    double seconds; /* 0: no limit */
} Clock;

static double elapsed(const Clock *clock)
{
    return 1e-6 * (double)(g_get_monotonic_time() - clock->start);
}

/* What an iteration costs, roughly: voxels of the images and of the field. */
static double cost(const LamRefineLevel *l)
{
    return l->iterations * (1 / (l->image_mm * l->image_mm * l->image_mm) +
                            2 / (l->field_mm * l->field_mm * l->field_mm));
}

/* When this level must end: what is left is shared among the levels to come by their cost. */
static double deadline(const Clock *clock, const LamRefineOptions *o, int level)
{
    double left = clock->seconds * (1 - SECONDS_FOR_ENDING) - elapsed(clock), rest = 0;
    if (!(clock->seconds > 0))
        return INFINITY;
    for (int i = level; i < o->n_levels; i++)
        rest += cost(&o->levels[i]);
    return elapsed(clock) + (rest > 0 ? left * cost(&o->levels[level]) / rest : left);
}

typedef struct {
    const LamRefineOptions *options;
    const LamRefineLabels *labels;
    const LamProgress *progress;
    Clock clock;
    int iterations; /* done in all */
    bool out_of_time;
} Run;

/* How many iterations there will be, by what those so far took. */
static int planned(const Run *run, int done, int wanted, double began, double end)
{
    double now = elapsed(&run->clock);
    if (isinf(end) || done == 0)
        return wanted;
    double each = (now - began) / done, room = MAX(end - now, 0) / each;
    return room < wanted - done ? done + (int)room : wanted;
}

/* Down one level. The rate falls along half a cosine to the last iteration that there is time for. */
static bool run_level(Run *run, LamRefineGraph *graph, int level, double from, double to,
                      GError **error)
{
    const int wanted = run->options->levels[level].iterations;
    double began = elapsed(&run->clock), end = deadline(&run->clock, run->options, level);
    for (int i = 0; i < wanted; i++) {
        int total = planned(run, i, wanted, began, end);
        if (i >= total || elapsed(&run->clock) >= end) {
            run->out_of_time = true;
            break;
        }
        double share = 0.5 * (1 + cos(G_PI * i / total));
        if (!lam_refine_graph_step(graph, share, run->progress, error))
            return false;
        run->iterations++;
        lam_progress_report(run->progress, from + (to - from) * (i + 1.0) / total, "refining");
    }
    return true;
}

/* ---- all of it ---- */

static bool out_of_time(const Run *run)
{
    return run->clock.seconds > 0 && elapsed(&run->clock) >= run->clock.seconds;
}

/* Terms at the start and at the end, on the last grid; the better of the two velocities. */
static LamVolume *conclude(LamRefineGraph *graph, const LamVolume *start, LamRefineReport *report,
                           GError **error)
{
    report->after = lam_refine_graph_terms(graph);
    g_autoptr(LamVolume) end = lam_refine_graph_velocity(graph, error);
    if (end == NULL || !lam_refine_graph_set(graph, start, error))
        return NULL;
    report->before = lam_refine_graph_terms(graph);
    if (report->after.loss <= report->before.loss)
        return g_steal_pointer(&end);
    report->after = report->before;
    return lam_refine_graph_velocity(graph, error);
}

static LamVolume *run_levels(Run *run, const LamSession *session, LamVolume *start,
                             LamRefineReport *report, GError **error)
{
    const LamRefineOptions *o = run->options;
    g_autoptr(LamVolume) velocity = start != NULL ? lam_volume_ref(start) : NULL;
    g_autoptr(LamRefineGraph) graph = NULL;
    double all = 0, before = 0;
    for (int i = 0; i < o->n_levels; i++)
        all += MAX(cost(&o->levels[i]), 1e-9);
    for (int i = 0; i < o->n_levels && (i == 0 || !out_of_time(run)); i++) {
        double to = before + MAX(cost(&o->levels[i]), 1e-9) / all;
        g_clear_pointer(&graph, lam_refine_graph_free); /* before the next one takes memory */
        graph = lam_refine_graph_new(session, o, run->labels, &o->levels[i], error);
        if (graph == NULL || !lam_refine_graph_set(graph, velocity, error) ||
            !run_level(run, graph, i, before, to, error))
            return NULL;
        before = to;
        g_clear_pointer(&velocity, lam_volume_unref);
        velocity = lam_refine_graph_velocity(graph, error);
        if (velocity == NULL)
            return NULL;
    }
    return conclude(graph, start, report, error);
}

/* NULL and no error: from zero. */
static bool velocity_of(const LamSnapshot *start, LamVolume **velocity, GError **error)
{
    *velocity = NULL;
    if (start == NULL)
        return true;
    *velocity = start->velocity != NULL ? lam_volume_ref(start->velocity)
                                        : lam_field_logarithm(start->field, error);
    return *velocity != NULL;
}

LamSnapshot *lam_session_refine(LamSession *session, const LamSnapshot *start,
                                const LamRefineOptions *options, LamRefineReport *report,
                                const LamProgress *progress, GError **error)
{
    LamRefineReport unasked;
    LamRefineLabels labels = {0};
    if (report == NULL)
        report = &unasked;
    *report = (LamRefineReport){0};
    lam_threads_set(0);
    g_autoptr(LamVolume) first = NULL;
    if (!check(session, options, error) || !velocity_of(start, &first, error) ||
        !lam_refine_labels_find(options, &labels, error))
        return NULL;
    Run run = {.options = options,
               .labels = &labels,
               .progress = progress,
               .clock = {g_get_monotonic_time(), options->seconds}};
    g_autoptr(LamVolume) velocity = run_levels(&run, session, first, report, error);
    lam_refine_labels_clear(&labels);
    if (velocity == NULL)
        return NULL;
    LamSnapshot *snapshot =
        lam_session_snapshot_of(session, velocity, options->lambda, run.clock.start, error);
    report->iterations = run.iterations;
    report->out_of_time = run.out_of_time;
    report->seconds = elapsed(&run.clock);
    return snapshot;
}
