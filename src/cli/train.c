/* lam train: a recipe in, a model out. */
#include "cli.h"

#include <glib/gi18n.h>
#include <lambdascope/trainer.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define SECONDS_BETWEEN_LINES 60 /* where there is no terminal */

typedef struct {
    bool terminal;
    gint64 last_line;
} Reporter;

static void report(double fraction, const char *stage, void *user)
{
    Reporter *reporter = user;
    gint64 now = g_get_monotonic_time();
    gint64 interval = reporter->terminal ? G_USEC_PER_SEC / 2
                                         : (gint64)SECONDS_BETWEEN_LINES * G_USEC_PER_SEC;
    if (now - reporter->last_line < interval)
        return;
    reporter->last_line = now;
    fprintf(stderr, reporter->terminal ? "\r\033[K%5.1f %%  %s" : "%5.1f %%  %s\n", 100 * fraction,
            stage);
}

static void say(const char *line, void *user)
{
    const Reporter *reporter = user;
    fprintf(stderr, reporter->terminal ? "\r\033[K%s\n" : "%s\n", line);
}

/* Waits for an interrupt on a thread of its own: the first asks for a checkpoint, the second ends the
 * program. All other threads must have the two signals blocked. */
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

static void catch_interrupts(GCancellable *cancellable)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    g_thread_unref(g_thread_new("interrupt", wait_for_interrupt, cancellable));
}

int lam_cli_train(int argc, char **argv)
{
    g_autofree char *data = NULL, *output = NULL;
    gboolean resume = FALSE;
    double stop_minutes = 0;
    const GOptionEntry entries[] = {
        {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
         N_("Folder that the recipe's scans are relative to (default: the recipe's)"), N_("FOLDER")},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
         N_("Folder of the run: checkpoint, best model, logs"), N_("FOLDER")},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &resume, N_("Go on from the checkpoint in it"), NULL},
        {"stop", 0, 0, G_OPTION_ARG_DOUBLE, &stop_minutes,
         N_("Leave with a checkpoint after this many minutes"), N_("MINUTES")},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(_("RECIPE — train a model"));
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || output == NULL) {
        fprintf(stderr, "lam train: %s\n",
                error != NULL ? error->message : _("give one RECIPE and --output FOLDER"));
        return LAM_EXIT_USAGE;
    }
    g_autofree char *folder = data != NULL ? g_strdup(data) : g_path_get_dirname(argv[1]);
    Reporter reporter = {.terminal = isatty(STDERR_FILENO)};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    catch_interrupts(cancellable);
    LamProgress progress = {.report = report, .user = &reporter, .cancellable = cancellable};
    LamTrainOptions options = {.recipe = argv[1],
                               .data = folder,
                               .output = output,
                               .resume = resume,
                               .stop_minutes = stop_minutes,
                               .say = say,
                               .user = &reporter};
    if (lam_train(&options, &progress, &error))
        return LAM_EXIT_OK;
    fprintf(stderr, "lam train: %s\n", error->message);
    return LAM_EXIT_FAILED;
}
