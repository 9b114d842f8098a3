#include "sample-queue.h"

#include <lambdascope/threads.h>

#define DEPTH 3 /* samples: one in use, one ready, one being drawn */

/* What travels: a sample, or why there is none, or (both NULL) the sign to stop. */
typedef struct {
    LamSample *sample;
    GError *error;
} Slot;

struct LamSampleQueue {
    const LamDataset *dataset;
    guint64 next;
    GAsyncQueue *empty, *full; /* of Slot */
    GThread *thread;
};

static void slot_free(void *p)
{
    Slot *slot = p;
    lam_sample_free(slot->sample);
    g_clear_error(&slot->error);
    g_free(slot);
}

static gpointer draw_all(gpointer user)
{
    LamSampleQueue *queue = user;
    lam_threads_set_own(1);
    for (;;) {
        Slot *slot = g_async_queue_pop(queue->empty);
        if (slot->sample == NULL) {
            slot_free(slot);
            return NULL;
        }
        lam_dataset_draw(queue->dataset, queue->next++, slot->sample, &slot->error);
        g_async_queue_push(queue->full, slot);
    }
}

static void offer(LamSampleQueue *queue, LamSample *sample)
{
    Slot *slot = g_new0(Slot, 1);
    slot->sample = sample;
    g_async_queue_push(queue->empty, slot);
}

LamSampleQueue *lam_sample_queue_new(const LamDataset *dataset, const LamRecipe *recipe,
                                     const LamSampleGrid *grid, guint64 first, GError **error)
{
    g_autoptr(LamSampleQueue) queue = g_new0(LamSampleQueue, 1);
    queue->dataset = dataset;
    queue->next = first;
    queue->empty = g_async_queue_new_full(slot_free);
    queue->full = g_async_queue_new_full(slot_free);
    for (int i = 0; i < DEPTH; i++) {
        LamSample *sample = lam_sample_new(recipe, grid, error);
        if (sample == NULL)
            return NULL;
        offer(queue, sample);
    }
    queue->thread = g_thread_new("samples", draw_all, queue);
    return g_steal_pointer(&queue);
}

void lam_sample_queue_free(LamSampleQueue *queue)
{
    if (queue == NULL)
        return;
    if (queue->thread != NULL) {
        g_async_queue_push_front(queue->empty, g_new0(Slot, 1));
        g_thread_join(queue->thread);
    }
    g_async_queue_unref(queue->empty);
    g_async_queue_unref(queue->full);
    g_free(queue);
}

LamSample *lam_sample_queue_take(LamSampleQueue *queue, double *waited_s, GError **error)
{
    gint64 start = g_get_monotonic_time();
    Slot *slot = g_async_queue_pop(queue->full);
    *waited_s += 1e-6 * (double)(g_get_monotonic_time() - start);
    LamSample *sample = slot->sample;
    if (slot->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&slot->error));
        g_clear_pointer(&sample, lam_sample_free);
    }
    g_free(slot);
    return sample;
}

void lam_sample_queue_give(LamSampleQueue *queue, LamSample *sample)
{
    offer(queue, sample);
}
