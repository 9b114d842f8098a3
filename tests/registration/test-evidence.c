/* Presets: saved and loaded again, refused where they are damaged or for something else. */
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/evidence.h>
#include <math.h>
#include <string.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("lam-preset-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "preset.json", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_remove(f->path);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
}

static LamEvidence *example(void)
{
    LamEvidence *p = g_new0(LamEvidence, 1);
    *p = (LamEvidence){.name = g_strdup("Young “adults”"),
                       .task = g_strdup("subject to subject"),
                       .model = g_strdup("brain-t1"),
                       .model_sha256 = g_strdup("abcd"),
                       .n_pairs = 12,
                       .n_subjects = 4,
                       .all = {0.25, 0.1, 0.4, 0.8123},
                       .n_structures = 2,
                       .n_points = 3};
    p->structures = g_new0(LamEvidenceStructure, 2);
    p->structures[0] =
        (LamEvidenceStructure){47, g_strdup("hippocampus"), {0.31, 0.22, 0.44, 0.79}};
    p->structures[1] = (LamEvidenceStructure){51, NULL, {0, 0, 0.1, NAN}};
    p->lambda = g_memdup2((double[]){0, 0.5, 1}, 3 * sizeof(double));
    p->dice = g_memdup2((double[]){0.7, 0.8, 0.6}, 3 * sizeof(double));
    return p;
}

static void test_round(Fixture *f, gconstpointer data)
{
    GError *error = NULL;
    g_autoptr(LamEvidence) before = example();
    g_assert_true(lam_evidence_save(before, f->path, &error));
    g_assert_no_error(error);
    g_autoptr(LamEvidence) after = lam_evidence_load(f->path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(after->name, ==, before->name);
    g_assert_cmpstr(after->task, ==, before->task);
    g_assert_cmpstr(after->model_sha256, ==, "abcd");
    g_assert_null(after->made);
    g_assert_cmpint(after->n_pairs, ==, 12);
    g_assert_cmpfloat(after->all.dice, ==, 0.8123);
    g_assert_cmpint(after->n_structures, ==, 2);
    g_assert_cmpstr(lam_evidence_find(after, 47)->name, ==, "hippocampus");
    g_assert_cmpfloat(lam_evidence_find(after, 47)->optimum.to, ==, 0.44);
    g_assert_true(isnan(lam_evidence_find(after, 51)->optimum.dice));
    g_assert_null(lam_evidence_find(after, 52));
    g_assert_cmpint(after->n_points, ==, 3);
    g_assert_cmpfloat(after->dice[2], ==, 0.6);
}

static void test_describe(Fixture *f, gconstpointer data)
{
    g_autoptr(LamEvidence) preset = example();
    g_autofree char *one = lam_evidence_describe(preset, lam_evidence_find(preset, 47));
    g_autofree char *nameless = lam_evidence_describe(preset, lam_evidence_find(preset, 51));
    g_autofree char *all = lam_evidence_describe(preset, NULL);
    g_assert_cmpstr(one, ==, "hippocampus: λ 0.31 [0.22, 0.44], from 12 pairs of 4 subjects");
    g_assert_true(g_str_has_prefix(nameless, "label 51: λ 0.00"));
    g_assert_true(g_str_has_prefix(all, "Young “adults”: λ 0.25"));
}

static void test_other_model(Fixture *f, gconstpointer data)
{
    g_autoptr(LamEvidence) preset = example();
    g_autoptr(GError) name = NULL, state = NULL;
    g_assert_true(lam_evidence_check_model(preset, "brain-t1", "abcd", NULL));
    g_assert_true(lam_evidence_check_model(preset, "brain-t1", NULL, NULL));
    g_assert_false(lam_evidence_check_model(preset, "shapes-any", NULL, &name));
    g_assert_error(name, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(name->message, "shapes-any"));
    g_assert_false(lam_evidence_check_model(preset, "brain-t1", "ef01", &state));
    g_assert_error(state, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

static void refuse(Fixture *f, const char *text, int code)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(f->path, text, -1, NULL));
    g_assert_null(lam_evidence_load(f->path, &error));
    g_assert_error(error, LAM_ERROR, code);
    g_assert_nonnull(strstr(error->message, "preset.json"));
}

static void test_refused(Fixture *f, gconstpointer data)
{
    refuse(f, "", LAM_ERROR_FORMAT);
    refuse(f, "[1, 2]", LAM_ERROR_FORMAT);
    refuse(f, "{\"kind\": 3}", LAM_ERROR_FORMAT);
    refuse(f, "{\"kind\": \"lambdascope preset\", \"version\": 1}", LAM_ERROR_FORMAT);
    refuse(f, "{\"kind\": \"lambdascope preset\", \"version\": 2}", LAM_ERROR_UNSUPPORTED);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_evidence_load("/nowhere/preset.json", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_autoptr(LamEvidence) preset = example();
    g_autoptr(GError) unwritable = NULL;
    g_assert_false(lam_evidence_save(preset, "/nowhere/preset.json", &unwritable));
    g_assert_error(unwritable, LAM_ERROR, LAM_ERROR_IO);
}

/* Cut anywhere, or with one character changed: refused or loaded, never worse. */
static void test_damaged(Fixture *f, gconstpointer data)
{
    g_autoptr(LamEvidence) preset = example();
    g_autofree char *text = NULL;
    gsize length;
    g_assert_true(lam_evidence_save(preset, f->path, NULL));
    g_assert_true(g_file_get_contents(f->path, &text, &length, NULL));
    for (gsize i = 0; i < length; i += 3) {
        g_autofree char *cut = g_strndup(text, i), *changed = g_strdup(text);
        changed[i] = "x-9{\"["[i % 6];
        const char *versions[] = {cut, changed};
        for (int v = 0; v < 2; v++) {
            g_assert_true(g_file_set_contents(f->path, versions[v], -1, NULL));
            g_autoptr(LamEvidence) loaded = lam_evidence_load(f->path, NULL);
            g_assert_true(v == 1 || loaded == NULL);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Fixture *, gconstpointer);
    } tests[] = {
        {"/evidence/round", test_round},
        {"/evidence/describe", test_describe},
        {"/evidence/other-model", test_other_model},
        {"/evidence/refused", test_refused},
        {"/evidence/damaged", test_damaged},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
