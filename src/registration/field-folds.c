/* Folds by the tetrahedra between voxels. The cube between eight voxels falls into five tetrahedra in two
 * ways: four at alternating corners and one in the middle. A corner's tetrahedron is spanned by forward
 * or backward differences; so all of both ways are the eight sign combinations at each voxel and the two
 * middles, J*1 and J*2 (Liu et al. 2024, sections 3 and 4). */
#include <lambdascope/field.h>

#include <lambdascope/error.h>
#include <math.h>

/* From one end of an edge to the other, as offsets from the voxel. Where the volume ends, the edge is
 * that of the other side again, with weight 0. */
typedef struct {
    ptrdiff_t from, to;
    float weight;
} Edge;

/* What a voxel's ten determinants are made of, in a row of voxels. */
typedef struct {
    const float *u[3];
    float step[3][3];     /* grid step along axis a, mm: step[a][component] */
    float diagonal[3][3]; /* xy, yz, zx */
    Edge edge[3][2];      /* axis; 0: forward, 1: backward */
    ptrdiff_t across[2]
                    [3]; /* up: J*2, down: J*1; to the opposite corners of the faces xy, yz, zx */
    float across_weight[2];
    float per_volume; /* 1 / det of the grid */
    float harmless;   /* changes below this (squared, mm) fold nothing */
} Stencil;

typedef struct {
    float x, y, z;
} Arrow;

typedef struct {
    size_t voxels;   /* with a determinant <= 0 */
    double negative; /* sum of weighted determinants below zero */
} Folds;

static inline Arrow arrow(const Stencil *s, size_t at, const float step[3], ptrdiff_t from,
                          ptrdiff_t to)
{
    const float *a = s->u[0] + at, *b = s->u[1] + at, *c = s->u[2] + at;
    return (Arrow){step[0] + (a[to] - a[from]), step[1] + (b[to] - b[from]),
                   step[2] + (c[to] - c[from])};
}

static inline Arrow cross(Arrow a, Arrow b)
{
    return (Arrow){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static inline float dot(Arrow a, Arrow b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

/* The middle tetrahedron of the cell above (0) or below (1) the voxel in all three axes. */
static inline float middle(const Stencil *s, size_t at, int below)
{
    Arrow arms[3];
    for (int f = 0; f < 3; f++) {
        ptrdiff_t far = s->across[below][f];
        arms[f] = arrow(s, at, s->diagonal[f], below ? far : 0, below ? 0 : far);
    }
    return dot(cross(arms[0], arms[1]), arms[2]) * s->per_volume;
}

/* Adds what is negative to *negative; returns 1 if any of the ten is <= 0. */
static inline int voxel_folds(const Stencil *s, size_t at, float *negative)
{
    int folded = 0;
    float sum = 0;
    for (int xy = 0; xy < 4; xy++) {
        const Edge *ex = &s->edge[0][xy & 1], *ey = &s->edge[1][xy >> 1];
        Arrow area = cross(arrow(s, at, s->step[0], ex->from, ex->to),
                           arrow(s, at, s->step[1], ey->from, ey->to));
        for (int z = 0; z < 2; z++) {
            const Edge *ez = &s->edge[2][z];
            float j = dot(area, arrow(s, at, s->step[2], ez->from, ez->to)) * s->per_volume;
            folded |= !(j > 0);
            sum += ex->weight * ey->weight * ez->weight * (j < 0 ? j : 0);
        }
    }
    for (int below = 0; below < 2; below++) {
        float j = middle(s, at, below);
        folded |= !(j > 0);
        sum += s->across_weight[below] * (j < 0 ? j : 0);
    }
    *negative += sum;
    return folded;
}

/* The edges along axis a of a voxel at position i of n. */
static void set_edges(Stencil *s, int a, int i, int n, ptrdiff_t stride)
{
    bool up = i + 1 < n, down = i > 0;
    Edge forward = {0, stride, 1}, backward = {-stride, 0, 1};
    if (n < 2)
        forward = backward = (Edge){0, 0, 1};
    else if (!up)
        forward = backward;
    else if (!down)
        backward = forward;
    forward.weight = up || n < 2;
    backward.weight = down;
    s->edge[a][0] = forward;
    s->edge[a][1] = backward;
}

/* Where a cell is missing, its middle stays undeformed: no arm moves. */
static void set_middles(Stencil *s, const ptrdiff_t stride[3], bool up, bool down)
{
    for (int f = 0; f < 3; f++) {
        ptrdiff_t far = stride[f] + stride[(f + 1) % 3];
        s->across[0][f] = up ? far : 0;
        s->across[1][f] = down ? -far : 0;
    }
    s->across_weight[0] = up;
    s->across_weight[1] = down;
}

static void set_position(Stencil *s, const int n[3], int i, int j, int k)
{
    ptrdiff_t stride[3] = {1, n[0], (ptrdiff_t)n[0] * n[1]};
    const int at[3] = {i, j, k};
    bool up = true, down = true;
    for (int a = 0; a < 3; a++) {
        set_edges(s, a, at[a], n[a], stride[a]);
        up &= at[a] + 1 < n[a];
        down &= at[a] > 0;
    }
    set_middles(s, stride, up, down);
}

static inline float edge_square(const float *const u[3], size_t at, ptrdiff_t from, ptrdiff_t to)
{
    float sum = 0;
    for (int c = 0; c < 3; c++) {
        float d = u[c][(ptrdiff_t)at + to] - u[c][(ptrdiff_t)at + from];
        sum += d * d;
    }
    return sum;
}

/* How much the displacement changes around each inner voxel of a row: the square of the Frobenius norm of
 * the worst of the ten matrices of changes. */
static void row_roughness(const Stencil *stencil, size_t start, int n, float *restrict rough)
{
    const Stencil s = *stencil;
    const float *const u[3] = {s.u[0], s.u[1], s.u[2]};
#pragma omp simd
    for (int i = 1; i < n - 1; i++) {
        size_t at = start + (size_t)i;
        float corners = 0, up = 0, down = 0;
        for (int a = 0; a < 3; a++) {
            float f = edge_square(u, at, s.edge[a][0].from, s.edge[a][0].to);
            float b = edge_square(u, at, s.edge[a][1].from, s.edge[a][1].to);
            corners += f > b ? f : b;
            up += edge_square(u, at, 0, s.across[0][a]);
            down += edge_square(u, at, 0, s.across[1][a]);
        }
        float middles = up > down ? up : down;
        rough[i] = corners > middles ? corners : middles;
    }
}

static Folds row_folds(Stencil s, const int n[3], int j, int k, float *rough)
{
    size_t start = (size_t)(k * n[1] + j) * (size_t)n[0];
    float negative = 0;
    int count = 0;
    for (int end = 0; end < MIN(n[0], 2); end++) {
        int i = end * (n[0] - 1);
        set_position(&s, n, i, j, k);
        count += voxel_folds(&s, start + (size_t)i, &negative);
    }
    set_position(&s, n, 1, j, k);
    row_roughness(&s, start, n[0], rough);
    for (int i = 1; i < n[0] - 1; i++)
        if (!(rough[i] < s.harmless))
            count += voxel_folds(&s, start + (size_t)i, &negative);
    return (Folds){(size_t)count, (double)negative};
}

/* G + D has the sign of G where |D| < 1 / |G^-1| in the spectral norm, of which Frobenius' norm of D and
 * the root of the largest row sum times the largest column sum of G^-1 are upper bounds. (The middles'
 * undeformed arms are G times a matrix whose inverse has norm 1.) */
static float harmless_change(const LamMat4 *inverse)
{
    double rows = 0, columns = 0;
    for (int a = 0; a < 3; a++) {
        double row = 0, column = 0;
        for (int b = 0; b < 3; b++) {
            row += fabs(inverse->m[a][b]);
            column += fabs(inverse->m[b][a]);
        }
        rows = fmax(rows, row);
        columns = fmax(columns, column);
    }
    return (float)(0.98 / (rows * columns));
}

static Stencil stencil_of(const LamVolume *field, const LamMat4 *to_voxel)
{
    Stencil s = {.per_volume = (float)(1 / lam_mat4_det3(&field->grid.to_world)),
                 .harmless = harmless_change(to_voxel)};
    for (int a = 0; a < 3; a++) {
        s.u[a] = lam_volume_channel(field, a);
        for (int c = 0; c < 3; c++) {
            const double *row = field->grid.to_world.m[c];
            s.step[a][c] = (float)row[a];
            s.diagonal[a][c] = (float)(row[a] + row[(a + 1) % 3]);
        }
    }
    return s;
}

/* Share of a cell that a determinant stands for: a simplex has 1/d! of it, and there are two ways. */
static double cells_of(const int n[3], double *share)
{
    static const double shares[] = {0, 1 / 2.0, 1 / 4.0, 1 / 12.0};
    double cells = 1;
    int axes = 0;
    for (int a = 0; a < 3; a++)
        if (n[a] > 1) {
            cells *= n[a] - 1;
            axes++;
        }
    *share = shares[axes];
    return cells;
}

bool lam_field_digital_folds(const LamVolume *field, double *percent, double *volume_percent,
                             GError **error)
{
    g_return_val_if_fail(field->channels == 3, false);
    const int *n = field->grid.size;
    int rows = n[1] * n[2];
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&field->grid.to_world, &to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot look for folds: the field: its matrix is singular");
        return false;
    }
    Stencil stencil = stencil_of(field, &to_voxel);
    g_autofree Folds *of_row = g_new(Folds, rows);
#pragma omp parallel
    {
        g_autofree float *rough = g_new(float, n[0]);
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++)
            of_row[row] = row_folds(stencil, n, row % n[1], row / n[1], rough);
    }
    Folds all = {0};
    for (int row = 0; row < rows; row++) {
        all.voxels += of_row[row].voxels;
        all.negative -= of_row[row].negative;
    }
    double share, cells = cells_of(n, &share);
    *percent = 100.0 * (double)all.voxels / (double)lam_grid_voxels(&field->grid);
    *volume_percent = 100.0 * share * all.negative / cells;
    return true;
}
