#include <lambdascope/template_people.h>

#include "source.h"
#include "subjects.h"
#include "template-centre.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <lambdascope/template_pair.h>
#include <math.h>
#include <string.h>

typedef struct {
    LamModel *model;
    const LamTemplatePeopleOptions *options;
    const LamTemplateConfig *config;
    LamTemplatePeople *people;
    char **labels; /* paths; NULL: none */
} Work;

void lam_template_people_free(LamTemplatePeople *people)
{
    if (people == NULL)
        return;
    for (int i = 0; i < people->n; i++) {
        g_free(people->person[i].scan);
        g_free(people->person[i].person);
        g_free(people->person[i].ml);
    }
    for (int k = 0; k < LAM_PEOPLE_MEANS; k++) {
        g_clear_pointer(&people->displacement[k], lam_volume_unref);
        g_clear_pointer(&people->aligned[k], lam_volume_unref);
        g_clear_pointer(&people->registered[k], lam_volume_unref);
        g_clear_pointer(&people->picture[k], lam_volume_unref);
    }
    g_free(people->person);
    g_free(people);
}

static bool wrong(GError **error, const char *about, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot measure people: %s: %s", about, why);
    return false;
}

/* ---- who they are ---- */

static void take_people(Work *w, char **scans, char **names, const double *values,
                        const double *weights)
{
    LamTemplatePeople *people = w->people;
    people->n = (int)g_strv_length(scans);
    people->structures = w->config->n_structures;
    people->person = g_new0(LamTemplatePerson, people->n);
    for (int i = 0; i < people->n; i++) {
        LamTemplatePerson *p = &people->person[i];
        p->scan = g_strdup(scans[i]);
        p->person = names[i] != NULL ? g_strdup(names[i]) : g_path_get_basename(scans[i]);
        p->weight = weights[i];
        memcpy(p->values, values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES, sizeof p->values);
    }
}

static bool find_labels(Work *w, int n, GError **error)
{
    const LamTemplatePeopleOptions *o = w->options;
    if (o->labels == NULL)
        return true;
    if (w->config->n_structures == 0)
        return wrong(error, o->labels, "the template was learned without structures");
    w->labels = lam_source_glob(o->folder, o->labels, 1, "label maps", error);
    return w->labels != NULL &&
           ((int)g_strv_length(w->labels) == n ||
            wrong(error, o->labels, "there must be one label map for each scan"));
}

static bool find_people(Work *w, GError **error)
{
    const LamTemplatePeopleOptions *o = w->options;
    g_auto(GStrv) scans = lam_source_glob(o->folder, o->scans, 2, "scans", error);
    if (scans == NULL)
        return false;
    int n = (int)g_strv_length(scans);
    g_autofree double *values = g_new0(double, (size_t)n *LAM_TEMPLATE_MAX_ATTRIBUTES);
    g_autofree double *weights = g_new0(double, n);
    g_auto(GStrv) names = g_new0(char *, n + 1);
    bool ok = lam_subjects_load("measure people", w->config, o->folder, o->subjects, scans, n,
                                values, names, weights, error) &&
              find_labels(w, n, error);
    if (ok)
        take_people(w, scans, names, values, weights);
    return ok;
}

/* ---- volumes ---- */

static int structure_of(const Work *w, int value)
{
    const LamLabelTable *table = w->options->structures;
    const LamLabel *label = table != NULL ? lam_label_table_find(table, value) : NULL;
    if (table != NULL)
        value = label != NULL ? label->structure : 0;
    for (int k = 1; k < w->config->n_structures; k++)
        if (w->config->structure[k].value == value)
            return k;
    return 0;
}

/* ml of each structure in the map, in its own space. */
static void add_volumes(const Work *w, const LamVolume *map, double *ml)
{
    double voxel_ml = 1e-3 * fabs(lam_mat4_det3(&map->grid.to_world));
    int last = 0, structure = structure_of(w, 0);
    for (size_t i = 0; i < lam_grid_voxels(&map->grid); i++) {
        int value = lam_label_of(map->data[i]);
        if (value != last)
            structure = structure_of(w, last = value);
        ml[structure] += voxel_ml;
    }
}

static bool measure_volumes(const Work *w, int i, GError **error)
{
    LamTemplatePerson *p = &w->people->person[i];
    if (w->labels == NULL)
        return true;
    g_autoptr(LamVolume) map = lam_scan_load(w->labels[i], 0, error);
    if (map == NULL)
        return false;
    p->ml = g_new0(double, w->config->n_structures);
    add_volumes(w, map, p->ml);
    double known = 0;
    for (int k = 1; k < w->config->n_structures; k++) {
        p->ml[k] /= p->head;
        known += p->ml[k];
    }
    p->ml[0] = NAN; /* none of them has no volume: it ends where the scan does */
    return known > 0 || wrong(error, w->labels[i], "none of the template's structures is in it");
}

/* ---- means ---- */

static bool make_means(LamTemplatePeople *people, const LamGrid *grid, GError **error)
{
    for (int k = 0; k < LAM_PEOPLE_MEANS; k++) {
        LamVolume **means[] = {&people->displacement[k], &people->aligned[k],
                               &people->registered[k], &people->picture[k]};
        for (size_t i = 0; i < G_N_ELEMENTS(means); i++)
            if ((*means[i] = lam_volume_new(grid, i == 0 ? 3 : 1, error)) == NULL)
                return false;
    }
    return true;
}

static double share_of(const LamTemplatePeople *people, int i, int mean)
{
    return mean == LAM_PEOPLE_EVEN ? people->person[i].weight : 1.0 / people->n;
}

/* Into both means of a kind. */
static void add_person(const LamTemplatePeople *people, LamVolume *const *means, int i,
                       const LamVolume *x)
{
    size_t n = lam_grid_voxels(&x->grid) * (size_t)x->channels;
    for (int k = 0; k < LAM_PEOPLE_MEANS; k++) {
        float share = (float)share_of(people, i, k);
        for (size_t v = 0; v < n; v++)
            means[k]->data[v] += share * x->data[v];
    }
}

/* ---- one of them ---- */

static LamTemplatePair *pair_with(const Work *w, int i, const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) scan = lam_scan_load(w->people->person[i].scan, 0, error);
    LamTemplatePairOptions options = {.templates = {w->model, NULL},
                                      .values = {w->people->person[i].values, NULL},
                                      .scans = {NULL, scan}};
    return scan != NULL ? lam_template_pair_new(&options, progress, error) : NULL;
}

/* The scan on the template's grid, with and without the deformation. */
static bool add_scan(const Work *w, int i, LamVolume *scan, const LamMat4 *affine,
                     const LamVolume *d, GError **error)
{
    const LamGrid *grid = &d->grid;
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, lam_grid_spacing_mm(grid).v[0], error);
    g_autoptr(LamVolume) whole = lam_field_compose_affine(d, affine, grid, error);
    if (prepared == NULL || whole == NULL)
        return false;
    g_autoptr(LamVolume) aligned = lam_resample(prepared, grid, affine, LAM_LINEAR, 0, error);
    g_autoptr(LamVolume) registered =
        aligned != NULL ? lam_resample_field(prepared, grid, whole, LAM_LINEAR, 0, error) : NULL;
    if (registered == NULL)
        return false;
    add_person(w->people, w->people->aligned, i, aligned);
    add_person(w->people, w->people->registered, i, registered);
    return true;
}

static bool measure_person(Work *w, int i, const LamProgress *progress, GError **error)
{
    LamTemplatePeople *people = w->people;
    LamTemplatePerson *person = &people->person[i];
    g_autoptr(LamTemplatePair) pair = pair_with(w, i, progress, error);
    if (pair == NULL)
        return false;
    LamSession *session = lam_template_pair_session(pair);
    LamVolume *picture = lam_template_pair_picture(pair, LAM_TEMPLATE_PAIR_FIXED)->image;
    g_autoptr(LamSnapshot) snapshot =
        lam_session_set_lambda(session, w->options->lambda, false, error);
    if (snapshot == NULL ||
        (people->picture[0] == NULL && !make_means(people, &picture->grid, error)))
        return false;
    g_autoptr(LamVolume) d = lam_resample_clamped(snapshot->field, &picture->grid, error);
    if (d == NULL)
        return false;
    person->head = fabs(lam_mat4_det3(&snapshot->affine));
    person->mean_mm = lam_template_mean_length_mm(d, picture);
    add_person(people, people->displacement, i, d);
    add_person(people, people->picture, i, picture);
    return add_scan(w, i, lam_session_moving(session), &snapshot->affine, d, error) &&
           measure_volumes(w, i, error);
}

static bool measure_centre(LamTemplatePeople *people, int mean, GError **error)
{
    const LamVolume *d = people->displacement[mean], *picture = people->picture[LAM_PEOPLE_ALIKE];
    g_autoptr(LamVolume) shape = lam_template_without_affine(d, picture, error);
    return shape != NULL && lam_template_centre(d, picture, &people->centre[mean], error) &&
           lam_template_centre(shape, picture, &people->shape[mean], error);
}

static bool measure(Work *w, const LamProgress *progress, GError **error)
{
    for (int i = 0; i < w->people->n; i++) {
        LamProgress part =
            lam_progress_part(progress, (double)i / w->people->n, (i + 1.0) / w->people->n);
        if (lam_progress_cancelled(progress, error) || !measure_person(w, i, &part, error))
            return false;
    }
    for (int k = 0; k < LAM_PEOPLE_MEANS; k++)
        if (!measure_centre(w->people, k, error))
            return false;
    return true;
}

LamTemplatePeople *lam_template_people_measure(LamModel *model,
                                               const LamTemplatePeopleOptions *options,
                                               const LamProgress *progress, GError **error)
{
    g_autoptr(LamTemplatePeople) people = g_new0(LamTemplatePeople, 1);
    Work w = {
        .model = model, .options = options, .config = lam_model_template(model), .people = people};
    if (w.config == NULL) {
        wrong(error, lam_model_path(model) != NULL ? lam_model_path(model) : "the model",
              "it has no template");
        return NULL;
    }
    bool ok = find_people(&w, error) && measure(&w, progress, error);
    g_strfreev(w.labels);
    return ok ? g_steal_pointer(&people) : NULL;
}
