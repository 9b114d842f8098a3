#include "noise.h"

#include <lambdascope/clones.h>

/* Bits that change with every bit of x (the multipliers of C. Wellons' lowbias32). 32 bits wide, so that
 * processors can hash many indices at once. */
static inline guint32 mixed(guint32 x)
{
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x ^ x >> 16;
}

static inline int halves(guint32 bits)
{
    return (int)(bits & 0xffff) + (int)(bits >> 16);
}

LAM_CLONES void lam_noise_run(guint32 seed, guint32 first, float *out, int n)
{
    const guint32 start = mixed(seed), other = mixed(~seed);
    for (int i = 0; i < n; i++) {
        guint32 bits = mixed(start + first + (guint32)i);
        int sum = halves(bits) + halves(mixed(bits + other));
        out[i] = (float)(sum - 2 * 0xffff) * (1.7320508f / 65536.0f);
    }
}
