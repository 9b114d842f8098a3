/* lam template people: where a template lies among people, and how large their own structures are. */
#include "template.h"

#include <lambdascope/scan.h>
#include <lambdascope/study.h>
#include <lambdascope/template_people.h>
#include <stdio.h>

typedef struct {
    char *model, *data, *scans, *labels, *subjects, *structures;
    char *output, *volumes, *displacement, *aligned, *registered;
    double lambda;
} Options;

static bool check(const Options *o, GError **error)
{
    if (!lam_cli_require(o->scans, "scans", error))
        return false;
    if (o->volumes != NULL && !lam_cli_require(o->labels, "labels", error))
        return false;
    if (o->lambda >= 0 && o->lambda <= 1)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--lambda: must be within 0 and 1 (see --help)");
    return false;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary =
            "Registers each of many scans to the template of its own attributes, and tells where\n"
            "the template lies among them: how long the mean of all displacements is.",
        .description =
            "The table has a row for each scan: attributes, the volume of the head over the\n"
            "template's, the mean displacement, and, with --labels, volumes of the person's own\n"
            "structures in ml, in the template's space, so that the size of a head has no part in\n"
            "them; lam template curve --people compares the template's with these. Means are\n"
            "taken with all scans alike, and so that all ages count evenly, as in training; the\n"
            "files of --mean-displacement, --aligned-mean and --registered-mean are of the latter.",
    };
    const GOptionEntry entries[] = {
        {"model", 'M', 0, G_OPTION_ARG_STRING, &o->model,
         "Model with a template (default " LAM_CLI_TEMPLATE ")", "NAME|FILE"},
        {"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data,
         "Folder that scans, label maps and subjects lie below (default: this one)", "FOLDER"},
        {"scans", 0, 0, G_OPTION_ARG_STRING, &o->scans, "Their scans", "PATTERN"},
        {"labels", 0, 0, G_OPTION_ARG_STRING, &o->labels, "Their label maps, in the same order",
         "PATTERN"},
        {"subjects", 0, 0, G_OPTION_ARG_FILENAME, &o->subjects, "Their attributes", "CSV"},
        {"structures", 0, 0, G_OPTION_ARG_FILENAME, &o->structures,
         "What the values of label maps mean (default: the template's own numbers)", "CSV"},
        {"lambda", 'l', 0, G_OPTION_ARG_DOUBLE, &o->lambda, "λ (default 0.3)", "λ"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Table to write", "CSV"},
        {"volumes", 0, 0, G_OPTION_ARG_FILENAME, &o->volumes,
         "Table to write: attributes and volumes alone; as MODEL.people.csv for the viewer", "CSV"},
        {"mean-displacement", 0, 0, G_OPTION_ARG_FILENAME, &o->displacement,
         "Field to write: the mean displacement", "FILE"},
        {"aligned-mean", 0, 0, G_OPTION_ARG_FILENAME, &o->aligned,
         "Scan to write: the mean of the affinely aligned scans, on the template's grid", "FILE"},
        {"registered-mean", 0, 0, G_OPTION_ARG_FILENAME, &o->registered,
         "Scan to write: the mean of the registered scans", "FILE"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) && check(o, error);
}

static bool check_outputs(const Options *o, GError **error)
{
    const char *inputs[] = {o->structures, NULL, NULL};
    if (inputs[0] == NULL)
        inputs[0] = o->subjects;
    else
        inputs[1] = o->subjects;
    return lam_cli_check_output(o->output, inputs, error) &&
           lam_cli_check_output(o->volumes, inputs, error) &&
           lam_cli_check_distinct(o->output, o->volumes, error) &&
           lam_cli_check_scan_output(o->displacement, inputs, error) &&
           lam_cli_check_image_output(o->aligned, inputs, error) &&
           lam_cli_check_image_output(o->registered, inputs, error) &&
           lam_cli_check_distinct(o->displacement, o->aligned, error) &&
           lam_cli_check_distinct(o->displacement, o->registered, error) &&
           lam_cli_check_distinct(o->aligned, o->registered, error);
}

/* ---- the table ---- */

static void add_attribute(LamStudyTable *table, const LamAttribute *attribute, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (attribute->word[0][0] != '\0')
        lam_study_table_add_text(table, attribute->word[value > 0.5]);
    else
        lam_study_table_add_text(table, g_ascii_formatd(number, sizeof number, "%g", value));
}

/* What the viewer shows beside the template's curve: a row for each scan, without its name. */
static LamStudyTable *volumes_of(const LamTemplateConfig *config, const LamTemplatePeople *people)
{
    g_autoptr(GPtrArray) columns = g_ptr_array_new();
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(columns, "person");
    for (int i = 0; i < config->n_attributes; i++)
        g_ptr_array_add(columns, (char *)config->attribute[i].name);
    for (int k = 1; k < config->n_structures; k++)
        g_ptr_array_add(columns, (char *)config->structure[k].name);
    g_ptr_array_add(columns, NULL);
    LamStudyTable *table = lam_study_table_new((const char *const *)columns->pdata);
    for (int i = 0; i < people->n; i++) {
        const LamTemplatePerson *p = &people->person[i];
        if (!g_hash_table_contains(numbers, p->person))
            g_hash_table_insert(numbers, p->person,
                                GUINT_TO_POINTER(g_hash_table_size(numbers) + 1));
        lam_study_table_add_number(table, GPOINTER_TO_UINT(g_hash_table_lookup(numbers, p->person)),
                                   0);
        for (int k = 0; k < config->n_attributes; k++)
            add_attribute(table, &config->attribute[k], p->values[k]);
        for (int k = 1; k < config->n_structures; k++)
            lam_study_table_add_number(table, p->ml[k], 3);
    }
    return table;
}

static LamStudyTable *table_new(const LamTemplateConfig *config, bool volumes)
{
    g_autoptr(GPtrArray) columns = g_ptr_array_new();
    const char *first[] = {"scan", "person"}, *after[] = {"weight", "head", "displacement_mm"};
    for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(columns, (char *)first[i]);
    for (int i = 0; i < config->n_attributes; i++)
        g_ptr_array_add(columns, (char *)config->attribute[i].name);
    for (size_t i = 0; i < G_N_ELEMENTS(after); i++)
        g_ptr_array_add(columns, (char *)after[i]);
    for (int k = 1; volumes && k < config->n_structures; k++)
        g_ptr_array_add(columns, (char *)config->structure[k].name);
    g_ptr_array_add(columns, NULL);
    return lam_study_table_new((const char *const *)columns->pdata);
}

static void add_person(LamStudyTable *table, const LamTemplateConfig *config,
                       const LamTemplatePerson *p)
{
    g_autofree char *name = g_path_get_basename(p->scan);
    lam_study_table_add_text(table, name);
    lam_study_table_add_text(table, p->person);
    for (int i = 0; i < config->n_attributes; i++)
        add_attribute(table, &config->attribute[i], p->values[i]);
    lam_study_table_add_number(table, p->weight, 4);
    lam_study_table_add_number(table, p->head, 4);
    lam_study_table_add_number(table, p->mean_mm, 3);
    for (int k = 1; p->ml != NULL && k < config->n_structures; k++)
        lam_study_table_add_number(table, p->ml[k], 3);
}

static bool save_table(const Options *o, const LamTemplateConfig *config,
                       const LamTemplatePeople *people, GError **error)
{
    g_autoptr(LamStudyTable) table = table_new(config, people->person[0].ml != NULL);
    g_autoptr(LamStudyTable) volumes = o->volumes != NULL ? volumes_of(config, people) : NULL;
    for (int i = 0; i < people->n; i++)
        add_person(table, config, &people->person[i]);
    return (o->output == NULL || lam_study_table_save(table, o->output, error)) &&
           (volumes == NULL || lam_study_table_save(volumes, o->volumes, error));
}

/* ---- what is told ---- */

static void print_people(const LamTemplateConfig *config, const LamTemplatePeople *people,
                         double lambda)
{
    g_autoptr(GHashTable) persons = g_hash_table_new(g_str_hash, g_str_equal);
    double sum = 0, least = G_MAXDOUBLE, most = 0;
    for (int i = 0; i < people->n; i++) {
        const LamTemplatePerson *p = &people->person[i];
        g_autofree char *beyond = lam_template_extrapolation(config, p->values);
        g_hash_table_add(persons, p->person);
        sum += p->mean_mm;
        least = MIN(least, p->mean_mm);
        most = MAX(most, p->mean_mm);
        if (beyond != NULL)
            printf("extrapolated       %s: %s\n", p->person, beyond);
    }
    printf("people             %u, %d scans; λ %g\n", g_hash_table_size(persons), people->n,
           lambda);
    printf("displacement       %.2f mm on average (%.2f to %.2f)\n", sum / people->n, least, most);
}

static void print_centres(const LamTemplatePeople *people)
{
    static const char *const names[] = {"all scans alike", "all ages evenly"};
    puts("mean displacement  half of the foreground below, nine tenths below");
    for (int k = 0; k < LAM_PEOPLE_MEANS; k++)
        printf("  %s  %.3f, %.3f mm; without its affine part %.3f, %.3f mm\n", names[k],
               people->centre[k].median_mm, people->centre[k].ninetieth_mm,
               people->shape[k].median_mm, people->shape[k].ninetieth_mm);
}

/* ---- all of it ---- */

static LamTemplatePeople *measure(const Options *o, LamModel *model, GError **error)
{
    g_autoptr(LamLabelTable) structures =
        o->structures != NULL ? lam_label_table_load(o->structures, error) : NULL;
    if (o->structures != NULL && structures == NULL)
        return NULL;
    LamTemplatePeopleOptions options = {.folder = o->data != NULL ? o->data : ".",
                                        .scans = o->scans,
                                        .labels = o->labels,
                                        .subjects = o->subjects,
                                        .structures = structures,
                                        .lambda = o->lambda};
    LamProgress progress = lam_cli_progress();
    progress.cancellable = lam_cli_catch_interrupts();
    LamTemplatePeople *people = lam_template_people_measure(model, &options, &progress, error);
    lam_cli_progress_done();
    return people;
}

static bool save_volumes(const Options *o, const LamTemplatePeople *people, GError **error)
{
    const struct {
        const char *path;
        LamVolume *volume;
    } files[] = {{o->displacement, people->displacement[LAM_PEOPLE_EVEN]},
                 {o->aligned, people->aligned[LAM_PEOPLE_EVEN]},
                 {o->registered, people->registered[LAM_PEOPLE_EVEN]}};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        if (files[i].path != NULL &&
            !lam_scan_save(files[i].volume, files[i].path, LAM_NIFTI_FLOAT32, "lam template people",
                           error))
            return false;
    return true;
}

static bool run(const Options *o, GError **error)
{
    if (!check_outputs(o, error))
        return false;
    g_autofree char *path = lam_model_find(o->model != NULL ? o->model : LAM_CLI_TEMPLATE, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    g_autoptr(LamTemplatePeople) people = model != NULL ? measure(o, model, error) : NULL;
    if (people == NULL || !save_table(o, lam_model_template(model), people, error) ||
        !save_volumes(o, people, error))
        return false;
    print_people(lam_model_template(model), people, o->lambda);
    print_centres(people);
    return true;
}

int lam_cli_template_people(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.lambda = 0.3};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    char *texts[] = {o.model,  o.data,    o.scans,        o.labels,  o.subjects,  o.structures,
                     o.output, o.volumes, o.displacement, o.aligned, o.registered};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    return lam_cli_finish("template people", error);
}
