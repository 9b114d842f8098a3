#include "qc-loader.h"

#include <lambdascope/threads.h>

/* One result's. */
typedef struct {
    int i;
    GPtrArray *views; /* LamQcView; NULL: see error */
    char *error;
} Entry;

struct LamQcLoader {
    Entry entries[2]; /* of the result that is looked at and of the next; i = -1: empty */
    LamResult *wanted[2];
    int first; /* number of wanted[0] */
    GCancellable *loading;
    int loading_i;
    LamQcLoaded loaded;
    gpointer user;
    bool closed;
};

typedef struct {
    LamResult *result;
    int i;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    lam_result_free(job->result);
    g_free(job);
}

static void view_free(gpointer data)
{
    LamQcView *view = data;
    g_free(view->name);
    g_free(view->title);
    g_object_unref(view->texture);
    g_free(view);
}

static void entry_clear(Entry *entry)
{
    g_clear_pointer(&entry->views, g_ptr_array_unref);
    g_clear_pointer(&entry->error, g_free);
    entry->i = -1;
}

/* ---- on the other thread ---- */

static GPtrArray *decode(GPtrArray *pictures, GError **error)
{
    g_autoptr(GPtrArray) views = g_ptr_array_new_with_free_func(view_free);
    for (guint i = 0; i < pictures->len; i++) {
        const LamResultPicture *picture = pictures->pdata[i];
        GdkTexture *texture = gdk_texture_new_from_bytes(picture->png, error);
        if (!texture)
            return NULL;
        LamQcView *view = g_new(LamQcView, 1);
        *view = (LamQcView){g_strdup(picture->name), g_strdup(picture->title), texture};
        g_ptr_array_add(views, view);
    }
    return g_steal_pointer(&views);
}

static void load_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    GError *error = NULL;
    LamProgress progress = {.cancellable = cancellable};
    lam_threads_set(0);
    g_autoptr(GPtrArray) pictures = lam_result_pictures(job->result, &progress, &error);
    GPtrArray *views = pictures ? decode(pictures, &error) : NULL;
    if (views)
        g_task_return_pointer(task, views, (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_return_error(task, error);
}

/* ---- what is next ---- */

static Entry *entry_of(LamQcLoader *loader, int i)
{
    for (int k = 0; k < 2; k++)
        if (loader->entries[k].i == i)
            return &loader->entries[k];
    return NULL;
}

static void have_loaded(GObject *source, GAsyncResult *result, gpointer user);

static void load_next(LamQcLoader *loader)
{
    for (int k = 0; k < 2 && !loader->loading; k++) {
        if (!loader->wanted[k] || entry_of(loader, loader->first + k))
            continue;
        Job *job = g_new(Job, 1);
        *job = (Job){lam_result_copy(loader->wanted[k]), loader->first + k};
        loader->loading = g_cancellable_new();
        loader->loading_i = job->i;
        g_autoptr(GTask) task = g_task_new(NULL, loader->loading, have_loaded, loader);
        g_task_set_task_data(task, job, job_free);
        g_task_run_in_thread(task, load_thread);
    }
}

static bool is_wanted(const LamQcLoader *loader, int i)
{
    int k = i - loader->first;
    return k >= 0 && k < 2 && loader->wanted[k];
}

static void have_loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    LamQcLoader *loader = user;
    g_autoptr(GError) error = NULL;
    const Job *job = g_task_get_task_data(G_TASK(result));
    g_autoptr(GPtrArray) views = g_task_propagate_pointer(G_TASK(result), &error);
    int i = job->i;
    g_clear_object(&loader->loading);
    if (loader->closed) {
        g_free(loader);
        return;
    }
    Entry *free_entry = entry_of(loader, -1);
    if (is_wanted(loader, i) && free_entry &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        *free_entry = (Entry){i, g_steal_pointer(&views), error ? g_strdup(error->message) : NULL};
        if (i == loader->first)
            loader->loaded(i, loader->user);
    }
    load_next(loader);
}

/* ---- the loader ---- */

LamQcLoader *lam_qc_loader_new(LamQcLoaded loaded, gpointer user)
{
    LamQcLoader *loader = g_new0(LamQcLoader, 1);
    loader->entries[0].i = loader->entries[1].i = -1;
    loader->loaded = loaded;
    loader->user = user;
    return loader;
}

static void forget_wanted(LamQcLoader *loader)
{
    for (int k = 0; k < 2; k++)
        g_clear_pointer(&loader->wanted[k], lam_result_free);
}

void lam_qc_loader_free(LamQcLoader *loader)
{
    forget_wanted(loader);
    for (int k = 0; k < 2; k++)
        entry_clear(&loader->entries[k]);
    loader->closed = true;
    if (loader->loading)
        g_cancellable_cancel(loader->loading); /* have_loaded frees */
    else
        g_free(loader);
}

void lam_qc_loader_want(LamQcLoader *loader, int i, const LamResult *result, const LamResult *next)
{
    forget_wanted(loader);
    loader->first = i;
    loader->wanted[0] = lam_result_copy(result);
    loader->wanted[1] = next ? lam_result_copy(next) : NULL;
    for (int k = 0; k < 2; k++)
        if (!is_wanted(loader, loader->entries[k].i))
            entry_clear(&loader->entries[k]);
    if (loader->loading && !is_wanted(loader, loader->loading_i))
        g_cancellable_cancel(loader->loading);
    load_next(loader);
}

GPtrArray *lam_qc_loader_views(LamQcLoader *loader, int i, const char **error)
{
    Entry *entry = entry_of(loader, i);
    *error = entry ? entry->error : NULL;
    return entry ? entry->views : NULL;
}
