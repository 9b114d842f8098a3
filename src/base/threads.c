#include <lambdascope/threads.h>

#include <cblas.h>
#include <omp.h>
#include <stdlib.h>

#define MAX_THREADS 16

int lam_threads(void)
{
    const char *asked = g_getenv("LAM_THREADS");
    int n = asked != NULL ? atoi(asked) : 0;
    if (n < 1)
        n = (int)g_get_num_processors();
    return CLAMP(n, 1, MAX_THREADS);
}

void lam_threads_set(int n)
{
    if (n < 1)
        n = lam_threads();
    omp_set_num_threads(n);
    openblas_set_num_threads(n);
}

void lam_threads_set_own(int n)
{
    omp_set_num_threads(n);
}
