#include "synthesis-spots.h"

#include "random.h"

#include <math.h>

#define MOST      40
#define SMALLEST  1.5 /* mm: half of the longest axis */
#define LARGEST   10.0
#define FLATTEST  0.3 /* the others, as a share of it */
#define BRIGHTEST 1.2 /* tissues are 0 ... 1 */
#define TRIES     50

/* A structure's voxel, as x, y, z; false where there is hardly any. */
static bool draw_middle(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                        GRand *rand, int at[3])
{
    for (int i = 0; i < TRIES; i++) {
        size_t v = 0;
        for (int a = 2; a >= 0; a--) {
            at[a] = g_rand_int_range(rand, 0, grid->size[a]);
            v = v * (size_t)grid->size[a] + (size_t)at[a];
        }
        if (table->label[labels[v]].structure != 0)
            return true;
    }
    return false;
}

typedef struct {
    int from[3], to[3]; /* voxels that it may reach, `to` excluded */
    LamMat4 to_ball;    /* voxels -> where it is the ball of radius 1 */
    double edge;        /* of a voxel, there */
} Spot;

static Spot draw_spot(const LamGrid *grid, const int at[3], GRand *rand)
{
    static const LamAffineRange turn = {.rotate_deg = 180};
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    LamVec3 middle = lam_mat4_apply(&grid->to_world, (LamVec3){{at[0], at[1], at[2]}});
    double radius = SMALLEST + (LARGEST - SMALLEST) * pow(g_rand_double(rand), 2),
           least = radius; /* most are small */
    LamMat4 scale = lam_mat4_identity(), shift = lam_mat4_identity();
    for (int a = 0; a < 3; a++) {
        double axis = a == 0 ? radius : radius * g_rand_double_range(rand, FLATTEST, 1);
        least = fmin(least, axis);
        scale.m[a][a] = 1 / axis;
        shift.m[a][3] = -middle.v[a];
    }
    Spot s = {.edge = spacing.v[0] / least};
    LamMat4 turned = lam_random_affine(&turn, rand, middle, 1, false);
    s.to_ball = lam_mat4_multiply(&turned, &grid->to_world);
    s.to_ball = lam_mat4_multiply(&shift, &s.to_ball);
    s.to_ball = lam_mat4_multiply(&scale, &s.to_ball);
    for (int a = 0; a < 3; a++) {
        int reach = (int)ceil(radius / spacing.v[a]) + 1;
        s.from[a] = MAX(at[a] - reach, 0);
        s.to[a] = MIN(at[a] + reach + 1, grid->size[a]);
    }
    return s;
}

static void paint_spot(const Spot *s, const LamLabelTable *table, const LamGrid *grid,
                       const guint8 *labels, float grey, float *image)
{
    for (int k = s->from[2]; k < s->to[2]; k++)
        for (int j = s->from[1]; j < s->to[1]; j++)
            for (int i = s->from[0]; i < s->to[0]; i++) {
                size_t v = ((size_t)k * (size_t)grid->size[1] + (size_t)j) * (size_t)grid->size[0] +
                           (size_t)i;
                LamVec3 x = lam_mat4_apply(&s->to_ball, (LamVec3){{i, j, k}});
                double share = (1 - lam_vec3_length(x)) / s->edge + 0.5;
                if (share > 0 && table->label[labels[v]].structure != 0)
                    image[v] += (float)fmin(share, 1) * (grey - image[v]);
            }
}

void lam_synthesis_spots(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                         GRand *rand, float *image)
{
    int count = g_rand_int_range(rand, 1, MOST + 1), at[3];
    float grey = (float)g_rand_double_range(rand, 0, BRIGHTEST);
    for (int i = 0; i < count && draw_middle(table, grid, labels, rand, at); i++) {
        Spot spot = draw_spot(grid, at, rand);
        paint_spot(&spot, table, grid, labels, grey, image);
    }
}
