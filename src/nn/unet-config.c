/* What an architecture may be, and what follows from it. */
#include "unet-config.h"

#include <lambdascope/error.h>

#define MAX_CHANNELS    1024
#define MAX_STRUCTURES  255
#define MAX_SIZE        512
#define MAX_VOXELS      (256 * 256 * 256)
#define CONCAT_MULTIPLE 16 /* the largest channel block, whatever this machine's */

LamUnetConfig lam_unet_config_default(void)
{
    return (LamUnetConfig){
        .size = {80, 96, 80},
        .spacing_mm = 2,
        .n_encoder = 5,
        .encoder = {16, 32, 32, 32, 32},
        .n_decoder = 4,
        .decoder = {32, 32, 32, 32},
        .n_final = 1,
        .final = {16},
        .n_hidden = 4,
        .hidden = {32, 32, 32, 32},
        .generated = LAM_GENERATED_DECODER,
        .skip = LAM_SKIP_ADD,
        .integration_steps = 7,
    };
}

bool lam_unet_config_wrong(GError **error, const char *key, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "architecture: %s: %s", key, why);
    return false;
}

static bool check_list(const char *key, int n, const int *list, int min_n, int low, int high,
                       GError **error)
{
    if (n < min_n || n > LAM_UNET_MAX_LEVELS)
        return lam_unet_config_wrong(error, key, "too few or too many entries");
    for (int i = 0; i < n; i++)
        if (list[i] < low || list[i] > high)
            return lam_unet_config_wrong(error, key, "value out of range");
    return true;
}

/* The features of both scans enter the registration as whole channel blocks, if nothing is made of them. */
static bool check_features(const LamUnetConfig *c, GError **error)
{
    int n = c->n_features_decoder;
    if (c->n_features_encoder == 0 && n == 0)
        return (c->structures == 0 && !c->structure_parts && c->n_structure_fine == 0) ||
               lam_unet_config_wrong(error,
                                     c->structures > 0    ? "structures"
                                     : c->structure_parts ? "structure_parts"
                                                          : "structure_fine",
                                     "need features_encoder");
    if (!check_list("features_encoder", c->n_features_encoder, c->features_encoder, 2, 1,
                    MAX_CHANNELS, error) ||
        !check_list("features_decoder", n, c->features_decoder, 1, 1, MAX_CHANNELS, error))
        return false;
    if (n > c->n_features_encoder)
        return lam_unet_config_wrong(error, "features_decoder",
                                     "more levels than features_encoder");
    for (int i = 0; i < n; i++)
        if (c->features_decoder[i] % CONCAT_MULTIPLE != 0 &&
            ((i == n - 1 && c->structures == 0) || (i < n - 1 && c->skip == LAM_SKIP_CONCAT)))
            return lam_unet_config_wrong(error, "features_decoder",
                                         "channels must be multiples of 16");
    if (c->structures < 0 || c->structures > MAX_STRUCTURES)
        return lam_unet_config_wrong(error, "structures", "must be within 0 and 255");
    if (c->structure_parts && c->structures == 0)
        return lam_unet_config_wrong(error, "structure_parts", "need structures");
    if (c->structure_parts && c->n_features_decoder == c->n_features_encoder)
        return lam_unet_config_wrong(error, "structure_parts", "are finer than the scans");
    if (c->n_structure_fine > 0 && !c->structure_parts)
        return lam_unet_config_wrong(error, "structure_fine", "needs structure_parts");
    return check_list("structure_fine", c->n_structure_fine, c->structure_fine, 0, 1, MAX_CHANNELS,
                      error);
}

/* Halvings between the scans and where the registration begins. */
static int registration_halvings(const LamUnetConfig *c)
{
    return c->scans ? 0 : lam_unet_feature_halvings(c);
}

static bool check_scans(const LamUnetConfig *c, GError **error)
{
    if (!c->scans)
        return true;
    if (c->structures == 0)
        return lam_unet_config_wrong(error, "scans",
                                     "goes with structures; without, they are all it sees");
    return lam_unet_feature_halvings(c) < c->n_encoder ||
           lam_unet_config_wrong(error, "scans", "the encoder has no level on the features' grid");
}

static bool check_passes(const LamUnetConfig *c, GError **error)
{
    if (!(c->first_lambda >= 0 && c->first_lambda < 1))
        return lam_unet_config_wrong(error, "first_lambda", "must be 0 or above, and below 1");
    if (c->first_lambda == 0)
        return true;
    if (c->generated == LAM_GENERATED_NONE)
        return lam_unet_config_wrong(error, "first_lambda", "needs generated=decoder or all");
    return !(c->uncertain || c->hyper_labels) ||
           lam_unet_config_wrong(error, "first_lambda", "goes without uncertain and hyper_labels");
}

bool lam_unet_config_check(const LamUnetConfig *c, GError **error)
{
    if (!check_list("size", 3, c->size, 3, 1, MAX_SIZE, error) ||
        !check_list("encoder", c->n_encoder, c->encoder, 2, 1, MAX_CHANNELS, error) ||
        !check_list("decoder", c->n_decoder, c->decoder, 1, 1, MAX_CHANNELS, error) ||
        !check_list("final", c->n_final, c->final, 0, 1, MAX_CHANNELS, error) ||
        !check_list("hidden", c->n_hidden, c->hidden, c->generated != LAM_GENERATED_NONE, 1,
                    MAX_CHANNELS, error))
        return false;
    if (c->n_decoder > c->n_encoder)
        return lam_unet_config_wrong(error, "decoder", "more levels than the encoder");
    if (!(c->spacing_mm >= 0.1 && c->spacing_mm <= 20))
        return lam_unet_config_wrong(error, "spacing_mm", "must be within 0.1 and 20");
    if (c->integration_steps < 0 || c->integration_steps > 12)
        return lam_unet_config_wrong(error, "integration_steps", "must be within 0 and 12");
    if (c->hyper_labels && c->generated == LAM_GENERATED_NONE)
        return lam_unet_config_wrong(error, "hyper_labels", "needs generated=decoder or all");
    if (c->hyper_classes != 0 && (c->hyper_classes < 2 || c->hyper_classes > LAM_UNET_MAX_CLASSES))
        return lam_unet_config_wrong(error, "hyper_classes", "must be 0 or within 2 and 16");
    if (c->hyper_classes != 0 && c->generated == LAM_GENERATED_NONE)
        return lam_unet_config_wrong(error, "hyper_classes", "needs generated=decoder or all");
    for (int i = 0; i + 1 < c->n_decoder && c->skip == LAM_SKIP_CONCAT; i++)
        if (c->decoder[i] % CONCAT_MULTIPLE != 0)
            return lam_unet_config_wrong(error, "decoder",
                                         "with skip=concat, channels must be multiples of 16");
    if (!(c->hidden_slope >= 0 && c->hidden_slope < 1))
        return lam_unet_config_wrong(error, "hidden_slope", "must be 0 or above, and below 1");
    if (c->correlation < 0 || c->correlation > MAX_CHANNELS)
        return lam_unet_config_wrong(error, "correlation", "value out of range");
    if (c->correlation > 0 && c->structures == 0)
        return lam_unet_config_wrong(error, "correlation", "needs structures");
    if (!check_features(c, error) || !check_scans(c, error) || !check_passes(c, error))
        return false;
    int multiple = 1 << MAX(c->n_features_encoder - 1, registration_halvings(c) + c->n_encoder - 1);
    for (int i = 0; i < 3; i++)
        if (c->size[i] != 1 && c->size[i] % multiple != 0)
            return lam_unet_config_wrong(error, "size",
                                         "must be divisible by 2^(levels - 1), or 1");
    if ((gint64)c->size[0] * c->size[1] * c->size[2] > MAX_VOXELS)
        return lam_unet_config_wrong(error, "size", "more than 256^3 voxels");
    if (c->size[0] < 2 || c->size[1] < 2)
        return lam_unet_config_wrong(error, "size", "only the third axis may be 1");
    return true;
}

int lam_unet_feature_halvings(const LamUnetConfig *c)
{
    return c->n_features_encoder - c->n_features_decoder;
}

int lam_unet_scores(const LamUnetConfig *c)
{
    int n = c->structures + 1;
    return c->structures > 0 ? (n + CONCAT_MULTIPLE - 1) / CONCAT_MULTIPLE * CONCAT_MULTIPLE : 0;
}

int lam_unet_field_factor(const LamUnetConfig *config)
{
    return 1 << (registration_halvings(config) + config->n_encoder - config->n_decoder);
}

void lam_unet_field_size(const LamUnetConfig *config, int size[3])
{
    int factor = lam_unet_field_factor(config);
    for (int i = 0; i < 3; i++)
        size[i] = config->size[i] == 1 ? 1 : config->size[i] / factor;
}
