/* lam tune: λ from evidence. */
#include "study.h"

#include <glib/gstdio.h>
#include <lambdascope/checksum.h>
#include <lambdascope/error.h>
#include <lambdascope/label_names.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/tune.h>
#include <stdio.h>
#include <string.h>

#define MAX_DRAWS 1000000

typedef struct {
    LamCliStudy study;
    char **pairs, *labels, *names, *structures;
    int draws;
} Options;

/* What belongs to one --pairs. */
typedef struct {
    char *task, *csv;
    LamTuneTable *table;
    LamEvidence *preset;
} Task;

static void task_clear(gpointer data)
{
    Task *task = data;
    g_free(task->task);
    g_free(task->csv);
    lam_tune_table_free(task->table);
    lam_evidence_free(task->preset);
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Finds the λ with the highest overlap on labelled pairs, for all structures and "
                   "for each,\nwith intervals, and saves it as a preset with its evidence.",
        .description =
            "PAIRS.csv as for lam evaluate; a task is named by its file or by "
            "NAME=PAIRS.csv. Without\n"
            "--labels the subcortical structures of the OASIS numbering count, or all "
            "labels if there\n"
            "are none of these. Intervals hold 95 % of a bootstrap over subjects. The "
            "gain of a λ for\n"
            "each structure is measured on pairs that had no part in choosing it. "
            "Where all pairs of a\n"
            "task have one fixed scan, it is a template: the moving ones alone are drawn. "
            "--structures\n"
            "compares maps of unlike numbers, or both sides together.",
    };
    const GOptionEntry entries[] = {
        {"pairs", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &o->pairs,
         "Labelled pairs; give it again for another task", "[TASK=]PAIRS.csv"},
        LAM_CLI_STUDY_OPTIONS(&o->study),
        {"labels", 'L', 0, G_OPTION_ARG_STRING, &o->labels, "Structures that count", "N[,N...]"},
        {"names", 'n', 0, G_OPTION_ARG_FILENAME, &o->names, "Names of structures", "CSV"},
        {"structures", 0, 0, G_OPTION_ARG_FILENAME, &o->structures,
         "What the values of all label maps mean (value, structure_value, structure)", "CSV"},
        {"draws", 0, 0, G_OPTION_ARG_INT, &o->draws, "Draws of the bootstrap (default 2000)", "N"},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error) ||
        !lam_cli_require(o->pairs != NULL ? o->pairs[0] : NULL, "pairs", error))
        return false;
    if (o->draws >= 1 && o->draws <= MAX_DRAWS)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--draws: a number from 1 to %d is needed", MAX_DRAWS);
    return false;
}

/* Int elements; an empty array if there was no text. */
static GArray *parse_labels(const char *text, GError **error)
{
    g_autoptr(GArray) labels = g_array_new(FALSE, FALSE, sizeof(int));
    g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        guint64 value = 0;
        if (!g_ascii_string_to_unsigned(g_strstrip(*part), 10, 1, G_MAXINT, &value, NULL)) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--labels: whole numbers above 0 are needed, not “%s”", *part);
            return NULL;
        }
        int label = (int)value;
        g_array_append_val(labels, label);
    }
    return g_steal_pointer(&labels);
}

/* "TASK=FILE", or a file that gives the task its name. */
static Task task_of(const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals != NULL)
        return (Task){.task = g_strndup(text, (gsize)(equals - text)), .csv = g_strdup(equals + 1)};
    g_autofree char *base = g_path_get_basename(text);
    char *dot = strrchr(base, '.');
    if (dot != NULL)
        *dot = '\0';
    return (Task){.task = g_steal_pointer(&base), .csv = g_strdup(text)};
}

static bool check_tasks(const GArray *tasks, GError **error)
{
    for (guint i = 0; i < tasks->len; i++) {
        const Task *task = &g_array_index(tasks, Task, i);
        bool bad = *task->task == '\0' || strchr(task->task, '/') != NULL;
        for (guint j = 0; j < i; j++)
            bad |= g_str_equal(task->task, g_array_index(tasks, Task, j).task);
        if (bad) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--pairs: “%s”: each task needs a name of its own, without a slash",
                        task->task);
            return false;
        }
    }
    return true;
}

static LamModel *load_model(const Options *o, char **name, char **sha256, GError **error)
{
    char **models = o->study.models;
    if (models != NULL && models[0] != NULL && models[1] != NULL) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--model: a preset is for one model");
        return NULL;
    }
    g_autofree char *path = lam_model_find(models != NULL ? models[0] : NULL, error);
    if (path == NULL || (*sha256 = lam_checksum_file(path, error)) == NULL)
        return NULL;
    g_autofree char *base = g_path_get_basename(path);
    *name = lam_model_stem(base);
    return lam_model_load(path, error);
}

static const char *name_of(int label, gpointer user)
{
    return lam_label_names_find(user, label);
}

static char *made_now(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format(now, "%Y-%m-%d");
    return g_strdup_printf("lam tune " LAM_VERSION ", %s", date);
}

static bool save_preset(const Options *o, const Task *task, GError **error)
{
    g_autofree char *file = g_strdup_printf("%s.json", task->task);
    g_autofree char *path = g_build_filename(o->study.output, file, NULL);
    g_autofree char *line = lam_evidence_describe(task->preset, NULL);
    if (!lam_evidence_save(task->preset, path, error))
        return false;
    printf("%s\n", line);
    return true;
}

/* Structures have names of their own, before which those of --names go. */
static bool load_tables(const Options *o, LamLabelNames **names, LamLabelTable **structures,
                        GError **error)
{
    if (o->names != NULL && (*names = lam_label_names_load(o->names, error)) == NULL)
        return false;
    if (o->structures == NULL)
        return true;
    if ((*structures = lam_label_table_load(o->structures, error)) == NULL)
        return false;
    if (*names == NULL) {
        *names = lam_label_names_new();
        for (int i = 0; i < (*structures)->count; i++) {
            const LamLabel *label = &(*structures)->label[i];
            if (label->name != NULL)
                lam_label_names_add(*names, label->structure, label->name);
        }
    }
    return true;
}

static bool measure(const Options *o, GArray *tasks, const GArray *labels, GError **error)
{
    g_autofree char *name = NULL, *sha256 = NULL;
    g_autoptr(LamModel) model = load_model(o, &name, &sha256, error);
    g_autoptr(LamLabelTable) structures = NULL;
    g_autoptr(LamLabelNames) names = NULL;
    if (model == NULL || !load_tables(o, &names, &structures, error))
        return false;
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    bool ok = true;
    for (guint i = 0; ok && i < tasks->len; i++) {
        Task *task = &g_array_index(tasks, Task, i);
        LamProgress part =
            lam_progress_part(&progress, (double)i / tasks->len, (i + 1.0) / tasks->len);
        task->table = lam_tune_measure(task->csv, o->study.data, model, structures,
                                       labels->len > 0 ? (const int *)labels->data : NULL,
                                       (int)labels->len, &part, error);
        ok = task->table != NULL;
        if (ok) {
            task->preset = lam_tune_evidence(task->table, task->task, task->task, name, sha256,
                                             name_of, names, o->draws, 1);
            task->preset->made = made_now();
        }
    }
    lam_cli_progress_done();
    return ok;
}

static bool finish(const Options *o, const GArray *tasks, GError **error)
{
    g_autofree LamTuneTask *list = g_new0(LamTuneTask, tasks->len);
    for (guint i = 0; i < tasks->len; i++) {
        const Task *task = &g_array_index(tasks, Task, i);
        list[i] = (LamTuneTask){task->table, task->preset, lam_tune_gain(task->table, o->draws, 1)};
    }
    g_autoptr(LamStudyResult) result = lam_tune_result(list, (int)tasks->len);
    if (!lam_cli_study_finish(&o->study, result, "tune", error))
        return false;
    for (guint i = 0; i < tasks->len; i++)
        if (!save_preset(o, &g_array_index(tasks, Task, i), error))
            return false;
    return true;
}

static bool run(const Options *o, GError **error)
{
    g_autoptr(GArray) labels = parse_labels(o->labels, error);
    g_autoptr(GArray) tasks = g_array_new(FALSE, FALSE, sizeof(Task));
    g_array_set_clear_func(tasks, task_clear);
    if (labels == NULL || !lam_cli_study_check(&o->study, error))
        return false;
    for (char **text = o->pairs; *text != NULL; text++) {
        Task task = task_of(*text);
        g_array_append_val(tasks, task);
    }
    return check_tasks(tasks, error) && measure(o, tasks, labels, error) && finish(o, tasks, error);
}

int lam_cli_tune(int argc, char **argv)
{
    Options o = {.draws = 2000};
    g_autoptr(GError) error = NULL;
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    lam_cli_study_clear(&o.study);
    g_strfreev(o.pairs);
    g_free(o.labels);
    g_free(o.names);
    g_free(o.structures);
    return lam_cli_finish("tune", error);
}
