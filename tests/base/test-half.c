/* binary16 conversion, over all 65536 values and every rounding boundary between them. */
#include <lambdascope/half.h>

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The definition, by ldexp. */
static double naive_value(unsigned half)
{
    int exponent = half >> 10 & 31, mantissa = half & 1023;
    double magnitude = exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);
    return half & 0x8000 ? -magnitude : magnitude;
}

static bool is_special(unsigned half)
{
    return (half & 0x7c00) == 0x7c00;
}

static void test_all_halves(void)
{
    for (unsigned half = 0; half < 65536; half++) {
        float value = lam_half_to_float((uint16_t)half);
        if (!is_special(half))
            g_assert_cmpfloat(value, ==, (float)naive_value(half));
        else if (half & 0x3ff)
            g_assert_true(isnan(value));
        else
            g_assert_cmpfloat(value, ==, half & 0x8000 ? -INFINITY : INFINITY);
        g_assert_cmpint(!!signbit(value), ==, half >> 15);
        uint16_t back = lam_half_from_float(value);
        if (isnan(value))
            g_assert_true((back & 0x7c00) == 0x7c00 && (back & 0x3ff) != 0);
        else
            g_assert_cmphex(back, ==, half);
    }
}

/* Between neighbours a < b: up to the middle gives a, above it b, the middle itself the even one. */
static void test_rounding_boundaries(void)
{
    for (unsigned half = 0; half < 0x7bff; half++) {
        float a = lam_half_to_float((uint16_t)half), b = lam_half_to_float((uint16_t)(half + 1));
        float middle = (a + b) / 2; /* exact in float32 */
        unsigned even = half & 1 ? half + 1 : half;
        g_assert_cmphex(lam_half_from_float(middle), ==, even);
        g_assert_cmphex(lam_half_from_float(nextafterf(middle, 0)), ==, half);
        g_assert_cmphex(lam_half_from_float(nextafterf(middle, INFINITY)), ==, half + 1);
        g_assert_cmphex(lam_half_from_float(-middle), ==, even | 0x8000);
    }
}

static void test_ends(void)
{
    g_assert_cmphex(lam_half_from_float(65519.996f), ==, 0x7bff);
    g_assert_cmphex(lam_half_from_float(65520.0f), ==, 0x7c00);
    g_assert_cmphex(lam_half_from_float(-1e30f), ==, 0xfc00);
    g_assert_cmphex(lam_half_from_float(0x1p-25f), ==, 0);
    g_assert_cmphex(lam_half_from_float(0x1.000002p-25f), ==, 1);
    g_assert_cmphex(lam_half_from_float(-0.0f), ==, 0x8000);
    g_assert_cmphex(lam_half_from_float(1e-40f), ==, 0);
    g_assert_true(isnan(lam_half_to_float(lam_half_from_float(NAN))));
}

#ifdef __FLT16_MAX__
static void test_against_compiler(void)
{
    for (uint32_t step = 0; step < 4000000; step++) {
        uint32_t bits = step * 2654435761u;
        float value;
        memcpy(&value, &bits, 4);
        if (isnan(value))
            continue;
        _Float16 expected = (_Float16)value;
        uint16_t half;
        memcpy(&half, &expected, 2);
        g_assert_cmphex(lam_half_from_float(value), ==, half);
    }
}
#endif

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/half/all", test_all_halves);
    g_test_add_func("/half/rounding", test_rounding_boundaries);
    g_test_add_func("/half/ends", test_ends);
#ifdef __FLT16_MAX__
    g_test_add_func("/half/compiler", test_against_compiler);
#endif
    return g_test_run();
}
