/* Opening a pair: scans or templates, the model, alignment. On a thread of its own. */
#include "document-private.h"

#include "scan-warnings.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/scan.h>
#include <lambdascope/template_curve.h>
#include <lambdascope/threads.h>

/* One opening: what is asked for. */
typedef struct {
    const LamDemo *demo;
    char *fixed_path, *moving_path, *model_name;
    double *values[LAM_SIDES];
    char *attributes[LAM_SIDES];
    bool insist_on_model;
    LamModel *model;
    guint64 id;
    LamTaskProgress *progress;
} Opening;

static void opening_free(gpointer data)
{
    Opening *opening = data;
    g_free(opening->fixed_path);
    g_free(opening->moving_path);
    g_free(opening->model_name);
    for (int side = 0; side < LAM_SIDES; side++) {
        g_free(opening->values[side]);
        g_free(opening->attributes[side]);
    }
    lam_task_progress_free(opening->progress);
    if (opening->model)
        lam_model_unref(opening->model);
    g_free(opening);
}

static bool take_map(LamDocument *document, LamSide side, LamVolume *map, GError **error)
{
    g_autoptr(LamLabels) labels = lam_labels_new(map, NULL, error);
    g_autoptr(LamTexels) texels = labels ? lam_texels_new_labels(labels, error) : NULL;
    if (texels)
        lam_document_set_labels(document, side, labels, texels);
    return texels != NULL;
}

static bool take_maps(LamDocument *document, LamDemoPair *pair, GError **error)
{
    if (!pair->fixed_labels)
        return true;
    document->label_names = g_steal_pointer(&pair->names);
    return take_map(document, LAM_SIDE_FIXED, pair->fixed_labels, error) &&
           take_map(document, LAM_SIDE_MOVING, pair->moving_labels, error);
}

static bool make_demo(const LamDemo *demo, LamDocument *document, GError **error)
{
    g_auto(LamDemoPair) pair = {0};
    if (!demo->make(&pair, error))
        return false;
    document->fixed_volume = lam_volume_ref(pair.fixed);
    document->moving_volume = lam_volume_ref(pair.moving);
    return take_maps(document, &pair, error);
}

/* A model is loaded once, also where both sides are its template. */
static bool load_template(const Opening *opening, LamSide side, const char *path,
                          LamDocument *document, GError **error)
{
    LamModel *known[] = {document->templates[LAM_SIDE_FIXED], opening->model};
    for (size_t i = 0; i < G_N_ELEMENTS(known) && !document->templates[side]; i++)
        if (known[i] && g_strcmp0(lam_model_path(known[i]), path) == 0)
            document->templates[side] = lam_model_ref(known[i]);
    if (!document->templates[side])
        document->templates[side] = lam_model_load(path, error);
    return document->templates[side] != NULL;
}

static bool load_side(const Opening *opening, LamSide side, const LamProgress *progress,
                      LamDocument *document, GError **error)
{
    const char *path = side == LAM_SIDE_FIXED ? opening->fixed_path : opening->moving_path;
    if (lam_template_is_path(path))
        return load_template(opening, side, path, document, error) &&
               !lam_progress_cancelled(progress, error);
    LamScanOptions options = lam_scan_defaults();
    options.cancellable = progress->cancellable;
    LamVolume *scan = lam_scan_load_with(path, &options, error);
    *(side == LAM_SIDE_FIXED ? &document->fixed_volume : &document->moving_volume) = scan;
    return scan && !lam_progress_cancelled(progress, error);
}

/* Both sides at the demo's attributes. */
static bool load_demo_templates(const Opening *opening, LamDocument *document, GError **error)
{
    g_autofree char *path = lam_model_find(opening->demo->model, error);
    return path && load_template(opening, LAM_SIDE_FIXED, path, document, error) &&
           load_template(opening, LAM_SIDE_MOVING, path, document, error);
}

static bool load_scans(const Opening *opening, const LamProgress *progress, LamDocument *document,
                       GError **error)
{
    if (opening->demo) {
        lam_progress_report(progress, 0, _("Making the demo pair"));
        if (opening->demo->of_template)
            return load_demo_templates(opening, document, error);
        return make_demo(opening->demo, document, error);
    }
    lam_progress_report(progress, 0, _("Reading the fixed scan"));
    if (!load_side(opening, LAM_SIDE_FIXED, progress, document, error))
        return false;
    lam_progress_report(progress, 0.5, _("Reading the moving scan"));
    return load_side(opening, LAM_SIDE_MOVING, progress, document, error);
}

/* Loads only what is not loaded yet. */
static LamModel *load_model(const Opening *opening, const char *name, const LamVolume *scan,
                            GError **error)
{
    g_autofree char *path = lam_model_find_for(name, scan, error);
    if (path && opening->model && !g_strcmp0(path, lam_model_path(opening->model)))
        return lam_model_ref(opening->model);
    return path ? lam_model_load(path, error) : NULL;
}

/* Of a template, its own unless another was asked for. */
static LamModel *find_for_templates(const Opening *opening, const LamDocument *document,
                                    GError **error)
{
    LamModel *own = document->templates[LAM_SIDE_FIXED] ? document->templates[LAM_SIDE_FIXED]
                                                        : document->templates[LAM_SIDE_MOVING];
    g_autofree char *path = opening->insist_on_model && opening->model_name
                                ? lam_model_find(opening->model_name, error)
                                : g_strdup(lam_model_path(own));
    if (!path || g_strcmp0(path, lam_model_path(own)) == 0)
        return path ? lam_model_ref(own) : NULL;
    return lam_model_load(path, error);
}

static LamModel *find_model(const Opening *opening, const LamVolume *scan, GError **error)
{
    bool demos = opening->demo && opening->demo->model && !opening->insist_on_model;
    const char *name = demos ? opening->demo->model : opening->model_name;
    g_autoptr(LamModel) model = load_model(opening, name, scan, error);
    if (model && !opening->insist_on_model && !lam_model_check_pair(model, scan, scan, NULL))
        return load_model(opening, NULL, scan, error);
    return g_steal_pointer(&model);
}

static char *find_warnings(const LamDocument *document)
{
    LamScanWarnings about = {.fixed = document->fixed_volume,
                             .moving = document->moving_volume,
                             .fixed_name = document->fixed_name,
                             .moving_name = document->moving_name,
                             .model = document->model,
                             .affine = lam_session_affine_fit(document->session),
                             .not_t1 = document->not_t1};
    return lam_scan_warnings(&about);
}

static void name_scans(const Opening *opening, LamDocument *document)
{
    const LamDemo *demo = opening->demo;
    document->demo = demo;
    document->fixed_name =
        demo ? g_strdup(_(demo->fixed_name)) : g_path_get_basename(opening->fixed_path);
    document->moving_name =
        demo ? g_strdup(_(demo->moving_name)) : g_path_get_basename(opening->moving_path);
}

/* Names of all structures of the templates. */
static void name_structures(LamDocument *document)
{
    for (int side = 0; side < LAM_SIDES; side++) {
        const LamTemplateConfig *config =
            document->templates[side] ? lam_model_template(document->templates[side]) : NULL;
        if (config && !document->label_names)
            document->label_names = lam_label_names_new();
        for (int k = 1; config && k < config->n_structures; k++)
            lam_label_names_add(document->label_names, config->structure[k].value,
                                config->structure[k].name);
    }
}

static void find_values(const Opening *opening, const LamDocument *document, LamSide side,
                        double *values)
{
    const LamDemo *demo = opening->demo;
    LamModel *model = document->templates[side];
    const LamTemplateConfig *config = model ? lam_model_template(model) : NULL;
    int number = config ? lam_template_find_number(config, NULL, NULL) : -1;
    if (config)
        lam_template_values_at(config, 0.5, values);
    if (number >= 0)
        values[number] = side == LAM_SIDE_FIXED ? demo->old : demo->young;
}

/* What each side begins with; NULL: where the pair does. */
static const double *values_of(const Opening *opening, const LamDocument *document, LamSide side,
                               double *space, GError **error)
{
    LamModel *model = document->templates[side];
    if (model && opening->attributes[side]) {
        lam_template_values_at(lam_model_template(model), 0.5, space);
        return lam_template_parse(lam_model_template(model), opening->attributes[side], space,
                                  error)
                   ? space
                   : NULL;
    }
    if (opening->values[side] || !opening->demo)
        return opening->values[side];
    find_values(opening, document, side, space);
    return space;
}

static bool take_views(LamDocument *document, const LamTemplatePair *pair, GError **error)
{
    for (int side = 0; side < LAM_SIDES; side++) {
        LamTemplatePicture *picture = lam_template_pair_picture(pair, side);
        g_autoptr(LamTemplateView) view = picture ? lam_template_view_new(picture, error) : NULL;
        if (picture && !view)
            return false;
        if (view)
            lam_document_show_template(document, (LamSide)side, view);
    }
    return true;
}

/* Pictures and session of a pair with templates. */
static bool open_templates(const Opening *opening, LamDocument *document,
                           const LamProgress *progress, GError **error)
{
    double space[LAM_SIDES][LAM_TEMPLATE_MAX_ATTRIBUTES] = {0};
    document->model = find_for_templates(opening, document, error);
    if (!document->model)
        return false;
    LamTemplatePairOptions options = {
        .templates = {document->templates[LAM_SIDE_FIXED], document->templates[LAM_SIDE_MOVING]},
        .scans = {document->fixed_volume, document->moving_volume},
        .model = document->model,
        .document = opening->id};
    GError *wrong = NULL;
    for (int side = 0; side < LAM_SIDES && !wrong; side++)
        options.values[side] = values_of(opening, document, (LamSide)side, space[side], &wrong);
    if (wrong) {
        g_propagate_error(error, wrong);
        return false;
    }
    g_autoptr(LamTemplatePair) pair = lam_template_pair_new(&options, progress, error);
    if (!pair || !take_views(document, pair, error))
        return false;
    name_structures(document);
    document->session = lam_template_pair_steal_session(pair);
    document->template_work = lam_template_work_new(g_steal_pointer(&pair), document->views);
    return true;
}

static LamSession *open_session(const Opening *opening, const LamDocument *document,
                                LamModel *model, const LamAffine *fit, const LamProgress *progress,
                                GError **error)
{
    const LamSessionOptions options = {.model = model,
                                       .fixed = document->fixed_volume,
                                       .moving = document->moving_volume,
                                       .fit = fit,
                                       .document = opening->id};
    return lam_session_open(&options, progress, error);
}

static bool is_open_to_choice(const Opening *opening, const LamDocument *document)
{
    return !opening->model_name && !opening->demo && lam_model_expects_brain(document->model);
}

/* Where nobody has chosen the model, and the fixed scan shows that the default is not for it. */
static void take_model_for_weighting(const Opening *opening, LamDocument *document,
                                     const LamProgress *progress)
{
    g_autofree char *path = lam_model_find_for_weighting(document->fixed_volume, progress);
    LamModel *better = path ? load_model(opening, path, document->fixed_volume, NULL) : NULL;
    if (!better)
        return;
    lam_model_unref(document->model);
    document->model = better;
    document->not_t1 = true;
}

/* Where nobody has chosen the model, and the alignment has told that the default is not for these scans. */
static void take_better_model(const Opening *opening, LamDocument *document)
{
    const LamAffine *fit = lam_session_affine_fit(document->session);
    g_autofree char *path = lam_model_find_for_contrasts(document->fixed_volume, fit);
    if (!path || g_strcmp0(path, lam_model_path(document->model)) == 0)
        return;
    g_autoptr(LamModel) better = load_model(opening, path, document->fixed_volume, NULL);
    LamSession *session = better ? open_session(opening, document, better, fit, NULL, NULL) : NULL;
    if (!session)
        return;
    lam_session_free(document->session);
    lam_model_unref(document->model);
    document->session = session;
    document->model = g_steal_pointer(&better);
}

static bool open_scans(const Opening *opening, LamDocument *document, const LamProgress *progress,
                       GError **error)
{
    LamProgress choosing = lam_progress_part(progress, 0, 0.2);
    LamProgress aligning = lam_progress_part(progress, 0.2, 1);
    document->model = find_model(opening, document->fixed_volume, error);
    if (document->model && is_open_to_choice(opening, document))
        take_model_for_weighting(opening, document, &choosing);
    if (document->model)
        document->session =
            open_session(opening, document, document->model, NULL, &aligning, error);
    if (document->session && is_open_to_choice(opening, document))
        take_better_model(opening, document);
    return document->session != NULL;
}

/* Of scans; those of templates are there. */
static bool pack_scans(LamDocument *document, GError **error)
{
    if (!document->fixed)
        document->fixed = lam_texels_new_scan(document->fixed_volume, error);
    if (document->fixed && !document->moving)
        document->moving = lam_texels_new_scan(document->moving_volume, error);
    return document->moving != NULL;
}

static LamDocument *open_document(const Opening *opening, const LamProgress *progress,
                                  GError **error)
{
    LamProgress reading = lam_progress_part(progress, 0, 0.15);
    LamProgress preparing = lam_progress_part(progress, 0.15, 1);
    g_autoptr(LamDocument) document = g_object_new(LAM_TYPE_DOCUMENT, NULL);
    if (!load_scans(opening, &reading, document, error))
        return NULL;
    document->id = opening->id;
    document->fixed_path = g_strdup(opening->fixed_path);
    document->moving_path = g_strdup(opening->moving_path);
    name_scans(opening, document);
    bool templates = document->templates[LAM_SIDE_FIXED] || document->templates[LAM_SIDE_MOVING];
    if (!(templates ? open_templates : open_scans)(opening, document, &preparing, error) ||
        !pack_scans(document, error))
        return NULL;
    document->affine = *lam_session_affine(document->session);
    document->fit = *lam_session_affine_fit(document->session);
    document->warning = find_warnings(document);
    return g_steal_pointer(&document);
}

static void open_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    const Opening *opening = data;
    LamProgress progress = lam_task_progress_of(opening->progress, task);
    lam_threads_set(0);
    LamDocument *document = open_document(opening, &progress, &error);
    if (document)
        g_task_return_pointer(task, document, g_object_unref);
    else
        g_task_return_error(task, error);
}

void lam_document_open_async(const LamDocumentSource *source, GCancellable *cancellable,
                             LamTaskProgressFunc progress, gpointer progress_user,
                             GAsyncReadyCallback callback, gpointer user)
{
    Opening *opening = g_new0(Opening, 1);
    opening->demo = source->demo;
    opening->fixed_path = g_strdup(source->fixed_path);
    opening->moving_path = g_strdup(source->moving_path);
    opening->model_name = g_strdup(source->model_name);
    for (int side = 0; side < LAM_SIDES; side++) {
        opening->attributes[side] = g_strdup(source->attributes[side]);
        if (source->values[side])
            opening->values[side] =
                g_memdup2(source->values[side], LAM_TEMPLATE_MAX_ATTRIBUTES * sizeof(double));
    }
    opening->model = source->model ? lam_model_ref(source->model) : NULL;
    opening->insist_on_model = source->insist_on_model;
    opening->id = source->id;
    opening->progress = lam_task_progress_new(progress, progress_user);
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    g_task_set_task_data(task, opening, opening_free);
    g_task_run_in_thread(task, open_thread);
}

LamDocument *lam_document_open_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
