/* lam template sharpness: how sharp images are, beside each other. */
#include "template.h"

#include <lambdascope/scan.h>
#include <lambdascope/sharpness.h>
#include <lambdascope/study.h>
#include <math.h>
#include <stdio.h>

#define MOST_SCANS 1000

static bool parse(double *spacing_mm, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "SCAN…",
        .summary = "Tells how sharp images of one kind are, as a template and the mean of the\n"
                   "aligned scans: the gradient energy of the foreground over its variance.",
        .description =
            "The foreground is what is above a fifth of the 98th percentile; gradients are "
            "central\n"
            "differences. Images of smaller voxels are smoothed and sampled at the spacing; those\n"
            "of that size are taken as they are. The last column is in terms of the first image.",
        .positional = MOST_SCANS,
        .optional = MOST_SCANS - 1,
    };
    const GOptionEntry entries[] = {
        {"spacing", 0, 0, G_OPTION_ARG_DOUBLE, spacing_mm, "At which (default 2)", "MM"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error);
}

static bool measure(const char *path, double spacing_mm, double *sharpness, GError **error)
{
    g_autoptr(LamVolume) scan = lam_scan_load(path, 0, error);
    *sharpness = scan != NULL ? lam_sharpness_at(scan, spacing_mm, error) : NAN;
    if (scan != NULL && !isfinite(*sharpness))
        g_prefix_error(error, "%s: ", path);
    return isfinite(*sharpness);
}

static bool run(char **paths, int n, double spacing_mm, GError **error)
{
    static const char *const columns[] = {"image", "sharpness", "times the first's", NULL};
    g_autoptr(LamStudyTable) table = lam_study_table_new(columns);
    double first = NAN, sharpness;
    for (int i = 0; i < n; i++) {
        if (!measure(paths[i], spacing_mm, &sharpness, error))
            return false;
        first = i == 0 ? sharpness : first;
        lam_study_table_add_text(table, paths[i]);
        lam_study_table_add_number(table, sharpness, 5);
        lam_study_table_add_number(table, sharpness / first, 3);
    }
    g_autofree char *text = lam_study_table_format(table);
    fputs(text, stdout);
    return true;
}

int lam_cli_template_sharpness(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    double spacing_mm = 2;
    if (parse(&spacing_mm, &argc, &argv, &error))
        run(argv + 1, argc - 1, spacing_mm, &error);
    return lam_cli_finish("template sharpness", error);
}
