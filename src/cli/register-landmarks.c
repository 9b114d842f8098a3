/* Pairs of points from a CSV. */
#include "register.h"

#include <lambdascope/error.h>
#include <lambdascope/landmarks.h>

bool lam_register_load_landmarks(const char *path, GArray **fixed, GArray **moving, GError **error)
{
    g_autoptr(GPtrArray) landmarks = lam_landmarks_load(path, error);
    if (!landmarks)
        return false;
    *fixed = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    *moving = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    for (guint i = 0; i < landmarks->len; i++) {
        const LamLandmark *landmark = landmarks->pdata[i];
        if (!landmark->in_fixed || !landmark->in_moving) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "cannot read landmarks: %s: pair %u has not been placed in both scans",
                        path, i + 1);
            return false;
        }
        g_array_append_val(*fixed, landmark->fixed);
        g_array_append_val(*moving, landmark->moving);
    }
    return true;
}
