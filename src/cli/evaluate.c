/* lam evaluate: how good a model is on labelled pairs, over λ. */
#include "cli.h"
#include "evaluate-report.h"

#include <lambdascope/error.h>
#include <lambdascope/pairs.h>
#include <lambdascope/refine.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <string.h>

typedef enum { NETWORK, REFINE, CLASSICAL } Method;

static const char *const method_names[] = {"network", "refine", "classical"};

typedef struct {
    char *lambda, *model, *csv, *grid, *method_name;
    gboolean as_json, per_structure, symmetric;
    double seconds;     /* of --refine-seconds; negative: not given */
    double label_share; /* -1: not given */
    Method method;
    const char *pairs_path; /* borrowed from argv */
} Options;

static bool check_method(Options *o, GError **error)
{
    size_t n = G_N_ELEMENTS(method_names), i = 0;
    while (o->method_name != NULL && i < n && strcmp(o->method_name, method_names[i]) != 0)
        i++;
    o->method = (Method)i;
    const char *why = NULL;
    if (i == n)
        why = "--method: 'network', 'refine' or 'classical' is needed (see --help)";
    else if (o->method == NETWORK && o->seconds >= 0)
        why = "--refine-seconds needs --method refine or classical";
    else if (!(o->seconds == -1 || (o->seconds >= 0 && o->seconds <= 86400)))
        why = "--refine-seconds: a number from 0 to 86400 is needed";
    else if (!(o->label_share == -1 || (o->label_share >= 0 && o->label_share <= 1)))
        why = "--label-share: a number from 0 to 1 is needed (see --help)";
    else if (o->method == CLASSICAL && o->label_share != -1)
        why = "--label-share: is for a network (see --help)";
    if (why != NULL)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return why == NULL;
}

static bool check_grid(const Options *o, GError **error)
{
    if (o->grid == NULL || strcmp(o->grid, "model") == 0 || strcmp(o->grid, "fixed") == 0)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--grid: 'model' or 'fixed' is needed (see --help)");
    return false;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .arguments = "PAIRS.csv",
        .summary =
            "Registers each pair and compares the moving scan's carried labels with the fixed "
            "scan's.",
        .description =
            "PAIRS.csv has a header row with fixed, moving, fixed_labels and moving_labels in any\n"
            "order; paths are absolute or relative to its folder. Dice is averaged over the\n"
            "subcortical structures (OASIS values 4, 11, 31, 32, 35-41, 44, 45, 47, 48, 51, 52,\n"
            "55-62) and over the cortical ones (100 and above) that both scans hold.",
        .positional = 1,
    };
    const GOptionEntry entries[] = {
        {"lambda", 'l', 0, G_OPTION_ARG_STRING, &o->lambda,
         "Values from 0 to 1, separated by commas (default 0.05,0.1,0.2,0.4,0.6,0.8,0.95)",
         "L[,L...]"},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &o->model, "Model name or file", "MODEL"},
        {"label-share", 0, 0, G_OPTION_ARG_DOUBLE, &o->label_share,
         "For a model that has it: 0 (the images alone) to 1 (labels alone); default the model's",
         "S"},
        {"grid", 'g', 0, G_OPTION_ARG_STRING, &o->grid,
         "Compare on the model's grid or on the fixed scan's own (default model)", "model|fixed"},
        {"method", 'm', 0, G_OPTION_ARG_STRING, &o->method_name,
         "The network alone, refined for each pair, or optimised from the affine without a network "
         "(default network)",
         "network|refine|classical"},
        {"refine-seconds", 'r', 0, G_OPTION_ARG_DOUBLE, &o->seconds,
         "Time for each pair and λ; 0 = no limit (default 20)", "SECONDS"},
        {"symmetric", 'S', 0, G_OPTION_ARG_NONE, &o->symmetric,
         "Half-way between the scans, the network asked both ways", NULL},
        {"per-structure", 's', 0, G_OPTION_ARG_NONE, &o->per_structure,
         "Dice of each structure, too", NULL},
        {"csv", 'c', 0, G_OPTION_ARG_FILENAME, &o->csv, "Write all means as a table", "FILE"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &o->as_json, "One JSON object on standard output",
         NULL},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    o->pairs_path = (*argv)[1];
    return check_grid(o, error) && check_method(o, error);
}

static bool on_fixed_grid(const Options *o)
{
    return o->grid != NULL && strcmp(o->grid, "fixed") == 0;
}

/* Everything about one pair that the scores need. */
typedef struct {
    LamSession *session;
    LamVolume *fixed_labels, *moving_labels;
} Case;

static void case_clear(Case *c)
{
    lam_session_free(c->session);
    lam_volume_unref(c->fixed_labels);
    lam_volume_unref(c->moving_labels);
}

static bool case_open(Case *c, const Options *o, LamModel *model, const LamPair *pair,
                      const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) fixed = lam_scan_load(pair->fixed, 0, error);
    g_autoptr(LamVolume) moving = fixed != NULL ? lam_scan_load(pair->moving, 0, error) : NULL;
    if (moving == NULL)
        return false;
    c->fixed_labels = lam_scan_load(pair->fixed_labels, 0, error);
    if (c->fixed_labels != NULL)
        c->moving_labels = lam_scan_load(pair->moving_labels, 0, error);
    if (c->moving_labels != NULL) {
        LamSessionOptions options = {
            .model = model, .fixed = fixed, .moving = moving, .symmetric = o->symmetric};
        c->session = lam_session_open(&options, progress, error);
    }
    return c->session != NULL &&
           (o->label_share < 0 || lam_session_set_label_share(c->session, o->label_share, error));
}

static LamSnapshot *compute(const Options *o, LamSession *session, double lambda,
                            const LamProgress *progress, GError **error)
{
    bool classical = o->method == CLASSICAL;
    g_autoptr(LamSnapshot) first =
        classical ? NULL : lam_session_set_lambda(session, lambda, true, error);
    if (o->method == NETWORK || (!classical && first == NULL))
        return g_steal_pointer(&first);
    LamRefineOptions options =
        (classical ? lam_refine_options_classical : lam_refine_options_default)(lambda);
    if (o->seconds >= 0)
        options.seconds = o->seconds;
    return lam_session_refine(session, first, &options, NULL, progress, error);
}

static bool score_case(const Options *o, const LamEvaluation *e, guint pair, const Case *c,
                       const LamProgress *progress, GError **error)
{
    const LamGrid *grid = on_fixed_grid(o) ? &lam_session_fixed(c->session)->grid
                                           : lam_session_fixed_grid(c->session);
    if (!lam_score(c->session, NULL, c->fixed_labels, c->moving_labels, grid,
                   lam_evaluation_score(e, 0, pair), error))
        return false;
    for (guint i = 0; i < e->lambdas->len; i++) {
        double lambda = g_array_index(e->lambdas, double, i);
        LamProgress part =
            lam_progress_part(progress, (double)i / e->lambdas->len, (i + 1.0) / e->lambdas->len);
        g_autoptr(LamSnapshot) snapshot = compute(o, c->session, lambda, &part, error);
        if (snapshot == NULL || !lam_score(c->session, snapshot, c->fixed_labels, c->moving_labels,
                                           grid, lam_evaluation_score(e, i + 1, pair), error))
            return false;
        lam_progress_report(progress, (i + 1.0) / e->lambdas->len, "scoring");
    }
    return true;
}

static bool run_pair(const Options *o, const LamEvaluation *e, guint index, LamModel *model,
                     const LamProgress *progress, GError **error)
{
    Case c = {0};
    LamProgress opening = lam_progress_part(progress, 0, 0.5);
    LamProgress scoring = lam_progress_part(progress, 0.5, 1);
    bool ok = case_open(&c, o, model, e->pairs->pdata[index], &opening, error) &&
              score_case(o, e, index, &c, &scoring, error);
    case_clear(&c);
    return ok;
}

static bool check_pairs(const Options *o, const GPtrArray *pairs, GError **error)
{
    const char *why = pairs->len == 0 ? "it names no pair" : NULL;
    for (guint i = 0; i < pairs->len; i++) {
        const LamPair *pair = pairs->pdata[i];
        if (pair->fixed_labels == NULL || pair->moving_labels == NULL)
            why = "fixed_labels and moving_labels are needed in each row";
    }
    if (why != NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot use pairs: %s: %s", o->pairs_path,
                    why);
    return why == NULL;
}

static bool print_results(const Options *o, const LamEvaluation *e, GError **error)
{
    (o->as_json ? lam_evaluation_print_json : lam_evaluation_print)(e, o->per_structure);
    return o->csv == NULL || lam_evaluation_save_csv(e, o->csv, error);
}

/* What is asked of a model with a share of labels; an error where there is no such input. */
static bool find_label_share(const Options *o, const LamModel *model, LamEvaluation *e,
                             GError **error)
{
    bool given = o->label_share >= 0,
         there = model != NULL && lam_model_config(model)->hyper_labels;
    e->label_share = !there ? NAN : given ? o->label_share : lam_model_label_share(model);
    return !given || lam_model_check_label_share(model, o->label_share, error);
}

/* The model for all pairs; if none is named, the first scan tells what is needed. */
static LamModel *load_model(const Options *o, const LamEvaluation *e, GError **error)
{
    const LamPair *first = e->pairs->pdata[0];
    g_autoptr(LamVolume) scan = lam_scan_load(first->fixed, 0, error);
    return scan != NULL ? lam_cli_load_model(o->model, scan, error) : NULL;
}

static bool run_all(const Options *o, LamEvaluation *e, GError **error)
{
    bool classical = o->method == CLASSICAL;
    g_autoptr(LamModel) model = classical ? NULL : load_model(o, e, error);
    LamProgress progress = lam_cli_progress();
    if ((model == NULL && !classical) || !find_label_share(o, model, e, error))
        return false;
    e->model_path = model != NULL ? lam_model_path(model) : NULL;
    e->scores = g_new0(LamScore, (e->lambdas->len + 1) * e->pairs->len);
    bool ok = true;
    for (guint i = 0; ok && i < e->pairs->len; i++) {
        LamProgress part =
            lam_progress_part(&progress, (double)i / e->pairs->len, (i + 1.0) / e->pairs->len);
        ok = run_pair(o, e, i, model, &part, error);
    }
    lam_cli_progress_done();
    return ok && print_results(o, e, error);
}

static bool run(const Options *o, GError **error)
{
    const char *default_lambdas = "0.05,0.1,0.2,0.4,0.6,0.8,0.95";
    const char *inputs[] = {o->pairs_path, NULL};
    g_autoptr(GArray) lambdas =
        lam_cli_parse_lambdas(o->lambda != NULL ? o->lambda : default_lambdas, error);
    if (lambdas == NULL || !lam_cli_check_output(o->csv, inputs, error))
        return false;
    g_autoptr(GPtrArray) pairs = lam_pairs_load(o->pairs_path, NULL, error);
    if (pairs == NULL || !check_pairs(o, pairs, error))
        return false;
    LamEvaluation e = {
        .grid = on_fixed_grid(o) ? "fixed" : "model", .pairs = pairs, .lambdas = lambdas};
    e.method = method_names[o->method];
    e.symmetric = o->symmetric;
    bool ok = run_all(o, &e, error);
    for (guint i = 0; e.scores != NULL && i < (lambdas->len + 1) * pairs->len; i++)
        lam_score_clear(&e.scores[i]);
    g_free(e.scores);
    return ok;
}

int lam_cli_evaluate(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {.seconds = -1, .label_share = -1};
    if (parse(&o, &argc, &argv, &error))
        run(&o, &error);
    char *strings[] = {o.lambda, o.model, o.csv, o.grid, o.method_name};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    return lam_cli_finish("evaluate", error);
}
