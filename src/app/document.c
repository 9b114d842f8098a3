#include "document.h"

#include "scan-warnings.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/scan.h>
#include <lambdascope/phantom.h>
#include <lambdascope/threads.h>

struct _LamDocument {
    GObject parent;
    const LamDemo *demo; /* NULL: files */
    guint64 id;
    char *fixed_path, *moving_path, *fixed_name, *moving_name, *warning;
    LamTexels *fixed, *moving;
    LamVolume *fixed_volume, *moving_volume;
    LamMat4 affine;
    LamAffine fit;
    LamModel *model;
    LamSession *session;
    LamLabels *labels[LAM_SIDES];
    LamTexels *label_texels[LAM_SIDES];
    LamLabelNames *label_names;
};

G_DEFINE_FINAL_TYPE(LamDocument, lam_document, G_TYPE_OBJECT)

/* One opening: what is asked for. */
typedef struct {
    const LamDemo *demo;
    char *fixed_path, *moving_path, *model_name;
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

static bool take_maps(LamDocument *document, const LamDemoPair *pair, GError **error)
{
    if (!pair->fixed_labels)
        return true;
    document->label_names = lam_phantom_label_names();
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

static bool load_scans(const Opening *opening, const LamProgress *progress, LamDocument *document,
                       GError **error)
{
    if (opening->demo) {
        lam_progress_report(progress, 0, _("Making the demo pair"));
        return make_demo(opening->demo, document, error);
    }
    LamScanOptions options = lam_scan_defaults();
    options.cancellable = progress->cancellable;
    lam_progress_report(progress, 0, _("Reading the fixed scan"));
    document->fixed_volume = lam_scan_load_with(opening->fixed_path, &options, error);
    if (!document->fixed_volume || lam_progress_cancelled(progress, error))
        return false;
    lam_progress_report(progress, 0.5, _("Reading the moving scan"));
    document->moving_volume = lam_scan_load_with(opening->moving_path, &options, error);
    return document->moving_volume && !lam_progress_cancelled(progress, error);
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
                             .affine = lam_session_affine_fit(document->session)};
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

static LamDocument *open_document(const Opening *opening, const LamProgress *progress,
                                  GError **error)
{
    LamProgress reading = lam_progress_part(progress, 0, 0.15);
    LamProgress preparing = lam_progress_part(progress, 0.15, 1);
    g_autoptr(LamDocument) document = g_object_new(LAM_TYPE_DOCUMENT, NULL);
    if (!load_scans(opening, &reading, document, error))
        return NULL;
    LamVolume *fixed = document->fixed_volume, *moving = document->moving_volume;
    document->id = opening->id;
    document->fixed_path = g_strdup(opening->fixed_path);
    document->moving_path = g_strdup(opening->moving_path);
    name_scans(opening, document);
    document->model = find_model(opening, fixed, error);
    document->fixed = document->model ? lam_texels_new_scan(fixed, error) : NULL;
    document->moving = document->fixed ? lam_texels_new_scan(moving, error) : NULL;
    if (!document->moving)
        return NULL;
    document->session =
        lam_session_new(document->model, fixed, moving, NULL, opening->id, &preparing, error);
    if (!document->session)
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

static void lam_document_finalize(GObject *object)
{
    LamDocument *document = LAM_DOCUMENT(object);
    char *strings[] = {document->fixed_path, document->moving_path, document->fixed_name,
                       document->moving_name, document->warning};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    lam_texels_unref(document->fixed);
    lam_texels_unref(document->moving);
    lam_volume_unref(document->fixed_volume);
    lam_volume_unref(document->moving_volume);
    lam_session_free(document->session);
    for (int side = 0; side < LAM_SIDES; side++)
        lam_document_set_labels(document, (LamSide)side, NULL, NULL);
    lam_label_names_free(document->label_names);
    if (document->model)
        lam_model_unref(document->model);
    G_OBJECT_CLASS(lam_document_parent_class)->finalize(object);
}

static void lam_document_class_init(LamDocumentClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = lam_document_finalize;
}

static void lam_document_init(LamDocument *document)
{
}

guint64 lam_document_id(const LamDocument *document)
{
    return document->id;
}

LamTexels *lam_document_fixed(const LamDocument *document)
{
    return document->fixed;
}

LamTexels *lam_document_moving(const LamDocument *document)
{
    return document->moving;
}

LamVolume *lam_document_fixed_volume(const LamDocument *document)
{
    return document->fixed_volume;
}

LamVolume *lam_document_moving_volume(const LamDocument *document)
{
    return document->moving_volume;
}

const LamMat4 *lam_document_affine(const LamDocument *document)
{
    return &document->affine;
}

const LamAffine *lam_document_affine_fit(const LamDocument *document)
{
    return &document->fit;
}

LamModel *lam_document_model(const LamDocument *document)
{
    return document->model;
}

const LamDemo *lam_document_demo(const LamDocument *document)
{
    return document->demo;
}

const char *lam_document_fixed_path(const LamDocument *document)
{
    return document->fixed_path;
}

const char *lam_document_moving_path(const LamDocument *document)
{
    return document->moving_path;
}

const char *lam_document_fixed_name(const LamDocument *document)
{
    return document->fixed_name;
}

const char *lam_document_moving_name(const LamDocument *document)
{
    return document->moving_name;
}

const char *lam_document_warning(const LamDocument *document)
{
    return document->warning;
}

LamLabels *lam_document_labels(const LamDocument *document, LamSide side)
{
    return document->labels[side];
}

LamTexels *lam_document_label_texels(const LamDocument *document, LamSide side)
{
    return document->label_texels[side];
}

void lam_document_set_labels(LamDocument *document, LamSide side, LamLabels *labels,
                             LamTexels *texels)
{
    if (labels)
        lam_labels_ref(labels);
    if (texels)
        lam_texels_ref(texels);
    lam_labels_unref(document->labels[side]);
    lam_texels_unref(document->label_texels[side]);
    document->labels[side] = labels;
    document->label_texels[side] = texels;
}

void lam_document_keep_labels(LamDocument *document, const LamDocument *earlier)
{
    const char *now[] = {document->fixed_path, document->moving_path};
    const char *then[] = {earlier->fixed_path, earlier->moving_path};
    for (int i = 0; i < LAM_SIDES; i++)
        for (int k = 0; k < LAM_SIDES; k++)
            if (now[i] && g_strcmp0(now[i], then[k]) == 0 && !document->labels[i])
                lam_document_set_labels(document, (LamSide)i, earlier->labels[k],
                                        earlier->label_texels[k]);
}

const LamLabelNames *lam_document_label_names(const LamDocument *document)
{
    return document->label_names;
}

LamSession *lam_document_steal_session(LamDocument *document)
{
    return g_steal_pointer(&document->session);
}
