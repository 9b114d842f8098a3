/* Samples as scans, for people to look at. */
#include "trainer-private.h"

#include <lambdascope/nifti.h>
#include <lambdascope/threads.h>
#include <string.h>

static bool write_one(const LamTrainer *t, const LamSample *sample, const LamGrid *grid,
                      const char *name, const float *data, LamNiftiType type, GError **error)
{
    g_autoptr(LamVolume) volume = lam_volume_new(grid, 1, error);
    if (volume == NULL)
        return false;
    memcpy(volume->data, data, lam_sample_voxels(sample) * sizeof(float));
    g_autofree char *file = g_strdup_printf("sample-%03u_%s.nii.gz", (guint)sample->number, name);
    g_autofree char *path = lam_trainer_path(t, file);
    return lam_nifti_save(volume, path, type, NULL, error);
}

static bool write_sample(const LamTrainer *t, const LamSample *s, GError **error)
{
    LamGrid grid = lam_grid_centred(s->grid.size, s->grid.spacing_mm, (LamVec3){{0, 0, 0}});
    const struct {
        const char *name;
        const float *data;
        LamNiftiType type;
    } parts[] = {{"fixed", s->fixed, LAM_NIFTI_FLOAT32},
                 {"moving", s->moving, LAM_NIFTI_FLOAT32},
                 {"fixed_labels", s->fixed_labels, LAM_NIFTI_INT16},
                 {"moving_labels", s->moving_labels, LAM_NIFTI_INT16},
                 {"tissues", s->tissues, LAM_NIFTI_INT16}};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].data != NULL &&
            !write_one(t, s, &grid, parts[i].name, parts[i].data, parts[i].type, error))
            return false;
    return true;
}

bool lam_train_write_samples(const LamTrainOptions *options, int count, const LamProgress *progress,
                             GError **error)
{
    g_auto(LamTrainer) trainer = {.options = options, .progress = progress};
    LamTrainer *t = &trainer;
    lam_threads_set(0);
    if (!lam_trainer_start(t, error))
        return false;
    LamSampleGrid grid = lam_sample_grid(t->recipe, false);
    g_autoptr(LamSample) sample = lam_sample_new(t->recipe, &grid, error);
    for (int i = 0; i < count; i++) {
        lam_progress_report(progress, (double)i / count, "writing samples");
        if (sample == NULL || lam_progress_cancelled(progress, error) ||
            !lam_dataset_draw(t->dataset, (guint64)i, sample, error) ||
            !write_sample(t, sample, error))
            return false;
    }
    return true;
}
