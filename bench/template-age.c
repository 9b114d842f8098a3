/* template-age MODEL [CHANGES]: what a move of an attribute's slider costs in a template document, in parts, beside a
 * plain move of λ: medians in ms, and the ratio. Both sides are the template; the fixed one's first number goes
 * up and down its range. Picture and labels include what is packed for the GPU; the field, what the figures at
 * the foot need. */
#include <lambdascope/error.h>
#include <lambdascope/scene.h>
#include <lambdascope/template_curve.h>
#include <lambdascope/template_pair.h>
#include <lambdascope/threads.h>
#include <stdio.h>
#include <stdlib.h>

#define CHANGES 30

typedef enum { PICTURE, PACKED, FIELD, TICK, PARTS } Part;

static const char *const names[PARTS] = {"picture, labels and encoding's input",
                                         "packed for the GPU", "encoder, decoder, flow",
                                         "a move of λ alone"};

typedef struct {
    LamTemplatePair *pair;
    int along, changes;
    double *ms[PARTS];
} Bench;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, ascending);
    return values[n / 2];
}

static double since(gint64 *began)
{
    gint64 now = g_get_monotonic_time();
    double ms = 1e-3 * (double)(now - *began);
    *began = now;
    return ms;
}

static bool tick(LamSession *session, double lambda, GError **error)
{
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(session, lambda, false, error);
    g_autoptr(LamTexels) field =
        snapshot != NULL ? lam_texels_new_field(snapshot->field, snapshot->jacobian, error) : NULL;
    return field != NULL;
}

static bool pack(const LamTemplatePicture *picture, GError **error)
{
    g_autoptr(LamTexels) image = lam_texels_new_scan(picture->image, error);
    g_autoptr(LamTexels) labels = image != NULL && picture->labels != NULL
                                      ? lam_texels_new_labels(picture->labels, error)
                                      : NULL;
    return image != NULL && (picture->labels == NULL || labels != NULL);
}

static bool change(Bench *b, int i, GError **error)
{
    const LamTemplatePicture *shown = lam_template_pair_picture(b->pair, 0);
    const LamAttribute *a =
        &lam_model_template(lam_template_pair_model(b->pair, 0))->attribute[b->along];
    double values[LAM_TEMPLATE_MAX_ATTRIBUTES];
    for (int k = 0; k < LAM_TEMPLATE_MAX_ATTRIBUTES; k++)
        values[k] = shown->values[k];
    values[b->along] = a->low + (a->high - a->low) * (i * 7 % b->changes) / b->changes;
    gint64 began = g_get_monotonic_time();
    if (!lam_template_pair_set(b->pair, 0, values, error))
        return false;
    b->ms[PICTURE][i] = since(&began);
    if (!pack(lam_template_pair_picture(b->pair, 0), error))
        return false;
    b->ms[PACKED][i] = since(&began);
    if (!tick(lam_template_pair_session(b->pair), 0.3, error))
        return false;
    b->ms[FIELD][i] = since(&began);
    if (!tick(lam_template_pair_session(b->pair), i % 2 ? 0.2 : 0.4, error))
        return false;
    b->ms[TICK][i] = since(&began);
    return true;
}

static void report(Bench *b)
{
    double part[PARTS], all = 0;
    for (int i = 0; i < PARTS; i++) {
        part[i] = median(b->ms[i], b->changes);
        all += i != TICK ? part[i] : 0;
        printf("%-38s %7.1f ms\n", names[i], part[i]);
    }
    printf("%-38s %7.1f ms, %.2f times a move of λ\n", "a change of an attribute", all,
           all / part[TICK]);
}

static bool run(const char *path, int changes, GError **error)
{
    g_autoptr(LamModel) model = lam_model_load(path, error);
    Bench b = {.changes = changes};
    if (model == NULL)
        return false;
    LamTemplatePairOptions options = {.templates = {model, model}};
    b.pair = lam_template_pair_new(&options, NULL, error);
    b.along =
        b.pair != NULL ? lam_template_find_number(lam_model_template(model), NULL, error) : -1;
    for (int i = 0; i < PARTS; i++)
        b.ms[i] = g_new0(double, changes);
    bool ok = b.along >= 0;
    for (int i = 0; ok && i < changes; i++)
        ok = change(&b, i, error);
    if (ok)
        report(&b);
    for (int i = 0; i < PARTS; i++)
        g_free(b.ms[i]);
    lam_template_pair_free(b.pair);
    return ok;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int changes = argc > 2 ? atoi(argv[2]) : CHANGES;
    lam_threads_set(0);
    if (argc < 2 || changes < 1) {
        fputs("usage: template-age MODEL [CHANGES]\n", stderr);
        return 2;
    }
    if (!run(argv[1], changes, &error))
        fprintf(stderr, "template-age: %s\n", error->message);
    return error != NULL;
}
