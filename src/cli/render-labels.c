#include "render-labels.h"

void lam_render_labels_clear(LamRenderLabels *labels)
{
    g_free(labels->fixed);
    g_free(labels->moving);
    g_free(labels->shown);
    g_clear_pointer(&labels->chosen, g_hash_table_unref);
}

static bool bad(GError **error, const char *why)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s (see --help)", why);
    return false;
}

static bool parse_numbers(LamRenderLabels *labels, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(labels->shown, ",", -1);
    labels->chosen = g_hash_table_new(NULL, NULL);
    for (int i = 0; parts[i]; i++) {
        gint64 number;
        if (!g_ascii_string_to_signed(g_strstrip(parts[i]), 10, 1, G_MAXINT, &number, NULL))
            return bad(error, "--contours: all, or labels as in 51,52 are needed");
        g_hash_table_add(labels->chosen, GINT_TO_POINTER((int)number));
    }
    return true;
}

bool lam_render_labels_check(LamRenderLabels *labels, GError **error)
{
    bool any = labels->fixed || labels->moving;
    if (labels->shown && !any)
        return bad(error, "--contours: --fixed-labels or --moving-labels is needed");
    if (!(labels->opacity >= 0 && labels->opacity <= 1))
        return bad(error, "--contour-opacity: 0 to 1 is possible");
    return !labels->shown || g_str_equal(labels->shown, "all") || parse_numbers(labels, error);
}

static bool is_chosen(int label, gpointer user)
{
    const LamRenderLabels *labels = user;
    return !labels->chosen || g_hash_table_contains(labels->chosen, GINT_TO_POINTER(label));
}

static bool add(const LamRenderLabels *labels, int side, const char *path, const LamVolume *scan,
                LamScene *scene, GError **error)
{
    g_autoptr(LamLabels) map = lam_labels_load(path, scan, error);
    g_autoptr(LamTexels) texels = map ? lam_texels_new_labels(map, error) : NULL;
    if (!texels)
        return false;
    g_autoptr(GBytes) colours = lam_labels_palette(map, is_chosen, (gpointer)labels);
    lam_scene_set_labels(scene, side, texels, colours);
    return true;
}

bool lam_render_labels_add(const LamRenderLabels *labels, const LamSession *session,
                           LamScene *scene, GError **error)
{
    scene->contours = labels->chosen ? LAM_CONTOURS_SELECTED : LAM_CONTOURS_ALL;
    scene->contour_opacity = labels->opacity;
    return (!labels->fixed ||
            add(labels, 0, labels->fixed, lam_session_fixed(session), scene, error)) &&
           (!labels->moving ||
            add(labels, 1, labels->moving, lam_session_moving(session), scene, error));
}
