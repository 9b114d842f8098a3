/* lam: the command line of the library. */
#include "cli.h"

#include <lambdascope/threads.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"register", lam_cli_register, "align one scan with another: warped image and field"},
    {"apply", lam_cli_apply, "carry an image or a label map through a chain of transforms"},
    {"invert", lam_cli_invert, "turn a transform round"},
    {"compose", lam_cli_compose, "make one transform of several"},
    {"convert", lam_cli_convert, "write a transform in the convention of another program"},
    {"jacobian", lam_cli_jacobian, "change of volume under a transform, as an image"},
    {"points", lam_cli_points, "take a table of points through a transform"},
    {"segment", lam_cli_segment, "estimate a label map of a scan, for outlines and regions"},
    {"evaluate", lam_cli_evaluate, "overlap of structures, folds and roughness over pairs and λ"},
    {"curve", lam_cli_curve, "how one pair answers to λ, and what can be said of the best"},
    {"tune", lam_cli_tune, "the best λ from labelled pairs, with intervals, as a preset"},
    {"info", lam_cli_info, "what a scan, a field or a model file holds"},
    {"render", lam_cli_render, "the viewer's picture of a pair as a PNG, without a display"},
    {"movie", lam_cli_movie, "the morph, λ or the slices as WebM, GIF or pictures"},
    {"report", lam_cli_report, "pictures and figures of a registration as HTML or PDF"},
    {"qc", lam_cli_qc, "rate the results of a folder, one after the other"},
    {"template", lam_cli_template, "a reference brain: learn, export, build without training"},
    {"train", lam_cli_train, "train a model from a recipe"},
    {"bench", lam_cli_bench, "how fast this machine is at what the viewer needs"},
    {"study", lam_cli_study, "measurements that end in a table and a figure: lam study --help"},
    {"synth", lam_cli_synth, "make scans: lam synth phantom, brains, shapes"},
};

static void print_help(FILE *out)
{
    fputs("Usage: lam COMMAND [OPTION…]\n\nMedical images aligned by a network that takes the "
          "regularisation λ as an input.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\nlam COMMAND --help tells more; lam --version prints the version.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage.\n" LAM_CLI_NOTICE "\n",
          out);
}

static int run(const char *name, int argc, char **argv)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(name, commands[i].name) == 0) {
            g_autofree char *program = g_strdup_printf("lam %s", name);
            g_set_prgname(program); /* what --help shows */
            return commands[i].run(argc, argv);
        }
    fprintf(stderr, "lam: %s: no such command (see lam --help)\n", name);
    return LAM_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers are read and written with a point */
    lam_threads_set(0);
    if (argc < 2) {
        print_help(stderr);
        return LAM_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return LAM_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("lam " LAM_VERSION);
        return LAM_EXIT_OK;
    }
    return run(argv[1], argc - 1, argv + 1);
}
