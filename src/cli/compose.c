/* lam compose: a chain of transforms as one. */
#include "chain.h"
#include "cli.h"

typedef struct {
    LamCliChain chain;
    char *reference, *moving, *output, *to;
} Options;

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Makes one transform of several.",
        .description =
            "With -t A -t B, a point of the reference goes through A, then through B. Affines "
            "make\n"
            "an affine; with a field among them, the whole is written as one field on the\n"
            "reference's grid, or, as .safetensors, as the chain that it is.",
    };
    const GOptionEntry entries[] = {
        LAM_CLI_CHAIN_FILES(&o->chain),
        {"reference", 'r', 0, G_OPTION_ARG_FILENAME, &o->reference,
         "Scan that the first transform starts from; a field gets its grid", "FILE"},
        {"moving", 'm', 0, G_OPTION_ARG_FILENAME, &o->moving,
         "Scan that the last leads to, where a convention needs it", "FILE"},
        LAM_CLI_CHAIN_COURSE(&o->chain),
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Transform to write", "FILE"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o->to, "Convention of the output", "NAME"},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error) &&
           lam_cli_chain_check(&o->chain, error) && lam_cli_require(o->output, "output", error);
}

static bool compose(const Options *o, GError **error)
{
    g_autofree const char **inputs = lam_cli_chain_inputs(&o->chain, o->reference, o->moving);
    g_autoptr(LamVolume) reference = NULL;
    g_autoptr(LamVolume) moving = NULL;
    if (o->reference == NULL && lam_cli_is_image_name(o->output))
        return lam_cli_require(NULL, "reference", error);
    if (!lam_cli_check_output(o->output, inputs, error) ||
        !lam_cli_load_optional(o->reference, &reference, error) ||
        !lam_cli_load_optional(o->moving, &moving, error))
        return false;
    LamCliSpace from = lam_cli_space_of(reference), onto = lam_cli_space_of(moving);
    g_autoptr(LamTransform) whole = lam_cli_chain_load(&o->chain, &from, &onto, error);
    if (whole == NULL ||
        (from.grid != NULL &&
         !lam_cli_chain_check_space("compose", whole, from.grid, o->reference, error)))
        return false;
    return lam_cli_chain_save(whole, o->output, o->to, &from, &onto, error);
}

int lam_cli_compose(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.chain = LAM_CLI_CHAIN_NEW};
    if (parse(&o, &argc, &argv, &error))
        compose(&o, &error);
    lam_cli_chain_clear(&o.chain);
    char *strings[] = {o.reference, o.moving, o.output, o.to};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("compose", error);
}
