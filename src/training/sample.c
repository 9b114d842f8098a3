#include "sample.h"

#include <lambdascope/memory.h>
#include <lambdascope/safetensors.h>

LamSampleGrid lam_sample_grid(const LamRecipe *recipe, bool coarse)
{
    const LamUnetConfig *network = &recipe->network;
    LamSampleGrid grid = {.spacing_mm = network->spacing_mm * (coarse ? 2 : 1), .coarse = coarse};
    lam_unet_field_size(network, grid.field_size);
    for (int a = 0; a < 3; a++) {
        bool halve = coarse && network->size[a] > 1;
        grid.size[a] = network->size[a] / (halve ? 2 : 1);
        grid.field_size[a] /= halve ? 2 : 1;
    }
    return grid;
}

static size_t voxels(const int size[3])
{
    return (size_t)size[0] * (size_t)size[1] * (size_t)size[2];
}

double lam_sample_draw_share(double ends, GRand *rand)
{
    if (g_rand_double(rand) < ends)
        return g_rand_boolean(rand) ? 1 : 0;
    return g_rand_double(rand);
}

size_t lam_sample_voxels(const LamSample *sample)
{
    return voxels(sample->grid.size);
}

LamSample *lam_sample_new(const LamRecipe *recipe, const LamSampleGrid *grid, GError **error)
{
    g_autoptr(LamSample) sample = g_new0(LamSample, 1);
    size_t image = voxels(grid->size), field = 3 * voxels(grid->field_size);
    const struct {
        float **at;
        size_t floats;
    } parts[] = {
        {&sample->fixed, image},
        {&sample->moving, image},
        {&sample->fixed_labels, image},
        {&sample->moving_labels, image},
        {&sample->fixed_anatomy, recipe->loss.anatomy_weight > 0 ? image : 0},
        {&sample->moving_anatomy, recipe->loss.anatomy_weight > 0 ? image : 0},
        {&sample->tissues, recipe->n_tissues > 0 ? image : 0},
        {&sample->lambda_map, recipe->n_tissues > 0 ? image : 0},
        {&sample->truth, field},
        {&sample->noise, recipe->network.uncertain ? field : 0},
    };
    sample->grid = *grid;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i].floats == 0)
            continue;
        *parts[i].at = lam_alloc_floats(parts[i].floats, "training sample", error);
        if (*parts[i].at == NULL)
            return NULL;
    }
    return g_steal_pointer(&sample);
}

void lam_sample_free(LamSample *sample)
{
    if (sample == NULL)
        return;
    float *parts[] = {sample->fixed,         sample->moving,        sample->fixed_labels,
                      sample->moving_labels, sample->fixed_anatomy, sample->moving_anatomy,
                      sample->truth,         sample->noise,         sample->tissues,
                      sample->lambda_map};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        lam_free(parts[i]);
    g_free(sample);
}

bool lam_sample_save(const LamSample *sample, const char *path, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    const int *n = sample->grid.size, *f = sample->grid.field_size;
    const size_t image[] = {(size_t)n[2], (size_t)n[1], (size_t)n[0]};
    const size_t field[] = {3, (size_t)f[2], (size_t)f[1], (size_t)f[0]};
    lam_safetensors_set_number(file, "number", (double)sample->number);
    lam_safetensors_set_number(file, "lambda", sample->lambda);
    lam_safetensors_set_number(file, "label_share", sample->label_share);
    lam_safetensors_set_number(file, "spacing_mm", sample->grid.spacing_mm);
    return lam_safetensors_add(file, "fixed", 3, image, sample->fixed, error) &&
           lam_safetensors_add(file, "moving", 3, image, sample->moving, error) &&
           lam_safetensors_add(file, "fixed_labels", 3, image, sample->fixed_labels, error) &&
           lam_safetensors_add(file, "moving_labels", 3, image, sample->moving_labels, error) &&
           lam_safetensors_add(file, "truth", 4, field, sample->truth, error) &&
           lam_safetensors_save(file, path, LAM_STORE_F32, error);
}
