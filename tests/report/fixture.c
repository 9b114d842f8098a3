#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <math.h>

#define SIDE     40
#define SHIFT_MM 3.0
#define LABEL    17

/* A ball of 24 mm around (shift_mm,0,0): `inside`, or where soft, falling from that to 0 at its edge. */
static LamVolume *ball(const LamGrid *grid, double shift_mm, double inside, bool soft)
{
    const double r2 = 24.0 * 24.0;
    LamVolume *volume = lam_volume_new(grid, 1, NULL);
    for (size_t at = 0; at < lam_grid_voxels(grid); at++) {
        size_t row = at / SIDE;
        LamVec3 index = {{(double)(at % SIDE), (double)(row % SIDE), (double)(row / SIDE)}};
        LamVec3 x = lam_mat4_apply(&grid->to_world, index);
        x.v[0] -= shift_mm;
        double share = 1 - lam_vec3_dot(x, x) / r2;
        volume->data[at] = (float)(share > 0 ? inside * (soft ? share : 1) : 0);
    }
    return volume;
}

static LamSnapshot *shift(const LamGrid *grid)
{
    LamSnapshot *snapshot = g_new0(LamSnapshot, 1);
    g_autoptr(GError) error = NULL;
    g_atomic_ref_count_init(&snapshot->refs);
    snapshot->lambda = 0.25;
    snapshot->similarity = NAN;
    snapshot->affine = lam_mat4_identity();
    snapshot->field = lam_volume_new(grid, 3, &error);
    for (size_t at = 0; at < lam_grid_voxels(grid); at++)
        snapshot->field->data[at] = SHIFT_MM;
    lam_field_statistics(snapshot->field, &snapshot->statistics, &snapshot->jacobian, &error);
    g_assert_no_error(error);
    return snapshot;
}

LamReportFixture *lam_report_fixture_new(bool flat)
{
    LamReportFixture *f = g_new0(LamReportFixture, 1);
    const int size[3] = {SIDE, SIDE, flat ? 1 : SIDE};
    LamGrid grid = lam_grid_centred(size, 2, (LamVec3){{0}});
    f->folder = g_dir_make_tmp("lam-report-XXXXXX", NULL);
    f->fixed = ball(&grid, 0, 100, true);
    f->moving = ball(&grid, SHIFT_MM, 100, true);
    f->labels = ball(&grid, 0, LABEL, false);
    f->snapshot = shift(&grid);
    return f;
}

void lam_report_fixture_free(LamReportFixture *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = lam_report_fixture_path(f, name);
        g_remove(path);
    }
    g_rmdir(f->folder);
    lam_volume_unref(f->fixed);
    lam_volume_unref(f->moving);
    lam_volume_unref(f->labels);
    lam_snapshot_unref(f->snapshot);
    g_free(f->folder);
    g_free(f);
}

LamReportSource lam_report_fixture_source(const LamReportFixture *f)
{
    return (LamReportSource){.fixed = f->fixed, .moving = f->moving, .snapshot = f->snapshot};
}

char *lam_report_fixture_path(const LamReportFixture *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

bool lam_report_fixture_save(const LamReportSource *source, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamReport) report = lam_report_new(source, NULL, &error);
    if (g_error_matches(error, LAM_ERROR, LAM_ERROR_GL)) {
        g_test_skip(error->message);
        return false;
    }
    g_assert_no_error(error);
    g_assert_true(lam_report_save(report, path, &error));
    g_assert_no_error(error);
    return true;
}

char *lam_report_fixture_read(const char *path)
{
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}
