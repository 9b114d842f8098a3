/* Pairs of landmarks: the same place in both scans, each in its own world (RAS, mm). Their distance once a
 * deformation has carried one to the other is the target registration error (TRE).
 *
 * Thread-safety: a list belongs to one thread at a time. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    char *name;               /* owned; may be empty, never NULL */
    LamVec3 fixed, moving;    /* mm, each in its scan's world */
    bool in_fixed, in_moving; /* whether it has been placed there */
} LamLandmark;

/* Elements: LamLandmark *, owned by the array. */
GPtrArray *lam_landmarks_new(void);
GPtrArray *lam_landmarks_copy(const GPtrArray *landmarks);
/* Copies; the element, borrowed. */
LamLandmark *lam_landmarks_add(GPtrArray *landmarks, const LamLandmark *landmark);
bool lam_landmarks_equal(const GPtrArray *a, const GPtrArray *b);

/* A CSV whose first row names the columns fixed_x, fixed_y, fixed_z, moving_x, moving_y and moving_z, and may
 * name a column `name`; lines that begin with # are left out. Three empty fields: not placed in that scan.
 * Errors name the file and the line: LAM_ERROR_IO, LAM_ERROR_FORMAT (no points, too). */
GPtrArray *lam_landmarks_load(const char *path, GError **error);
/* The same from text; subject: what messages call it. */
GPtrArray *lam_landmarks_parse(const char *text, const char *subject, GError **error);
/* What lam_landmarks_load reads. Free with g_free. */
char *lam_landmarks_text(const GPtrArray *landmarks);

/* |A (x + d(x)) - y| in mm for the pair (x, y); d: 3 channels, mm, RAS, clamped at its edge; NULL: 0. NaN
 * unless it has been placed in both. */
double lam_landmark_error_mm(const LamLandmark *landmark, const LamVolume *d,
                             const LamMat4 *affine);

typedef struct {
    int pairs;                          /* placed in both scans */
    double mean_mm, p95_mm, largest_mm; /* NaN without pairs */
    double aligned_mean_mm;             /* by the affine alone */
} LamLandmarkErrors;

/* errors_mm (may be NULL): one per landmark. */
LamLandmarkErrors lam_landmark_errors(const GPtrArray *landmarks, const LamVolume *d,
                                      const LamMat4 *affine, double *errors_mm);

G_END_DECLS
