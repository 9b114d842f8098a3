/* Curves within a view's plane that the displacement is tangent to, from a lattice that stays with the tissue: midpoint
 * steps both ways from each of its points. */
#include "streamline-trace.h"

#include <math.h>

#define STEP_MM  2.0
#define STEPS    7   /* to either side of a point of the lattice */
#define LEAST_MM 0.2 /* what moves less within the plane has no direction to speak of */
#define MOST     4000
#define POINTS   (2 * STEPS + 1)

typedef struct {
    const LamStreamlines *how;
    LamVec3 right, up;
    double sign; /* of the displacement, towards the head */
} Tracer;

typedef struct {
    LamVec3 at[POINTS];
    double length_mm[POINTS];
    int first, last;
} Line;

static LamVec3 moved(LamVec3 x, LamVec3 direction, double mm)
{
    for (int i = 0; i < 3; i++)
        x.v[i] += mm * direction.v[i];
    return x;
}

/* Towards the head; false where there is none. */
static bool direction_at(const Tracer *t, LamVec3 x, LamVec3 *direction, double *length_mm)
{
    double d[4];
    if (!lam_texels_sample(t->how->field, x, d))
        return false;
    LamVec3 v = {{d[0], d[1], d[2]}};
    double across = lam_vec3_dot(t->right, v), upwards = lam_vec3_dot(t->up, v);
    double within = hypot(across, upwards);
    *length_mm = sqrt(lam_vec3_dot(v, v));
    if (!(within >= LEAST_MM))
        return false;
    for (int i = 0; i < 3; i++)
        direction->v[i] = t->sign * (across * t->right.v[i] + upwards * t->up.v[i]) / within;
    return true;
}

/* way: 1 towards the head, -1 towards the tail. Returns how many steps there were. */
static int follow(const Tracer *t, int way, Line *line)
{
    LamVec3 x = line->at[STEPS], direction, halfway;
    double length_mm;
    for (int step = 1; step <= STEPS; step++) {
        if (!direction_at(t, x, &direction, &length_mm))
            return step - 1;
        halfway = moved(x, direction, 0.5 * way * STEP_MM);
        if (!direction_at(t, halfway, &direction, &length_mm))
            return step - 1;
        x = moved(x, direction, way * STEP_MM);
        line->at[STEPS + way * step] = x;
        line->length_mm[STEPS + way * step] = length_mm;
    }
    return STEPS;
}

static void add_vertex(GArray *to, const double at[2], const double normal[2], double side,
                       double along, double length_mm)
{
    const LamStreamVertex vertex = {(GLfloat)(at[0] + side * normal[0]),
                                    (GLfloat)(at[1] + side * normal[1]), (GLfloat)side,
                                    (GLfloat)along, (GLfloat)length_mm};
    g_array_append_val(to, vertex);
}

/* Perpendicular to the line, as long as half of its width. */
static void normal_of(const double (*pixel)[2], int i, int first, int last, double half,
                      double out[2])
{
    const double *a = pixel[MAX(i - 1, first)], *b = pixel[MIN(i + 1, last)];
    double x = b[0] - a[0], y = b[1] - a[1], length = fmax(hypot(x, y), 1e-9);
    out[0] = -y / length * half;
    out[1] = x / length * half;
}

static void add_line(const Tracer *t, const Line *line, GArray *to)
{
    double pixel[POINTS][2], normal[2];
    const LamStreamlines *how = t->how;
    for (int i = line->first; i <= line->last; i++)
        lam_scene_project(how->scene, how->view, how->scale, line->at[i], &pixel[i][0],
                          &pixel[i][1]);
    for (int i = line->first; i <= line->last; i++) {
        double along = (double)(i - line->first) / (line->last - line->first);
        normal_of((const double(*)[2])pixel, i, line->first, line->last, how->half_px, normal);
        if (i == line->first)
            add_vertex(to, pixel[i], normal, -1, along, line->length_mm[i]);
        add_vertex(to, pixel[i], normal, -1, along, line->length_mm[i]);
        add_vertex(to, pixel[i], normal, 1, along, line->length_mm[i]);
        if (i == line->last)
            add_vertex(to, pixel[i], normal, 1, along, line->length_mm[i]);
    }
}

static void trace_from(const Tracer *t, LamVec3 seed, GArray *to)
{
    Line line;
    LamVec3 direction;
    if (!direction_at(t, seed, &direction, &line.length_mm[STEPS]))
        return;
    line.at[STEPS] = seed;
    line.first = STEPS - follow(t, -1, &line);
    line.last = STEPS + follow(t, 1, &line);
    if (line.last > line.first)
        add_line(t, &line, to);
}

GArray *lam_streamlines_trace(const LamStreamlines *how)
{
    Tracer t = {.how = how};
    LamVec3 through, origin;
    GArray *out = g_array_new(FALSE, FALSE, sizeof(LamStreamVertex));
    const LamRect *r = &how->view->rect;
    double mm = lam_scene_mm_per_pixel(how->scene, how->view, how->scale);
    double spacing = fmax(how->spacing_mm, mm * sqrt(r->width * r->height / MOST));
    lam_scene_axes(how->scene, how->view->plane, &t.right, &t.up, &through);
    t.sign = how->scene->direction == LAM_DIRECTION_PULL_BACK ? 1 : -1;
    origin = lam_scene_unproject(how->scene, how->view, how->scale, r->x, r->y + r->height);
    double left = lam_vec3_dot(t.right, origin), low = lam_vec3_dot(t.up, origin);
    for (double v = ceil(low / spacing) * spacing; v < low + r->height * mm; v += spacing)
        for (double h = ceil(left / spacing) * spacing; h < left + r->width * mm; h += spacing)
            trace_from(&t, moved(moved(origin, t.right, h - left), t.up, v - low), out);
    return out;
}
