#include "source-subjects.h"

#include "augment.h"
#include "scan-set.h"
#include "subjects.h"
#include "template-mean.h"

#include <lambdascope/template.h>
#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

typedef struct {
    LamSource base;
    LamScanSet *set;
    LamTemplateConfig template;
    double *values;         /* [scans][LAM_TEMPLATE_MAX_ATTRIBUTES] */
    double *weights;        /* [scans]: how often each is drawn, sums to 1 */
    LamMat4 *from_template; /* [scans]: template's world -> scan's world */
    guint8 *structure;      /* by label of the set: 0 .. structures - 1 */
} Subjects;

static void subjects_free(LamSource *source)
{
    Subjects *s = (Subjects *)source;
    lam_scan_set_free(s->set);
    g_free(s->values);
    g_free(s->weights);
    g_free(s->from_template);
    g_free(s->structure);
    g_free(s);
}

/* ---- preparation ---- */

static bool read_attributes(Subjects *s, const LamRecipe *recipe, const char *folder,
                            GError **error)
{
    int n = s->base.count;
    s->values = g_new0(double, (size_t)n *LAM_TEMPLATE_MAX_ATTRIBUTES);
    s->weights = g_new0(double, n);
    if (s->template.n_attributes > 0) {
        g_autofree char *table = g_build_filename(folder, recipe->subjects, NULL);
        g_autofree char **paths = g_new0(char *, n);
        for (int i = 0; i < n; i++)
            paths[i] = lam_scan_set_at(s->set, i)->path;
        if (!lam_subjects_read(table, folder, paths, n, &s->template, s->values, NULL, error) ||
            !lam_subjects_set_ranges(table, s->values, n, &s->template, error))
            return false;
    }
    lam_subjects_even(&s->template, s->values, n, s->weights);
    return true;
}

/* In the order of their values; the first is "none". */
static bool add_structure(LamTemplateConfig *t, const LamLabel *label, GError **error)
{
    for (int k = 0; k < t->n_structures; k++)
        if (t->structure[k].value == label->structure)
            return true;
    if (t->n_structures == LAM_TEMPLATE_MAX_STRUCTURES) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "more than %d structures",
                    LAM_TEMPLATE_MAX_STRUCTURES - 1);
        return false;
    }
    LamTemplateStructure *to = &t->structure[t->n_structures++];
    g_autofree char *number = g_strdup_printf("%d", label->structure);
    g_autofree char *name = g_strdup(label->name != NULL ? label->name : number);
    to->value = label->structure;
    g_strlcpy(to->name, g_strdelimit(name, ";:,()\"\\", ' '), sizeof to->name);
    return true;
}

static bool read_structures(Subjects *s, const LamRecipe *recipe, GError **error)
{
    LamTemplateConfig *t = &s->template;
    if (recipe->structures == NULL)
        return true;
    g_autoptr(LamLabelTable) table = lam_label_table_load(recipe->structures, error);
    if (table == NULL)
        return false;
    t->n_structures = 1;
    t->structure[0] = (LamTemplateStructure){"none", 0};
    for (int i = 0; i < table->count; i++)
        if (table->label[i].structure != 0 && !add_structure(t, &table->label[i], error)) {
            g_prefix_error(error, "cannot train: %s: ", recipe->structures);
            return false;
        }
    s->structure = g_new0(guint8, lam_scan_set_labels(s->set) + 1);
    for (int k = 1; k < t->n_structures; k++)
        lam_scan_set_number(s->set, table, t->structure[k].value, k, s->structure);
    return true;
}

/* The template lies where the mean of all ways to it is no movement: neither the first scan's pose nor
 * its size is preferred. */
static bool place(Subjects *s, GError **error)
{
    int n = s->base.count;
    s->from_template = g_new(LamMat4, n);
    for (int i = 0; i < n; i++)
        s->from_template[i] = lam_scan_set_at(s->set, i)->from_reference;
    if (!lam_template_mean_pose(s->from_template, s->weights, n)) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FAILED,
                            "cannot train: the affines of the scans: one is singular");
        return false;
    }
    for (int i = 0; i < n; i++) {
        LamMat4 back;
        lam_mat4_invert(&s->from_template[i], &back);
        LamVec3 at = lam_mat4_apply(&back, lam_scan_set_at(s->set, i)->centre_mm);
        for (int a = 0; a < 3; a++)
            s->template.centre_mm[a] += s->weights[i] * at.v[a];
    }
    return true;
}

/* ---- drawing ---- */

static int draw_scan(const Subjects *s, GRand *rand)
{
    double left = g_rand_double(rand);
    int i = 0;
    while (i + 1 < s->base.count && left >= s->weights[i])
        left -= s->weights[i++];
    return i;
}

static bool sample_scan(const Subjects *s, int i, const LamGrid *grid, const LamMat4 *map,
                        float *image, float *labels, GError **error)
{
    size_t n = lam_grid_voxels(grid);
    if (!lam_scan_set_sample(s->set, lam_scan_set_at(s->set, i), grid, false, map, NULL, image,
                             labels, error))
        return false;
    for (size_t k = 0; s->structure != NULL && k < n; k++)
        labels[k] = s->structure[(int)labels[k]];
    return true;
}

static bool subjects_draw(const LamSource *source, const LamRecipe *recipe, GRand *rand,
                          LamSample *sample, GError **error)
{
    const Subjects *s = (const Subjects *)source;
    int i = draw_scan(s, rand);
    LamGrid grid = lam_template_grid(&s->template, sample->grid.size, sample->grid.spacing_mm);
    LamMat4 common, apart;
    lam_augment_draw(recipe, rand, lam_grid_centre_mm(&grid), &common, &apart);
    LamMat4 map = lam_mat4_multiply(&s->from_template[i], &apart);
    memset(sample->fixed, 0, lam_sample_voxels(sample) * sizeof(float));
    memcpy(sample->attributes, s->values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES,
           sizeof sample->attributes);
    if (!sample_scan(s, i, &grid, &map, sample->moving, sample->moving_labels, error))
        return false;
    lam_augment_intensity(recipe, rand, sample->moving, lam_sample_voxels(sample));
    return true;
}

/* ---- from outside ---- */

LamSource *lam_source_subjects(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                               const LamProgress *progress, GError **error)
{
    LamScanSet *set = lam_scan_set_load(recipe, folder, 2, cache, progress, error);
    if (set == NULL)
        return NULL;
    Subjects *s = g_new0(Subjects, 1);
    s->set = set;
    s->template = recipe->template;
    s->base = (LamSource){.draw = subjects_draw,
                          .free = subjects_free,
                          .name = "scans, each with the template",
                          .count = (int)set->scans->len};
    if (read_attributes(s, recipe, folder, error) && read_structures(s, recipe, error) &&
        place(s, error) && lam_template_config_check(&s->template, &recipe->network, error)) {
        s->base.n_labels = MAX(s->template.n_structures - 1, 0);
        return &s->base;
    }
    subjects_free(&s->base);
    return NULL;
}

const LamTemplateConfig *lam_source_subjects_template(const LamSource *source)
{
    return &((const Subjects *)source)->template;
}

bool lam_source_subjects_start(const LamSource *source, const LamRecipe *recipe, float *picture,
                               float *scores, const LamProgress *progress, GError **error)
{
    const Subjects *s = (const Subjects *)source;
    LamGrid grid =
        lam_template_grid(&s->template, recipe->network.size, recipe->network.spacing_mm);
    g_autoptr(LamTemplateMean) mean =
        lam_template_mean_new(grid.size, s->template.n_structures, error);
    if (mean == NULL)
        return false;
    for (int i = 0; i < s->base.count; i++) {
        lam_progress_report(progress, (double)i / s->base.count, "mean of the aligned scans");
        if (lam_progress_cancelled(progress, error) ||
            !sample_scan(s, i, &grid, &s->from_template[i], lam_template_mean_image(mean),
                         lam_template_mean_labels(mean), error))
            return false;
        lam_template_mean_add(mean, s->weights[i]);
    }
    lam_template_mean_finish(mean, recipe->network.spacing_mm, picture, scores);
    return true;
}
