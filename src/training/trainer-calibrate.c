/* Scores of structures that were learned with one weight of small structures, for a run with another. */
#include "trainer-private.h"

#include <math.h>

#define SAMPLES 16
#define SCORES  "structures.bias"

static void count(const float *labels, size_t n, double *counts, int most)
{
    for (size_t i = 0; i < n; i++) {
        int label = (int)lrintf(labels[i]);
        counts[label >= 0 && label < most ? label : 0]++;
    }
}

/* How many voxels each label has in the first samples. */
static bool count_labels(const LamTrainer *t, double *counts, int most, GError **error)
{
    LamSampleGrid grid = lam_sample_grid(t->recipe, false);
    g_autoptr(LamSample) sample = lam_sample_new(t->recipe, &grid, error);
    for (guint64 number = 0; sample != NULL && number < SAMPLES; number++) {
        if (!lam_dataset_draw(t->dataset, number, sample, error))
            return false;
        count(sample->fixed_labels, lam_sample_voxels(sample), counts, most);
        count(sample->moving_labels, lam_sample_voxels(sample), counts, most);
    }
    return sample != NULL;
}

bool lam_trainer_calibrate(LamTrainer *t, GError **error)
{
    double change = t->recipe->structure_power - t->recipe->start_structure_power;
    float *bias = lam_parameters_find(t->parameters, SCORES);
    if (t->recipe->start_structure_power < 0 || bias == NULL || change == 0)
        return true;
    int labels = t->recipe->network.structures + 1;
    g_autofree double *counts = g_new0(double, labels);
    if (!count_labels(t, counts, labels, error))
        return false;
    for (int k = 0; k < labels; k++)
        bias[k] += counts[k] > 0 ? (float)(change * log(counts[k] / counts[0])) : 0;
    return true;
}
