/* Many pairs. Each runs as a lam register of its own, so that what goes wrong in one, a crash or the
 * want of memory included, ends that one alone. */
#include "register-job.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/json_member.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define SUMMARY_EVERY_S 5

typedef struct {
    const LamRegisterArguments *arguments;
    char *output, *program, *summary;
    GPtrArray *pairs, *jobs; /* LamPair, LamRegisterJob */
    guint next;
    int running, lock;
    GMainLoop *loop;
    GPtrArray *processes; /* GSubprocess that run */
    gint64 summary_written;
    bool interrupted;
} Batch;

typedef struct {
    Batch *batch;
    LamRegisterJob *job;
    gint64 started;
} Work;

static void start_next(Batch *batch);

/* ---- summary ---- */

static void csv_text(GString *out, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    g_string_append_printf(out, "\"%s\",", g_strdelimit(doubled, "\r\n", ' '));
}

static void csv_number(GString *out, JsonNode *report, const char *name)
{
    double value = lam_json_number_of(lam_json_object(report), name);
    char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
    if (!isnan(value))
        g_ascii_formatd(text, sizeof text, "%.6g", value);
    g_string_append_printf(out, "%s,", text);
}

static const char *state_name(LamJobState state)
{
    static const char *const names[] = {"waiting", "waiting", "done", "done", "failed"};
    return names[state];
}

static double job_seconds(const LamRegisterJob *job)
{
    if (job->state != LAM_JOB_KEPT)
        return job->seconds;
    JsonObject *report = json_node_get_object(job->result);
    return json_object_get_double_member_with_default(report, "seconds_load", 0) +
           json_object_get_double_member_with_default(report, "seconds_linear", 0) +
           json_object_get_double_member_with_default(report, "seconds_deformation", 0) +
           json_object_get_double_member_with_default(report, "seconds_write", 0);
}

static void summary_row(GString *out, const LamRegisterJob *job)
{
    static const char *const numbers[] = {
        "lambda",       "correlation_loaded", "correlation_linear", "correlation_warped",
        "fold_percent", "sd_log_jacobian"};
    bool there = job->state == LAM_JOB_DONE || job->state == LAM_JOB_KEPT;
    g_autofree char *transform = g_build_filename(job->folder, job->transform, NULL);
    csv_text(out, job->pair->fixed);
    csv_text(out, job->pair->moving);
    g_string_append_printf(out, "%s,%.2f,", state_name(job->state), job_seconds(job));
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        csv_number(out, job->result, numbers[i]);
    csv_text(out, there ? transform : NULL);
    csv_text(out, job->error);
    g_string_overwrite(out, out->len - 1, "\n");
}

static bool failed(GError **error, const char *what, const char *path, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "%s: %s: %s", what, path, why);
    return false;
}

/* By way of the folder that the next run clears: g_file_set_contents, killed, leaves a file beside its
 * target. */
static bool save_summary(const Batch *batch, const GString *text, GError **error)
{
    g_autofree char *folder = g_build_filename(batch->output, ".partial", NULL);
    g_autofree char *path = g_build_filename(folder, "summary.csv", NULL);
    if (g_mkdir_with_parents(folder, 0777) != 0)
        return failed(error, "cannot make folder", folder, g_strerror(errno));
    if (!g_file_set_contents(path, text->str, (gssize)text->len, error))
        return false;
    return g_rename(path, batch->summary) == 0 ||
           failed(error, "cannot write", batch->summary, g_strerror(errno));
}

static bool write_summary(Batch *batch, GError **error)
{
    g_autoptr(GString) out =
        g_string_new("fixed,moving,status,seconds,lambda,correlation_loaded,correlation_linear,"
                     "correlation_warped,fold_percent,sd_log_jacobian,transform,error\n");
    for (guint i = 0; i < batch->jobs->len; i++)
        summary_row(out, batch->jobs->pdata[i]);
    batch->summary_written = g_get_monotonic_time();
    return save_summary(batch, out, error);
}

static int count(const Batch *batch, LamJobState state)
{
    int n = 0;
    for (guint i = 0; i < batch->jobs->len; i++)
        n += ((LamRegisterJob *)batch->jobs->pdata[i])->state == state;
    return n;
}

static void tell(const Batch *batch, const LamRegisterJob *job)
{
    int over =
        count(batch, LAM_JOB_DONE) + count(batch, LAM_JOB_FAILED) + count(batch, LAM_JOB_KEPT);
    g_autofree char *name = g_path_get_basename(job->pair->moving);
    printf("%d of %u  %s  %s", over, batch->jobs->len, state_name(job->state), name);
    if (job->error != NULL)
        printf(": %s\n", job->error);
    else
        printf("  %.1f s\n", job->seconds);
    fflush(stdout);
}

/* ---- one pair ---- */

/* The last line that the process wrote, without its own name. */
static char *last_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    const char *last = NULL;
    for (char **line = lines; *line != NULL; line++)
        if (*g_strstrip(*line) != '\0')
            last = *line;
    if (last != NULL && g_str_has_prefix(last, "lam register: "))
        last += strlen("lam register: ");
    return g_strdup(last);
}

static char *why_it_ended(GSubprocess *process, const char *messages)
{
    if (g_subprocess_get_if_signaled(process))
        return g_strdup_printf("ended by signal %d (%s)", g_subprocess_get_term_sig(process),
                               strsignal(g_subprocess_get_term_sig(process)));
    char *line = last_line(messages);
    return line != NULL ? line : g_strdup("ended without a word");
}

static void finish(Batch *batch, LamRegisterJob *job, const char *why)
{
    job->error = g_strdup(why);
    job->state = why == NULL ? LAM_JOB_DONE : LAM_JOB_FAILED;
    lam_register_job_discard(job);
    tell(batch, job);
    if (g_get_monotonic_time() - batch->summary_written > SUMMARY_EVERY_S * G_USEC_PER_SEC)
        write_summary(batch, NULL);
}

static void ended(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autofree Work *work = user;
    Batch *batch = work->batch;
    GSubprocess *process = G_SUBPROCESS(source);
    g_autofree char *messages = NULL, *why = NULL;
    g_autoptr(GError) error = NULL;
    g_subprocess_communicate_utf8_finish(process, result, NULL, &messages, NULL);
    batch->running--;
    work->job->seconds = (double)(g_get_monotonic_time() - work->started) / 1e6;
    if (!g_subprocess_get_successful(process))
        why = why_it_ended(process, messages);
    else if (!lam_register_job_land(work->job, &error))
        why = g_strdup(error->message);
    if (batch->interrupted && why != NULL) {
        lam_register_job_discard(work->job);
        work->job->state = LAM_JOB_WAITING;
    } else {
        finish(batch, work->job, why);
    }
    g_ptr_array_remove(batch->processes, process);
    start_next(batch);
}

/* A batch that is killed takes its pairs with it: none may go on writing beside the next run. */
static void die_with_parent(gpointer user)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

static bool start(Batch *batch, LamRegisterJob *job, GError **error)
{
    int threads = MAX(1, lam_threads() / batch->arguments->jobs);
    g_autofree char *number = g_strdup_printf("%d", threads);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_auto(GStrv) command = lam_register_job_command(job, batch->program, batch->arguments);
    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
    if (batch->arguments->jobs > 1) {
        g_subprocess_launcher_setenv(launcher, "LAM_THREADS", number, TRUE);
        g_subprocess_launcher_setenv(launcher, "OMP_WAIT_POLICY", "passive", TRUE);
    }
    if (!lam_register_job_prepare(job, error))
        return false;
    GSubprocess *process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)command, error);
    if (process == NULL)
        return false;
    Work *work = g_new(Work, 1);
    *work = (Work){batch, job, g_get_monotonic_time()};
    job->state = LAM_JOB_RUNNING;
    batch->running++;
    g_ptr_array_add(batch->processes, process);
    g_subprocess_communicate_utf8_async(process, NULL, NULL, ended, work);
    return true;
}

/* Keeps as many going as wanted; ends the loop when nothing is left. */
static void start_next(Batch *batch)
{
    while (!batch->interrupted && batch->running < batch->arguments->jobs &&
           batch->next < batch->jobs->len) {
        LamRegisterJob *job = batch->jobs->pdata[batch->next++];
        g_autoptr(GError) error = NULL;
        if (job->state == LAM_JOB_WAITING && !start(batch, job, &error))
            finish(batch, job, error->message);
    }
    if (batch->running == 0)
        g_main_loop_quit(batch->loop);
}

static gboolean interrupt(gpointer user)
{
    Batch *batch = user;
    batch->interrupted = true;
    for (guint i = 0; i < batch->processes->len; i++)
        g_subprocess_force_exit(batch->processes->pdata[i]);
    return G_SOURCE_CONTINUE;
}

/* ---- the batch ---- */

/* Other programs' files by kind of transform; ours keeps the whole chain. */
static const char *extension_of(const LamRegisterChoice *choice)
{
    bool linear = choice->options.method == LAM_METHOD_LINEAR;
    switch (choice->to) {
    case LAM_CONVENTION_ITK:
    case LAM_CONVENTION_VOXEL:
        return linear ? ".txt" : ".nii.gz";
    case LAM_CONVENTION_FSL:
        return linear ? ".mat" : ".nii.gz";
    case LAM_CONVENTION_FREESURFER:
        return linear ? ".lta" : ".nii.gz";
    case LAM_CONVENTION_AUTO:
    case LAM_CONVENTION_LAMBDASCOPE:
        break;
    }
    return ".safetensors";
}

static bool is_empty(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (!g_str_equal(name, ".lock"))
            return false;
    return true;
}

/* One batch at a time in a folder; what a killed one left half-made goes. */
static bool open_output(Batch *batch, GError **error)
{
    g_autofree char *lock = g_build_filename(batch->output, ".lock", NULL);
    g_autofree char *partial = g_build_filename(batch->output, ".partial", NULL);
    if (g_mkdir_with_parents(batch->output, 0777) != 0)
        return failed(error, "cannot make folder", batch->output, g_strerror(errno));
    batch->lock = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (batch->lock < 0)
        return failed(error, "cannot write", lock, g_strerror(errno));
    if (flock(batch->lock, LOCK_EX | LOCK_NB) != 0)
        return failed(error, "cannot start batch", batch->output, "another one is at work there");
    if (!batch->arguments->resume && !is_empty(batch->output))
        return failed(error, "cannot start batch", batch->output,
                      "the folder is not empty (--resume goes on with what is there)");
    lam_remove_tree(partial);
    return true;
}

static bool check_name(const LamPair *pair, GError **error)
{
    if (pair->name == NULL || (strchr(pair->name, '/') == NULL && pair->name[0] != '.'))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot start batch: name \"%s\": it may hold no / and not begin with a point",
                pair->name);
    return false;
}

static bool add_jobs(Batch *batch, const LamRegisterChoice *choice, GError **error)
{
    const char *extension = extension_of(choice);
    for (guint i = 0; i < batch->pairs->len; i++) {
        if (!check_name(batch->pairs->pdata[i], error))
            return false;
        LamRegisterJob *job = lam_register_job_new(batch->pairs->pdata[i], batch->output, extension,
                                                   batch->arguments, choice);
        int twins = 1;
        for (guint j = 0; j < i; j++)
            twins += lam_register_job_collides(batch->jobs->pdata[j], job);
        if (twins > 1)
            lam_register_job_rename(job, (int)i + 1);
        g_ptr_array_add(batch->jobs, job);
        if (batch->arguments->resume && lam_register_job_is_done(job))
            job->state = LAM_JOB_KEPT;
    }
    return true;
}

static bool verdict(Batch *batch, GError **error)
{
    int done = count(batch, LAM_JOB_DONE), kept = count(batch, LAM_JOB_KEPT),
        wrong = count(batch, LAM_JOB_FAILED);
    printf("%d done, %d kept from before, %d failed; summary: %s\n", done, kept, wrong,
           batch->summary);
    if (batch->interrupted)
        g_set_error(error, LAM_ERROR, LAM_ERROR_CANCELLED,
                    "stopped after %d of %u pairs; --resume goes on", done + kept + wrong,
                    batch->jobs->len);
    else if (wrong > 0)
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED, "%d of %u pairs failed (see %s)", wrong,
                    batch->jobs->len, batch->summary);
    return !batch->interrupted && wrong == 0;
}

static bool run_jobs(Batch *batch, GError **error)
{
    guint sources[] = {g_unix_signal_add(SIGINT, interrupt, batch),
                       g_unix_signal_add(SIGTERM, interrupt, batch)};
    batch->loop = g_main_loop_new(NULL, FALSE);
    start_next(batch);
    if (batch->running > 0)
        g_main_loop_run(batch->loop);
    g_main_loop_unref(batch->loop);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    g_autofree char *partial = g_build_filename(batch->output, ".partial", NULL);
    bool written = write_summary(batch, error);
    lam_remove_tree(partial);
    return written && verdict(batch, error);
}

static void batch_clear(Batch *batch)
{
    if (batch->lock >= 0)
        close(batch->lock);
    g_clear_pointer(&batch->jobs, g_ptr_array_unref);
    g_clear_pointer(&batch->processes, g_ptr_array_unref);
    g_clear_pointer(&batch->pairs, g_ptr_array_unref);
    g_free(batch->output);
    g_free(batch->program);
    g_free(batch->summary);
}

bool lam_register_batch(const LamRegisterArguments *arguments, const LamRegisterChoice *choice,
                        GError **error)
{
    Batch batch = {
        .arguments = arguments,
        .output = g_canonicalize_filename(arguments->output, NULL),
        .program = g_file_read_link("/proc/self/exe", NULL),
        .jobs = g_ptr_array_new_with_free_func((GDestroyNotify)lam_register_job_free),
        .processes = g_ptr_array_new_with_free_func(g_object_unref),
        .lock = -1,
    };
    batch.summary = g_build_filename(batch.output, "summary.csv", NULL);
    if (batch.program == NULL)
        batch.program = g_strdup("lam");
    batch.pairs = lam_pairs_load(arguments->batch, NULL, error);
    bool ok = batch.pairs != NULL && open_output(&batch, error) &&
              add_jobs(&batch, choice, error) && run_jobs(&batch, error);
    batch_clear(&batch);
    return ok;
}
