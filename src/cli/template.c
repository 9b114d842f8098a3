/* lam template: which part. */
#include "template.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} parts[] = {
    {"train", lam_cli_train, "learn a template by a recipe: as lam train"},
    {"export", lam_cli_template_export, "write the template of an age as a scan"},
    {"curve", lam_cli_template_curve, "volumes of its structures against an attribute"},
    {"figure", lam_cli_template_figure, "a picture of it at several ages"},
    {"people", lam_cli_template_people, "where it lies among people, and their own volumes"},
    {"refit", lam_cli_template_refit, "move it to the middle of its people"},
    {"build", lam_cli_template_build, "without training: register, average, re-centre"},
    {"sharpness", lam_cli_template_sharpness, "how sharp templates and means of scans are"},
};

static void print_help(FILE *out)
{
    fputs("Usage: lam template PART [OPTION…]\n\nA reference brain learned from scans, alone or as "
          "it changes with age and sex.\n\nParts:\n",
          out);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        fprintf(out, "  %-9s %s\n", parts[i].name, parts[i].summary);
    fputs("\nlam template PART --help tells more.\n" LAM_CLI_NOTICE "\n", out);
}

int lam_cli_template(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return LAM_EXIT_OK;
    }
    for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(parts); i++)
        if (strcmp(argv[1], parts[i].name) == 0) {
            g_autofree char *program = g_strdup_printf("lam template %s", parts[i].name);
            g_set_prgname(program); /* what --help shows */
            return parts[i].run(argc - 1, argv + 1);
        }
    fprintf(stderr, "lam template: %s: %s (see lam template --help)\n", argc > 1 ? argv[1] : "PART",
            argc > 1 ? "no such part" : "missing");
    return LAM_EXIT_USAGE;
}
