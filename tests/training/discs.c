#include "discs.h"

#include <glib/gstdio.h>
#include <lambdascope/nifti.h>
#include <math.h>

static const char recipe_text[] = "[model]\ntitle=test discs\n"
                                  "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\n"
                                  "decoder=16,16\nfinal=16\nhidden=16,16\ngenerated=decoder\n"
                                  "skip=add\nintegration_steps=5\n"
                                  "[data]\nscans=disc-*.nii\nalign=false\n"
                                  "[training]\nseed=3\nsteps=%d\nrate=2e-3\nrate_end=1e-4\n"
                                  "warmup=10\nlambda_ends=0.2\n";

static float disc(int scan, double x, double y)
{
    double a = 15 + 2.5 * sin(1.0 + 2.1 * scan), b = 15 + 2.5 * cos(2.0 + 1.7 * scan);
    double cx = 24 + 2 * sin(0.3 + 3.1 * scan), cy = 24 + 2 * cos(1.1 + 2.7 * scan);
    double r = hypot((x - cx) / a, (y - cy) / b), eye = hypot(x - cx - 3, y - cy - 2);
    double body = 1 / (1 + exp(12 * (r - 1))), hole = 1 / (1 + exp(1.5 * (eye - 5 - scan % 3)));
    return (float)(body * (1 - 0.7 * hole));
}

LamVolume *disc_scan(int scan)
{
    LamGrid grid = lam_grid_centred((int[]){DISC_SIZE, DISC_SIZE, 1}, 1, (LamVec3){{0, 0, 0}});
    LamVolume *volume = lam_volume_new(&grid, 1, NULL);
    for (int j = 0; j < DISC_SIZE; j++)
        for (int i = 0; i < DISC_SIZE; i++)
            volume->data[j * DISC_SIZE + i] = disc(scan, i, j);
    return volume;
}

void disc_save_labels(const char *folder, int scan, float body, float eye)
{
    g_autofree char *path = g_strdup_printf("%s/labels-%d.nii", folder, scan);
    g_autoptr(LamVolume) disc = disc_scan(scan);
    for (size_t i = 0; i < lam_grid_voxels(&disc->grid); i++) {
        float v = disc->data[i];
        disc->data[i] = v > 0.7f ? body : v > 0.25f ? eye : 0;
    }
    g_assert_true(lam_nifti_save(disc, path, LAM_NIFTI_INT16, NULL, NULL));
}

char *disc_folder_new(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("lam-train-XXXXXX", &error);
    g_assert_no_error(error);
    for (int scan = 0; scan < DISC_SCANS; scan++) {
        g_autofree char *path = g_strdup_printf("%s/disc-%d.nii", folder, scan);
        g_autoptr(LamVolume) volume = disc_scan(scan);
        g_assert_true(lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, NULL, &error));
    }
    return folder;
}

static void empty(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            empty(path);
        else
            g_remove(path);
    }
    g_rmdir(folder);
}

void disc_folder_remove(char *folder)
{
    empty(folder);
    g_free(folder);
}

int disc_count_files(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    int n = dir != NULL ? 0 : -1;
    while (dir != NULL && g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

char *disc_recipe(const char *folder, const char *text)
{
    char *path = g_build_filename(folder, "recipe.ini", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

char *disc_recipe_for(const char *folder, int steps)
{
    g_autofree char *text = g_strdup_printf(recipe_text, steps);
    return disc_recipe(folder, text);
}

bool disc_train(const char *folder, const char *recipe, const char *output, bool resume,
                guint64 stop_steps, GError **error)
{
    g_autofree char *out = g_build_filename(folder, output, NULL);
    LamTrainOptions options = {.recipe = recipe,
                               .data = folder,
                               .output = out,
                               .resume = resume,
                               .stop_steps = stop_steps};
    return lam_train(&options, NULL, error);
}
