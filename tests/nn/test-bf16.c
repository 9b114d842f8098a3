/* Rounding to bf16: every kind of number, whole vectors and what is left over. */
#include "bf16.h"

#include <glib.h>
#include <string.h>

#define LONGEST 70

typedef struct {
    guint32 bits;
    guint16 rounded;
} Known;

static const Known known[] = {
    {0x3f800000, 0x3f80},                       /* 1 */
    {0x3f807fff, 0x3f80},                       /* just below the middle */
    {0x3f808000, 0x3f80},                       /* the middle: to even, down */
    {0x3f808001, 0x3f81},                       /* just above */
    {0x3f818000, 0x3f82},                       /* the middle: to even, up */
    {0xbf818000, 0xbf82}, {0x3fffffff, 0x4000}, /* into the next power of two */
    {0x7f7f7fff, 0x7f7f},                       /* the largest that stays finite */
    {0x7f7f8000, 0x7f80}, {0xff7fffff, 0xff80}, /* too large */
    {0x7f800000, 0x7f80}, {0xff800000, 0xff80}, /* infinities */
    {0x00000000, 0x0000}, {0x80000000, 0x8000}, /* zeros */
    {0x00000001, 0x0000}, {0x80008000, 0x8000}, /* subnormals */
    {0x00008001, 0x0001}, {0x00018000, 0x0002}, {0x807fffff, 0x8080},
};

static float float_of(guint32 bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void test_known(void)
{
    for (size_t n = 1; n <= LONGEST; n++)
        for (size_t shift = 0; shift < G_N_ELEMENTS(known); shift++) {
            float x[LONGEST];
            guint16 y[LONGEST + 1];
            for (size_t i = 0; i < n; i++)
                x[i] = float_of(known[(i + shift) % G_N_ELEMENTS(known)].bits);
            y[n] = 0xabcd;
            lam_bf16_round(x, y, n);
            for (size_t i = 0; i < n; i++)
                g_assert_cmphex(y[i], ==, known[(i + shift) % G_N_ELEMENTS(known)].rounded);
            g_assert_cmphex(y[n], ==, 0xabcd);
        }
}

/* Also those whose mark is in the half that is dropped, and those that rounding up would carry over. */
static void test_nan(void)
{
    static const guint32 nans[] = {0x7fc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff};
    for (size_t k = 0; k < G_N_ELEMENTS(nans); k++) {
        float x[LONGEST];
        guint16 y[LONGEST];
        for (size_t i = 0; i < LONGEST; i++)
            x[i] = float_of(nans[k]);
        lam_bf16_round(x, y, LONGEST);
        for (size_t i = 0; i < LONGEST; i++) {
            g_assert_cmphex(y[i] & 0x7fff, >, 0x7f80);
            g_assert_cmphex(y[i] & 0x8000, ==, nans[k] >> 16 & 0x8000);
        }
    }
}

static void test_parallel(void)
{
    const size_t n = 200003;
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autofree float *x = g_new(float, n);
    g_autofree guint16 *y = g_new0(guint16, n), *wanted = g_new0(guint16, n);
    for (size_t i = 0; i < n; i++)
        x[i] = float_of(g_rand_int(rand));
    lam_bf16_round(x, wanted, n);
    lam_bf16_round_all(x, y, n);
    g_assert_cmpmem(y, n * sizeof *y, wanted, n * sizeof *y);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bf16/known", test_known);
    g_test_add_func("/bf16/nan", test_nan);
    g_test_add_func("/bf16/parallel", test_parallel);
    return g_test_run();
}
