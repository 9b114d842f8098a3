#include "velocity-cache.h"

#include "session-private.h"

typedef struct {
    double lambda;
    LamVolume *velocity;
} Entry;

struct LamVelocityCache {
    LamSession *session; /* borrowed */
    GQueue entries;      /* of Entry, last used first */
    guint64 exchanges;   /* of the session's scans, when they were computed */
    guint64 runs;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    lam_volume_unref(entry->velocity);
    g_free(entry);
}

LamVelocityCache *lam_velocity_cache_new(LamSession *session)
{
    LamVelocityCache *cache = g_new0(LamVelocityCache, 1);
    cache->session = session;
    g_queue_init(&cache->entries);
    return cache;
}

void lam_velocity_cache_free(LamVelocityCache *cache)
{
    if (cache == NULL)
        return;
    g_queue_clear_full(&cache->entries, entry_free);
    g_free(cache);
}

static bool compute(LamVelocityCache *cache, double lambda, GError **error)
{
    LamVolume *velocity = lam_session_velocity(cache->session, lambda, error);
    if (velocity == NULL)
        return false;
    cache->runs++;
    Entry *entry = g_new(Entry, 1);
    *entry = (Entry){lambda, velocity};
    g_queue_push_head(&cache->entries, entry);
    if (g_queue_get_length(&cache->entries) > LAM_VELOCITY_CACHE_SIZE)
        entry_free(g_queue_pop_tail(&cache->entries));
    return true;
}

static void forget_other_scans(LamVelocityCache *cache)
{
    if (cache->exchanges != cache->session->exchanges)
        g_queue_clear_full(&cache->entries, entry_free);
    cache->exchanges = cache->session->exchanges;
}

LamVolume *lam_velocity_cache_get(LamVelocityCache *cache, double lambda, GError **error)
{
    forget_other_scans(cache);
    for (GList *link = cache->entries.head; link != NULL; link = link->next) {
        Entry *entry = link->data;
        if (entry->lambda != lambda)
            continue;
        g_queue_unlink(&cache->entries, link);
        g_queue_push_head_link(&cache->entries, link);
        return lam_volume_ref(entry->velocity);
    }
    if (!compute(cache, lambda, error))
        return NULL;
    return lam_volume_ref(((Entry *)cache->entries.head->data)->velocity);
}

guint64 lam_velocity_cache_runs(const LamVelocityCache *cache)
{
    return cache->runs;
}
