/* The overlays that need a map: it is made once λ rests, and gone as soon as λ moves. */
#include "window-private.h"

/* What has been asked of the work of this pair. */
static LamOverlay wanted(const LamScene *scene)
{
    return lam_scene_wants_map(scene) ? scene->overlay : LAM_OVERLAY_NONE;
}

void lam_window_map_follow(LamWindow *window)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    LamOverlay overlay = wanted(scene);
    if (!window->work || lam_pair_work_wanted_map(window->work) == overlay)
        return;
    lam_pair_work_want_map(window->work, overlay);
    lam_scene_set_map(scene, NULL);
    if (overlay != LAM_OVERLAY_NONE)
        lam_window_request(window);
}

void lam_window_map_gone(LamWindow *window)
{
    lam_scene_set_map(lam_canvas_scene(window->canvas), NULL);
}

void lam_window_map_arrived(LamWindow *window, LamTexels *map, const char *failure)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    if (wanted(scene) == LAM_OVERLAY_NONE)
        return;
    lam_scene_set_map(scene, map);
    if (failure)
        lam_readout_set_message(window->readout, failure);
    lam_canvas_changed(window->canvas);
}
