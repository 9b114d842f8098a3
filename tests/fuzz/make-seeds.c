/* make-seeds FOLDER: one small file of each kind in FOLDER/TARGET, where fuzzing begins. */
#include <lambdascope/mgh.h>
#include <lambdascope/nifti.h>
#include <lambdascope/safetensors.h>
#include <lambdascope/unet.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

static char *place(const char *root, const char *target, const char *name)
{
    g_autofree char *folder = g_build_filename(root, target, NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0777), ==, 0);
    return g_build_filename(folder, name, NULL);
}

static void make_scans(const char *root)
{
    static const char *const nifti[] = {"seed.nii", "seed.nii.gz"};
    static const char *const mgh[] = {"seed.mgh", "seed.mgz"};
    LamGrid grid = {.size = {3, 2, 2}, .to_world = lam_mat4_scaling(-1, 2, 1)};
    g_autoptr(LamVolume) scan = lam_volume_new(&grid, 1, NULL);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    for (int i = 0; i < 12; i++)
        scan->data[i] = (float)i;
    for (int i = 0; i < 2; i++) {
        g_autofree char *a = place(root, "nifti", nifti[i]);
        g_autofree char *b = place(root, "mgh", mgh[i]);
        g_autofree char *c = place(root, "scan", nifti[i]);
        g_autofree char *d = place(root, "scan", mgh[i]);
        g_autofree char *e = place(root, "nifti", i == 0 ? "field.nii" : "field.nii.gz");
        g_autofree char *f = place(root, "mgh", i == 0 ? "field.mgh" : "field.mgz");
        g_assert_true(lam_nifti_save(scan, a, LAM_NIFTI_INT16, NULL, NULL));
        g_assert_true(lam_nifti_save(scan, c, LAM_NIFTI_UINT8, NULL, NULL));
        g_assert_true(lam_nifti_save(field, e, LAM_NIFTI_FLOAT32, NULL, NULL));
        g_assert_true(lam_mgh_save(scan, b, NULL));
        g_assert_true(lam_mgh_save(scan, d, NULL));
        g_assert_true(lam_mgh_save(field, f, NULL));
    }
}

static void make_pictures(const char *root)
{
    static const char *const types[] = {"png", "jpeg"};
    for (int i = 0; i < 4; i++) {
        g_autoptr(GdkPixbuf) picture = gdk_pixbuf_new(GDK_COLORSPACE_RGB, i / 2, 8, 5, 4);
        gdk_pixbuf_fill(picture, 0x12345678);
        g_autofree char *name = g_strdup_printf("seed%d.%s", i / 2, types[i % 2]);
        g_autofree char *path = place(root, "scan", name);
        g_assert_true(gdk_pixbuf_save(picture, path, types[i % 2], NULL, NULL));
    }
}

/* With the architecture of a model, all of whose weights are missing. */
static void make_tensors(const char *root)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    static const float data[6] = {1, 2, 3, 4, 5, 6};
    static const size_t shape[2] = {2, 3};
    LamUnetConfig config = lam_unet_config_default();
    lam_unet_config_write(&config, file);
    g_assert_true(lam_safetensors_add(file, "a.weight", 2, shape, data, NULL));
    g_assert_true(lam_safetensors_add(file, "a.bias", 1, shape, data, NULL));
    lam_safetensors_set_metadata(file, "title", "seed");
    for (int i = 0; i < 2; i++) {
        g_autofree char *path = place(root, "safetensors", i == 0 ? "f32" : "f16");
        g_assert_true(
            lam_safetensors_save(file, path, i == 0 ? LAM_STORE_F32 : LAM_STORE_F16, NULL));
    }
}

int main(int argc, char **argv)
{
    g_assert_cmpint(argc, ==, 2);
    make_scans(argv[1]);
    make_pictures(argv[1]);
    make_tensors(argv[1]);
    return 0;
}
