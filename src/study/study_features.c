#include <lambdascope/study_features.h>

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/resample.h>
#include <lambdascope/study_method.h>
#include <math.h>
#include <stdlib.h>

#define SHOWN 8

/* The features of one pair. */
typedef struct {
    float *value; /* [C,D,H,W] */
    LamShape shape;
    LamGrid grid;
} Features;

typedef struct {
    int channel;
    double correlation, rms, deviation;
    bool shown;
} Channel;

/* One model's answer to both contrasts. */
typedef struct {
    LamStudyMethod *method;
    Features a, b;
    Channel *channels; /* [a.shape.c] */
} Answer;

static void answer_free(void *p)
{
    Answer *answer = p;
    lam_study_method_free(answer->method);
    g_free(answer->a.value);
    g_free(answer->b.value);
    g_free(answer->channels);
    g_free(answer);
}

/* ---- the network's features ---- */

static size_t voxels_of(LamShape s)
{
    return (size_t)s.d * (size_t)s.h * (size_t)s.w;
}

/* Out of channel blocks (graph.h). */
static float *unblocked(LamNode *node)
{
    LamShape s = lam_node_shape(node);
    size_t voxels = voxels_of(s), block = (size_t)lam_channel_block();
    const float *from = lam_node_value(node);
    float *to = g_new(float, (size_t)s.c *voxels);
    for (size_t c = 0; c < (size_t)s.c; c++)
        for (size_t i = 0; i < voxels; i++)
            to[c * voxels + i] = from[(c / block * voxels + i) * block + c % block];
    return to;
}

static bool features_compute(Features *f, const LamStudyMethod *method, LamVolume *fixed,
                             LamVolume *moving, const LamMat4 *affine, GError **error)
{
    g_auto(LamStudyRegistration) r = {0};
    if (!lam_study_method_register(method, fixed, moving, affine, &r, NULL, error))
        return false;
    LamNode *node = lam_session_unet(r.session)->features;
    f->shape = lam_node_shape(node);
    f->grid = r.snapshot->field->grid;
    f->value = unblocked(node);
    return true;
}

/* ---- comparing ---- */

typedef struct {
    double n, a, b, aa, bb, ab;
} Moments;

static Moments moments_of(const float *a, const float *b, const LamVolume *mask)
{
    Moments m = {0};
    for (size_t i = 0; i < lam_grid_voxels(&mask->grid); i++) {
        if (!(mask->data[i] > 0))
            continue;
        double x = (double)a[i], y = (double)b[i];
        m.n++;
        m.a += x;
        m.b += y;
        m.aa += x * x;
        m.bb += y * y;
        m.ab += x * y;
    }
    return m;
}

/* A channel that is the same everywhere has no correlation. */
static Channel compare_channel(int channel, const float *a, const float *b, const LamVolume *mask)
{
    Moments m = moments_of(a, b, mask);
    double aa = m.aa - m.a * m.a / m.n, bb = m.bb - m.b * m.b / m.n, ab = m.ab - m.a * m.b / m.n;
    double both = m.aa + m.bb;
    return (Channel){
        .channel = channel,
        .correlation = aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN,
        .rms = both > 0 ? sqrt(2 * fmax(both - 2 * m.ab, 0) / both) : NAN,
        .deviation = sqrt(fmax(aa + bb, 0) / (2 * m.n)),
    };
}

static int by_deviation(const void *a, const void *b)
{
    const Channel *x = *(Channel *const *)a, *y = *(Channel *const *)b;
    if (x->deviation != y->deviation)
        return x->deviation < y->deviation ? 1 : -1;
    return x->channel - y->channel;
}

static void choose_shown(Channel *channels, int n)
{
    g_autofree Channel **sorted = g_new(Channel *, n);
    for (int c = 0; c < n; c++)
        sorted[c] = &channels[c];
    qsort(sorted, (size_t)n, sizeof *sorted, by_deviation);
    for (int c = 0; c < MIN(n, SHOWN); c++)
        sorted[c]->shown = true;
}

static bool compare(Answer *answer, const LamVolume *fixed, GError **error)
{
    int n = answer->a.shape.c;
    size_t voxels = voxels_of(answer->a.shape);
    g_autoptr(LamVolume) mask = lam_resample(fixed, &answer->a.grid, NULL, LAM_NEAREST, 0, error);
    if (mask == NULL)
        return false;
    answer->channels = g_new(Channel, n);
    for (int c = 0; c < n; c++)
        answer->channels[c] = compare_channel(c, answer->a.value + (size_t)c * voxels,
                                              answer->b.value + (size_t)c * voxels, mask);
    choose_shown(answer->channels, n);
    return true;
}

static Answer *answer_new(LamModel *model, const LamStudyFeaturesOptions *o, const LamMat4 *affine,
                          GError **error)
{
    Answer *answer = g_new0(Answer, 1);
    answer->method = lam_study_method_new_network(model, o->lambda);
    if (features_compute(&answer->a, answer->method, o->fixed, o->a, affine, error) &&
        features_compute(&answer->b, answer->method, o->fixed, o->b, affine, error) &&
        compare(answer, o->fixed, error))
        return answer;
    answer_free(answer);
    return NULL;
}

/* ---- telling ---- */

static LamStudyTable *table_of(const GPtrArray *answers)
{
    static const char *const columns[] = {"model",          "lambda",    "channel", "correlation",
                                          "normalised_rms", "deviation", "shown",   NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (guint i = 0; i < answers->len; i++) {
        const Answer *answer = answers->pdata[i];
        for (int c = 0; c < answer->a.shape.c; c++) {
            const Channel *channel = &answer->channels[c];
            lam_study_table_add_text(table, answer->method->name);
            lam_study_table_add_number(table, answer->method->lambda, 3);
            lam_study_table_add_number(table, c, 0);
            lam_study_table_add_number(table, channel->correlation, 4);
            lam_study_table_add_number(table, channel->rms, 4);
            lam_study_table_add_number(table, channel->deviation, 6);
            lam_study_table_add_text(table, channel->shown ? "yes" : "no");
        }
    }
    return table;
}

/* What can be compared, sorted. Free with g_free. */
static double *sorted_values(const Answer *answer, bool correlation, int *n)
{
    double *values = g_new(double, answer->a.shape.c);
    *n = 0;
    for (int c = 0; c < answer->a.shape.c; c++) {
        double value = correlation ? answer->channels[c].correlation : answer->channels[c].rms;
        if (isfinite(value))
            values[(*n)++] = value;
    }
    qsort(values, (size_t)*n, sizeof *values, lam_order_doubles);
    return values;
}

static double median_of(const Answer *answer, bool correlation)
{
    int n;
    g_autofree double *values = sorted_values(answer, correlation, &n);
    return n > 0 ? 0.5 * (values[(n - 1) / 2] + values[n / 2]) : NAN;
}

static LamStudyTable *summary_of(const GPtrArray *answers)
{
    static const char *const columns[] = {"model", "channels", "correlation, median",
                                          "normalised RMS, median", NULL};
    LamStudyTable *table = lam_study_table_new(columns);
    for (guint i = 0; i < answers->len; i++) {
        const Answer *answer = answers->pdata[i];
        lam_study_table_add_text(table, answer->method->name);
        lam_study_table_add_number(table, answer->a.shape.c, 0);
        lam_study_table_add_number(table, median_of(answer, true), 3);
        lam_study_table_add_number(table, median_of(answer, false), 3);
    }
    return table;
}

/* A and B of the central slice beside each other, a gap between, outside of the brain left out. */
static void add_map(LamPlot *plot, const Answer *answer, const Channel *channel,
                    const LamStudyFeaturesOptions *o)
{
    LamShape s = answer->a.shape;
    const int gap = 2, nx = 2 * s.w + gap;
    size_t slice = ((size_t)channel->channel * (size_t)s.d + (size_t)s.d / 2) * (size_t)s.h;
    g_autofree double *values = g_new(double, (size_t)nx *(size_t)s.h);
    for (int j = 0; j < s.h; j++)
        for (int i = 0; i < nx; i++) {
            size_t row = (slice + (size_t)j) * (size_t)s.w;
            values[j * nx + i] = i < s.w ? (double)answer->a.value[row + (size_t)i]
                                 : i >= s.w + gap
                                     ? (double)answer->b.value[row + (size_t)(i - s.w - gap)]
                                     : NAN;
        }
    g_autofree char *title =
        g_strdup_printf("%s, channel %d", answer->method->name, channel->channel);
    LamPlotTick ticks[] = {{0.5 * s.w, o->name_a}, {1.5 * s.w + gap, o->name_b}};
    LamPlotAxis x = {.ticks = ticks, .n_ticks = 2};
    LamPlotMatrix matrix = {
        .values = values, .nx = nx, .ny = s.h, .x_from = 0, .x_to = nx, .y_from = 0, .y_to = s.h};
    lam_plot_set_matrix(lam_plot_add_panel(plot, title, &x, NULL), &matrix);
}

static void add_correlations(LamPlot *plot, const GPtrArray *answers)
{
    LamPlotAxis x = {.title = "share of channels below"}, y = {.title = "correlation"};
    LamPlotPanel *panel = lam_plot_add_panel(plot, "all channels, sorted", &x, &y);
    for (guint i = 0; i < answers->len; i++) {
        const Answer *answer = answers->pdata[i];
        int n;
        g_autofree double *values = sorted_values(answer, true, &n);
        g_autofree double *at = g_new(double, n + 1);
        for (int c = 0; c < n; c++)
            at[c] = (c + 0.5) / n;
        LamPlotSeries series = {.name = answer->method->name,
                                .x = at,
                                .y = values,
                                .n = n,
                                .style = LAM_PLOT_BOTH,
                                .colour = (int)i};
        if (n > 0)
            lam_plot_add_series(panel, &series);
    }
}

static LamPlot *plot_of(const GPtrArray *answers, const LamStudyFeaturesOptions *o)
{
    LamPlot *plot = lam_plot_new("Features of one anatomy in two contrasts");
    lam_plot_set_columns(plot, 4);
    for (guint i = 0; i < answers->len; i++) {
        const Answer *answer = answers->pdata[i];
        for (int c = 0; c < answer->a.shape.c; c++)
            if (answer->channels[c].shown)
                add_map(plot, answer, &answer->channels[c], o);
    }
    add_correlations(plot, answers);
    return plot;
}

static bool check(const LamStudyFeaturesOptions *o, GError **error)
{
    const char *why = o->models->len == 0                   ? "there is no model"
                      : !(o->lambda >= 0 && o->lambda <= 1) ? "λ must be between 0 and 1"
                                                            : NULL;
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot study features: %s", why);
    return why == NULL;
}

LamStudyResult *lam_study_features(const LamStudyFeaturesOptions *o, const LamProgress *progress,
                                   GError **error)
{
    LamAffine affine;
    LamProgress opening = lam_progress_part(progress, 0, 0.5);
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func(answer_free);
    if (!check(o, error) || !lam_affine_register(o->fixed, o->a, NULL, &opening, &affine, error))
        return NULL;
    for (guint i = 0; i < o->models->len; i++) {
        if (lam_progress_cancelled(progress, error))
            return NULL;
        lam_progress_report(progress, 0.5 + 0.5 * i / o->models->len, "features");
        Answer *answer = answer_new(o->models->pdata[i], o, &affine.matrix, error);
        if (answer == NULL)
            return NULL;
        g_ptr_array_add(answers, answer);
    }
    return lam_study_result_new(table_of(answers), summary_of(answers), plot_of(answers, o));
}
