/* An interrupt that lets a long run leave in order. */
#include "cli.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* All other threads must have the two signals blocked. */
static gpointer wait_for_interrupt(gpointer cancellable)
{
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigwait(&set, &number);
    g_cancellable_cancel(cancellable);
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    pause();
    return NULL;
}

GCancellable *lam_cli_catch_interrupts(void)
{
    GCancellable *cancellable = g_cancellable_new();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    g_thread_unref(g_thread_new("interrupt", wait_for_interrupt, cancellable));
    return cancellable;
}
