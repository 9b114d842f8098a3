/* In place of src/registration/structures.c, structure-names.c and structure-contrast.c: two halves of a ball around the
 * brain. LAM_FAKE_WEIGHTING: scans are not T1. */
#include <lambdascope/structures.h>

#include <lambdascope/resample.h>
#include <lambdascope/scan.h>

#define SIDE      40
#define RADIUS_MM 15

GPtrArray *lam_structures_of(const LamModel *model, GError **error)
{
    return g_ptr_array_new();
}

LamWeighting lam_structures_weighting(const GPtrArray *structures, const LamVolume *labels,
                                      const LamVolume *scan)
{
    return g_getenv("LAM_FAKE_WEIGHTING") ? LAM_WEIGHTING_OTHER : LAM_WEIGHTING_UNKNOWN;
}

LamVolume *lam_structures_estimate(LamModel *model, const LamVolume *scan, double spacing_mm,
                                   const LamProgress *progress, GError **error)
{
    LamVec3 centre = lam_volume_brain_centre_mm(scan);
    LamGrid grid = lam_grid_centred((int[3]){SIDE, SIDE, SIDE}, spacing_mm, centre);
    LamVolume *labels = lam_volume_new(&grid, 1, error);
    float *to = labels->data;
    for (int k = 0; k < SIDE; k++)
        for (int j = 0; j < SIDE; j++)
            for (int i = 0; i < SIDE; i++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                for (int a = 0; a < 3; a++)
                    x.v[a] -= centre.v[a];
                *to++ = lam_vec3_length(x) > RADIUS_MM ? 0 : x.v[0] < 0 ? 17 : 53;
            }
    return labels;
}

bool lam_structures_save(const LamModel *model, const LamVolume *labels, const char *path,
                         GError **error)
{
    return lam_scan_save(labels, path, LAM_NIFTI_UINT8, "estimated", error);
}

bool lam_structures_save_names(const LamModel *model, const char *path, GError **error)
{
    return g_file_set_contents(path, "value,name\n17,left half\n53,right half\n", -1, error);
}
