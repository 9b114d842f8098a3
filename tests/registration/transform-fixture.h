/* Transform files of the tests: a pair of grids, a folder, what is read of bytes and what must be refused. */
#pragma once

#include <lambdascope/transform_file.h>

/* Axes along RAS: a positive determinant, so FSL turns x round. */
extern const LamGrid fixed;
/* LAS: FSL leaves x as it is. */
extern const LamGrid moving;
/* The fixed voxel (1,2,1), off the middle along each axis. */
extern const LamVec3 probe;

/* In place of g_test_init and g_test_run: with a folder, which is removed at the end. */
void transform_fixture_init(int *argc, char ***argv);
int transform_fixture_run(void);
char *in_folder(const char *name);

LamTransformFileOptions options_for(LamConvention convention);
LamTransform *load_bytes(const char *name, const void *bytes, size_t n,
                         const LamTransformFileOptions *options, GError **error);
LamTransform *load_text(const char *name, const char *text, LamConvention convention);

LamGrid oblique_grid(int w, int h, int d, double sx);
/* An affine and a wavy field. */
LamTransform *wavy(const LamGrid *grid, bool affine_only);

/* Where a point of the fixed scan goes. */
void assert_point(LamTransform *transform, LamVec3 x, double a, double b, double c);
void assert_same(LamTransform *a, LamTransform *b, const LamGrid *grid, double tolerance);
/* The message names the file and says why. */
void assert_error(GError *error, const char *name, const char *word);
void assert_refused(const char *name, const char *text, LamConvention convention, const char *word);
