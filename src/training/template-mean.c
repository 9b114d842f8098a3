#include "template-mean.h"

#include <lambdascope/memory.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <string.h>

#define FOREGROUND  0.02 /* of the mean image, whose white matter is about 0.8 */
#define MARGIN_MM   10
#define LEAST       1e-3f /* a voxel of the foreground is not 0 */
#define PRIOR       0.02  /* share of each voxel that is spread over all structures */
#define NO_CONTRAST 1e-6

struct LamTemplateMean {
    int size[3], half[3], n_structures;
    float *image, *labels; /* of one scan */
    float *sum;            /* of images */
    float *share;          /* [structures,d,h,w]: how often */
};

bool lam_template_mean_pose(LamMat4 *maps, const double *weights, int n)
{
    LamMat4 mean = {{{0}}}, back;
    double log_volume = 0;
    for (int i = 0; i < n; i++)
        for (int r = 0; r < 4; r++)
            for (int c = 0; c < 4; c++)
                mean.m[r][c] += weights[i] * maps[i].m[r][c];
    if (!lam_mat4_invert(&mean, &back))
        return false;
    for (int i = 0; i < n; i++) {
        maps[i] = lam_mat4_multiply(&maps[i], &back);
        double volume = fabs(lam_mat4_det3(&maps[i]));
        if (!(volume > NO_CONTRAST))
            return false;
        log_volume += weights[i] * log(volume);
    }
    double scale = exp(-log_volume / 3);
    LamMat4 scaling = lam_mat4_scaling(scale, scale, scale);
    for (int i = 0; i < n; i++)
        maps[i] = lam_mat4_multiply(&maps[i], &scaling);
    return true;
}

static size_t voxels(const int size[3])
{
    return (size_t)size[0] * (size_t)size[1] * (size_t)size[2];
}

LamTemplateMean *lam_template_mean_new(const int size[3], int n_structures, GError **error)
{
    g_autoptr(LamTemplateMean) m = g_new0(LamTemplateMean, 1);
    memcpy(m->size, size, sizeof m->size);
    for (int a = 0; a < 3; a++)
        m->half[a] = size[a] > 1 ? size[a] / 2 : 1;
    m->n_structures = n_structures;
    size_t n = voxels(m->size);
    m->image = lam_alloc_floats(n, "mean of scans", error);
    m->labels = m->image != NULL ? lam_alloc_floats(n, "mean of scans", error) : NULL;
    m->sum = m->labels != NULL ? lam_alloc_floats(n, "mean of scans", error) : NULL;
    if (m->sum != NULL && n_structures > 0)
        m->share =
            lam_alloc_floats((size_t)n_structures * voxels(m->half), "mean of structures", error);
    bool ok = m->sum != NULL && (n_structures == 0 || m->share != NULL);
    return ok ? g_steal_pointer(&m) : NULL;
}

void lam_template_mean_free(LamTemplateMean *m)
{
    if (m == NULL)
        return;
    lam_free(m->image);
    lam_free(m->labels);
    lam_free(m->sum);
    lam_free(m->share);
    g_free(m);
}

float *lam_template_mean_image(LamTemplateMean *mean)
{
    return mean->image;
}

float *lam_template_mean_labels(LamTemplateMean *mean)
{
    return mean->labels;
}

void lam_template_mean_add(LamTemplateMean *m, double weight)
{
    size_t n = voxels(m->size), coarse = voxels(m->half);
    float share = (float)(weight * (double)coarse / (double)n);
    for (size_t i = 0; i < n; i++)
        m->sum[i] += (float)weight * m->image[i];
    for (size_t i = 0; m->share != NULL && i < n; i++) {
        size_t x = i % (size_t)m->size[0], y = i / (size_t)m->size[0] % (size_t)m->size[1],
               z = i / (size_t)m->size[0] / (size_t)m->size[1];
        size_t at =
            ((m->size[2] > 1 ? z / 2 : 0) * (size_t)m->half[1] + y / 2) * (size_t)m->half[0] +
            x / 2;
        m->share[(size_t)m->labels[i] * coarse + at] += share;
    }
}

/* 1 within the margin around the foreground, else 0: a smoothed foreground above what a single voxel at
 * that distance leaves. */
static void mark_foreground(const LamTemplateMean *m, double spacing_mm, float *mask)
{
    double sigma = 0.5 * MARGIN_MM / spacing_mm;
    const double sigmas[] = {sigma, sigma, m->size[2] > 1 ? sigma : 0};
    for (size_t i = 0; i < voxels(m->size); i++)
        mask[i] = m->sum[i] > (float)FOREGROUND ? 1 : 0;
    lam_smooth(mask, m->size, sigmas);
}

void lam_template_mean_finish(const LamTemplateMean *m, double spacing_mm, float *picture,
                              float *scores)
{
    const float edge = 0.0228f; /* of a half-space, two standard deviations away */
    mark_foreground(m, spacing_mm, picture);
    for (size_t i = 0; i < voxels(m->size); i++)
        picture[i] = picture[i] > edge ? fmaxf(m->sum[i], LEAST) : 0;
    for (size_t i = 0; scores != NULL && i < (size_t)m->n_structures * voxels(m->half); i++)
        scores[i] = (float)log((1 - PRIOR) * (double)m->share[i] + PRIOR / m->n_structures);
}
