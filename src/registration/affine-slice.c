#include "affine-slice.h"

#include "slice-grid.h"

#include <lambdascope/error.h>

#include <math.h>

#define PARALLEL 0.97 /* cosine between normals: 14 degrees */

static int flat_axes(const LamGrid *grid)
{
    return (grid->size[0] == 1) + (grid->size[1] == 1) + (grid->size[2] == 1);
}

static const char *subject(const LamVolume *scan)
{
    return scan->path != NULL ? scan->path : "a scan";
}

/* a or -a, whichever points the way of b. */
static LamVec3 facing(LamVec3 a, LamVec3 b)
{
    double sign = lam_vec3_dot(a, b) < 0 ? -1 : 1;
    return (LamVec3){{sign * a.v[0], sign * a.v[1], sign * a.v[2]}};
}

/* The turn by the smallest angle that takes one unit vector to another (Rodrigues). */
static LamMat4 turn_between(LamVec3 from, LamVec3 to)
{
    LamVec3 w = lam_vec3_cross(from, to);
    double c = lam_vec3_dot(from, to);
    LamMat4 k = {{{0, -w.v[2], w.v[1], 0}, {w.v[2], 0, -w.v[0], 0}, {-w.v[1], w.v[0], 0, 0}}};
    LamMat4 kk = lam_mat4_multiply(&k, &k), out = lam_mat4_identity();
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out.m[i][j] += k.m[i][j] + kk.m[i][j] / (1 + c);
    return out;
}

/* turn, then the shift along the normal that reaches the slice. */
static LamMat4 plane_at(LamMat4 turn, LamVec3 normal, const LamGrid *grid)
{
    double d = lam_vec3_dot(normal, lam_mat4_apply(&grid->to_world, (LamVec3){{0, 0, 0}}));
    for (int a = 0; a < 3; a++)
        turn.m[a][3] = d * normal.v[a];
    return turn;
}

bool lam_affine_planes_find(const LamVolume *fixed, const LamVolume *moving, LamAffinePlanes *out,
                            GError **error)
{
    int f = flat_axes(&fixed->grid), m = flat_axes(&moving->grid);
    *out = (LamAffinePlanes){f == 1, lam_mat4_identity(), lam_mat4_identity()};
    if (f == 0 && m == 0)
        return true;
    if (f != 1 || m != 1) {
        const LamVolume *odd = f > m ? fixed : moving;
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot align scans: %s: %s",
                    subject(odd),
                    MAX(f, m) > 1 ? "it has fewer than two dimensions"
                                  : "it is a single slice and the other is not");
        return false;
    }
    LamVec3 z = {{0, 0, 1}}, nf = facing(lam_slice_normal(&fixed->grid), z);
    LamVec3 nm = facing(lam_slice_normal(&moving->grid), nf);
    if (!(lam_vec3_dot(nf, nm) > PARALLEL)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot align scans: %s: its slice is not parallel to that of the fixed scan",
                    subject(moving));
        return false;
    }
    LamMat4 turn = turn_between(z, nf), tilt = turn_between(nf, nm);
    out->fixed = plane_at(turn, nf, &fixed->grid);
    out->moving = plane_at(lam_mat4_multiply(&tilt, &turn), nm, &moving->grid);
    return true;
}

LamVolume lam_affine_in_plane(const LamVolume *scan, const LamMat4 *plane)
{
    LamVolume out = *scan;
    LamMat4 inverse;
    lam_mat4_invert(plane, &inverse); /* a turn and a shift */
    out.grid.to_world = lam_mat4_multiply(&inverse, &scan->grid.to_world);
    return out;
}

LamMat4 lam_affine_to_planes(const LamAffinePlanes *planes, const LamMat4 *map)
{
    LamMat4 inverse, out = lam_mat4_multiply(map, &planes->fixed);
    lam_mat4_invert(&planes->moving, &inverse);
    out = lam_mat4_multiply(&inverse, &out);
    for (int a = 0; planes->flat && a < 4; a++) {
        out.m[2][a] = a == 2;
        out.m[a][2] = a == 2;
    }
    return out;
}

LamMat4 lam_affine_from_planes(const LamAffinePlanes *planes, const LamMat4 *map)
{
    LamMat4 inverse, out = lam_mat4_multiply(&planes->moving, map);
    lam_mat4_invert(&planes->fixed, &inverse);
    return lam_mat4_multiply(&out, &inverse);
}
