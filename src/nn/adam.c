#include <lambdascope/adam.h>

#include "kernel.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <math.h>
#include <string.h>

#define BETA1   0.9f
#define BETA2   0.999f
#define EPSILON 1e-8f
#define CHUNK   ((size_t)1 << 15)

struct LamAdam {
    LamParameters *parameters;
    float *m, *v;
    guint64 steps;
};

LamAdam *lam_adam_new(LamParameters *parameters, GError **error)
{
    g_autoptr(LamAdam) adam = g_new0(LamAdam, 1);
    size_t n = lam_parameters_floats(parameters);
    adam->parameters = parameters;
    adam->m = lam_alloc_floats(n, "optimiser state", error);
    if (adam->m == NULL)
        return NULL;
    adam->v = lam_alloc_floats(n, "optimiser state", error);
    return adam->v != NULL ? g_steal_pointer(&adam) : NULL;
}

void lam_adam_free(LamAdam *adam)
{
    if (adam == NULL)
        return;
    lam_free(adam->m);
    lam_free(adam->v);
    g_free(adam);
}

/* rate includes both bias corrections. */
LAM_CLONES static void update(float *restrict x, float *restrict m, float *restrict v,
                              const float *restrict grad, size_t n, float rate, float scale,
                              float epsilon)
{
    for (size_t i = 0; i < n; i++) {
        float g = grad[i] * scale;
        m[i] = BETA1 * m[i] + (1 - BETA1) * g;
        v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
        x[i] -= rate * m[i] / (sqrtf(v[i]) + epsilon);
    }
}

void lam_adam_step(LamAdam *adam, double rate, double gradient_scale)
{
    LamParameters *p = adam->parameters;
    adam->steps++;
    double c1 = 1 - pow(BETA1, (double)adam->steps), c2 = 1 - pow(BETA2, (double)adam->steps);
    float *x = lam_parameters_values(p), *g = lam_parameters_gradients(p);
    for (int i = 0; i < lam_parameters_count(p); i++) {
        size_t at = lam_parameters_offset(p, i), size = lam_parameters_size(p, i);
        float r = (float)(rate * lam_parameters_rate_scale(p, i) * sqrt(c2) / c1);
        float epsilon = (float)(EPSILON * sqrt(c2));
#pragma omp parallel for if (size > CHUNK)
        for (size_t k = 0; k < size; k += CHUNK)
            update(x + at + k, adam->m + at + k, adam->v + at + k, g + at + k, MIN(CHUNK, size - k),
                   r, (float)gradient_scale, epsilon);
    }
}

guint64 lam_adam_steps(const LamAdam *adam)
{
    return adam->steps;
}

bool lam_adam_write(const LamAdam *adam, LamSafetensors *file, GError **error)
{
    g_autofree char *steps = g_strdup_printf("%" G_GUINT64_FORMAT, adam->steps);
    lam_safetensors_set_metadata(file, "adam.step", steps);
    return lam_parameters_write(adam->parameters, adam->m, file, "adam.m/", error) &&
           lam_parameters_write(adam->parameters, adam->v, file, "adam.v/", error);
}

static bool read_moment(const LamAdam *adam, const LamSafetensors *file, const char *prefix,
                        float *moment, GError **error)
{
    LamParameters *p = adam->parameters;
    for (int i = 0; i < lam_parameters_count(p); i++) {
        g_autofree char *name = g_strconcat(prefix, lam_parameters_name(p, i), NULL);
        const LamNamedTensor *tensor = lam_safetensors_find(file, name);
        if (tensor == NULL || tensor->count != lam_parameters_size(p, i)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "optimiser state \"%s\" %s", name,
                        tensor == NULL ? "is missing" : "has another size");
            return false;
        }
        memcpy(moment + lam_parameters_offset(p, i), tensor->data, tensor->count * sizeof(float));
    }
    return true;
}

bool lam_adam_read(LamAdam *adam, const LamSafetensors *file, GError **error)
{
    const char *steps = lam_safetensors_metadata(file, "adam.step");
    if (steps == NULL ||
        !g_ascii_string_to_unsigned(steps, 10, 0, G_MAXUINT32, &adam->steps, NULL)) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MODEL,
                            "\"adam.step\" is missing or no number of steps");
        return false;
    }
    return read_moment(adam, file, "adam.m/", adam->m, error) &&
           read_moment(adam, file, "adam.v/", adam->v, error);
}
