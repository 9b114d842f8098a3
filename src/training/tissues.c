#include "tissues.h"

#include "structure-groups.h"

#include <lambdascope/error.h>
#include <lambdascope/resample.h>
#include <string.h>

bool lam_tissues_match(const LamRecipe *recipe, const LamLabelTable *table, const float *index,
                       guint8 class_of[LAM_TISSUES_MAX_LABELS], GError **error)
{
    const LamStructureGroups groups = {"tissues", "class", recipe->tissues, recipe->n_tissues};
    int number[LAM_UNET_MAX_CLASSES], class[LAM_TISSUES_MAX_LABELS] = {0};
    g_autofree int *key = g_new(int, table->count);
    for (int k = 0; k < recipe->n_tissues; k++)
        number[k] = k + 1;
    for (int i = 0; i < table->count; i++)
        key[i] = (int)index[i];
    if (!lam_structure_groups_match(&groups, number, table, key, class, error))
        return false;
    for (int i = 0; i < LAM_TISSUES_MAX_LABELS; i++)
        class_of[i] = (guint8) class[i];
    return true;
}

void lam_tissues_draw(const LamRecipe *recipe, const guint8 class_of[LAM_TISSUES_MAX_LABELS],
                      GRand *rand, LamSample *sample)
{
    size_t n = lam_sample_voxels(sample);
    double sigma = recipe->tissue_blur_mm / sample->grid.spacing_mm, sum = 0;
    for (int k = 0; k <= recipe->n_tissues; k++)
        sample->lambdas[k] = lam_sample_draw_share(recipe->lambda_ends, rand);
    for (size_t i = 0; i < n; i++) {
        sample->tissues[i] = class_of[(int)sample->fixed_labels[i]];
        sample->lambda_map[i] = (float)sample->lambdas[(int)sample->tissues[i]];
    }
    /* blurring is linear: that of the map is the sum of the blurred classes */
    lam_smooth(sample->lambda_map, sample->grid.size, (double[]){sigma, sigma, sigma});
    for (size_t i = 0; i < n; i++)
        sum += (double)sample->lambda_map[i];
    sample->lambda = sum / (double)n;
}
