#include "template-fixture.h"

#include <glib/gstdio.h>
#include <math.h>

#define EFFECT 300 /* of attributes, over what an untrained decoder says */

static LamTemplateConfig config(bool structures)
{
    GError *error = NULL;
    LamTemplateConfig c = lam_template_config_default();
    lam_template_config_set_attributes(&c, "age:20:80;sex(F,M)", &error);
    g_assert_no_error(error);
    c.n_structures = structures ? 2 : 0;
    c.structure[0] = (LamTemplateStructure){"none", 0};
    c.structure[1] = (LamTemplateStructure){"ventricle", 51};
    c.centre_mm[2] = 10;
    return c;
}

static LamUnetConfig network(void)
{
    LamUnetConfig c = lam_unet_config_default();
    const int size[] = {16, 24, 16};
    memcpy(c.size, size, sizeof c.size);
    c.spacing_mm = 4;
    c.n_encoder = c.n_decoder = 2;
    return c;
}

/* A ball with intensities of some noise. */
static void fill_picture(float *picture)
{
    for (int i = 0; i < 16 * 24 * 16; i++) {
        double r = hypot(hypot(i % 16 - 7.5, i / 16 % 24 - 11.5), i / 16 / 24 - 7.5);
        picture[i] = r < 7 ? 0.5f + 0.1f * (float)(i * 7919 % 11) / 11 : 0;
    }
}

static void fill_scores(float *scores)
{
    for (int i = 0; i < 8 * 12 * 8; i++) {
        double r = hypot(hypot(i % 8 - 3.5, i / 8 % 12 - 5.5), i / 8 / 12 - 3.5);
        scores[i] = 0;
        scores[8 * 12 * 8 + i] = r < 2.2 ? 4 : -4;
    }
}

static void strengthen(LamParameters *p, double effect)
{
    for (int i = 0; i < lam_parameters_count(p); i++)
        for (size_t k = 0; strstr(lam_parameters_name(p, i), "offset.weight") != NULL &&
                           k < lam_parameters_size(p, i);
             k++)
            lam_parameters_values(p)[lam_parameters_offset(p, i) + k] *= (float)effect;
}

void template_fixture_write(const char *path, bool structures, double effect)
{
    GError *error = NULL;
    LamUnetConfig unet = network();
    LamTemplateConfig c = config(structures);
    g_autoptr(GHashTable) about = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    LamParameters *p = lam_parameters_new();
    lam_unet_declare(&unet, p);
    lam_template_net_declare(&c, &unet, 1, p);
    lam_parameters_allocate(p, false, &error);
    lam_parameters_initialise(p, 1);
    strengthen(p, effect);
    fill_picture(lam_parameters_find(p, LAM_TEMPLATE_PICTURE));
    if (structures)
        fill_scores(lam_parameters_find(p, LAM_TEMPLATE_SCORES));
    lam_template_config_write(&c, about);
    g_hash_table_insert(about, (gpointer) "title", g_strdup("A test's template"));
    lam_model_save(&unet, p, lam_parameters_values(p), about, path, LAM_STORE_F32, &error);
    g_assert_no_error(error);
    lam_parameters_free(p);
}

LamModel *template_fixture_model(bool structures)
{
    GError *error = NULL;
    g_autofree char *folder = g_dir_make_tmp("lam-template-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "template.safetensors", NULL);
    template_fixture_write(path, structures, EFFECT);
    LamModel *model = lam_model_load(path, &error);
    g_assert_no_error(error);
    g_unlink(path);
    g_rmdir(folder);
    return model;
}
