/* What the choices of a scene are called. */
#include <lambdascope/scene.h>

static bool parse(const char *name, const char *const *names, int n, int *index)
{
    for (*index = 0; *index < n; (*index)++)
        if (g_str_equal(name, names[*index]))
            return true;
    return false;
}

#define NAMES(kind, Type, count, ...)                                                              \
    static const char *const kind##_names[] = {__VA_ARGS__};                                       \
    G_STATIC_ASSERT(G_N_ELEMENTS(kind##_names) == (count));                                        \
    const char *lam_##kind##_name(Type value)                                                      \
    {                                                                                              \
        return kind##_names[value];                                                                \
    }                                                                                              \
    bool lam_##kind##_parse(const char *name, Type *out)                                           \
    {                                                                                              \
        int index;                                                                                 \
        bool known = parse(name, kind##_names, (count), &index);                                   \
        if (known)                                                                                 \
            *out = (Type)index;                                                                    \
        return known;                                                                              \
    }

NAMES(arrangement, LamArrangement, 3, "panes", "planes", "all")
NAMES(pane, LamPane, LAM_PANE_COUNT, "fixed", "moving", "warped")
NAMES(plane, LamPlane, 3, "axial", "coronal", "sagittal")
NAMES(compare, LamCompare, LAM_COMPARE_COUNT, "none", "checkerboard", "curtain", "composite",
      "difference", "edges", "fade")
NAMES(overlay, LamOverlay, LAM_OVERLAY_COUNT, "none", "displacement", "volume", "difference",
      "sensitivity", "uncertainty")
NAMES(colour_map, LamColourMap, LAM_MAP_COUNT, "grey", "cividis", "inferno", "viridis")
NAMES(direction, LamDirection, LAM_DIRECTION_COUNT, "forward", "pull-back")
NAMES(contour_choice, LamContourChoice, LAM_CONTOURS_COUNT, "none", "all", "selected")
NAMES(held_view, LamHeldView, LAM_HELD_COUNT, "b", "a", "split")
NAMES(grid_colour, LamGridColour, LAM_GRID_BY_COUNT, "volume", "length", "through")
