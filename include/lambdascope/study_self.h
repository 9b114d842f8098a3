/* One anatomy under a known deformation, in several contrasts: how far a registration is from the truth.
 *
 * Of each person the fixed scan is one contrast as it is; the moving scans are all contrasts, deformed by
 * the same diffeomorphism: M(y) = S(y + w(y)), w = exp(-v) - id, v random and smooth. The displacement to
 * be found is u with M(x + u(x)) = S(x): the inverse of id + w, computed by lam_field_inverse. There is no
 * linear part. The error is |U(x) - u(x)| over all points of a lattice of 4 mm where the fixed scan, whose
 * skull must be stripped, is above zero. */
#pragma once

#include <lambdascope/study.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    char *person, *contrast, *scan; /* scan: full path */
    char *labels;                   /* likewise; NULL: none */
} LamStudyScan;

/* A CSV with the columns name, contrast, scan and perhaps labels; paths absolute or relative to a folder
 * (NULL: the CSV's own). Array of LamStudyScan, freed with g_ptr_array_unref; errors name the file and
 * the line. All scans and labels of one name must be aligned with each other. */
GPtrArray *lam_study_scans_load(const char *path, const char *folder, GError **error);

typedef struct {
    const GPtrArray *scans;   /* LamStudyScan */
    const GPtrArray *methods; /* LamStudyMethod; none at all is measured without being asked for */
    const char *fixed_contrast; /* of each person there must be one scan of it */
    int seeds;                  /* deformations per person; at least 1 */
    double warp_mm;             /* root mean square of the velocity; 0 < warp_mm <= 20 */
    /* A labelled scan, registered with each person's fixed scan; its labels stand for those that a person
     * lacks. Both or none. */
    LamVolume *atlas, *atlas_labels;
} LamStudySelfOptions;

/* The table: person, contrast, seed, method, lambda, error_mean_mm, error_p95_mm, dice_subcortical,
 * dice_cortical, fold_percent. The figure: their means, a column per contrast. LAM_ERROR_ARGUMENT if an
 * option is out of range or a person lacks the fixed contrast. */
LamStudyResult *lam_study_self(const LamStudySelfOptions *options, const LamProgress *progress,
                               GError **error);

G_END_DECLS
