#include <lambdascope/memory.h>

#include <lambdascope/error.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

bool lam_size_mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

float *lam_alloc_floats(size_t count, const char *what, GError **error)
{
    size_t bytes = 0;
    void *p = NULL;
    if (lam_size_mul(count, sizeof(float), &bytes) && bytes <= G_MAXSSIZE - ALIGNMENT) {
        bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        p = aligned_alloc(ALIGNMENT, MAX(bytes, ALIGNMENT));
    }
    if (p == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY, "out of memory: %s: %zu values asked for",
                    what, count);
        return NULL;
    }
    memset(p, 0, MAX(bytes, ALIGNMENT));
    return p;
}

void lam_free(void *p)
{
    free(p);
}
