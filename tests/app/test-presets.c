/* Presets: kept, replaced, removed, there and back, and files that are none. */
#include "presets.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>

#include <string.h>

static char *folder;

static char *path_of(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void put(GPtrArray *presets, const char *name, double lambda, const char *model)
{
    lam_presets_put(presets, &(LamPreset){(char *)name, lambda, (char *)model, NULL});
}

static void test_put(void)
{
    g_autoptr(GPtrArray) presets = lam_presets_new();
    put(presets, "smooth", 0.9, "brain-t1");
    put(presets, "close", 0.05, NULL);
    put(presets, "smooth", 0.8, NULL);
    g_assert_cmpuint(presets->len, ==, 2);
    g_assert_cmpfloat(lam_presets_find(presets, "smooth")->lambda, ==, 0.8);
    g_assert_null(lam_presets_find(presets, "smooth")->model);
    g_assert_true(lam_presets_remove(presets, "smooth"));
    g_assert_false(lam_presets_remove(presets, "smooth"));
    g_assert_cmpuint(presets->len, ==, 1);
}

static void test_there_and_back(void)
{
    g_autofree char *path = path_of("new/presets.json"), *parent = path_of("new");
    g_autoptr(GPtrArray) none = lam_presets_load(path, NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(none->len, ==, 0);
    put(none, "λ \"fest\" 50 %", 1, "/some/where.safetensors");
    put(none, "zero", 0, NULL);
    lam_presets_put(none, &(LamPreset){.name = "places",
                                       .lambda = 0.5,
                                       .regions = "{\"regions\":[{\"name\":\"a\"}]}"});
    g_assert_true(lam_presets_save(none, path, &error));
    g_autoptr(GPtrArray) read = lam_presets_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(read->len, ==, 3);
    const LamPreset *first = read->pdata[0];
    g_assert_cmpstr(first->name, ==, "λ \"fest\" 50 %");
    g_assert_cmpstr(first->model, ==, "/some/where.safetensors");
    g_assert_cmpfloat(first->lambda, ==, 1);
    g_assert_null(first->regions);
    g_assert_cmpstr(lam_presets_find(read, "places")->regions, ==,
                    "{\"regions\":[{\"name\":\"a\"}]}");
    g_remove(path);
    g_rmdir(parent);
}

static void test_bad(void)
{
    static const char *const texts[] = {"",
                                        "{}",
                                        "[1]",
                                        "[{\"name\": \"x\"}]",
                                        "[{\"name\": \"x\", \"lambda\": 2}]",
                                        "[{\"name\": 3, \"lambda\": 0.5}]",
                                        "[{\"name\": \"\", \"lambda\": 0.5}]",
                                        "[{\"name\": \"x\", \"lambda\": \"0.5\"}]",
                                        "[{\"name\": \"x\", \"lambda\": 0.5}"};
    g_autofree char *path = path_of("presets.json"), *aside = path_of("presets.json.damaged");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
        g_assert_null(lam_presets_load(path, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_FORMAT);
        g_assert_nonnull(strstr(error->message, "damaged"));
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        g_assert_cmpint(g_remove(aside), ==, 0);
    }
}

static void test_cannot_save(void)
{
    g_autofree char *file = path_of("file"), *path = path_of("file/presets.json");
    g_autoptr(GPtrArray) presets = lam_presets_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_assert_false(lam_presets_save(presets, path, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_remove(file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("lam-presets-XXXXXX", NULL);
    g_test_add_func("/presets/put", test_put);
    g_test_add_func("/presets/there-and-back", test_there_and_back);
    g_test_add_func("/presets/bad", test_bad);
    g_test_add_func("/presets/cannot-save", test_cannot_save);
    int status = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return status;
}
