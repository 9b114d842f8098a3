#include "synthesis-spots.h"

#include "random.h"
#include "synthesis-palette.h"

#include <math.h>

#define MOST      40
#define FEW       12  /* in and beside ventricles, at most */
#define SMALLEST  1.5 /* mm: half of the longest axis */
#define LARGEST   10.0
#define FLATTEST  0.3 /* the others, as a share of it */
#define BRIGHTEST 1.2 /* tissues are 0 ... 1 */
#define TRIES     50

typedef bool Takes[LAM_PALETTE_LABELS]; /* which labels spots lie in */

/* A voxel of these labels, as x, y, z; false where there is hardly any. */
static bool draw_middle(const bool *takes, const LamGrid *grid, const guint8 *labels, GRand *rand,
                        int at[3])
{
    for (int i = 0; i < TRIES; i++) {
        size_t v = 0;
        for (int a = 2; a >= 0; a--) {
            at[a] = g_rand_int_range(rand, 0, grid->size[a]);
            v = v * (size_t)grid->size[a] + (size_t)at[a];
        }
        if (takes[labels[v]])
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

static void paint_spot(const Spot *s, const bool *takes, const LamGrid *grid, const guint8 *labels,
                       float grey, float *image)
{
    for (int k = s->from[2]; k < s->to[2]; k++)
        for (int j = s->from[1]; j < s->to[1]; j++)
            for (int i = s->from[0]; i < s->to[0]; i++) {
                size_t v = ((size_t)k * (size_t)grid->size[1] + (size_t)j) * (size_t)grid->size[0] +
                           (size_t)i;
                LamVec3 x = lam_mat4_apply(&s->to_ball, (LamVec3){{i, j, k}});
                double share = (1 - lam_vec3_length(x)) / s->edge + 0.5;
                if (share > 0 && takes[labels[v]])
                    image[v] += (float)fmin(share, 1) * (grey - image[v]);
            }
}

void lam_synthesis_spots(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                         GRand *rand, float *image)
{
    int count = g_rand_int_range(rand, 1, MOST + 1), at[3];
    float grey = (float)g_rand_double_range(rand, 0, BRIGHTEST);
    Takes brain = {0};
    for (int i = 0; i < table->count; i++)
        brain[i] = table->label[i].structure != 0;
    for (int i = 0; i < count && draw_middle(brain, grid, labels, rand, at); i++) {
        Spot spot = draw_spot(grid, at, rand);
        paint_spot(&spot, brain, grid, labels, grey, image);
    }
}

/* Structures of a family that has fluid around the brain in it; and the other structures. */
static void find_ventricles(const LamLabelTable *table, Takes within, Takes beside)
{
    bool fluid[LAM_SYNTHESIS_FAMILIES] = {false};
    for (int i = 0; i < table->count; i++) {
        const LamLabel *label = &table->label[i];
        if (label->structure == 0 && label->kin > 0)
            fluid[label->kin % LAM_SYNTHESIS_FAMILIES] = true;
    }
    for (int i = 0; i < table->count; i++) {
        const LamLabel *label = &table->label[i];
        within[i] =
            label->structure != 0 && label->kin > 0 && fluid[label->kin % LAM_SYNTHESIS_FAMILIES];
        beside[i] = label->structure != 0 && !within[i];
    }
}

/* Positions of the voxels of these labels. */
static GArray *voxels_of(const bool *takes, const guint8 *labels, size_t n)
{
    GArray *voxels = g_array_new(false, false, sizeof(guint32));
    for (size_t v = 0; v < n; v++) {
        guint32 voxel = (guint32)v;
        if (takes[labels[v]])
            g_array_append_val(voxels, voxel);
    }
    return voxels;
}

/* Their middles at some of these voxels. */
static void paint_around(const GArray *middles, const bool *takes, const LamGrid *grid,
                         const guint8 *labels, GRand *rand, float *image)
{
    int count = g_rand_int_range(rand, 1, FEW + 1), w = grid->size[0], h = grid->size[1];
    float grey = (float)g_rand_double_range(rand, 0, BRIGHTEST);
    for (int i = 0; i < count; i++) {
        int v =
            (int)g_array_index(middles, guint32, g_rand_int_range(rand, 0, (gint32)middles->len));
        Spot spot = draw_spot(grid, (int[3]){v % w, v / w % h, v / w / h}, rand);
        paint_spot(&spot, takes, grid, labels, grey, image);
    }
}

void lam_synthesis_plexus(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                          GRand *rand, float *image)
{
    bool inside = g_rand_boolean(rand), around = g_rand_boolean(rand);
    if (!inside && !around)
        return;
    Takes within = {0}, beside = {0};
    find_ventricles(table, within, beside);
    g_autoptr(GArray) middles = voxels_of(within, labels, lam_grid_voxels(grid));
    if (middles->len > 0 && inside)
        paint_around(middles, within, grid, labels, rand, image);
    if (middles->len > 0 && around)
        paint_around(middles, beside, grid, labels, rand, image);
}
