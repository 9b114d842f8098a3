/* The one place that decides how many threads OpenMP, OpenBLAS and oneDNN use. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Number of compute threads: LAM_THREADS if set, else the number of online processors (at most 16). */
int lam_threads(void);

/* Applies n threads (0 = default) to OpenMP and OpenBLAS for the calling thread's parallel regions.
 * Call once in main and once at the start of each thread that computes. */
void lam_threads_set(int n);
/* OpenMP's alone: for a thread beside one that computes with all of them. */
void lam_threads_set_own(int n);

G_END_DECLS
