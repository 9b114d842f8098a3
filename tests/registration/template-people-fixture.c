#include "template-people-fixture.h"

#include "template-fixture.h"

#include <lambdascope/nifti.h>
#include <lambdascope/template.h>

/* The same voxels, further apart and elsewhere. */
static void save_moved(LamVolume *volume, const char *folder, const TemplatePerson *person,
                       const char *kind)
{
    GError *error = NULL;
    g_autofree char *path = g_strdup_printf("%s/%s_%s.nii", folder, person->name, kind);
    LamMat4 scaling = lam_mat4_scaling(person->scale, person->scale, person->scale);
    LamMat4 shift = lam_mat4_translation(3, -2, 4);
    scaling = lam_mat4_multiply(&shift, &scaling);
    volume->grid.to_world = lam_mat4_multiply(&scaling, &volume->grid.to_world);
    lam_nifti_save(volume, path, LAM_NIFTI_FLOAT32, NULL, &error);
    g_assert_no_error(error);
}

static void write_person(LamTemplate *template, const char *folder, const TemplatePerson *person)
{
    GError *error = NULL;
    lam_template_set(template, (double[]){person->age, person->sex == 'M'}, &error);
    g_autoptr(LamVolume) scan = lam_template_image(template, 2, &error);
    g_assert_no_error(error);
    g_autoptr(LamVolume) labels = lam_template_labels(template, 2, &error);
    g_assert_no_error(error);
    save_moved(scan, folder, person, "t1");
    save_moved(labels, folder, person, "labels");
}

void template_people_write(LamModel *model, const char *folder, const TemplatePerson *people, int n)
{
    GError *error = NULL;
    g_autoptr(LamTemplate) template = lam_template_new(model, &error);
    g_assert_no_error(error);
    g_autoptr(GString) table = g_string_new("id,age,sex\n");
    for (int i = 0; i < n; i++) {
        write_person(template, folder, &people[i]);
        g_string_append_printf(table, "%s,%g,%c\n", people[i].name, people[i].age, people[i].sex);
    }
    g_autofree char *path = g_build_filename(folder, "subjects.csv", NULL);
    g_assert_true(g_file_set_contents(path, table->str, -1, NULL));
}

char *template_people_folder(const char *name, const TemplatePerson *people, int n, char **model)
{
    g_autofree char *template = g_strconcat(name, "-XXXXXX", NULL);
    char *folder = g_dir_make_tmp(template, NULL);
    *model = g_build_filename(folder, "model.safetensors", NULL);
    template_fixture_write(*model, true, 1);
    g_autoptr(LamModel) written = lam_model_load(*model, NULL);
    template_people_write(written, folder, people, n);
    return folder;
}
