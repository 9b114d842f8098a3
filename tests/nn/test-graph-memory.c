/* Memory that nodes share: the same values bit for bit, and no op more than without, in less memory. */
#include <graph-memory.h>
#include <lambdascope/template_net.h>
#include <lambdascope/threads.h>
#include <lambdascope/unet.h>
#include <math.h>
#include <string.h>

#include "rig.h"

#define MOST_KEPT 8
#define POISON    NAN

/* ---- stretches ---- */

static bool in_conflict(const LamSpan *a, const LamSpan *b)
{
    bool at_once = a->first <= b->last && b->first <= a->last;
    return at_once && a->at < b->at + b->floats && b->at < a->at + a->floats;
}

static size_t most_at_once(const LamSpan *spans, int n, int times)
{
    size_t most = 0;
    for (int t = 0; t < times; t++) {
        size_t floats = 0;
        for (int i = 0; i < n; i++)
            floats += spans[i].first <= t && t <= spans[i].last ? spans[i].floats : 0;
        most = MAX(most, floats);
    }
    return most;
}

/* None overlap, and little is lost: at worst a third more than what is needed at once. */
static void test_spans(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (int round = 0; round < 200; round++) {
        LamSpan spans[30];
        int n = g_rand_int_range(rand, 0, 30);
        size_t end = 0;
        for (int i = 0; i < n; i++) {
            int first = g_rand_int_range(rand, 0, 20);
            spans[i] = (LamSpan){16 * (size_t)g_rand_int_range(rand, 0, 40), first,
                                 first + g_rand_int_range(rand, 0, 8), 0};
        }
        size_t floats = lam_spans_place(spans, n);
        for (int i = 0; i < n; i++) {
            end = MAX(end, spans[i].at + spans[i].floats);
            for (int k = 0; k < i; k++)
                g_assert_false(in_conflict(&spans[i], &spans[k]));
        }
        g_assert_cmpuint(floats, ==, end);
        g_assert_cmpuint(3 * floats, <=, 4 * most_at_once(spans, n, 30));
    }
}

/* A chain needs two of its links at a time; the small one finds a gap. */
static void test_spans_known(void)
{
    LamSpan chain[] = {{32, 0, 1, 0}, {64, 1, 2, 0}, {32, 2, 3, 0}, {16, 3, 3, 0}};
    g_assert_cmpuint(lam_spans_place(chain, 4), ==, 96);
    g_assert_cmpuint(chain[1].at, ==, 0);
    g_assert_cmpuint(chain[0].at, ==, 64);
    g_assert_cmpuint(chain[2].at, ==, 64);
    g_assert_cmpuint(chain[3].at, ==, 0);
    g_assert_cmpuint(lam_spans_place(chain, 0), ==, 0);
}

/* ---- networks ---- */

typedef struct {
    const char *name;
    const char *keys[8][2]; /* beside those of small_config */
    bool template;          /* its picture is the fixed image */
    bool sampling;
} Case;

static const Case cases[] = {
    {.name = "decoder"},
    {.name = "slices", .keys = {{"size", "16,16,1"}}},
    {.name = "concat", .keys = {{"skip", "concat"}}},
    {.name = "all", .keys = {{"generated", "all"}}},
    {.name = "all-concat", .keys = {{"generated", "all"}, {"skip", "concat"}}},
    {.name = "plain", .keys = {{"generated", "none"}}},
    {.name = "displacement", .keys = {{"integration_steps", "0"}}},
    {.name = "uncertain", .keys = {{"uncertain", "true"}}},
    {.name = "sampling", .keys = {{"uncertain", "true"}}, .sampling = true},
    {.name = "classes", .keys = {{"hyper_classes", "3"}, {"hyper_labels", "true"}}},
    {.name = "features", .keys = {{"features_encoder", "8,16,16"}, {"features_decoder", "16,16"}}},
    {.name = "structures",
     .keys = {{"features_encoder", "8,16,16"}, {"features_decoder", "16,24"}, {"structures", "5"}}},
    {.name = "parts",
     .keys = {{"features_encoder", "8,16,16"},
              {"features_decoder", "16,16"},
              {"structures", "5"},
              {"structure_parts", "true"}}},
    {.name = "parts-of-slices",
     .keys = {{"features_encoder", "8,16,16"},
              {"features_decoder", "16,16"},
              {"structures", "20"},
              {"structure_parts", "true"},
              {"generated", "all"},
              {"skip", "concat"},
              {"size", "16,16,1"}}},
    {.name = "scans",
     .keys = {{"features_encoder", "8,16,16"},
              {"features_decoder", "16,16"},
              {"structures", "5"},
              {"structure_parts", "true"},
              {"scans", "true"}}},
    {.name = "template", .template = true},
    {.name = "template-parts",
     .keys = {{"features_encoder", "8,16,16"},
              {"features_decoder", "16,16"},
              {"structures", "5"},
              {"structure_parts", "true"}},
     .template = true},
};

static LamUnetConfig small_config(const Case *c)
{
    static const char *const common[][2] = {{"size", "8,8,8"},    {"encoder", "8,16,16"},
                                            {"decoder", "16,16"}, {"final", "8"},
                                            {"hidden", "8,8"},    {"integration_steps", "3"}};
    static const char *const beneath[][2] = {{"encoder", "16,16"}, {"decoder", "16,16"}};
    LamUnetConfig config = lam_unet_config_default();
    GError *error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(common); i++)
        g_assert_true(lam_unet_config_set(&config, common[i][0], common[i][1], NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(c->keys) && c->keys[i][0] != NULL; i++)
        g_assert_true(lam_unet_config_set(&config, c->keys[i][0], c->keys[i][1], NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(beneath) && config.n_features_encoder > 0; i++)
        g_assert_true(lam_unet_config_set(&config, beneath[i][0], beneath[i][1], NULL));
    lam_unet_config_check(&config, &error);
    g_assert_no_error(error);
    return config;
}

static LamTemplateConfig small_template(void)
{
    LamTemplateConfig c = lam_template_config_default();
    g_assert_true(lam_template_config_set_attributes(&c, "age:20:80;sex(F,M)", NULL));
    g_assert_true(lam_template_config_set_decoder(&c, "8,8", NULL));
    c.n_structures = 3;
    return c;
}

typedef struct {
    LamGraph *graph;
    LamUnet unet;
    LamTemplateNet template;
    LamNode *kept[MOST_KEPT];
    int n_kept;
} Net;

/* The same network, with (0) a plan that is told nothing and (1) one that is told. */
typedef struct {
    LamUnetConfig config;
    LamTemplateConfig template_config;
    LamParameters *parameters;
    Net net[2];
    GRand *rand;
} Twins;

static void wants(Net *net, LamNode *node)
{
    g_assert_cmpint(net->n_kept, <, MOST_KEPT);
    if (node != NULL)
        net->kept[net->n_kept++] = node;
}

static void net_build(Net *net, const Case *c, Twins *t, bool told, bool with_gradients)
{
    GError *error = NULL;
    *net = (Net){.graph = lam_graph_new(t->parameters, with_gradients)};
    if (c->template) {
        net->template =
            lam_template_net_build(&t->template_config, &t->config, net->graph, t->parameters);
        net->unet =
            lam_unet_build_onto(&t->config, net->graph, t->parameters, net->template.picture);
    } else {
        net->unet = (c->sampling ? lam_unet_build_sampling : lam_unet_build)(&t->config, net->graph,
                                                                             t->parameters);
    }
    wants(net, net->unet.features);
    wants(net, net->unet.velocity);
    wants(net, net->unet.log_variance);
    wants(net, net->unet.displacement);
    wants(net, net->template.scores);
    wants(net, net->template.picture);
    for (int i = 0; i < net->n_kept && told; i++)
        lam_graph_keep(net->graph, net->kept[i]);
    lam_graph_keep(net->graph, NULL);
    lam_graph_finalise(net->graph, &error);
    g_assert_no_error(error);
}

static void twins_init(Twins *t, const Case *c)
{
    GError *error = NULL;
    *t = (Twins){.config = small_config(c),
                 .template_config = small_template(),
                 .parameters = lam_parameters_new(),
                 .rand = g_rand_new_with_seed(5)};
    lam_unet_declare(&t->config, t->parameters);
    if (c->template)
        lam_template_net_declare(&t->template_config, &t->config, 1, t->parameters);
    lam_parameters_allocate(t->parameters, true, &error);
    g_assert_no_error(error);
    lam_parameters_initialise(t->parameters, 3);
    for (int i = 0; i < 2; i++)
        net_build(&t->net[i], c, t, i == 1, false);
}

static void twins_clear(Twins *t)
{
    for (int i = 0; i < 2; i++)
        lam_graph_free(t->net[i].graph);
    lam_parameters_free(t->parameters);
    g_rand_free(t->rand);
}

/* Of what is joined, a part may last, and so may what was written over a value. */
static void poison_values(LamNode *node, GHashTable *seen)
{
    if (node == NULL || !g_hash_table_add(seen, node))
        return;
    bool gone = node->fleeting && !node->op->joins && !node->overwritten;
    for (size_t i = 0; gone && i < node->count; i++)
        node->value[i] = POISON;
    for (size_t i = 0; node->scratch != NULL && i < node->scratch_count; i++)
        node->scratch[i] = POISON;
    for (int k = 0; k < node->n_inputs; k++)
        poison_values(node->inputs[k], seen);
}

/* Whatever does not have to last is overwritten. */
static void poison(Net *net)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < net->n_kept; i++)
        poison_values(net->kept[i], seen);
}

static void assert_same(const Twins *t, int k)
{
    LamNode *a = t->net[0].kept[k], *b = t->net[1].kept[k];
    size_t bytes = lam_node_count(a) * sizeof(float);
    g_assert_cmpmem(lam_node_value(a), bytes, lam_node_value(b), bytes);
}

static double sum_of_squares(LamNode *node)
{
    double sum = 0;
    for (size_t i = 0; i < lam_node_count(node); i++)
        sum += (double)lam_node_value(node)[i] * (double)lam_node_value(node)[i];
    return sum;
}

/* One of them (or all: -1) from both: the same values by as many ops, or `spare` more. */
static void ask_sparing(Twins *t, int k, int spare)
{
    int ran[2];
    poison(&t->net[1]);
    for (int i = 0; i < 2; i++) {
        Net *net = &t->net[i];
        ran[i] = 0;
        for (int j = 0; j < net->n_kept && k < 0 && i == 0; j++)
            ran[i] += lam_graph_forward(net->graph, net->kept[j], NULL);
        if (k >= 0 || i == 1)
            ran[i] = lam_graph_forward(net->graph, k >= 0 ? net->kept[k] : NULL, NULL);
    }
    g_assert_cmpint(ran[1], >=, ran[0]);
    g_assert_cmpint(ran[1], <=, ran[0] + spare);
    for (int j = 0; j < t->net[0].n_kept; j++)
        if (k < 0 || j == k)
            assert_same(t, j);
}

static void ask(Twins *t, int k)
{
    ask_sparing(t, k, 0);
}

static void put(Twins *t, LamNode *a, LamNode *b, double deviation)
{
    if (a == NULL || a->op != NULL)
        return;
    rig_fill(t->rand, lam_node_value(a), lam_node_count(a), deviation);
    memcpy(lam_node_value(b), lam_node_value(a), lam_node_count(a) * sizeof(float));
    lam_graph_touch(t->net[0].graph, a);
    lam_graph_touch(t->net[1].graph, b);
}

static void put_scan(Twins *t, bool moving)
{
    const LamUnet *a = &t->net[0].unet, *b = &t->net[1].unet;
    put(t, moving ? a->moving : a->fixed, moving ? b->moving : b->fixed, 1);
}

static void put_lambda(Twins *t, double lambda)
{
    for (int i = 0; i < 2; i++) {
        const double lambdas[] = {lambda, 0.5 * lambda, 0.1};
        lam_unet_set_hyper(&t->net[i].unet, t->net[i].graph, lambda, 0.25);
        if (t->net[i].unet.n_lambdas == 3)
            lam_unet_set_class_lambdas(&t->net[i].unet, t->net[i].graph, lambdas);
    }
    put(t, t->net[0].unet.noise, t->net[1].unet.noise, 1);
}

static void put_age(Twins *t, double age)
{
    for (int i = 0; i < 2 && t->net[i].template.picture != NULL; i++)
        lam_template_net_change(&t->net[i].template, &t->template_config, t->net[i].graph,
                                (const double[]){age, 1});
}

static void change_parameters(Twins *t)
{
    lam_parameters_initialise(t->parameters, 11);
    for (int i = 0; i < 2; i++)
        lam_graph_touch(t->net[i].graph, NULL);
}

/* All kinds of change, each followed by all that may be asked, alone, in either order and together. */
static void test_same(gconstpointer data)
{
    Twins t;
    twins_init(&t, data);
    put_scan(&t, false);
    put_scan(&t, true);
    put_lambda(&t, 0.3);
    put_age(&t, 30);
    ask(&t, 1);
    ask(&t, -1);
    g_assert_cmpfloat(sum_of_squares(t.net[1].unet.displacement), >, 0);
    for (int change = 0; change < 6; change++)
        for (int order = 0; order < 3; order++) {
            if (change == 0 || change == 3)
                put_lambda(&t, 0.1 * order + 0.4);
            if (change == 1 || change == 3)
                put_scan(&t, false);
            if (change == 2)
                put_scan(&t, true);
            if (change == 4)
                put_age(&t, 40 + 10 * order);
            if (change == 5)
                change_parameters(&t);
            int spare = change == 5; /* the scans side by side, of which no parameter is */
            for (int i = 0; i < t.net[0].n_kept && order < 2; i++)
                ask_sparing(&t, order == 0 ? i : t.net[0].n_kept - 1 - i, spare);
            ask_sparing(&t, -1, spare);
        }
    twins_clear(&t);
}

/* λ changes between two questions, so that the second answers from what the first one's pair left. */
static void test_interleaved(gconstpointer data)
{
    Twins t;
    twins_init(&t, data);
    put_age(&t, 50);
    for (int i = 0; i < 12; i++) {
        if (i % 4 == 0)
            put_scan(&t, i % 8 == 0);
        put_lambda(&t, 0.08 * i);
        ask(&t, i % t.net[0].n_kept);
    }
    twins_clear(&t);
}

/* ---- how much ---- */

static const Case *case_named(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (g_str_equal(cases[i].name, name))
            return &cases[i];
    g_error("no case %s", name);
}

static void test_bytes(gconstpointer data)
{
    Twins t;
    twins_init(&t, data);
    size_t all = lam_graph_bytes(t.net[0].graph), told = lam_graph_bytes(t.net[1].graph);
    g_test_message("%s: %zu kB of %zu", ((const Case *)data)->name, told >> 10, all >> 10);
    g_assert_cmpuint(told, <, all);
    twins_clear(&t);
}

/* What only training reads has no memory, and what lasts is known. */
static void test_parts_in_little(void)
{
    Twins t;
    twins_init(&t, case_named("parts"));
    const LamUnet *told = &t.net[1].unet, *all = &t.net[0].unet;
    g_assert_cmpuint(2 * lam_graph_bytes(t.net[1].graph), <, lam_graph_bytes(t.net[0].graph));
    g_assert_null(told->fixed_structures->value);
    g_assert_null(lam_node_value(told->fixed_structures));
    g_assert_nonnull(lam_node_value(all->fixed_structures));
    g_assert_nonnull(lam_node_value(told->lambda)); /* an input, though of the loss alone */
    g_assert_nonnull(lam_node_value(told->velocity));
    g_assert_true(told->velocity->inputs[0]->fleeting);
    g_assert_nonnull(told->velocity->inputs[0]->value);
    g_assert_null(lam_node_value(told->velocity->inputs[0]));
    twins_clear(&t);
}

/* With gradients, everything is needed for them, whatever is told. */
static void test_with_gradients(void)
{
    Twins t;
    Net net[2];
    twins_init(&t, case_named("parts"));
    for (int i = 0; i < 2; i++)
        net_build(&net[i], case_named("parts"), &t, i == 1, true);
    g_assert_cmpuint(lam_graph_bytes(net[0].graph), ==, lam_graph_bytes(net[1].graph));
    g_assert_nonnull(lam_node_value(net[1].unet.fixed_structures));
    for (int i = 0; i < 2; i++)
        lam_graph_free(net[i].graph);
    twins_clear(&t);
}

/* ---- places of values ---- */

static LamNode *blocked_input(Rig *rig, LamShape shape)
{
    return lam_op_to_blocked(rig->graph, rig_input(rig, shape, 1));
}

static void without_gradients(Rig *rig)
{
    rig_init(rig, 4);
    lam_graph_free(rig->graph);
    rig->graph = lam_graph_new(rig->parameters, false);
}

/* Two parts lie where the whole is; a softmax of what something else reads, or that is kept, may not be
 * written over it; one value cannot lie in two places. */
static void test_places(void)
{
    Rig rig;
    without_gradients(&rig);
    LamNode *a = blocked_input(&rig, (LamShape){16, 3, 3, 3});
    LamNode *b = blocked_input(&rig, (LamShape){32, 3, 3, 3});
    LamNode *soft = lam_op_softmax(rig.graph, a), *again = lam_op_softmax(rig.graph, soft);
    LamNode *both = lam_op_concat(rig.graph, again, b);
    LamNode *twice = lam_op_concat(rig.graph, b, b), *of_both = lam_op_softmax(rig.graph, both);
    LamNode *c = blocked_input(&rig, (LamShape){16, 3, 3, 3}), *of_c = lam_op_softmax(rig.graph, c);
    LamNode *more =
        lam_op_sum(rig.graph, lam_op_to_plain(rig.graph, of_c), lam_op_to_plain(rig.graph, c), 1);
    LamNode *out[] = {soft, of_both, lam_op_to_plain(rig.graph, twice), more};
    for (size_t i = 0; i < G_N_ELEMENTS(out); i++)
        lam_graph_keep(rig.graph, out[i]);
    rig_finish(&rig);
    g_assert_true(soft->value == a->value);     /* a is needed no more */
    g_assert_true(again->value != soft->value); /* that is kept */
    g_assert_true(of_both->value == both->value);
    g_assert_true(again->value != both->value); /* which is overwritten itself */
    g_assert_true(twice->value == b->value);
    g_assert_true(of_c->value != c->value); /* that is read again */
    g_assert_true(out[2]->value != twice->value);
    for (size_t i = 0; i < 32 * 27; i++) {
        g_assert_cmpfloat(lam_node_value(out[2])[i], ==, lam_node_value(rig.inputs[1])[i]);
        g_assert_cmpfloat(lam_node_value(out[2])[32 * 27 + i], ==,
                          lam_node_value(rig.inputs[1])[i]);
    }
    rig_clear(&rig);
}

/* Odd channels and voxels: the padding of blocks is zeros in memory that was another's. */
static void test_padding(void)
{
    Rig rig;
    without_gradients(&rig);
    LamNode *x = rig_input(&rig, (LamShape){3, 5, 3, 7}, 1), *taps[2];
    LamConvOptions options = {5, {3, 3, 3}, 1, 0.2f};
    taps[0] = rig_input(&rig, (LamShape){5 * 3 * 27, 1, 1, 1}, 1);
    taps[1] = rig_input(&rig, (LamShape){5 * 5 * 27, 1, 1, 1}, 1);
    LamNode *y =
        lam_op_conv(rig.graph, lam_op_to_blocked(rig.graph, x), taps[0], NULL, NULL, options);
    y = lam_op_conv(rig.graph, y, taps[1], NULL, NULL, options);
    y = lam_op_to_plain(rig.graph, y);
    lam_graph_keep(rig.graph, y);
    rig_finish(&rig);
    size_t bytes = lam_node_count(y) * sizeof(float);
    g_autofree float *before = g_memdup2(lam_node_value(y), bytes);
    Net net = {.kept = {y}, .n_kept = 1};
    LamNode *blocked = y->inputs[0]->inputs[0]->inputs[0];
    poison(&net);
    for (size_t i = 0; i < blocked->count; i++)
        blocked->value[i] = POISON;
    lam_graph_touch(rig.graph, x);
    lam_graph_forward(rig.graph, y, NULL);
    for (size_t i = 0; i < blocked->count; i++)
        g_assert_true(i % (size_t)lam_channel_block() < 3 || blocked->value[i] == 0);
    g_assert_cmpfloat(sum_of_squares(y), >, 0);
    g_assert_cmpmem(lam_node_value(y), bytes, before, bytes);
    rig_clear(&rig);
}

/* ---- cancelling ---- */

static void stop_forward(LamNode *node)
{
    memcpy(node->value, node->inputs[0]->value, node->count * sizeof(float));
    g_cancellable_cancel(*(GCancellable **)node->state);
}

static const LamOp stop_op = {.name = "stop", .forward = stop_forward};

/* Stopped in the middle, where values are there that share memory with those of an op before: with another
 * λ in between, the next evaluation is still right. */
static void test_stopped(void)
{
    Twins t;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    twins_init(&t, case_named("concat"));
    lam_graph_free(t.net[1].graph);
    LamGraph *graph = lam_graph_new(t.parameters, false);
    LamNode *picture = lam_graph_input(graph, "picture", lam_node_shape(t.net[0].unet.fixed));
    LamNode *stop = lam_node_add(graph, &stop_op, picture->shape, LAM_PLAIN, &picture, 1,
                                 &cancellable, sizeof cancellable);
    LamUnet unet = lam_unet_build_onto(&t.config, graph, t.parameters, stop);
    lam_graph_keep(graph, unet.displacement);
    g_assert_true(lam_graph_finalise(graph, NULL));
    t.net[1] = (Net){.graph = graph, .unet = unet, .kept = {unet.displacement}, .n_kept = 1};
    t.net[1].unet.fixed = picture;
    t.net[0].kept[0] = t.net[0].unet.displacement;
    for (int i = 0; i < 4; i++) {
        put_scan(&t, i % 2 == 1);
        put_scan(&t, false);
        put_lambda(&t, 0.2);
        g_assert_cmpint(lam_graph_forward(graph, unet.displacement, cancellable), ==, -1);
        put_lambda(&t, 0.1 * i);
        poison(&t.net[1]);
        g_assert_cmpint(lam_graph_forward(graph, unet.displacement, NULL), >, 0);
        g_assert_cmpint(lam_graph_forward(graph, unet.displacement, NULL), ==, 0);
        lam_graph_forward(t.net[0].graph, t.net[0].kept[0], NULL);
        assert_same(&t, 0);
        g_cancellable_reset(cancellable);
    }
    twins_clear(&t);
}

/* ---- threads ---- */

static gpointer sweep(gpointer data)
{
    Net *net = data;
    for (int i = 0; i < 5; i++) {
        lam_unet_set_lambda(&net->unet, net->graph, 0.2 * i);
        lam_graph_forward(net->graph, net->unet.displacement, NULL);
    }
    return NULL;
}

/* Graphs over the same parameters do not disturb each other. */
static void test_threads(void)
{
    Twins t;
    twins_init(&t, case_named("parts"));
    put_scan(&t, false);
    put_scan(&t, true);
    GThread *other = g_thread_new("other", sweep, &t.net[1]);
    sweep(&t.net[0]);
    g_thread_join(other);
    ask(&t, -1);
    twins_clear(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lam_threads_set(1);
    g_test_add_func("/graph-memory/spans", test_spans);
    g_test_add_func("/graph-memory/spans/known", test_spans_known);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        static const struct {
            const char *name;
            GTestDataFunc run;
        } tests[] = {{"same", test_same}, {"interleaved", test_interleaved}, {"bytes", test_bytes}};
        for (size_t k = 0; k < G_N_ELEMENTS(tests); k++) {
            g_autofree char *path =
                g_strdup_printf("/graph-memory/%s/%s", tests[k].name, cases[i].name);
            g_test_add_data_func(path, &cases[i], tests[k].run);
        }
    }
    g_test_add_func("/graph-memory/parts-in-little", test_parts_in_little);
    g_test_add_func("/graph-memory/with-gradients", test_with_gradients);
    g_test_add_func("/graph-memory/places", test_places);
    g_test_add_func("/graph-memory/padding", test_padding);
    g_test_add_func("/graph-memory/stopped", test_stopped);
    g_test_add_func("/graph-memory/threads", test_threads);
    return g_test_run();
}
