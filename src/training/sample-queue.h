/* Samples drawn ahead on a thread of their own, so that the network does not wait for them. */
#pragma once

#include "dataset.h"

typedef struct LamSampleQueue LamSampleQueue;

/* Starts drawing sample `first` and those after it on this grid. dataset and recipe are borrowed. */
LamSampleQueue *lam_sample_queue_new(const LamDataset *dataset, const LamRecipe *recipe,
                                     const LamSampleGrid *grid, guint64 first, GError **error);
/* Waits until the thread has ended. */
void lam_sample_queue_free(LamSampleQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamSampleQueue, lam_sample_queue_free)

/* The next sample, in order; to be given back. *waited_s grows by the seconds that it was waited for. */
LamSample *lam_sample_queue_take(LamSampleQueue *queue, double *waited_s, GError **error);
void lam_sample_queue_give(LamSampleQueue *queue, LamSample *sample);
