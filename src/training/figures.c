/* A hand is a smooth map of the box that the outline lies in, and the width of a stroke. The points of the
 * outline go through it, curves are laid through the points, and every pixel takes its distance to them. */
#include <lambdascope/figures.h>

#include "figure-outlines.h"
#include "phantom-shapes.h"

#include <string.h>

#define WAVES       4
#define STEPS       10 /* pieces of line between two points */
#define LINE_POINTS (LAM_CURVE_POINTS * STEPS + 1)
#define EDGE_MM     1.0

typedef struct {
    float from_x, from_y, phase, by_x, by_y;
} Wave;

typedef struct {
    Wave wave[WAVES];
    float turn, slant, width, height;
    float shift_x, shift_y;
    float stroke; /* half the width of strokes; grows by `swell` along them */
    float swell;
} Hand;

typedef struct {
    int count;
    LamFigurePoint point[LINE_POINTS];
} Line;

const char *lam_figure_name(LamFigureKind kind)
{
    g_return_val_if_fail(kind >= 0 && kind < LAM_FIGURE_KINDS, NULL);
    return lam_figure_outlines[kind].name;
}

bool lam_figure_parse(const char *name, LamFigureKind *kind)
{
    for (int i = 0; i < LAM_FIGURE_KINDS; i++)
        if (strcmp(name, lam_figure_outlines[i].name) == 0) {
            *kind = (LamFigureKind)i;
            return true;
        }
    return false;
}

int lam_figure_parts(LamFigureKind kind)
{
    g_return_val_if_fail(kind >= 0 && kind < LAM_FIGURE_KINDS, 0);
    const LamFigureOutline *outline = &lam_figure_outlines[kind];
    int parts = 0;
    for (int i = 0; i < outline->curves; i++)
        parts = MAX(parts, outline->curve[i].part);
    return parts;
}

/* ---- the hand ---- */

static float between(GRand *rand, double from, double to)
{
    return (float)g_rand_double_range(rand, from, to);
}

/* The amplitudes sum to at most 0.16 per axis and wavelengths are at least 1.6: the slope of the map stays
 * below 1, so it does not fold. */
static Hand draw_hand(GRand *rand)
{
    Hand hand = {.turn = between(rand, -0.12, 0.12),
                 .slant = between(rand, -0.08, 0.28),
                 .width = between(rand, 0.85, 1.15),
                 .height = between(rand, 0.9, 1.08),
                 .shift_x = between(rand, -0.06, 0.06),
                 .shift_y = between(rand, -0.06, 0.06),
                 .stroke = between(rand, 0.11, 0.17),
                 .swell = between(rand, -0.02, 0.02)};
    for (int i = 0; i < WAVES; i++) {
        float length = between(rand, 1.6, 3.2), angle = between(rand, 0, 2 * G_PI);
        hand.wave[i] = (Wave){.from_x = 2 * (float)G_PI / length * cosf(angle),
                              .from_y = 2 * (float)G_PI / length * sinf(angle),
                              .phase = between(rand, 0, 2 * G_PI),
                              .by_x = between(rand, -0.04, 0.04),
                              .by_y = between(rand, -0.04, 0.04)};
    }
    return hand;
}

static LamFigurePoint place(const Hand *hand, LamFigurePoint p)
{
    float x = p.x, y = p.y;
    for (int i = 0; i < WAVES; i++) {
        const Wave *w = &hand->wave[i];
        float height = sinf(w->from_x * p.x + w->from_y * p.y + w->phase);
        x += w->by_x * height;
        y += w->by_y * height;
    }
    x = hand->width * x + hand->slant * y;
    y *= hand->height;
    float c = cosf(hand->turn), s = sinf(hand->turn);
    return (LamFigurePoint){c * x - s * y + hand->shift_x, s * x + c * y + hand->shift_y};
}

/* ---- curves ---- */

static float catmull_rom(float a, float b, float c, float d, float t)
{
    return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/* Through the points, each between two neighbours; the ends of an open curve are their own. */
static void lay(const LamFigureCurve *curve, const Hand *hand, Line *line)
{
    bool closed = curve->form != LAM_CURVE_STROKE;
    int n = curve->count, pieces = closed ? n : n - 1;
    LamFigurePoint p[LAM_CURVE_POINTS];
    for (int i = 0; i < n; i++)
        p[i] = place(hand, curve->point[i]);
    line->count = 0;
    for (int i = 0; i < pieces; i++) {
        LamFigurePoint b = p[i], c = p[(i + 1) % n];
        LamFigurePoint a = i > 0 ? p[i - 1] : closed ? p[n - 1] : b;
        LamFigurePoint d = i + 2 < n ? p[i + 2] : closed ? p[(i + 2) % n] : c;
        for (int step = 0; step < STEPS; step++) {
            float t = (float)step / STEPS;
            line->point[line->count++] =
                curve->straight ? (LamFigurePoint){b.x + t * (c.x - b.x), b.y + t * (c.y - b.y)}
                                : (LamFigurePoint){catmull_rom(a.x, b.x, c.x, d.x, t),
                                                   catmull_rom(a.y, b.y, c.y, d.y, t)};
        }
    }
    line->point[line->count++] = closed ? line->point[0] : p[n - 1];
}

/* To the union of capsules along the line: a pen that is pressed more and more, or less. */
static float stroke_distance(const Line *line, const Hand *hand, LamFigurePoint p)
{
    float best = INFINITY;
    LamPoint at = {p.x, p.y, 0};
    for (int i = 0; i + 1 < line->count; i++) {
        LamFigurePoint a = line->point[i], b = line->point[i + 1];
        float along = (float)i / (float)(line->count - 1) - 0.5f;
        float radius = hand->stroke + hand->swell * along;
        best = fminf(best, lam_sd_capsule(at, (LamPoint){a.x, a.y, 0}, (LamPoint){b.x, b.y, 0},
                                          radius, radius));
    }
    return best;
}

/* Even-odd: whether a ray towards +x crosses the line an odd number of times. */
static bool is_within(const Line *line, LamFigurePoint p)
{
    bool within = false;
    for (int i = 0; i + 1 < line->count; i++) {
        LamFigurePoint a = line->point[i], b = line->point[i + 1];
        if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
            within = !within;
    }
    return within;
}

static float body_distance(const Line *line, LamFigurePoint p)
{
    static const Hand thin = {.stroke = 0};
    float distance = stroke_distance(line, &thin, p);
    return is_within(line, p) ? -distance : distance;
}

/* ---- painting ---- */

typedef struct {
    const LamFigureOutline *outline;
    Hand hand;
    Line line[LAM_FIGURE_CURVES];
    LamVec3 centre_mm;
    float unit_mm; /* of the outline's box */
    float edge_mm;
} Figure;

/* The figure fills about two thirds of the shorter side. */
static bool set_up(Figure *f, LamFigureKind kind, const LamGrid *grid, GRand *rand)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    double width = grid->size[0] * spacing.v[0], height = grid->size[1] * spacing.v[1];
    bool axial = fabs(grid->to_world.m[2][0]) + fabs(grid->to_world.m[2][1]) <
                 1e-3 * (spacing.v[0] + spacing.v[1]);
    if (grid->size[2] != 1 || !axial || !(fabs(lam_mat4_det3(&grid->to_world)) > 0))
        return false;
    f->outline = &lam_figure_outlines[kind];
    f->hand = draw_hand(rand);
    f->centre_mm = lam_grid_centre_mm(grid);
    f->unit_mm = (float)(MIN(width, height) * g_rand_double_range(rand, 0.29, 0.34));
    f->edge_mm = (float)fmax(EDGE_MM, fmax(spacing.v[0], spacing.v[1]));
    for (int i = 0; i < f->outline->curves; i++)
        lay(&f->outline->curve[i], &f->hand, &f->line[i]);
    return true;
}

static void paint(const Figure *f, LamVec3 world, float *value, guint8 *label)
{
    LamFigurePoint p = {(float)(f->centre_mm.v[0] - world.v[0]) / f->unit_mm,
                        (float)(world.v[1] - f->centre_mm.v[1]) / f->unit_mm};
    *value = 0;
    *label = 0;
    for (int i = 0; i < f->outline->curves; i++) {
        const LamFigureCurve *curve = &f->outline->curve[i];
        float sd = curve->form == LAM_CURVE_BODY ? body_distance(&f->line[i], p)
                                                 : stroke_distance(&f->line[i], &f->hand, p);
        float half = f->edge_mm / f->unit_mm, cover = 1 - lam_smooth_step(-half, half, sd);
        *value += cover * (curve->intensity - *value);
        if (sd < 0)
            *label = (guint8)curve->part;
    }
}

bool lam_figure_draw(LamFigureKind kind, const LamGrid *grid, GRand *rand, float *image,
                     guint8 *labels)
{
    g_return_val_if_fail(kind >= 0 && kind < LAM_FIGURE_KINDS, false);
    Figure *figure = g_new0(Figure, 1);
    bool ok = set_up(figure, kind, grid, rand);
    const int width = grid->size[0], height = ok ? grid->size[1] : 0;
#pragma omp parallel for schedule(dynamic, 8)
    for (int j = 0; j < height; j++)
        for (int i = 0; i < width; i++) {
            size_t at = (size_t)j * (size_t)width + (size_t)i;
            guint8 label;
            paint(figure, lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, 0}}), &image[at],
                  &label);
            if (labels != NULL)
                labels[at] = label;
        }
    g_free(figure);
    return ok;
}
