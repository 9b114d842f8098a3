/* The command line of lam evaluate. */
#include "evaluate.h"

#include "cli.h"

#include <string.h>

#define DEFAULT_LAMBDAS "0.05,0.1,0.2,0.4,0.6,0.8,0.95"

static const char *const method_names[LAM_EVALUATE_METHODS] = {"affine", "network", "refine",
                                                               "classical"};

const char *lam_evaluate_method_name(LamEvaluateMethod method)
{
    return method_names[method];
}

/* As given. */
typedef struct {
    char *lambda, *grid, *similarity, **models, **methods;
    gboolean as_json, per_structure, symmetric, hd95;
} Given;

static void given_clear(Given *g)
{
    g_free(g->lambda);
    g_free(g->grid);
    g_free(g->similarity);
    g_strfreev(g->models);
    g_strfreev(g->methods);
}

static const LamCliSyntax syntax = {
    .arguments = "PAIRS.csv",
    .summary = "Registers each pair and compares the moving scan's carried labels with the fixed "
               "scan's.",
    .description =
        "PAIRS.csv has a header row with fixed, moving, fixed_labels and moving_labels in any\n"
        "order; paths are absolute or relative to its folder. Dice is averaged over the\n"
        "subcortical structures (OASIS values 4, 11, 31, 32, 35-41, 44, 45, 47, 48, 51, 52,\n"
        "55-62) and over the cortical ones (100 and above) that both scans hold.\n"
        "\n"
        "--model and --method take lists, separated by commas or by naming them again: each model\n"
        "by each method gives a table. With --grid model all compare on the first model's grid;\n"
        "folds and roughness are of each field on its own.\n"
        "\n"
        "--csv writes model,method,lambda,figure,mean,sd,pairs,structure. Names of structures are\n"
        "taken from --names, or from a labels.csv beside PAIRS.csv: columns value (or label) and\n"
        "name.",
    .positional = 1,
};

static bool parse_given(LamEvaluateOptions *o, Given *g, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &g->lambda,
         "Values from 0 to 1, separated by commas (default " DEFAULT_LAMBDAS ")", "L[,L...]"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME_ARRAY, &g->models, "Model names or files",
         "MODEL[,MODEL...]"},
        {"label-share", 0, 0, G_OPTION_ARG_DOUBLE, &o->label_share,
         "For models that have it: 0 (the images alone) to 1 (labels alone); default the model's",
         "S"},
        {"grid", 'g', 0, G_OPTION_ARG_STRING, &g->grid,
         "Compare on the model's grid or on the fixed scan's own (default model)", "model|fixed"},
        {"method", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &g->methods,
         "affine, network (default), refine: then improved for each pair, classical: optimised "
         "from "
         "the affine without a network. The affine is always there",
         "METHOD[,METHOD...]"},
        {"refine-seconds", 'r', 0, G_OPTION_ARG_DOUBLE, &o->seconds,
         "Time for each pair and λ; 0 = no limit (default 20)", "SECONDS"},
        {"similarity", 0, 0, G_OPTION_ARG_STRING, &g->similarity,
         "What refine and classical compare scans by: ncc, nmi, mse, or auto (default): nmi where "
         "a "
         "pair looks like two contrasts, else ncc",
         "NAME"},
        {"symmetric", 'S', 0, G_OPTION_ARG_NONE, &g->symmetric,
         "Half-way between the scans, the network asked both ways", NULL},
        {"hd95", 'H', 0, G_OPTION_ARG_NONE, &g->hd95,
         "95th percentile of the distances between the structures' surfaces, too", NULL},
        {"per-structure", 's', 0, G_OPTION_ARG_NONE, &g->per_structure,
         "Dice of each structure, too", NULL},
        {"names", 'n', 0, G_OPTION_ARG_FILENAME, &o->names, "Names of structures", "CSV"},
        {"csv", 'c', 0, G_OPTION_ARG_FILENAME, &o->csv, "Write all means as a table", "FILE"},
        {"plot", 'p', 0, G_OPTION_ARG_FILENAME, &o->plot,
         "Draw the figures against λ, as SVG or PNG", "FILE"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &g->as_json, "One JSON object on standard output",
         NULL},
        {NULL},
    };
    return lam_cli_parse(&syntax, entries, argc, argv, error);
}

static bool misuse(GError **error, const char *message)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s (see --help)", message);
    return false;
}

/* Every part once, in order; NULL of NULL. */
static char **split_lists(char **lists)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (lists == NULL)
        return NULL;
    for (char **list = lists; *list != NULL; list++) {
        g_auto(GStrv) parts = g_strsplit(*list, ",", -1);
        for (char **part = parts; *part != NULL; part++)
            if (g_hash_table_add(seen, g_strdup(g_strstrip(*part))))
                g_strv_builder_add(builder, *part);
    }
    return g_strv_builder_end(builder);
}

static bool read_models(LamEvaluateOptions *o, const Given *g, GError **error)
{
    o->models = split_lists(g->models);
    if (o->models != NULL && g_strv_contains((const char *const *)o->models, ""))
        return misuse(error, "--model: a name is empty");
    return true;
}

static bool read_methods(LamEvaluateOptions *o, const Given *g, GError **error)
{
    g_auto(GStrv) methods = split_lists(g->methods);
    o->methods[LAM_EVALUATE_NETWORK] = methods == NULL;
    for (char **method = methods; method != NULL && *method != NULL; method++) {
        int i = 0;
        while (i < LAM_EVALUATE_METHODS && strcmp(*method, method_names[i]) != 0)
            i++;
        if (i == LAM_EVALUATE_METHODS)
            return misuse(error, "--method: affine, network, refine or classical is needed");
        o->methods[i] = true;
    }
    return true;
}

static bool read_grid(LamEvaluateOptions *o, const Given *g, GError **error)
{
    o->fixed_grid = g_strcmp0(g->grid, "fixed") == 0;
    if (g->grid != NULL && !o->fixed_grid && strcmp(g->grid, "model") != 0)
        return misuse(error, "--grid: model or fixed is needed");
    return true;
}

static bool read_similarity(LamEvaluateOptions *o, const Given *g, GError **error)
{
    o->choose_similarity = g->similarity == NULL || g_str_equal(g->similarity, "auto");
    if (g->similarity == NULL)
        return true;
    if (!o->choose_similarity && (!lam_similarity_parse(g->similarity, &o->similarity) ||
                                  o->similarity > LAM_SIMILARITY_MSE))
        return misuse(error, "--similarity: auto, ncc, nmi or mse is needed");
    return o->methods[LAM_EVALUATE_REFINE] || o->methods[LAM_EVALUATE_CLASSICAL] ||
           misuse(error, "--similarity needs --method refine or classical");
}

static bool check(const LamEvaluateOptions *o, GError **error)
{
    bool optimises = o->methods[LAM_EVALUATE_REFINE] || o->methods[LAM_EVALUATE_CLASSICAL];
    if (o->seconds != -1 && !(o->seconds >= 0 && o->seconds <= 86400))
        return misuse(error, "--refine-seconds: a number from 0 to 86400 is needed");
    if (o->seconds >= 0 && !optimises)
        return misuse(error, "--refine-seconds needs --method refine or classical");
    if (!(o->label_share == -1 || (o->label_share >= 0 && o->label_share <= 1)))
        return misuse(error, "--label-share: a number from 0 to 1 is needed");
    if (o->label_share != -1 && !o->methods[LAM_EVALUATE_NETWORK] &&
        !o->methods[LAM_EVALUATE_REFINE])
        return misuse(error, "--label-share: is for a network");
    if (o->plot != NULL && !optimises && !o->methods[LAM_EVALUATE_NETWORK])
        return misuse(error, "--plot needs a method that depends on λ");
    return true;
}

bool lam_evaluate_parse(LamEvaluateOptions *o, int *argc, char ***argv, GError **error)
{
    Given g = {0};
    *o = (LamEvaluateOptions){.seconds = -1, .label_share = -1};
    bool ok = parse_given(o, &g, argc, argv, error) && read_models(o, &g, error) &&
              read_methods(o, &g, error) && read_grid(o, &g, error) &&
              read_similarity(o, &g, error) && check(o, error);
    if (ok) {
        o->pairs_path = (*argv)[1];
        o->json = g.as_json;
        o->per_structure = g.per_structure;
        o->symmetric = g.symmetric;
        o->hd95 = g.hd95;
        o->lambdas = lam_cli_parse_lambdas(g.lambda != NULL ? g.lambda : DEFAULT_LAMBDAS, error);
    }
    given_clear(&g);
    return ok && o->lambdas != NULL;
}

void lam_evaluate_options_clear(LamEvaluateOptions *o)
{
    g_strfreev(o->models);
    g_clear_pointer(&o->lambdas, g_array_unref);
    g_free(o->csv);
    g_free(o->plot);
    g_free(o->names);
}
