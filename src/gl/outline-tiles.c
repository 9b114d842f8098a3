/* The parts of a view in which outlines of labels may run, in small rectangles. Without a graphics card a pixel's
 * price is the shader's whole length, whether anything is drawn there or not; most of a view has no outline. */
#include "outline-tiles.h"

#include <math.h>

#define TILE_PX 12

/* A box around a centre, along the axes. */
typedef struct {
    double centre[3], half[3];
} Box;

static Box transformed(const LamMat4 *m, const Box *box)
{
    LamVec3 centre = {{box->centre[0], box->centre[1], box->centre[2]}};
    centre = lam_mat4_apply(m, centre);
    Box out = {{centre.v[0], centre.v[1], centre.v[2]}, {0}};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out.half[i] += fabs(m->m[i][j]) * box->half[j];
    return out;
}

/* Voxels first to last of a grid that the box reaches into, each up to the next one; outside they are those at the
 * edge. */
static void voxels_of(const Box *box, const int size[3], int first[3], int last[3])
{
    for (int a = 0; a < 3; a++) {
        double low = floor(box->centre[a] - box->half[a]),
               high = floor(box->centre[a] + box->half[a]);
        first[a] = (int)CLAMP(low, 0, size[a] - 1);
        last[a] = (int)CLAMP(high, 0, size[a] - 1);
    }
}

/* Least and greatest displacement at the voxels around the box, between which it is everywhere in it. */
static void displacements(const LamTexels *field, const LamMat4 *voxel_from_world, const Box *world,
                          float least[3], float most[3])
{
    int first[3], last[3];
    const int *n = field->grid.size;
    const Box box = transformed(voxel_from_world, world);
    voxels_of(&box, n, first, last);
    for (int c = 0; c < 3; c++) {
        least[c] = INFINITY;
        most[c] = -INFINITY;
    }
    for (int k = first[2]; k <= MIN(last[2] + 1, n[2] - 1); k++)
        for (int j = first[1]; j <= MIN(last[1] + 1, n[1] - 1); j++)
            for (int i = first[0]; i <= MIN(last[0] + 1, n[0] - 1); i++) {
                size_t at = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i;
                const float *d = (const float *)field->data + 4 * at;
                for (int c = 0; c < 3; c++) {
                    least[c] = MIN(least[c], d[c]);
                    most[c] = MAX(most[c], d[c]);
                }
            }
}

static void carry(const LamOutlines *outlines, Box *world)
{
    float least[3], most[3];
    displacements(outlines->field, &outlines->field_voxel_from_world, world, least, most);
    for (int a = 0; a < 3; a++) {
        double low = outlines->morph * (double)least[a], high = outlines->morph * (double)most[a];
        world->centre[a] += 0.5 * (low + high);
        world->half[a] += 0.5 * fabs(high - low);
    }
}

/* Whether one of these voxels, or of those next to them, has a label that is selected. */
static bool any_selected(const LamTexels *labels, GBytes *colours, const int first[3],
                         const int last[3])
{
    const int *n = labels->grid.size;
    gsize bytes;
    const guint8 *colour = g_bytes_get_data(colours, &bytes);
    for (int k = first[2]; k <= MIN(last[2] + 1, n[2] - 1); k++)
        for (int j = first[1]; j <= MIN(last[1] + 1, n[1] - 1); j++) {
            size_t row = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
            const guint32 *pair = (const guint32 *)labels->data + row;
            for (int i = first[0]; i <= MIN(last[0] + 1, n[0] - 1); i++) {
                size_t alpha = 4 * (size_t)(pair[i] & LAM_TEXELS_NUMBER) + 3;
                if (alpha < bytes && colour[alpha])
                    return true;
            }
        }
    return false;
}

static bool has_outline(const LamOutlines *outlines, const LamRect *tile)
{
    double x = tile->x + 0.5 * tile->width, y = tile->y + 0.5 * tile->height;
    Box box;
    int first[3], last[3];
    const int *n = outlines->labels->grid.size;
    for (int a = 0; a < 3; a++) {
        double across = outlines->step_x.v[a], down = outlines->step_y.v[a];
        box.centre[a] = outlines->origin.v[a] + x * across + y * down;
        box.half[a] = 0.5 * (tile->width * fabs(across) + tile->height * fabs(down));
    }
    if (outlines->field)
        carry(outlines, &box);
    box = transformed(&outlines->voxel_from_world, &box);
    for (int a = 0; a < 3; a++) {
        box.half[a] += 1e-3; /* the shader reckons in single precision */
        if (box.centre[a] + box.half[a] < -0.5 || box.centre[a] - box.half[a] > n[a] - 0.5)
            return false;
    }
    voxels_of(&box, n, first, last);
    return lam_borders_within(outlines->labels->borders, n, first, last) &&
           (!outlines->colours || any_selected(outlines->labels, outlines->colours, first, last));
}

static LamRect common(LamRect a, const LamRect *b)
{
    double left = fmax(a.x, b->x), right = fmin(a.x + a.width, b->x + b->width);
    double top = fmax(a.y, b->y), bottom = fmin(a.y + a.height, b->y + b->height);
    return (LamRect){left, top, right - left, bottom - top};
}

/* One row of tiles; those beside each other become one rectangle. */
static void add_row(const LamOutlines *outlines, const LamRect *part, double y, GArray *out)
{
    bool goes_on = false;
    double right = part->x + part->width;
    for (double x = TILE_PX * floor(part->x / TILE_PX); x < right; x += TILE_PX) {
        LamRect tile = common((LamRect){x, y, TILE_PX, TILE_PX}, part);
        bool has = has_outline(outlines, &tile);
        if (has && goes_on)
            g_array_index(out, LamRect, out->len - 1).width += tile.width;
        else if (has)
            g_array_append_val(out, tile);
        goes_on = has;
    }
}

GArray *lam_outlines_tiles(const LamOutlines *outlines, const LamRect *part)
{
    GArray *tiles = g_array_new(FALSE, FALSE, sizeof(LamRect));
    double bottom = part->y + part->height;
    for (double y = TILE_PX * floor(part->y / TILE_PX); y < bottom; y += TILE_PX)
        add_row(outlines, part, y, tiles);
    return tiles;
}
