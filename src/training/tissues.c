#include "tissues.h"

#include "kin.h"

#include <lambdascope/error.h>
#include <lambdascope/resample.h>
#include <string.h>

static bool refuse(const LamTissue *tissue, const char *structure, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use [tissues] %s: %s: %s",
                tissue->name, structure, why);
    return false;
}

/* The labels of one structure become class `number`. */
static bool take(const LamTissue *tissue, const char *structure, guint8 number,
                 const LamLabelTable *table, const float *index, guint8 *class_of, GError **error)
{
    bool found = false;
    for (int i = 0; i < table->count; i++) {
        int label = (int)index[i];
        if (label == 0 || !lam_kin_is_named(&table->label[i], structure))
            continue;
        if (class_of[label] != 0 && class_of[label] != number)
            return refuse(tissue, structure, "another class has it already", error);
        class_of[label] = number;
        found = true;
    }
    return found || refuse(tissue, structure, "the label table has no such structure", error);
}

bool lam_tissues_match(const LamRecipe *recipe, const LamLabelTable *table, const float *index,
                       guint8 class_of[LAM_TISSUES_MAX_LABELS], GError **error)
{
    memset(class_of, 0, LAM_TISSUES_MAX_LABELS);
    for (int k = 0; k < recipe->n_tissues; k++)
        for (char **name = recipe->tissues[k].structures; *name != NULL; name++)
            if (!take(&recipe->tissues[k], *name, (guint8)(k + 1), table, index, class_of, error))
                return false;
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
