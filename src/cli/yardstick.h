/* What this machine can do at best, measured beside what is compared with it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct LamYardstick LamYardstick;

/* Allocates, and takes the first round. LAM_ERROR_MEMORY. */
LamYardstick *lam_yardstick_new(GError **error);
void lam_yardstick_free(LamYardstick *yardstick);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamYardstick, lam_yardstick_free)

/* One more round: square products of several sizes by OpenBLAS and by oneDNN, and a large copy. Call it
 * between what is measured, so that all see the same machine. */
void lam_yardstick_round(LamYardstick *yardstick);

/* The best of all rounds. An OpenBLAS that is older than the processor may miss its widest vectors,
 * hence two libraries; _library says which was faster, with the kernels that OpenBLAS has chosen. */
double lam_yardstick_sgemm_gflops(const LamYardstick *yardstick);
const char *lam_yardstick_sgemm_library(const LamYardstick *yardstick);
double lam_yardstick_copy_gb_per_s(const LamYardstick *yardstick); /* bytes read and written */

/* The value below which the share (0 to 1) lies. Sorts the values. */
double lam_percentile(double *values, int n, double share);

G_END_DECLS
