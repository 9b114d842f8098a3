/* Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012: along one axis after the
 * other, each line becomes the lower envelope of the parabolas that stand on its values. */
#include "distance.h"

#include <glib.h>
#include <math.h>

typedef struct {
    double *value;  /* the line before */
    int *vertex;    /* where the parabolas of the envelope stand */
    double *border; /* border[k]: where vertex[k] begins to be the lowest */
} Line;

static void line_clear(Line *line)
{
    g_free(line->value);
    g_free(line->vertex);
    g_free(line->border);
}

static bool line_new(Line *line, int n)
{
    line->value = g_try_new(double, n);
    line->vertex = g_try_new(int, n);
    line->border = g_try_new(double, n);
    return line->value != NULL && line->vertex != NULL && line->border != NULL;
}

/* Number of parabolas in the envelope. weight: squared spacing. */
static int build_envelope(Line *line, int n, double weight)
{
    const double *f = line->value;
    int count = 0;
    for (int q = 0; q < n; q++) {
        double border = -INFINITY;
        if (isinf(f[q]))
            continue;
        while (count > 0) {
            int v = line->vertex[count - 1];
            border = (f[q] - f[v]) / (2 * weight * (q - v)) + 0.5 * (q + v);
            if (border > line->border[count - 1])
                break;
            count--;
        }
        line->vertex[count] = q;
        line->border[count] = count > 0 ? border : -INFINITY;
        count++;
    }
    return count;
}

static void transform_line(Line *line, float *data, size_t step, int n, double weight)
{
    for (int q = 0; q < n; q++)
        line->value[q] = (double)data[(size_t)q * step];
    int count = build_envelope(line, n, weight);
    for (int q = 0, k = 0; q < n && count > 0; q++) {
        while (k + 1 < count && line->border[k + 1] < q)
            k++;
        double away = q - line->vertex[k];
        data[(size_t)q * step] = (float)(weight * away * away + line->value[line->vertex[k]]);
    }
}

bool lam_distance_squared(float *squared, const int size[3], const double spacing_mm[3])
{
    Line line = {0};
    bool ok = line_new(&line, MAX(MAX(size[0], size[1]), size[2]));
    const size_t steps[3] = {1, (size_t)size[0], (size_t)size[0] * (size_t)size[1]};
    for (int axis = 0; ok && axis < 3; axis++) {
        int u = axis == 0 ? 1 : 0, v = axis == 2 ? 1 : 2;
        for (int j = 0; j < size[v]; j++)
            for (int i = 0; i < size[u]; i++)
                transform_line(&line, squared + (size_t)i * steps[u] + (size_t)j * steps[v],
                               steps[axis], size[axis], spacing_mm[axis] * spacing_mm[axis]);
    }
    line_clear(&line);
    return ok;
}
