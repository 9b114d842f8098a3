#include "chain.h"

#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INVERSE_PREFIX "inverse:"
#define COVERED        0.995 /* shares above are not worth a word */

void lam_cli_chain_clear(LamCliChain *chain)
{
    g_clear_pointer(&chain->files, g_strfreev);
    g_clear_pointer(&chain->from, g_free);
}

bool lam_cli_chain_check(const LamCliChain *chain, GError **error)
{
    if (chain->files == NULL)
        return lam_cli_require(NULL, "transform", error);
    if (chain->time >= 0 && chain->time <= 1)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--time: a number from 0 to 1 is needed (see --help)");
    return false;
}

static bool is_inverse(const char *file)
{
    return g_str_has_prefix(file, INVERSE_PREFIX);
}

static const char *name_of(const char *file)
{
    return is_inverse(file) ? file + strlen(INVERSE_PREFIX) : file;
}

const char **lam_cli_chain_inputs(const LamCliChain *chain, const char *a, const char *b)
{
    const char **names = g_new0(const char *, g_strv_length(chain->files) + 3);
    const char *others[] = {a, b};
    int n = 0;
    for (char **file = chain->files; *file != NULL; file++)
        names[n++] = name_of(*file);
    for (int i = 0; i < 2; i++)
        if (others[i] != NULL)
            names[n++] = others[i];
    return names;
}

/* ---- loading ---- */

LamCliSpace lam_cli_space_of(const LamVolume *scan)
{
    if (scan == NULL)
        return (LamCliSpace){.grid = NULL};
    return (LamCliSpace){&scan->grid, true, lam_fsl_from_voxel(scan)};
}

LamTransformFileOptions lam_cli_file_options(LamConvention convention, const LamCliSpace *fixed,
                                             const LamCliSpace *moving)
{
    return (LamTransformFileOptions){
        .convention = convention,
        .fixed = fixed->grid,
        .moving = moving->grid,
        .fixed_fsl = fixed->has_fsl ? &fixed->fsl : NULL,
        .moving_fsl = moving->has_fsl ? &moving->fsl : NULL,
    };
}

static LamTransform *load_one(const char *file, LamConvention convention, const LamCliSpace *from,
                              const LamCliSpace *onto, GError **error)
{
    bool inverse = is_inverse(file);
    LamTransformFileOptions options = inverse ? lam_cli_file_options(convention, onto, from)
                                              : lam_cli_file_options(convention, from, onto);
    g_autoptr(LamTransform) transform = lam_transform_load(name_of(file), &options, error);
    if (transform == NULL || !inverse)
        return g_steal_pointer(&transform);
    return lam_transform_inverse(transform, NULL, error);
}

static LamTransform *load_all(const LamCliChain *chain, const LamCliSpace *from,
                              const LamCliSpace *onto, GError **error)
{
    LamConvention convention = LAM_CONVENTION_AUTO;
    if (chain->from != NULL && !lam_convention_parse(chain->from, &convention, error))
        return NULL;
    g_autoptr(LamTransform) whole = lam_transform_new_identity();
    for (char **file = chain->files; *file != NULL; file++) {
        g_autoptr(LamTransform) next = load_one(*file, convention, from, onto, error);
        if (next == NULL)
            return NULL;
        LamTransform *longer = lam_transform_compose(whole, next);
        lam_transform_unref(whole);
        whole = longer;
    }
    return g_steal_pointer(&whole);
}

LamTransform *lam_cli_chain_load(const LamCliChain *chain, const LamCliSpace *from,
                                 const LamCliSpace *onto, GError **error)
{
    bool inverse = chain->inverse;
    g_autoptr(LamTransform) whole =
        load_all(chain, inverse ? onto : from, inverse ? from : onto, error);
    g_autoptr(LamTransform) part =
        whole != NULL ? lam_transform_at(whole, chain->time, error) : NULL;
    if (part == NULL || !inverse)
        return g_steal_pointer(&part);
    return lam_transform_inverse(part, NULL, error);
}

/* ---- space ---- */

static char *describe(const LamGrid *grid)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid), centre = lam_grid_centre_mm(grid);
    char letters[4];
    lam_grid_orientation(grid, letters);
    return g_strdup_printf(
        "%d×%d×%d voxels of %.4g×%.4g×%.4g mm, %s, centre at (%.1f, %.1f, %.1f) mm", grid->size[0],
        grid->size[1], grid->size[2], spacing.v[0], spacing.v[1], spacing.v[2], letters,
        centre.v[0], centre.v[1], centre.v[2]);
}

static const char *field_name(const LamTransformStep *step)
{
    const LamVolume *field = step->undoes != NULL ? step->undoes : step->displacement;
    return field->path != NULL ? field->path : "the field of the transform";
}

bool lam_cli_chain_check_space(const char *command, const LamTransform *transform,
                               const LamGrid *grid, const char *name, GError **error)
{
    int step;
    double share = lam_transform_coverage(transform, grid, &step);
    if (share >= COVERED)
        return true;
    const LamTransformStep *at = &transform->step[step];
    if (share > 0 && at->velocity == NULL)
        fprintf(stderr, "lam %s: warning: %s covers %.0f %% of %s; beyond, its edge goes on\n",
                command, field_name(at), floor(100 * share), name);
    if (share > 0)
        return true;
    g_autofree char *field = describe(&at->displacement->grid), *other = describe(grid);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot use transform: %s: it lies elsewhere in space (%s) than %s (%s)",
                field_name(at), field, name, other);
    return false;
}

const LamGrid *lam_cli_chain_own_grid(const LamTransform *transform)
{
    if (transform->count == 0 || transform->step[0].displacement == NULL)
        return NULL;
    return &transform->step[0].displacement->grid;
}

/* ---- files ---- */

bool lam_cli_chain_save(const LamTransform *transform, const char *path, const char *to,
                        const LamCliSpace *from, const LamCliSpace *onto, GError **error)
{
    LamTransformFileOptions options = lam_cli_file_options(LAM_CONVENTION_AUTO, from, onto);
    if (to != NULL && !lam_convention_parse(to, &options.convention, error))
        return false;
    return lam_transform_save(transform, path, &options, error);
}

bool lam_cli_is_image_name(const char *path)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    return g_str_has_suffix(name, ".nii") || g_str_has_suffix(name, ".nii.gz");
}

bool lam_cli_load_optional(const char *path, LamVolume **volume, GError **error)
{
    *volume = path != NULL ? lam_scan_load(path, 0, error) : NULL;
    return path == NULL || *volume != NULL;
}
