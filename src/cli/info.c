/* lam info: what a file holds, as this program understands it. */
#include "cli.h"
#include "info-preparation.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/model.h>
#include <lambdascope/scan.h>
#include <lambdascope/safetensors.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *space_name(LamSpaceSource source)
{
    static const char *const names[] = {"none", "sform", "qform", "pixdim", "vox2ras"};
    return source < G_N_ELEMENTS(names) ? names[source] : "?";
}

typedef struct {
    float least, most;
    double mean;
} Range;

static Range range_of(const LamVolume *v)
{
    size_t count = lam_grid_voxels(&v->grid) * (size_t)v->channels;
    Range r = {INFINITY, -INFINITY, 0};
    for (size_t i = 0; i < count; i++) {
        r.least = fminf(r.least, v->data[i]);
        r.most = fmaxf(r.most, v->data[i]);
        r.mean += v->data[i];
    }
    r.mean /= (double)count;
    return r;
}

static void print_statistics(const LamFieldStatistics *s)
{
    printf("displacement  mean %.2f mm, 95 %% below %.2f mm, largest %.2f mm\n", s->mean_mm,
           s->p95_mm, s->max_mm);
    printf("jacobian      %.3f to %.3f, folds %.4f %% of voxels, SD log|J| %.4f\n", s->min_jacobian,
           s->max_jacobian, s->fold_percent, s->sd_log_jacobian);
    printf("tetrahedra    folds %.4f %% of voxels, %.5f %% of the volume turned over\n",
           s->digital_fold_percent, s->ndv_percent);
}

/* What is told of a scan or field; what does not apply is NULL. */
typedef struct {
    const char *path;
    const LamVolume *volume;
    const LamFieldStatistics *statistics;
    const LamCliPreparation *preparation;
} Description;

static void print_volume(const Description *d)
{
    const LamVolume *v = d->volume;
    LamVec3 spacing = lam_grid_spacing_mm(&v->grid);
    Range range = range_of(v);
    char letters[4];
    lam_grid_orientation(&v->grid, letters);
    printf("file          %s\n", d->path);
    printf("kind          %s (%s)\n", d->statistics != NULL ? "displacement field" : "scan",
           v->file_kind);
    printf("voxels        %d×%d×%d", v->grid.size[0], v->grid.size[1], v->grid.size[2]);
    if (v->frames > 1)
        printf(", %d frames", v->frames);
    printf("\nspacing       %g×%g×%g mm\n", spacing.v[0], spacing.v[1], spacing.v[2]);
    printf("orientation   %s, %s%s\n", letters,
           v->space_source == LAM_SPACE_PIXDIM ? "assumed: the file has only voxel sizes, if these"
                                               : "from the ",
           v->space_source == LAM_SPACE_PIXDIM ? "" : space_name(v->space_source));
    for (int i = 0; i < 3; i++)
        printf("%-13s %10.4f %10.4f %10.4f %12.4f\n", i == 0 ? "to world, mm" : "",
               v->grid.to_world.m[i][0], v->grid.to_world.m[i][1], v->grid.to_world.m[i][2],
               v->grid.to_world.m[i][3]);
    if (v->space_conflict_mm > 0)
        printf("conflict      sform and qform differ by up to %.3g mm\n", v->space_conflict_mm);
    printf("stored as     %s\n", v->stored_type != NULL ? v->stored_type : "?");
    printf("values        %g to %g, mean %g\n", range.least, range.most, range.mean);
    printf("not finite    %zu voxels\n", v->nan_count);
    if (d->statistics != NULL)
        print_statistics(d->statistics);
    if (v->note != NULL)
        printf("note          %s\n", v->note);
    if (d->preparation != NULL)
        lam_cli_print_preparation(v, d->preparation);
}

static void json_begin_array(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
}

static void json_geometry(JsonBuilder *json, const LamGrid *grid)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    char letters[4];
    lam_grid_orientation(grid, letters);
    json_begin_array(json, "size_voxels");
    for (int i = 0; i < 3; i++)
        json_builder_add_int_value(json, grid->size[i]);
    json_builder_end_array(json);
    json_begin_array(json, "spacing_mm");
    for (int i = 0; i < 3; i++)
        json_builder_add_double_value(json, spacing.v[i]);
    json_builder_end_array(json);
    lam_cli_json_string(json, "orientation", letters);
    lam_cli_json_matrix(json, "voxel_to_world_mm", &grid->to_world);
}

static void json_volume(const Description *d)
{
    const LamVolume *v = d->volume;
    g_autoptr(JsonBuilder) json = json_builder_new();
    Range range = range_of(v);
    json_builder_begin_object(json);
    lam_cli_json_string(json, "file", d->path);
    lam_cli_json_string(json, "kind", d->statistics != NULL ? "field" : "scan");
    lam_cli_json_string(json, "file_kind", v->file_kind);
    json_geometry(json, &v->grid);
    lam_cli_json_string(json, "space_source", space_name(v->space_source));
    lam_cli_json_number(json, "space_conflict_mm", v->space_conflict_mm);
    lam_cli_json_integer(json, "frames", v->frames);
    lam_cli_json_integer(json, "channels", v->channels);
    lam_cli_json_string(json, "stored_type", v->stored_type);
    lam_cli_json_number(json, "value_min", range.least);
    lam_cli_json_number(json, "value_max", range.most);
    lam_cli_json_number(json, "value_mean", range.mean);
    lam_cli_json_integer(json, "not_finite_voxels", (gint64)v->nan_count);
    if (d->statistics != NULL)
        lam_cli_json_statistics(json, d->statistics);
    lam_cli_json_string(json, "note", v->note);
    if (d->preparation != NULL)
        lam_cli_json_preparation(json, v, d->preparation);
    json_builder_end_object(json);
    lam_cli_json_print(json);
}

typedef struct {
    gboolean as_json, prepare;
    char *model_name;
} Options;

static bool show_volume(const char *path, const Options *options, GError **error)
{
    g_autoptr(LamVolume) volume = lam_scan_load(path, 0, error);
    g_autoptr(LamModel) model = NULL;
    LamFieldStatistics statistics;
    LamCliPreparation preparation;
    if (volume == NULL)
        return false;
    Description d = {.path = path, .volume = volume};
    if (volume->channels == 3) {
        d.statistics = &statistics;
        if (!lam_field_statistics(volume, &statistics, NULL, error))
            return false;
    }
    if (options->prepare) {
        if (volume->channels > 1) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot prepare scan: %s: it is a field of vectors", path);
            return false;
        }
        model = lam_cli_load_model(options->model_name, volume, error);
        d.preparation = &preparation;
        if (model == NULL || !lam_cli_prepare(volume, model, &preparation, error))
            return false;
    }
    (options->as_json ? json_volume : print_volume)(&d);
    return true;
}

static size_t value_count(const LamSafetensors *file)
{
    size_t count = 0;
    for (size_t i = 0; i < lam_safetensors_count(file); i++)
        count += lam_safetensors_at(file, i)->count;
    return count;
}

static void print_modes(const LamUnetConfig *c)
{
    if (c->integration_steps > 0)
        printf("mode          diffeomorphic (a velocity, %d squarings)", c->integration_steps);
    else
        printf("mode          displacement, not integrated");
    printf("%s, %s\n", c->uncertain ? ", probabilistic" : "",
           c->generated == LAM_GENERATED_NONE ? "one λ"
           : c->hyper_labels                  ? "for any λ and share of labels"
                                              : "for any λ");
}

/* model: NULL if the file is a container of something else, and why says so. */
static void print_weights(const char *path, const LamSafetensors *file, const LamModel *model,
                          const char *why)
{
    printf("file          %s\n", path);
    if (model != NULL) {
        int size[3];
        lam_model_size(model, size);
        printf("kind          model: %s\n", lam_model_title(model));
        printf("grid          %d×%d×%d voxels of %g mm\n", size[0], size[1], size[2],
               lam_model_spacing_mm(model));
        print_modes(lam_model_config(model));
        printf("parameters    %zu\n", lam_model_parameter_count(model));
    } else {
        printf("kind          tensors, not a model (%s)\n", why);
    }
    printf("tensors       %zu with %zu values\n", lam_safetensors_count(file), value_count(file));
    g_autofree const char **keys = lam_safetensors_metadata_keys(file);
    for (int i = 0; keys[i] != NULL; i++)
        printf("%-13s %s\n", keys[i], lam_safetensors_metadata(file, keys[i]));
}

static void json_modes(JsonBuilder *json, const LamModel *model)
{
    const LamUnetConfig *c = lam_model_config(model);
    lam_cli_json_integer(json, "integration_steps", c->integration_steps);
    json_builder_set_member_name(json, "uncertain");
    json_builder_add_boolean_value(json, c->uncertain);
    json_builder_set_member_name(json, "hyper_labels");
    json_builder_add_boolean_value(json, c->hyper_labels);
    if (c->hyper_labels)
        lam_cli_json_number(json, "label_share", lam_model_label_share(model));
}

static void json_model(JsonBuilder *json, const LamModel *model)
{
    int size[3];
    lam_model_size(model, size);
    lam_cli_json_string(json, "title", lam_model_title(model));
    json_begin_array(json, "size_voxels");
    for (int i = 0; i < 3; i++)
        json_builder_add_int_value(json, size[i]);
    json_builder_end_array(json);
    lam_cli_json_number(json, "spacing_mm", lam_model_spacing_mm(model));
    json_modes(json, model);
    lam_cli_json_integer(json, "parameters", (gint64)lam_model_parameter_count(model));
}

static void json_weights(const char *path, const LamSafetensors *file, const LamModel *model,
                         const char *why)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    lam_cli_json_string(json, "file", path);
    lam_cli_json_string(json, "kind", model != NULL ? "model" : "tensors");
    if (model != NULL)
        json_model(json, model);
    else
        lam_cli_json_string(json, "not_a_model_because", why);
    lam_cli_json_integer(json, "tensors", (gint64)lam_safetensors_count(file));
    lam_cli_json_integer(json, "values", (gint64)value_count(file));
    json_builder_set_member_name(json, "metadata");
    json_builder_begin_object(json);
    g_autofree const char **keys = lam_safetensors_metadata_keys(file);
    for (int i = 0; keys[i] != NULL; i++)
        lam_cli_json_string(json, keys[i], lam_safetensors_metadata(file, keys[i]));
    json_builder_end_object(json);
    json_builder_end_object(json);
    lam_cli_json_print(json);
}

static bool show_weights(const char *path, const Options *options, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    g_autoptr(GError) not_a_model = NULL;
    if (file == NULL)
        return false;
    g_autoptr(LamModel) model = lam_model_load(path, &not_a_model);
    (options->as_json ? json_weights : print_weights)(
        path, file, model, not_a_model != NULL ? not_a_model->message : NULL);
    return true;
}

int lam_cli_info(int argc, char **argv)
{
    const LamCliSyntax syntax = {
        .arguments = "FILE",
        .summary = "Describes a scan (NIfTI, FreeSurfer MGH, PNG, JPEG, a folder of DICOM), a "
                   "displacement field (NIfTI)\nor a model (.safetensors).",
        .description = "FILE#N is frame N of a file of several, counted from 0; FOLDER#N is series "
                       "N of a folder of DICOM.",
        .positional = 1,
    };
    Options options = {0};
    const GOptionEntry entries[] = {
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.as_json, "One JSON object on standard output",
         NULL},
        {"prepare", 'p', 0, G_OPTION_ARG_NONE, &options.prepare,
         "Also what is done to the scan before a model sees it, and warnings", NULL},
        {"model", 'M', 0, G_OPTION_ARG_FILENAME, &options.model_name,
         "Model name or file, for --prepare (default: brain-t1; of a single slice slices-2d)",
         "MODEL"},
        {NULL},
    };
    g_autoptr(GError) error = NULL;
    if (lam_cli_parse(&syntax, entries, &argc, &argv, &error)) {
        bool weights = g_str_has_suffix(argv[1], ".safetensors");
        (weights ? show_weights : show_volume)(argv[1], &options, &error);
    }
    g_free(options.model_name);
    return lam_cli_finish("info", error);
}
