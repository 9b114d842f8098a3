#include <lambdascope/view_settings.h>

#include <string.h>

LamViewSettings lam_view_settings_of(const LamScene *scene)
{
    LamViewSettings settings = {
        .arrangement = scene->arrangement,
        .pane = scene->pane,
        .plane = scene->plane,
        .maximised = scene->maximised,
        .radiological = scene->radiological,
        .crosshair = scene->crosshair,
        .colours = scene->colours,
        .smooth = scene->smooth,
        .compare = scene->compare,
        .overlay = scene->overlay,
        .contours = scene->contours,
        .contour_opacity = scene->contour_opacity,
        .grid = scene->grid,
        .grid_mm = scene->grid_mm,
        .grid_colour = scene->grid_colour,
        .direction = scene->direction,
        .arrows = scene->arrows,
        .streamlines = scene->streamlines,
    };
    memcpy(settings.levels, scene->levels, sizeof settings.levels);
    return settings;
}

void lam_view_settings_apply(const LamViewSettings *settings, LamScene *scene)
{
    scene->arrangement = settings->arrangement;
    scene->pane = settings->pane;
    scene->plane = settings->plane;
    scene->maximised = settings->maximised;
    scene->radiological = settings->radiological;
    scene->crosshair = settings->crosshair;
    memcpy(scene->levels, settings->levels, sizeof scene->levels);
    scene->colours = settings->colours;
    scene->smooth = settings->smooth;
    scene->compare = settings->compare;
    scene->overlay = settings->overlay;
    scene->contours = settings->contours;
    scene->contour_opacity = settings->contour_opacity;
    scene->grid = settings->grid;
    scene->grid_mm = settings->grid_mm;
    scene->grid_colour = settings->grid_colour;
    scene->direction = settings->direction;
    scene->arrows = settings->arrows;
    scene->streamlines = settings->streamlines;
}

static bool same_layout(const LamViewSettings *a, const LamViewSettings *b)
{
    return a->arrangement == b->arrangement && a->pane == b->pane && a->plane == b->plane &&
           a->maximised == b->maximised && a->radiological == b->radiological &&
           a->crosshair == b->crosshair;
}

static bool same_levels(LamLevels a, LamLevels b)
{
    return a.low == b.low && a.high == b.high;
}

static bool same_grid(const LamViewSettings *a, const LamViewSettings *b)
{
    return a->grid == b->grid && a->grid_mm == b->grid_mm && a->grid_colour == b->grid_colour &&
           a->direction == b->direction && a->arrows == b->arrows &&
           a->streamlines == b->streamlines;
}

LamSettingsKind lam_view_settings_compare(const LamViewSettings *a, const LamViewSettings *b)
{
    if (!same_layout(a, b))
        return LAM_SETTINGS_LAYOUT;
    if (!same_levels(a->levels[0], b->levels[0]) || !same_levels(a->levels[1], b->levels[1]))
        return LAM_SETTINGS_WINDOW;
    if (a->colours != b->colours || a->smooth != b->smooth)
        return LAM_SETTINGS_COLOURS;
    if (a->compare != b->compare)
        return LAM_SETTINGS_COMPARISON;
    if (a->overlay != b->overlay || a->contours != b->contours ||
        a->contour_opacity != b->contour_opacity)
        return LAM_SETTINGS_OVERLAY;
    return same_grid(a, b) ? LAM_SETTINGS_SAME : LAM_SETTINGS_GRID;
}
