#include <lambdascope/memory.h>

#include <lambdascope/error.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

bool lam_size_mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* *bytes: what there is, in whole units of the alignment. */
static void *allocate(size_t count, const char *what, size_t *bytes, GError **error)
{
    void *p = NULL;
    if (lam_size_mul(count, sizeof(float), bytes) && *bytes <= G_MAXSSIZE - ALIGNMENT) {
        *bytes = MAX((*bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, ALIGNMENT);
        p = aligned_alloc(ALIGNMENT, *bytes);
    }
    if (p == NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY, "out of memory: %s: %zu values asked for",
                    what, count);
    return p;
}

float *lam_alloc_floats(size_t count, const char *what, GError **error)
{
    size_t bytes = 0;
    void *p = allocate(count, what, &bytes, error);
    if (p != NULL)
        memset(p, 0, bytes);
    return p;
}

float *lam_alloc_floats_unset(size_t count, const char *what, GError **error)
{
    size_t bytes = 0;
    return allocate(count, what, &bytes, error);
}

void lam_free(void *p)
{
    free(p);
}
