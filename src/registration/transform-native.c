/* The whole chain, in safetensors: the metadata names the steps and holds what is double precision, the
 * tensors are the fields.
 *
 *   transform           "1": the version of this layout
 *   steps               how many
 *   step.N              "affine" or "field", N from 0; step 0 acts first
 *   step.N.matrix       an affine's 4 x 4 numbers; of a field, voxel -> world of its grid
 *   step.N.time         a field's, where the velocity is known
 *   step.N.undoes.matrix  voxel -> world of the field that the step inverts, if it does
 *
 * Tensors: step.N.displacement and, where there are, step.N.velocity and step.N.undoes, [3,D,H,W], mm, RAS.
 * The displacement is stored beside the velocity so that what is read is what was written, bit by bit. */
#include "transform-formats.h"

#include <math.h>
#include <string.h>

#define VERSION    "1"
#define STEPS_MOST 64

/* ---- writing ---- */

static void set_number(LamSafetensors *file, int step, const char *key, const double *values, int n)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *name = g_strdup_printf("step.%d.%s", step, key);
    lam_text_append_many(text, values, n);
    lam_safetensors_set_metadata(file, name, text->str);
}

static bool add_field(LamSafetensors *file, int step, const char *key, const LamVolume *field,
                      GError **error)
{
    g_autofree char *name = g_strdup_printf("step.%d.%s", step, key);
    const int *n = field->grid.size;
    size_t shape[4] = {3, (size_t)n[2], (size_t)n[1], (size_t)n[0]};
    return lam_safetensors_add(file, name, 4, shape, field->data, error);
}

static bool write_step(LamSafetensors *file, int n, const LamTransformStep *step, GError **error)
{
    const LamMat4 *matrix =
        step->displacement != NULL ? &step->displacement->grid.to_world : &step->matrix;
    g_autofree char *name = g_strdup_printf("step.%d", n);
    lam_safetensors_set_metadata(file, name, step->displacement != NULL ? "field" : "affine");
    set_number(file, n, "matrix", matrix->m[0], 16);
    if (step->displacement == NULL)
        return true;
    if (!add_field(file, n, "displacement", step->displacement, error))
        return false;
    if (step->undoes != NULL) {
        set_number(file, n, "undoes.matrix", step->undoes->grid.to_world.m[0], 16);
        if (!add_field(file, n, "undoes", step->undoes, error))
            return false;
    }
    if (step->velocity == NULL)
        return true;
    set_number(file, n, "time", &step->time, 1);
    return add_field(file, n, "velocity", step->velocity, error);
}

bool lam_native_write(const LamTransform *transform, const char *description, LamSafetensors *file,
                      GError **error)
{
    g_autofree char *steps = g_strdup_printf("%d", transform->count);
    lam_safetensors_set_metadata(file, "transform", VERSION);
    lam_safetensors_set_metadata(file, "steps", steps);
    lam_safetensors_set_metadata(file, "coordinates",
                                 "points of the fixed scan to points of the moving one, mm, RAS");
    if (description != NULL)
        lam_safetensors_set_metadata(file, "description", description);
    if (transform->count > STEPS_MOST)
        return lam_transform_why(error, LAM_ERROR_ARGUMENT, "it has more than %d steps",
                                 STEPS_MOST);
    for (int i = 0; i < transform->count; i++)
        if (!write_step(file, i, &transform->step[i], error))
            return false;
    return true;
}

/* ---- reading ---- */

static bool get_numbers(const LamSafetensors *file, int step, const char *key, double *out, int n,
                        GError **error)
{
    g_autofree char *name = g_strdup_printf("step.%d.%s", step, key);
    const char *text = lam_safetensors_metadata(file, name);
    if (text == NULL)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "%s is missing", name);
    return lam_text_exactly(text, name, out, n, error);
}

static bool get_matrix(const LamSafetensors *file, int step, const char *key, LamMat4 *matrix,
                       GError **error)
{
    return get_numbers(file, step, key, matrix->m[0], 16, error) && lam_matrix_check(matrix, error);
}

static bool has_field(const LamSafetensors *file, int step, const char *key)
{
    g_autofree char *name = g_strdup_printf("step.%d.%s", step, key);
    return lam_safetensors_find(file, name) != NULL;
}

static LamVolume *get_field(const LamSafetensors *file, int step, const char *key,
                            const LamMat4 *matrix, GError **error)
{
    g_autofree char *name = g_strdup_printf("step.%d.%s", step, key);
    const LamNamedTensor *tensor = lam_safetensors_find(file, name);
    if (tensor == NULL) {
        lam_transform_why(error, LAM_ERROR_FORMAT, "%s is missing", name);
        return NULL;
    }
    bool fits = tensor->ndim == 4 && tensor->shape[0] == 3;
    for (int i = 1; fits && i < 4; i++)
        fits = tensor->shape[i] <= G_MAXINT;
    if (!fits) {
        lam_transform_why(error, LAM_ERROR_FORMAT, "%s is not of the shape [3,D,H,W]", name);
        return NULL;
    }
    LamGrid grid = {.to_world = *matrix};
    for (int a = 0; a < 3; a++)
        grid.size[a] = (int)tensor->shape[3 - a];
    LamVolume *field = lam_volume_new(&grid, 3, error);
    if (field != NULL)
        memcpy(field->data, tensor->data, tensor->count * sizeof(float));
    return field;
}

static LamTransform *read_flow(const LamSafetensors *file, int n, LamVolume *displacement,
                               LamVolume *velocity, GError **error)
{
    double time;
    if (!get_numbers(file, n, "time", &time, 1, error))
        return NULL;
    if (memcmp(velocity->grid.size, displacement->grid.size, sizeof velocity->grid.size) == 0)
        return lam_transform_new_flow_of(velocity, displacement, time);
    lam_transform_why(error, LAM_ERROR_FORMAT, "velocity and displacement differ in size");
    return NULL;
}

/* Adds what the step inverts, if it does. */
static bool read_undone(const LamSafetensors *file, int n, LamTransformStep *step, GError **error)
{
    LamMat4 matrix;
    if (!has_field(file, n, "undoes"))
        return true;
    if (get_matrix(file, n, "undoes.matrix", &matrix, error))
        step->undoes = get_field(file, n, "undoes", &matrix, error);
    return step->undoes != NULL;
}

static LamTransform *read_field(const LamSafetensors *file, int n, const LamMat4 *matrix,
                                GError **error)
{
    g_autoptr(LamVolume) displacement = get_field(file, n, "displacement", matrix, error);
    if (displacement == NULL)
        return NULL;
    g_autoptr(LamTransform) step = NULL;
    if (has_field(file, n, "velocity")) {
        g_autoptr(LamVolume) velocity = get_field(file, n, "velocity", matrix, error);
        step = velocity != NULL ? read_flow(file, n, displacement, velocity, error) : NULL;
    } else {
        step = lam_transform_new_displacement(displacement);
    }
    return step != NULL && read_undone(file, n, &step->step[0], error) ? g_steal_pointer(&step)
                                                                       : NULL;
}

static LamTransform *read_step(const LamSafetensors *file, int n, size_t *tensors, GError **error)
{
    g_autofree char *name = g_strdup_printf("step.%d", n);
    const char *kind = lam_safetensors_metadata(file, name);
    LamMat4 matrix;
    if (!get_matrix(file, n, "matrix", &matrix, error))
        return NULL;
    if (g_strcmp0(kind, "affine") == 0)
        return lam_transform_new_affine(&matrix);
    if (g_strcmp0(kind, "field") != 0) {
        lam_transform_why(error, LAM_ERROR_FORMAT, "%s is neither an affine nor a field", name);
        return NULL;
    }
    LamTransform *step = read_field(file, n, &matrix, error);
    if (step != NULL)
        *tensors +=
            1 + (size_t)(step->step[0].velocity != NULL) + (size_t)(step->step[0].undoes != NULL);
    return step;
}

static bool check_version(const LamSafetensors *file, int *steps, GError **error)
{
    const char *version = lam_safetensors_metadata(file, "transform"),
               *count = lam_safetensors_metadata(file, "steps");
    double n = 0;
    if (version == NULL)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "it is not a transform (a model, maybe)");
    if (strcmp(version, VERSION) != 0)
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "a transform of layout %.20s; %s is read", version, VERSION);
    if (!lam_text_exactly(count != NULL ? count : "", "steps", &n, 1, error))
        return false;
    if (!(n >= 0 && n <= STEPS_MOST && n == floor(n)))
        return lam_transform_why(error, LAM_ERROR_FORMAT, "%g steps, 0 to %d expected", n,
                                 STEPS_MOST);
    *steps = (int)n;
    return true;
}

LamTransform *lam_native_read(const LamSafetensors *file, GError **error)
{
    int steps = 0;
    size_t tensors = 0;
    if (!check_version(file, &steps, error))
        return NULL;
    g_autoptr(LamTransform) whole = lam_transform_new_identity();
    for (int i = 0; i < steps; i++) {
        g_autoptr(LamTransform) step = read_step(file, i, &tensors, error);
        if (step == NULL)
            return NULL;
        LamTransform *longer = lam_transform_compose(whole, step);
        lam_transform_unref(whole);
        whole = longer;
    }
    if (tensors == lam_safetensors_count(file))
        return g_steal_pointer(&whole);
    lam_transform_why(error, LAM_ERROR_FORMAT, "it holds tensors that belong to no step");
    return NULL;
}
