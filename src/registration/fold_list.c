#include <lambdascope/fold_list.h>

#include <stdlib.h>

/* Where the fill goes on from; each voxel is put here once. */
typedef struct {
    size_t *voxel;
    size_t count;
} Stack;

static bool folds(const LamVolume *jacobian, size_t i)
{
    return jacobian->data[i] <= 0;
}

static void visit(const LamVolume *jacobian, size_t i, guint8 *seen, Stack *stack)
{
    if (seen[i] || !folds(jacobian, i))
        return;
    seen[i] = 1;
    stack->voxel[stack->count++] = i;
}

static void visit_neighbours(const LamVolume *jacobian, size_t i, guint8 *seen, Stack *stack)
{
    const int *n = jacobian->grid.size;
    const size_t stride[3] = {1, (size_t)n[0], (size_t)n[0] * (size_t)n[1]};
    for (int a = 0; a < 3; a++) {
        int at = (int)(i / stride[a] % (size_t)n[a]);
        if (at > 0)
            visit(jacobian, i - stride[a], seen, stack);
        if (at + 1 < n[a])
            visit(jacobian, i + stride[a], seen, stack);
    }
}

static LamVec3 place_of(const LamGrid *grid, size_t i)
{
    const int *n = grid->size;
    size_t row = i / (size_t)n[0];
    LamVec3 voxel = {
        {(double)(i % (size_t)n[0]), (double)(row % (size_t)n[1]), (double)(row / (size_t)n[1])}};
    return lam_mat4_apply(&grid->to_world, voxel);
}

static LamFold fill(const LamVolume *jacobian, size_t start, guint8 *seen, Stack *stack)
{
    LamVec3 spacing = lam_grid_spacing_mm(&jacobian->grid);
    size_t lowest = start, voxels = 0;
    stack->count = 0;
    visit(jacobian, start, seen, stack);
    while (stack->count > 0) {
        size_t i = stack->voxel[--stack->count];
        voxels++;
        if (jacobian->data[i] < jacobian->data[lowest])
            lowest = i;
        visit_neighbours(jacobian, i, seen, stack);
    }
    return (LamFold){place_of(&jacobian->grid, lowest), (double)jacobian->data[lowest],
                     (double)voxels * spacing.v[0] * spacing.v[1] * spacing.v[2]};
}

static int by_size(const void *a, const void *b)
{
    const LamFold *x = a, *y = b;
    return (x->volume_mm3 < y->volume_mm3) - (x->volume_mm3 > y->volume_mm3);
}

GArray *lam_fold_list(const LamVolume *jacobian)
{
    size_t n = lam_grid_voxels(&jacobian->grid);
    g_autofree guint8 *seen = g_new0(guint8, n);
    g_autofree size_t *room = g_new(size_t, n);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(LamFold));
    Stack stack = {room, 0};
    for (size_t i = 0; i < n; i++)
        if (!seen[i] && folds(jacobian, i)) {
            LamFold fold = fill(jacobian, i, seen, &stack);
            g_array_append_val(list, fold);
        }
    g_array_sort(list, by_size); /* stable */
    return list;
}
