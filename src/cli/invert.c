/* lam invert: the way back. */
#include "chain.h"
#include "cli.h"

#include <stdio.h>

typedef struct {
    LamCliChain chain;
    char *fixed, *moving, *output, *to;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Inverts a transform or a chain: it then takes points of the moving scan to the "
                   "fixed one.",
        .description =
            "A field that is written lies on the moving scan's grid; without --moving, on a grid "
            "of\n"
            "the field's own spacing that holds all that it reaches. Where a field folds there is\n"
            "no inverse: the nearest point is used, and how many such points there were is "
            "printed.",
    };
    const GOptionEntry entries[] = {
        LAM_CLI_CHAIN_FILES(&o->chain),
        {"fixed", 'f', 0, G_OPTION_ARG_FILENAME, &o->fixed,
         "Fixed scan of the transform, where a convention needs it", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving,
         "Moving scan of the transform: the grid of the inverse", "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Transform to write", "FILE"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o->to, "Convention of the output", "NAME"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_chain_check(&o->chain, error) && lam_cli_require(o->output, "output", error);
}

static void print_report(const LamInverseReport *report)
{
    if (report->points == 0)
        puts("inverted      exactly");
    else
        printf("inverted      %zu points, %zu not (%.4f %%: folds)\nleft          mean %.5f mm, "
               "largest %.3f mm\n",
               report->points - report->open, report->open,
               100.0 * (double)report->open / (double)report->points, report->mean_mm,
               report->largest_mm);
}

static bool invert(const Options *o, GError **error)
{
    g_autofree const char **inputs = lam_cli_chain_inputs(&o->chain, o->fixed, o->moving);
    g_autoptr(LamVolume) fixed = NULL;
    g_autoptr(LamVolume) moving = NULL;
    LamInverseReport report;
    if (!lam_cli_check_output(o->output, inputs, error) ||
        !lam_cli_load_optional(o->fixed, &fixed, error) ||
        !lam_cli_load_optional(o->moving, &moving, error))
        return false;
    LamCliSpace from = lam_cli_space_of(fixed), onto = lam_cli_space_of(moving);
    g_autoptr(LamTransform) transform = lam_cli_chain_load(&o->chain, &from, &onto, error);
    g_autoptr(LamTransform) back =
        transform != NULL ? lam_transform_inverse(transform, &report, error) : NULL;
    if (back == NULL)
        return false;
    if (onto.grid == NULL)
        onto.grid = lam_cli_chain_own_grid(back);
    if (onto.grid == NULL && lam_cli_is_image_name(o->output))
        return lam_cli_require(NULL, "moving", error);
    if (onto.grid != NULL &&
        !lam_cli_chain_check_space("invert", back, onto.grid,
                                   o->moving != NULL ? o->moving : "its grid", error))
        return false;
    if (!lam_cli_chain_save(back, o->output, o->to, &onto, &from, error))
        return false;
    print_report(&report);
    return true;
}

int lam_cli_invert(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.chain = LAM_CLI_CHAIN_NEW};
    if (parse(&o, &argc, &argv, &error))
        invert(&o, &error);
    lam_cli_chain_clear(&o.chain);
    char *strings[] = {o.fixed, o.moving, o.output, o.to};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("invert", error);
}
