/* The state of a scene. Its geometry is in scene-view.c. */
#include <lambdascope/scene.h>

#include <string.h>

void lam_scene_init(LamScene *scene)
{
    *scene = (LamScene){
        .affine = lam_mat4_identity(),
        .pane = LAM_PANE_WARPED,
        .plane = LAM_PLANE_AXIAL,
        .zoom = 1,
        .radiological = true,
        .levels = {{0, 1}, {0, 1}},
        .smooth = true,
        .grid_mm = 5,
        .arrows_mm = 6,
        .streamlines_mm = 8,
        .share = 0.5,
        .split = 0.5,
        .checker_mm = 20,
        .overlay_opacity = 0.6,
        .contour_opacity = 0.9,
        .region_outlines = true,
        .scale_mm = 8,
        .morph = 1,
        .crosshair = true,
        .annotations = true,
        .maximised = -1,
    };
}

void lam_scene_clear(LamScene *scene)
{
    lam_texels_unref(scene->fixed);
    lam_texels_unref(scene->moving);
    lam_texels_unref(scene->field);
    lam_texels_unref(scene->map);
    for (int side = 0; side <= LAM_LABELS_OF_REGIONS; side++)
        lam_scene_set_labels(scene, side, NULL, NULL);
    lam_texels_unref(scene->held);
    g_free(scene->marks);
    g_free(scene->draft);
    g_free(scene->fixed_name);
    g_free(scene->moving_name);
    g_free(scene->footer_value);
    g_free(scene->footer_first);
    g_free(scene->footer_last);
    g_free(scene->footer_readout);
    g_free(scene->footer_files);
    g_free(scene->footer_notice);
    memset(scene, 0, sizeof *scene);
}

void lam_scene_copy(LamScene *to, const LamScene *from)
{
    LamTexels **texels[] = {&to->fixed, &to->moving,    &to->field,     &to->map,
                            &to->held,  &to->labels[0], &to->labels[1], &to->labels[2]};
    char **strings[] = {&to->fixed_name,   &to->moving_name,   &to->footer_readout,
                        &to->footer_files, &to->footer_notice, &to->footer_value,
                        &to->footer_first, &to->footer_last};
    *to = *from;
    for (size_t i = 0; i < G_N_ELEMENTS(texels); i++)
        if (*texels[i])
            lam_texels_ref(*texels[i]);
    for (int side = 0; side <= LAM_LABELS_OF_REGIONS; side++)
        if (to->label_colours[side])
            g_bytes_ref(to->label_colours[side]);
    to->marks = g_memdup2(from->marks, (gsize)from->n_marks * sizeof *from->marks);
    to->draft = g_memdup2(from->draft, (gsize)from->n_draft * sizeof *from->draft);
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        *strings[i] = g_strdup(*strings[i]);
}

void lam_scene_set_draft(LamScene *scene, const LamVec3 *corners, int n, LamPlane plane)
{
    g_free(scene->draft);
    scene->draft = n > 0 ? g_memdup2(corners, (gsize)n * sizeof *corners) : NULL;
    scene->n_draft = n;
    scene->draft_plane = plane;
}

static void replace_texels(LamTexels **slot, LamTexels *texels)
{
    if (texels)
        lam_texels_ref(texels);
    lam_texels_unref(*slot);
    *slot = texels;
}

void lam_scene_set_scans(LamScene *scene, LamTexels *fixed, LamTexels *moving,
                         const LamMat4 *affine)
{
    replace_texels(&scene->fixed, fixed);
    replace_texels(&scene->moving, moving);
    scene->affine = affine ? *affine : lam_mat4_identity();
}

void lam_scene_set_field(LamScene *scene, LamTexels *field)
{
    replace_texels(&scene->field, field);
}

void lam_scene_set_map(LamScene *scene, LamTexels *map)
{
    replace_texels(&scene->map, map);
}

bool lam_scene_wants_map(const LamScene *scene)
{
    return scene->overlay == LAM_OVERLAY_SENSITIVITY || scene->overlay == LAM_OVERLAY_UNCERTAINTY;
}

void lam_scene_set_labels(LamScene *scene, int side, LamTexels *labels, GBytes *colours)
{
    replace_texels(&scene->labels[side], labels);
    if (colours)
        g_bytes_ref(colours);
    g_clear_pointer(&scene->label_colours[side], g_bytes_unref);
    scene->label_colours[side] = colours;
}

void lam_scene_hold(LamScene *scene)
{
    replace_texels(&scene->held, scene->field);
    scene->held_lambda = scene->field_lambda;
}

void lam_scene_release(LamScene *scene)
{
    replace_texels(&scene->held, NULL);
    scene->held_view = LAM_HELD_ASIDE;
}

LamHeldView lam_scene_held_view(const LamScene *scene)
{
    return scene->held ? scene->held_view : LAM_HELD_ASIDE;
}

LamTexels *lam_scene_shown_field(const LamScene *scene)
{
    return lam_scene_held_view(scene) == LAM_HELD_INSTEAD ? scene->held : scene->field;
}

void lam_scene_reset_view(LamScene *scene)
{
    scene->zoom = 1;
    scene->pan_mm = (LamVec3){{0}};
    const LamTexels *scans[2] = {scene->fixed, scene->moving};
    for (int i = 0; i < 2; i++) {
        if (scans[i])
            scene->levels[i] = (LamLevels){scans[i]->low, scans[i]->high};
    }
    for (int axis = 0; axis < 3 && scene->fixed; axis++)
        scene->cursor_mm.v[axis] =
            (scene->fixed->box_min.v[axis] + scene->fixed->box_max.v[axis]) / 2;
}
