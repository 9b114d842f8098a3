#include "phantom-noise.h"

#include <math.h>
#include <stddef.h>

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

uint32_t lam_noise_next(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    return (uint32_t)(mixed(*state) >> 32);
}

float lam_noise_uniform(uint64_t *state, float from, float to)
{
    return from + (to - from) * ((float)(lam_noise_next(state) >> 8) * 0x1p-24f);
}

float lam_noise_normal(uint32_t seed, uint64_t index)
{
    uint64_t bits = mixed(index * 0x9e3779b97f4a7c15u + seed);
    int sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (int)(bits >> (16 * i) & 0xffff);
    return (float)(sum - 2 * 0xffff) * (1.7320508f / 65536.0f);
}

/* A direction from the unit ball, so that it is even over the sphere. */
static LamPoint random_direction(uint64_t *state)
{
    for (;;) {
        LamPoint p = {lam_noise_uniform(state, -1, 1), lam_noise_uniform(state, -1, 1),
                      lam_noise_uniform(state, -1, 1)};
        float squared = p.x * p.x + p.y * p.y + p.z * p.z;
        if (squared <= 1 && squared > 0.01f)
            return p;
    }
}

void lam_waves_init(LamWaves *waves, int count, uint64_t *state, float shortest_mm,
                    float longest_mm, LamPoint stretch)
{
    waves->count = count;
    for (int i = 0; i < count; i++) {
        LamPoint d = random_direction(state);
        d = (LamPoint){d.x * stretch.x, d.y * stretch.y, d.z * stretch.z};
        float length = sqrtf(d.x * d.x + d.y * d.y + d.z * d.z) + 1e-6f;
        float scale = 1 / (length * lam_noise_uniform(state, shortest_mm, longest_mm));
        waves->kx[i] = d.x * scale;
        waves->ky[i] = d.y * scale;
        waves->kz[i] = d.z * scale;
        waves->phase[i] = lam_noise_uniform(state, 0, 1);
    }
}

/* sin(2 pi t) to about 0.001: two parabolas, refined. No libm, so the same everywhere. */
static inline float sine_of_turns(float t)
{
    t -= (float)(int)(t + (t < 0 ? -0.5f : 0.5f));
    float y = t * (8 - 16 * fabsf(t));
    return y * (0.775f + 0.225f * fabsf(y));
}

float lam_waves_at(const LamWaves *waves, LamPoint p, LamPoint *gradient)
{
    const int n = waves->count;
    const float norm = sqrtf(2.0f / (float)n);
    float turns[LAM_WAVES], s[LAM_WAVES], c[LAM_WAVES];
    for (int i = 0; i < n; i++)
        turns[i] = p.x * waves->kx[i] + p.y * waves->ky[i] + p.z * waves->kz[i] + waves->phase[i];
    for (int i = 0; i < n; i++)
        s[i] = sine_of_turns(turns[i]);
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += s[i];
    if (gradient == NULL)
        return norm * sum;
    for (int i = 0; i < n; i++)
        c[i] = sine_of_turns(turns[i] + 0.25f);
    LamPoint g = {0, 0, 0};
    for (int i = 0; i < n; i++) {
        g.x += c[i] * waves->kx[i];
        g.y += c[i] * waves->ky[i];
        g.z += c[i] * waves->kz[i];
    }
    const float turn = norm * 6.2831853f;
    *gradient = (LamPoint){turn * g.x, turn * g.y, turn * g.z};
    return norm * sum;
}
