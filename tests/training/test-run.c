/* A training run on disk: it resumes exactly, its files are whole or not there, and what it cannot use
 * it refuses with one message that names the file. */
#include "discs.h"

#include "checkpoint.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

typedef struct {
    char *folder, *recipe; /* 30 steps */
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = disc_folder_new();
    f->recipe = disc_recipe_for(f->folder, 30);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    disc_folder_remove(f->folder);
    g_free(f->recipe);
}

static char *in_run(const Fixture *f, const char *run, const char *file)
{
    return g_build_filename(f->folder, run, file, NULL);
}

static void train(const Fixture *f, const char *run, bool resume, guint64 steps)
{
    GError *error = NULL;
    disc_train(f->folder, f->recipe, run, resume, steps, &error);
    g_assert_no_error(error);
}

/* One line that holds both. */
static void expect(const GError *error, const char *subject, const char *reason)
{
    g_assert_nonnull(error);
    g_assert_null(strchr(error->message, '\n'));
    if (strstr(error->message, subject) == NULL || strstr(error->message, reason) == NULL)
        g_error("\"%s\" and \"%s\" expected in: %s", subject, reason, error->message);
}

static void same_tensors(const char *a_path, const char *b_path)
{
    GError *error = NULL;
    g_autoptr(LamSafetensors) a = lam_safetensors_load(a_path, &error);
    g_autoptr(LamSafetensors) b = lam_safetensors_load(b_path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lam_safetensors_count(a), ==, lam_safetensors_count(b));
    for (size_t i = 0; i < lam_safetensors_count(a); i++) {
        const LamNamedTensor *x = lam_safetensors_at(a, i);
        const LamNamedTensor *y = lam_safetensors_find(b, x->name);
        g_assert_cmpmem(x->data, x->count * 4, y->data, y->count * 4);
    }
}

static char *read_file(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* ---- going on ------------------------------------------------------------------------------- */

/* 30 steps at once, and 12 + 1 + 17 in three processes' worth: the same weights and moments, bit for
 * bit; the log tells every step once. */
static void test_resume(Fixture *f, gconstpointer data)
{
    train(f, "whole", false, 0);
    train(f, "parts", false, 12);
    train(f, "parts", true, 1);
    g_autofree char *a = in_run(f, "whole", "checkpoint.safetensors");
    g_autofree char *b = in_run(f, "parts", "checkpoint.safetensors");
    g_autoptr(LamSafetensors) part = lam_safetensors_load(b, NULL);
    g_assert_cmpstr(lam_safetensors_metadata(part, "run.step"), ==, "13");
    g_assert_cmpstr(lam_safetensors_metadata(part, "adam.step"), ==, "13");
    train(f, "parts", true, 0);
    same_tensors(a, b);
    g_autofree char *a_model = in_run(f, "whole", "best.safetensors");
    g_autofree char *b_model = in_run(f, "parts", "best.safetensors");
    same_tensors(a_model, b_model);
    g_autofree char *log_path = in_run(f, "parts", "steps.csv"), *log = read_file(log_path);
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    g_assert_cmpint(g_strv_length(lines), ==, 1 + 30 + 1);
    for (int i = 0; i < 30; i++)
        g_assert_cmpint(atoi(lines[i + 1]), ==, i);
}

/* What was logged after the checkpoint by a run that was killed is told once, not twice. */
static void test_log_after_a_kill(Fixture *f, gconstpointer data)
{
    train(f, "killed", false, 5);
    g_autofree char *path = in_run(f, "killed", "steps.csv"), *before = read_file(path);
    g_autofree char *longer = g_strconcat(before, "5,0,0,0,0,0,0\n6,0,0", NULL);
    g_assert_true(g_file_set_contents(path, longer, -1, NULL));
    train(f, "killed", true, 2);
    g_autofree char *log = read_file(path);
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    g_assert_cmpint(g_strv_length(lines), ==, 1 + 7 + 1);
    for (int i = 0; i < 7; i++)
        g_assert_cmpint(atoi(lines[i + 1]), ==, i);
    g_assert_null(strstr(log, "5,0,0"));
}

/* Without --resume a run starts anew, whatever lies there; with it and nothing there, too. */
static void test_fresh(Fixture *f, gconstpointer data)
{
    g_autofree char *a = in_run(f, "a", "checkpoint.safetensors");
    g_autofree char *b = in_run(f, "b", "checkpoint.safetensors");
    train(f, "a", false, 5);
    train(f, "a", false, 3);
    train(f, "b", true, 3);
    same_tensors(a, b);
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = bytes;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* A limit on file sizes stands in for a full disk: the run ends with a message, the checkpoint from
 * before is as it was, nothing half-written lies beside it, and the run can go on from it. */
static void test_disk_full(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    train(f, "run", false, 4);
    g_autofree char *folder = g_build_filename(f->folder, "run", NULL);
    g_autofree char *path = in_run(f, "run", "checkpoint.safetensors");
    g_autofree char *before = NULL, *after = NULL;
    gsize n, m;
    g_assert_true(g_file_get_contents(path, &before, &n, NULL));
    int files = disc_count_files(folder);
    signal(SIGXFSZ, SIG_IGN);
    limit_file_size(n / 2);
    bool ok = disc_train(f->folder, f->recipe, "run", true, 2, &error);
    limit_file_size(RLIM_INFINITY);
    g_assert_false(ok);
    expect(error, path, "too large");
    g_assert_true(g_file_get_contents(path, &after, &m, NULL));
    g_assert_cmpmem(before, n, after, m);
    g_assert_cmpint(disc_count_files(folder), ==, files);
    train(f, "run", true, 2);
}

/* A good checkpoint with one key changed, then resumed. */
static void refuse_checkpoint(const Fixture *f, const char *key, const char *value,
                              const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = in_run(f, "run", "checkpoint.safetensors");
    train(f, "run", false, 2);
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, NULL);
    lam_safetensors_set_metadata(file, key, value);
    g_assert_true(lam_safetensors_save(file, path, LAM_STORE_F32, NULL));
    if (disc_train(f->folder, f->recipe, "run", true, 1, &error))
        g_error("a checkpoint with %s = %s was taken", key, value);
    expect(error, path, reason);
}

static void test_bad_checkpoints(Fixture *f, gconstpointer data)
{
    static const char *const numbers[] = {"", "x", "-1", "1.5", "nan", "inf", "1e300"};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        refuse_checkpoint(f, "run.step", numbers[i], "run.step");
    refuse_checkpoint(f, "run.seconds", "nan", "run.seconds");
    refuse_checkpoint(f, "run.seconds", "-3", "run.seconds");
    refuse_checkpoint(f, "run.best", "", "run.best");
    refuse_checkpoint(f, "adam.step", "-1", "adam.step");
    refuse_checkpoint(f, "adam.step", "7x", "adam.step");
    refuse_checkpoint(f, "integration_steps", "6", "another architecture");
}

static void test_cut_checkpoint(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = in_run(f, "run", "checkpoint.safetensors"), *bytes = NULL;
    gsize n;
    train(f, "run", false, 2);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n - 100, NULL));
    g_assert_false(disc_train(f->folder, f->recipe, "run", true, 1, &error));
    expect(error, path, "the file holds");
}

/* ---- validation ----------------------------------------------------------------------------- */

/* The recipe with disc 0 and 1 as a labelled pair, validated as often as the clock lets it. */
static char *validated_recipe(const Fixture *f, const char *more)
{
    g_autofree char *pairs = g_build_filename(f->folder, "pairs.csv", NULL);
    g_autofree char *plain = read_file(f->recipe);
    g_autofree char *text = g_strdup_printf("%s%s[data]\nvalidation=pairs.csv\n", plain, more);
    g_assert_true(g_file_set_contents(pairs,
                                      "fixed,moving,fixed_labels,moving_labels\n"
                                      "disc-0.nii,disc-1.nii,disc-0.nii,disc-1.nii\n",
                                      -1, NULL));
    return disc_recipe(f->folder, text);
}

typedef struct {
    GCancellable *cancellable; /* fired when validation begins; may be NULL */
    int validations;
} Listener;

static void listen(const char *line, void *user)
{
    Listener *listener = user;
    if (!g_str_has_prefix(line, "validation"))
        return;
    listener->validations++;
    if (listener->cancellable != NULL)
        g_cancellable_cancel(listener->cancellable);
}

static int lines_of(const char *path)
{
    g_autofree char *text = read_file(path);
    int n = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    return n;
}

/* Every validation stays in the log, also without --resume. */
static void test_validation_log(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = validated_recipe(
        f, "validate_minutes=0.01\nlambdas=0.1;0.9\nsteps=1000000\nminutes=0.04\n");
    g_autofree char *run = g_build_filename(f->folder, "run", NULL);
    g_autofree char *log = in_run(f, "run", "validation.csv");
    Listener listener = {0};
    LamTrainOptions options = {
        .recipe = recipe, .data = f->folder, .output = run, .say = listen, .user = &listener};
    lam_train(&options, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(listener.validations, >=, 2);
    g_assert_cmpint(lines_of(log), ==, 1 + 2 * listener.validations);
}

/* An interrupt while it validates: that validation is given up, the checkpoint is written. */
static void test_interrupted_validation(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autofree char *recipe =
        validated_recipe(f, "validate_minutes=0.01\nsteps=1000000\nminutes=60\n");
    g_autofree char *run = g_build_filename(f->folder, "run", NULL);
    g_autofree char *path = in_run(f, "run", "checkpoint.safetensors");
    Listener listener = {cancellable, 0};
    LamProgress progress = {.cancellable = cancellable};
    LamTrainOptions options = {
        .recipe = recipe, .data = f->folder, .output = run, .say = listen, .user = &listener};
    bool ok = lam_train(&options, &progress, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_assert_cmpint(listener.validations, ==, 1);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ---- refusals ------------------------------------------------------------------------------- */

/* A recipe with families, as far as [synthesis]. */
#define KNOWN                                                                                      \
    "[data]\nsource=brains\nmaps=x\ntable=y\n[loss]\nlabel_weight=1\n"                             \
    "[kin]\na=body\nbetween=hole\nb=bone\n[synthesis]\nakin=0.5\n"
#define BETWEEN "known=0.5\n[kin]\nbetween-x=skin\n[contrasts]\n"

static void test_refusals(Fixture *f, gconstpointer data)
{
    static const char *const bad[][2] = {
        {"[training]\nsteps=3\n", "[data] scans: missing"},
        {"no key file", "recipe.ini"},
        {"", "[data] scans: missing"},
        {"[data]\nscans=nothing-*.nii\n", "fewer than two scans"},
        {"[data]\nscans=disc-0.nii\n", "fewer than two scans"},
        {"[data]\nscans=missing/disc-*.nii\n", "missing/disc-*.nii"},
        {"[data]\nscans=disc-*.nii\nalign=false\nvalidation=none.csv\n", "none.csv"},
        {"[data]\nscans=disc-*.nii\nalign=perhaps\n", "[data] align"},
        {"[data]\nscans=disc-*.nii\nscan=x\n", "[data] scan: unknown key"},
        {"[data]\nscans=disc-*.nii\n[train]\nsteps=3\n", "[train] steps: unknown key"},
        {"[data]\nscans=disc-*.nii\n[training]\nstep=3\n", "[training] step: unknown key"},
        {"[data]\nscans=disc-*.nii\n[training]\nsteps=3.5\n", "[training] steps"},
        {"[data]\nscans=disc-*.nii\n[training]\nsteps=0\n", "[training] steps"},
        {"[data]\nscans=disc-*.nii\n[training]\nsteps=99999999999\n", "[training] steps"},
        {"[data]\nscans=disc-*.nii\n[training]\nrate=-1\n", "[training] rate"},
        {"[data]\nscans=disc-*.nii\n[training]\nrate=fast\n", "[training] rate"},
        {"[data]\nscans=disc-*.nii\n[training]\nrate=nan\n", "[training] rate"},
        {"[data]\nscans=disc-*.nii\n[loss]\nsmoothness=inf\n", "[loss] smoothness"},
        {"[data]\nscans=disc-*.nii\n[loss]\nwindow=4\n", "odd"},
        {"[data]\nscans=disc-*.nii\n[loss]\nsimilarity=likeness\n", "[loss] similarity"},
        {"[data]\nscans=disc-*.nii\n[loss]\nsimilarity=none\n", "needs a label_weight"},
        {"[data]\nscans=disc-*.nii\n[loss]\nsimilarity=field\n", "[data] simulated"},
        {"[data]\nscans=disc-*.nii\n[training]\nstart_wider=true\n",
         "goes with start and skip=add"},
        {"[data]\nscans=disc-*.nii\n[training]\nlearns=nothing\n", "all, structures or reg"},
        {"[data]\nscans=disc-*.nii\n[training]\nlearns=structures\n", "goes with similarity=none"},
        {"[data]\nscans=disc-*.nii\n[training]\nlearns=registration\n", "[network] structures"},
        {"[data]\nscans=disc-*.nii\nsimulated=true\n", "[data] simulated"},
        {"[data]\nscans=disc-*.nii\nstructures=x.csv\n", "[data] structures: goes with"},
        {"[data]\nscans=disc-*.nii\n[loss]\nlabel_weight=1\n", "need [data] labels"},
        {"[data]\nscans=disc-*.nii\n[loss]\nkl_weight=1\n", "uncertain=true"},
        {"[data]\nscans=disc-*.nii\n[loss]\nstructure_weight=1\n", "[network] structures"},
        {"[data]\nscans=disc-*.nii\n[network]\nstructures=3\n", "goes with [network] structures"},
        {"[data]\nscans=disc-*.nii\n[training]\nstart_structure_power=0.5\n", "goes with start"},
        {"[data]\nscans=disc-*.nii\n[loss]\nroughness=sandpaper\n", "[loss] roughness"},
        {"[data]\nscans=disc-*.nii\nlabels=none-*.nii\n", "no label maps match"},
        {"[data]\nscans=disc-*.nii\nalign=false\nlabels=disc-0.nii\n", "one label map for each"},
        {"[data]\nsource=scans,dreams\nscans=disc-*.nii\n", "[data] source"},
        {"[data]\nsource=\nscans=disc-*.nii\n", "[data] source"},
        {"[data]\nsource=figures\n[loss]\nlabel_weight=1\n", "figures need a network for slices"},
        {"[data]\nsource=brains\n", "[data] maps: missing"},
        {"[data]\nsource=brains\nmaps=x\n", "[data] table: missing"},
        {"[data]\nsource=brains\nmaps=disc-0.nii\ntable=none.csv\n", "none.csv"},
        {"[data]\nscans=disc-*.nii\n[tissues]\na=body\n", "[data] source=brains alone"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[tissues]\na=body,,hole\n",
         "[tissues] a: must be"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[tissues]\na=body\n[loss]\nsimilarity=nmi\n",
         "similarity=ncc or none"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[tissues]\na=body\n[training]\nlambda=0.1\n",
         "goes without [tissues]"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[network]\nhyper_classes=2\n",
         "[network] hyper_classes"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[loss]\nlabel_weight=1\n"
         "[kin]\na=body\nbetween=hole\n",
         "[kin]: needs two families"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[loss]\nlabel_weight=1\n"
         "[kin]\na=body\nb=hole\n",
         "[synthesis] akin"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[loss]\nlabel_weight=1\n"
         "[synthesis]\nakin=0.5\n",
         "goes with families in [kin]"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[loss]\nlabel_weight=1\n"
         "[synthesis]\nrim_mm=4\n",
         "[synthesis] rim_mm: goes with families in [kin]"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[loss]\nlabel_weight=1\n"
         "[synthesis]\nplexus=0.4\n",
         "[synthesis] plexus: goes with families in [kin]"},
        {"[data]\nsource=brains\nmaps=x\ntable=y\n[kin]\na=body,\n", "[kin] a: must be"},
        {KNOWN "known=0.5\n", "[synthesis] known: goes with [contrasts]"},
        {KNOWN "[contrasts]\nt1=a 0 1, b 0.1 0.9\n", "[synthesis] known"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0 1, c 0.1 0.9\n", "[contrasts] t1: names what is"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0 1, between 0 1\n", "[contrasts] t1: leaves out"},
        {KNOWN BETWEEN "t1=a 0 1, b 0 1, between-x 1 5.1\n", "of what lies between, how far"},
        {KNOWN BETWEEN "t1=a 0 1, b 0 1, between-x 2 1\n", "of what lies between, how far"},
        {KNOWN BETWEEN "t1=a 0 1, b 0 1, between-x -1 1, between-x 0 1\n", "names a family twice"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0 1, a 0 1\n", "[contrasts] t1: names a family twice"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0 1\n", "[contrasts] t1: leaves out a family"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0.5 0.4, b 0 1\n", "[contrasts] t1: must be a family"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0.5 1.1, b 0 1\n", "[contrasts] t1: must be a family"},
        {KNOWN "known=0.5\n[contrasts]\nt1=a 0.5, b 0 1\n", "[contrasts] t1: must be a family"},
        {"[data]\nsource=shapes\nshape_labels=1\n[loss]\nlabel_weight=1\n", "[data] shape_labels"},
        {"[data]\nsource=shapes\n[shapes]\nwarp_mm=-1\n", "[shapes] warp_mm"},
        {"[data]\nsource=shapes\n[shapes]\nwarp_scale_mm=5;x\n", "warp_scale_mm"},
        {"[data]\nsource=shapes\n[synthesis]\ncolour=1\n", "[synthesis] colour: unknown key"},
        {"[model]\nexpects=cats\n[data]\nscans=disc-*.nii\n", "[model] expects"},
        {"[data]\nscans=disc-*.nii\n[training]\nprecision=f8\n", "[training] precision"},
        {"[data]\nscans=disc-*.nii\n[training]\naccumulate=0\n", "[training] accumulate"},
        {"[data]\nscans=disc-*.nii\n[training]\nema=1\n", "[training] ema"},
        {"[data]\nscans=disc-*.nii\n[training]\nlambda=2\n", "[training] lambda"},
        {"[data]\nscans=disc-*.nii\nalign=false\n[training]\nstart=no-such-model\n",
         "no-such-model"},
        {"[data]\nscans=disc-*.nii\n[training]\ncoarse=0.5\n[network]\nsize=18,48,48\n"
         "encoder=16,16\ndecoder=16\n",
         "cannot be halved"},
        {"[data]\nscans=disc-*.nii\n[training]\nlambdas=0.5;1.5\n", "[training] lambdas"},
        {"[data]\nscans=disc-*.nii\n[training]\nlambdas=nan\n", "[training] lambdas"},
        {"[data]\nscans=disc-*.nii\n[training]\nlambdas=half\n", "[training] lambdas"},
        {"[data]\nscans=disc-*.nii\n[training]\nlambdas=\n", "[training] lambdas"},
        {"[data]\nscans=disc-*.nii\n[network]\nencoder=16,x\n", "encoder"},
        {"[data]\nscans=disc-*.nii\n[network]\nsize=50,48,40\n", "divisible"},
        {"[data]\nscans=disc-*.nii\n[network]\ncolour=red\n", "colour"},
        {"[data]\nscans=disc-*.nii\n[augmentation]\nscale=0.9\n", "[augmentation] scale"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *recipe = disc_recipe(f->folder, bad[i][0]);
        if (disc_train(f->folder, recipe, "refused", false, 1, &error))
            g_error("taken: %s", bad[i][0]);
        expect(error, f->folder, bad[i][1]);
    }
}

static void test_paths(Fixture *f, gconstpointer data)
{
    g_autofree char *absent = g_build_filename(f->folder, "absent.ini", NULL);
    g_autofree char *scan = g_build_filename(f->folder, "disc-2.nii", NULL);
    g_autoptr(GError) no_recipe = NULL;
    g_autoptr(GError) a_folder = NULL;
    g_autoptr(GError) no_output = NULL;
    g_autoptr(GError) bad_scan = NULL;
    g_assert_false(disc_train(f->folder, absent, "run", false, 1, &no_recipe));
    expect(no_recipe, absent, "No such file");
    g_assert_false(disc_train(f->folder, f->folder, "run", false, 1, &a_folder));
    expect(a_folder, f->folder, "recipe");
    g_assert_false(disc_train(f->folder, f->recipe, "disc-0.nii", false, 1, &no_output));
    expect(no_output, "disc-0.nii", "cannot train");
    g_assert_true(g_file_set_contents(scan, "not a scan", -1, NULL));
    g_assert_false(disc_train(f->folder, f->recipe, "run", false, 1, &bad_scan));
    expect(bad_scan, scan, "not a NIfTI");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/run/resume", test_resume},
        {"/run/log-after-a-kill", test_log_after_a_kill},
        {"/run/fresh", test_fresh},
        {"/run/disk-full", test_disk_full},
        {"/run/bad-checkpoints", test_bad_checkpoints},
        {"/run/cut-checkpoint", test_cut_checkpoint},
        {"/run/validation-log", test_validation_log},
        {"/run/interrupted-validation", test_interrupted_validation},
        {"/run/refusals", test_refusals},
        {"/run/paths", test_paths},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
