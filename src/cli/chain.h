/* Transforms as apply, invert, compose, jacobian and points take them. */
#pragma once

#include <lambdascope/transform_file.h>

/* A scan's space, as files of transforms need it; all zero where no scan was given. */
typedef struct {
    const LamGrid *grid; /* NULL: not known. Borrowed from the scan */
    bool has_fsl;
    LamMat4 fsl; /* lam_fsl_from_voxel */
} LamCliSpace;

/* scan may be NULL. */
LamCliSpace lam_cli_space_of(const LamVolume *scan);
/* For loading and saving; both spaces must outlive it. */
LamTransformFileOptions lam_cli_file_options(LamConvention convention, const LamCliSpace *fixed,
                                             const LamCliSpace *moving);

/* Options, filled by GOption; LAM_CLI_CHAIN_NEW to begin with. */
typedef struct {
    char **files; /* --transform, --field: the first acts first; "inverse:FILE" is turned round */
    char *from;   /* --from: convention of all the files; NULL: found out */
    gboolean inverse; /* --inverse: the whole chain turned round */
    double time;      /* --time: how much of the way, 0 to 1 */
} LamCliChain;

#define LAM_CLI_CHAIN_NEW ((LamCliChain){.time = 1})

#define LAM_CLI_CHAIN_FILES(chain)                                                                 \
    {"transform",                                                                                  \
     't',                                                                                          \
     0,                                                                                            \
     G_OPTION_ARG_FILENAME_ARRAY,                                                                  \
     &(chain)->files,                                                                              \
     "Transform; give it again for a chain. The first acts first on the fixed scan's points",      \
     "[inverse:]FILE"},                                                                            \
        {"field", 'u', 0, G_OPTION_ARG_FILENAME_ARRAY, &(chain)->files, "The same as --transform", \
         "FILE"},                                                                                  \
    {                                                                                              \
        "from", 0, 0, G_OPTION_ARG_STRING, &(chain)->from,                                         \
            "Convention of the files: lambdascope, itk, fsl, freesurfer, voxel (default: found "   \
            "out)",                                                                                \
            "NAME"                                                                                 \
    }
#define LAM_CLI_CHAIN_COURSE(chain)                                                                \
    {"inverse", 0, 0, G_OPTION_ARG_NONE, &(chain)->inverse, "Turn the whole chain round", NULL},   \
    {                                                                                              \
        "time", 0, 0, G_OPTION_ARG_DOUBLE, &(chain)->time,                                         \
            "Only this much of the deformation, 0 to 1: flows stop on their way, plain fields "    \
            "are "                                                                                 \
            "scaled, affines stay whole (default 1)",                                              \
            "T"                                                                                    \
    }

void lam_cli_chain_clear(LamCliChain *chain);

/* A usage error if there is no file or the time is none. */
bool lam_cli_chain_check(const LamCliChain *chain, GError **error);

/* Names of the files and of two more inputs (each may be NULL), for lam_cli_check_output. The names are
 * borrowed; free the array alone. */
const char **lam_cli_chain_inputs(const LamCliChain *chain, const char *a, const char *b);

/* The chain as it is to be used. The spaces are of the chain as used: where its points come from and
 * where they go. */
LamTransform *lam_cli_chain_load(const LamCliChain *chain, const LamCliSpace *from,
                                 const LamCliSpace *onto, GError **error);

/* False where a field of the chain and the grid lie apart in space; both are described. Where a plain
 * field covers only a part, a line on stderr says so. command, name: for the messages. */
bool lam_cli_chain_check_space(const char *command, const LamTransform *transform,
                               const LamGrid *grid, const char *name, GError **error);

/* The grid of the first step, if that is a field; else NULL. Borrowed. */
const LamGrid *lam_cli_chain_own_grid(const LamTransform *transform);

/* Writes the transform. to: convention or NULL. The spaces as in lam_cli_chain_load. */
bool lam_cli_chain_save(const LamTransform *transform, const char *path, const char *to,
                        const LamCliSpace *from, const LamCliSpace *onto, GError **error);

/* Whether the name is that of an image file, which holds a field on a grid. */
bool lam_cli_is_image_name(const char *path);

/* Loads a scan for its grid; path NULL: no grid, no error. */
bool lam_cli_load_optional(const char *path, LamVolume **volume, GError **error);
