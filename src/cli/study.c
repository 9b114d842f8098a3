/* lam study NAME: measurements that end in a table and a figure, one command each. */
#include "study.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} studies[] = {
    {"contrast", lam_cli_study_contrast, "accuracy while the contrast of the moving scan changes"},
    {"features", lam_cli_study_features, "what networks make of one anatomy in two contrasts"},
    {"few", lam_cli_study_few, "accuracy of networks trained with few scans"},
    {"hyper", lam_cli_study_hyper, "one HyperMorph against models trained for one λ each"},
    {"tissue", lam_cli_study_tissue, "λ by class of tissue: composite and conditioned network"},
    {NULL},
};

static void print_help(FILE *out)
{
    fputs("Usage: lam study NAME --output DIR [OPTION…]\n\nMeasures something and writes "
          "DIR/NAME.csv, DIR/NAME.svg and DIR/NAME.png.\n\nStudies:\n",
          out);
    for (size_t i = 0; studies[i].name != NULL; i++)
        fprintf(out, "  %-10s %s\n", studies[i].name, studies[i].summary);
    fputs("\nlam study NAME --help tells more.\n" LAM_CLI_NOTICE "\n", out);
}

int lam_cli_study(int argc, char **argv)
{
    if (argc < 2) {
        fputs("lam study: NAME: missing (see lam study --help)\n", stderr);
        return LAM_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return LAM_EXIT_OK;
    }
    for (size_t i = 0; studies[i].name != NULL; i++)
        if (strcmp(argv[1], studies[i].name) == 0) {
            g_autofree char *program = g_strdup_printf("lam study %s", argv[1]);
            g_set_prgname(program);
            return studies[i].run(argc - 1, argv + 1);
        }
    fprintf(stderr, "lam study: %s: no such study (see lam study --help)\n", argv[1]);
    return LAM_EXIT_USAGE;
}

void lam_cli_study_clear(LamCliStudy *study)
{
    g_free(study->data);
    g_free(study->output);
    g_strfreev(study->models);
}

bool lam_cli_study_check(const LamCliStudy *study, GError **error)
{
    return lam_cli_require(study->output, "output", error) &&
           lam_study_check_output(study->output, error);
}

static void model_unref(void *model)
{
    if (model != NULL)
        lam_model_unref(model);
}

GPtrArray *lam_cli_study_load_models(const LamCliStudy *study, GError **error)
{
    g_autoptr(GPtrArray) models = g_ptr_array_new_with_free_func(model_unref);
    for (char **name = study->models; name != NULL && *name != NULL; name++) {
        g_autofree char *path = lam_model_find(*name, error);
        LamModel *model = path != NULL ? lam_model_load(path, error) : NULL;
        if (model == NULL)
            return NULL;
        g_ptr_array_add(models, model);
    }
    return g_steal_pointer(&models);
}

bool lam_cli_study_finish(const LamCliStudy *study, const LamStudyResult *result, const char *name,
                          GError **error)
{
    if (!lam_study_result_save(result, study->output, name, error))
        return false;
    g_autofree char *text =
        lam_study_table_format(result->summary != NULL ? result->summary : result->table);
    printf("%s\n%s/%s.csv, .svg, .png\n", text, study->output, name);
    return true;
}
