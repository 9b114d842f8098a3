/* Which views a report shows, and what they are of. */
#include "mosaic.h"
#include "report-private.h"

#include <glib/gi18n-lib.h>

#define GRID_MM 10

typedef struct {
    const char *name;
    const char *title, *caption; /* to be translated */
    LamPane pane;
    double morph; /* 0: the affine alone */
    LamCompare compare;
    LamOverlay overlay;
    bool grid, contours;
} View;

static const View views[] = {
    {.name = "fixed",
     .title = N_("Fixed"),
     .caption = N_("The fixed scan: what the others ought to look like."),
     .pane = LAM_PANE_FIXED},
    {.name = "before",
     .title = N_("Before"),
     .caption = N_("The moving scan after the affine alignment alone."),
     .pane = LAM_PANE_WARPED,
     .morph = 0},
    {.name = "after",
     .title = N_("After"),
     .caption = N_("The moving scan, warped onto the fixed one."),
     .pane = LAM_PANE_WARPED,
     .morph = 1},
    {.name = "edges-before",
     .title = N_("Edges before"),
     .caption =
         N_("Edges of the fixed scan over the moving one, after the affine alignment alone."),
     .pane = LAM_PANE_WARPED,
     .morph = 0,
     .compare = LAM_COMPARE_EDGES},
    {.name = "edges-after",
     .title = N_("Edges after"),
     .caption =
         N_("Edges of the fixed scan over the warped one: they ought to follow its borders."),
     .pane = LAM_PANE_WARPED,
     .morph = 1,
     .compare = LAM_COMPARE_EDGES},
    {.name = "contours-before",
     .title = N_("Outlines before"),
     .caption = N_("Outlines of the labels of both scans after the affine alignment alone."),
     .pane = LAM_PANE_WARPED,
     .morph = 0,
     .contours = true},
    {.name = "contours-after",
     .title = N_("Outlines after"),
     .caption = N_("Outlines of the fixed labels and of the moving ones, carried along: those of "
                   "one colour ought to meet."),
     .pane = LAM_PANE_WARPED,
     .morph = 1,
     .contours = true},
    {.name = "checkerboard",
     .title = N_("Checkerboard"),
     .caption = N_("Squares of 20 mm of the fixed and of the warped scan by turns: structures "
                   "ought to go on across their borders."),
     .pane = LAM_PANE_WARPED,
     .morph = 1,
     .compare = LAM_COMPARE_CHECKERBOARD},
    {.name = "grid",
     .title = N_("Grid"),
     .caption = N_("A regular grid of 10 mm on the moving scan, carried along with it. Magenta: "
                   "shrunk, to a half and less; green: grown, to twice and more; amber: folded."),
     .pane = LAM_PANE_WARPED,
     .morph = 1,
     .grid = true},
    {.name = "volume",
     .title = N_("Volume change"),
     .caption = N_("Local change of volume |J|. Magenta: shrunk, to a half and less; green: grown, "
                   "to twice and more; without colour: unchanged; amber: folded."),
     .pane = LAM_PANE_WARPED,
     .morph = 1,
     .overlay = LAM_OVERLAY_VOLUME_CHANGE},
};

const char *lam_report_view_title(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(views); i++)
        if (g_str_equal(views[i].name, name))
            return _(views[i].title);
    return name;
}

static void picture_free(gpointer data)
{
    LamReportPicture *picture = data;
    g_free(picture->alt);
    g_bytes_unref(picture->png);
    g_free(picture);
}

static bool add_labels(LamScene *scene, int side, LamVolume *map, GError **error)
{
    g_autoptr(LamLabels) labels = map ? lam_labels_new(map, NULL, error) : NULL;
    g_autoptr(LamTexels) texels = labels ? lam_texels_new_labels(labels, error) : NULL;
    if (!texels)
        return map == NULL;
    g_autoptr(GBytes) colours = lam_labels_palette(labels, NULL, NULL);
    lam_scene_set_labels(scene, side, texels, colours);
    return true;
}

static bool fill_scene(LamScene *scene, const LamReportSource *source, GError **error)
{
    LamSnapshot *snapshot = source->snapshot;
    g_autoptr(LamTexels) fixed = lam_texels_new_scan(source->fixed, error);
    g_autoptr(LamTexels) moving = fixed ? lam_texels_new_scan(source->moving, error) : NULL;
    g_autoptr(LamTexels) field =
        moving ? lam_texels_new_field(snapshot->field, snapshot->jacobian, error) : NULL;
    if (!field)
        return false;
    lam_scene_set_scans(scene, fixed, moving, &snapshot->affine);
    lam_scene_set_field(scene, field);
    lam_scene_reset_view(scene);
    scene->radiological = !source->neurological;
    scene->grid_mm = GRID_MM;
    return add_labels(scene, 0, source->fixed_labels, error) &&
           add_labels(scene, 1, source->moving_labels, error);
}

static void dress(LamScene *scene, const View *view)
{
    scene->morph = view->morph;
    scene->compare = view->compare;
    scene->overlay = view->overlay;
    scene->grid = view->grid;
    scene->contours = view->contours ? LAM_CONTOURS_ALL : LAM_CONTOURS_NONE;
}

static char *describe(const View *view, const LamScene *scene)
{
    const char *title = _(view->title), *caption = _(view->caption);
    LamPlane plane;
    if (lam_scene_slice_plane(scene, &plane))
        return g_strdup_printf(_("%s, one slice. %s"), title, caption);
    return g_strdup_printf(_("%s: rows of axial, coronal and sagittal slices. %s"), title, caption);
}

static LamReportPicture *draw(LamMosaic *mosaic, LamScene *scene, const View *view,
                              const LamProgress *progress, GError **error)
{
    bool legend = view->grid || view->overlay == LAM_OVERLAY_VOLUME_CHANGE;
    dress(scene, view);
    GBytes *png = lam_mosaic_draw(mosaic, view->pane, legend, progress, error);
    if (!png)
        return NULL;
    LamReportPicture *picture = g_new0(LamReportPicture, 1);
    picture->name = view->name;
    picture->title = _(view->title);
    picture->caption = _(view->caption);
    picture->alt = describe(view, scene);
    picture->png = png;
    lam_mosaic_size(mosaic, legend, &picture->width, &picture->height);
    return picture;
}

static bool draw_all(LamScene *scene, GPtrArray *out, const LamProgress *progress, GError **error)
{
    g_autoptr(LamMosaic) mosaic = lam_mosaic_new(scene, error);
    for (guint i = 0; mosaic && i < G_N_ELEMENTS(views); i++) {
        if (views[i].contours && !scene->labels[1])
            continue;
        lam_progress_report(progress, (double)i / G_N_ELEMENTS(views), _("Drawing"));
        LamReportPicture *picture = draw(mosaic, scene, &views[i], progress, error);
        if (!picture)
            return false;
        g_ptr_array_add(out, picture);
    }
    return mosaic != NULL;
}

GPtrArray *lam_report_draw(const LamReportSource *source, const LamProgress *progress,
                           GError **error)
{
    g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func(picture_free);
    LamScene scene;
    lam_scene_init(&scene);
    bool ok = fill_scene(&scene, source, error) && draw_all(&scene, pictures, progress, error);
    lam_scene_clear(&scene);
    return ok ? g_steal_pointer(&pictures) : NULL;
}
