#include "task-progress.h"

#include <glib/gi18n.h>

struct LamTaskProgress {
    LamTaskProgressFunc func;
    gpointer user;
    GTask *task; /* borrowed; its data owns this */

    GMutex mutex;
    double fraction;
    char *stage;
    guint report; /* source that will tell the main thread */
};

LamTaskProgress *lam_task_progress_new(LamTaskProgressFunc func, gpointer user)
{
    LamTaskProgress *progress = g_new0(LamTaskProgress, 1);
    progress->func = func;
    progress->user = user;
    g_mutex_init(&progress->mutex);
    return progress;
}

void lam_task_progress_free(LamTaskProgress *progress)
{
    if (!progress)
        return;
    g_free(progress->stage);
    g_mutex_clear(&progress->mutex);
    g_free(progress);
}

/* What the library says, for people; what is not listed is shown as it is. */
static const char *stage_for_people(const char *stage)
{
    static const struct {
        const char *stage, *shown;
    } known[] = {
        {"aligning", N_("Aligning the scans")},
        {"preparing", N_("Preparing the scans")},
        {"encoding", N_("Encoding the scans")},
        {"ready", N_("Encoding the scans")},
        {"refining", N_("Refining the warp for this pair")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (!g_strcmp0(stage, known[i].stage))
            return _(known[i].shown);
    }
    return stage;
}

/* A reference to the task keeps this alive. */
static gboolean tell(gpointer user)
{
    LamTaskProgress *progress = user;
    g_mutex_lock(&progress->mutex);
    progress->report = 0;
    double fraction = progress->fraction;
    g_autofree char *stage = g_strdup(progress->stage);
    g_mutex_unlock(&progress->mutex);
    if (!g_task_get_completed(progress->task))
        progress->func(fraction, stage, progress->user);
    return G_SOURCE_REMOVE;
}

static void release_task(gpointer user)
{
    g_object_unref(((LamTaskProgress *)user)->task);
}

/* On the task's thread. */
static void note(double fraction, const char *stage, void *user)
{
    LamTaskProgress *progress = user;
    if (!progress->func)
        return;
    stage = stage_for_people(stage);
    g_mutex_lock(&progress->mutex);
    progress->fraction = fraction;
    if (g_strcmp0(stage, progress->stage)) {
        g_free(progress->stage);
        progress->stage = g_strdup(stage);
    }
    if (!progress->report) {
        g_object_ref(progress->task);
        progress->report = g_idle_add_full(G_PRIORITY_DEFAULT, tell, progress, release_task);
    }
    g_mutex_unlock(&progress->mutex);
}

LamProgress lam_task_progress_of(LamTaskProgress *progress, GTask *task)
{
    progress->task = task;
    return (LamProgress){
        .report = note, .user = progress, .cancellable = g_task_get_cancellable(task)};
}
