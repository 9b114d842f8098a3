/* Models on disk: round trip, search, and every way in which weights and architecture can disagree. */
#include <lambdascope/error.h>
#include <lambdascope/model.h>

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *folder, *path;
    LamUnetConfig config;
    LamParameters *parameters;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-model-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "small.safetensors", NULL);
    f->config = (LamUnetConfig){.size = {16, 12, 8},
                                .spacing_mm = 2.5,
                                .n_encoder = 2,
                                .encoder = {4, 8},
                                .n_decoder = 1,
                                .decoder = {8},
                                .n_hidden = 1,
                                .hidden = {4},
                                .generated = LAM_GENERATED_DECODER,
                                .skip = LAM_SKIP_ADD,
                                .integration_steps = 5};
    g_assert_true(lam_unet_config_check(&f->config, NULL));
    f->parameters = lam_parameters_new();
    lam_unet_declare(&f->config, f->parameters);
    g_assert_true(lam_parameters_allocate(f->parameters, false, NULL));
    lam_parameters_initialise(f->parameters, 1);
    g_autoptr(GHashTable) about = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(about, (char *)"title", (char *)"a small one");
    g_hash_table_insert(about, (char *)"licence", (char *)"CC0");
    GError *error = NULL;
    lam_model_save(&f->config, f->parameters, lam_parameters_values(f->parameters), about, f->path,
                   LAM_STORE_F32, &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_remove(f->path);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0); /* nothing else was left behind */
    g_free(f->folder);
    g_free(f->path);
    lam_parameters_free(f->parameters);
}

static void test_round_trip(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamModel) model = lam_model_load(f->path, &error);
    g_assert_no_error(error);
    g_assert_true(lam_unet_config_equal(lam_model_config(model), &f->config));
    LamParameters *back = lam_model_parameters(model);
    size_t bytes = lam_parameters_floats(back) * sizeof(float);
    g_assert_cmpuint(bytes, ==, lam_parameters_floats(f->parameters) * sizeof(float));
    g_assert_cmpmem(lam_parameters_values(back), bytes, lam_parameters_values(f->parameters),
                    bytes);
    g_assert_cmpstr(lam_model_title(model), ==, "a small one");
    g_assert_cmpstr(lam_model_metadata(model, "licence"), ==, "CC0");
    g_assert_null(lam_model_metadata(model, "colour"));
    g_assert_cmpstr(lam_model_path(model), ==, f->path);
    int size[3];
    lam_model_size(model, size);
    g_assert_true(size[0] == 16 && size[1] == 12 && size[2] == 8);
    g_assert_cmpfloat(lam_model_spacing_mm(model), ==, 2.5);
    /* hyper 2*4+4; encoder 2*4*27+4, 4*8*27+8; generated decoder (8*8*27+8)*(4+1); flow 8*3*27+3 */
    g_assert_cmpuint(lam_model_parameter_count(model), ==, 12 + 220 + 872 + 8680 + 651);
}

/* Half of each where the file names no share that makes sense. */
static void test_label_share(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *text;
        double share;
    } said[] = {{NULL, 0.5}, {"0", 0},    {"0.25", 0.25}, {"1", 1},     {"", 0.5},
                {"2", 0.5},  {"-1", 0.5}, {"nan", 0.5},   {"0.3x", 0.5}};
    GError *error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        g_autoptr(LamSafetensors) file = lam_safetensors_load(f->path, NULL);
        if (said[i].text != NULL)
            lam_safetensors_set_metadata(file, "label_share", said[i].text);
        g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
        g_autoptr(LamModel) model = lam_model_load(f->path, NULL);
        g_assert_cmpfloat(lam_model_label_share(model), ==, said[i].share);
        g_assert_false(lam_model_check_label_share(model, 0.5, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, f->path));
        g_clear_error(&error);
    }
    f->config.hyper_labels = true;
    g_autoptr(LamModel) model = lam_model_wrap(&f->config, f->parameters);
    g_assert_true(lam_model_check_label_share(model, 0, NULL));
    g_assert_true(lam_model_check_label_share(model, 1, NULL));
    g_assert_false(lam_model_check_label_share(model, 1.5, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

/* What does not say otherwise was trained on stripped brains. */
static void test_expects(Fixture *f, gconstpointer data)
{
    static const char *const said[] = {NULL, "brain", "head", "any"};
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        g_autoptr(LamSafetensors) file = lam_safetensors_load(f->path, NULL);
        if (said[i] != NULL)
            lam_safetensors_set_metadata(file, "expects", said[i]);
        g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
        g_autoptr(LamModel) model = lam_model_load(f->path, NULL);
        g_assert_true(lam_model_expects_brain(model) == (i < 2));
    }
}

static void test_hash(Fixture *f, gconstpointer data)
{
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(f->path, &bytes, &n, NULL));
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, bytes, (gssize)n);
    g_autoptr(LamModel) model = lam_model_load(f->path, NULL);
    g_assert_cmpuint(strlen(lam_model_hash(model)), ==, 12);
    g_assert_true(g_str_has_prefix(sum, lam_model_hash(model)));
}

static void test_find(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_setenv("LAM_MODELS", f->folder, TRUE);
    g_autofree char *by_name = lam_model_find("small", NULL);
    g_autofree char *by_file = lam_model_find("small.safetensors", NULL);
    g_autofree char *by_path = lam_model_find(f->path, NULL);
    g_assert_cmpstr(by_name, ==, f->path);
    g_assert_cmpstr(by_file, ==, f->path);
    g_assert_cmpstr(by_path, ==, f->path);
    g_autofree char *stem = lam_model_stem(f->path), *other = lam_model_stem("a/b.csv"),
                    *none = lam_model_stem("");
    g_assert_true(g_str_has_prefix(f->path, stem) && g_str_has_suffix(stem, "/small"));
    g_assert_cmpstr(other, ==, "a/b.csv");
    g_assert_cmpstr(none, ==, "");
    g_assert_null(lam_model_find("no-such-model", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, "no-such-model"));
    g_unsetenv("LAM_MODELS");
}

/* All that is there, by headers alone; what is no model is left out. */
static void test_list(Fixture *f, gconstpointer data)
{
    g_autofree char *broken = g_build_filename(f->folder, "broken.safetensors", NULL);
    g_autofree char *other = g_build_filename(f->folder, "other.txt", NULL);
    g_assert_true(g_file_set_contents(broken, "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, NULL));
    g_assert_true(g_file_set_contents(other, "x", 1, NULL));
    g_setenv("LAM_MODELS", f->folder, TRUE);
    g_autoptr(GPtrArray) list = lam_model_list();
    g_autoptr(LamModel) model = lam_model_load(f->path, NULL);
    int size[3], found = 0;
    lam_model_size(model, size);
    for (guint i = 0; i < list->len; i++) {
        const LamModelEntry *entry = list->pdata[i];
        g_assert_cmpstr(entry->name, !=, "broken");
        g_assert_true(i == 0 ||
                      strcmp(((LamModelEntry *)list->pdata[i - 1])->name, entry->name) < 0);
        if (!g_str_equal(entry->name, "small"))
            continue;
        found++;
        g_assert_cmpstr(entry->path, ==, f->path);
        g_assert_cmpstr(entry->title, ==, lam_model_title(model));
        g_assert_cmpmem(entry->size, sizeof entry->size, size, sizeof size);
        g_assert_cmpfloat(entry->spacing_mm, ==, lam_model_spacing_mm(model));
    }
    g_assert_cmpint(found, ==, 1);
    g_unsetenv("LAM_MODELS");
    g_unlink(broken);
    g_unlink(other);
}

/* ---- files that disagree with themselves ---------------------------------------------------- */

static void assert_refused(const Fixture *f, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamModel) model = lam_model_load(f->path, &error);
    if (model != NULL)
        g_error("a model was loaded that should be refused for: %s", words);
    g_assert_error(error, LAM_ERROR, LAM_ERROR_MODEL);
    g_assert_true(g_str_has_prefix(error->message, "cannot load model: "));
    g_assert_null(strchr(error->message, '\n'));
    if (strstr(error->message, f->path) == NULL || strstr(error->message, words) == NULL)
        g_error("'%s' expected in: %s", words, error->message);
}

/* A copy of the good file in which one tensor (by name) is left out or given another shape. */
static void write_changed(const Fixture *f, const LamSafetensors *good, const char *name, int ndim,
                          const size_t *shape)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    g_autofree const char **keys = lam_safetensors_metadata_keys(good);
    for (int i = 0; keys[i] != NULL; i++)
        lam_safetensors_set_metadata(file, keys[i], lam_safetensors_metadata(good, keys[i]));
    for (size_t i = 0; i < lam_safetensors_count(good); i++) {
        const LamNamedTensor *t = lam_safetensors_at(good, i);
        bool other = g_str_equal(t->name, name);
        if (!other)
            lam_safetensors_add(file, t->name, t->ndim, t->shape, t->data, NULL);
        else if (shape != NULL)
            g_assert_true(lam_safetensors_add(file, name, ndim, shape, t->data, NULL));
    }
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F16, NULL));
}

static void test_tensors(Fixture *f, gconstpointer data)
{
    g_autoptr(LamSafetensors) good = lam_safetensors_load(f->path, NULL);
    for (size_t i = 0; i < lam_safetensors_count(good); i++) {
        const LamNamedTensor *t = lam_safetensors_at(good, i);
        g_autofree char *missing = g_strdup_printf("\"%s\" is missing", t->name);
        g_autofree char *shape = g_strdup_printf("\"%s\" has another shape", t->name);
        size_t turned[LAM_TENSOR_MAX_DIMS];
        write_changed(f, good, t->name, 0, NULL);
        assert_refused(f, missing);
        write_changed(f, good, t->name, 1, (size_t[]){1}); /* too few values */
        assert_refused(f, shape);
        for (int a = 0; a < t->ndim; a++)
            turned[a] = t->shape[t->ndim - 1 - a];
        if (memcmp(turned, t->shape, sizeof *turned * (size_t)t->ndim) == 0)
            continue;
        write_changed(f, good, t->name, t->ndim, turned); /* the right number, another order */
        assert_refused(f, shape);
    }
    lam_safetensors_add(good, "spare", 1, (size_t[]){2}, (float[]){1, 2}, NULL);
    g_assert_true(lam_safetensors_save(good, f->path, LAM_STORE_F32, NULL));
    assert_refused(f, "\"spare\" does not belong");
}

/* The weights stay, the header claims another architecture. The last ones would be of some 100 GB: that
 * the weights do not fit has to be found before memory is asked for. */
static void test_lying_header(Fixture *f, gconstpointer data)
{
    static const char *const lies[][3] = {
        {"architecture", "resnet", "resnet"},
        {"encoder", "8,4", "another shape"},
        {"encoder", "4,8,8", "is missing"},
        {"decoder", "8,8", "is missing"},
        {"final", "4", "is missing"},
        {"hidden", "8", "another shape"},
        {"hidden", "", "hidden"},
        {"generated", "all", "is missing"},
        {"generated", "none", "is missing"},
        {"size", "16,12,1", "another shape"},
        {"size", "0,12,8", "size"},
        {"size", "512,512,512", "size"},
        {"size", "15,12,8", "size"},
        {"spacing_mm", "-2", "spacing_mm"},
        {"integration_steps", "40", "integration_steps"},
        {"hidden", "1024,1024,1024,1024,1024,1024,1024,1024", "another shape"},
        {"final", "1024,1024,1024,1024,1024,1024,1024,1024", "is missing"},
        {"decoder", "1024", "another shape"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(LamSafetensors) file = lam_safetensors_load(f->path, NULL);
        g_autofree char *truth = g_strdup(lam_safetensors_metadata(file, lies[i][0]));
        lam_safetensors_set_metadata(file, lies[i][0], lies[i][1]);
        g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
        assert_refused(f, lies[i][2]);
        lam_safetensors_set_metadata(file, lies[i][0], truth);
        g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
    }
    g_autoptr(LamModel) model = lam_model_load(f->path, NULL);
    g_assert_nonnull(model);
}

/* A small file must not make us ask for much memory, whatever it claims. */
static void test_no_weights(Fixture *f, gconstpointer data)
{
    LamUnetConfig config = {.size = {256, 256, 256},
                            .spacing_mm = 1,
                            .n_encoder = 8,
                            .n_decoder = 8,
                            .n_final = 8,
                            .n_hidden = 1,
                            .hidden = {64},
                            .generated = LAM_GENERATED_ALL,
                            .skip = LAM_SKIP_CONCAT,
                            .integration_steps = 7};
    for (int i = 0; i < LAM_UNET_MAX_LEVELS; i++)
        config.encoder[i] = config.decoder[i] = config.final[i] = 1024;
    g_assert_true(lam_unet_config_check(&config, NULL));
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    lam_unet_config_write(&config, file);
    g_assert_true(lam_safetensors_save(file, f->path, LAM_STORE_F32, NULL));
    assert_refused(f, "is missing");
}

#define ADD(name, function) g_test_add("/model/" name, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("round-trip", test_round_trip);
    ADD("label-share", test_label_share);
    ADD("hash", test_hash);
    ADD("expects", test_expects);
    ADD("find", test_find);
    ADD("list", test_list);
    ADD("tensors", test_tensors);
    ADD("lying-header", test_lying_header);
    ADD("no-weights", test_no_weights);
    return g_test_run();
}
