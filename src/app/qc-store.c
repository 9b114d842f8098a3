#include "qc-store.h"

struct LamQcStore {
    LamResultList *list; /* of the thread that changes it; of this one while there is none */
    GPtrArray *shown;    /* LamResult: as it was after the last change */
    GQueue changes;      /* Change: still to be made; the first is being made */
    LamQcChanged changed;
    gpointer user;
    bool closed;
};

typedef struct {
    LamResultList *list;
    int i; /* of an undo: told by the list */
    bool undo;
    LamRating rating;
    char *notes;
} Change;

static void change_free(gpointer data)
{
    Change *change = data;
    g_free(change->notes);
    g_free(change);
}

static void destroy(LamQcStore *store)
{
    lam_result_list_free(store->list);
    g_ptr_array_unref(store->shown);
    g_free(store);
}

/* ---- one after the other ---- */

static void make_change(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Change *change = data;
    GError *error = NULL;
    bool ok = change->undo ? lam_result_list_undo(change->list, &change->i, &error)
                           : lam_result_list_rate(change->list, change->i, change->rating,
                                                  change->notes, &error);
    if (ok)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void have_changed(GObject *source, GAsyncResult *result, gpointer user);

static void start(LamQcStore *store)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, have_changed, store);
    g_task_set_task_data(task, g_queue_peek_head(&store->changes), NULL);
    g_application_hold(g_application_get_default());
    g_task_run_in_thread(task, make_change);
}

static void have_changed(GObject *source, GAsyncResult *result, gpointer user)
{
    LamQcStore *store = user;
    g_autoptr(GError) error = NULL;
    Change *change = g_queue_pop_head(&store->changes);
    bool ok = g_task_propagate_boolean(G_TASK(result), &error);
    g_application_release(g_application_get_default());
    if (ok && change->i >= 0) {
        lam_result_free(store->shown->pdata[change->i]);
        store->shown->pdata[change->i] =
            lam_result_copy(lam_result_list_get(store->list, change->i));
    }
    if (!g_queue_is_empty(&store->changes))
        start(store);
    if (!store->closed)
        store->changed(change->i, change->undo, error, store->user);
    else if (g_queue_is_empty(&store->changes))
        destroy(store);
    change_free(change);
}

/* The last one that waits, if it is of the same result: then it is not worth saving any more. */
static bool replaces_last(const LamQcStore *store, const Change *change)
{
    const Change *last = g_queue_peek_tail((GQueue *)&store->changes);
    return g_queue_get_length((GQueue *)&store->changes) > 1 && !change->undo && !last->undo &&
           last->i == change->i;
}

static void add(LamQcStore *store, Change *change)
{
    if (replaces_last(store, change))
        change_free(g_queue_pop_tail(&store->changes));
    change->list = store->list;
    g_queue_push_tail(&store->changes, change);
    if (g_queue_get_length(&store->changes) == 1)
        start(store);
}

/* ---- the store ---- */

LamQcStore *lam_qc_store_new(LamResultList *list, LamQcChanged changed, gpointer user)
{
    LamQcStore *store = g_new0(LamQcStore, 1);
    store->list = list;
    store->shown = g_ptr_array_new_with_free_func((GDestroyNotify)lam_result_free);
    store->changed = changed;
    store->user = user;
    g_queue_init(&store->changes);
    for (int i = 0; i < lam_result_list_count(list); i++)
        g_ptr_array_add(store->shown, lam_result_copy(lam_result_list_get(list, i)));
    return store;
}

void lam_qc_store_free(LamQcStore *store)
{
    store->closed = true;
    if (g_queue_is_empty(&store->changes))
        destroy(store);
}

int lam_qc_store_count(const LamQcStore *store)
{
    return (int)store->shown->len;
}

const LamResult *lam_qc_store_get(const LamQcStore *store, int i)
{
    return store->shown->pdata[i];
}

int lam_qc_store_rated(const LamQcStore *store)
{
    int n = 0;
    for (int i = 0; i < lam_qc_store_count(store); i++)
        n += lam_qc_store_get(store, i)->rating != LAM_RATING_NONE;
    return n;
}

int lam_qc_store_unrated(const LamQcStore *store, int from)
{
    int n = lam_qc_store_count(store);
    for (int i = 0; i < n; i++)
        if (lam_qc_store_get(store, (from + i) % n)->rating == LAM_RATING_NONE)
            return (from + i) % n;
    return -1;
}

void lam_qc_store_rate(LamQcStore *store, int i, LamRating rating, const char *notes)
{
    Change *change = g_new0(Change, 1);
    change->i = i;
    change->rating = rating;
    change->notes = notes && *notes ? g_strdup(notes) : NULL;
    add(store, change);
}

void lam_qc_store_undo(LamQcStore *store)
{
    Change *change = g_new0(Change, 1);
    change->i = -1;
    change->undo = true;
    add(store, change);
}
